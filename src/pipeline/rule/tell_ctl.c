/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is told of rules and tables: their parts, their counters, one after the other.
 *
 * Control thread only.
 */
#include <sw/rule.h>

#include <string.h>

#include <sw/rule_mark.h>

#include "find.h"
#include "code.h"
#include "evict.h"
#include "lookup.h"
#include "mask.h"
#include "slab.h"

uint8_t sw_rule_table(const struct sw_rule *rule)
{
	return rule->table;
}

uint16_t sw_rule_priority(const struct sw_rule *rule)
{
	return rule->priority;
}

void sw_rule_get(const struct sw_rule *rule, struct sw_rule_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->table = rule->table;
	conf->flags = rule->flags;
	conf->priority = rule->priority;
	conf->idle_timeout = rule->idle_timeout;
	conf->hard_timeout = rule->hard_timeout;
	conf->importance = rule->importance;
	conf->cookie = rule->cookie;
	rule_match_get(rule, &conf->match);
	conf->does = rule_code_last(rule)->does;
}

bool sw_rule_is_learned(const struct sw_rule *rule)
{
	return rule->learned;
}

bool sw_rule_is_stored(const struct sw_rule *rule)
{
	return rule->stored;
}

void sw_rule_set_stored(const struct sw_rule *rule, bool stored)
{
	((struct sw_rule *)rule)->stored = stored;
}

void sw_rule_stats(const struct sw_rule *rule, struct sw_rule_stats *out)
{
	struct rule_count count = rule_counts(rule);

	out->packets = count.packets;
	out->bytes = count.bytes;
	out->created_ms = rule->created_ms;
	out->modified_ms = rule->modified_ms;
	out->used_ms = RTE_MAX(rule->created_ms, (uint64_t)count.used_8 * SW_EIGHTH_MS);
}

/* The next in the table, or NULL; with cursor->looks down to 0 there may be more. */
static const struct sw_rule *next_in(
	const struct rule_table *table, const struct rule_filter *f, struct sw_rule_cursor *cursor)
{
	struct sw_rule *rule;

	while ((rule = rule_walk(table, &cursor->after))) {
		if (rule_lives(rule) && (!f || rule_filter_takes(f, rule)))
			return rule;
		if (cursor->looks && !--cursor->looks)
			return NULL;
	}
	return NULL;
}

static const struct sw_rule *next_strict(
	const struct rule_table *table, const struct rule_filter *f, uint64_t *at)
{
	const struct rule_mask *mask = rule_mask_find(f->match.bits);
	const struct sw_rule *rule = NULL;

	if (mask && !*at)
		rule = rule_find_same(table, mask, &f->match, f->priority);
	*at = 1;
	return rule && rule_filter_takes(f, rule) ? rule : NULL;
}

const struct sw_rule *sw_rules_next(const struct sw_rules *rules, struct sw_rule_cursor *cursor,
	const struct sw_rule_change *change)
{
	unsigned last = SW_TABLES - 1;
	bool bounded = cursor->looks;
	const struct sw_rule *rule = NULL;
	struct rule_filter filter;

	if (change) {
		rule_filter_init(&filter, change);
		if (change->conf.table != SW_TABLE_ALL) {
			last = change->by_hand ? SW_TABLE_BY_HAND
					       : RTE_MIN(last, change->conf.table);
			if (cursor->table < change->conf.table)
				*cursor = (struct sw_rule_cursor){ change->conf.table,
					cursor->looks, 0 };
		}
	}
	for (; cursor->table <= last; cursor->table++, cursor->after = 0) {
		const struct rule_table *table = rules->table[cursor->table];

		if (!table)
			continue;
		if (change && filter.strict)
			rule = next_strict(table, &filter, &cursor->after);
		else
			rule = next_in(table, change ? &filter : NULL, cursor);
		if (rule || (bounded && !cursor->looks))
			return rule;
	}
	return NULL;
}

bool sw_rule_is_taken(const struct sw_rule *rule, const struct sw_rule_change *change)
{
	struct rule_filter filter;

	if (change->conf.table == SW_TABLE_ALL ? rule->table == SW_TABLE_BY_HAND
					       : change->conf.table != rule->table)
		return false;
	rule_filter_init(&filter, change);
	return rule_filter_takes(&filter, rule);
}

unsigned sw_rules_staged(const struct sw_rules *rules)
{
	return rules->n_staged;
}

void sw_rules_table_stats(
	const struct sw_rules *rules, unsigned table, struct sw_rule_table_stats *out)
{
	const struct rule_table *t = rules->table[table];

	memset(out, 0, sizeof(*out));
	out->limit = rule_table_limit(rules, table);
	for (unsigned i = 0; i < rules->workers; i++) {
		const struct rule_table_counts *c = &rules->counts[i];

		out->lookups += __atomic_load_n(&c->of[table].misses, __ATOMIC_RELAXED);
		out->matches += __atomic_load_n(&c->of[table].matches, __ATOMIC_RELAXED);
		out->probes += __atomic_load_n(&c->of[table].probes, __ATOMIC_RELAXED);
	}
	out->lookups += out->matches;
	if (!t)
		return;
	out->rules = t->rules;
	out->masks = t->groups;
	out->tuples = t->tuples;
}
