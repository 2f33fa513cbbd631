/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A column costs each packet a hash and a line of memory; a tuple that it would have kept out costs a longer hash, a bucket
 * and a look at its signs. So columns are taken one after the other, each time the one that leaves the fewest tuples, as
 * long as it saves enough. What they leave depends on the rules' values (where all rules are of one EtherType that column
 * keeps nothing out, though all masks have it), so it is counted: for packets that have the bits of one rule, and where that
 * has none those of another rule.
 *
 * Control thread only.
 */
#include "trial.h"

#include <string.h>

#include "mask.h"

#define WORTH 4 /* a column is: as it saves one probe in so many packets */

struct packet {
	uint64_t left[RULE_PLACE_WORDS];
	const uint64_t *set[RULE_COLUMNS];
};

/* Every second rule goes, so that there is room for more. */
static void thin(struct rule_trial *t)
{
	t->n /= 2;
	t->stride *= 2;
	for (unsigned i = 1; i < t->n; i++)
		t->rule[i] = t->rule[2 * i];
}

void rule_trial_note(
	struct rule_trial *t, const struct rule_sieve *sieve, const struct sw_rule *rule)
{
	struct rule_trial_words *to;

	if (!t->stride)
		t->stride = 1;
	if (t->noted++ % t->stride)
		return;
	if (t->n == RULE_TRIAL_MOST)
		thin(t);
	to = &t->rule[t->n++];
	for (unsigned c = 0; c < sieve->columns; c++) {
		to->value[c] = rule_word(rule, sieve->column[c].word);
		to->mask[c] = rule_mask_word(rule->mask, sieve->column[c].word);
	}
}

static void make_packets(const struct rule_trial *t, const struct rule_sieve *s, struct packet *p)
{
	for (unsigned i = 0; i < t->n; i++) {
		const struct rule_trial_words *of = &t->rule[i];
		const struct rule_trial_words *rest = &t->rule[(i + t->n / 2) % t->n];

		for (unsigned k = 0; k < s->words; k++)
			p[i].left[k] = ~UINT64_C(0);
		for (unsigned c = 0; c < s->columns; c++) {
			const struct rule_column *column = &s->column[c];
			uint64_t word = of->value[c] | (rest->value[c] & ~of->mask[c]);

			p[i].set[c] = column->set + rule_set_of(column, word, s->words);
		}
	}
}

/* How many tuples packets have left, with this column too. */
static unsigned left_by(
	const struct packet *p, unsigned n, const struct rule_sieve *s, unsigned column)
{
	const uint64_t *open = s->column[column].open;
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < s->words; k++)
			sum += __builtin_popcountll(p[i].left[k] & (p[i].set[column][k] | open[k]));
	return sum;
}

static void take(struct packet *p, unsigned n, struct rule_sieve *s, unsigned at, unsigned column)
{
	struct rule_column was = s->column[at];

	for (unsigned i = 0; i < n; i++) {
		const uint64_t *set = p[i].set[column];

		for (unsigned k = 0; k < s->words; k++)
			p[i].left[k] &= set[k] | s->column[column].open[k];
		p[i].set[column] = p[i].set[at];
		p[i].set[at] = set;
	}
	s->column[at] = s->column[column];
	s->column[column] = was;
}

unsigned rule_trial_order(struct rule_trial *t, struct rule_sieve *s)
{
	struct packet packet[RULE_TRIAL_MOST];
	unsigned left = UINT32_MAX, at;

	make_packets(t, s, packet);
	for (at = 0; at < s->columns; at++) {
		unsigned best = at, least = UINT32_MAX;

		for (unsigned c = at; c < s->columns; c++) {
			unsigned sum = left_by(packet, t->n, s, c);

			if (sum < least) {
				least = sum;
				best = c;
			}
		}
		if (left - least < RTE_MAX(1u, t->n / WORTH))
			break;
		left = least;
		take(packet, t->n, s, at, best);
	}
	return at;
}
