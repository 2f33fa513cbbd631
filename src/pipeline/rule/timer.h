/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timeouts of rules.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_TIMER_H
#define RULE_TIMER_H

#include "store.h"

/* Watch for what its timeouts say now; a rule without any is not watched. */
void rule_timer_set(struct sw_rules *rules, struct sw_rule *rule);
void rule_timer_stop(struct sw_rule *rule);

/* When it will be over unless packets come, of sw_clock_ms(); UINT64_MAX: never. */
uint64_t rule_timer_due(const struct sw_rule *rule);

#endif
