/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows of Flow_Table at work for a bridge: names, limits and what happens at these. They are in force once they are stored: what a
 * limit drives out does not come back, so nothing that may still be undone does.
 *
 * Thread: control.
 */
#ifndef CTL_OF_TABLE_ROWS_H
#define CTL_OF_TABLE_ROWS_H

#include <stdbool.h>

struct of_bridge;
struct row;

/* Make its tables what the stored row of the bridge says of them. */
void of_table_rows_sync(struct of_bridge *of, const struct row *bridge);

#endif
