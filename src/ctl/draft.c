/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drafts: copy on write by table and by row. A table is copied (pointers only) when its first row
 * changes; a row is copied when it first changes and is changed in place from then on.
 */
#include "draft.h"

#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "columns.h"
#include "request.h"
#include "symbol.h"

static uint64_t last_id;

struct draft *draft_new(struct db *base)
{
	unsigned n = schema_tables();
	struct draft *draft = sw_xcalloc(1, sizeof(*draft) + n * sizeof(struct rows *));

	draft->base = db_ref(base);
	draft->id = ++last_id;
	draft->command = -1;
	for (unsigned i = 0; i < n; i++) {
		draft->tables[i] = base->tables[i];
		draft->tables[i]->refs++;
	}
	return draft;
}

struct draft *draft_between(struct db *base, struct db *now)
{
	struct draft *draft = draft_new(base);

	for (unsigned i = 0; i < schema_tables(); i++) {
		rows_unref(draft->tables[i]);
		draft->tables[i] = now->tables[i];
		draft->tables[i]->refs++;
	}
	draft->changed = true;
	return draft;
}

void draft_free(struct draft *draft)
{
	if (!draft)
		return;
	for (unsigned i = 0; i < schema_tables(); i++)
		rows_unref(draft->tables[i]);
	draft_bury_free(draft);
	symbols_free(draft->symbols);
	db_unref(draft->base);
	free(draft);
}

struct db *draft_store(struct draft *draft)
{
	unsigned n = schema_tables();
	struct db *db = sw_xcalloc(1, sizeof(*db) + n * sizeof(struct rows *));

	db->refs = 1;
	db->generation = draft->base->generation + 1;
	db->requests = requests_ref(draft->base->requests);
	for (unsigned i = 0; i < n; i++) {
		db->tables[i] = draft->tables[i];
		db->tables[i]->refs++;
	}
	draft->id = ++last_id; /* its rows are shared now */
	return db;
}

const struct row *draft_find(
	const struct draft *draft, const struct table *table, const struct uuid *uuid)
{
	return rows_find(draft->tables[table->id], uuid);
}

const struct row *draft_find_name(
	const struct draft *draft, const struct table *table, const char *name)
{
	return rows_find_name(draft->tables[table->id], name);
}

const struct row *draft_next(const struct draft *draft, const struct table *table, unsigned *at)
{
	return rows_next(draft->tables[table->id], at);
}

const struct row *draft_root(const struct draft *draft)
{
	unsigned at = 0;

	return draft_next(draft, TABLE(open_vswitch), &at);
}

const struct row **draft_sorted(const struct draft *draft, const struct table *table, unsigned *n)
{
	return rows_sorted(draft->tables[table->id], n);
}

/* The table as this draft's own. */
struct rows *draft_own_rows(struct draft *draft, const struct table *table)
{
	struct rows **rows = &draft->tables[table->id];

	draft->changed = true;
	if (*rows == draft->base->tables[table->id]) {
		struct rows *mine = rows_clone(*rows);

		rows_unref(*rows);
		*rows = mine;
	}
	return *rows;
}

const struct row *draft_insert(struct draft *draft, const struct table *table, const char *name)
{
	struct uuid uuid = uuid_random();

	return draft_insert_as(draft, table, &uuid, name);
}

const struct row *draft_insert_as(
	struct draft *draft, const struct table *table, const struct uuid *uuid, const char *name)
{
	struct row *row = row_new(table, uuid);

	row->owner = draft->id;
	row->touched = draft->command;
	draft->refs_changed = true;
	if (name)
		row_put(row, table->name_column, value_string(name));
	rows_put(draft_own_rows(draft, table), row);
	return row;
}

static struct row *own_row(struct draft *draft, const struct row *row)
{
	struct rows *rows = draft_own_rows(draft, row->table);
	struct row *now = rows_find(rows, &row->uuid);

	if (now->owner != draft->id) {
		now = row_clone(now);
		now->owner = draft->id;
		now->may_wait = false;
		rows_put(rows, now);
	}
	now->touched = draft->command;
	return now;
}

const struct row *draft_set(struct draft *draft, const struct row *row, const struct column *column,
	struct value *value)
{
	const struct row *now = draft_find(draft, row->table, &row->uuid);
	struct row *mine;

	if (value_equal(row_get(now, column), value)) {
		value_unref(value);
		return now;
	}
	mine = own_row(draft, now);
	draft->refs_changed |= column->ref != NULL;
	row_put(mine, column, value);
	return mine;
}

void draft_may_wait(struct draft *draft, const struct row *row)
{
	own_row(draft, row)->may_wait = true;
}

static struct value *one_ref(const struct column *column, const struct row *to)
{
	struct value *v = value_new(column->desc->type);

	value_add(v, &(union atom){ .uuid = to->uuid }, NULL);
	return v;
}

const struct row *draft_refer(struct draft *draft, const struct row *row,
	const struct column *column, const struct row *to)
{
	const struct row *now = draft_find(draft, row->table, &row->uuid);
	struct value *ref = one_ref(column, to);
	struct value *sum = value_plus(row_get(now, column), ref);

	value_unref(ref);
	return draft_set(draft, now, column, sum);
}

const struct row *draft_unrefer(struct draft *draft, const struct row *row,
	const struct column *column, const struct row *to)
{
	const struct row *now = draft_find(draft, row->table, &row->uuid);
	struct value *ref = one_ref(column, to);
	struct value *rest = value_minus(row_get(now, column), ref, false);

	value_unref(ref);
	return draft_set(draft, now, column, rest);
}

const struct row *draft_referrer(
	const struct draft *draft, const struct column *column, const struct row *row)
{
	const struct row *from;
	unsigned at = 0;

	while ((from = draft_next(draft, column->table, &at)))
		if (value_find(row_get(from, column), &(union atom){ .uuid = row->uuid }) >= 0)
			return from;
	return NULL;
}

/* What draft_collect has reached: rows still to be looked at, then all of them. */
struct reach {
	struct draft *draft;
	struct rows **seen; /* by table */
	const struct row **todo;
	unsigned n, size;
};

/* False when it was reached before. */
static bool reach_row(struct reach *r, const struct row *row)
{
	struct rows *seen = r->seen[row->table->id];

	if (rows_find(seen, &row->uuid))
		return false;
	rows_put(seen, row_ref((struct row *)row));
	if (r->n == r->size) {
		r->size = r->size ? 2 * r->size : 64;
		r->todo = sw_xrealloc(r->todo, r->size, sizeof(*r->todo));
	}
	r->todo[r->n++] = row;
	return true;
}

static int refuse_missing(const struct draft *draft, const struct row *row, const struct column *c,
	const struct uuid *uuid, struct sw_err *err)
{
	const struct row *was = rows_find(draft->base->tables[c->ref->id], uuid);
	char text[UUID_TEXT_SIZE];
	int rc;

	uuid_format(text, uuid);
	rc = sw_err_set(err, was ? SW_CODE_CONFLICT : SW_CODE_INVALID,
		"%s of %s %s refers to %s %s, which %s", c->name, row->table->name, row_name(row),
		c->ref->name, was ? row_name(was) : text, was ? "would be gone" : "does not exist");
	sw_err_given(err, "%s", was ? row_name(was) : text);
	sw_err_path(err, "%s", c->desc->name);
	if (was)
		sw_err_hint(err, "take it out in the same transaction: -- remove %s %s %s %s",
			row->table->name, row_name(row), c->name, text);
	return rc;
}

static int refuse_second(struct reach *r, const struct row *row, const struct column *c,
	const struct row *to, struct sw_err *err)
{
	const struct row *other;
	unsigned at = 0;
	int rc;

	while ((other = draft_next(r->draft, c->table, &at)))
		if (other != row &&
			value_find(row_get(other, c), &(union atom){ .uuid = to->uuid }) >= 0)
			break;
	rc = sw_err_set(err, SW_CODE_CONFLICT, "%s %s would be in %s %s and in %s", c->ref->name,
		row_name(to), c->table->name, row_name(row), other ? row_name(other) : "another");
	sw_err_path(err, "%s", c->desc->name);
	return rc;
}

static int reach_refs(struct reach *r, const struct row *row, struct sw_err *err)
{
	for (unsigned i = 0; i < row->table->n_columns; i++) {
		const struct column *c = row->table->columns[i];
		const struct value *v = c->ref ? row_get(row, c) : NULL;

		for (unsigned j = 0; v && j < v->n; j++) {
			const struct uuid *uuid = &v->keys[j].uuid;
			const struct row *to = draft_find(r->draft, c->ref, uuid);

			if (!to)
				to = draft_revive(r->draft, c->ref, uuid);
			if (!to)
				return refuse_missing(r->draft, row, c, uuid, err);
			if (!reach_row(r, to) && c->desc->flags & SW_COL_OWNER)
				return refuse_second(r, row, c, to, err);
		}
	}
	return 0;
}

static void drop_unreached(struct draft *draft, struct reach *r)
{
	for (unsigned i = 0; i < schema_tables(); i++) {
		struct rows *rows = draft->tables[i];
		const struct row *row, **gone;
		unsigned at = 0, n = 0;

		if (rows->n == r->seen[i]->n)
			continue;
		gone = sw_xcalloc(rows->n, sizeof(*gone)); /* removal moves rows: list them first */
		while ((row = rows_next(rows, &at)))
			if (!rows_find(r->seen[i], &row->uuid))
				gone[n++] = row;
		rows = draft_own_rows(draft, schema_table_at(i));
		while (n)
			rows_remove(rows, gone[--n]);
		free(gone);
	}
}

int draft_touched(const struct draft *draft, const struct row *row)
{
	return row->owner == draft->id ? row->touched : -1;
}

int draft_collect(struct draft *draft, int *command, struct sw_err *err)
{
	unsigned n = schema_tables();
	struct reach r = { .draft = draft };
	int rc = 0;

	if (!draft->refs_changed)
		return 0;
	draft->refs_changed = false;
	r.seen = sw_xcalloc(n, sizeof(*r.seen));
	for (unsigned i = 0; i < n; i++) {
		const struct row *row;
		unsigned at = 0;

		r.seen[i] = rows_new(schema_table_at(i));
		while (schema_table_at(i)->desc->root && (row = rows_next(draft->tables[i], &at)))
			reach_row(&r, row);
	}
	while (r.n && !rc) {
		const struct row *row = r.todo[--r.n];

		rc = reach_refs(&r, row, err);
		if (rc)
			*command = draft_touched(draft, row);
	}
	if (!rc)
		drop_unreached(draft, &r);
	for (unsigned i = 0; i < n; i++)
		rows_unref(r.seen[i]);
	free(r.seen);
	free(r.todo);
	return rc;
}

static bool same_row(const struct row *a, const struct row *b)
{
	for (unsigned i = 0; a && i < a->table->n_slots; i++)
		if (!value_equal(a->values[i], b->values[i]))
			return false;
	return a != NULL;
}

void draft_diff(const struct draft *draft,
	void (*fn)(void *arg, const struct row *was, const struct row *is), void *arg)
{
	for (unsigned i = 0; i < schema_tables(); i++) {
		const struct rows *old = draft->base->tables[i], *now = draft->tables[i];
		const struct row *row;
		unsigned at = 0;

		if (old == now)
			continue;
		while ((row = rows_next(old, &at)))
			if (!rows_find(now, &row->uuid))
				fn(arg, row, NULL);
		for (at = 0; (row = rows_next(now, &at));) {
			const struct row *was = rows_find(old, &row->uuid);

			if (was != row && !same_row(was, row))
				fn(arg, was, row);
		}
	}
}
