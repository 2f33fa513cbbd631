/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal: the file `journal` of the state folder, to which every transaction is appended and synced
 * before it is acknowledged. It begins with a snapshot and is rewritten as one when it has grown; the
 * file before that stays as history (history.h). A cut-off last record is dropped; a damaged file is kept
 * as `journal.damaged-N` and the configuration is what it said up to the damage.
 *
 * A failed append is taken back from the file. Where even that fails nobody knows what the disk holds,
 * and the next append first writes a whole new file.
 *
 * Thread: open and close on control; append and compact on the job thread, one at a time; health on any.
 */
#ifndef CTL_JOURNAL_H
#define CTL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

struct db;
struct draft;
struct journal;
struct record_note;
struct sw_err;

/* Lock the folder, read what is there and give the configuration. A folder or file that cannot be
 * written still opens when it can be read: the switch runs, and appends fail with the reason. */
int journal_open(const char *dir, struct journal **journal, struct db **db, struct sw_err *err);
void journal_close(struct journal *journal);

/* Is all that was read at the start on the disk for certain? Not when it could not be written anew then; a
 * change, or a rewriting, makes it so. Control. */
bool journal_is_proven(const struct journal *journal);

/* Its folder, for others who store something; lives as long as the journal. */
const char *journal_folder(const struct journal *journal);

/* Append what the draft changes, synced. On an error nothing was appended. */
int journal_append(struct journal *journal, const struct draft *draft,
	const struct record_note *note, struct sw_err *err);

/* Has it grown enough to be rewritten, or is it not proven? Rewrite it as one snapshot of db. */
bool journal_wants_compaction(const struct journal *journal);
int journal_compact(struct journal *journal, const struct db *db, struct sw_err *err);

/* Let the files of history have no more bytes than this together: the oldest go. 64 MiB at first. Before
 * the job thread uses the journal. */
void journal_limit_history(struct journal *journal, uint64_t bytes);

/* What history needs to look into the journal; job thread. */
struct journal_view {
	int dir;
	uint64_t first, last; /* generation of its snapshot, of its last record */
	uint64_t bytes;	      /* of whole records */
};
struct journal_view journal_view(const struct journal *journal);

/* How it stands. Times in microseconds; synced_at is of the wall clock in seconds, 0: not yet. */
struct journal_health {
	const char *path; /* of the folder; lives as long as the journal */
	uint64_t bytes, records, snapshot_bytes;
	uint64_t generation;					    /* of the last record */
	uint64_t history_files, history_bytes, history_max, oldest; /* oldest generation kept */
	uint64_t appends, rewrites, faults;			    /* since start */
	uint64_t synced_at, sync_us, worst_sync_us;
	bool writable;
	char fault[256]; /* what is wrong now, or "" */
};
void journal_health(struct journal *journal, struct journal_health *health);

#endif
