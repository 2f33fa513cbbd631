/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Building the schema from the registered descriptors and finding things in it. A descriptor that names
 * an unknown table or column is a programmer's fault that stops start-up with the name.
 */
#include "schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "../db.h"
#include "unsupported.h"

SW_REG_KIND_DEFINE(table);
SW_REG_KIND_DEFINE(column);
SW_REG_KIND_DEFINE(key);

static struct table *tables;
static struct column *columns; /* by id of the descriptor */
static struct column *uuid_columns;

static struct value *uuid_status(const struct draft *draft, const struct row *row)
{
	struct value *v = value_new((struct sw_type)SW_ONE(UUID));

	value_add(v, &(union atom){ .uuid = row->uuid }, NULL);
	return v;
}

static const struct sw_column uuid_desc = {
	.name = "_uuid",
	.help = "identity of the row, given when it is made",
	.type = SW_ONE(UUID),
	.flags = SW_COL_STATUS,
	.status = uuid_status,
};

static struct table *table_of(const char *path, size_t len)
{
	for (unsigned i = 0; i < sw_reg_kind_table.count; i++)
		if (strlen(tables[i].name) == len && !memcmp(tables[i].name, path, len))
			return &tables[i];
	return NULL;
}

static void add_column(struct table *t, struct column *c)
{
	t->columns = sw_xrealloc(t->columns, t->n_columns + 1, sizeof(struct column *));
	t->columns[t->n_columns++] = c;
	c->table = t;
	c->slot = c->desc->flags & SW_COL_STATUS ? -1 : (int)t->n_slots++;
	if (c->desc->flags & SW_COL_NAME)
		t->name_column = c;
}

static void build_tables(void)
{
	unsigned n = sw_reg_kind_table.count;

	tables = sw_xcalloc(n, sizeof(*tables));
	uuid_columns = sw_xcalloc(n, sizeof(*uuid_columns));
	for (unsigned i = 0; i < n; i++) {
		tables[i].desc = sw_reg_get(&sw_reg_kind_table, i);
		tables[i].name = tables[i].desc->name;
		tables[i].id = i;
		uuid_columns[i].desc = &uuid_desc;
		uuid_columns[i].name = uuid_desc.name;
		add_column(&tables[i], &uuid_columns[i]);
	}
}

static int build_column(unsigned id, struct sw_err *err)
{
	struct column *c = &columns[id];
	const struct sw_column *desc = sw_reg_get(&sw_reg_kind_column, id);
	const char *dot = strchr(desc->name, '.');
	struct table *t = dot ? table_of(desc->name, dot - desc->name) : NULL;

	if (!t)
		return sw_err_set(err, SW_CODE_INTERNAL, "column %s is of no table", desc->name);
	c->desc = desc;
	c->name = dot + 1;
	add_column(t, c);
	if (desc->ref) {
		c->ref = table_of(desc->ref, strlen(desc->ref));
		if (!c->ref)
			return sw_err_set(err, SW_CODE_INTERNAL,
				"column %s refers to the unknown table %s", desc->name, desc->ref);
	}
	if (!desc->initial) {
		c->initial = value_default(desc->type);
		return 0;
	}
	return value_from_text(desc->type, desc->initial, &c->initial, err);
}

static const struct column *column_of(const char *path)
{
	for (unsigned i = 0; path && i < sw_reg_kind_column.count; i++)
		if (!strcmp(columns[i].desc->name, path))
			return &columns[i];
	return NULL;
}

/* What rows without a name are called by. */
static int build_calls(struct table *t, struct sw_err *err)
{
	t->by = column_of(t->desc->by);
	t->label = column_of(t->desc->label);
	if (t->desc->by && (!t->by || t->by->ref != t))
		return sw_err_set(err, SW_CODE_INTERNAL,
			"rows of %s are named by %s, which does not refer to them", t->name,
			t->desc->by);
	if (t->desc->label && (!t->label || t->label->table != t))
		return sw_err_set(err, SW_CODE_INTERNAL,
			"rows of %s are called by %s, which is no column of theirs", t->name,
			t->desc->label);
	return 0;
}

static int build_key(const struct sw_key *key, struct sw_err *err)
{
	const char *colon = strchr(key->name, ':');

	for (unsigned i = 0; colon && i < sw_reg_kind_column.count; i++) {
		struct column *c = &columns[i];
		size_t len = colon - key->name;

		if (strncmp(c->desc->name, key->name, len) || c->desc->name[len])
			continue;
		c->keys = sw_xrealloc(c->keys, c->n_keys + 1, sizeof(*c->keys));
		c->keys[c->n_keys++] = key;
		return 0;
	}
	return sw_err_set(err, SW_CODE_INTERNAL, "key %s is of no column", key->name);
}

int schema_build(struct sw_err *err)
{
	const struct sw_key *key;
	int rc = 0;

	if (tables)
		return 0;
	build_tables();
	columns = sw_xcalloc(sw_reg_kind_column.count, sizeof(*columns));
	for (unsigned i = 0; i < sw_reg_kind_column.count && !rc; i++)
		rc = build_column(i, err);
	for (unsigned i = 0; i < sw_reg_kind_table.count && !rc; i++)
		rc = build_calls(&tables[i], err);
	SW_REG_FOREACH (key, const struct sw_key *, key)
		rc = rc ? rc : build_key(key, err);
	return rc ? rc : unsupported_build(err);
}

unsigned schema_tables(void)
{
	return sw_reg_kind_table.count;
}

const struct table *schema_table_at(unsigned id)
{
	return &tables[id];
}

const struct column *schema_column_at(unsigned id)
{
	return &columns[id];
}

const struct table *schema_table(const char *name, struct sw_err *err)
{
	unsigned n = schema_tables();
	const char **words;

	for (unsigned i = 0; i < n; i++)
		if (!unsupported_cmp(tables[i].name, name) ||
			(tables[i].desc->alias && !unsupported_cmp(tables[i].desc->alias, name)))
			return &tables[i];
	words = sw_xcalloc(n, sizeof(*words));
	for (unsigned i = 0; i < n; i++)
		words[i] = tables[i].name;
	if (!unsupported_refuse(err, unsupported_find(name, 0, NULL), "table %s", name))
		sw_err_set(err, SW_CODE_NOT_FOUND, "there is no table \"%s\"", name);
	schema_suggest(err, name, words, n);
	free(words);
	return NULL;
}

const struct column *schema_column(const struct table *table, const char *name, struct sw_err *err)
{
	const char **words;

	for (unsigned i = 0; i < table->n_columns; i++)
		if (!unsupported_cmp(table->columns[i]->name, name))
			return table->columns[i];
	words = sw_xcalloc(table->n_columns, sizeof(*words));
	for (unsigned i = 0; i < table->n_columns; i++)
		words[i] = table->columns[i]->name;
	if (!unsupported_refuse(err, unsupported_find(table->name, '.', name),
		    "column %s of table %s", name, table->name))
		sw_err_set(
			err, SW_CODE_NOT_FOUND, "table %s has no column \"%s\"", table->name, name);
	schema_suggest(err, name, words, table->n_columns);
	sw_err_path(err, "%s", table->name);
	free(words);
	return NULL;
}

const char *schema_key_name(const struct sw_key *key)
{
	return strchr(key->name, ':') + 1;
}

const struct sw_key *schema_key(const struct column *column, const char *name)
{
	for (unsigned i = 0; i < column->n_keys; i++)
		if (!strcmp(schema_key_name(column->keys[i]), name))
			return column->keys[i];
	return NULL;
}
