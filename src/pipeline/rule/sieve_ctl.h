/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sieves made and kept.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_SIEVE_CTL_H
#define RULE_SIEVE_CTL_H

#include "store.h"

/* A new tuple gets its places, one that goes gives them back. */
void rule_sieve_enter(struct rule_table *table, struct rule_tuple *t);
void rule_sieve_leave(struct rule_table *table, struct rule_tuple *t);

/* A chain begins in the tuple with this rule, or its last rule left. Begins to make another sieve when
 * there is enough that the one at hand does not tell. */
void rule_sieve_add(struct sw_rules *rules, const struct rule_tuple *t, const struct sw_rule *rule);
void rule_sieve_gone(struct sw_rules *rules, struct rule_table *table);

/* Do lookups use the sieve of the table? And find the tuple by it? */
bool rule_sieved(const struct rule_table *table);
static inline bool rule_has_place(const struct rule_sieve *sieve, const struct rule_tuple *t)
{
	return sieve && t->place[sieve->side] != RULE_NO_PLACE;
}

/* All of a table that is no more. */
void rule_sieves_free(struct rule_table *table);

#endif
