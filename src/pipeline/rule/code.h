/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What rules do, as this folder sees it: something to keep, to count and to ask for outputs.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_CODE_H
#define RULE_CODE_H

#include "rule.h"

/* Takes over *does and leaves nothing there, and what it was compiled to. */
struct rule_code *rule_code_create(struct sw_instructions *does, struct code *ops);
struct rule_code *rule_code_take(struct rule_code *code);
void rule_code_put(struct rule_code *code);

/* What the rule does as staged. */
struct rule_code *rule_code_last(const struct sw_rule *rule);

/* Is there an action of this type ("output", "group") with this port or id, also in nested lists?
 * SW_OFPP_ANY: not asked, yes. */
bool rule_code_outputs(const struct rule_code *code, uint32_t port);
bool rule_code_groups(const struct rule_code *code, uint32_t group);

#endif
