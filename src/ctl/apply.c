/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The passes over a document: make the records that are missing, so that all names can be referred to; set
 * their columns; then the references that are implied; then look for records that nothing refers to. Each
 * step takes a few records, so that the control loop goes on.
 */
#include "apply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/mem.h>

#include "apply_in.h"
#include "columns.h"
#include "document.h"

#define ITEMS_A_STEP 16 /* up to 40 us each, with long maps */

static int refuse_form(const char *path, const char *what, struct sw_err *err)
{
	int rc = sw_err_set(
		err, SW_CODE_INVALID, "%s is not %s", *path ? path : "the document", what);

	sw_err_path(err, "%s", path);
	sw_err_allowed(
		err, "{\"version\": %d, TABLE: {RECORD: {COLUMN: VALUE}}}", DOCUMENT_VERSION);
	sw_err_hint(err, "swctl config export writes such a document");
	return rc;
}

static int check_version(const json_t *document, struct sw_err *err)
{
	const json_t *version = json_object_get(document, "version");
	int rc;

	if (json_is_integer(version) && json_integer_value(version) == DOCUMENT_VERSION)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		version ? "the document is of a version that cannot be read"
			: "the document has no \"version\"");
	sw_err_path(err, "version");
	sw_err_allowed(err, "\"version\": %d", DOCUMENT_VERSION);
	return rc;
}

/* A table by its exact name: a document has one way to say it. */
static const struct table *find_table(const char *name, struct sw_err *err)
{
	const struct table *table = schema_table(name, err);

	if (table && strcmp(table->name, name)) {
		sw_err_set(err, SW_CODE_NOT_FOUND, "a document has no table \"%s\"", name);
		sw_err_given(err, "%s", name);
		sw_err_nearest(err, table->name);
		table = NULL;
	}
	if (!table)
		sw_err_path(err, "%s", name);
	return table;
}

static void add_item(struct apply *a, const struct table *table, const char *name, json_t *columns)
{
	if (!(a->n & (a->n + 1)))
		a->items = sw_xrealloc(a->items, 2 * (a->n + 1), sizeof(*a->items));
	a->items[a->n++] = (struct item){ table, name, columns };
}

static int add_table(struct apply *a, const char *key, json_t *records, struct sw_err *err)
{
	const struct table *table = find_table(key, err);
	const char *name;
	json_t *columns;
	char path[128];

	if (!table)
		return -ENOENT;
	if (!json_is_object(records))
		return refuse_form(key, "an object", err);
	if (table->desc->root) {
		add_item(a, table, ".", records);
		return 0;
	}
	json_object_foreach (records, name, columns) {
		snprintf(path, sizeof(path), "%s.%s", key, name);
		if (!json_is_object(columns))
			return refuse_form(path, "an object of columns", err);
		add_item(a, table, name, columns);
	}
	return 0;
}

static int add_tables(struct apply *a, struct sw_err *err)
{
	const char *key;
	json_t *records;
	int rc = 0;

	if (!json_is_object(a->document))
		return refuse_form("", "an object", err);
	rc = check_version(a->document, err);
	if (rc)
		return rc;
	json_object_foreach (a->document, key, records)
		if (!rc && strcmp(key, "version"))
			rc = add_table(a, key, records, err);
	return rc;
}

int apply_new(json_t *document, unsigned flags, struct apply **apply, struct sw_err *err)
{
	struct apply *a = sw_xcalloc(1, sizeof(*a));
	int rc;

	a->flags = flags;
	a->owners = json_object();
	/* exact is exact for the record that is always there, too */
	a->document = json_is_object(document) ? json_copy(document) : json_incref(document);
	for (unsigned i = 0; i < schema_tables() && flags & APPLY_EXACT; i++) {
		const struct table *table = schema_table_at(i);

		if (table->desc->root && !json_object_get(a->document, table->name))
			json_object_set_new(a->document, table->name, json_object());
	}
	rc = add_tables(a, err);
	if (rc)
		apply_free(a);
	else
		*apply = a;
	return rc;
}

void apply_free(struct apply *a)
{
	if (!a)
		return;
	json_decref(a->document);
	json_decref(a->owners);
	free(a->items);
	free(a);
}

bool apply_mentions(const struct apply *a, const struct table *table, const char *name)
{
	return json_object_get(json_object_get(a->document, table->name), name) != NULL;
}

const struct row *apply_find(const struct draft *draft, const struct table *table, const char *name)
{
	struct uuid uuid;

	if (table->desc->root)
		return draft_root(draft);
	if (table->name_column)
		return draft_find_name(draft, table, name);
	return uuid_parse(name, &uuid) ? draft_find(draft, table, &uuid) : NULL;
}

/* The identity a record had, when no row has it now; else a new one. */
static struct uuid identity(
	const struct apply *a, const struct draft *draft, const struct item *item)
{
	const char *text = json_string_value(json_object_get(item->columns, "_uuid"));
	struct uuid uuid;

	if (!item->table->name_column)
		text = item->name;
	if (text && (a->flags & APPLY_WHOLE || !item->table->name_column) &&
		uuid_parse(text, &uuid) && !draft_find(draft, item->table, &uuid))
		return uuid;
	return uuid_random();
}

static int make_missing(
	struct apply *a, struct draft *draft, const struct item *item, struct sw_err *err)
{
	const struct column *c = item->table->name_column;
	struct value *name;
	struct uuid uuid;
	int rc = 0;

	if (apply_find(draft, item->table, item->name))
		return 0;
	if (c) {
		name = value_string(item->name);
		rc = schema_check(c, name, err);
		value_unref(name);
	} else if (!uuid_parse(item->name, &uuid)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "records of %s are named by a UUID",
			item->table->name);
		sw_err_given(err, "%s", item->name);
	}
	if (rc)
		return rc;
	uuid = identity(a, draft, item);
	draft_insert_as(draft, item->table, &uuid, c ? item->name : NULL);
	return 0;
}

/* Is every column of the record one that can be set? */
static int check_columns(const struct apply *a, const struct item *item, struct sw_err *err)
{
	const char *key;
	json_t *value;
	int rc = 0;

	json_object_foreach (item->columns, key, value) {
		const struct column *c = schema_column(item->table, key, err);

		if (!c)
			return -ENOENT;
		if (strcmp(c->name, key)) {
			rc = sw_err_set(
				err, SW_CODE_NOT_FOUND, "a document has no column \"%s\"", key);
			sw_err_given(err, "%s", key);
			sw_err_nearest(err, c->name);
			return rc;
		}
		if (c->desc->flags & SW_COL_NAME)
			rc = sw_err_set(err, SW_CODE_INVALID,
				"the name of a record stands in front of it, not among its columns");
		else if (!(a->flags & APPLY_WHOLE))
			rc = schema_check_settable(c, err);
		if (rc) {
			sw_err_path(err, "%s", c->desc->name);
			return rc;
		}
	}
	return 0;
}

static int set_column(struct draft *draft, const struct row *row, const struct column *c,
	const json_t *json, struct sw_err *err)
{
	struct value *v;
	int rc = 0;

	if (json)
		rc = value_from_json(c->desc->type, json, &v, err);
	else
		v = value_ref(c->initial);
	if (rc) {
		sw_err_path(err, "%s", c->desc->name);
		return rc;
	}
	rc = schema_check(c, v, err);
	if (rc)
		value_unref(v);
	else
		draft_set(draft, row, c, v);
	return rc;
}

static int set_columns(
	struct apply *a, struct draft *draft, const struct item *item, struct sw_err *err)
{
	const struct row *row = apply_find(draft, item->table, item->name);
	unsigned hidden = SW_COL_STATUS | SW_COL_NAME | (a->flags & APPLY_WHOLE ? 0 : SW_COL_AUTO);
	int rc = check_columns(a, item, err);

	for (unsigned i = 0; i < item->table->n_columns && !rc; i++) {
		const struct column *c = item->table->columns[i];
		const json_t *json = json_object_get(item->columns, c->name);

		if (c->desc->flags & hidden)
			continue;
		if (c->ref)
			rc = apply_refs(a, draft, item, c, json, err);
		else
			rc = set_column(draft, row, c, json, err);
	}
	if (!rc && a->flags & APPLY_MAY_WAIT && item->table == TABLE(interface))
		draft_may_wait(draft, draft_find(draft, item->table, &row->uuid));
	return rc;
}

/* "Bridge.other_config:x" of the record br0 is "Bridge.br0.other_config:x". */
static void tell_place(const struct item *item, struct sw_err *err)
{
	size_t len = strlen(item->table->name);
	char rest[sizeof(err->path)] = "";

	if (!strncmp(err->path, item->table->name, len) && err->path[len] == '.')
		memcpy(rest, err->path + len, strlen(err->path + len) + 1);
	if (item->table->desc->root)
		sw_err_path(err, "%s%s", item->table->name, rest);
	else
		sw_err_path(err, "%s.%s%s", item->table->name, item->name, rest);
}

int apply_step(struct apply *a, struct draft *draft, struct sw_err *err)
{
	static int (*const passes[])(struct apply *, struct draft *, const struct item *,
		struct sw_err *) = { make_missing, set_columns, apply_check_reached };
	int rc = 0;

	for (unsigned n = 0; n < ITEMS_A_STEP && a->at < a->n && !rc; n++, a->at++)
		rc = passes[a->pass](a, draft, &a->items[a->at], err);
	if (rc) {
		tell_place(&a->items[a->at - 1], err);
		return rc;
	}
	if (a->at < a->n)
		return SW_CMD_MORE;
	a->at = 0;
	if (a->pass == 1)
		apply_implied(a, draft);
	return ++a->pass < sizeof(passes) / sizeof(passes[0]) ? SW_CMD_MORE : 0;
}
