/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening the journal: what is there is read, a torn end is cut, a damaged file is put aside, and what
 * cannot be written is read all the same. Control thread, at start-up.
 */
#include "journal_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "draft.h"
#include "journal_io.h"
#include "record.h"

SW_LOG(journal_open, "the stored configuration: reading it at start");

#define JOURNAL_MAX   (1ull << 30)
#define HISTORY_BYTES (64ull << 20)

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
	j->records = j->snapshot = j->first = 0;
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
		if (*good) {
			j->records++;
		} else {
			j->snapshot = at;
			j->first = (*db)->generation;
		}
		*good = at;
	}
	return state;
}

/* What a file held; `damaged` when it must be set aside. */
struct found {
	char *bytes;
	bool damaged;
};

static int read_all(struct journal *j, struct db **db, struct found *found, struct sw_err *err)
{
	enum record_state state;
	size_t len, good;
	char *bytes;
	int rc = jio_read(j->fd, JOURNAL_MAX, &bytes, &len);

	if (rc)
		return journal_fault(j, rc, "reading the journal", err);
	state = replay(j, bytes, len, &good, db);
	found->damaged = state == RECORD_BAD;
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
	found->bytes = bytes;
	return 0;
}

/* Make the file what memory says, on the disk too: the same without a torn end, or in place of a damaged or
 * missing one. */
static int mend(struct journal *j, struct db *db, const struct found *found, struct sw_err *err)
{
	int rc;

	if (j->read_only) {
		sw_warn("%s cannot be written (%s): the configuration cannot be changed", j->path,
			strerror(j->read_only));
		return 0;
	}
	if (found->damaged) {
		rc = set_aside(j);
		if (rc) { /* it is all there is, and never deleted: write nothing in its place */
			j->read_only = -rc;
			j->precious = true;
			return journal_fault(j, rc, "keeping the damaged journal", err);
		}
	}
	if (found->damaged || !j->size)
		return journal_rewrite(j, db, !found->damaged, err);
	return journal_renew(j, found->bytes, err);
}

static int open_file(struct journal *j, struct sw_err *err)
{
	j->fd = jio_open(j->dir, JOURNAL_NAME, false);
	if (j->fd >= 0 || j->fd == -ENOENT)
		return 0;
	j->read_only = -j->fd;
	j->fd = jio_open_to_read(j->dir, JOURNAL_NAME);
	return j->fd >= 0 ? 0 : journal_fault(j, j->fd, "opening the journal", err);
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
	sw_err_hint(err,
		"move %s/%s away to start without it; the newest %s.N there may hold the "
		"state before",
		j->path, JOURNAL_NAME, JOURNAL_NAME);
	return rc;
}

static int load(struct journal *j, struct db **db, struct sw_err *err)
{
	struct found found = { 0 };
	int rc = open_file(j, err);

	if (!rc && j->fd >= 0)
		rc = read_all(j, db, &found, err);
	if (!rc && *db)
		rc = check_whole(j, *db, err);
	if (rc) {
		free(found.bytes);
		return rc;
	}
	if (!*db)
		*db = db_new();
	if (!j->read_only)
		jio_unlink(j->dir, JOURNAL_NEW);
	rc = mend(j, *db, &found, err);
	free(found.bytes);
	if (rc && j->fd < 0)
		return rc; /* nothing is there and nothing can be made */
	if (rc)
		sw_error("%s", err ? err->text : "the journal cannot be mended");
	j->suspect |= rc != 0;
	j->unproven = rc || j->read_only;
	return 0;
}

int journal_open(const char *dir, struct journal **journal, struct db **db, struct sw_err *err)
{
	struct journal *j = sw_xcalloc(1, sizeof(*j));
	int rc;

	j->path = sw_xstrdup(dir);
	j->fd = -1;
	pthread_mutex_init(&j->lock, NULL);
	*db = NULL;
	rc = j->dir = jio_open_dir(dir);
	if (rc < 0) {
		journal_fault(j, rc, "opening the state folder", err);
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
		journal_fault(j, rc, "locking the state folder", err);
		goto fail;
	}
	rc = load(j, db, err);
	if (rc)
		goto fail;
	journal_limit_history(j, HISTORY_BYTES);
	*journal = j;
	return 0;
fail:
	journal_close(j);
	db_unref(*db);
	return rc == -EWOULDBLOCK ? -EBUSY : rc;
}
