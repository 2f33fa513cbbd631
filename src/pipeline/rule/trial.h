/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which columns of a sieve are worth a look for each packet: tried with packets made of some of the rules.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_TRIAL_H
#define RULE_TRIAL_H

#include "sieve.h"

#define RULE_TRIAL_MOST 256 /* rules; even, at most 65536 */

/* Words that the columns look at, of some rules taken evenly from all that were noted. */
struct rule_trial {
	unsigned n, stride;
	uint64_t noted;
	struct rule_trial_words {
		uint64_t value[RULE_COLUMNS], mask[RULE_COLUMNS];
	} rule[RULE_TRIAL_MOST];
};

/* A rule that was put into the sieve. The trial is all zeros at first. */
void rule_trial_note(
	struct rule_trial *trial, const struct rule_sieve *sieve, const struct sw_rule *rule);

/* Puts the columns in order, those that leave the fewest tuples first; returns how many are worth their cost. */
unsigned rule_trial_order(struct rule_trial *trial, struct rule_sieve *sieve);

#endif
