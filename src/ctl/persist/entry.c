/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See entry.h. Control thread.
 */
#include "entry.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "../of/action/instruction.h"
#include "../of/codec/match.h"
#include "../of/codec/version.h"

#define FORM_TEXT  0
#define FORM_WIRE  OF15
#define FLAGS	   0x1f /* all of OpenFlow 1.3's */
#define EVICTS	   1	/* flags of a table */
#define VACANCY	   2
#define MATCH_TEXT 0xffff /* type of a match; OpenFlow has 0 and 1 */
#define MATCH_HEAD 4

/* --- writing ----------------------------------------------------------------------------------------------------- */

static size_t begin(struct of_buf *out, enum persist_kind kind)
{
	size_t at = out->len;

	of_put_u32(out, 0);
	of_put_u8(out, kind);
	return at;
}

static void end(struct of_buf *out, size_t at)
{
	of_patch_u32(out, at, out->len - at);
}

static void put_text(struct of_buf *out, struct sw_str *text)
{
	of_put(out, text->s, text->len);
	free(text->s);
}

static void put_match(struct of_buf *out, const struct sw_match *match)
{
	struct sw_str text = { 0 };
	size_t at = out->len;

	out->inexact = false;
	of_put_match(out, match, OF15);
	if (!out->inexact)
		return;
	out->len = at;
	sw_match_print(match, &text);
	of_put_u16(out, MATCH_TEXT);
	of_put_u16(out, MATCH_HEAD + text.len);
	put_text(out, &text);
	of_pad8(out, at);
}

void persist_put_rule(struct of_buf *out, const struct sw_rule_conf *conf, uint64_t made_ms)
{
	size_t at = begin(out, PERSIST_RULE), form, does;
	struct sw_str text = { 0 };

	of_put_u8(out, conf->table);
	of_put_u8(out, conf->flags);
	form = out->len;
	of_put_u8(out, FORM_WIRE);
	of_put_u16(out, conf->priority);
	of_put_u16(out, conf->idle_timeout);
	of_put_u16(out, conf->hard_timeout);
	of_put_u16(out, conf->importance);
	of_put_u64(out, conf->cookie);
	of_put_u64(out, made_ms);
	put_match(out, &conf->match);
	does = out->len;
	out->inexact = false;
	of_put_instructions(out, &conf->does, OF15);
	if (out->inexact) {
		out->len = does;
		out->bytes[form] = FORM_TEXT;
		sw_instructions_print(&conf->does, &text);
		put_text(out, &text);
	}
	end(out, at);
}

void persist_put_rule_gone(struct of_buf *out, const struct sw_rule_conf *conf)
{
	size_t at = begin(out, PERSIST_RULE_GONE);

	of_put_u8(out, conf->table);
	of_put_u16(out, 0);
	of_put_u16(out, conf->priority);
	put_match(out, &conf->match);
	end(out, at);
}

void persist_put_group(struct of_buf *out, const struct sw_group_conf *conf)
{
	size_t at = begin(out, PERSIST_GROUP);
	struct sw_str text = { 0 };

	of_room(out, 3);
	sw_group_print(conf, &text);
	put_text(out, &text);
	end(out, at);
}

void persist_put_meter(struct of_buf *out, const struct sw_meter_conf *conf)
{
	size_t at = begin(out, PERSIST_METER);
	struct sw_str text = { 0 };

	of_room(out, 3);
	sw_meter_print(conf, &text);
	put_text(out, &text);
	end(out, at);
}

void persist_put_table(struct of_buf *out, unsigned table, const struct sw_rule_table_conf *conf)
{
	size_t at = begin(out, PERSIST_TABLE);

	of_put_u8(out, table);
	of_put_u8(out, (conf->evict ? EVICTS : 0) | (conf->vacancy ? VACANCY : 0));
	of_put_u8(out, conf->down);
	of_put_u8(out, conf->up);
	end(out, at);
}

void persist_put_gone(struct of_buf *out, enum persist_kind kind, uint32_t id)
{
	size_t at = begin(out, kind);

	of_room(out, 3);
	of_put_u32(out, id);
	end(out, at);
}

/* --- reading ----------------------------------------------------------------------------------------------------- */

static int bad(struct sw_err *err, const char *what)
{
	return sw_err_set(err, SW_CODE_INVALID, "an entry is damaged: %s", what);
}

/* The rest of the body as a text that ends with NUL. */
static char *take_text(struct of_cursor *c)
{
	size_t len = of_left(c);
	char *text = sw_xcalloc(1, len + 1);

	of_copy(c, text, len);
	return text;
}

static int get_match(struct of_cursor *c, struct sw_match *match, struct sw_err *err)
{
	struct of_cursor head = *c, body;
	uint16_t type = of_u16(&head), len = of_u16(&head);
	char *text;
	int rc;

	if (head.over || type != MATCH_TEXT)
		return of_get_match(c, match) ? bad(err, "a match") : 0;
	if (len < MATCH_HEAD)
		return bad(err, "the length of a match");
	body = of_sub(c, len);
	of_skip(c, -len & 7);
	if (c->over)
		return bad(err, "a match is cut");
	of_skip(&body, MATCH_HEAD);
	text = take_text(&body);
	rc = sw_match_parse(text, match, err);
	free(text);
	return rc;
}

static int get_does(
	struct of_cursor *c, uint8_t form, struct sw_instructions *does, struct sw_err *err)
{
	char *text;
	int rc;

	if (form == FORM_WIRE)
		return of_get_instructions(*c, OF15, does) ? bad(err, "instructions") : 0;
	if (form != FORM_TEXT)
		return bad(err, "an unknown form of instructions");
	text = take_text(c);
	rc = sw_instructions_parse(text, does, err);
	free(text);
	return rc;
}

static int get_rule(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	struct sw_rule_conf *conf = &e->rule.conf;
	uint8_t form;

	e->rule.verb = SW_RULE_ADD;
	conf->table = of_u8(c);
	conf->flags = of_u8(c);
	form = of_u8(c);
	conf->priority = of_u16(c);
	conf->idle_timeout = of_u16(c);
	conf->hard_timeout = of_u16(c);
	conf->importance = of_u16(c);
	conf->cookie = of_u64(c);
	e->made_ms = of_u64(c);
	if (get_match(c, &conf->match, err))
		return sw_err_errno(err->code);
	if (conf->table >= SW_TABLES || conf->flags & ~FLAGS)
		return bad(err, "a table or flag");
	return get_does(c, form, &conf->does, err);
}

static int get_rule_gone(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	struct sw_rule_conf *conf = &e->rule.conf;

	e->rule.verb = SW_RULE_DELETE_STRICT;
	e->rule.out_port = e->rule.out_group = SW_OFPP_ANY;
	conf->table = of_u8(c);
	of_skip(c, 2);
	conf->priority = of_u16(c);
	if (get_match(c, &conf->match, err))
		return sw_err_errno(err->code);
	if (of_left(c))
		return bad(err, "the match of a rule that is gone");
	return conf->table < SW_TABLES ? 0 : bad(err, "a table");
}

static int get_group(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	struct sw_group_change change;
	char *text;
	int rc;

	of_skip(c, 3);
	text = take_text(c);
	rc = sw_group_parse(text, SW_GROUP_ADD, &change, err);
	free(text);
	if (rc)
		return rc;
	e->group = change.conf;
	e->id = e->group.id;
	return 0;
}

static int get_meter(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	char *text;
	int rc;

	of_skip(c, 3);
	text = take_text(c);
	rc = sw_meter_parse(text, &e->meter, err);
	free(text);
	e->id = rc ? 0 : e->meter.id;
	return rc;
}

static int get_gone(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	of_skip(c, 3);
	e->id = of_u32(c);
	return c->over || of_left(c) ? bad(err, "an id") : 0;
}

static int get_table(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	uint8_t flags;

	e->id = of_u8(c);
	flags = of_u8(c);
	e->table.evict = flags & EVICTS;
	e->table.vacancy = flags & VACANCY;
	e->table.down = of_u8(c);
	e->table.up = of_u8(c);
	if (c->over || of_left(c) || e->id >= SW_TABLES || flags & ~(EVICTS | VACANCY))
		return bad(err, "a table");
	return e->table.down <= e->table.up && e->table.up <= 100 ? 0 : bad(err, "a vacancy");
}

int persist_get(struct of_cursor *c, struct persist_entry *e, struct sw_err *err)
{
	struct of_cursor length = *c, body;
	uint32_t len = of_u32(&length);

	memset(e, 0, sizeof(*e));
	e->rule.conf.does.goto_table = -1;
	body = of_sub(c, len);
	if (body.over || len < 5) {
		of_skip(c, of_left(c));
		return bad(err, "a length");
	}
	of_skip(&body, 4);
	e->kind = of_u8(&body);
	switch (e->kind) {
	case PERSIST_RULE:
		return get_rule(&body, e, err);
	case PERSIST_RULE_GONE:
		return get_rule_gone(&body, e, err);
	case PERSIST_GROUP:
		return get_group(&body, e, err);
	case PERSIST_METER:
		return get_meter(&body, e, err);
	case PERSIST_GROUP_GONE:
	case PERSIST_METER_GONE:
		return get_gone(&body, e, err);
	case PERSIST_TABLE:
		return get_table(&body, e, err);
	}
	return bad(err, "an unknown kind");
}

void persist_entry_fini(struct persist_entry *e)
{
	sw_instructions_fini(&e->rule.conf.does);
	if (e->kind == PERSIST_GROUP)
		sw_group_fini(&e->group);
	if (e->kind == PERSIST_METER)
		sw_meter_fini(&e->meter);
}
