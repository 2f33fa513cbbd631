/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that packets made, for the store (rules_ctl.h has what the rest of the pipeline asks).
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_LEARNED_H
#define RULE_LEARNED_H

#include "store.h"

void rules_alive_add(struct sw_rules *rules);
void rules_alive_remove(struct sw_rules *rules);

/* Of the actions of a rule that is staged (by 1) or ends (by -1): learn with delete_learned. */
void rule_learners_count(struct sw_rules *rules, const struct sw_actions *list, int by);

/* Before a commit: what nobody learns any more ends with it (what is left of sw_rules_follow()). Or nothing does, and all is forgotten. */
void rule_learners_settle(struct sw_rules *rules, bool commit);
void rule_learners_fini(struct sw_rules *rules);

#endif
