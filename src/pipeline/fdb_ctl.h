/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control side of the station table: life and size of the table behind a bridge's handle.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_FDB_CTL_H
#define PIPELINE_FDB_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/fdb.h>
#include <sw/text.h>

#include "fdb_table.h"

struct sw_err;

/* What others hold; the table behind it is replaced when its size changes. */
struct sw_fdb {
	struct fdb_table *table;
	uint32_t id;
	char name[SW_NAME_SIZE];  /* of the bridge, for the log */
	struct sw_fdb_stats base; /* counters at the last stats-clear */
	bool warned;		  /* of a refusal, at warned_s */
	uint32_t warned_s;
	struct sw_fdb *next;
	struct fdb_table *ready; /* of another size, made beside; fdb_resize_ctl.c */
	bool flushed;		 /* something was forgotten since that was begun */
};

/* The handle with this id, or NULL when its bridge is gone. */
struct sw_fdb *fdb_by_id(uint32_t id);

/* max 10..1000000 stations, ageing in seconds. NULL with err: no memory. */
struct sw_fdb *fdb_create(const char *name, uint32_t max, uint32_t ageing, struct sw_err *err);

/* No program uses it any more; memory goes after a grace period. */
void fdb_destroy(struct sw_fdb *fdb);

/* Another size: stations are copied to a new table, which is the handle's from here on; as many as fit,
 * static ones first. The caller publishes programs that use it, then retires *old (NULL when the size
 * is the same). SW_CODE_LIMIT when the static entries do not fit, nothing changed. */
int fdb_resize(struct sw_fdb *fdb, uint32_t max, struct fdb_table **old, struct sw_err *err);
void fdb_retire(struct fdb_table *old);

/* The long part of a resize before it, where nobody waits for it (sw_bridge_prepare): begin on control; fill on
 * any thread, while control adds no static entries and does not resize; drop on control what is not wanted. */
void fdb_prepare_begin(struct sw_fdb *fdb);
void fdb_prepare_fill(struct sw_fdb *fdb, uint32_t max);
void fdb_prepare_drop(struct sw_fdb *fdb);

/* Tables by themselves; the last is fdb_write that waits for busy buckets. */
struct fdb_table *fdb_table_create(uint32_t id, uint32_t max, uint32_t ageing, struct sw_err *err);
void fdb_table_free(void *arg);
/* Publish the set of tables that are swept, with `add`, without `gone`; each may be NULL. */
void fdb_swept_change(struct fdb_table *add, const struct fdb_table *gone);
enum fdb_result fdb_write_waiting(
	struct fdb_table *t, struct fdb_counters *counters, const struct fdb_put *put);

/* A consistent copy of a bucket that workers write; after many tries under its lock. */
void fdb_snapshot(struct fdb_bucket *b, struct fdb_bucket *copy);

/* Keep what a table counted that is replaced. */
void fdb_stats_carry(struct sw_fdb *fdb, const struct fdb_table *from);

void fdb_set_ageing(struct sw_fdb *fdb, uint32_t seconds);
void fdb_set_limit(struct sw_fdb *fdb, uint16_t port, uint32_t limit); /* 0: none of its own */

/* Forget learned entries, and static ones when asked, for which match says so. */
void fdb_forget(struct sw_fdb *fdb, bool statics,
	bool (*match)(const void *arg, uint16_t vid, uint16_t port), const void *arg);

#endif
