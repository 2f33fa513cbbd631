/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The journal: the file `journal` of the state folder, to which every transaction is appended and synced
 * before it is acknowledged. It begins with a snapshot and is rewritten as one when it has grown; the
 * file before that stays as `journal.1`. A cut-off last record is dropped; a damaged file is kept as
 * `journal.damaged-N` and the configuration is what it said up to the damage.
 *
 * A failed append is taken back from the file. Where even that fails nobody knows what the disk holds,
 * and the next append first writes a whole new file.
 *
 * Thread: open and close on control; append and compact on the job thread, one at a time.
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

/* Append what the draft changes, synced. On an error nothing was appended. */
int journal_append(struct journal *journal, const struct draft *draft,
	const struct record_note *note, struct sw_err *err);

/* Has it grown enough to be rewritten? Rewrite it as one snapshot of db. */
bool journal_wants_compaction(const struct journal *journal);
int journal_compact(struct journal *journal, const struct db *db, struct sw_err *err);

/* How it stands, for people: bytes, records since the snapshot, and what is wrong, or "". */
struct journal_health {
	uint64_t bytes, records;
	char fault[256];
};
void journal_health(const struct journal *journal, struct journal_health *health);

#endif
