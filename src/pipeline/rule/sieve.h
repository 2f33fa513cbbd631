/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sieve tells which tuples of a table a packet is to be looked for in, so that a lookup does not cost more the more
 * tuples there are. It has some columns: each looks at some bits of one word of the packet, and for each value of
 * these bits it has a set of tuples, a bit each: those with a rule that agrees there. Tuples whose masks lack one of
 * the bits are in every set of the column (`open`). What is in the sets of all columns is probed: of rules that
 * name addresses and ports that is nearly only what has a rule for the packet.
 *
 * Values share a set where their hashes meet, and a rule that goes leaves its bits there until the sieve is made
 * anew. Both only cost probes. A set has the bits of all rules of a version before that version comes.
 *
 * room: pipeline (private). Writer: control. Readers: workers.
 */
#ifndef RULE_SIEVE_H
#define RULE_SIEVE_H

#include "tuple.h"

#define RULE_COLUMNS	 12  /* at most */
#define RULE_PLACES	 256 /* tuples in a sieve, at most */
#define RULE_PLACE_WORDS (RULE_PLACES / 64)
#define RULE_NO_PLACE	 UINT16_MAX

struct rule_column {
	uint64_t mask; /* bits of the word */
	uint64_t *set; /* sieve->words each */
	uint32_t last; /* sets - 1 */
	uint8_t word;  /* of struct sw_fields */
	uint64_t open[RULE_PLACE_WORDS];
};

struct rule_sieve {
	uint16_t words;	  /* of a set: 1, 2 or 4 */
	uint16_t columns; /* in use */
	struct rule_column column[RULE_COLUMNS];

	struct rule_limbo limbo; /* from here control's */
	uint8_t side;		 /* which of rule_tuple.place is this sieve's */
	bool full;		 /* a tuple found no place */
	struct rule_tuple *tuple[RULE_PLACES];
	unsigned tuples; /* when it was made */
	uint64_t keys;	 /* chains then */
	void *memory;	 /* of all sets */
	size_t mapped;	 /* bytes, when it is no piece of the heap */
	struct rule_ready ready;
	struct rule_sieving *job; /* while it is made */
};

/* Which set of the column a packet, or a rule, with this word has: where its first word lies. */
static inline size_t rule_set_of(const struct rule_column *column, uint64_t word, unsigned words)
{
	uint64_t hash =
		fold((word & column->mask) ^ rule_secret[column->word], rule_secret[RULE_WORDS]);

	return (hash & column->last) * words;
}

#endif
