/* SPDX-License-Identifier: BSD-3-Clause */
/* See limit.h. Workers. */
#include "limit.h"

#include <string.h>

#include "chain.h"
#include "hash.h"
#include "store.h"

struct rule_limit *rule_limit_find(const struct sw_rules *rules, uint8_t table, uint64_t cookie)
{
	struct rule_limit *l = sw_rcu_get(rules->limits[(cookie ^ table) % RULE_LEARNERS]);

	while (l && (l->cookie != cookie || l->table != table))
		l = sw_rcu_get(l->next);
	return l;
}

bool rule_limit_has_room(const struct rule_limit *limit, uint32_t most)
{
	return __atomic_load_n(&limit->taken, __ATOMIC_RELAXED) < most;
}

bool rule_limit_take(struct rule_limit *limit, uint32_t most)
{
	uint32_t taken = __atomic_load_n(&limit->taken, __ATOMIC_RELAXED);

	do {
		if (taken >= most)
			return false;
	} while (!__atomic_compare_exchange_n(
		&limit->taken, &taken, taken + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

/* --- is a rule there? The tables of rules are asked as by a packet, for one rule and not for the best ----------------- */

struct exact {
	uint64_t version, cookie;
	const uint64_t *value, *bits; /* the words of struct sw_fields */
	uint16_t priority;
};

static bool is_within(const struct rule_mask *mask, const uint64_t *bits)
{
	for (unsigned i = 0; i < mask->n; i++)
		if (mask->word[i] & ~bits[mask->at[i]])
			return false;
	return true;
}

static bool is_it(const struct exact *e, const struct sw_rule *rule)
{
	uint64_t own[RULE_WORDS] = { 0 };

	if (rule->priority != e->priority || !rule_visible(rule, e->version) ||
		__atomic_load_n(&rule->cookie, __ATOMIC_RELAXED) != e->cookie)
		return false;
	for (unsigned i = 0; i < rule->mask->n; i++)
		own[rule->mask->at[i]] = rule->mask->word[i];
	return !memcmp(own, e->bits, sizeof(own)) && rule_takes(rule, e->value);
}

static bool tuple_has(const struct exact *e, const struct rule_tuple *tuple)
{
	const struct rule_buckets *buckets;
	struct rule_spot spot = { .bucket = NULL };

	if (!tuple || !is_within(tuple->mask, e->bits))
		return false;
	buckets = sw_rcu_get(tuple->hash);
	spot.hash = rule_hash_of(tuple->mask, e->value);
	rule_spot_fetch(&spot, tuple, buckets);
	spot.hit = rule_signed(spot.bucket, rule_sign(spot.hash));
	while ((spot.rule = rule_next_chain(&spot)))
		for (; spot.rule; spot.rule = sw_rcu_get(spot.rule->next[spot.link]))
			if (is_it(e, spot.rule))
				return true;
	return false;
}

bool rule_is_there(const struct sw_rules *rules, uint64_t version, uint8_t table,
	const struct sw_match *match, uint16_t priority, uint64_t cookie)
{
	const struct rule_table *t = sw_rcu_get(rules->table[table]);
	const struct rule_view *view = t ? sw_rcu_get(t->view) : NULL;
	struct exact e = { version, cookie, (const uint64_t *)&match->value,
		(const uint64_t *)&match->mask, priority };

	for (unsigned i = 0; view && i < view->n; i++)
		if (tuple_has(&e, view->probe[i].tuple))
			return true;
	for (unsigned i = 0; view && view->sieve && i < RULE_PLACES; i++)
		if (view->places[i / 64] >> i % 64 & 1 && tuple_has(&e, view->tuple[i]))
			return true;
	return false;
}
