/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory of rules.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_SLAB_H
#define RULE_SLAB_H

#include "rule.h"

/* A rule of zeros with room for so many words and counters at 0; its table and slot are set. */
struct sw_rule *rule_alloc(struct sw_rules *rules, struct rule_table *table, unsigned words);

/* No worker may read it any more. */
void rule_free(struct sw_rule *rule);

/* Rules of a table by place in memory, whatever their state, from place *at on, which is moved behind it;
 * NULL at the end. A rule keeps its place, so who goes on later meets those that stayed once. */
struct sw_rule *rule_walk(const struct rule_table *table, uint64_t *at);

/* The rule of a slot (below RULE_SLAB_MOST) of the table's slab at `pos`, whatever its state, or NULL. */
struct sw_rule *rule_in_slab(const struct rule_table *table, unsigned pos, unsigned slot);

/* What all workers counted together, without what was there at the last reset. */
struct rule_count rule_counts(const struct sw_rule *rule);

/* What is to be taken off the counters from now on: what they are now (NULL), or as it was; and since when at least it has
 * been used. */
struct rule_count rule_counts_based(const struct sw_rule *rule);
void rule_counts_base(struct sw_rule *rule, const struct rule_count *base);

#endif
