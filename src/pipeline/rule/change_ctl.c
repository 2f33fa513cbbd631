/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verbs of a change: add, modify, delete (OpenFlow 1.3.5, 6.4; 1.0.1, 4.6 for a modify that adds).
 *
 * Control thread only.
 */
#include <sw/rule_slices.h>

#include <limits.h>
#include <stdlib.h>

#include <sw/clock.h>
#include <sw/err.h>

#include "../exec/code.h"
#include "clause.h"
#include "code.h"
#include "evict.h"
#include "find.h"
#include "mask.h"
#include "slab.h"
#include "stage.h"
#include "timer.h"

static enum sw_rule_fault bad_table(const struct sw_rule_change *change, struct sw_err *err)
{
	bool all = change->verb != SW_RULE_ADD;

	if (change->by_hand) {
		RTE_ASSERT(change->conf.table == SW_TABLE_BY_HAND);
		return SW_RULE_FINE;
	}
	if (change->conf.table < SW_TABLES || (all && change->conf.table == SW_TABLE_ALL))
		return SW_RULE_FINE;
	sw_err_set(err, SW_CODE_INVALID, "there is no table %u", change->conf.table);
	sw_err_given(err, "%u", change->conf.table);
	sw_err_allowed(
		err, all ? "0 to %u, or %u for all" : "0 to %u", SW_TABLES - 1, SW_TABLE_ALL);
	return SW_RULE_BAD_TABLE;
}

static enum sw_rule_fault bad_goto(const struct sw_rule_conf *conf, struct sw_err *err)
{
	int to = conf->does.goto_table;

	if (to == -1 || (to > conf->table && to < SW_TABLES && conf->table < SW_TABLES))
		return SW_RULE_FINE;
	sw_err_set(
		err, SW_CODE_INVALID, "a rule of table %u cannot go to table %d", conf->table, to);
	sw_err_given(err, "%d", to);
	if (conf->table < SW_TABLES - 1)
		sw_err_allowed(err, "%u to %u", conf->table + 1, SW_TABLES - 1);
	else
		sw_err_hint(err, "the last table cannot go on to another");
	return SW_RULE_BAD_GOTO;
}

static enum sw_rule_fault overlaps(
	const struct sw_rule_conf *conf, const struct sw_rule *other, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_CONFLICT,
		"another rule of table %u with priority %u may match the same packets (cookie %#llx)",
		conf->table, conf->priority, (unsigned long long)other->cookie);
	sw_err_hint(err, "choose another priority, or add it without check_overlap");
	return SW_RULE_OVERLAPS;
}

static enum sw_rule_fault full(
	const struct sw_rules *rules, const struct rule_table *table, struct sw_err *err)
{
	uint32_t most = rule_table_limit(rules, table->id);

	if (table->id == SW_TABLE_BY_HAND) {
		sw_err_set(err, SW_CODE_LIMIT, "%u flows are set by hand already", most);
		sw_err_hint(err, "delete some, or use rules");
		return SW_RULE_TABLE_FULL;
	}
	if (table->rules >= most)
		sw_err_set(err, SW_CODE_LIMIT, "table %u is full (%u rules)", table->id, most);
	else
		sw_err_set(err, SW_CODE_LIMIT, "the bridge is full (%llu rules in all tables)",
			(unsigned long long)rules->total_limit);
	if (table->rules >= most && rules->own[table->id].limited)
		sw_err_hint(err,
			"delete rules, or raise flow_limit of the row that flow_tables:%u of the "
			"bridge names; with overflow_policy=evict there, rules that have a timeout "
			"make room",
			table->id);
	else
		sw_err_hint(err,
			"delete rules, or raise other_config:%s of the bridge; with "
			"overflow-policy=evict there, rules that have a timeout make room",
			table->rules >= most ? "table-rules-max" : "rules-max");
	return SW_RULE_TABLE_FULL;
}

static enum sw_rule_fault too_many_clauses(const struct sw_rules *rules, struct sw_err *err)
{
	sw_err_set(err, SW_CODE_LIMIT, "the bridge is full (%llu conjunctions in all rules)",
		(unsigned long long)rules->total_limit * RULE_CLAUSES_A_RULE);
	sw_err_hint(err,
		"delete rules, or raise other_config:rules-max of the bridge: it may have %u "
		"conjunctions for each of these",
		RULE_CLAUSES_A_RULE);
	return SW_RULE_TABLE_FULL;
}

static struct rule_table *table_of(struct sw_rules *rules, unsigned id)
{
	struct rule_table *table = rules->table[id];

	if (!table) {
		table = rule_table_create(id);
		rule_table_watch(rules, table);
		sw_rcu_set(rules->table[id], table);
		if (id)
			__atomic_store_n(&rules->further, true, __ATOMIC_RELAXED);
	}
	return table;
}

/* What the change at hand does, compiled; once. */
static struct code *take_ops(struct sw_rules *rules)
{
	struct code *ops = rules->ops;

	rules->ops = NULL;
	return ops;
}

/* Made before now, and as if a packet had come now, where it matters. */
static void grow_old(struct sw_rule *rule, uint64_t age_ms)
{
	rule->created_ms -= RTE_MIN(age_ms, rule->created_ms);
	rule->modified_ms = rule->created_ms;
	if (rule->idle_timeout)
		rule_counts_base(
			rule, &(struct rule_count){ .used_8 = sw_clock_ms() / SW_EIGHTH_MS });
}

static void replace(struct sw_rules *rules, struct sw_rule *rule, struct sw_rule_change *change)
{
	const struct sw_rule_conf *conf = &change->conf;

	rule_stage_shifted(rules, rule, rule_code_create(&change->conf.does, take_ops(rules)));
	rule_cookie_set(rules, rule, conf->cookie);
	rule->created_ms = rule->modified_ms = sw_clock_ms();
	rule->idle_timeout = conf->idle_timeout;
	rule->hard_timeout = conf->hard_timeout;
	rule->importance = conf->importance;
	rule->flags = conf->flags;
	rule->learned = rule->renewed = change->learned;
	if (change->reset_counts)
		rule_counts_base(rule, NULL);
	if (change->age_ms)
		grow_old(rule, change->age_ms);
	rule_timer_set(rules, rule);
}

static bool come(struct sw_rules *rules, struct rule_table *table, struct rule_mask *mask,
	const struct rule_match *match, struct sw_rule_change *change)
{
	const struct sw_rule_conf *conf = &change->conf;
	struct sw_rule *rule = rule_alloc(rules, table, mask->n);

	if (!rule)
		return false;
	rule->cookie = conf->cookie;
	rule->created_ms = rule->modified_ms = sw_clock_ms();
	rule->idle_timeout = conf->idle_timeout;
	rule->hard_timeout = conf->hard_timeout;
	rule->importance = conf->importance;
	rule->flags = conf->flags;
	rule->learned = rule->renewed = change->learned;
	rule->priority = conf->priority;
	rule->mask = rule_mask_take(mask);
	for (unsigned i = 0; i < mask->n; i++)
		rule->value[i] = match->value[mask->at[i]];
	rule->code = rule_code_create(&change->conf.does, take_ops(rules));
	if (change->age_ms)
		grow_old(rule, change->age_ms);
	rule_stage_came(rules, table, rule);
	return true;
}

/* The search of the change at hand in a table. */
static struct rule_search search_in(
	struct sw_rules *rules, struct rule_table *table, unsigned *looks)
{
	return (struct rule_search){ table, &rules->part.walk, looks };
}

/* Into *other: one that it may not overlap. */
static enum sw_rule_fault look_for_overlap(struct sw_rules *rules, struct rule_table *table,
	const struct sw_rule_change *change, const struct rule_match *match, unsigned *looks,
	struct sw_rule **other)
{
	struct rule_search search = search_in(rules, table, looks);
	bool first = !rules->part.begun;

	*other = NULL;
	if (!change->check_overlap)
		return SW_RULE_FINE;
	rules->part.begun = true;
	if (first && rule_overlap_is_long(&search, match))
		return SW_RULE_MORE;
	if (!rule_find_overlap(&search, match, change->conf.priority, other))
		return SW_RULE_MORE;
	return SW_RULE_FINE;
}

static enum sw_rule_fault add(
	struct sw_rules *rules, struct sw_rule_change *change, unsigned *looks, struct sw_err *err)
{
	struct rule_table *table = table_of(rules, change->conf.table);
	struct sw_rule *same, *other;
	enum sw_rule_fault fault;
	struct rule_match match;
	struct rule_mask *mask;

	rule_match_init(&match, &change->conf.match);
	fault = look_for_overlap(rules, table, change, &match, looks, &other);
	if (fault)
		return fault;
	mask = rule_mask_get(match.bits);
	same = rule_find_same(table, mask, &match, change->conf.priority);
	if (other)
		fault = overlaps(&change->conf, other, err);
	else if (same)
		replace(rules, same, change);
	else if (!rule_table_room_known(rules, table, looks))
		fault = SW_RULE_MORE;
	else if (!rule_table_make_room(rules, table) || !come(rules, table, mask, &match, change))
		fault = full(rules, table, err);
	rule_mask_put(mask);
	return fault;
}

static void modify_one(struct sw_rules *rules, struct sw_rule *rule, void *arg)
{
	struct sw_rule_change *change = arg;
	struct rule_part *part = &rules->part;

	if (!part->code)
		part->code = rule_code_create(&change->conf.does, take_ops(rules));
	else
		rule_code_take(part->code);
	part->n++;
	rule_stage_shifted(rules, rule, part->code);
	rule->modified_ms = sw_clock_ms();
	rule->learned |= change->learned;
	rule->renewed |= change->learned;
	if (change->set_cookie)
		rule_cookie_set(rules, rule, change->conf.cookie);
	if (change->reset_counts)
		rule_counts_base(rule, NULL);
}

static void end_one(struct sw_rules *rules, struct sw_rule *rule, void *arg)
{
	rules->part.n++;
	rule_stage_went(rules, rule, SW_RULE_DELETED);
}

/* From the first table that the change is about to the last. */
static enum sw_rule_fault change_each(struct sw_rules *rules, struct sw_rule_change *change,
	void (*fn)(struct sw_rules *rules, struct sw_rule *rule, void *arg), unsigned *looks)
{
	bool all = change->conf.table == SW_TABLE_ALL && !change->by_hand;
	unsigned last = all ? SW_TABLES - 1 : change->conf.table;
	struct rule_part *part = &rules->part;
	struct rule_filter filter;

	rule_filter_init(&filter, change);
	if (!part->begun) {
		part->begun = true;
		part->table = all ? 0 : last;
		for (unsigned i = part->table; i <= last; i++) {
			struct rule_search search = search_in(rules, rules->table[i], looks);

			if (rules->table[i] && rule_find_is_long(&search, &filter))
				return SW_RULE_MORE;
		}
	}
	for (; part->table <= last; part->table++) {
		struct rule_search search = search_in(rules, rules->table[part->table], looks);

		if (rules->table[part->table] &&
			!rule_find_some(&search, &filter, fn, rules, change))
			return SW_RULE_MORE;
		part->walk = (struct rule_walking){ 0 };
	}
	return SW_RULE_FINE;
}

static enum sw_rule_fault modify(
	struct sw_rules *rules, struct sw_rule_change *change, unsigned *looks, struct sw_err *err)
{
	struct rule_part *part = &rules->part;

	if (!part->over) {
		if (change_each(rules, change, modify_one, looks))
			return SW_RULE_MORE;
		if (part->n || !change->or_add)
			return SW_RULE_FINE;
		*part = (struct rule_part){ .over = true };
		if (change->conf.table == SW_TABLE_ALL)
			change->conf.table = 0;
	}
	return add(rules, change, looks, err);
}

static enum sw_rule_fault add_or_modify(
	struct sw_rules *rules, struct sw_rule_change *change, unsigned *looks, struct sw_err *err)
{
	enum sw_rule_fault fault = bad_goto(&change->conf, err);

	if (fault)
		return fault;
	if (!rule_clauses_fit(rules, &change->conf.does))
		return too_many_clauses(rules, err);
	if (!rules->part.code) { /* else what it does was taken over */
		rules->ops = code_create(&change->conf.does, err);
		if (!rules->ops)
			return SW_RULE_BAD_ACTION;
		code_reads_add(&rules->ops_read, rules->ops);
	}
	fault = change->verb == SW_RULE_ADD ? add(rules, change, looks, err)
					    : modify(rules, change, looks, err);
	code_destroy(take_ops(rules)); /* it was not needed */
	return fault;
}

enum sw_rule_fault sw_rules_stage_some(
	struct sw_rules *rules, struct sw_rule_change *change, unsigned looks, struct sw_err *err)
{
	enum sw_rule_fault fault = bad_table(change, err);

	RTE_ASSERT(rules->staging && !rules->published);
	if (fault)
		return fault;
	if (change->verb == SW_RULE_ADD || change->verb == SW_RULE_MODIFY ||
		change->verb == SW_RULE_MODIFY_STRICT)
		fault = add_or_modify(rules, change, &looks, err);
	else
		fault = change_each(rules, change, end_one, &looks);
	if (fault != SW_RULE_MORE)
		rules->part = (struct rule_part){ 0 };
	return fault;
}

enum sw_rule_fault sw_rules_stage(
	struct sw_rules *rules, struct sw_rule_change *change, struct sw_err *err)
{
	enum sw_rule_fault fault;

	do
		fault = sw_rules_stage_some(rules, change, UINT_MAX, err);
	while (fault == SW_RULE_MORE);
	return fault;
}
