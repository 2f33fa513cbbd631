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

bool draft_drain(struct draft *draft, const struct slice *slice)
{
	for (unsigned i = 0; draft && i < schema_tables(); i++) {
		struct rows *buried = draft->buried ? draft->buried[i] : NULL;
		struct rows *old = draft->base->refs == 1 ? draft->base->tables[i] : NULL;

		if (!rows_drain(draft->tables[i], slice) || !rows_drain(buried, slice) ||
			!rows_drain(old, slice))
			return false;
	}
	return true;
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
		if (value_refers(row_get(from, column), &row->uuid))
			return from;
	return NULL;
}

int draft_touched(const struct draft *draft, const struct row *row)
{
	return row->owner == draft->id ? row->touched : -1;
}

static bool same_row(const struct row *a, const struct row *b)
{
	for (unsigned i = 0; a && i < a->table->n_slots; i++)
		if (!value_equal(a->values[i], b->values[i]))
			return false;
	return a != NULL;
}

/* The next row that is gone, or that is new or other, by the part of the walk we are in. */
static bool next_gone(const struct draft *draft, struct draft_diff *d)
{
	const struct rows *old = draft->base->tables[d->table], *now = draft->tables[d->table];

	d->is = NULL;
	while ((d->was = rows_next(old, &d->at)))
		if (!rows_find(now, &d->was->uuid))
			return true;
	return false;
}

static bool next_other(const struct draft *draft, struct draft_diff *d)
{
	const struct rows *old = draft->base->tables[d->table], *now = draft->tables[d->table];

	while ((d->is = rows_next(now, &d->at))) {
		d->was = rows_find(old, &d->is->uuid);
		if (d->was != d->is && !same_row(d->was, d->is))
			return true;
	}
	return false;
}

bool draft_diff_next(const struct draft *draft, struct draft_diff *d)
{
	for (; d->table < schema_tables(); d->table++) {
		bool same = draft->base->tables[d->table] == draft->tables[d->table];

		if (!same && !d->gone_told && next_gone(draft, d))
			return true;
		if (!d->gone_told)
			d->at = 0;
		d->gone_told = true;
		if (!same && next_other(draft, d))
			return true;
		d->gone_told = false;
		d->at = 0;
	}
	return false;
}
