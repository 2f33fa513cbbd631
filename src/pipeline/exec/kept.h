/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of kept flows whose rules are several, or do more than send: their list is run on neighbours together, and counted.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_KEPT_H
#define PIPELINE_EXEC_KEPT_H

#include <sw/late.h>

#include "cache.h"

/* Consumes x's packets. e: of CACHE_LISTED; with and without CACHE_AGAIN. */
void kept_run(struct exec *x, struct cache *c, const struct cache_entry *e);
void kept_run_again(struct exec *x, struct cache *c, const struct cache_entry *e);

/* Before the worker reports quiescent: what the lists of a cache have summed is counted by their rules and tables. */
void kept_settle(struct sw_worker *w, struct sw_settle *settle);

#endif
