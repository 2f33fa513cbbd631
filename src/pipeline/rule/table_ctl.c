/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables that are full, or nearly so: whether they evict, and what is to be said of their vacancy (OpenFlow 1.4.1, 7.3.4.2, 7.4.5).
 *
 * Control thread only.
 */
#include <sw/rule_table.h>

#include <stdlib.h>

#include <rte_common.h>

#include <sw/rule_slices.h>

#include "evict.h"
#include "rules_ctl.h"
#include "stage.h"

bool sw_rules_table_evicts(const struct sw_rules *rules, unsigned table)
{
	enum sw_rule_overflow own = rules->own[table].overflow;
	bool all = own == SW_OVERFLOW_AS_BRIDGE ? rules->evict_all : own == SW_OVERFLOW_EVICT;

	return table != SW_TABLE_BY_HAND && (all || rules->conf[table].evict);
}

bool sw_rules_table_is_fair(const struct sw_rules *rules, unsigned table)
{
	return rules->evict_by[table];
}

/* What was there before a restart comes back even where the limit has fallen below it: it would still be there without. */
uint32_t rule_table_limit(const struct sw_rules *rules, unsigned table)
{
	const struct sw_rule_table_own *own = &rules->own[table];
	uint32_t most = own->limited ? own->limit : rules->limit[table];

	return rules->restoring ? RTE_MAX(most, rules->limit[table]) : most;
}

/* A table is made when the first rule comes. */
void rule_table_watch(struct sw_rules *rules, struct rule_table *table)
{
	if (sw_rules_table_evicts(rules, table->id))
		rule_evict_begin(table, rules->evict_by[table->id]);
}

void sw_rules_table_own(struct sw_rules *rules, unsigned table, const struct sw_rule_table_own *own)
{
	free(rules->evict_by[table]);
	rules->evict_by[table] = evict_by_create(own->groups, own->n_groups);
	rules->own[table] = *own;
	rules->own[table].groups = NULL;
	rules->own[table].n_groups = 0;
	if (rules->table[table])
		rule_table_watch(rules, rules->table[table]);
}

void rules_evict_all(struct sw_rules *rules, bool evict)
{
	rules->evict_all = evict;
	for (unsigned i = 0; i < SW_TABLES; i++)
		if (rules->table[i])
			rule_table_watch(rules, rules->table[i]);
}

static bool has_room(const struct sw_rules *rules, const struct rule_table *table)
{
	return table->rules < rule_table_limit(rules, table->id) &&
	       rules->total < rules->total_limit;
}

static bool evict_one(struct sw_rules *rules, struct rule_table *table)
{
	struct sw_rule *rule =
		sw_rules_table_evicts(rules, table->id) ? rule_evict_choose(table) : NULL;

	if (rule)
		rule_stage_went(rules, rule, SW_RULE_EVICTED);
	return rule;
}

bool rule_table_room_known(const struct sw_rules *rules, struct rule_table *table, unsigned *looks)
{
	return has_room(rules, table) || !sw_rules_table_evicts(rules, table->id) ||
	       rule_evict_ready(table, looks);
}

/* One for one; and another one, if there is, where the limit has fallen below what is there. */
bool rule_table_make_room(struct sw_rules *rules, struct rule_table *table)
{
	if (has_room(rules, table))
		return true;
	if (!evict_one(rules, table))
		return false;
	if (!has_room(rules, table))
		evict_one(rules, table);
	return true;
}

/* One that goes at once, or NULL. */
static struct sw_rule *too_many(const struct sw_rules *rules, struct rule_table *table)
{
	bool over = table->rules > rule_table_limit(rules, table->id);

	return over && sw_rules_table_evicts(rules, table->id) ? rule_evict_choose(table) : NULL;
}

/* How many go of a table of which this one does. */
static unsigned stage_too_many(
	struct sw_rules *rules, struct rule_table *table, struct sw_rule *rule, unsigned most)
{
	unsigned n = 0;

	sw_rules_begin(rules);
	for (; rule && n < most; n++) {
		rule_stage_went(rules, rule, SW_RULE_EVICTED);
		rule = too_many(rules, table);
	}
	return n;
}

bool sw_rules_stage_evicted(struct sw_rules *rules, unsigned most, unsigned *n)
{
	*n = 0;
	if (rules->staging || rules->restoring)
		return false;
	for (unsigned i = 0; i < SW_TABLES; i++) {
		struct rule_table *table = rules->table[i];
		struct sw_rule *rule;

		if (table && rule_evict_prepare(table))
			return true;
		rule = table ? too_many(rules, table) : NULL;
		if (!rule)
			continue;
		*n = stage_too_many(rules, table, rule, most);
		return true;
	}
	return false;
}

bool sw_rules_evict(struct sw_rules *rules, unsigned most)
{
	unsigned n;
	bool more = sw_rules_stage_evicted(rules, most, &n);

	if (n)
		sw_rules_commit(rules);
	return more;
}

void sw_rules_table_conf(
	const struct sw_rules *rules, unsigned table, struct sw_rule_table_conf *out)
{
	*out = rules->conf[table];
}

unsigned sw_rules_table_vacancy(const struct sw_rules *rules, unsigned table)
{
	uint64_t limit = RTE_MIN(rule_table_limit(rules, table), rules->total_limit);
	uint64_t n = rules->table[table] ? rules->table[table]->rules : 0;

	return n < limit ? (limit - n) * 100 / limit : 0;
}

void sw_rules_table_set(
	struct sw_rules *rules, unsigned table, const struct sw_rule_table_conf *conf)
{
	bool low = sw_rules_table_vacancy(rules, table) < conf->up;

	rules->conf[table] = *conf;
	rules->next_vacancy[table] = !conf->vacancy ? SW_VACANCY_SAME
				     : low	    ? SW_VACANCY_UP
						    : SW_VACANCY_DOWN;
	if (rules->table[table])
		rule_table_watch(rules, rules->table[table]);
}

enum sw_rule_vacancy sw_rules_table_look(struct sw_rules *rules, unsigned table)
{
	enum sw_rule_vacancy next = rules->next_vacancy[table];
	const struct sw_rule_table_conf *conf = &rules->conf[table];
	unsigned vacancy;

	if (next == SW_VACANCY_SAME)
		return SW_VACANCY_SAME;
	vacancy = sw_rules_table_vacancy(rules, table);
	if (next == SW_VACANCY_DOWN ? vacancy >= conf->down : vacancy <= conf->up)
		return SW_VACANCY_SAME;
	rules->next_vacancy[table] = next == SW_VACANCY_DOWN ? SW_VACANCY_UP : SW_VACANCY_DOWN;
	return next;
}
