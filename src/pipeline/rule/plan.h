/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which tuples a group is in.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_PLAN_H
#define RULE_PLAN_H

#include "store.h"

/* Find a tuple for a new group, or open one. */
void rule_plan_group(struct sw_rules *rules, struct rule_group *g);

/* One of its own mask, beside it. */
void rule_plan_own(struct sw_rules *rules, struct rule_group *g);

/* How many rules a chain may have where groups share a tuple. */
unsigned rule_plan_chain(const struct rule_table *table);

#endif
