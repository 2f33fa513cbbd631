/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a table, by mask: each mask is a group, and all rules of a group are in one tuple, or in two (plan.h),
 * whose masks have no bit that theirs lacks. So a rule with a given match is found by its group's tuples, and
 * control needs no index of its own.
 *
 * Control thread only.
 */
#include "group.h"

#include <limits.h>
#include <stdlib.h>

#include <rte_debug.h>

#include <sw/mem.h>

#include "limbo.h"
#include "plan.h"
#include "sieve_ctl.h"
#include "tuple_ctl.h"
#include "view_ctl.h"

struct rule_group *rule_group_find(const struct rule_table *table, const struct rule_mask *mask)
{
	struct rule_group *g = mask->groups;

	while (g && g->table != table)
		g = g->next_of_mask;
	return g;
}

static struct rule_group *create(
	struct sw_rules *rules, struct rule_table *table, struct rule_mask *mask)
{
	struct rule_group *g = sw_xcalloc(1, sizeof(*g));
	uint64_t *reads = (uint64_t *)&table->reads;

	g->mask = rule_mask_take(mask);
	g->table = table;
	g->next_of_mask = mask->groups;
	mask->groups = g;
	g->next = table->group;
	g->at = &table->group;
	if (g->next)
		g->next->at = &g->next;
	table->group = g;
	table->groups++;
	for (unsigned i = 0; i < mask->n; i++)
		reads[mask->at[i]] |= mask->word[i];
	rule_plan_group(rules, g);
	rule_view_stale(rules, table);
	return g;
}

static void leave_tuple(struct sw_rules *rules, struct rule_group *g, unsigned link)
{
	struct rule_tuple *t = g->tuple[link];

	g->tuple[link] = NULL;
	if (!t || --t->groups)
		return;
	*t->at = t->next;
	if (t->next)
		t->next->at = t->at;
	__atomic_store_n(&g->table->tuples, g->table->tuples - 1, __ATOMIC_RELAXED);
	rule_sieve_leave(g->table, t);
	rule_view_stale(rules, g->table);
	rule_tuple_retire(rules, t);
}

static void destroy(struct sw_rules *rules, struct rule_group *g)
{
	struct rule_group **of_mask = &g->mask->groups;

	while (*of_mask != g)
		of_mask = &(*of_mask)->next_of_mask;
	*of_mask = g->next_of_mask;
	*g->at = g->next;
	if (g->next)
		g->next->at = g->at;
	g->table->groups--;
	g->table->gone++;
	for (unsigned link = 0; link < 2; link++)
		leave_tuple(rules, g, link);
	rule_view_stale(rules, g->table);
	rule_mask_put(g->mask);
	free(g);
}

void rule_group_join(struct rule_group *g, struct rule_tuple *t)
{
	t->groups++;
	g->tuple[t->link] = t;
}

struct rule_tuple *rule_tuple_open(
	struct sw_rules *rules, struct rule_table *table, struct rule_mask *mask, unsigned link)
{
	struct rule_tuple *t = rule_tuple_create(mask, link);

	t->next = table->tuple;
	t->at = &table->tuple;
	if (t->next)
		t->next->at = &t->next;
	table->tuple = t;
	__atomic_store_n(&table->tuples, table->tuples + 1, __ATOMIC_RELAXED);
	rule_sieve_enter(table, t);
	rule_view_stale(rules, table);
	return t;
}

/* False: its chain has `most` rules already. */
static bool insert(
	struct sw_rules *rules, struct rule_tuple *t, struct sw_rule *rule, unsigned most)
{
	struct rule_table *table = rule->group->table;
	unsigned keys = t->keys, best = t->rules ? t->best : UINT_MAX;

	if (!rule_tuple_insert(rules, t, rule, most))
		return false;
	if (t->best != best && !(rule_sieved(table) && rule_has_place(table->sieve, t)))
		rule_view_stale(rules, table);
	if (t->keys != keys || table->sieving)
		rule_sieve_add(rules, t, rule);
	return true;
}

/* Into the tuple that the group shares with others; where the chain is full there, into one of its own. */
void rule_link(struct sw_rules *rules, struct rule_table *table, struct sw_rule *rule)
{
	struct rule_group *g = rule_group_find(table, rule->mask);
	unsigned most;

	if (!g)
		g = create(rules, table, (struct rule_mask *)rule->mask);
	rule->group = g;
	g->rules++;
	most = g->tuple[0]->mask == g->mask ? UINT_MAX : rule_plan_chain(table);
	if (insert(rules, g->tuple[0], rule, most))
		return;
	if (!g->tuple[1])
		rule_plan_own(rules, g);
	insert(rules, g->tuple[1], rule, UINT_MAX);
}

void rule_unlink(struct sw_rules *rules, struct sw_rule *rule)
{
	struct rule_group *g = rule->group;

	for (unsigned link = 0; link < 2; link++) {
		struct rule_tuple *t = g->tuple[link];
		uint64_t keys;

		if (!(rule->linked >> link & 1))
			continue;
		keys = t->keys;
		rule_tuple_remove(rules, t, rule);
		if (!t->n_best && t->left > t->rules / 4)
			rule_view_stale(rules, g->table);
		if (t->keys != keys)
			rule_sieve_gone(rules, g->table);
	}
	if (!--g->rules)
		destroy(rules, g);
}

void rule_groups_free(struct rule_table *table)
{
	for (struct rule_group *g = table->group, *next; g; g = next) {
		struct rule_group **of_mask = &g->mask->groups;

		next = g->next;
		while (*of_mask != g)
			of_mask = &(*of_mask)->next_of_mask;
		*of_mask = g->next_of_mask;
		rule_mask_put(g->mask);
		free(g);
	}
}
