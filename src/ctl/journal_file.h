/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Inside of the journal: the open file, between opening it (journal_open.c), writing it (journal.c) and
 * telling how it stands (journal_health.c).
 */
#ifndef CTL_JOURNAL_FILE_H
#define CTL_JOURNAL_FILE_H

#include <pthread.h>

#include "db.h"
#include "history.h"
#include "journal.h"

#define JOURNAL_NAME "journal"
#define JOURNAL_NEW  "journal.new"

struct journal {
	char *path;
	int dir, fd;
	uint64_t size;	   /* bytes of whole, synced records */
	uint64_t snapshot; /* of these, the first record */
	uint64_t first;	   /* generation of that one; records follow without a gap */
	uint64_t records;
	struct history_use history;
	bool suspect;
	bool unproven; /* atomic: read at the start, and not yet written anew: the disk may not have it */
	int read_only; /* errno of opening it for writing, or 0 */
	bool precious; /* it is damaged and could not be kept elsewhere: nothing may take its place */
	char fault[256];
	struct journal_health health; /* counters, and the limit of history */

	pthread_mutex_t lock;
	struct journal_health shown; /* for any thread, under the lock */
};

/* Put the reason into err and keep it for health. */
int journal_fault(struct journal *j, int rc, const char *what, struct sw_err *err);

/* Write a new file with one snapshot and put it in place of the old one, which may become history. */
int journal_rewrite(struct journal *j, const struct db *db, bool keep_old, struct sw_err *err);

/* Write a new file of the first j->size bytes of the old one. */
int journal_renew(struct journal *j, const char *bytes, struct sw_err *err);

/* Sync a file of ours, and note how long the disk took. */
int journal_sync(struct journal *j, int fd);

/* Show how it stands; at the end of whatever changed it. */
void journal_publish(struct journal *j);

#endif
