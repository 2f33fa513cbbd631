/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps of a staging.
 *
 * room: pipeline (private). Thread: control, between sw_rules_begin() and the commit or abort.
 */
#ifndef RULE_STAGE_H
#define RULE_STAGE_H

#include "store.h"

/* A rule that is made but for its time of visibility, and is in no tuple yet. */
void rule_stage_came(struct sw_rules *rules, struct rule_table *table, struct sw_rule *rule);

void rule_stage_went(struct sw_rules *rules, struct sw_rule *rule, enum sw_rule_news news);

/* It does something else, whose reference is taken over; its other fields may be changed after this. */
void rule_stage_shifted(struct sw_rules *rules, struct sw_rule *rule, struct rule_code *code);
/* Another cookie, behind that. */
void rule_cookie_set(struct sw_rules *rules, struct sw_rule *rule, uint64_t cookie);

/* The bridge goes in the middle of a staging: it is ended, `most` steps of it, and nobody is told; false: none is left. */
bool rule_stage_drop(struct sw_rules *rules, unsigned most);

#endif
