/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A station table of another size: a new table, filled from the old one while workers learn in that, and put in
 * its place. For a million stations the memory takes 12 ms and the filling 0.3 s, so both can be done
 * beforehand on the job thread: then control finds it ready. What is learned in between is learned again with
 * the next packet; when something was flushed in between, all that was learned is forgotten with it.
 *
 * Control thread, but for the filling.
 */
#include "fdb_ctl.h"

#include <errno.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/err.h>

#include "fdb.h"

static void copy_kind(struct fdb_table *to, struct fdb_table *from, bool statics)
{
	struct fdb_counters unseen = { 0 }; /* what finds no room now was not refused by a port */
	uint32_t now_s = sw_clock_s();

	for (uint64_t i = 0; i <= from->mask; i++) {
		struct fdb_bucket b;

		fdb_snapshot(&from->buckets[i], &b);
		for (unsigned slot = 0; slot < FDB_WAYS; slot++) {
			uint32_t val = b.val[slot];
			struct fdb_put put = { .key = b.key[slot],
				.port = val & FDB_PORT_MASK,
				.is_static = val & FDB_STATIC,
				.seen_s = now_s - fdb_age(val, now_s) };

			if (put.key && fdb_counted(from, val) && put.is_static == statics)
				fdb_write_waiting(to, &unseen, &put);
		}
	}
}

/* Without the limits, which control may change meanwhile. */
static struct fdb_table *filled(struct sw_fdb *fdb, uint32_t max, struct sw_err *err)
{
	struct fdb_table *from = fdb->table;
	struct fdb_table *to = fdb_table_create(fdb->id, max, from->ageing, err);

	if (!to)
		return NULL;
	copy_kind(to, from, true);
	copy_kind(to, from, false);
	return to;
}

void fdb_prepare_drop(struct sw_fdb *fdb)
{
	if (fdb->ready)
		fdb_table_free(fdb->ready);
	fdb->ready = NULL;
}

void fdb_prepare_begin(struct sw_fdb *fdb)
{
	fdb_prepare_drop(fdb);
	fdb->flushed = false;
}

void fdb_prepare_fill(struct sw_fdb *fdb, uint32_t max)
{
	fdb->ready = filled(fdb, max, NULL); /* without memory the resize says so */
}

/* The table that was made ready, if it is of that size, or one made now. */
static struct fdb_table *take(struct sw_fdb *fdb, uint32_t max, struct sw_err *err)
{
	struct fdb_table *to = fdb->ready;

	if (!to || to->max != max) {
		fdb_prepare_drop(fdb);
		fdb->flushed = false;
		return filled(fdb, max, err);
	}
	fdb->ready = NULL;
	return to;
}

int fdb_resize(struct sw_fdb *fdb, uint32_t max, struct fdb_table **old, struct sw_err *err)
{
	struct fdb_table *from = fdb->table, *to;

	*old = NULL;
	if (max == from->max)
		return 0;
	if (max < from->statics) {
		sw_err_set(err, SW_CODE_LIMIT, "%u static entries do not fit a table of %u",
			from->statics, max);
		sw_err_hint(err, "remove static entries first (swctl fdb del)");
		return -ENOSPC;
	}
	to = take(fdb, max, err);
	if (!to)
		return err ? sw_err_errno(err->code) : -ENOSPC;
	memcpy(to->limit, from->limit, sizeof(to->limit));
	to->ageing = from->ageing;
	fdb_stats_carry(fdb, from);
	fdb->table = to;
	fdb_swept_change(to, NULL);
	if (fdb->flushed)
		sw_fdb_flush(fdb);
	*old = from;
	return 0;
}
