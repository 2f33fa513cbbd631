/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rows stay: those that a root row refers to, directly or through others. A walk along the references,
 * a row at a time, so that it can stop after any of them; what it has not reached at the end goes.
 *
 * Thread: control.
 */
#include "draft.h"

#include <stdlib.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "slice.h"

struct collect {
	struct draft *draft;
	struct rows **seen;	 /* by table: what was reached; NULL: there is nothing to do */
	const struct row **todo; /* reached rows whose references are still to be followed */
	unsigned n, size;
};

/* False when it was reached before. */
static bool reach_row(struct collect *r, const struct row *row)
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
	unsigned at, struct sw_err *err)
{
	const struct value *v = row_get(row, c);
	const struct uuid *uuid = value_uuid(v, at);
	const struct row *was = rows_find(draft->base->tables[c->ref->id], uuid);
	char text[UUID_TEXT_SIZE], *key;
	int rc;

	uuid_format(text, uuid);
	rc = sw_err_set(err, was ? SW_CODE_CONFLICT : SW_CODE_INVALID,
		"%s of %s %s refers to %s %s, which %s", c->name, row->table->name, row_name(row),
		c->ref->name, was ? row_name(was) : text, was ? "would be gone" : "does not exist");
	sw_err_given(err, "%s", was ? row_name(was) : text);
	sw_err_path(err, "%s", c->desc->name);
	key = value_key_text(v, at);
	if (was)
		sw_err_hint(err, "take it out in the same transaction: -- remove %s %s %s %s",
			row->table->name, row_name(row), c->name, key);
	free(key);
	return rc;
}

static int refuse_second(struct collect *r, const struct row *row, const struct column *c,
	const struct row *to, struct sw_err *err)
{
	char text[UUID_TEXT_SIZE];
	const struct row *other;
	unsigned at = 0;
	int rc;

	while ((other = draft_next(r->draft, c->table, &at)))
		if (other != row && value_refers(row_get(other, c), &to->uuid))
			break;
	rc = sw_err_set(err, SW_CODE_CONFLICT, "%s %s would be in %s %s and in %s", c->ref->name,
		row_name(to), c->table->name, row_name(row), other ? row_name(other) : "another");
	uuid_format(text, &to->uuid);
	sw_err_given(err, "%s", text);
	sw_err_path(err, "%s", c->desc->name);
	if (other)
		sw_err_hint(err, "take it out in the same transaction: -- remove %s %s %s %s",
			c->table->name, row_name(other), c->name, text);
	return rc;
}

static int reach_refs(struct collect *r, const struct row *row, struct sw_err *err)
{
	for (unsigned i = 0; i < row->table->n_columns; i++) {
		const struct column *c = row->table->columns[i];
		const struct value *v = c->ref ? row_get(row, c) : NULL;

		for (unsigned j = 0; v && j < v->n; j++) {
			const struct uuid *uuid = value_uuid(v, j);
			const struct row *to = draft_find(r->draft, c->ref, uuid);

			if (!to)
				to = draft_revive(r->draft, c->ref, uuid);
			if (!to)
				return refuse_missing(r->draft, row, c, j, err);
			if (!reach_row(r, to) && c->desc->flags & SW_COL_OWNER)
				return refuse_second(r, row, c, to, err);
		}
	}
	return 0;
}

static void drop_unreached(struct draft *draft, struct collect *r)
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

struct collect *collect_new(struct draft *draft)
{
	struct collect *r = sw_xcalloc(1, sizeof(*r));
	unsigned n = schema_tables();

	r->draft = draft;
	if (!draft->refs_changed)
		return r;
	draft->refs_changed = false;
	r->seen = sw_xcalloc(n, sizeof(*r->seen));
	for (unsigned i = 0; i < n; i++) {
		const struct row *row;
		unsigned at = 0;

		r->seen[i] = rows_new(schema_table_at(i));
		while (schema_table_at(i)->desc->root && (row = rows_next(draft->tables[i], &at)))
			reach_row(r, row);
	}
	return r;
}

int collect_go(struct collect *r, const struct slice *slice, int *command, struct sw_err *err)
{
	while (r->n) {
		const struct row *row = r->todo[--r->n];
		int rc = reach_refs(r, row, err);

		if (rc) {
			*command = draft_touched(r->draft, row);
			return rc;
		}
		if (slice_over(slice))
			return SLICE_MORE;
	}
	if (r->seen)
		drop_unreached(r->draft, r);
	return 0;
}

void collect_free(struct collect *r)
{
	if (!r)
		return;
	for (unsigned i = 0; r->seen && i < schema_tables(); i++)
		rows_unref(r->seen[i]);
	free(r->seen);
	free(r->todo);
	free(r);
}

int draft_collect(struct draft *draft, int *command, struct sw_err *err)
{
	struct collect *r = collect_new(draft);
	int rc = collect_go(r, NULL, command, err);

	collect_free(r);
	return rc;
}
