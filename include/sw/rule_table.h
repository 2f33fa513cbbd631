/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a table of rules does when it is full, and whether somebody wants to know before (OpenFlow 1.4.1, 5.5, 6.4 "eviction",
 * 7.3.4.2 "vacancy"; Flow_Table in ovs-vswitchd.conf.db(5)).
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_RULE_TABLE_H
#define SW_RULE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/action.h>
#include <sw/rule.h>

#define SW_TABLE_GROUPS 32

/* By a controller. Thresholds are percent of the table that is free, down <= up <= 100. */
struct sw_rule_table_conf {
	/* A rule that is added to a full table takes the place of one of the largest group (below), there of the one of the lowest
	 * importance, of these the one whose timeouts end first. Rules without a timeout stay. */
	bool evict;
	bool vacancy; /* say when less than `down` is free, and then when more than `up` is, in turn */
	uint8_t down, up;
};
void sw_rules_table_conf(
	const struct sw_rules *rules, unsigned table, struct sw_rule_table_conf *out);
void sw_rules_table_set(
	struct sw_rules *rules, unsigned table, const struct sw_rule_table_conf *conf);

/* By the configuration of one table; where that says nothing, that of the bridge for all tables holds (sw/bridge.h). A table also evicts
 * where a controller asked for it. Rules that come back after a restart do so whatever the limit is now. */
enum sw_rule_overflow { SW_OVERFLOW_AS_BRIDGE, SW_OVERFLOW_REFUSE, SW_OVERFLOW_EVICT };
struct sw_rule_table_own {
	bool limited;
	uint32_t limit; /* of a limited one: rules at most, 0 and more */
	enum sw_rule_overflow overflow;
	/* Who is to go is of the largest group: of the rules with a timeout that say the same of these bits, or nothing, which is 0. None: all
	 * are one group. SW_TABLE_GROUPS at most; the caller's. */
	unsigned n_groups;
	const struct sw_bits *groups;
};
void sw_rules_table_own(
	struct sw_rules *rules, unsigned table, const struct sw_rule_table_own *own);

/* Does a rule make room for another one there, whoever asked for that? */
bool sw_rules_table_evicts(const struct sw_rules *rules, unsigned table);
/* Are there groups? */
bool sw_rules_table_is_fair(const struct sw_rules *rules, unsigned table);

/* What tables that evict do by themselves: rules are sorted in, and where a limit has fallen below what is there, those go now that would
 * go first for a new rule; in tables that do not evict all stay. In pieces, from a timer of ctl: of at most `most` rules, or a look at
 * some thousand. true: there is more to do. */
bool sw_rules_evict(struct sw_rules *rules, unsigned most);

/* Percent of the table that is free, rounded down. */
unsigned sw_rules_table_vacancy(const struct sw_rules *rules, unsigned table);

/* After changes of its rules: what is to be said now; each is said once. */
enum sw_rule_vacancy { SW_VACANCY_SAME, SW_VACANCY_DOWN, SW_VACANCY_UP };
enum sw_rule_vacancy sw_rules_table_look(struct sw_rules *rules, unsigned table);

#endif
