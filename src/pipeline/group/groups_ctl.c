/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The groups of a bridge: changes checked whole, then published (OpenFlow 1.3.5, 6.7; faults as OFPGMFC_*).
 *
 * Control thread only. The object that is replaced is freed when no worker has it. Where the new one must be walked and the old
 * one was not, lists that were made before may still name the group: they hold no more from the version on that it is seen from.
 *
 * A worker whose burst began at a version meets the groups that its rules speak of: what takes the place of another one is
 * seen from the version of that moment on, and what is deleted stays in the map, seen by those before, for a grace period. In the
 * second one it may still be looked at, by who finds then that it ended.
 */
#include "groups_ctl.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_debug.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "../rule/lookup.h"
#include "../rule/rules_ctl.h"

SW_REG_KIND_DEFINE(group_listener);

#define SHARE 1024 /* of groups that were deleted, in one step */

struct sw_groups *groups_create(struct sw_rules *rules)
{
	struct sw_groups *groups = sw_xcalloc(1, sizeof(*groups));

	select_init();
	id_map_init(&groups->map, true);
	groups->rules = rules;
	return groups;
}

static void groups_free(void *arg)
{
	struct sw_groups *groups = arg;

	if (groups->n_leaving) { /* they are taken out of the map */
		sw_rcu_defer(groups_free, groups);
		return;
	}
	for (unsigned i = 0; i < groups->map.n; i++)
		group_free((struct sw_group *)group_find(groups, groups->map.ids[i]));
	id_map_fini(&groups->map);
	free(groups);
}

void groups_destroy(struct sw_groups *groups)
{
	if (groups)
		sw_rcu_defer(groups_free, groups);
}

/* --- the end of objects --- */

/* What workers counted on it goes to the one that is there now. */
static void settle(struct sw_group *g)
{
	struct sw_group *now = g;

	while (now->after) {
		now = now->after;
		if (!now->goes_on)
			return;
	}
	if (now != g)
		group_stats_settle(now, g);
}

/* No worker reads a version before the one that took its place. */
static void unlink_older(struct sw_group *g)
{
	if (g->after && g->after->older == g)
		sw_rcu_set(g->after->older, NULL);
	if (g->older)
		((struct sw_group *)g->older)->after = NULL;
}

static void retired(void *arg)
{
	struct sw_group *g = arg;

	settle(g);
	unlink_older(g);
	group_walked_went((struct sw_groups *)g->of, g);
	group_free(g);
}

void group_retire(struct sw_group *g)
{
	group_walked_goes((struct sw_groups *)g->of, g);
	sw_rcu_defer(retired, g);
}

void groups_tell(const struct sw_groups *groups, uint32_t id)
{
	const struct sw_group_listener *l;

	SW_REG_FOREACH (group_listener, const struct sw_group_listener *, l)
		l->heard(groups, id);
}

void group_enter(
	struct sw_groups *groups, struct sw_group *g, struct sw_group *old, uint64_t version)
{
	g->begin = version;
	if (!groups->tried) /* no packet comes to those */
		g->older = old ? old : id_map_find_left(&groups->map, g->id);
	if (g->older)
		((struct sw_group *)g->older)->after = g;
	id_map_set(&groups->map, g->id, g);
}

static void leave(struct sw_groups *groups, struct sw_group *g, uint64_t version)
{
	__atomic_store_n(&g->end, version, __ATOMIC_RELAXED);
	id_map_leave(&groups->map, g->id);
	group_walked_goes(groups, g);
	groups->n_leaving++;
	group_count_refs(groups, &g->conf, -1);
	groups->of_type[g->type]--;
	groups->n_buckets -= g->n;
}

/* --- checks --- */

static bool has_twice(const struct sw_group_conf *conf)
{
	for (unsigned i = 0; i < conf->n_buckets; i++)
		for (unsigned k = 0; k < i; k++)
			if (conf->buckets[i].id == conf->buckets[k].id)
				return true;
	return false;
}

static enum sw_group_fault check_room(const struct sw_groups *groups, const struct sw_group *old,
	const struct sw_group_conf *conf, struct sw_err *err)
{
	unsigned others = groups->n_buckets - (old ? old->n : 0);

	if (!old && groups->map.n + groups->elsewhere >= SW_GROUPS_MAX) {
		sw_err_set(err, SW_CODE_LIMIT, "the bridge has %u groups, the most it can have",
			SW_GROUPS_MAX);
		return SW_GROUP_OUT_OF_GROUPS;
	}
	if (conf->n_buckets > SW_BUCKETS_MAX) {
		sw_err_set(
			err, SW_CODE_LIMIT, "group %u has %u buckets", conf->id, conf->n_buckets);
		sw_err_allowed(err, "at most %u buckets in a group", SW_BUCKETS_MAX);
		return SW_GROUP_OUT_OF_BUCKETS;
	}
	if (others + conf->n_buckets > GROUP_BUCKETS_MAX) {
		sw_err_set(err, SW_CODE_LIMIT, "the bridge's groups have %u buckets, with these %u",
			others, others + conf->n_buckets);
		sw_err_allowed(err, "at most %u in all groups", GROUP_BUCKETS_MAX);
		return SW_GROUP_OUT_OF_BUCKETS;
	}
	return SW_GROUP_FINE;
}

/* The conf is whole, its buckets have numbers. */
static enum sw_group_fault check(struct sw_groups *groups, const struct sw_group *old,
	const struct sw_group_conf *conf, struct sw_err *err)
{
	enum sw_group_fault fault = check_room(groups, old, conf, err);

	if (fault)
		return fault;
	if (has_twice(conf)) {
		sw_err_set(err, SW_CODE_EXISTS, "two buckets of group %u have the same bucket_id",
			conf->id);
		return SW_GROUP_BUCKET_EXISTS;
	}
	if (sw_group_check(conf, err))
		return SW_GROUP_INVALID;
	return group_check_chain(groups, conf, err);
}

/* --- changes --- */

/* From a version on of which keys have what walks through it look at. */
static void place(struct sw_groups *groups, struct sw_group *g)
{
	uint64_t version = groups_next_version(groups, g->is_walked);

	group_enter(groups, g, NULL, version);
	groups_move(groups, version, false);
}

/* In the place of `old`, which others send to. */
static void replace(struct sw_groups *groups, struct sw_group *old, struct sw_group *g)
{
	bool newly = g->is_walked && !old->is_walked, more_downs = g->downs > old->downs;
	uint64_t version =
		groups_next_version(groups, g->is_walked || old->was_walked || more_downs);

	g->refs = old->refs;
	old->after = g; /* who settles what was counted looks for it */
	group_stats_follow(g, old);
	if (newly && g->refs)
		groups_mark_walked(groups, g, version);
	if (more_downs && g->refs)
		groups_spread_downs(groups, g);
	group_enter(groups, g, old, version);
	groups_move(groups, version, newly || more_downs);
	if (!g->is_walked && old->is_walked && g->refs)
		groups_mark_walked(groups, NULL, version);
	if (g->downs < old->downs && g->refs)
		groups_spread_downs(groups, NULL);
	groups->of_type[old->type]--;
	groups->n_buckets -= old->n;
	group_count_refs(groups, &old->conf, -1);
	group_retire(old);
}

/* Takes over the conf, or frees it. */
static enum sw_group_fault put(struct sw_groups *groups, struct sw_group *old,
	struct sw_group_conf *conf, bool keeps, struct sw_err *err)
{
	enum sw_group_fault fault;
	struct sw_group *g;

	sw_group_number_buckets(conf);
	fault = check(groups, old, conf, err);
	g = fault ? NULL : group_create(conf, err);
	sw_group_fini(conf);
	if (!g)
		return fault ? fault : SW_GROUP_BAD_ACTION;
	g->of = groups;
	g->goes_on = old && (!groups->tried || old->goes_on);
	if (keeps)
		group_keep_buckets(g, old);
	g->is_walked = g->walks || group_sends_to_walked(groups, &g->conf);
	if (g->is_walked)
		group_walked(groups, g, 0);
	g->downs = group_count_downs(groups, g);
	if (old)
		replace(groups, old, g);
	else
		place(groups, g);
	group_count_refs(groups, &g->conf, 1);
	groups->of_type[g->type]++;
	groups->n_buckets += g->n;
	groups_tell(groups, g->id);
	return SW_GROUP_FINE;
}

static enum sw_group_fault add(
	struct sw_groups *groups, const struct sw_group_change *change, struct sw_err *err)
{
	struct sw_group_conf conf;

	if (group_find(groups, change->conf.id)) {
		sw_err_set(err, SW_CODE_EXISTS, "group %u is there already", change->conf.id);
		sw_err_given(err, "%u", change->conf.id);
		return SW_GROUP_EXISTS;
	}
	sw_group_copy(&conf, &change->conf);
	return put(groups, NULL, &conf, false, err);
}

static enum sw_group_fault alter(
	struct sw_groups *groups, const struct sw_group_change *change, struct sw_err *err)
{
	struct sw_group *old = (struct sw_group *)group_find(groups, change->conf.id);
	enum sw_group_fault fault = SW_GROUP_FINE;
	struct sw_group_conf conf;

	if (!old) {
		sw_err_set(err, SW_CODE_NOT_FOUND, "there is no group %u", change->conf.id);
		sw_err_given(err, "%u", change->conf.id);
		return SW_GROUP_UNKNOWN;
	}
	if (change->verb == SW_GROUP_INSERT_BUCKETS)
		fault = group_insert_buckets(&conf, &old->conf, change, err);
	else if (change->verb == SW_GROUP_REMOVE_BUCKETS)
		fault = group_remove_buckets(&conf, &old->conf, change, err);
	else
		sw_group_copy(&conf, &change->conf);
	if (fault)
		return fault;
	return put(groups, old, &conf, change->verb != SW_GROUP_MODIFY, err);
}

static void end_rules(struct sw_groups *groups, uint32_t id)
{
	if (!groups->rules || !sw_rules_gone_are_many(groups->rules, SW_RULE_GROUP_GONE, id, 0))
		return;
	sw_rules_begin(groups->rules);
	sw_rules_stage_gone(groups->rules, SW_RULE_GROUP_GONE, id, UINT_MAX);
	sw_rules_commit(groups->rules);
}

/* Those that are deleted at once are taken out of the map, and freed, in shares. */
struct crowd {
	struct sw_groups *groups;
	unsigned n, n_left; /* in the map until then: the first ones */
	struct sw_group *group[];
};

static void leave_map(struct sw_groups *groups, struct sw_group *g)
{
	unlink_older(g);
	id_map_remove_left(&groups->map, g->id, g);
	group_walked_went(groups, g);
	groups->n_leaving--;
}

static void free_share(void *arg)
{
	struct crowd *crowd = arg;

	for (unsigned i = 0; i < SHARE && crowd->n; i++)
		group_free(crowd->group[--crowd->n]);
	if (crowd->n)
		sw_rcu_defer(free_share, crowd);
	else
		free(crowd);
}

static void leave_share(void *arg)
{
	struct crowd *crowd = arg;

	for (unsigned i = 0; i < SHARE && crowd->n_left; i++)
		leave_map(crowd->groups, crowd->group[--crowd->n_left]);
	sw_rcu_defer(crowd->n_left ? leave_share : free_share, crowd);
}

void groups_leave(
	struct sw_groups *groups, struct sw_group *const *list, unsigned n, uint64_t version)
{
	for (unsigned i = n; i > 0; i--) /* the array of ids is cut at its end */
		leave(groups, list[i - 1], version);
}

void groups_left(struct sw_groups *groups, struct sw_group *const *list, unsigned n)
{
	struct crowd *crowd;

	if (!n)
		return;
	crowd = sw_xcalloc(1, sizeof(*crowd) + n * sizeof(crowd->group[0]));
	crowd->groups = groups;
	for (unsigned i = n; i > 0; i--) {
		groups_tell(groups, list[i - 1]->id);
		crowd->group[crowd->n++] = list[i - 1];
	}
	crowd->n_left = crowd->n;
	sw_rcu_defer(leave_share, crowd);
}

static void take_out(struct sw_groups *groups, struct sw_group *const *list, unsigned n)
{
	uint64_t version = groups_next_version(groups, false);

	groups_leave(groups, list, n, version);
	groups_move(groups, version, false);
	groups_left(groups, list, n);
}

static void drop_all(struct sw_groups *groups)
{
	unsigned n = groups->map.n;
	struct sw_group **list = sw_xcalloc(n + 1, sizeof(list[0]));

	if (n)
		end_rules(groups, SW_GROUP_ALL);
	for (unsigned i = 0; i < n; i++)
		list[i] = (struct sw_group *)group_find(groups, groups->map.ids[i]);
	take_out(groups, list, n);
	free(list);
}

static enum sw_group_fault check_drop(
	const struct sw_groups *groups, uint32_t id, struct sw_err *err)
{
	const struct sw_group *g = group_find(groups, id);

	if (id > SW_GROUP_MAX && id != SW_GROUP_ALL) {
		sw_err_set(err, SW_CODE_INVALID, "group_id %u is above %u", id, SW_GROUP_MAX);
		return SW_GROUP_INVALID;
	}
	if (g && g->refs) {
		sw_err_set(err, SW_CODE_CONFLICT, "another group sends to group %u", id);
		sw_err_hint(err, "delete or modify that one first, or delete all groups at once");
		return SW_GROUP_CHAINED;
	}
	return SW_GROUP_FINE;
}

static enum sw_group_fault drop(struct sw_groups *groups, uint32_t id, struct sw_err *err)
{
	enum sw_group_fault fault = check_drop(groups, id, err);
	struct sw_group *g;

	if (fault)
		return fault;
	if (id == SW_GROUP_ALL) {
		drop_all(groups);
		return SW_GROUP_FINE;
	}
	g = (struct sw_group *)group_find(groups, id);
	if (!g)
		return SW_GROUP_FINE;
	end_rules(groups, id);
	take_out(groups, &g, 1);
	return SW_GROUP_FINE;
}

enum sw_group_fault sw_groups_change(
	struct sw_groups *groups, const struct sw_group_change *change, struct sw_err *err)
{
	RTE_ASSERT(!groups->staged);
	switch (change->verb) {
	case SW_GROUP_ADD:
		return add(groups, change, err);
	case SW_GROUP_DELETE:
		return drop(groups, change->conf.id, err);
	default:
		return alter(groups, change, err);
	}
}

/* --- looking --- */

static bool is_known(const struct sw_groups *groups, bool staged, uint32_t id)
{
	return staged ? sw_groups_has(groups, id) : group_find(groups, id) != NULL;
}

static bool list_known(const struct sw_groups *groups, const struct sw_actions *list, bool staged,
	uint32_t *missing)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, "clone") &&
			!list_known(groups, a->nested.list, staged, missing))
			return false;
		if (strcmp(a->type->name, "group") || is_known(groups, staged, a->id))
			continue;
		*missing = a->id;
		return false;
	}
	return true;
}

bool sw_groups_known(const struct sw_groups *groups, const struct sw_instructions *does,
	bool staged, uint32_t *missing)
{
	return list_known(groups, does->apply, staged, missing) &&
	       list_known(groups, does->write, staged, missing);
}

const struct sw_group *sw_groups_next(const struct sw_groups *groups, int64_t id)
{
	return id_map_next(&groups->map, id);
}

const struct sw_group *sw_groups_find(const struct sw_groups *groups, uint32_t id)
{
	return group_find(groups, id);
}

const struct sw_group_conf *sw_group_conf(const struct sw_group *g)
{
	return &g->conf;
}

unsigned sw_groups_count(const struct sw_groups *groups, enum sw_group_type type)
{
	return groups->of_type[type];
}
