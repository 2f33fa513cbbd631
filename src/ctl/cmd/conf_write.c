/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The database commands that change: set, add, remove, clear, as ovs-vsctl(8) has them. What a column
 * takes is in its descriptor; nothing is changed unless all of it is good.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "../symbol.h"
#include "conf.h"

enum { IF_EXISTS };

/* The record of args[0] and args[1]; NULL with *rc 0 when it is missing and that is no error. */
static const struct row *record(struct sw_call *call, int *rc, struct sw_err *err)
{
	const struct table *table = schema_table(call->args[0], err);
	const struct row *row = table ? conf_record(call->draft, table, call->args[1], err) : NULL;

	*rc = row || (table && call->option[IF_EXISTS]) ? 0 : -ENOENT;
	return row;
}

static int set(struct sw_call *call, struct sw_err *err)
{
	int rc;
	const struct row *row = record(call, &rc, err);

	for (unsigned i = 2; row && i < call->n_args && !rc; i++)
		rc = conf_assign(call->draft, row, call->args[i], err);
	return rc;
}

static const struct column *settable(const struct row *row, const char *name, struct sw_err *err)
{
	const struct column *c = schema_column(row->table, name, err);

	return c && !schema_check_settable(c, err) ? c : NULL;
}

/* What add gives: the old value with the elements or pairs of the text. */
static int with(struct draft *draft, const struct column *c, const struct value *from,
	const char *text, struct value **out, struct sw_err *err)
{
	struct value *more;
	int rc = conf_read_value(draft, c, text, &more, err);

	if (rc)
		return rc;
	*out = value_plus(from, more);
	value_unref(more);
	return 0;
}

/* What remove takes away: elements of a set, pairs of a map, or keys of a map. */
static int without(struct draft *draft, const struct column *c, const struct value *from,
	const char *text, struct value **out, struct sw_err *err)
{
	struct sw_type type = c->desc->type;
	bool is_map = type.value != SW_ATOM_NONE;
	bool pairs = is_map && strchr(text, '=') && *text != '"';
	struct value *less;
	int rc;

	if (is_map && !pairs)
		type = (struct sw_type){ type.key, SW_ATOM_NONE, 0, UINT_MAX };
	rc = symbol_read_value(draft, type, text, &less, err);
	if (rc) {
		sw_err_path(err, "%s", c->desc->name);
		return rc;
	}
	*out = value_minus(from, less, pairs);
	value_unref(less);
	return 0;
}

/* Change the column of args[2] by each further word in turn. */
static int edit(struct sw_call *call,
	int (*derive)(struct draft *draft, const struct column *c, const struct value *from,
		const char *text, struct value **out, struct sw_err *err),
	struct sw_err *err)
{
	int rc;
	const struct row *row = record(call, &rc, err);
	const struct column *c;

	if (!row)
		return rc;
	c = settable(row, call->args[2], err);
	if (!c)
		return -EINVAL;
	for (unsigned i = 3; i < call->n_args; i++) {
		struct value *changed;

		row = draft_find(call->draft, row->table, &row->uuid);
		rc = derive(call->draft, c, row_get(row, c), call->args[i], &changed, err);
		if (!rc)
			rc = conf_put(call->draft, row, c, changed, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int add(struct sw_call *call, struct sw_err *err)
{
	return edit(call, with, err);
}

static int remove_some(struct sw_call *call, struct sw_err *err)
{
	return edit(call, without, err);
}

static int clear(struct sw_call *call, struct sw_err *err)
{
	int rc;
	const struct row *row = record(call, &rc, err);

	for (unsigned i = 2; row && i < call->n_args; i++) {
		const struct column *c = settable(row, call->args[i], err);

		if (!c)
			return -EINVAL;
		rc = conf_put(call->draft, row, c, value_new(c->desc->type), err);
		if (rc)
			return rc;
	}
	return rc;
}

static const struct sw_cmd_option if_exists[] = {
	[IF_EXISTS] = { "if-exists", NULL, "no error when the record is not there" },
	{ NULL },
};

#define WRITE_CMD(ident, called, words, least, fn, text) \
	SW_REGISTER(cmd, ident) = {                      \
		.name = called,                          \
		.help = text,                            \
		.usage = words,                          \
		.kind = SW_CMD_CONFIG,                   \
		.role = SW_ROLE_ADMIN,                   \
		.output = SW_OUT_NONE,                   \
		.min_args = least,                       \
		.max_args = UINT_MAX,                    \
		.options = if_exists,                    \
		.run = fn,                               \
	}

WRITE_CMD(set, "set", "TABLE RECORD COLUMN[:KEY]=VALUE...", 3, set,
	"set columns of a record, or keys of its maps");
WRITE_CMD(add, "add", "TABLE RECORD COLUMN [KEY=]VALUE...", 4, add,
	"add elements to a set, or pairs to a map");
WRITE_CMD(remove, "remove", "TABLE RECORD COLUMN VALUE|KEY|KEY=VALUE...", 4, remove_some,
	"take elements out of a set, or keys or pairs out of a map");
WRITE_CMD(clear, "clear", "TABLE RECORD COLUMN...", 3, clear, "empty columns of a record");
