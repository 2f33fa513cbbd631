/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups of a table, and rules in and out of its tuples.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_GROUP_H
#define RULE_GROUP_H

#include "store.h"

/* The group of a mask in a table, or NULL. */
struct rule_group *rule_group_find(const struct rule_table *table, const struct rule_mask *mask);

/* Put a new rule where lookups find it. */
void rule_link(struct sw_rules *rules, struct rule_table *table, struct sw_rule *rule);

/* Take it out; it is to be kept until no worker stands on it. */
void rule_unlink(struct sw_rules *rules, struct sw_rule *rule);

/* Rules of the group may be linked in the tuple. */
void rule_group_join(struct rule_group *g, struct rule_tuple *t);

/* A new tuple of the table; takes over the reference to its mask. Goes with its last group. */
struct rule_tuple *rule_tuple_open(
	struct sw_rules *rules, struct rule_table *table, struct rule_mask *mask, unsigned link);

/* All of a table that is no more. */
void rule_groups_free(struct rule_table *table);

#endif
