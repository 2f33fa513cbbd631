/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The value of a command with SW_OUT_TABLE, made row by row.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_TABLE_OUT_H
#define CTL_TABLE_OUT_H

#include <jansson.h>

/* An empty table; columns ended by NULL. */
static inline json_t *table_new(const char *const *columns)
{
	json_t *names = json_array();

	while (*columns)
		json_array_append_new(names, json_string(*columns++));
	return json_pack("{s:o, s:[]}", "columns", names, "rows");
}

/* A new row at the end, to be filled cell by cell in the order of the columns. */
static inline json_t *table_row(json_t *table)
{
	json_t *row = json_array();

	json_array_append_new(json_object_get(table, "rows"), row);
	return row;
}

/* The same, of a row that is there already. */
static inline void table_add(json_t *table, json_t *row)
{
	json_array_append_new(json_object_get(table, "rows"), row);
}

#endif
