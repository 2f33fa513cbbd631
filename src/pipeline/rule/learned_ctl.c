/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What rules that packets made need beside the others: they are refreshed when they are learned again, shortened when a connection
 * ends, and go when nobody learns them any more (learn with delete_learned).
 *
 * Control thread only.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <rte_debug.h>

#include <sw/clock.h>
#include <sw/learn.h>
#include <sw/mem.h>
#include <sw/rule_mark.h>
#include <sw/rule_slices.h>

#include "code.h"
#include "find.h"
#include "learned.h"
#include "limit.h"
#include "lookup.h"
#include "mask.h"
#include "ref.h"
#include "rules_ctl.h"
#include "slab.h"
#include "timer.h"

static struct sw_rules *alive; /* all there are, by next_alive */

void rules_alive_add(struct sw_rules *rules)
{
	static uint32_t serial;

	rules->serial = ++serial;
	rules->next_alive = alive;
	alive = rules;
}

void rules_alive_remove(struct sw_rules *rules)
{
	struct sw_rules **at = &alive;

	while (*at != rules)
		at = &(*at)->next_alive;
	*at = rules->next_alive;
}

struct sw_rules *rules_alive(const struct sw_rules *rules, uint32_t serial)
{
	struct sw_rules *r = alive;

	while (r && (r != rules || r->serial != serial))
		r = r->next_alive;
	return r;
}

/* The rule of just this match, or NULL. */
static struct sw_rule *find(
	const struct sw_rules *rules, uint8_t id, uint16_t priority, const struct sw_match *from)
{
	const struct rule_table *table = rules->table[id];
	const struct rule_mask *mask;
	struct rule_match match;

	if (!table)
		return NULL;
	rule_match_init(&match, from);
	mask = rule_mask_find(match.bits);
	return mask ? rule_find_same(table, mask, &match, priority) : NULL;
}

bool rules_refresh(struct sw_rules *rules, const struct sw_rule_change *change)
{
	const struct sw_rule_conf *conf = &change->conf;
	struct sw_rule *rule = find(rules, conf->table, conf->priority, &conf->match);

	if (!rule || rule->cookie != conf->cookie ||
		!sw_instructions_equal(&rule_code_last(rule)->does, &conf->does))
		return false;
	rule->modified_ms = sw_clock_ms();
	rule->renewed = true; /* learned only if a packet made it */
	return true;
}

static void shorten(uint16_t *timeout, uint16_t most)
{
	if (most && (!*timeout || *timeout > most))
		*timeout = most;
}

static struct sw_rule *find_ref(const struct sw_rules *rules, const struct rule_ref *ref)
{
	const struct rule_table *table = rules->table[ref->table];
	struct sw_rule *rule = NULL;

	if (table && ref->pos < table->slabs)
		rule = rule_in_slab(table, ref->pos, ref->slot);
	return rule && rule->begin == ref->begin && rule_lives(rule) ? rule : NULL;
}

void rules_shorten(struct sw_rules *rules, const struct rule_ref *ref, uint16_t idle, uint16_t hard)
{
	struct sw_rule *rule = find_ref(rules, ref);

	if (!rule)
		return;
	shorten(&rule->idle_timeout, idle);
	shorten(&rule->hard_timeout, hard);
	rule_timer_set(rules, rule);
}

/* --- delete_learned: rules that learn for a table and a cookie, counted --- */

struct rule_learners {
	struct rule_learners *next;
	uint64_t cookie;
	uint32_t rules; /* as staged */
	uint8_t table;
};

static void count_one(struct sw_rules *rules, const struct sw_learn *l, int by)
{
	struct rule_learners **at = &rules->learners[(l->cookie ^ l->table) % RULE_LEARNERS], *n;

	for (n = *at; n; n = n->next)
		if (n->cookie == l->cookie && n->table == l->table)
			break;
	if (!n) {
		n = sw_xcalloc(1, sizeof(*n));
		n->cookie = l->cookie;
		n->table = l->table;
		n->next = *at;
		*at = n;
		rules->n_learners++;
	}
	n->rules += by;
	rules->learners_gone |= !n->rules;
}

static void count_learn(struct sw_rules *rules, const struct sw_learn *l, int by)
{
	if (l->delete_learned)
		count_one(rules, l, by);
	if (l->limit)
		rule_limit_learners(rules, l->table, l->cookie, by);
}

void rule_learners_count(struct sw_rules *rules, const struct sw_actions *list, int by)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, "clone"))
			rule_learners_count(rules, a->nested.list, by);
		else if (!strcmp(a->type->name, "learn"))
			count_learn(rules, a->learn, by);
	}
}

/* One that counts nothing, off its list; NULL: none. */
static struct rule_learners *next_gone(struct sw_rules *rules)
{
	if (!rules->learners_gone)
		return NULL;
	for (unsigned i = 0; i < RULE_LEARNERS; i++)
		for (struct rule_learners **at = &rules->learners[i]; *at; at = &(*at)->next) {
			struct rule_learners *n = *at;

			if (n->rules)
				continue;
			*at = n->next;
			rules->n_learners--;
			return n;
		}
	rules->learners_gone = false;
	return NULL;
}

/* The end of what it learned, a piece. True: there is more. */
static bool stage_end(struct sw_rules *rules, const struct rule_learners *n, unsigned looks)
{
	struct sw_rule_change c = { .verb = SW_RULE_DELETE,
		.cookie = n->cookie,
		.cookie_mask = UINT64_MAX,
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };

	c.conf.table = n->table;
	return sw_rules_stage_some(rules, &c, looks, NULL) == SW_RULE_MORE;
}

void sw_rules_restoring(struct sw_rules *rules, bool restoring)
{
	rules->restoring = restoring;
}

static void forget_ending(struct sw_rules *rules)
{
	free(rules->ending);
	rules->ending = NULL;
}

/* What ends may have learned itself. */
bool sw_rules_follow(struct sw_rules *rules, unsigned looks)
{
	RTE_ASSERT(rules->staging && !rules->published);
	while (rules->ending || (rules->ending = next_gone(rules))) {
		if (!rules->restoring && stage_end(rules, rules->ending, looks))
			return true;
		forget_ending(rules);
	}
	return rule_limits_begin(rules, &looks);
}

void rule_learners_settle(struct sw_rules *rules, bool commit)
{
	while (commit && sw_rules_follow(rules, UINT_MAX))
		;
	do
		forget_ending(rules);
	while ((rules->ending = next_gone(rules)));
	rule_limits_settle(rules);
}

void rule_learners_fini(struct sw_rules *rules)
{
	rule_limits_fini(rules);
	forget_ending(rules);
	for (unsigned i = 0; i < RULE_LEARNERS; i++)
		while (rules->learners[i]) {
			struct rule_learners *n = rules->learners[i];

			rules->learners[i] = n->next;
			free(n);
		}
}
