/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stored configuration: tables of rows. A row, once stored, never changes; tables and rows are
 * counted and shared between the configuration in force and the drafts made of it, so that a draft
 * costs what it changes: one copied array of pointers a changed table, one copied row a changed row.
 *
 * Thread: control. The job thread may read a db, or a draft's tables, while control holds them and leaves
 * them alone; and it may build one of its own (history), which it gives to control when it is whole.
 */
#ifndef CTL_DB_H
#define CTL_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "table/schema.h"

struct row {
	unsigned refs;
	int touched;	/* command of the transaction that last made or changed it, for errors */
	uint64_t owner; /* the draft that may still change it in place */
	bool may_wait;	/* of this draft: the device need not be there */
	const struct table *table;
	struct uuid uuid;
	struct value *values[]; /* by column->slot; table->n_slots of them, never NULL */
};

/* Rows by UUID and by name: open addressing, linear probing, at most half full. */
struct rows {
	unsigned refs;
	const struct table *table;
	unsigned n, size; /* size is a power of two */
	struct row **by_uuid;
	struct row **by_name; /* NULL for a table without names */
};

struct requests;
struct slice;

struct db {
	unsigned refs;
	uint64_t generation;
	char *user;		   /* who made it so, or NULL when that is not known */
	struct requests *requests; /* that led here; one list for all that came of one file */
	struct rows *tables[];	   /* by table->id */
};

struct db *db_new(void);      /* empty but for the root rows */
struct db *db_new_bare(void); /* without any row */
struct db *db_ref(struct db *db);
void db_unref(struct db *db);

struct row *row_new(const struct table *table, const struct uuid *uuid); /* with initial values */
struct row *row_clone(const struct row *row);
struct row *row_ref(struct row *row);
void row_unref(struct row *row);
const struct value *row_get(const struct row *row, const struct column *column);
void row_put(struct row *row, const struct column *column, struct value *value); /* takes value */
/* Its name, "." for a root row, or its UUID as text. */
const char *row_name(const struct row *row);

struct rows *rows_new(const struct table *table);
struct rows *rows_clone(const struct rows *rows);
void rows_unref(struct rows *rows);
/* Let go of the rows of a table that nobody else holds, before rows_unref, which is all it is good for then.
 * False: the slice is over. */
bool rows_drain(struct rows *rows, const struct slice *slice);
struct row *rows_find(const struct rows *rows, const struct uuid *uuid);
struct row *rows_find_name(const struct rows *rows, const char *name);
/* Put a row in, in place of one with its UUID; takes the reference. The name must be free. */
void rows_put(struct rows *rows, struct row *row);
void rows_remove(struct rows *rows, const struct row *row);

/* All rows by name (else by UUID); free() the array. */
const struct row **rows_sorted(const struct rows *rows, unsigned *n);

/* The next row at or after slot *at, in no order; NULL at the end. */
struct row *rows_next(const struct rows *rows, unsigned *at);

/* Value of a column by its identifier. */
#define ROW(row, ident) row_get(row, COLUMN(ident))

#endif
