/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules as text, in the syntax of ovs-ofctl(8): "table=1,priority=5,tcp,tp_dst=80,actions=output:2". Options and fields
 * of the match stand in any order, "actions=" is the last. What ovs-ofctl takes silently is refused where it would not
 * do what it says: an option given twice, a field without its prerequisites, a value for a flag. duration, n_packets,
 * n_bytes, idle_age and hard_age, which a dump has, are read over.
 *
 * Errors name the word, and in err->path its place: "column 12".
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_RULE_TEXT_H
#define SW_RULE_TEXT_H

#include <sw/rule.h>

struct sw_err;
struct sw_str;

#define SW_RULE_PRIORITY 32768 /* of a rule that says none */

/* One change. DELETE is also what a filter of dumps is; without a table it means all of them. What is not given:
 * table 0, priority SW_RULE_PRIORITY, no timeouts. MODIFY: cookie=VALUE is the new one, cookie=VALUE/MASK says which
 * rules. On success the caller frees change->conf.does by sw_instructions_fini. */
int sw_rule_parse(const char *text, enum sw_rule_verb verb, struct sw_rule_change *change,
	struct sw_err *err);
/* A line of a file: before the rule may stand add, modify, modify_strict, delete or delete_strict; else it is added. */
int sw_rule_parse_line(const char *text, struct sw_rule_change *change, struct sw_err *err);

/* What a printed rule shows besides its priority, match and actions. */
enum sw_rule_show {
	SW_RULE_SHOW_COOKIE = 1,
	SW_RULE_SHOW_TABLE = 2,
	SW_RULE_SHOW_ZEROS = 4,	    /* cookie and table even if they are 0 */
	SW_RULE_SHOW_TIMEOUTS = 8,  /* idle_timeout, hard_timeout, flags, importance */
	SW_RULE_SHOW_DURATION = 16, /* this and the next two need statistics */
	SW_RULE_SHOW_COUNTS = 32,   /* n_packets, n_bytes */
	SW_RULE_SHOW_AGES = 64,	    /* idle_age, hard_age */
};
/* As ovs-ofctl dump-flows shows rules, with and without --no-stats. The second reads back the same. */
#define SW_RULE_SHOW_RULE (SW_RULE_SHOW_COOKIE | SW_RULE_SHOW_TABLE | SW_RULE_SHOW_TIMEOUTS)
#define SW_RULE_SHOW_ALL                                                                        \
	(SW_RULE_SHOW_RULE | SW_RULE_SHOW_ZEROS | SW_RULE_SHOW_DURATION | SW_RULE_SHOW_COUNTS | \
		SW_RULE_SHOW_AGES)

/* One line without its end: "cookie=0x0, table=0, priority=5,tcp actions=drop". Statistics NULL: none are shown.
 * Ages are those at now_ms. */
void sw_rule_print(const struct sw_rule_conf *conf, const struct sw_rule_stats *stats,
	uint64_t now_ms, unsigned show, struct sw_str *out);

#endif
