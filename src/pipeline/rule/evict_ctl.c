/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Eviction (OpenFlow 1.4.1, 5.5 and 6.4; which rule: Flow_Table in ovs-vswitchd.conf.db(5)): of rules with a timeout, those in the largest
 * group; of these the one of the lowest importance, and then the one that would be over first.
 *
 * Rules of a table that did not evict before are gathered by a walk through it, in shares; when they are to be grouped in another way they go from
 * the old groups to the new, in shares, too. A choice meanwhile is the best of those that are there.
 *
 * Control thread only.
 */
#include "evict.h"

#include <stdlib.h>

#include <sw/mem.h>

#include "evict_groups.h"
#include "find.h"
#include "slab.h"

#define SHARE	2048 /* rules looked through in a step */
#define REGROUP 512  /* rules that go to other groups in one */
#define PAGES	16   /* freed in one */

struct rule_evict {
	struct evict_groups *groups, *old; /* old: NULL when all are in the new ones */
	bool drained;			   /* old is being freed */
	struct evict_by *want;		   /* of wants: another way again, when old is empty */
	bool wants;
	uint64_t walk; /* where the look through the table is */
	bool walked;   /* it is over */
};

static bool may_go(const struct sw_rule *rule)
{
	return rule->idle_timeout || rule->hard_timeout;
}

void rule_evict_set(struct rule_table *table, struct sw_rule *rule)
{
	struct rule_evict *e = table->evict;

	if (!e)
		return;
	if (!may_go(rule) || (e->old && evict_groups_have(e->old, rule)))
		rule_evict_drop(table, rule);
	if (may_go(rule))
		evict_groups_set(e->groups, rule);
}

void rule_evict_drop(struct rule_table *table, struct sw_rule *rule)
{
	struct rule_evict *e = table->evict;

	if (!e || !rule->evict_at)
		return;
	if (evict_groups_have(e->groups, rule))
		evict_groups_drop(e->groups, rule);
	else
		evict_groups_forget(e->old, rule);
}

/* Takes `by`. */
static void group(struct rule_evict *e, struct evict_by *by)
{
	e->old = e->groups;
	e->groups = evict_groups_create(by, !evict_groups_are_odd(e->old));
}

void rule_evict_begin(struct rule_table *table, const struct evict_by *by)
{
	struct rule_evict *e = table->evict;

	if (!e) {
		table->evict = e = sw_xcalloc(1, sizeof(*e));
		e->groups = evict_groups_create(evict_by_copy(by), false);
		return;
	}
	free(e->want);
	e->want = NULL;
	e->wants = false;
	if (evict_groups_are_by(e->groups, by))
		return;
	e->wants = e->old;
	if (e->wants)
		e->want = evict_by_copy(by);
	else
		group(e, evict_by_copy(by));
}

/* Some of the old groups to the new. */
static void regroup(struct rule_table *table)
{
	struct rule_evict *e = table->evict;
	struct sw_rule *rule;

	for (unsigned i = 0; i < REGROUP && !e->drained; i++) {
		rule = evict_groups_take(e->old);
		if (rule)
			evict_groups_set(e->groups, rule);
		e->drained = !rule;
	}
	if (!e->drained || evict_groups_free(e->old, PAGES))
		return;
	e->drained = false;
	e->old = NULL;
	if (e->wants)
		group(e, e->want);
	e->want = NULL;
	e->wants = false;
}

static bool is_under_way(const struct rule_evict *e)
{
	return e->old || !e->walked;
}

bool rule_evict_prepare(struct rule_table *table)
{
	struct rule_evict *e = table->evict;
	struct sw_rule *rule;

	if (!e || !is_under_way(e))
		return false;
	if (e->old) {
		regroup(table);
		return true;
	}
	for (unsigned i = 0; i < SHARE; i++) {
		rule = rule_walk(table, &e->walk);
		if (!rule) {
			e->walked = true;
			return false;
		}
		if (rule_lives(rule) && !rule->evict_at)
			rule_evict_set(table, rule);
	}
	return true;
}

bool rule_evict_ready(struct rule_table *table, unsigned *looks)
{
	const struct rule_evict *e = table->evict;

	while (e && evict_groups_are_empty(e->groups) && is_under_way(e)) {
		if (*looks < SHARE)
			return false;
		*looks -= SHARE;
		rule_evict_prepare(table);
	}
	return true;
}

bool rule_evict_end(struct rule_table *table, unsigned most)
{
	struct rule_evict *e = table->evict;

	if (!e)
		return false;
	if (e->old) {
		if (evict_groups_free(e->old, most))
			return true;
		e->old = NULL;
	}
	if (evict_groups_free(e->groups, most))
		return true;
	free(e->want);
	free(e);
	table->evict = NULL;
	return false;
}

struct sw_rule *rule_evict_choose(struct rule_table *table)
{
	struct rule_evict *e = table->evict;

	if (!e)
		return NULL;
	/* One step in any case: of a small table all are sorted in then. */
	while (rule_evict_prepare(table) && evict_groups_are_empty(e->groups))
		;
	return evict_groups_choose(e->groups);
}
