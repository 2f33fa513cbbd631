/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The database commands that make and remove records: create and destroy, as ovs-vsctl(8) has them. A
 * record that nothing refers to at the end of the transaction would go again, so making one is refused;
 * so is removing one that something still refers to.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "../symbol.h"
#include "conf.h"

enum { DESTROY_IF_EXISTS, DESTROY_ALL };

static int refuse_root(const struct table *table, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_CONFLICT, "%s has one record, which stays", table->name);

	sw_err_hint(err, "swctl set %s . COLUMN=VALUE changes it", table->name);
	return rc;
}

/* The value of "NAME_COLUMN=..." among the words, checked; NULL with err. */
static char *find_name(struct sw_call *call, const struct table *table, struct sw_err *err)
{
	static const char *const ops[] = { "=", NULL };
	const struct column *c = table->name_column;
	char *name = NULL;

	for (unsigned i = 1; i < call->n_args; i++) {
		struct conf_term term;
		struct value *v = NULL;

		if (conf_term_read(&term, table, call->args[i], ops, err))
			return NULL;
		if (term.column == c && !conf_read_value(call->draft, c, term.value, &v, err) &&
			!schema_check(c, v, err))
			name = sw_xstrdup(value_get_string(v, ""));
		value_unref(v);
		conf_term_fini(&term);
		if (term.column == c)
			return name;
	}
	sw_err_set(err, SW_CODE_USAGE, "a new %s needs a name", table->name);
	sw_err_allowed(err, "create %s %s=NAME [COLUMN=VALUE]...", table->name, c->name);
	return NULL;
}

static int check_free(
	struct sw_call *call, const struct table *table, const char *name, struct sw_err *err)
{
	int rc;

	if (!draft_find_name(call->draft, table, name))
		return 0;
	rc = sw_err_set(err, SW_CODE_EXISTS, "%s has a record named %s already", table->name, name);
	sw_err_given(err, "%s", name);
	return rc;
}

static int create(struct sw_call *call, struct sw_err *err)
{
	const struct table *table = schema_table(call->args[0], err);
	char text[UUID_TEXT_SIZE], *name = NULL;
	const struct row *row;
	struct uuid uuid;
	int rc;

	if (!table)
		return -ENOENT;
	if (table->desc->root)
		return refuse_root(table, err);
	if (table->name_column) {
		name = find_name(call, table, err);
		if (!name)
			return sw_err_errno(err->code);
	}
	rc = name ? check_free(call, table, name, err) : 0;
	if (!rc)
		rc = symbol_create(call->draft, table, call->option[0], &uuid, err);
	if (!rc) {
		row = draft_insert_as(call->draft, table, &uuid, name);
		for (unsigned i = 1; i < call->n_args && !rc; i++)
			rc = conf_assign(call->draft, row, call->args[i], err);
		call->result = json_string(uuid_format(text, &uuid));
	}
	free(name);
	return rc;
}

static int destroy_all(struct sw_call *call, const struct table *table, struct sw_err *err)
{
	unsigned n;
	const struct row **rows;

	if (call->n_args > 1 || call->option[DESTROY_IF_EXISTS]) {
		sw_err_set(err, SW_CODE_USAGE,
			"--all takes neither records nor --if-exists: it removes what is there");
		sw_err_hint(err, "leave --all out, or the rest");
		return -EINVAL;
	}
	rows = draft_sorted(call->draft, table, &n);
	for (unsigned i = 0; i < n; i++)
		if (draft_find(call->draft, table, &rows[i]->uuid))
			draft_destroy(call->draft, rows[i]);
	free(rows);
	return 0;
}

static int destroy(struct sw_call *call, struct sw_err *err)
{
	const struct table *table = schema_table(call->args[0], err);

	if (!table)
		return -ENOENT;
	if (table->desc->root)
		return refuse_root(table, err);
	if (call->option[DESTROY_ALL])
		return destroy_all(call, table, err);
	if (call->n_args < 2) {
		sw_err_set(err, SW_CODE_USAGE, "destroy needs a record");
		sw_err_allowed(err, "destroy TABLE RECORD..., or --all destroy TABLE");
		return -EINVAL;
	}
	for (unsigned i = 1; i < call->n_args; i++) {
		const struct row *row = conf_record(call->draft, table, call->args[i], err);

		if (row)
			draft_destroy(call->draft, row);
		else if (!call->option[DESTROY_IF_EXISTS])
			return -ENOENT;
	}
	return 0;
}

static const struct sw_cmd_option create_options[] = {
	{ "id", "@NAME|UUID",
		"name it for this transaction, or give it that UUID; other commands may call it "
		"@NAME, also before this one" },
	{ NULL },
};
static const struct sw_cmd_option destroy_options[] = {
	[DESTROY_IF_EXISTS] = { "if-exists", NULL, "no error when a record is not there" },
	[DESTROY_ALL] = { "all", NULL, "every record of the table" },
	{ NULL },
};

SW_REGISTER(cmd, create) = {
	.name = "create",
	.help = "make a record and print its UUID; something must refer to it in the same transaction",
	.usage = "TABLE COLUMN[:KEY]=VALUE...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_VALUE,
	.min_args = 1,
	.max_args = UINT_MAX,
	.options = create_options,
	.run = create,
};
SW_REGISTER(cmd, destroy) = {
	.name = "destroy",
	.help = "remove records; nothing may refer to them at the end of the transaction",
	.usage = "TABLE RECORD...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = UINT_MAX,
	.options = destroy_options,
	.run = destroy,
};
