/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal file: what must be true of it at each moment, whatever call fails or where power is lost.
 *
 *  - `journal` exists from the first start on and is replaced by rename only.
 *  - Bytes [0, size) are whole records and on the disk. An append writes behind them and syncs; on any
 *    failure the file is cut to `size` again.
 *  - `suspect`: a sync, a cut or the folder's sync failed, so the disk may hold something else than the
 *    file shows. Nothing is appended to such a file: a new one is written from memory first.
 */
#include "journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "db.h"
#include "draft.h"
#include "journal_io.h"
#include "record.h"

SW_LOG(journal, "the stored configuration: reading, appending, rewriting");

#define JOURNAL_NAME  "journal"
#define JOURNAL_NEW   "journal.new"
#define JOURNAL_OLD   "journal.1"
#define JOURNAL_MAX   (1ull << 30)
#define COMPACT_BYTES (1u << 20) /* not before it is this long ... */
#define COMPACT_TIMES 4		 /* ... and this many times its snapshot */

struct journal {
	char *path;
	int dir, fd;
	uint64_t size;	   /* bytes of whole, synced records */
	uint64_t snapshot; /* of these, the first record */
	uint64_t records;
	bool suspect;
	int read_only; /* errno of opening it for writing, or 0 */
	char fault[256];
};

static int io_error(struct journal *j, int rc, const char *what, struct sw_err *err)
{
	int ret = sw_err_set(err, rc == -ENOSPC || rc == -EDQUOT ? SW_CODE_LIMIT : SW_CODE_DEVICE,
		"the configuration cannot be stored: %s in %s: %s", what, j->path, strerror(-rc));

	sw_err_given(err, "%s", j->path);
	if (rc == -ENOSPC || rc == -EDQUOT)
		sw_err_hint(err, "make room on the file system of %s and try again", j->path);
	else if (rc == -EROFS || rc == -EACCES || rc == -EPERM)
		sw_err_hint(
			err, "make %s writable for the user swd runs as, and restart it", j->path);
	else
		sw_err_hint(err, "the switch goes on as it is; look at the disk (dmesg) first");
	snprintf(j->fault, sizeof(j->fault), "%s: %s", what, strerror(-rc));
	return ret;
}

/* Write a new file with one snapshot and put it in place of the old one. */
static int rewrite(struct journal *j, const struct db *db, bool keep_old, struct sw_err *err)
{
	struct sw_str line = { 0 };
	int fd, rc;

	record_add_snapshot(&line, db);
	fd = rc = jio_open(j->dir, JOURNAL_NEW, true);
	if (rc >= 0)
		rc = jio_write(fd, line.s, line.len, 0);
	if (rc >= 0)
		rc = jio_sync(fd);
	if (rc >= 0) {
		/* the history before; without it we lose history, not configuration */
		if (keep_old && !jio_unlink(j->dir, JOURNAL_OLD))
			jio_link(j->dir, JOURNAL_NAME, JOURNAL_OLD);
		rc = jio_rename(j->dir, JOURNAL_NEW, JOURNAL_NAME);
	}
	if (rc < 0) {
		jio_close(fd);
		jio_unlink(j->dir, JOURNAL_NEW);
		free(line.s);
		return io_error(j, rc, "writing a new journal", err);
	}
	jio_close(j->fd);
	j->fd = fd;
	j->size = j->snapshot = line.len;
	j->records = 0;
	free(line.s);
	rc = jio_sync_dir(j->dir);
	j->suspect = rc < 0;
	if (rc < 0)
		return io_error(j, rc, "syncing the folder", err);
	j->fault[0] = '\0';
	return 0;
}

/* Keep the damaged file under a name of its own; the journal itself is replaced by the caller. */
static int set_aside(struct journal *j)
{
	char name[40];
	int rc = -EEXIST;

	for (int i = 1; rc == -EEXIST && i < 10000; i++) {
		snprintf(name, sizeof(name), "journal.damaged-%d", i);
		rc = jio_link(j->dir, JOURNAL_NAME, name);
	}
	if (rc)
		sw_error("%s: the damaged journal could not be kept: %s", j->path, strerror(-rc));
	else
		sw_error("%s: the damaged journal is kept as %s", j->path, name);
	return rc;
}

/* Apply the records of bytes[0, len); *good is where the last good one ends. */
static enum record_state replay(
	struct journal *j, const char *bytes, size_t len, size_t *good, struct db **db)
{
	enum record_state state;
	struct sw_err err = { 0 };
	size_t at = 0;
	json_t *json;

	*good = 0;
	j->records = j->snapshot = 0;
	while ((state = record_read(bytes, len, &at, &json)) == RECORD_GOOD) {
		int rc = *db || json_is_true(json_object_get(json, "snapshot"))
				 ? record_apply(db, json, &err)
				 : sw_err_set(&err, SW_CODE_INVALID,
					   "it does not begin with a snapshot");

		json_decref(json);
		if (rc) {
			sw_error("%s: the record at byte %zu does not apply: %s", j->path, *good,
				err.text);
			return RECORD_BAD;
		}
		if (*good)
			j->records++;
		else
			j->snapshot = at;
		*good = at;
	}
	return state;
}

/* What the file says; `damaged` when it must be set aside. */
static int read_all(struct journal *j, struct db **db, bool *damaged, struct sw_err *err)
{
	enum record_state state;
	size_t len, good;
	char *bytes;
	int rc = jio_read(j->fd, JOURNAL_MAX, &bytes, &len);

	if (rc)
		return io_error(j, rc, "reading the journal", err);
	state = replay(j, bytes, len, &good, db);
	*damaged = state == RECORD_BAD;
	if (state == RECORD_BAD) {
		size_t upto = good;

		/* a record may have been applied in part: read again what was good */
		db_unref(*db);
		*db = NULL;
		if (upto)
			replay(j, bytes, upto, &good, db);
		sw_error("%s: the journal is damaged at byte %zu of %zu; the configuration is what "
			 "it was before, at generation %llu",
			j->path, good, len, *db ? (unsigned long long)(*db)->generation : 0ull);
	}
	if (state == RECORD_TORN)
		sw_warn("%s: the last %zu bytes are a record whose writing was cut off; it was never "
			"acknowledged and is dropped",
			j->path, len - good);
	j->size = good;
	free(bytes);
	return 0;
}

/* Make the file what memory says: cut a torn end, replace a damaged or missing file. */
static int mend(struct journal *j, struct db *db, bool damaged, struct sw_err *err)
{
	int rc;

	if (j->read_only) {
		sw_warn("%s cannot be written (%s): the configuration cannot be changed", j->path,
			strerror(j->read_only));
		return 0;
	}
	if (damaged) {
		rc = set_aside(j);
		if (rc) { /* it is all there is, and never deleted: write nothing in its place */
			j->read_only = -rc;
			return io_error(j, rc, "keeping the damaged journal", err);
		}
	}
	if (damaged || !j->size)
		return rewrite(j, db, !damaged, err);
	rc = jio_truncate(j->fd, j->size);
	if (!rc)
		rc = jio_sync(j->fd);
	return rc ? io_error(j, rc, "cutting the journal's torn end", err) : 0;
}

static int open_file(struct journal *j, struct sw_err *err)
{
	j->fd = jio_open(j->dir, JOURNAL_NAME, false);
	if (j->fd >= 0 || j->fd == -ENOENT)
		return 0;
	j->read_only = -j->fd;
	j->fd = jio_open_to_read(j->dir, JOURNAL_NAME);
	return j->fd >= 0 ? 0 : io_error(j, j->fd, "opening the journal", err);
}

/* Records that check one by one but do not fit together were never written by us. */
static int check_whole(struct journal *j, struct db *db, struct sw_err *err)
{
	struct draft *draft = draft_new(db);
	int command, rc;

	draft->refs_changed = true;
	rc = draft_collect(draft, &command, err);
	draft_free(draft);
	if (!rc)
		return 0;
	sw_err_prefix(err, "the journal in %s makes no whole", j->path);
	sw_err_hint(err, "move %s/%s away to start without it; %s may hold the state before",
		j->path, JOURNAL_NAME, JOURNAL_OLD);
	return rc;
}

static int load(struct journal *j, struct db **db, struct sw_err *err)
{
	bool damaged = false;
	int rc = open_file(j, err);

	if (!rc && j->fd >= 0)
		rc = read_all(j, db, &damaged, err);
	if (!rc && *db)
		rc = check_whole(j, *db, err);
	if (rc)
		return rc;
	if (!*db)
		*db = db_new();
	if (!j->read_only)
		jio_unlink(j->dir, JOURNAL_NEW);
	rc = mend(j, *db, damaged, err);
	if (rc && j->fd < 0)
		return rc; /* nothing is there and nothing can be made */
	if (rc)
		sw_error("%s", err ? err->text : "the journal cannot be mended");
	j->suspect |= rc != 0;
	return 0;
}

int journal_open(const char *dir, struct journal **journal, struct db **db, struct sw_err *err)
{
	struct journal *j = sw_xcalloc(1, sizeof(*j));
	int rc;

	j->path = sw_xstrdup(dir);
	j->fd = -1;
	*db = NULL;
	rc = j->dir = jio_open_dir(dir);
	if (rc < 0) {
		io_error(j, rc, "opening the state folder", err);
		sw_err_hint(err, "name another folder with --state, or make this one");
		goto fail;
	}
	rc = jio_lock(j->dir);
	if (rc == -EWOULDBLOCK) {
		sw_err_set(
			err, SW_CODE_CONFLICT, "the state folder %s is in use by another swd", dir);
		sw_err_given(err, "%s", dir);
		sw_err_hint(
			err, "stop the other one, or give this one a folder of its own: --state");
		goto fail;
	}
	if (rc < 0) {
		io_error(j, rc, "locking the state folder", err);
		goto fail;
	}
	rc = load(j, db, err);
	if (rc)
		goto fail;
	*journal = j;
	return 0;
fail:
	journal_close(j);
	db_unref(*db);
	return rc == -EWOULDBLOCK ? -EBUSY : rc;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	jio_close(j->fd);
	jio_close(j->dir); /* ends the lock */
	free(j->path);
	free(j);
}

static int write_record(struct journal *j, const struct sw_str *line, struct sw_err *err)
{
	int rc = jio_write(j->fd, line->s, line->len, j->size);
	const char *what = "writing";

	if (!rc) {
		rc = jio_sync(j->fd);
		what = "syncing";
		j->suspect = rc != 0;
	}
	if (!rc) {
		j->size += line->len;
		j->records++;
		j->fault[0] = '\0';
		return 0;
	}
	if (jio_truncate(j->fd, j->size) || jio_sync(j->fd))
		j->suspect = true;
	return io_error(j, rc, what, err);
}

int journal_append(struct journal *j, const struct draft *draft, const struct record_note *note,
	struct sw_err *err)
{
	struct sw_str line = { 0 };
	int rc = 0;

	if (j->read_only)
		return io_error(j, -j->read_only, "opening the journal for writing", err);
	if (j->suspect)
		rc = rewrite(j, draft->base, true, err);
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

bool journal_wants_compaction(const struct journal *j)
{
	return !j->read_only && j->size > COMPACT_BYTES && j->size > COMPACT_TIMES * j->snapshot;
}

int journal_compact(struct journal *j, const struct db *db, struct sw_err *err)
{
	if (j->read_only)
		return io_error(j, -j->read_only, "opening the journal for writing", err);
	return rewrite(j, db, true, err);
}

void journal_health(const struct journal *j, struct journal_health *health)
{
	health->bytes = j->size;
	health->records = j->records;
	snprintf(health->fault, sizeof(health->fault), "%s",
		j->fault[0]    ? j->fault
		: j->read_only ? strerror(j->read_only)
			       : "");
}
