/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of views: their rows. Control thread. */
#ifndef CTL_FEED_VIEW_ROWS_H
#define CTL_FEED_VIEW_ROWS_H

#include "view.h"

struct column_diff;

struct view_row *view_row_add(
	struct view *v, const struct topic_table *topic, const struct uuid *uuid);
void view_row_free(struct view *v, struct view_row *vr); /* not in `there` any more */

/* It has changed: the next number is its own. */
void view_row_touch(struct view *v, struct view_row *vr);

/* Forget the oldest of the rows that went, when there are too many. */
void view_rows_trim(struct view *v);

/* A column as last told; all of them as JSON. Not of a row that is gone. */
const struct value *view_row_value(const struct view_row *vr, unsigned i);
json_t *view_row_columns(const struct view_row *vr);

/* Look at the computed columns; differences from what was told go to diff (NULL: nothing was told yet). */
bool view_row_sample(struct view_row *vr, const struct draft *draft, struct column_diff *diff);

/* The row whole, or that it is gone, as an operation. */
const char *view_row_text(struct view_row *vr);

#endif
