/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that send to groups: what is refused, who sends to whom, which are walked because one that they send to is, and
 * how often a TTL is counted down on the way.
 *
 * Control thread only. Chains may be as long as there are groups: searches keep a list of their own, and mark where they
 * were.
 */
#include <stdlib.h>

#include <rte_common.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "../exec/code.h"
#include "../exec/run_ttl.h"
#include "groups_ctl.h"

/* A search from group to group. */
struct search {
	struct sw_groups *groups;
	struct sw_group **todo;
	unsigned n, size, at;
	uint32_t own; /* whose conf it began with */
	bool loop;    /* and which was come back to */
	bool missing; /* `unknown` is not there */
	uint32_t unknown;
};

static void visit(void *arg, uint32_t id)
{
	struct search *s = arg;
	struct sw_group *g = (struct sw_group *)group_find(s->groups, id);

	if (id == s->own) {
		s->loop = true;
	} else if (!g) {
		s->missing = true;
		s->unknown = id;
	} else if (!g->mark) {
		if (s->n == s->size) {
			s->size = RTE_MAX(16u, 2 * s->size);
			s->todo = sw_xrealloc(s->todo, s->size, sizeof(s->todo[0]));
		}
		g->mark = true;
		s->todo[s->n++] = g;
	}
}

static void visit_buckets(struct search *s, const struct sw_group_conf *conf)
{
	for (unsigned i = 0; i < conf->n_buckets; i++)
		bucket_each_group(&conf->buckets[i], visit, s);
}

enum sw_group_fault group_check_chain(
	struct sw_groups *groups, const struct sw_group_conf *conf, struct sw_err *err)
{
	struct search s = { .groups = groups, .own = conf->id };

	visit_buckets(&s, conf);
	while (!s.loop && s.at < s.n)
		visit_buckets(&s, &s.todo[s.at++]->conf);
	for (unsigned i = 0; i < s.n; i++)
		s.todo[i]->mark = false;
	free(s.todo);
	if (s.loop) {
		sw_err_set(err, SW_CODE_INVALID, "group %u would come back to itself", conf->id);
		return SW_GROUP_LOOP;
	}
	if (s.missing) {
		sw_err_set(err, SW_CODE_NOT_FOUND, "group %u sends to group %u, which is not there",
			conf->id, s.unknown);
		sw_err_given(err, "%u", s.unknown);
		sw_err_hint(err, "add group %u first", s.unknown);
		return SW_GROUP_NO_GROUP;
	}
	return SW_GROUP_FINE;
}

struct ref {
	struct sw_groups *groups;
	int by;
};

static void count_ref(void *arg, uint32_t id)
{
	const struct ref *r = arg;
	struct sw_group *g = (struct sw_group *)group_find(r->groups, id);

	if (g)
		g->refs += r->by;
}

void group_count_refs(struct sw_groups *groups, const struct sw_group_conf *conf, int by)
{
	struct ref r = { groups, by };

	for (unsigned i = 0; i < conf->n_buckets; i++)
		bucket_each_group(&conf->buckets[i], count_ref, &r);
}

struct asked {
	const struct sw_groups *groups;
	bool marked;
};

static void ask(void *arg, uint32_t id)
{
	struct asked *a = arg;
	const struct sw_group *g = group_find(a->groups, id);

	a->marked |= g && g->mark;
}

static bool sends_to_marked(const struct sw_groups *groups, const struct sw_group_conf *conf)
{
	struct asked a = { groups, false };

	for (unsigned i = 0; i < conf->n_buckets; i++)
		bucket_each_group(&conf->buckets[i], ask, &a);
	return a.marked;
}

static bool spread(struct sw_groups *groups)
{
	bool any = false;
	struct sw_group *g;

	for (int64_t id = -1; (g = id_map_next(&groups->map, id)); id = g->id) {
		if (g->mark || !sends_to_marked(groups, &g->conf))
			continue;
		any = g->mark = true;
	}
	return any;
}

/* As many rounds as the longest chain at most. Workers go on walking through those that are walked no more, until groups_rest(). */
void groups_mark_walked(struct sw_groups *groups, const struct sw_group *coming, uint64_t version)
{
	struct sw_group *g;

	for (int64_t id = -1; (g = id_map_next(&groups->map, id)); id = g->id)
		g->mark = g->walks || (coming && g->id == coming->id);
	while (spread(groups))
		;
	for (int64_t id = -1; (g = id_map_next(&groups->map, id)); id = g->id) {
		g->is_walked = g->mark;
		g->mark = false;
		if (g->is_walked)
			group_walked(groups, g, version);
	}
}

static void ask_walked(void *arg, uint32_t id)
{
	struct asked *a = arg;
	const struct sw_group *g = group_find(a->groups, id);

	a->marked |= g && g->is_walked;
}

bool group_sends_to_walked(const struct sw_groups *groups, const struct sw_group_conf *conf)
{
	struct asked a = { groups, false };

	for (unsigned i = 0; i < conf->n_buckets; i++)
		bucket_each_group(&conf->buckets[i], ask_walked, &a);
	return a.marked;
}

/* --- how often a TTL is counted down --- */

static unsigned downs_of(
	const struct sw_groups *groups, const struct sw_group *coming, const struct op *op)
{
	const struct sw_group *g;
	uint32_t id;

	if (!op_group(op, &id))
		return 0;
	g = coming && coming->id == id ? coming : group_find(groups, id);
	return g ? g->downs : 0;
}

/* From its end: what gives the packet another TTL matters where that is counted down later. */
static unsigned bucket_downs(
	const struct sw_groups *groups, const struct sw_group *coming, const struct code *code)
{
	unsigned downs = 0;

	for (unsigned i = code->n_apply; i-- > 0;) {
		const struct op *op = &code->apply[i];

		downs = RTE_MAX(downs, downs_of(groups, coming, op));
		if (op->hops == OP_HOPS_DOWN)
			downs = RTE_MIN(downs + 1, HOPS_ANY);
		else if (op->hops == OP_HOPS_NEW && downs)
			downs = HOPS_ANY;
	}
	return downs;
}

static unsigned count_downs(
	const struct sw_groups *groups, const struct sw_group *coming, const struct sw_group *g)
{
	unsigned most = 0;

	for (unsigned i = 0; i < g->n; i++)
		most = RTE_MAX(most, bucket_downs(groups, coming, g->bucket[i].code));
	return most;
}

unsigned group_count_downs(const struct sw_groups *groups, const struct sw_group *g)
{
	return count_downs(groups, NULL, g);
}

static bool spread_downs(struct sw_groups *groups, const struct sw_group *coming)
{
	bool any = false;
	struct sw_group *g;

	for (int64_t id = -1; (g = id_map_next(&groups->map, id)); id = g->id) {
		unsigned downs = count_downs(groups, coming, g);

		if (downs == g->downs || (coming && g->id == coming->id))
			continue;
		__atomic_store_n(&g->downs, downs, __ATOMIC_RELAXED);
		any = true;
	}
	return any;
}

/* As many rounds as the longest chain at most. */
void groups_spread_downs(struct sw_groups *groups, const struct sw_group *coming)
{
	while (spread_downs(groups, coming))
		;
}
