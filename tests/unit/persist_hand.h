/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A table of a few keys as the tests of stored rules have it: what is in a file is its keys and values, set by batches of
 * several entries.
 */
#ifndef PERSIST_HAND_H
#define PERSIST_HAND_H

#include <stdbool.h>
#include <stdint.h>

#include "../../src/ctl/persist/file.h"

#define HAND_KEYS 24

struct hand_table {
	uint32_t of[HAND_KEYS];
};

extern const struct uuid hand_uuid;

/* Keys from `from` up to `to` as one batch; a chunk for each `per` of them. */
void hand_put(struct persist_chunks *out, const struct hand_table *t, unsigned from, unsigned to,
	unsigned per);
/* Some keys, at least one, get the value; the same as a batch. */
void hand_change(struct persist_chunks *out, struct hand_table *t, uint32_t value, uint64_t *seed);

/* Open the file of bridge br0 in a folder and read all of it. NULL: it cannot be. */
struct persist_file *hand_open(const char *folder, struct hand_table *t, enum persist_found *found);

/* A whole new file that says this, in the place of the old one; false: that failed. */
bool hand_rewrite(struct persist_file *f, const struct hand_table *t);
bool hand_append(struct persist_file *f, struct hand_table *t, uint32_t value, uint64_t *seed);

#endif
