/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The database commands that look: list, find, get, as ovs-vsctl(8) has them. Computed columns (status,
 * statistics) are read like any other.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "../slice.h"
#include "../symbol.h"
#include "conf.h"
#include "conf_match.h"

enum { LIST_COLUMNS, LIST_IF_EXISTS };
enum { GET_IF_EXISTS, GET_ID };

#define ROWS_A_STEP 128

struct columns {
	unsigned n;
	const struct column **list;
};

/* The columns of --columns=A,B, or all of the table. */
static int read_columns(
	struct columns *c, const struct table *table, const char *names, struct sw_err *err)
{
	char *copy, *save = NULL, *name;
	int rc = 0;

	if (!names) {
		c->list = sw_xcalloc(table->n_columns, sizeof(*c->list));
		c->n = table->n_columns;
		memcpy(c->list, table->columns, c->n * sizeof(*c->list));
		return 0;
	}
	copy = sw_xstrdup(names);
	c->list = sw_xcalloc(strlen(names) / 2 + 1, sizeof(*c->list));
	for (name = strtok_r(copy, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
		c->list[c->n] = schema_column(table, name, err);
		if (!c->list[c->n]) {
			rc = sw_err_errno(err ? err->code : SW_CODE_NOT_FOUND);
			break;
		}
		c->n++;
	}
	if (!rc && !c->n)
		rc = sw_err_set(err, SW_CODE_USAGE, "--columns names no column");
	free(copy);
	return rc;
}

static json_t *record_json(
	const struct draft *draft, const struct row *row, const struct columns *c)
{
	json_t *json = json_object();

	for (unsigned i = 0; i < c->n; i++) {
		struct value *v = conf_value(draft, row, c->list[i]);

		json_object_set_new(json, c->list[i]->name, value_to_json(v));
		value_unref(v);
	}
	return json;
}

/* The next rows that fulfil all tests; a slice of them, since an interface with its statistics may take
 * 20 us, and one of the kernel's, which has to be asked, 110. */
static int add_rows(struct sw_call *call, const struct table *table, const struct columns *c,
	const struct conf_match *tests, unsigned n_tests)
{
	unsigned n, end;
	const struct row **rows = draft_sorted(call->draft, table, &n);
	struct slice slice = slice_begin();

	end = n - call->at > ROWS_A_STEP ? call->at + ROWS_A_STEP : n;
	for (; call->at < end && !slice_over(&slice); call->at++) {
		const struct row *row = rows[call->at];
		bool good = true;

		for (unsigned i = 0; i < n_tests && good; i++)
			good = conf_match_row(&tests[i], call->draft, row);
		if (good)
			json_array_append_new(call->result, record_json(call->draft, row, c));
	}
	free(rows);
	return call->at < n ? SW_CMD_MORE : 0;
}

static int list_named(struct sw_call *call, const struct table *table, const struct columns *c,
	struct sw_err *err)
{
	for (unsigned i = 1; i < call->n_args; i++) {
		const struct row *row = conf_record(call->draft, table, call->args[i], err);

		if (row)
			json_array_append_new(call->result, record_json(call->draft, row, c));
		else if (!call->option[LIST_IF_EXISTS])
			return -ENOENT;
	}
	return 0;
}

/* What list and find have in common: the table, its columns, the place for the result. */
static const struct table *begin(struct sw_call *call, struct columns *c, struct sw_err *err)
{
	const struct table *table = schema_table(call->args[0], err);

	if (!table || read_columns(c, table, call->option[LIST_COLUMNS], err))
		return NULL;
	if (!call->result)
		call->result = json_array();
	return table;
}

static int list(struct sw_call *call, struct sw_err *err)
{
	struct columns c = { 0 };
	const struct table *table = begin(call, &c, err);
	int rc = -ENOENT;

	if (table && call->n_args > 1)
		rc = list_named(call, table, &c, err);
	else if (table)
		rc = add_rows(call, table, &c, NULL, 0);
	free(c.list);
	return rc;
}

static int find(struct sw_call *call, struct sw_err *err)
{
	unsigned n = call->n_args - 1;
	struct conf_match *tests = sw_xcalloc(n, sizeof(*tests));
	struct columns c = { 0 };
	const struct table *table = begin(call, &c, err);
	int rc = table ? 0 : -ENOENT;

	for (unsigned i = 0; i < n && !rc; i++)
		rc = conf_match_read(call->draft, &tests[i], table, call->args[1 + i], err);
	if (!rc)
		rc = add_rows(call, table, &c, tests, n);
	for (unsigned i = 0; i < n; i++)
		conf_match_fini(&tests[i]);
	free(tests);
	free(c.list);
	return rc;
}

static int no_key(const struct row *row, const struct conf_term *term, struct sw_err *err)
{
	const struct value *v = term->column->slot >= 0 ? row_get(row, term->column) : NULL;
	char **words = sw_xcalloc(v ? v->n + 1 : 1, sizeof(*words));
	int rc = sw_err_set(err, SW_CODE_NOT_FOUND, "%s of %s \"%s\" has no key \"%s\"",
		term->column->name, row->table->name, row_name(row), term->key);

	for (unsigned i = 0; v && i < v->n; i++)
		words[i] = value_key_text(v, i);
	schema_suggest(err, term->key, (const char *const *)words, v ? v->n : 0);
	sw_err_path(err, "%s", term->column->desc->name);
	for (unsigned i = 0; v && i < v->n; i++)
		free(words[i]);
	free(words);
	return rc;
}

static int get_one(struct sw_call *call, const struct row *row, const char *text,
	struct sw_str *out, json_t *data, struct sw_err *err)
{
	struct conf_term term;
	struct value *v;
	char *line;
	int rc = conf_term_read(&term, row->table, text, NULL, err);

	if (rc)
		return rc;
	v = conf_term_value(call->draft, row, &term);
	if (!v && !call->option[GET_IF_EXISTS]) {
		rc = no_key(row, &term, err);
	} else {
		line = v ? value_to_text(v) : sw_xstrdup("");
		sw_str_add(out, "%s\n", line);
		json_array_append_new(data, v ? value_to_json(v) : json_null());
		free(line);
		value_unref(v);
	}
	conf_term_fini(&term);
	return rc;
}

static int get(struct sw_call *call, struct sw_err *err)
{
	const struct table *table = schema_table(call->args[0], err);
	const struct row *row = table ? conf_record(call->draft, table, call->args[1], err) : NULL;
	json_t *data = json_array();
	struct sw_str out = { 0 };
	int rc = 0;

	if (call->option[GET_ID] && call->option[GET_IF_EXISTS]) {
		json_decref(data);
		return sw_err_set(err, SW_CODE_USAGE,
			"--id and --if-exists cannot be together: @NAME must be a record's");
	}
	sw_str_add(&out, "%s", "");
	if (!row)
		rc = table && call->option[GET_IF_EXISTS] ? 0 : -ENOENT;
	else if (call->option[GET_ID])
		rc = symbol_bind(call->draft, call->option[GET_ID], row, err);
	for (unsigned i = 2; row && i < call->n_args && !rc; i++)
		rc = get_one(call, row, call->args[i], &out, data, err);
	if (!rc)
		call->result = json_pack("{s:s, s:O}", "text", out.s, "data",
			json_array_size(data) == 1 ? json_array_get(data, 0) : data);
	json_decref(data);
	free(out.s);
	return rc;
}

static const struct sw_cmd_option list_options[] = {
	[LIST_COLUMNS] = { "columns", "COLUMN[,COLUMN]...", "these columns only, in this order" },
	[LIST_IF_EXISTS] = { "if-exists", NULL, "leave out records that are not there" },
	{ NULL },
};
static const struct sw_cmd_option find_options[] = {
	[LIST_COLUMNS] = { "columns", "COLUMN[,COLUMN]...", "these columns only, in this order" },
	{ NULL },
};
static const struct sw_cmd_option get_options[] = {
	[GET_IF_EXISTS] = { "if-exists", NULL,
		"print an empty line for a key that is not there, "
		"nothing for a record" },
	[GET_ID] = { "id", "@NAME", "name the record for later commands of the transaction" },
	{ NULL },
};

SW_REGISTER(cmd, list) = {
	.name = "list",
	.help = "print the named records of a table, or all of them",
	.usage = "TABLE [RECORD]...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_RECORD,
	.min_args = 1,
	.max_args = UINT_MAX,
	.options = list_options,
	.run = list,
};
SW_REGISTER(cmd, find) = {
	.name = "find",
	.help = "print the records that fulfil all conditions",
	.usage = "TABLE [COLUMN[:KEY]=VALUE]...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_RECORD,
	.min_args = 1,
	.max_args = UINT_MAX,
	.options = find_options,
	.run = find,
};
SW_REGISTER(cmd, get) = {
	.name = "get",
	.help = "print values of a record, a line each",
	.usage = "TABLE RECORD [COLUMN[:KEY]]...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TREE,
	.min_args = 2,
	.max_args = UINT_MAX,
	.options = get_options,
	.run = get,
};
