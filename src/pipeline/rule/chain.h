/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a bucket to the rule that is looked for: shared by the templates.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef RULE_CHAIN_H
#define RULE_CHAIN_H

#include "view.h"

/* The hash under a mask, with its number of words a constant where that is usual. */
static inline uint64_t rule_hash_fast(const struct rule_mask *mask, const uint64_t *key)
{
	switch (mask->n) {
	case 1:
		return rule_hash_n(mask, key, 1);
	case 2:
		return rule_hash_n(mask, key, 2);
	case 3:
		return rule_hash_n(mask, key, 3);
	case 4:
		return rule_hash_n(mask, key, 4);
	case 5:
		return rule_hash_n(mask, key, 5);
	case 6:
		return rule_hash_n(mask, key, 6);
	default:
		return rule_hash_of(mask, key);
	}
}

/* Where a packet is looked for. */
struct rule_spot {
	const struct rule_bucket *bucket;
	uint64_t hash;
	uint8_t packet, link; /* of the burst; of the tuple */
	uint8_t hit;	      /* slots of the bucket that have the sign, as bits */
};

static inline void rule_spot_fetch(
	struct rule_spot *spot, const struct rule_tuple *tuple, const struct rule_buckets *buckets)
{
	spot->bucket = &buckets->bucket[spot->hash & buckets->mask];
	rte_prefetch0(spot->bucket);
	spot->link = tuple->link;
}

/* Find the signs while rules come; spots where something may be found move to the front. */
static inline unsigned rule_spots_signed(struct rule_spot *spot, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		struct rule_spot s = spot[i];
		const char *rule;

		s.hit = rule_signed(s.bucket, rule_sign(s.hash));
		rule = (const char *)rule_in_slot(s.bucket, s.hit ? __builtin_ctz(s.hit) : 0);
		rte_prefetch0(rule + offsetof(struct sw_rule, begin));
		rte_prefetch0(rule + offsetof(struct sw_rule, value));
		spot[kept] = s;
		kept += s.hit || sw_rcu_get(s.bucket->more);
	}
	return kept;
}

/* The first of a chain that takes the packet, if it is better than what was found. */
static inline void rule_try_chain(struct rule_look *look, int32_t *best, const struct sw_rule *rule,
	const struct rule_spot *spot)
{
	const uint64_t *key = look->key[spot->packet];

	for (; rule && rule->priority > *best; rule = sw_rcu_get(rule->next[spot->link]))
		if (rule_takes(rule, key) && rule_visible(rule, look->version)) {
			*best = rule->priority;
			look->found[spot->packet] = rule;
			return;
		}
}

/* All chains of the bucket, and of those behind it, that have the sign. `best`: priority found, by packet. */
static inline void rule_try_spot(
	struct rule_look *look, int32_t *best, const struct rule_spot *spot)
{
	const struct rule_bucket *bucket = spot->bucket;
	unsigned hit = spot->hit;

	for (;;) {
		for (; hit; hit &= hit - 1)
			rule_try_chain(look, &best[spot->packet],
				rule_in_slot(bucket, __builtin_ctz(hit)), spot);
		bucket = sw_rcu_get(bucket->more);
		if (likely(!bucket))
			return;
		hit = rule_signed(bucket, rule_sign(spot->hash));
	}
}

#endif
