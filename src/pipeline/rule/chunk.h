/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory from the system, aligned to 2 MiB and meant for huge pages, and pages of RULE_SLAB_SIZE of it.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_CHUNK_H
#define RULE_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "rule.h"

struct rule_chunk;

/* A page, its bytes as they are, what it is given back with, and with it counters for so many workers, at 0; NULL: no memory. */
void *rule_page_take(unsigned workers, struct rule_chunk **chunk, struct rule_counts **counts);
void rule_page_put(struct rule_chunk *chunk, void *page);

/* Zeros from the system, size a multiple of its pages; munmap gives them back. NULL: no memory. */
void *rule_map(size_t size);

/* Zeros of the heap, on a cache line. Out of memory is the end of the process, as in sw/mem.h. */
void *rule_align(size_t size);

/* What pages take from the system. */
uint64_t rule_chunk_bytes(void);

#endif
