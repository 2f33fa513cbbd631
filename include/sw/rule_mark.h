/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What who stores rules elsewhere, too, must know of each.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_RULE_MARK_H
#define SW_RULE_MARK_H

#include <stdbool.h>

struct sw_rule;
struct sw_rules;

/* Did a packet make it, or what it does now (learn)? Not one that asked for what was there already. */
bool sw_rule_is_learned(const struct sw_rule *rule);

/* Is it stored elsewhere? As was last said; false at first. Modifications leave it. */
bool sw_rule_is_stored(const struct sw_rule *rule);
void sw_rule_set_stored(const struct sw_rule *rule, bool stored);

/* Rules are put back as they came and went: none ends because another does (learn with delete_learned), that one
 * ends as well. Between stagings. */
void sw_rules_restoring(struct sw_rules *rules, bool restoring);

#endif
