/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal file: what must be true of it at each moment, whatever call fails or where power is lost.
 *
 *  - `journal` exists from the first start on and is replaced by rename only.
 *  - Bytes [0, size) are whole records and on the disk. An append writes behind them and syncs; on any
 *    failure the file is cut to `size` again.
 *  - `suspect`: a sync, a cut or the folder's sync failed, so the disk may hold something else than the
 *    file shows. Nothing is appended to such a file: a new one is written from memory first. Syncing it
 *    again would say nothing: Linux takes what a failed sync could not write for written.
 *  - What an earlier process wrote is suspect from the start, since nobody knows how its last sync ended. So
 *    opening writes the same records to a new file before anybody builds on them.
 */
#include "journal_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "db.h"
#include "disk_fault.h"
#include "draft.h"
#include "history.h"
#include "journal_io.h"
#include "record.h"

SW_LOG(journal, "the stored configuration: appending, rewriting");

#define COMPACT_BYTES (1u << 20) /* not before it is this long ... */
#define COMPACT_TIMES 4		 /* ... and this many times its snapshot */

int journal_fault(struct journal *j, int rc, const char *what, struct sw_err *err)
{
	snprintf(j->fault, sizeof(j->fault), "%s: %s", what, strerror(-rc));
	j->health.faults++;
	return disk_fault(err, rc, "the configuration", what, j->path);
}

/* The file before goes into history when it holds some; without it we lose history, not configuration. */
static void keep_history(struct journal *j, uint64_t generation)
{
	int rc;

	if (!j->health.history_max || generation <= j->first)
		return;
	rc = history_keep(j->dir, j->first);
	if (rc)
		sw_warn("%s: generations %llu to %llu cannot be kept as history: %s", j->path,
			(unsigned long long)j->first, (unsigned long long)generation,
			strerror(-rc));
}

/* A new file of these bytes, on the disk, in place of the old one, which may become history. */
static int replace_file(struct journal *j, const char *bytes, size_t len, const struct db *keep_old)
{
	int fd, rc;

	fd = rc = jio_open(j->dir, JOURNAL_NEW, true);
	if (rc >= 0)
		rc = jio_write(fd, bytes, len, 0);
	if (rc >= 0)
		rc = journal_sync(j, fd);
	if (rc >= 0) {
		if (keep_old)
			keep_history(j, keep_old->generation);
		rc = jio_rename(j->dir, JOURNAL_NEW, JOURNAL_NAME);
	}
	if (rc < 0) {
		jio_close(fd);
		jio_unlink(j->dir, JOURNAL_NEW);
		return rc;
	}
	jio_close(j->fd);
	j->fd = fd;
	j->size = len;
	return 0;
}

static int sync_name(struct journal *j, struct sw_err *err)
{
	int rc = jio_sync_dir(j->dir);

	j->suspect = rc < 0;
	if (rc < 0)
		return journal_fault(j, rc, "syncing the folder", err);
	j->fault[0] = '\0';
	__atomic_store_n(&j->unproven, false, __ATOMIC_RELAXED);
	return 0;
}

bool journal_is_proven(const struct journal *j)
{
	return !__atomic_load_n(&j->unproven, __ATOMIC_RELAXED);
}

int journal_rewrite(struct journal *j, const struct db *db, bool keep_old, struct sw_err *err)
{
	struct sw_str line = { 0 };
	int rc;

	record_add_snapshot(&line, db);
	rc = replace_file(j, line.s, line.len, keep_old ? db : NULL);
	free(line.s);
	if (rc)
		return journal_fault(j, rc, "writing a new journal", err);
	j->snapshot = j->size;
	j->first = db->generation;
	j->records = 0;
	j->health.rewrites++;
	history_trim(j->dir, j->health.history_max, &j->history);
	return sync_name(j, err);
}

int journal_renew(struct journal *j, const char *bytes, struct sw_err *err)
{
	int rc = replace_file(j, bytes, j->size, NULL);

	return rc ? journal_fault(j, rc, "writing the journal anew", err) : sync_name(j, err);
}

const char *journal_folder(const struct journal *j)
{
	return j->path;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	jio_close(j->fd);
	jio_close(j->dir); /* ends the lock */
	pthread_mutex_destroy(&j->lock);
	free(j->path);
	free(j);
}

void journal_limit_history(struct journal *j, uint64_t bytes)
{
	j->health.history_max = bytes;
	history_trim(j->dir, j->read_only ? UINT64_MAX : bytes, &j->history);
	journal_publish(j);
}

struct journal_view journal_view(const struct journal *j)
{
	return (struct journal_view){ j->dir, j->first, j->first + j->records, j->size };
}

static int write_record(struct journal *j, const struct sw_str *line, struct sw_err *err)
{
	int rc = jio_write(j->fd, line->s, line->len, j->size);
	const char *what = "writing";

	if (!rc) {
		rc = journal_sync(j, j->fd);
		what = "syncing";
		j->suspect = rc != 0;
	}
	if (!rc) {
		j->size += line->len;
		j->records++;
		j->health.appends++;
		j->fault[0] = '\0';
		return 0;
	}
	if (jio_truncate(j->fd, j->size) || journal_sync(j, j->fd))
		j->suspect = true;
	return journal_fault(j, rc, what, err);
}

/* It could not be written when it was opened; perhaps it can be now. Its end was not mended then, so a new
 * file is written first. */
static int check_writable(struct journal *j, struct sw_err *err)
{
	int fd;

	if (!j->read_only)
		return 0;
	fd = j->precious ? -j->read_only : jio_open(j->dir, JOURNAL_NAME, false);
	if (fd < 0)
		return journal_fault(j, fd, "opening the journal for writing", err);
	jio_close(fd);
	sw_info("%s can be written again", j->path);
	j->read_only = 0;
	j->suspect = true;
	return 0;
}

static int append(struct journal *j, const struct draft *draft, const struct record_note *note,
	struct sw_err *err)
{
	struct sw_str line = { 0 };
	int rc = check_writable(j, err);

	if (!rc && j->suspect)
		rc = journal_rewrite(j, draft->base, true, err);
	if (rc)
		return rc;
	record_add_draft(&line, draft, note);
	if (line.len > RECORD_MAX)
		rc = sw_err_set(err, SW_CODE_LIMIT, "a change of %zu bytes is too large", line.len);
	else
		rc = write_record(j, &line, err);
	free(line.s);
	return rc;
}

int journal_append(struct journal *j, const struct draft *draft, const struct record_note *note,
	struct sw_err *err)
{
	int rc = append(j, draft, note, err);

	journal_publish(j);
	return rc;
}

bool journal_wants_compaction(const struct journal *j)
{
	return !journal_is_proven(j) ||
	       (!j->read_only && j->size > COMPACT_BYTES && j->size > COMPACT_TIMES * j->snapshot);
}

int journal_compact(struct journal *j, const struct db *db, struct sw_err *err)
{
	int rc = check_writable(j, err);

	if (!rc)
		rc = journal_rewrite(j, db, true, err);
	journal_publish(j);
	return rc;
}
