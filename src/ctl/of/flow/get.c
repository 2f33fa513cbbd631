/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow-mods and requests for flow stats as they come; see flow.h. Control thread.
 */
#include "flow.h"

#include <assert.h>
#include <string.h>

#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/rule_slices.h>

#include "../action/instruction.h"
#include "../bridge.h"
#include "../codec/match.h"
#include "../codec/port.h"
#include "../codec/version.h"
#include "../../staged.h"

enum { OFPFC_ADD, OFPFC_MODIFY, OFPFC_MODIFY_STRICT, OFPFC_DELETE, OFPFC_DELETE_STRICT };
enum {
	OFPFF_SEND_FLOW_REM = 1 << 0,
	OFPFF_CHECK_OVERLAP = 1 << 1,
	OFPFF_RESET_COUNTS = 1 << 2, /* in 1.0: emergency */
	OFPFF_NO_PKT_COUNTS = 1 << 3,
	OFPFF_NO_BYT_COUNTS = 1 << 4,
};
#define FLAGS_10      (OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP | OFPFF_RESET_COUNTS)
#define FLAGS	      0x1f
#define NO_BUFFER     0xffffffffu
#define OFPTT_ALL     0xff
#define NEW_COOKIE_NO UINT64_MAX /* 1.0's and Nicira's: leave the rule's */

/* The fixed part, whatever the layout. */
struct head {
	uint64_t cookie, cookie_mask;
	uint32_t buffer, out_port, out_group;
	uint16_t command, idle, hard, priority, flags, importance, match_len;
	uint8_t table;
};

static uint32_t read_port16(struct of_cursor *c)
{
	uint32_t port;

	of_port_from16(of_u16(c), &port);
	return port;
}

/* From the command on the layouts of 1.0 and Nicira's are one. */
static void read_head10(struct of_cursor *c, struct head *h)
{
	h->cookie = of_u64(c);
	h->command = of_u16(c);
	h->idle = of_u16(c);
	h->hard = of_u16(c);
	h->priority = of_u16(c);
	h->buffer = of_u32(c);
	h->out_port = read_port16(c);
	h->out_group = SW_OFPP_ANY;
	h->flags = of_u16(c);
}

static void read_head(struct of_cursor *c, uint8_t version, struct head *h)
{
	h->cookie = of_u64(c);
	h->cookie_mask = of_u64(c);
	h->table = of_u8(c);
	h->command = of_u8(c);
	h->idle = of_u16(c);
	h->hard = of_u16(c);
	h->priority = of_u16(c);
	h->buffer = of_u32(c);
	h->out_port = of_u32(c);
	h->out_group = of_u32(c);
	h->flags = of_u16(c);
	h->importance = of_u16(c);
	if (version < OF14)
		h->importance = 0; /* padding there */
}

/* The match, and Nicira's cookie to look for, which comes as one of its fields. */
static enum of_error read_all(struct of_cursor *c, uint8_t version, enum of_flow_form form,
	struct head *h, struct sw_rule_change *out)
{
	struct of_cookie cookie = { 0 };
	enum of_error error;
	bool exact;

	switch (form) {
	case OF_FLOW_10:
		exact = of_is_exact10(*c);
		error = of_get_match10(c, &out->conf.match);
		read_head10(c, h);
		if (exact)
			h->priority = UINT16_MAX; /* above all others (1.0.1, 3.4) */
		break;
	case OF_FLOW_NXM:
		read_head10(c, h);
		h->match_len = of_u16(c);
		of_skip(c, 6);
		error = of_get_nxm(c, h->match_len, &out->conf.match, &cookie);
		out->cookie = cookie.value;
		h->cookie_mask = cookie.mask;
		break;
	default:
		read_head(c, version, h);
		error = of_get_match(c, &out->conf.match);
		out->cookie = h->cookie;
	}
	return error ? error : c->over ? OFPBRC_BAD_LEN : OF_FINE;
}

static enum of_error take_flags(
	const struct head *h, uint8_t version, struct sw_rule_change *change)
{
	uint16_t known = version == OF10 ? FLAGS_10 : FLAGS;

	static_assert((int)SW_RULE_NO_BYTE_COUNTS == (int)OFPFF_NO_BYT_COUNTS &&
			      (int)SW_RULE_SEND_REMOVED == (int)OFPFF_SEND_FLOW_REM,
		"flags of rules have OpenFlow's numbers");

	if (h->flags & ~known)
		return OFPFMFC_BAD_FLAGS;
	/* No tables for emergencies: they are full from the start. */
	if (version == OF10 && h->flags & OFPFF_RESET_COUNTS)
		return h->idle || h->hard ? OFPFMFC_BAD_EMERG_TIMEOUT : OFPFMFC_TABLE_FULL;
	change->conf.flags = h->flags; /* the numbers are OpenFlow's */
	change->check_overlap = h->flags & OFPFF_CHECK_OVERLAP && change->verb == SW_RULE_ADD;
	/* In 1.0 an added rule begins anew, a modified one never does. */
	change->reset_counts =
		version == OF10 ? change->verb == SW_RULE_ADD : h->flags & OFPFF_RESET_COUNTS;
	return OF_FINE;
}

static enum of_error take_verb(uint16_t command, struct sw_rule_change *change)
{
	static const enum sw_rule_verb verbs[] = {
		[OFPFC_ADD] = SW_RULE_ADD,
		[OFPFC_MODIFY] = SW_RULE_MODIFY,
		[OFPFC_MODIFY_STRICT] = SW_RULE_MODIFY_STRICT,
		[OFPFC_DELETE] = SW_RULE_DELETE,
		[OFPFC_DELETE_STRICT] = SW_RULE_DELETE_STRICT,
	};

	if (command > OFPFC_DELETE_STRICT)
		return OFPFMFC_BAD_COMMAND;
	change->verb = verbs[command];
	return OF_FINE;
}

static bool is_delete(const struct sw_rule_change *change)
{
	return change->verb == SW_RULE_DELETE || change->verb == SW_RULE_DELETE_STRICT;
}

static bool is_modify(const struct sw_rule_change *change)
{
	return change->verb == SW_RULE_MODIFY || change->verb == SW_RULE_MODIFY_STRICT;
}

/* 1.0 has no tables: rules are added to the first, changed and deleted in all. */
static enum of_error take_table(
	struct head *h, bool in_command, bool oxm, struct sw_rule_change *change)
{
	if (!oxm && in_command) {
		h->table = h->command >> 8;
		h->command &= 0xff;
	} else if (!oxm) {
		h->table = OFPTT_ALL;
	}
	if (take_verb(h->command, change))
		return OFPFMFC_BAD_COMMAND;
	change->conf.table = h->table;
	if (h->table != OFPTT_ALL)
		return h->table < SW_TABLES ? OF_FINE
		       : oxm		    ? OFPFMFC_BAD_TABLE_ID
					    : NXFMFC_BAD_TABLE_ID;
	if (is_delete(change))
		return OF_FINE;
	if (oxm)
		return OFPFMFC_BAD_TABLE_ID;
	if (!is_modify(change))
		change->conf.table = 0;
	return OF_FINE;
}

static enum of_error take_cookies(const struct head *h, bool oxm, struct sw_rule_change *change)
{
	change->conf.cookie = h->cookie;
	change->cookie_mask = h->cookie_mask;
	if (change->verb == SW_RULE_ADD) {
		change->cookie_mask = 0;
		return !oxm && h->cookie_mask ? OFPBMC_BAD_FIELD : OF_FINE;
	}
	change->set_cookie = !oxm && h->cookie != NEW_COOKIE_NO;
	/* A modify that finds nothing adds in 1.0, unless it was to look for a cookie. */
	change->or_add = !oxm && is_modify(change) && !h->cookie_mask;
	return OF_FINE;
}

static enum of_error read_does(struct of_cursor c, uint8_t version, struct sw_rule_change *change)
{
	struct sw_instructions *does = &change->conf.does;
	enum of_error error = of_get_instructions(c, version, does);

	/* A DELETE says nothing by them. */
	if (!error && !is_delete(change))
		error = of_check_instructions(does, &change->conf.match, version);
	if (error || is_delete(change)) {
		sw_instructions_fini(does);
		memset(does, 0, sizeof(*does));
		does->goto_table = -1;
	}
	return error;
}

enum of_error of_get_flow_mod(struct of_cursor c, uint8_t version, enum of_flow_form form,
	bool table_ids, struct sw_rule_change *change)
{
	bool oxm = form == OF_FLOW_OXM;
	struct head h = { 0 };
	enum of_error error;

	memset(change, 0, sizeof(*change));
	change->conf.does.goto_table = -1;
	error = read_all(&c, version, form, &h, change);
	if (!error)
		error = take_table(&h, table_ids, oxm, change);
	if (!error)
		error = take_flags(&h, version, change);
	if (!error)
		error = take_cookies(&h, oxm, change);
	if (!error && h.buffer != NO_BUFFER && !is_delete(change))
		error = OFPBRC_BUFFER_UNKNOWN;
	if (error)
		return error;
	change->conf.idle_timeout = h.idle;
	change->conf.hard_timeout = h.hard;
	change->conf.priority = h.priority;
	change->conf.importance = h.importance;
	change->out_port = is_delete(change) ? h.out_port : SW_OFPP_ANY;
	change->out_group = is_delete(change) ? h.out_group : SW_OFPP_ANY;
	return read_does(c, version, change);
}

/* --- staging ---------------------------------------------------------------------------------------------------------- */

static enum of_error error_of(enum sw_rule_fault fault, const struct sw_rule_change *change)
{
	switch (fault) {
	case SW_RULE_FINE:
		return OF_FINE;
	case SW_RULE_BAD_TABLE:
		return OFPFMFC_BAD_TABLE_ID;
	case SW_RULE_MORE:
		return OF_MORE;
	case SW_RULE_OVERLAPS:
		return OFPFMFC_OVERLAP;
	case SW_RULE_TABLE_FULL:
		return OFPFMFC_TABLE_FULL;
	case SW_RULE_BAD_GOTO: /* the last table has no such instruction (1.3.5, 5.9; its table features say so) */
		return change->conf.table == SW_TABLES - 1 ? OFPBIC_UNSUP_INST
							   : OFPBIC_BAD_TABLE_ID;
	case SW_RULE_BAD_ACTION:
		return change->conf.does.meter ? OFPBIC_UNSUP_INST : OFPBAC_BAD_TYPE;
	}
	return OFPFMFC_UNKNOWN;
}

/* Is all there that the rule names? */
static enum of_error check_named(const struct of_bridge *of, const struct sw_instructions *does)
{
	uint32_t missing;

	if (!sw_groups_known(of->groups, does, true, &missing))
		return OFPBAC_BAD_OUT_GROUP;
	return sw_meters_known(of->meters, does, true, &missing) ? OF_FINE : OFPMMFC_UNKNOWN_METER;
}

enum of_error of_stage_flow_mod(const struct of_bridge *of, struct sw_rule_change *change)
{
	enum of_error error = check_named(of, &change->conf.does);

	if (error)
		return error;
	return error_of(sw_rules_stage_some(of->rules, change, STAGED_LOOKS, NULL), change);
}

/* --- requests ---------------------------------------------------------------------------------------------------------- */

static enum of_error read_filter(struct of_cursor *c, struct sw_rule_change *out)
{
	out->conf.table = of_u8(c);
	of_skip(c, 3);
	out->out_port = of_u32(c);
	out->out_group = of_u32(c);
	of_skip(c, 4);
	out->cookie = of_u64(c);
	out->cookie_mask = of_u64(c);
	return of_get_match(c, &out->conf.match);
}

static enum of_error read_filter10(struct of_cursor *c, struct sw_rule_change *out)
{
	enum of_error error = of_get_match10(c, &out->conf.match);

	out->conf.table = of_u8(c);
	of_skip(c, 1);
	out->out_port = read_port16(c);
	return error;
}

static enum of_error read_filter_nxm(struct of_cursor *c, struct sw_rule_change *out)
{
	struct of_cookie cookie = { 0 };
	enum of_error error;
	uint16_t len;

	out->out_port = read_port16(c);
	len = of_u16(c);
	out->conf.table = of_u8(c);
	of_skip(c, 3);
	error = of_get_nxm(c, len, &out->conf.match, &cookie);
	out->cookie = cookie.value;
	out->cookie_mask = cookie.mask;
	return error;
}

enum of_error of_get_flow_filter(
	struct of_cursor c, uint8_t version, enum of_flow_form form, struct sw_rule_change *out)
{
	enum of_error error;

	memset(out, 0, sizeof(*out));
	out->verb = SW_RULE_DELETE;
	out->out_group = SW_OFPP_ANY;
	error = form == OF_FLOW_10    ? read_filter10(&c, out)
		: form == OF_FLOW_NXM ? read_filter_nxm(&c, out)
				      : read_filter(&c, out);
	if (error || c.over || of_left(&c))
		return error ? error : OFPBRC_BAD_LEN;
	if (out->conf.table >= SW_TABLES && out->conf.table != SW_TABLE_ALL)
		return OFPBRC_BAD_TABLE_ID;
	return OF_FINE;
}
