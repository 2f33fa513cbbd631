/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge: made, told about, freed.
 *
 * Control thread only. What is freed at the end may be much: it goes in shares, one a poll of RCU.
 */
#include "rules_ctl.h"

#include <stdlib.h>
#include <string.h>

#include <sw/group.h>
#include <sw/mem.h>
#include <sw/meter.h>
#include <sw/rule_slices.h>
#include <sw/worker.h>

#include "chunk.h"
#include "code.h"
#include "evict.h"
#include "group.h"
#include "find.h"
#include "learned.h"
#include "limbo.h"
#include "mask.h"
#include "sieve_ctl.h"
#include "slab.h"
#include "stage.h"
#include "tuple_ctl.h"
#include "uses.h"

#define FREE_SHARE 4096 /* rules freed in one step */
#define FREE_PAGES 64	/* pages of what evicts */

struct sw_rules *rules_create(const char *name)
{
	struct sw_rules *rules = sw_xcalloc(1, sizeof(*rules));

	rule_secret_choose();
	rules->name = sw_xstrdup(name);
	rules->version = 1;
	rules->workers = sw_worker_count();
	rules->counts = rule_align(rules->workers * sizeof(rules->counts[0]));
	rules->total_limit = RULE_TOTAL_LIMIT;
	for (unsigned i = 0; i < SW_TABLES; i++)
		rules->limit[i] = RULE_LIMIT;
	rules->limit[SW_TABLE_BY_HAND] = RULE_BY_HAND_LIMIT;
	rule_limbo_init(rules);
	rule_uses_init(rules);
	rules_alive_add(rules);
	return rules;
}

struct rule_table *rule_table_create(unsigned id)
{
	struct rule_table *table = sw_xcalloc(1, sizeof(*table));

	table->id = id;
	return table;
}

void rules_limit(struct sw_rules *rules, unsigned table, uint32_t most)
{
	if (table == SW_TABLE_ALL)
		rules->total_limit = most;
	else
		rules->limit[table] = most;
}

uint64_t rules_in_limbo(const struct sw_rules *rules)
{
	return rules->in_limbo;
}

/* So many rules use it that are there; all of them: as many as there may be. */
static uint64_t users(const struct sw_rules *rules, enum sw_rule_news why, uint32_t id)
{
	if (why == SW_RULE_GROUP_GONE)
		return id == SW_GROUP_ALL ? (rules->uses[RULE_USED_GROUP].n ? UINT64_MAX : 0)
					  : rules_using_group(rules, id);
	return id == SW_METER_ALL ? (rules->uses[RULE_USED_METER].n ? UINT64_MAX : 0)
				  : rules_using_meter(rules, id);
}

/* By the list of what it names, which lies together: looking through its actions takes longer than all else here. */
static bool uses(const struct rule_code *code, enum sw_rule_news why, uint32_t id)
{
	bool meter = why == SW_RULE_METER_GONE;
	enum rule_used kind = meter ? RULE_USED_METER : RULE_USED_GROUP;
	bool all = id == (meter ? (uint32_t)SW_METER_ALL : (uint32_t)SW_GROUP_ALL);

	for (unsigned i = 0; i < code->n_uses; i++)
		if (code->uses[i].kind == kind && (all || code->uses[i].id == id))
			return true;
	return false;
}

/* The users in one slab. */
static void end_users(struct sw_rules *rules, struct rule_table *table, unsigned pos,
	enum sw_rule_news why, uint32_t id)
{
	table->slab_uses[pos] = 0;
	for (unsigned slot = 0; slot < RULE_SLAB_MOST; slot++) {
		struct sw_rule *rule = rule_in_slab(table, pos, slot);
		const struct rule_code *code = rule ? rule_code_last(rule) : NULL;

		if (!code || !code->n_uses || !rule_lives(rule))
			continue;
		if (!uses(code, why, id)) {
			rule_uses_note(rule, code);
			continue;
		}
		rule_stage_went(rules, rule, why);
	}
}

static uint64_t bits_of(enum sw_rule_news why, uint32_t id)
{
	bool group = why == SW_RULE_GROUP_GONE;

	return id == (group ? (uint32_t)SW_GROUP_ALL : (uint32_t)SW_METER_ALL)
		       ? UINT64_MAX
		       : rule_uses_bit(id, group ? RULE_USED_GROUP : RULE_USED_METER);
}

static unsigned looks_at(const struct sw_rules *rules, uint64_t bits)
{
	unsigned n = 0;

	for (unsigned i = 0; i < RULE_TABLES; i++) {
		const struct rule_table *table = rules->table[i];

		for (unsigned pos = 0; table && pos < table->slabs; pos++)
			n += table->slab_uses[pos] & bits ? RULE_SLAB_MOST : 0;
	}
	return n;
}

bool sw_rules_gone_are_many(
	const struct sw_rules *rules, enum sw_rule_news why, uint32_t id, unsigned looks)
{
	return users(rules, why, id) &&
	       (rules->n_learners || looks_at(rules, bits_of(why, id)) > looks);
}

/* Of a million rules that use none of it this looks at 48,000 words; of as many that each use something else, at every third rule. */
bool sw_rules_stage_gone(struct sw_rules *rules, enum sw_rule_news why, uint32_t id, unsigned looks)
{
	struct rule_part *part = &rules->part;
	uint64_t bits = bits_of(why, id);

	for (; part->table < RULE_TABLES; part->table++, part->walk.at = 0) {
		struct rule_table *table = rules->table[part->table];

		for (; table && part->walk.at < table->slabs; part->walk.at++) {
			if (!users(rules, why, id))
				goto done;
			if (!(table->slab_uses[part->walk.at] & bits))
				continue;
			if (looks < RULE_SLAB_MOST)
				return true;
			looks -= RULE_SLAB_MOST;
			end_users(rules, table, part->walk.at, why, id);
		}
	}
done:
	*part = (struct rule_part){ 0 };
	return false;
}

static void free_table(struct rule_table *table)
{
	for (struct rule_tuple *t = table->tuple, *next; t; t = next) {
		next = t->next;
		rule_tuple_free(t);
	}
	rule_sieves_free(table);
	rule_groups_free(table);
	free(table->view);
	free(table->slab);
	free(table->slab_uses);
	free(table);
}

static bool free_some_rules(struct rule_table *table)
{
	struct sw_rule *rule;
	uint64_t at = 0;

	for (unsigned i = 0; i < FREE_SHARE; i++) {
		rule = rule_walk(table, &at);
		if (!rule)
			return false;
		rule_code_put(rule->code);
		rule_mask_put((struct rule_mask *)rule->mask);
		rule_free(rule);
	}
	return true;
}

/* No worker knows any of it: first what was waiting, then the rules of one table after the other. */
static void free_share(void *arg)
{
	struct sw_rules *rules = arg;
	bool more = rules->staging && rule_stage_drop(rules, FREE_SHARE);

	rules->staging = more;
	if (rule_limbo_drain(rules) || more) {
		sw_rcu_defer(free_share, rules);
		return;
	}
	for (unsigned i = 0; i < RULE_TABLES; i++) {
		if (!rules->table[i])
			continue;
		if (!free_some_rules(rules->table[i]) &&
			!rule_evict_end(rules->table[i], FREE_PAGES)) {
			free_table(rules->table[i]);
			rules->table[i] = NULL;
		}
		sw_rcu_defer(free_share, rules);
		return;
	}
	free(rules->staged);
	free(rules->wheel);
	free(rules->counts);
	for (unsigned i = 0; i < PLACES; i++)
		free(rules->stamps[i]);
	for (unsigned i = 0; i < RULE_TABLES; i++)
		free(rules->evict_by[i]);
	rule_uses_fini(rules);
	rule_learners_fini(rules);
	free(rules->name);
	free(rules);
}

void rules_destroy(struct sw_rules *rules)
{
	if (!rules)
		return;
	rules_alive_remove(rules);
	rules->dying = true;
	sw_rcu_defer(free_share, rules);
}
