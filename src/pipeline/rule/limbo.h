/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What waits until no worker reads what it could read before.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_LIMBO_H
#define RULE_LIMBO_H

#include "rule.h"

void rule_limbo_init(struct sw_rules *rules);

/* Call ripe(rules, item) after a grace period that begins with the next kick, in the order of these calls. */
void rule_limbo_add(struct sw_rules *rules, struct rule_limbo *item,
	void (*ripe)(struct sw_rules *rules, struct rule_limbo *item));

/* Let the grace period of what was added begin. */
void rule_limbo_kick(struct sw_rules *rules);

/* At the end, when there are no readers: take a share at once. Is there more? */
bool rule_limbo_drain(struct sw_rules *rules);

#endif
