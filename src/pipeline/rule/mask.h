/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Masks, each kept once, and words under them.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_MASK_H
#define RULE_MASK_H

#include "rule.h"

/* Choose the secrets of hashes, once a start. */
void rule_secret_choose(void);

/* A reference to the mask with these bits; made when it is new. */
struct rule_mask *rule_mask_get(const uint64_t *words);
struct rule_mask *rule_mask_find(const uint64_t *words); /* no reference; NULL: nobody has it */
struct rule_mask *rule_mask_take(struct rule_mask *mask);
void rule_mask_put(struct rule_mask *mask);

/* All RULE_WORDS of it. */
void rule_mask_words(const struct rule_mask *mask, uint64_t *words);

/* Has `of` all bits of `part`? */
bool rule_mask_within(const struct rule_mask *part, const struct rule_mask *of);

/* Place of word w in those of the mask, which has it. */
static inline unsigned rule_mask_place(const struct rule_mask *mask, unsigned w)
{
	return __builtin_popcount(mask->words & ((1u << w) - 1));
}

/* Word w of a mask, of a rule; 0 where the mask has none. */
static inline uint64_t rule_mask_word(const struct rule_mask *mask, unsigned w)
{
	return mask->words >> w & 1 ? mask->word[rule_mask_place(mask, w)] : 0;
}

static inline uint64_t rule_word(const struct sw_rule *rule, unsigned w)
{
	return rule->mask->words >> w & 1 ? rule->value[rule_mask_place(rule->mask, w)] : 0;
}

/* Has the rule these words (RULE_WORDS) in the bits of a mask within its own? */
bool rule_agrees(const struct sw_rule *rule, const struct rule_mask *mask, const uint64_t *words);

/* The hash of its bits under a mask within its own. */
uint64_t rule_hash_under(const struct rule_mask *mask, const struct sw_rule *rule);

#endif
