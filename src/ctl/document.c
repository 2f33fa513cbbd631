/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows to a document.
 */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

struct maker {
	struct rows *const *tables;
	bool whole;
};

bool document_implies(const struct column *c)
{
	return c->ref && c->table->desc->root && c->desc->flags & SW_COL_OWNER;
}

static bool is_shown(const struct maker *m, const struct column *c)
{
	unsigned hidden = SW_COL_STATUS | SW_COL_NAME | (m->whole ? 0 : SW_COL_AUTO);

	return !(c->desc->flags & hidden) && !document_implies(c);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *name_of(
	const struct maker *m, const struct column *c, const struct value *v, unsigned i)
{
	const struct row *row = rows_find(m->tables[c->ref->id], value_uuid(v, i));

	return row ? row_name(row) : "";
}

/* References of a map, by its keys. */
static json_t *named_json(const struct maker *m, const struct column *c, const struct value *v)
{
	json_t *json = json_object();

	for (unsigned i = 0; i < v->n; i++) {
		char *key = value_key_text(v, i);

		json_object_set_new(json, key, json_string(name_of(m, c, v, i)));
		free(key);
	}
	return json;
}

/* References by name; sorted by these, since UUIDs differ from switch to switch. */
static json_t *names_json(const struct maker *m, const struct column *c, const struct value *v)
{
	const char **names = sw_xcalloc(v->n + 1, sizeof(*names));
	json_t *json = json_array();

	for (unsigned i = 0; i < v->n; i++)
		names[i] = name_of(m, c, v, i);
	qsort(names, v->n, sizeof(*names), by_text);
	for (unsigned i = 0; i < v->n; i++)
		json_array_append_new(json, json_string(names[i]));
	if (c->desc->type.max == 1 && v->n) {
		json_t *one = json_incref(json_array_get(json, 0));

		json_decref(json);
		json = one;
	}
	free(names);
	return json;
}

static json_t *row_json(const struct maker *m, const struct row *row)
{
	json_t *json = json_object();
	char uuid[UUID_TEXT_SIZE];

	if (m->whole)
		json_object_set_new(json, "_uuid", json_string(uuid_format(uuid, &row->uuid)));
	for (unsigned i = 0; i < row->table->n_columns; i++) {
		const struct column *c = row->table->columns[i];
		const struct value *v = is_shown(m, c) ? row_get(row, c) : NULL;

		if (v && !value_equal(v, c->initial))
			json_object_set_new(json, c->name,
				!c->ref				      ? value_to_json(v)
				: c->desc->type.value != SW_ATOM_NONE ? named_json(m, c, v)
								      : names_json(m, c, v));
	}
	return json;
}

static json_t *table_json(const struct maker *m, const struct table *table)
{
	json_t *json = json_object();
	unsigned n;
	const struct row **rows = rows_sorted(m->tables[table->id], &n);

	if (table->desc->root && n)
		json_object_update_new(json, row_json(m, rows[0]));
	for (unsigned i = 0; i < n && !table->desc->root; i++)
		json_object_set_new(json, row_name(rows[i]), row_json(m, rows[i]));
	free(rows);
	return json;
}

json_t *document_new(struct rows *const *tables, bool whole)
{
	struct maker m = { tables, whole };
	json_t *json = json_pack("{s:i}", "version", DOCUMENT_VERSION);

	for (unsigned i = 0; i < schema_tables(); i++) {
		json_t *table = table_json(&m, schema_table_at(i));

		if (json_object_size(table))
			json_object_set(json, schema_table_at(i)->name, table);
		json_decref(table);
	}
	return json;
}
