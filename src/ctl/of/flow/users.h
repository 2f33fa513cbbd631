/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many rules use a group, or a meter: counted for an answer by a walk over all rules, in slices. What is changed
 * meanwhile is counted as it is when the walk comes there.
 *
 * Thread: control.
 */
#ifndef CTL_OF_FLOW_USERS_H
#define CTL_OF_FLOW_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

#include "../../slice.h"

struct of_user;

struct of_users {
	struct of_user *of; /* in order of ids */
	unsigned n, rule;   /* rule: a number for the one that is looked at */
	struct sw_rule_cursor cursor;
	/* Call of_users_count for what an action uses. */
	void (*count)(struct of_users *users, const struct sw_action *a);
};

/* What is to be counted, in order of ids. */
void of_users_add(struct of_users *users, uint32_t id);
void of_users_fini(struct of_users *users);

/* SLICE_MORE, or 0: all rules are counted. */
int of_users_walk(struct of_users *users, const struct sw_rules *rules, const struct slice *slice);
void of_users_count(struct of_users *users, uint32_t id);

uint32_t of_users_of(const struct of_users *users, uint32_t id);

#endif
