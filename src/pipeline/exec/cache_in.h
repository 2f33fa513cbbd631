/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two files of the flow cache (cache.c, cache_list.c) have of each other.
 *
 * room: pipeline (private). Thread: the worker that it is of.
 */
#ifndef PIPELINE_EXEC_CACHE_IN_H
#define PIPELINE_EXEC_CACHE_IN_H

#include "cache.h"

/* Is more than half of it in use? It is told once. */
void cache_note_full(struct cache *c);

/* Nobody finds the entry any more; its place is given to another one day. */
void cache_forget(struct cache *c, struct cache_entry *e);

/* From now on only those of a bucket that are used again were used. */
void cache_age(struct cache_signs *signs);

/* Index + 1 of the list of a walk, with one more reference; 0: there is no room. */
uint32_t cache_list_get(struct cache *c, const struct walk *walk, uint32_t why);

#endif
