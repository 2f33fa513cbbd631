/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of kept flows whose rules are several, or do more than send: their list is run on neighbours together, and counted.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_KEPT_H
#define PIPELINE_EXEC_KEPT_H

#include "cache.h"

/* Packets that tables are still to be told of. Flows of most rules go through the same tables, so they are told once a burst. */
struct kept_tally {
	struct sw_rules *rules;
	const struct rule_reader *reader;
	struct cache_counts counts;
	unsigned n;
};

/* Consumes x's packets. e: of CACHE_LISTED. */
void kept_run(
	struct exec *x, struct cache *c, const struct cache_entry *e, struct kept_tally *tally);

/* At the end of the burst. */
void kept_tell(const struct kept_tally *tally);

#endif
