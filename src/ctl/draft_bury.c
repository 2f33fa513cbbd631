/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows that a command removed. As in OVS a row lives until the end of the transaction, so that
 * `--id=@p get port p -- del-port p -- add bridge br1 ports @p` moves a port; but its name is free at once
 * for `del-port p -- add-port br1 p`. So it is put aside with what it owns, where nobody meets it, and
 * comes back when something refers to it, or did all the time.
 *
 * Thread: control.
 */
#include "draft.h"

#include <stdlib.h>

#include <sw/mem.h>

static struct rows *aside(struct draft *draft, const struct table *table)
{
	if (!draft->buried)
		draft->buried = sw_xcalloc(schema_tables(), sizeof(*draft->buried));
	if (!draft->buried[table->id])
		draft->buried[table->id] = rows_new(table);
	return draft->buried[table->id];
}

void draft_bury_free(struct draft *draft)
{
	for (unsigned i = 0; draft->buried && i < schema_tables(); i++)
		rows_unref(draft->buried[i]);
	free(draft->buried);
}

/* Do something with each row that this one owns. */
static void each_owned(struct draft *draft, const struct row *row,
	void (*fn)(struct draft *draft, const struct column *c, const struct uuid *uuid))
{
	for (unsigned i = 0; i < row->table->n_columns; i++) {
		const struct column *c = row->table->columns[i];
		const struct value *v = c->ref ? row_get(row, c) : NULL;

		for (unsigned k = 0; v && c->desc->flags & SW_COL_OWNER && k < v->n; k++)
			fn(draft, c, value_uuid(v, k));
	}
}

static void bury_owned(struct draft *draft, const struct column *c, const struct uuid *uuid)
{
	const struct row *row = draft_find(draft, c->ref, uuid);

	if (row)
		draft_bury(draft, row);
}

void draft_bury(struct draft *draft, const struct row *row)
{
	struct row *now = (struct row *)draft_find(draft, row->table, &row->uuid);

	rows_put(aside(draft, row->table), row_ref(now));
	rows_remove(draft_own_rows(draft, row->table), now);
	draft->refs_changed = true;
	each_owned(draft, now, bury_owned);
}

void draft_destroy(struct draft *draft, const struct row *row)
{
	struct row *now = (struct row *)draft_find(draft, row->table, &row->uuid);

	rows_remove(draft_own_rows(draft, row->table), now);
	draft->refs_changed = true;
}

const struct row *draft_buried(
	const struct draft *draft, const struct table *table, const struct uuid *uuid)
{
	struct rows *rows = draft->buried ? draft->buried[table->id] : NULL;

	return rows ? rows_find(rows, uuid) : NULL;
}

static void revive_owned(struct draft *draft, const struct column *c, const struct uuid *uuid)
{
	draft_revive(draft, c->ref, uuid);
}

const struct row *draft_revive(
	struct draft *draft, const struct table *table, const struct uuid *uuid)
{
	struct row *row = (struct row *)draft_buried(draft, table, uuid);

	if (!row || (table->name_column && draft_find_name(draft, table, row_name(row))))
		return NULL;
	rows_put(draft_own_rows(draft, table), row_ref(row));
	rows_remove(aside(draft, table), row);
	draft->refs_changed = true;
	each_owned(draft, row, revive_owned);
	return row;
}

void draft_revive_refs(struct draft *draft, const struct column *column, const struct value *value)
{
	for (unsigned i = 0; column->ref && i < value->n; i++)
		draft_revive(draft, column->ref, value_uuid(value, i));
}
