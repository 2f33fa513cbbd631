/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows and tables. The index by name is kept for tables with a name column only; a name never changes
 * while its row lives, so a changed row takes the place of the old one in both indices.
 */
#include "db.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "request.h"
#include "slice.h"

static unsigned hash_uuid(const struct uuid *uuid)
{
	unsigned h;

	memcpy(&h, uuid->b, sizeof(h)); /* random already */
	return h;
}

static unsigned hash_name(const char *s)
{
	unsigned h = 2166136261u; /* FNV-1a */

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h;
}

static const char *own_name(const struct row *row)
{
	const struct column *c = row->table->name_column;

	return c ? value_get_string(row->values[c->slot], "") : NULL;
}

const char *row_name(const struct row *row)
{
	static __thread char text[4][UUID_TEXT_SIZE];
	static __thread unsigned turn;

	if (row->table->name_column)
		return own_name(row);
	if (row->table->desc->root)
		return ".";
	return uuid_format(text[turn++ % 4], &row->uuid);
}

struct row *row_new(const struct table *table, const struct uuid *uuid)
{
	struct row *row = sw_xcalloc(1, sizeof(*row) + table->n_slots * sizeof(struct value *));

	row->refs = 1;
	row->touched = -1;
	row->table = table;
	row->uuid = *uuid;
	for (unsigned i = 0; i < table->n_columns; i++) {
		const struct column *c = table->columns[i];

		if (c->slot >= 0)
			row->values[c->slot] = value_ref(c->initial);
	}
	return row;
}

struct row *row_clone(const struct row *row)
{
	size_t n = row->table->n_slots;
	struct row *copy = sw_xcalloc(1, sizeof(*copy) + n * sizeof(struct value *));

	memcpy(copy, row, sizeof(*copy) + n * sizeof(struct value *));
	copy->refs = 1;
	for (size_t i = 0; i < n; i++)
		value_ref(copy->values[i]);
	return copy;
}

struct row *row_ref(struct row *row)
{
	row->refs++;
	return row;
}

void row_unref(struct row *row)
{
	if (!row || --row->refs)
		return;
	for (unsigned i = 0; i < row->table->n_slots; i++)
		value_unref(row->values[i]);
	free(row);
}

const struct value *row_get(const struct row *row, const struct column *column)
{
	return row->values[column->slot];
}

void row_put(struct row *row, const struct column *column, struct value *value)
{
	value_unref(row->values[column->slot]);
	row->values[column->slot] = value;
}

struct rows *rows_new(const struct table *table)
{
	struct rows *rows = sw_xcalloc(1, sizeof(*rows));

	rows->refs = 1;
	rows->table = table;
	rows->size = 16;
	rows->by_uuid = sw_xcalloc(rows->size, sizeof(*rows->by_uuid));
	if (table->name_column)
		rows->by_name = sw_xcalloc(rows->size, sizeof(*rows->by_name));
	return rows;
}

static struct row **copy_slots(struct row **slots, unsigned n)
{
	return slots ? memcpy(sw_xcalloc(n, sizeof(*slots)), slots, n * sizeof(*slots)) : NULL;
}

struct rows *rows_clone(const struct rows *rows)
{
	struct rows *copy = sw_xcalloc(1, sizeof(*copy));

	*copy = *rows;
	copy->refs = 1;
	copy->by_uuid = copy_slots(rows->by_uuid, rows->size);
	copy->by_name = copy_slots(rows->by_name, rows->size);
	for (unsigned i = 0; i < copy->size; i++)
		if (copy->by_uuid[i])
			copy->by_uuid[i]->refs++;
	return copy;
}

void rows_unref(struct rows *rows)
{
	if (!rows || --rows->refs)
		return;
	for (unsigned i = 0; i < rows->size; i++)
		row_unref(rows->by_uuid[i]);
	free(rows->by_uuid);
	free(rows->by_name);
	free(rows);
}

bool rows_drain(struct rows *rows, const struct slice *slice)
{
	while (rows && rows->refs == 1 && rows->size) {
		row_unref(rows->by_uuid[--rows->size]);
		if (slice_over(slice))
			return false;
	}
	return true;
}

struct row *rows_find(const struct rows *rows, const struct uuid *uuid)
{
	unsigned mask = rows->size - 1, i = hash_uuid(uuid) & mask;

	for (; rows->by_uuid[i]; i = (i + 1) & mask)
		if (!uuid_cmp(&rows->by_uuid[i]->uuid, uuid))
			return rows->by_uuid[i];
	return NULL;
}

struct row *rows_find_name(const struct rows *rows, const char *name)
{
	unsigned mask = rows->size - 1, i = hash_name(name) & mask;

	if (!rows->by_name)
		return NULL;
	for (; rows->by_name[i]; i = (i + 1) & mask)
		if (!strcmp(own_name(rows->by_name[i]), name))
			return rows->by_name[i];
	return NULL;
}

static unsigned home(const struct row *row, bool by_name)
{
	return by_name ? hash_name(own_name(row)) : hash_uuid(&row->uuid);
}

static void slot_put(struct row **slots, unsigned mask, struct row *row, bool by_name)
{
	unsigned i = home(row, by_name) & mask;

	while (slots[i] && uuid_cmp(&slots[i]->uuid, &row->uuid))
		i = (i + 1) & mask;
	slots[i] = row;
}

/* Take a row out and close the gap, so that no probe sequence is broken. */
static void slot_remove(struct row **slots, unsigned mask, const struct row *row, bool by_name)
{
	unsigned i = home(row, by_name) & mask, j;

	while (slots[i] != row)
		i = (i + 1) & mask;
	for (j = (i + 1) & mask; slots[j]; j = (j + 1) & mask) {
		unsigned want = home(slots[j], by_name) & mask;

		if (((j - want) & mask) < ((j - i) & mask))
			continue; /* it would come before its home */
		slots[i] = slots[j];
		i = j;
	}
	slots[i] = NULL;
}

static struct row **regrow(struct row **slots, unsigned size, bool by_name)
{
	struct row **wider;

	if (!slots)
		return NULL;
	wider = sw_xcalloc(2 * size, sizeof(*wider));
	for (unsigned i = 0; i < size; i++)
		if (slots[i])
			slot_put(wider, 2 * size - 1, slots[i], by_name);
	free(slots);
	return wider;
}

void rows_put(struct rows *rows, struct row *row)
{
	struct row *old = rows_find(rows, &row->uuid);

	if (!old && 2 * (rows->n + 1) > rows->size) {
		rows->by_uuid = regrow(rows->by_uuid, rows->size, false);
		rows->by_name = regrow(rows->by_name, rows->size, true);
		rows->size *= 2;
	}
	slot_put(rows->by_uuid, rows->size - 1, row, false);
	if (rows->by_name)
		slot_put(rows->by_name, rows->size - 1, row, true);
	rows->n += !old;
	row_unref(old);
}

void rows_remove(struct rows *rows, const struct row *row)
{
	slot_remove(rows->by_uuid, rows->size - 1, row, false);
	if (rows->by_name)
		slot_remove(rows->by_name, rows->size - 1, row, true);
	rows->n--;
	row_unref((struct row *)row);
}

struct row *rows_next(const struct rows *rows, unsigned *at)
{
	while (*at < rows->size) {
		struct row *row = rows->by_uuid[(*at)++];

		if (row)
			return row;
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = *(const struct row *const *)a, *y = *(const struct row *const *)b;

	return strcmp(row_name(x), row_name(y));
}

const struct row **rows_sorted(const struct rows *rows, unsigned *n)
{
	const struct row **list = sw_xcalloc(rows->n, sizeof(*list));
	const struct row *row;
	unsigned at = 0;

	for (*n = 0; (row = rows_next(rows, &at));)
		list[(*n)++] = row;
	qsort(list, *n, sizeof(*list), by_name);
	return list;
}

struct db *db_new_bare(void)
{
	unsigned n = schema_tables();
	struct db *db = sw_xcalloc(1, sizeof(*db) + n * sizeof(struct rows *));

	db->refs = 1;
	db->requests = requests_new();
	for (unsigned i = 0; i < n; i++)
		db->tables[i] = rows_new(schema_table_at(i));
	return db;
}

struct db *db_new(void)
{
	struct db *db = db_new_bare();

	for (unsigned i = 0; i < schema_tables(); i++) {
		const struct table *table = schema_table_at(i);
		struct uuid uuid = uuid_random();

		if (table->desc->root)
			rows_put(db->tables[i], row_new(table, &uuid));
	}
	return db;
}

struct db *db_ref(struct db *db)
{
	db->refs++;
	return db;
}

void db_unref(struct db *db)
{
	if (!db || --db->refs)
		return;
	for (unsigned i = 0; i < schema_tables(); i++)
		rows_unref(db->tables[i]);
	requests_unref(db->requests);
	free(db->user);
	free(db);
}
