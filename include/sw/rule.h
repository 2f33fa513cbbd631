/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge: up to 254 tables of rules with priorities, changed by people and controllers, looked
 * up by workers (OpenFlow 1.3.5, 5.2 to 5.5, 6.4, 6.5). Changes are staged and become visible to workers
 * all at once: each rule is visible from one version of the bridge on until another, and a worker reads the
 * version once a burst. So a bundle is atomic, and a change that fails is taken back before anyone saw it.
 *
 * room: pipeline. Thread: control; workers read under RCU: a rule that is gone is freed after a grace period.
 */
#ifndef SW_RULE_H
#define SW_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/action.h>
#include <sw/field.h>
#include <sw/reg.h>

#define SW_TABLES    254 /* ids 0..253 */
#define SW_TABLE_ALL 255

struct sw_bridge;
struct sw_err;
struct sw_rules; /* of a bridge */

/* Flags of a rule, kept and shown (OFPFF_*). Others of a flow-mod are kept to be told back; what they ask for is in sw_rule_change. */
enum { SW_RULE_SEND_REMOVED = 1, SW_RULE_NO_PACKET_COUNTS = 8, SW_RULE_NO_BYTE_COUNTS = 16 };

struct sw_rule_conf {
	uint8_t table;
	uint8_t flags;
	uint16_t priority, idle_timeout, hard_timeout,
		importance; /* timeouts in seconds, 0: none */
	uint64_t cookie;
	struct sw_match match;
	struct sw_instructions does;
};

/* An installed rule. What is in `conf` stays until the rule is modified; a pointer to the rule is good until
 * control returns to its loop, unless it is of a listener's call. */
struct sw_rule;
uint8_t sw_rule_table(const struct sw_rule *rule);
uint16_t sw_rule_priority(const struct sw_rule *rule);
/* All of it into conf, whose `does` stays the rule's: nobody else frees it. */
void sw_rule_get(const struct sw_rule *rule, struct sw_rule_conf *conf);

struct sw_rule_stats {
	uint64_t packets, bytes;
	uint64_t created_ms, used_ms; /* sw_clock_ms(); used: made, or last packet */
	uint64_t modified_ms;
};
void sw_rule_stats(const struct sw_rule *rule, struct sw_rule_stats *out);

enum sw_rule_verb {
	SW_RULE_ADD,
	SW_RULE_MODIFY,
	SW_RULE_MODIFY_STRICT,
	SW_RULE_DELETE,
	SW_RULE_DELETE_STRICT
};

/* One change (6.4). An ADD or MODIFY that does something takes over conf.does and leaves an empty one there; the
 * caller frees what is there afterwards (sw_instructions_fini) in any case. */
struct sw_rule_change {
	enum sw_rule_verb verb;
	/* table SW_TABLE_ALL: every table; not with ADD, and or_add adds to the first (the change says so then) */
	struct sw_rule_conf conf;
	uint64_t cookie, cookie_mask; /* MODIFY, DELETE: which cookies; mask 0: any */
	uint32_t out_port, out_group; /* DELETE: only rules with such an output; SW_OFPP_ANY: any */
	bool check_overlap; /* ADD: refuse where another of its priority may match the same packet */
	bool reset_counts;  /* counters of rules that stay begin at 0 */
	bool set_cookie;    /* MODIFY: conf.cookie is the new one */
	bool learned;	 /* a packet asks for it: its hard timeout begins anew whenever one does */
	uint64_t age_ms; /* ADD: it was made so long ago, and has been idle since now */
	bool or_add;	 /* MODIFY that matches nothing adds the rule (OpenFlow 1.0) */
	bool by_hand;	 /* conf.table is SW_TABLE_BY_HAND (sw/flow.h) */
};

enum sw_rule_fault { /* why a change was refused, beside err's sentence */
	SW_RULE_FINE,
	SW_RULE_MORE, /* it is not over (sw/rule_slices.h) */
	SW_RULE_BAD_TABLE,
	SW_RULE_OVERLAPS,
	SW_RULE_TABLE_FULL,
	SW_RULE_BAD_GOTO,   /* not to a later table */
	SW_RULE_BAD_ACTION, /* one that workers cannot do */
};

/* Stage a change; repeat; then commit all or take all back. One staging at a time a bridge: begin and end are
 * in one step of the control loop, or the caller keeps others away. */
void sw_rules_begin(struct sw_rules *rules);
enum sw_rule_fault sw_rules_stage(
	struct sw_rules *rules, struct sw_rule_change *change, struct sw_err *err);
void sw_rules_commit(struct sw_rules *rules);
void sw_rules_abort(struct sw_rules *rules);
/* Is one under way that takes several steps of the loop (a large bundle)? Who would begin another comes later. */
bool sw_rules_busy(const struct sw_rules *rules);

/* The next rule that a filter takes, in order of tables, or NULL; `change` as for DELETE or DELETE_STRICT, NULL all. In
 * pieces: a cursor of zeros begins, and the walk may go on after other changes: rules that stay are seen once. */
struct sw_rule_cursor {
	uint16_t table;
	/* Rules to look at in a call at most; NULL with 0 left here: there may be more. 0 before: as many as it takes. */
	uint32_t looks;
	uint64_t after; /* where in the table it goes on */
};
const struct sw_rule *sw_rules_next(const struct sw_rules *rules, struct sw_rule_cursor *cursor,
	const struct sw_rule_change *change);

/* Would a DELETE like `change` end it? */
bool sw_rule_is_taken(const struct sw_rule *rule, const struct sw_rule_change *change);

/* Steps of the staging at hand so far: a listener hears of so many. */
unsigned sw_rules_staged(const struct sw_rules *rules);

struct sw_rule_table_stats {
	uint32_t rules, limit;
	uint64_t lookups, matches; /* by packets, whether searched for or of flows that are kept */
	uint64_t probes;	   /* hash buckets and lists that lookups looked into */
	unsigned masks;		   /* different ones */
	unsigned tuples;	   /* hashes: a lookup probes so many at most */
};
void sw_rules_table_stats(
	const struct sw_rules *rules, unsigned table, struct sw_rule_table_stats *out);

/* Take out what has timed out, at most `most` rules; returns how many. From a timer of ctl, in slices. */
unsigned sw_rules_expire(struct sw_rules *rules, unsigned most);

/* Who hears of each rule that came, changed or went, after a commit. */
enum sw_rule_news {
	SW_RULE_ADDED,
	SW_RULE_CHANGED,
	SW_RULE_IDLE,
	SW_RULE_HARD,
	SW_RULE_DELETED,
	SW_RULE_EVICTED,
	SW_RULE_GROUP_GONE,
	SW_RULE_METER_GONE
};
struct sw_rule_listener {
	const char *name;
	const char *help;
	void (*heard)(struct sw_rules *rules, const struct sw_rule *rule, enum sw_rule_news news);
};
SW_REG_KIND_DECLARE(rule_listener);

struct sw_rules *sw_bridge_rules(struct sw_bridge *bridge);

#endif
