/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A transaction's copy of the configuration. Commands read and change it; nobody else sees it until it
 * is stored. A draft reads like the db it was made of where it was not changed.
 *
 * Row pointers: any change of a row may give a new pointer, which the function returns; a pointer got
 * earlier still shows the row as it was, and lives as long as the draft's base.
 *
 * Thread: control.
 */
#ifndef CTL_DRAFT_H
#define CTL_DRAFT_H

#include "db.h"

struct slice;
struct symbols;

struct draft {
	struct db *base;
	uint64_t id;
	int command;		 /* index of the command that runs now, -1: none */
	bool changed;		 /* some row was made, changed or removed */
	bool refs_changed;	 /* draft_collect has something to look for */
	struct rows **buried;	 /* by table: removed rows that may come back; NULL: none */
	struct symbols *symbols; /* names of rows in this transaction; NULL: none */
	struct rows *tables[];
};

struct draft *draft_new(struct db *base);
/* A draft as if `base` had been changed to `now`. */
struct draft *draft_between(struct db *base, struct db *now);
void draft_free(struct draft *draft);
/* Let go of what nobody else holds, before draft_free. False: the slice is over. */
bool draft_drain(struct draft *draft, const struct slice *slice);

/* A db of what the draft holds, one generation on. */
struct db *draft_store(struct draft *draft);

const struct row *draft_find(
	const struct draft *draft, const struct table *table, const struct uuid *uuid);
const struct row *draft_find_name(
	const struct draft *draft, const struct table *table, const char *name);
const struct row *draft_root(const struct draft *draft); /* the row of Open_vSwitch */

/* The next row of a table, from *at = 0 on, in no order; nothing may be inserted meanwhile. */
const struct row *draft_next(const struct draft *draft, const struct table *table, unsigned *at);

/* All rows of a table by name (else by UUID); free() the array. */
const struct row **draft_sorted(const struct draft *draft, const struct table *table, unsigned *n);

/* A new row; `name` goes to the table's name column (NULL for a table without). */
const struct row *draft_insert(struct draft *draft, const struct table *table, const char *name);

/* The same with a UUID that is not in use. */
const struct row *draft_insert_as(
	struct draft *draft, const struct table *table, const struct uuid *uuid, const char *name);

/* draft_bury.c. Remove a row with all that it owns; its name is free. Until the end of the transaction it
 * comes back, with what it owns, when it is asked for by its UUID and nobody has its name: NULL else. */
void draft_bury(struct draft *draft, const struct row *row);
const struct row *draft_buried(
	const struct draft *draft, const struct table *table, const struct uuid *uuid);
const struct row *draft_revive(
	struct draft *draft, const struct table *table, const struct uuid *uuid);
void draft_revive_refs(struct draft *draft, const struct column *column, const struct value *value);
void draft_bury_free(struct draft *draft);

/* Remove a row for good. */
void draft_destroy(struct draft *draft, const struct row *row);

/* A table as the draft's own, to change. */
struct rows *draft_own_rows(struct draft *draft, const struct table *table);

/* Replace a column's value; takes it. The value must have passed schema_check. */
const struct row *draft_set(struct draft *draft, const struct row *row, const struct column *column,
	struct value *value);

/* Add a reference to a column of references, or take it away. */
const struct row *draft_refer(struct draft *draft, const struct row *row,
	const struct column *column, const struct row *to);
const struct row *draft_unrefer(struct draft *draft, const struct row *row,
	const struct column *column, const struct row *to);

/* The row that refers to `row` by a column, or NULL. */
const struct row *draft_referrer(
	const struct draft *draft, const struct column *column, const struct row *row);

/* The command of this transaction that last made or changed the row, or -1. */
int draft_touched(const struct draft *draft, const struct row *row);

/* This transaction accepts that the interface's device cannot be opened. */
void draft_may_wait(struct draft *draft, const struct row *row);

/* Remove every row that no root row refers to, directly or through others; a reference to a row that is
 * not there, or a second one to a row that has one owner, is an error. */
int draft_collect(struct draft *draft, int *command, struct sw_err *err);

/* The same in slices (slice.h): 0, SLICE_MORE or an error. */
struct collect;
struct collect *collect_new(struct draft *draft);
int collect_go(struct collect *c, const struct slice *slice, int *command, struct sw_err *err);
void collect_free(struct collect *c);

/* A walk over the rows that differ from the base, all zero at its start. */
struct draft_diff {
	const struct row *was; /* NULL: a new one */
	const struct row *is;  /* NULL: it is gone */
	unsigned table, at;    /* where the walk is */
	bool gone_told;
};

/* The next of them; false at the end. The draft must not change while a walk is under way. */
bool draft_diff_next(const struct draft *draft, struct draft_diff *d);

#endif
