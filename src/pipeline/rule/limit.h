/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules of a table that have a cookie, counted while rules learn them up to a limit (learn with limit=).
 *
 * The count is control's, and control makes no rule above it. Workers see it with what they took of it: who asks for a rule takes a
 * place first, so that all together ask for no more than there is room for, and each can tell its packet whether there is to be a rule.
 * Rules that controllers add with the cookie are counted and not held to the limit.
 *
 * room: pipeline (private). Writer: control; `taken` by atomics, workers too. Readers: workers, under RCU.
 */
#ifndef RULE_LIMIT_H
#define RULE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

struct sw_match;
struct sw_rule_change;
struct sw_rules;

struct rule_limit {
	struct rule_limit *next; /* rcu */
	uint64_t cookie;
	uint32_t
		taken; /* rules, as staged, and places that workers took and that are not settled */
	uint32_t id;   /* never 0, not given again soon */
	uint8_t table;
	bool counted; /* control's, as all below: from then on */
	uint32_t rules, learners;
	uint64_t at; /* as far as it is, before */
};

/* Workers. NULL: no rule that is there learns up to a limit. */
struct rule_limit *rule_limit_find(const struct sw_rules *rules, uint8_t table, uint64_t cookie);
/* Is there room below `most`? Then a place of it is the caller's. */
bool rule_limit_take(struct rule_limit *limit, uint32_t most);
bool rule_limit_has_room(const struct rule_limit *limit, uint32_t most);
/* Does the table have a rule of just this match, priority and cookie at the version? */
bool rule_is_there(const struct sw_rules *rules, uint64_t version, uint8_t table,
	const struct sw_match *match, uint16_t priority, uint64_t cookie);

/* Control. A place that was taken is given back: a rule was made for it, or none is. */
void rule_limit_give(struct sw_rules *rules, uint8_t table, uint64_t cookie, uint32_t id);
/* May the learned rule be made: there is room below `most`, or it changes one of its cookie? */
bool rule_limit_allows(
	const struct sw_rules *rules, const struct sw_rule_change *change, uint32_t most);
/* One more or less as staged: of rules that learn so, of rules with a cookie. */
void rule_limit_learners(struct sw_rules *rules, uint8_t table, uint64_t cookie, int by);
void rule_limit_count(struct sw_rules *rules, uint8_t table, uint64_t cookie, int by);
/* At the end of a staging, before workers see it: those that begin are counted, in pieces of `looks` rules, which are taken off it; true:
 * there is more. What no rule learns any more is not counted on. */
bool rule_limits_begin(struct sw_rules *rules, unsigned *looks);
void rule_limits_settle(struct sw_rules *rules);
void rule_limits_fini(struct sw_rules *rules);

#endif
