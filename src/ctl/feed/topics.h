/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a subscriber wants to hear of: columns of tables, kinds of events. Two that ask for the same, in
 * whatever order, have equal topics.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_FEED_TOPICS_H
#define CTL_FEED_TOPICS_H

#include <stdbool.h>

#include <jansson.h>

#include "../table/schema.h"

#define TOPICS_INTERVAL_MIN	100 /* ms between two looks at computed columns */
#define TOPICS_INTERVAL_MAX	60000
#define TOPICS_INTERVAL_DEFAULT 1000

struct topic_table {
	const struct table *table;
	unsigned n_columns, n_status; /* computed ones stand first */
	const struct column **columns;
};

struct topics {
	struct topic_table **by_table; /* by table->id; NULL: not wanted */
	bool *events;		       /* by id of the event */
	unsigned interval_ms;
};

/* Read {"TABLE": ["COLUMN", ...]} (an empty list: all columns but statistics; "*": all tables) and
 * ["KIND", ...] ("*": all kinds). An error names the table, column or kind; topics_fini in either case. */
int topics_read(struct topics *t, const json_t *tables, const json_t *events, struct sw_err *err);
int topics_set_interval(struct topics *t, const json_t *ms, struct sw_err *err);
bool topics_equal(const struct topics *a, const struct topics *b);
void topics_fini(struct topics *t);

#endif
