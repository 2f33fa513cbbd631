/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Masks, each kept once for all bridges and counted. Thousands are usual, a million are possible (one a
 * rule): lists get longer then, the array of lists does not grow.
 *
 * Control thread only. A mask is freed with the last rule or tuple that has it, and those wait for workers.
 */
#include "mask.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <sw/log.h>
#include <sw/mem.h>

#include "place_ctl.h"
#include "tuple.h"

SW_LOG(rule, "rules of bridges");

#define LISTS 16384

uint64_t rule_secret[RULE_WORDS + 2];
static struct rule_mask *lists[LISTS];

void rule_secret_choose(void)
{
	static bool chosen;

	if (chosen)
		return;
	chosen = true;
	if (getrandom(rule_secret, sizeof(rule_secret), 0) != sizeof(rule_secret))
		sw_warn("the kernel gave no random numbers: hashes of rules can be guessed");
	rule_secret[RULE_WORDS] |= 1;
}

static uint32_t hash_words(const uint64_t *words)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < RULE_WORDS; i += 2)
		sum += fold(words[i] ^ rule_secret[i], words[i + 1] ^ rule_secret[i + 1]);
	sum *= rule_secret[RULE_WORDS];
	return sum >> 32;
}

static bool same(const struct rule_mask *mask, const uint64_t *words)
{
	for (unsigned w = 0; w < RULE_WORDS; w++)
		if (rule_mask_word(mask, w) != words[w])
			return false;
	return true;
}

static struct rule_mask *make(const uint64_t *words, uint32_t hash)
{
	struct rule_mask *mask;
	unsigned n = 0;

	RTE_BUILD_BUG_ON(RULE_WORDS > RTE_DIM(mask->at));
	for (unsigned w = 0; w < RULE_WORDS; w++)
		n += words[w] != 0;
	mask = sw_xcalloc(
		1, sizeof(*mask) + RTE_MAX(n, (unsigned)RULE_FEW) * sizeof(mask->word[0]));
	mask->hash = hash;
	for (unsigned w = 0; w < RULE_WORDS; w++)
		if (words[w]) {
			mask->words |= 1u << w;
			mask->at[mask->n] = w;
			mask->word[mask->n++] = words[w];
		}
	for (unsigned i = (n + 1) / 2 * 2; i < RULE_FEW; i += 2)
		mask->rest += fold(rule_secret[i], rule_secret[i + 1]);
	rule_mask_note_places(mask);
	return mask;
}

static struct rule_mask *find(const uint64_t *words, uint32_t hash)
{
	struct rule_mask *mask = lists[hash % LISTS];

	while (mask && (mask->hash != hash || !same(mask, words)))
		mask = mask->next;
	return mask;
}

struct rule_mask *rule_mask_find(const uint64_t *words)
{
	return find(words, hash_words(words));
}

struct rule_mask *rule_mask_get(const uint64_t *words)
{
	uint32_t hash = hash_words(words);
	struct rule_mask *mask = find(words, hash);

	if (!mask) {
		mask = make(words, hash);
		mask->next = lists[hash % LISTS];
		lists[hash % LISTS] = mask;
	}
	mask->refs++;
	return mask;
}

struct rule_mask *rule_mask_take(struct rule_mask *mask)
{
	mask->refs++;
	return mask;
}

void rule_mask_put(struct rule_mask *mask)
{
	struct rule_mask **at = &lists[mask->hash % LISTS];

	if (--mask->refs)
		return;
	while (*at != mask)
		at = &(*at)->next;
	*at = mask->next;
	free(mask);
}

void rule_mask_words(const struct rule_mask *mask, uint64_t *words)
{
	memset(words, 0, RULE_WORDS * sizeof(*words));
	for (unsigned i = 0; i < mask->n; i++)
		words[mask->at[i]] = mask->word[i];
}

bool rule_mask_within(const struct rule_mask *part, const struct rule_mask *of)
{
	if (part->words & ~of->words)
		return false;
	for (unsigned i = 0; i < part->n; i++)
		if (part->word[i] & ~of->word[rule_mask_place(of, part->at[i])])
			return false;
	return true;
}

bool rule_agrees(const struct sw_rule *rule, const struct rule_mask *mask, const uint64_t *words)
{
	for (unsigned i = 0; i < mask->n; i++) {
		unsigned w = mask->at[i];

		if ((rule_word(rule, w) ^ words[w]) & mask->word[i])
			return false;
	}
	return true;
}

uint64_t rule_hash_under(const struct rule_mask *mask, const struct sw_rule *rule)
{
	uint64_t words[RULE_WORDS];

	for (unsigned i = 0; i < mask->n; i++)
		words[mask->at[i]] = rule_word(rule, mask->at[i]);
	return rule_hash_of(mask, words);
}
