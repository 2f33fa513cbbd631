/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registered tables, columns and keys as one structure: columns by table with their place in a row,
 * keys by column. Look-up by the names people type, and the check of a value against its column.
 *
 * Names are exact, except that case does not count and '-' is the same as '_' (ovs-vsctl's users write
 * "other-config" and "interface"). Keys of maps are exact to the letter.
 *
 * Thread: built once on control; read-only afterwards, any thread.
 */
#ifndef CTL_SCHEMA_H
#define CTL_SCHEMA_H

#include <sw/table.h>

#include "value.h"

struct table;

struct column {
	const struct sw_column *desc;
	const struct table *table;
	const char *name; /* without the table */
	int slot;	  /* place in a row's values, -1 for computed columns */
	const struct table *ref;
	unsigned n_keys;
	const struct sw_key **keys; /* sorted by name */
	struct value *initial;
};

struct table {
	const struct sw_table *desc;
	const char *name;
	unsigned id; /* 0..schema_tables()-1, by name */
	unsigned n_columns, n_slots;
	struct column **columns;	  /* by name; the first is _uuid */
	const struct column *name_column; /* or NULL */
	const struct column *by, *label;  /* sw_table.by and label, or NULL */
};

/* Gather what is registered; after sw_reg_seal(). Again is harmless. */
int schema_build(struct sw_err *err);

unsigned schema_tables(void);
const struct table *schema_table_at(unsigned id);
const struct column *schema_column_at(unsigned id); /* id of the descriptor */

/* Table or column of that name: NULL with SW_CODE_NOT_FOUND and the nearest, or SW_CODE_UNSUPPORTED. */
const struct table *schema_table(const char *name, struct sw_err *err);
const struct column *schema_column(const struct table *table, const char *name, struct sw_err *err);

/* The key of a map column, its name without the table and column; NULL when it is not registered. */
const struct sw_key *schema_key(const struct column *column, const char *name);
const char *schema_key_name(const struct sw_key *key);

/* Does the value fit its column: number of atoms, ranges, words, keys? */
int schema_check(const struct column *column, const struct value *value, struct sw_err *err);

/* May a person set it? */
int schema_check_settable(const struct column *column, struct sw_err *err);

/* Put what was given, what would be allowed and the nearest of it into err. */
void schema_suggest(struct sw_err *err, const char *given, const char *const *words, size_t n);

/* Columns and tables by the identifier of their descriptor, which the file names with SW_USE. */
#define TABLE(ident)  schema_table_at(SW_ID(table, ident))
#define COLUMN(ident) schema_column_at(SW_ID(column, ident))

#endif
