/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hashes of the bits that a packet, or a rule, has under a mask.
 *
 * Keyed by secrets of this start, so that nobody can aim at a bucket: products of pairs of words, folded and summed, and
 * one more multiplication, without which words that count up fall into patterns.
 *
 * room: pipeline (private). Thread: any.
 */
#ifndef RULE_HASH_H
#define RULE_HASH_H

#include <rte_branch_prediction.h>

#include "../fold.h"
#include "rule.h"

extern uint64_t rule_secret[RULE_WORDS + 2];

/* What words i and i + 1 of a mask add to a hash. */
static inline uint64_t rule_hash_two(const struct rule_mask *mask, const uint64_t *key, unsigned i)
{
	return fold((key[mask->at[i]] & mask->word[i]) ^ rule_secret[i],
		(key[mask->at[i + 1]] & mask->word[i + 1]) ^ rule_secret[i + 1]);
}

static inline uint64_t rule_hash_end(uint64_t sum)
{
	sum *= rule_secret[RULE_WORDS];
	return sum ^ sum >> 32;
}

/* n is mask->n: a constant where it matters. */
static inline __attribute__((always_inline)) uint64_t rule_hash_n(
	const struct rule_mask *mask, const uint64_t *key, unsigned n)
{
	uint64_t sum = mask->rest;

	for (unsigned i = 0; i + 1 < n; i += 2)
		sum += rule_hash_two(mask, key, i);
	if (n % 2)
		sum += fold((key[mask->at[n - 1]] & mask->word[n - 1]) ^ rule_secret[n - 1],
			rule_secret[n]);
	return rule_hash_end(sum);
}

static inline uint64_t rule_hash_of(const struct rule_mask *mask, const uint64_t *key)
{
	return rule_hash_n(mask, key, mask->n);
}

/* The same, without a loop whose end has to be guessed: for masks that differ from packet to packet. */
static inline __attribute__((always_inline)) uint64_t rule_hash_any(
	const struct rule_mask *mask, const uint64_t *key)
{
	RTE_BUILD_BUG_ON(RULE_FEW != 6);
	if (unlikely(mask->n > RULE_FEW))
		return rule_hash_of(mask, key);
	return rule_hash_end(rule_hash_two(mask, key, 0) + rule_hash_two(mask, key, 2) +
			     rule_hash_two(mask, key, 4));
}

#endif
