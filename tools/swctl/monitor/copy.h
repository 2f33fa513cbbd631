/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A client's copy of the rows it subscribed to: the updates of method subscribe applied to it. No input or
 * output, jansson alone, so that tests hold it against what the switch lists.
 */
#ifndef SWCTL_COPY_H
#define SWCTL_COPY_H

#include <stdbool.h>

#include <jansson.h>

struct copy {
	json_t *rows;  /* {uuid: {"table", "columns"}}; NULL before the first snapshot */
	json_t *fresh; /* a snapshot that is not whole yet */
};

/* A row that differs from before: columns as they were and are; NULL: there was or is none. */
typedef void copy_fn(void *arg, const char *table, const char *uuid, json_t *was, json_t *is);

/* Apply the params of an update; fn (may be NULL) is called for each row that changed. Of the first snapshot
 * nothing is told, of a later one what is different. */
void copy_apply(struct copy *copy, const json_t *params, copy_fn *fn, void *arg);
void copy_fini(struct copy *copy);

#endif
