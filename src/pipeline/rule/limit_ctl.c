/* SPDX-License-Identifier: BSD-3-Clause */
/* See limit.h. Control thread only. */
#include "limit.h"

#include <stdlib.h>

#include <sw/mem.h>

#include "find.h"
#include "mask.h"
#include "slab.h"
#include "store.h"

static struct rule_limit **list_of(struct sw_rules *rules, uint8_t table, uint64_t cookie)
{
	return &rules->limits[(cookie ^ table) % RULE_LEARNERS];
}

/* Of all rules there are, some. True: there is more. Who asks for a rule may have taken places meanwhile. */
static bool count_some(const struct sw_rules *rules, struct rule_limit *l, unsigned *looks)
{
	const struct rule_table *table = rules->table[l->table];
	const struct sw_rule *rule;

	while (*looks && table && (rule = rule_walk(table, &l->at))) {
		--*looks;
		l->rules += rule_lives(rule) && rule->cookie == l->cookie;
	}
	if (!*looks)
		return true;
	__atomic_fetch_add(&l->taken, l->rules, __ATOMIC_RELAXED);
	l->counted = true;
	return false;
}

bool rule_limits_begin(struct sw_rules *rules, unsigned *looks)
{
	for (unsigned i = 0; rules->limits_begin && i < RULE_LEARNERS; i++)
		for (struct rule_limit *l = rules->limits[i]; l; l = l->next)
			if (!l->counted && l->learners && count_some(rules, l, looks))
				return true;
	rules->limits_begin = false;
	return false;
}

void rule_limit_learners(struct sw_rules *rules, uint8_t table, uint64_t cookie, int by)
{
	struct rule_limit *l = rule_limit_find(rules, table, cookie), **list;
	static uint32_t id;

	if (!l) {
		list = list_of(rules, table, cookie);
		l = sw_xcalloc(1, sizeof(*l));
		l->cookie = cookie;
		l->table = table;
		l->id = ++id ? id : ++id;
		rules->limits_begin = true;
		l->next = *list;
		sw_rcu_set(*list, l);
		rules->n_limits++;
	}
	l->learners += by;
	rules->limits_gone |= !l->learners;
}

void rule_limit_count(struct sw_rules *rules, uint8_t table, uint64_t cookie, int by)
{
	struct rule_limit *l;

	if (!rules->n_limits)
		return;
	l = rule_limit_find(rules, table, cookie);
	if (!l || !l->counted)
		return;
	l->rules += by;
	__atomic_fetch_add(&l->taken, (uint32_t)by, __ATOMIC_RELAXED);
}

void rule_limit_give(struct sw_rules *rules, uint8_t table, uint64_t cookie, uint32_t id)
{
	struct rule_limit *l = rule_limit_find(rules, table, cookie);

	if (l && l->id == id)
		__atomic_fetch_sub(&l->taken, 1, __ATOMIC_RELAXED);
}

bool rule_limit_allows(
	const struct sw_rules *rules, const struct sw_rule_change *change, uint32_t most)
{
	const struct sw_rule_conf *conf = &change->conf;
	const struct rule_limit *l = rule_limit_find(rules, conf->table, conf->cookie);
	const struct rule_table *table = rules->table[conf->table];
	struct sw_rule *same = NULL;
	const struct rule_mask *mask;
	struct rule_match match;

	if (!l)
		return false; /* whoever would learn it is gone */
	if (l->rules < most)
		return true;
	rule_match_init(&match, &conf->match);
	mask = table ? rule_mask_find(match.bits) : NULL;
	if (mask)
		same = rule_find_same(table, mask, &match, conf->priority);
	return same && same->cookie == conf->cookie;
}

void rule_limits_settle(struct sw_rules *rules)
{
	if (!rules->limits_gone)
		return;
	rules->limits_gone = false;
	for (unsigned i = 0; i < RULE_LEARNERS; i++)
		for (struct rule_limit **at = &rules->limits[i]; *at;) {
			struct rule_limit *l = *at;

			if (l->learners) {
				at = &l->next;
				continue;
			}
			sw_rcu_set(*at, l->next);
			sw_rcu_defer(free, l);
			rules->n_limits--;
		}
}

void rule_limits_fini(struct sw_rules *rules)
{
	for (unsigned i = 0; i < RULE_LEARNERS; i++)
		while (rules->limits[i]) {
			struct rule_limit *l = rules->limits[i];

			rules->limits[i] = l->next;
			free(l);
		}
}
