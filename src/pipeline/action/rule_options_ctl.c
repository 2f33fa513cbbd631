/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options of a rule as text, besides its match and actions: which there are, and which verb takes them (ovs-ofctl(8),
 * "Flow Syntax").
 *
 * Control thread; no state.
 */
#include "rule_words.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#define BIT(verb)  (1u << SW_RULE_##verb)
#define FOR_ADD	   BIT(ADD)
#define FOR_MODIFY (BIT(MODIFY) | BIT(MODIFY_STRICT))
#define FOR_DELETE (BIT(DELETE) | BIT(DELETE_STRICT))
#define FOR_STRICT (BIT(MODIFY_STRICT) | BIT(DELETE_STRICT))
#define FOR_ALL	   (FOR_ADD | FOR_MODIFY | FOR_DELETE)

struct rule_option {
	const char *name;
	unsigned verbs;
	int (*take)(struct sw_rule_change *change, const char *value, struct sw_err *err);
	bool flag; /* has no value */
};

static int take_table(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	bool all = c->verb == SW_RULE_DELETE || c->verb == SW_RULE_DELETE_STRICT;
	uint64_t table;
	int rc;

	if (all && !strcmp(value, "255")) /* as ovs-ofctl has it */
		return 0;
	rc = arg_number("table", value, SW_TABLES - 1, &table, err);
	if (!rc)
		c->conf.table = (uint8_t)table;
	return rc;
}

static int take_priority(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return arg_u16("priority", value, &c->conf.priority, err);
}

static int take_idle(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return arg_u16("idle_timeout", value, &c->conf.idle_timeout, err);
}

static int take_hard(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return arg_u16("hard_timeout", value, &c->conf.hard_timeout, err);
}

static int take_importance(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return arg_u16("importance", value, &c->conf.importance, err);
}

static int cookie_fault(
	const struct sw_rule_change *c, bool masked, const char *value, struct sw_err *err)
{
	int rc;

	if (masked && c->verb == SW_RULE_ADD) {
		rc = sw_err_set(err, SW_CODE_INVALID, "a rule that is added has a cookie, no mask");
		sw_err_allowed(err, "cookie=VALUE");
	} else {
		rc = sw_err_set(
			err, SW_CODE_INVALID, "to say which cookies are meant, a mask is needed");
		sw_err_allowed(err, "cookie=VALUE/MASK; a mask of -1 means exactly VALUE");
		sw_err_hint(err, "write cookie=%s/-1", value);
	}
	sw_err_given(err, "%s", value);
	return rc;
}

static int take_cookie_mask(struct sw_rule_change *c, char *value, char *mask, struct sw_err *err)
{
	uint64_t v, m = UINT64_MAX;
	int rc = arg_number("cookie", value, UINT64_MAX, &v, err);

	if (!rc && strcmp(mask, "-1"))
		rc = arg_number("cookie's mask", mask, UINT64_MAX, &m, err);
	if (rc)
		return rc;
	if (v & ~m) {
		rc = sw_err_set(err, SW_CODE_INVALID, "cookie: %s has bits outside of mask %s",
			value, mask);
		sw_err_given(err, "%s", value);
		return rc;
	}
	c->cookie = v;
	c->cookie_mask = m;
	return 0;
}

static int take_cookie(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	bool del = c->verb == SW_RULE_DELETE || c->verb == SW_RULE_DELETE_STRICT;
	bool masked = strchr(value, '/');
	char *copy, *mask;
	int rc;

	if (masked ? c->verb == SW_RULE_ADD : del)
		return cookie_fault(c, masked, value, err);
	if (!masked) {
		c->set_cookie = c->verb != SW_RULE_ADD;
		return arg_number("cookie", value, UINT64_MAX, &c->conf.cookie, err);
	}
	copy = sw_xstrdup(value);
	mask = strchr(copy, '/');
	*mask++ = '\0';
	rc = take_cookie_mask(c, copy, mask, err);
	free(copy);
	return rc;
}

static int take_out_port(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return arg_port("out_port", value, &c->out_port, err);
}

static int take_out_group(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return arg_u32("out_group", value, &c->out_group, err);
}

#define FLAG(ident, set)                                                                         \
	static int take_##ident(struct sw_rule_change *c, const char *value, struct sw_err *err) \
	{                                                                                        \
		set;                                                                             \
		return arg_none(#ident, value, err);                                             \
	}

FLAG(send_flow_rem, c->conf.flags |= SW_RULE_SEND_REMOVED)
FLAG(no_packet_counts, c->conf.flags |= SW_RULE_NO_PACKET_COUNTS)
FLAG(no_byte_counts, c->conf.flags |= SW_RULE_NO_BYTE_COUNTS)
FLAG(check_overlap, c->check_overlap = true)
FLAG(reset_counts, c->reset_counts = true)

/* What a dump has that is no part of the rule. */
static int read_over(struct sw_rule_change *c, const char *value, struct sw_err *err)
{
	return 0;
}

static const struct rule_option options[] = {
	{ "table", FOR_ALL, take_table, false },
	{ "priority", FOR_ADD | FOR_MODIFY | FOR_STRICT, take_priority, false },
	{ "cookie", FOR_ALL, take_cookie, false },
	{ "idle_timeout", FOR_ADD | FOR_MODIFY, take_idle, false },
	{ "hard_timeout", FOR_ADD | FOR_MODIFY, take_hard, false },
	{ "importance", FOR_ADD, take_importance, false },
	{ "out_port", FOR_DELETE, take_out_port, false },
	{ "out_group", FOR_DELETE, take_out_group, false },
	{ "send_flow_rem", FOR_ADD | FOR_MODIFY, take_send_flow_rem, true },
	{ "check_overlap", FOR_ADD | FOR_MODIFY, take_check_overlap, true },
	{ "reset_counts", FOR_ADD | FOR_MODIFY, take_reset_counts, true },
	{ "no_packet_counts", FOR_ADD | FOR_MODIFY, take_no_packet_counts, true },
	{ "no_byte_counts", FOR_ADD | FOR_MODIFY, take_no_byte_counts, true },
	{ "duration", FOR_ALL, read_over, false },
	{ "n_packets", FOR_ALL, read_over, false },
	{ "n_bytes", FOR_ALL, read_over, false },
	{ "idle_age", FOR_ALL, read_over, false },
	{ "hard_age", FOR_ALL, read_over, false },
};
_Static_assert(RTE_DIM(options) <= RULE_OPTIONS, "more options than bits");

const char *rule_verb_name(enum sw_rule_verb verb)
{
	static const char *const names[] = {
		[SW_RULE_ADD] = "add",
		[SW_RULE_MODIFY] = "modify",
		[SW_RULE_MODIFY_STRICT] = "modify_strict",
		[SW_RULE_DELETE] = "delete",
		[SW_RULE_DELETE_STRICT] = "delete_strict",
	};

	return names[verb];
}

const struct rule_option *rule_option_find(const char *name)
{
	for (unsigned i = 0; i < RTE_DIM(options); i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	return NULL;
}

unsigned rule_option_id(const struct rule_option *o)
{
	return (unsigned)(o - options);
}

const char *rule_option_nearest(const char *name)
{
	const char *names[RTE_DIM(options)];
	int at;

	for (unsigned i = 0; i < RTE_DIM(options); i++)
		names[i] = options[i].name;
	at = sw_nearest(name, names, RTE_DIM(options));
	return at < 0 ? NULL : names[at];
}

int rule_option_take(const struct rule_option *o, const struct word *w,
	struct sw_rule_change *change, struct sw_err *err)
{
	int rc;

	if (!(o->verbs & 1u << change->verb)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "%s has no meaning for %s", o->name,
			rule_verb_name(change->verb));
		sw_err_given(err, "%s", o->name);
		return rc;
	}
	if (!o->flag && (!w->value || !*w->value))
		return arg_missing(o->name, err);
	return o->take(change, w->value ? w->value : "", err);
}
