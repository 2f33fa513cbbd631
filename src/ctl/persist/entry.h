/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is stored of a bridge's rules, groups and meters, as bytes: entries, each of which says what is there from then
 * on under a key, or that nothing is. Read in their order they make the tables; read twice they make the same.
 *
 *	length 4, kind 1, then by kind (numbers in network order):
 *	RULE		table 1, flags 1, form 1, priority, idle, hard, importance 2 each, cookie 8, made 8, match, instructions
 *	RULE_GONE	table 1, 0 2, priority 2, match
 *	GROUP, METER	0 3, the whole of it as text
 *	..._GONE	0 3, id 4
 *	TABLE		table 1, flags 1 (1: evicts, 2: says when it gets full), down 1, up 1
 *
 * A match is OpenFlow 1.5's with OXM, as are the instructions (form 6) where 1.5 says exactly what they are; where it would
 * say the same in other words (mod_nw_src, vlan_tci=0/0xffff) or has none (enqueue) they are text: instructions of form 0, a match
 * of type 0xffff, which has length and padding as OXM's. Groups and meters are few, and
 * always text, as ovs-ofctl has it. What is read is checked as bytes, not held to the match: what was in force is right.
 *
 * `made`: sw_clock_ms, of the start of the machine that the file is of (age.h), so that a hard timeout goes on while the switch is down.
 *
 * Thread: control, without names of ports in use (sw_port_names_use).
 */
#ifndef CTL_PERSIST_ENTRY_H
#define CTL_PERSIST_ENTRY_H

#include <stdint.h>

#include <sw/group.h>
#include <sw/meter.h>
#include <sw/rule.h>
#include <sw/rule_table.h>

#include "../of/codec/buf.h"
#include "../of/codec/cursor.h"

struct sw_err;

enum persist_kind { /* numbers in files: they stay */
	PERSIST_RULE = 1,
	PERSIST_RULE_GONE,
	PERSIST_GROUP,
	PERSIST_GROUP_GONE,
	PERSIST_METER,
	PERSIST_METER_GONE,
	PERSIST_TABLE, /* all that a controller has asked of it, or that is nothing */
};

void persist_put_rule(struct of_buf *out, const struct sw_rule_conf *conf, uint64_t made_ms);
void persist_put_rule_gone(struct of_buf *out, const struct sw_rule_conf *conf);
void persist_put_group(struct of_buf *out, const struct sw_group_conf *conf);
void persist_put_meter(struct of_buf *out, const struct sw_meter_conf *conf);
void persist_put_table(struct of_buf *out, unsigned table, const struct sw_rule_table_conf *conf);
void persist_put_gone(struct of_buf *out, enum persist_kind kind, uint32_t id);

struct persist_entry {
	enum persist_kind kind;
	uint64_t made_ms;		 /* RULE: persist_file_age */
	struct sw_rule_change rule;	 /* RULE: an ADD; RULE_GONE: a DELETE_STRICT */
	struct sw_group_conf group;	 /* GROUP */
	struct sw_meter_conf meter;	 /* METER */
	uint32_t id;			 /* of a group or meter; of a TABLE */
	struct sw_rule_table_conf table; /* TABLE */
};

/* The next entry: 0, or an error and nothing to free: it is not ours, or of a later version. In any case the cursor is behind it then;
 * where its length makes no sense, behind all of them. */
int persist_get(struct of_cursor *c, struct persist_entry *e, struct sw_err *err);
void persist_entry_fini(struct persist_entry *e);

#endif
