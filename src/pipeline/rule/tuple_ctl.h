/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changing tuples.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_TUPLE_CTL_H
#define RULE_TUPLE_CTL_H

#include "mask.h"
#include "tuple.h"

/* Empty, with a mask whose reference it takes over. */
struct rule_tuple *rule_tuple_create(struct rule_mask *mask, unsigned link);

/* No rule may be in it; freed when no worker knows it any more. */
void rule_tuple_retire(struct sw_rules *rules, struct rule_tuple *t);

/* Free it now with what it has; rules are not touched. */
void rule_tuple_free(struct rule_tuple *t);

/* Put a rule in, but not where its chain would have more than `most` rules (false), or take it out. A rule that was
 * taken out stays as it is until workers have let go of it. */
bool rule_tuple_insert(
	struct sw_rules *rules, struct rule_tuple *t, struct sw_rule *rule, unsigned most);
void rule_tuple_remove(struct sw_rules *rules, struct rule_tuple *t, struct sw_rule *rule);

/* The chain of these words (RULE_WORDS), or NULL. */
struct sw_rule *rule_tuple_chain(const struct rule_tuple *t, const uint64_t *words);

/* Find out t->best anew. */
void rule_tuple_rate(struct rule_tuple *t);

#endif
