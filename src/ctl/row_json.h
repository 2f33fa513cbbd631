/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes of rows as JSON, in one form for the journal and for subscribers:
 * {"op": "insert"|"modify"|"delete", "table", "uuid", "columns", "add", "del"}.
 *
 * room: ctl. Thread: control, or the job thread while control waits for it.
 */
#ifndef CTL_ROW_JSON_H
#define CTL_ROW_JSON_H

#include "db.h"

/* The part that says which row; the rest is added to it. */
json_t *row_json(const char *op, const struct table *table, const struct uuid *uuid);

/* What changed: scalars in `set` (and, where wanted, what they were in `old`), of sets and maps the atoms
 * or pairs that came or changed in `add` and the keys that went in `del`. */
struct column_diff {
	json_t *old, *set, *add, *del; /* old may be NULL */
};
/* Add one column when its values differ; says whether they do. */
bool column_diff(struct column_diff *diff, const struct column *c, const struct value *was,
	const struct value *is);

#endif
