/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a placeholder of a command's usage stands for: names in use, tables, columns, keys and the words
 * they take. Only what would be accepted is offered. Control thread.
 */
#include "complete.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sw/cmd.h>
#include <sw/log.h>
#include <sw/port.h>

#include "../columns.h"
#include "../draft.h"
#include "../table/schema.h"

static void add_rows(struct complete *c, const struct table *table)
{
	const struct column *called;
	const struct row **rows;
	unsigned n;

	if (table->desc->root)
		complete_add(c, table->desc->help, ".");
	if (table->by && c->draft) /* named by the rows whose only ones they are */
		add_rows(c, table->by->table);
	called = table->name_column ? table->name_column : table->label;
	if (table->desc->root || !c->draft || !called)
		return;
	rows = draft_sorted(c->draft, table, &n);
	for (unsigned i = 0; i < n; i++) {
		const char *name = value_get_string(row_get(rows[i], called), "");

		if (*name && (!c->has_bridges || !draft_find_name(c->draft, TABLE(bridge), name)))
			complete_add(c, "", "%s", name);
	}
	free(rows);
	c->has_bridges |= table == TABLE(bridge);
}

/* As people type them: in small letters, unless this one began otherwise. */
static void add_tables(struct complete *c)
{
	for (unsigned i = 0; i < schema_tables(); i++) {
		const struct table *t = schema_table_at(i);
		char name[64];
		size_t k;

		for (k = 0; t->name[k] && k + 1 < sizeof(name); k++)
			name[k] = isupper((unsigned char)*c->partial)
					  ? t->name[k]
					  : (char)tolower((unsigned char)t->name[k]);
		name[k] = '\0';
		complete_add(c, t->desc->help, "%s", name);
	}
}

/* The table that the columns of this command belong to. */
static const struct table *table_of(const struct complete *c)
{
	if (!strncmp(c->cmd->usage, "TABLE", strlen("TABLE")))
		return c->n_args ? schema_table(c->args[0], NULL) : NULL;
	return TABLE(port);
}

static void add_values(
	struct complete *c, const char *prefix, const char *const *words, enum sw_atom_type type)
{
	if (type == SW_ATOM_BOOLEAN) {
		complete_add(c, "", "%strue", prefix);
		complete_add(c, "", "%sfalse", prefix);
	}
	for (; words && *words; words++)
		if (**words)
			complete_add(c, "", "%s%s", prefix, *words);
}

/* Values of a whole column, behind `prefix`. */
static void add_column_values(struct complete *c, const struct column *column, const char *prefix)
{
	const struct sw_port_class *cls;

	add_values(c, prefix, column->desc->words, column->desc->type.key);
	if (!strcmp(column->desc->name, "Interface.type"))
		SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
			complete_add(c, cls->help, "%s%s", prefix, cls->name);
}

/* Keys of a map, as PREFIXkeySUFFIX. */
static void add_keys(
	struct complete *c, const struct column *column, const char *prefix, const char *suffix)
{
	const struct sw_port_class *cls;

	for (unsigned i = 0; i < column->n_keys; i++)
		complete_add(c, column->keys[i]->help, "%s%s%s", prefix,
			schema_key_name(column->keys[i]), suffix);
	if (strcmp(column->desc->name, "Interface.options"))
		return;
	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		for (const struct sw_option *o = cls->options; o && o->name; o++)
			complete_add(c, o->help, "%s%s%s", prefix, o->name, suffix);
}

/* A map column's key and its value: "other_config:priority-tags=ne". */
static void add_keyed(
	struct complete *c, const struct column *column, const char *rest, bool with_value)
{
	size_t len = strcspn(rest, "=");
	char prefix[256], key[128];

	if (!rest[len]) {
		snprintf(prefix, sizeof(prefix), "%.*s", (int)(rest - c->partial), c->partial);
		add_keys(c, column, prefix, with_value ? "=" : "");
		return;
	}
	snprintf(key, sizeof(key), "%.*s", (int)len, rest);
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(rest + len + 1 - c->partial), c->partial);
	for (unsigned i = 0; i < column->n_keys; i++)
		if (!strcmp(schema_key_name(column->keys[i]), key))
			add_values(c, prefix, column->keys[i]->words, column->keys[i]->type);
}

static void add_columns(struct complete *c, const struct table *t, bool with_value, bool keyed)
{
	for (unsigned i = 0; i < t->n_columns; i++) {
		const struct column *column = t->columns[i];
		bool map = column->desc->type.value != SW_ATOM_NONE;

		if (with_value && schema_check_settable(column, NULL))
			continue;
		if (!with_value || !map)
			complete_add(
				c, column->desc->help, "%s%s", column->name, with_value ? "=" : "");
		if (map && keyed)
			complete_add(c, column->desc->help, "%s:", column->name);
	}
}

/* COLUMN, COLUMN[:KEY] or COLUMN[:KEY]=VALUE. */
static void add_term(struct complete *c, bool with_value, bool keyed)
{
	const struct table *t = table_of(c);
	size_t len = strcspn(c->partial, ":=");
	const struct column *column;
	char name[128];

	if (!t || *c->prefix)
		return;
	if (!c->partial[len] || !keyed) {
		add_columns(c, t, with_value, keyed);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)len, c->partial);
	column = schema_column(t, name, NULL);
	if (!column)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)len + 1, c->partial);
	if (c->partial[len] == ':')
		add_keyed(c, column, c->partial + len + 1, with_value);
	else if (with_value)
		add_column_values(c, column, name);
}

/* VALUE, KEY, [KEY=]VALUE behind a column of its own. */
static void add_element(struct complete *c)
{
	const struct table *t = table_of(c);
	const struct column *column =
		t && c->n_args > 2 ? schema_column(t, c->args[2], NULL) : NULL;

	if (!column || *c->prefix)
		return;
	if (column->desc->type.value == SW_ATOM_NONE)
		add_column_values(c, column, "");
	else
		add_keyed(c, column, c->partial, true);
}

static void add_logs(struct complete *c)
{
	const struct sw_log *log;

	SW_REG_FOREACH (log, const struct sw_log *, log)
		complete_add(c, log->help, "%s", log->name);
}

void complete_placeholder(struct complete *c, const char *p)
{
	const struct table *t;

	if (!strcmp(p, "BRIDGE"))
		add_rows(c, TABLE(bridge));
	else if (!strcmp(p, "PORT"))
		add_rows(c, TABLE(port));
	else if (!strcmp(p, "INTERFACE"))
		add_rows(c, TABLE(interface));
	else if (!strcmp(p, "TABLE"))
		add_tables(c);
	else if (!strcmp(p, "RECORD") && (t = table_of(c)))
		add_rows(c, t);
	else if (!strcmp(p, "COLUMN"))
		add_term(c, false, false);
	else if (!strcmp(p, "COLUMN[:KEY]"))
		add_term(c, false, true);
	else if (!strcmp(p, "COLUMN[:KEY]=VALUE"))
		add_term(c, true, true);
	else if (!strcmp(p, "[KEY=]VALUE") || !strcmp(p, "VALUE"))
		add_element(c);
	else if (!strcmp(p, "LOG"))
		add_logs(c);
	else if (islower((unsigned char)*p))
		complete_add(c, "", "%s", p);
}
