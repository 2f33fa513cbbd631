/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a table of rules does when it is full, and whether somebody wants to know before (OpenFlow 1.4.1, 5.5, 6.4 "eviction",
 * 7.3.4.2 "vacancy"). How many rules it takes at most is the bridge's configuration.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_RULE_TABLE_H
#define SW_RULE_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

/* By a controller. Thresholds are percent of the table that is free, down <= up <= 100. */
struct sw_rule_table_conf {
	/* A rule that is added to a full table takes the place of the one of the lowest importance, of these the one whose timeouts
	 * end first. Rules without a timeout stay. */
	bool evict;
	bool vacancy; /* say when less than `down` is free, and then when more than `up` is, in turn */
	uint8_t down, up;
};
void sw_rules_table_conf(
	const struct sw_rules *rules, unsigned table, struct sw_rule_table_conf *out);
void sw_rules_table_set(
	struct sw_rules *rules, unsigned table, const struct sw_rule_table_conf *conf);

/* Percent of the table that is free, rounded down. */
unsigned sw_rules_table_vacancy(const struct sw_rules *rules, unsigned table);

/* After changes of its rules: what is to be said now; each is said once. */
enum sw_rule_vacancy { SW_VACANCY_SAME, SW_VACANCY_DOWN, SW_VACANCY_UP };
enum sw_rule_vacancy sw_rules_table_look(struct sw_rules *rules, unsigned table);

#endif
