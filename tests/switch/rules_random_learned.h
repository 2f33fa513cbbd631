/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules that are in the tables of the random test (rules_random.c) and those that came and went, against the oracle's; and the
 * time, which passes by whole seconds between packets: rules are taken out in the middle of them, so that none is over just now.
 */
#ifndef RULES_RANDOM_LEARNED_H
#define RULES_RANDOM_LEARNED_H

#include <stdbool.h>

struct oracle_store;
struct sw_rules;

/* Rules of this bridge are heard of. */
void learned_start(struct sw_rules *rules, struct oracle_store *store);
/* What came or went before is not asked about. */
void learned_forget(void);

/* Each rule with all that it has, and each that came, was changed or went since the last call. False: it differs, which is said. */
bool learned_expect(void);

/* Control does what packets asked for, in both; then the same. */
bool learned_do(void);
/* So many seconds later, in both; then the same. */
bool learned_later(unsigned seconds);

/* So far: rules that packets made, that timed out; timeouts that packets shortened. */
struct learned_counts {
	unsigned made, over, shortened;
};
struct learned_counts learned_counts(void);

#endif
