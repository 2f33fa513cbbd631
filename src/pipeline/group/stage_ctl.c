/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stagings of groups, meters and rules: changes of groups are made on a store of its own that no packet comes to, of those groups
 * that they have to do with: each that they name and all that it sends to. A commit puts those that came of it into
 * the store of the bridge, and packets meet them with the rules, from the next version on.
 *
 * Control thread only.
 */
#include <limits.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_debug.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "../meter/meters_ctl.h"
#include "../rule/rules_ctl.h"
#include "groups_ctl.h"

void groups_stage_with(struct sw_groups *groups, struct sw_meters *meters)
{
	groups->meters = meters;
}

void sw_groups_begin(struct sw_groups *groups)
{
	struct sw_groups *trial = groups_create(NULL);

	RTE_ASSERT(!groups->staged);
	if (groups->rules)
		sw_rules_begin(groups->rules);
	if (groups->meters)
		meters_begin(groups->meters);
	trial->tried = groups;
	trial->elsewhere = groups->map.n;
	trial->n_buckets = groups->n_buckets;
	groups->staged = trial;
}

/* --- changes --- */

/* One of the bridge that is not deleted by the staging, here or not. */
static const struct sw_group *find_there(const struct sw_groups *trial, uint32_t id)
{
	const struct sw_group *g = group_find(trial->tried, id);

	return g && !g->ends ? g : NULL;
}

/* Groups to bring, and what they send to. */
struct bringing {
	struct sw_groups *trial;
	uint32_t *todo;
	unsigned n, size;
};

static void bring_later(void *arg, uint32_t id)
{
	struct bringing *b = arg;

	if (group_find(b->trial, id) || !find_there(b->trial, id))
		return;
	if (b->n == b->size) {
		b->size = RTE_MAX(16u, 2 * b->size);
		b->todo = sw_xrealloc(b->todo, b->size, sizeof(b->todo[0]));
	}
	b->todo[b->n++] = id;
}

static void bring_groups_of(struct bringing *b, const struct sw_group_conf *conf)
{
	for (unsigned i = 0; i < conf->n_buckets; i++)
		bucket_each_group(&conf->buckets[i], bring_later, b);
}

/* As it is; its buckets are counted already, and who sends to it. */
static void bring(struct bringing *b, uint32_t id)
{
	const struct sw_group *from = group_find(b->trial->tried, id);
	struct sw_group_conf conf;
	struct sw_group *g;

	if (group_find(b->trial, id)) /* named twice */
		return;
	sw_group_copy(&conf, &from->conf);
	g = group_create(&conf, NULL); /* it could be made before */
	g->of = b->trial;
	g->is_walked = from->is_walked;
	g->downs = from->downs;
	g->refs = from->refs;
	g->brought = g->goes_on = true;
	group_keep_buckets(g, from);
	id_map_set(&b->trial->map, id, g);
	b->trial->of_type[g->type]++;
	b->trial->elsewhere--;
	bring_groups_of(b, &g->conf);
}

static void bring_for(struct sw_groups *trial, const struct sw_group_change *change)
{
	struct bringing b = { .trial = trial };

	bring_later(&b, change->conf.id);
	bring_groups_of(&b, &change->conf);
	while (b.n)
		bring(&b, b.todo[--b.n]);
	free(b.todo);
}

/* Those that the bridge has now are not there any more, in the trial; and rules that send there go. */
static void note_ends(struct sw_groups *trial, uint32_t id)
{
	struct sw_groups *groups = trial->tried;
	struct sw_group *g;

	if (groups->rules)
		sw_rules_stage_gone(groups->rules, SW_RULE_GROUP_GONE, id, UINT_MAX);
	if (id != SW_GROUP_ALL) {
		g = (struct sw_group *)group_find(groups, id);
		if (g)
			g->ends = true;
		return;
	}
	for (int64_t at = -1; (g = id_map_next(&groups->map, at)); at = g->id)
		g->ends = true;
	trial->elsewhere = trial->n_buckets = 0;
}

enum sw_group_fault sw_groups_stage(
	struct sw_groups *groups, const struct sw_group_change *change, struct sw_err *err)
{
	struct sw_groups *trial = groups->staged;
	uint32_t id = change->conf.id;
	enum sw_group_fault fault;
	bool was_there;

	if (change->verb != SW_GROUP_DELETE) {
		bring_for(trial, change);
		return sw_groups_change(trial, change, err);
	}
	if (id != SW_GROUP_ALL)
		bring_for(trial, change);
	was_there = id == SW_GROUP_ALL || group_find(trial, id);
	fault = sw_groups_change(trial, change, err);
	if (!fault && was_there)
		note_ends(trial, id);
	return fault;
}

bool sw_groups_has(const struct sw_groups *groups, uint32_t id)
{
	const struct sw_groups *trial = groups->staged;

	return group_find(trial ? trial : groups, id) || (trial && find_there(trial, id));
}

/* --- the end of it --- */

/* What a commit changes in the store of the bridge. */
struct coming {
	struct sw_groups *groups;
	struct sw_group **g, **old; /* that come, and whose place each takes, or NULL */
	struct sw_group **going;
	unsigned n, n_going;
};

static void take_changed(struct coming *c, struct sw_groups *trial)
{
	struct sw_group *g;

	c->g = sw_xcalloc(trial->map.n + 1, sizeof(c->g[0]));
	c->old = sw_xcalloc(trial->map.n + 1, sizeof(c->old[0]));
	for (int64_t id = -1; (g = id_map_next(&trial->map, id)); id = g->id)
		if (!g->brought)
			c->g[c->n++] = g;
	for (unsigned i = 0; i < c->n; i++)
		id_map_remove(&trial->map, c->g[i]->id);
}

/* In the map of the bridge, but seen from the next version on. */
static void place(struct coming *c, unsigned i, uint64_t version)
{
	struct sw_groups *groups = c->groups;
	struct sw_group *g = c->g[i], *old = (struct sw_group *)group_find(groups, g->id);

	g->of = groups;
	g->refs = old ? old->refs : 0;
	g->after = NULL;
	g->is_walked = g->walks;
	g->walked = GROUP_FOREVER;
	if (g->walks)
		group_walked(groups, g, version);
	c->old[i] = old;
	groups->of_type[g->type]++;
	groups->n_buckets += g->n;
	if (old) {
		groups->of_type[old->type]--;
		groups->n_buckets -= old->n;
		old->ends = false;
		old->after = g;
		if (g->goes_on)
			group_stats_follow(g, old);
	}
	group_enter(groups, g, old, version);
}

/* Returns: lists that were made before name groups that are walked now. */
static bool mark_walked(struct coming *c, uint64_t version)
{
	bool any = false, more = false;

	for (unsigned i = 0; i < c->n; i++)
		any |= c->g[i]->walks || (c->old[i] && c->old[i]->is_walked);
	for (unsigned i = 0; i < c->n && !any; i++)
		any = group_sends_to_walked(c->groups, &c->g[i]->conf);
	if (!any)
		return false;
	groups_mark_walked(c->groups, NULL, version);
	for (unsigned i = 0; i < c->n; i++)
		more |= c->g[i]->is_walked && !(c->old[i] && c->old[i]->is_walked);
	return more;
}

/* Likewise, of those that count TTLs down more often. Who sends to one that is new is new, too, and knows. */
static bool mark_downs(struct coming *c)
{
	bool any = false, more = false;

	for (unsigned i = 0; i < c->n; i++) {
		if (!c->old[i])
			continue;
		any |= c->g[i]->downs != c->old[i]->downs;
		more |= c->g[i]->downs > c->old[i]->downs;
	}
	if (any)
		groups_spread_downs(c->groups, NULL);
	return more;
}

static void find_going(struct coming *c)
{
	struct sw_group *g;

	c->going = sw_xcalloc(c->groups->map.n + 1, sizeof(c->going[0]));
	for (int64_t id = -1; (g = id_map_next(&c->groups->map, id)); id = g->id)
		if (g->ends)
			c->going[c->n_going++] = g;
}

/* Who sends to whom changes when all are in their places. */
static void place_all(struct coming *c)
{
	struct sw_groups *groups = c->groups;
	uint64_t version = groups->rules ? rules_stage_version(groups->rules) : 0;
	bool more_downs;

	if (groups->meters)
		meters_stage_place(groups->meters, version);
	for (unsigned i = 0; i < c->n; i++)
		place(c, i, version);
	for (unsigned i = 0; i < c->n; i++) {
		if (c->old[i])
			group_count_refs(groups, &c->old[i]->conf, -1);
		group_count_refs(groups, &c->g[i]->conf, 1);
	}
	find_going(c);
	more_downs = mark_downs(c);
	if ((mark_walked(c, version) || more_downs) && groups->rules)
		rules_stage_void(groups->rules);
	groups_leave(groups, c->going, c->n_going, version);
	__atomic_store_n(&groups->changed, version, __ATOMIC_RELAXED);
}

void sw_groups_publish(struct sw_groups *groups)
{
	struct sw_groups *trial = groups->staged;
	struct coming c = { .groups = groups };
	RTE_ASSERT(trial);
	groups->staged = NULL;
	take_changed(&c, trial);
	groups_destroy(trial);
	place_all(&c);
	if (groups->rules)
		sw_rules_publish(groups->rules);
	/* No worker that begins a turn now looks for what was before. */
	for (unsigned i = 0; i < c.n; i++)
		if (c.old[i])
			group_retire(c.old[i]);
	for (unsigned i = 0; i < c.n; i++)
		groups_tell(groups, c.g[i]->id);
	groups_left(groups, c.going, c.n_going);
	if (groups->meters)
		meters_stage_settle(groups->meters);
	free(c.g);
	free(c.old);
	free(c.going);
}

void sw_groups_commit(struct sw_groups *groups)
{
	sw_groups_publish(groups);
	if (groups->rules)
		sw_rules_settle(groups->rules, UINT_MAX);
}

void sw_groups_discard(struct sw_groups *groups)
{
	struct sw_groups *trial = groups->staged;
	struct sw_group *g;

	RTE_ASSERT(trial);
	for (int64_t id = -1; (g = id_map_next(&groups->map, id)); id = g->id)
		g->ends = false;
	groups->staged = NULL;
	groups_destroy(trial);
	if (groups->meters)
		meters_abort(groups->meters);
}

void sw_groups_abort(struct sw_groups *groups)
{
	sw_groups_discard(groups);
	if (groups->rules)
		sw_rules_abort(groups->rules);
}
