/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which tuples a group is in. The first groups of a table have one of their own mask each. Later ones share: the mask
 * of theirs is what is left of the group's when only whole bytes of it are kept, so that prefixes of 24 to 31 bits
 * are together, and ranges of ports that are several masks. Rules that agree in those bytes are a chain; where
 * one gets long, rules go into a tuple of their own group's mask instead, which puts nothing else in their way.
 *
 * The more tuples there are the more groups share, and the longer chains may be: a sieve has no place for
 * more than RULE_PLACES, and those without are asked one by one.
 *
 * Control thread only.
 */
#include "plan.h"

#include <limits.h>

#include "group.h"
#include "mask.h"

#define OWN_TUPLES  8 /* so many before groups share */
#define BYTE_TUPLES 160
#define PAIR_TUPLES 208

/* Below so many tuples a chain may have so many rules. */
static const struct {
	unsigned tuples, chain;
} chains[] = { { 32, 16 }, { 64, 32 }, { 160, 48 }, { 200, 96 }, { 240, 512 } };

/* Aligned pieces of so many bytes of which all bits are there. */
static uint64_t whole(uint64_t word, unsigned bytes)
{
	uint64_t piece = bytes == 8 ? ~0ull : (1ull << bytes * 8) - 1, kept = 0;

	for (; piece; piece = bytes == 8 ? 0 : piece << bytes * 8)
		if ((word & piece) == piece)
			kept |= piece;
	return kept;
}

static struct rule_mask *shared_mask(const struct rule_group *g)
{
	unsigned tuples = g->table->tuples;
	unsigned bytes = tuples < BYTE_TUPLES ? 1 : tuples < PAIR_TUPLES ? 2 : 4;
	uint64_t words[RULE_WORDS];

	if (tuples < OWN_TUPLES)
		return rule_mask_take(g->mask);
	rule_mask_words(g->mask, words);
	for (unsigned w = 0; w < RULE_WORDS; w++)
		words[w] = whole(words[w], bytes);
	return rule_mask_get(words);
}

/* Join the tuple with this mask and link, whose reference is taken over. */
static void join(
	struct sw_rules *rules, struct rule_group *g, struct rule_mask *mask, unsigned link)
{
	struct rule_tuple *t = g->table->tuple;

	while (t && (t->mask != mask || t->link != link))
		t = t->next;
	if (t)
		rule_mask_put(mask);
	else
		t = rule_tuple_open(rules, g->table, mask, link);
	rule_group_join(g, t);
}

void rule_plan_group(struct sw_rules *rules, struct rule_group *g)
{
	join(rules, g, shared_mask(g), 0);
}

void rule_plan_own(struct sw_rules *rules, struct rule_group *g)
{
	join(rules, g, rule_mask_take(g->mask), 1);
}

unsigned rule_plan_chain(const struct rule_table *table)
{
	for (unsigned i = 0; i < RTE_DIM(chains); i++)
		if (table->tuples < chains[i].tuples)
			return chains[i].chain;
	return UINT_MAX;
}
