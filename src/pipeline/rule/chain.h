/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a bucket to the rule that is looked for: shared by the templates.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef RULE_CHAIN_H
#define RULE_CHAIN_H

#include "view.h"

/* Bits of the packet in word i of the mask that are not the rule's. */
static inline uint64_t rule_differs(const struct sw_rule *rule, const uint64_t *key, unsigned i)
{
	const struct rule_mask *mask = rule->mask;

	return (key[mask->at[i]] & mask->word[i]) ^ rule->value[i];
}

/* Does the rule take a packet with these words? */
static inline bool rule_takes(const struct sw_rule *rule, const uint64_t *key)
{
	uint64_t other = rule_differs(rule, key, 0) | rule_differs(rule, key, 1) |
			 rule_differs(rule, key, 2) | rule_differs(rule, key, 3) |
			 rule_differs(rule, key, 4) | rule_differs(rule, key, 5);

	RTE_BUILD_BUG_ON(RULE_FEW != 6);
	for (unsigned i = RULE_FEW; unlikely(i < rule->mask->n); i++)
		other |= rule_differs(rule, key, i);
	return !other;
}

/* Where a packet is looked for. */
struct rule_spot {
	const struct rule_bucket *bucket;
	const struct sw_rule *rule; /* to be tried, and those behind it in the chain */
	uint64_t hash;
	uint8_t packet, link; /* of the burst; of the tuple */
	uint8_t hit; /* slots of the bucket that have the sign and were not looked into yet, as bits */
};

static inline void rule_spot_fetch(
	struct rule_spot *spot, const struct rule_tuple *tuple, const struct rule_buckets *buckets)
{
	spot->bucket = &buckets->bucket[spot->hash & buckets->mask];
	rte_prefetch0(spot->bucket);
	spot->link = tuple->link;
}

static inline void rule_fetch(const struct sw_rule *rule)
{
	rte_prefetch0((const char *)rule + offsetof(struct sw_rule, begin));
	rte_prefetch0((const char *)rule + offsetof(struct sw_rule, value));
}

/* The first of the next chain that has the sign, in this bucket or in those behind it; NULL: there are no more. */
static __rte_always_inline const struct sw_rule *rule_next_chain(struct rule_spot *spot)
{
	unsigned slot;

	while (likely(!spot->hit)) {
		spot->bucket = sw_rcu_get(spot->bucket->more);
		if (likely(!spot->bucket))
			return NULL;
		spot->hit = rule_signed(spot->bucket, rule_sign(spot->hash));
	}
	slot = __builtin_ctz(spot->hit);
	spot->hit &= spot->hit - 1;
	return rule_in_slot(spot->bucket, slot);
}

/* Find the signs while rules come; spots where something may be found move to the front. */
static __rte_always_inline unsigned rule_spots_signed(struct rule_spot *spot, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		struct rule_spot s = spot[i];
		unsigned hit = rule_signed(s.bucket, rule_sign(s.hash));

		s.rule = hit ? rule_in_slot(s.bucket, __builtin_ctz(hit)) : NULL;
		s.hit = hit & (hit - 1);
		rule_fetch(s.rule);
		spot[kept] = s;
		kept += hit || sw_rcu_get(s.bucket->more);
	}
	return kept;
}

/* Try the spot's rule: if it takes the packet, and is better than what was found, it is found. What is to be tried next, or
 * NULL, takes its place: the next one of the chain only while that may be better. */
static __rte_always_inline void rule_try(
	struct rule_look *look, int32_t *best, struct rule_spot *spot)
{
	const struct sw_rule *rule = spot->rule;

	if (rule && rule->priority > best[spot->packet]) {
		if (rule_takes(rule, look->key[spot->packet]) &&
			rule_visible(rule, look->version)) {
			best[spot->packet] = rule->priority;
			look->found[spot->packet] = rule;
			rte_prefetch0(rule_slab_of(rule)); /* it will be counted */
		} else {
			spot->rule = sw_rcu_get(rule->next[spot->link]);
			if (spot->rule)
				return;
		}
	}
	spot->rule = rule_next_chain(spot);
}

/* All rules of all spots, which are used up. In turns: what one waits for comes while others are tried. `best`: priority
 * found, by packet. */
static inline void rule_try_spots(
	struct rule_look *look, int32_t *best, struct rule_spot *spot, unsigned n)
{
	unsigned left;

	for (; n; n = left) {
		left = 0;
		for (unsigned i = 0; i < n; i++) {
			rule_try(look, best, &spot[i]);
			if (!spot[i].rule)
				continue;
			rule_fetch(spot[i].rule);
			spot[left++] = spot[i];
		}
	}
}

#endif
