/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of a bridge's rules in the state folder, `rules.BRIDGE`: entries (entry.h; here they are bytes) in batches. A
 * batch is one change: on the disk all of it is there, or nothing. Beside it may stand
 *
 *	rules-new.BRIDGE	a whole new one, being written
 *	rules-damaged.N.BRIDGE	one that was damaged, as it was
 *
 * What must be true at each moment, whatever call fails or where power is lost, is what the journal promises, in the
 * journal's way (journal.c), and by the same calls (journal_io.h):
 *
 *  - Batches whose append returned 0 are on the disk, in their order. One that failed may be there, whole.
 *  - The file is replaced by rename only. A damaged one is kept under another name first, or nothing takes its place.
 *  - After a failure, and after an opening, nobody knows what the disk holds of a file: nothing is appended until a
 *    whole new one is in its place.
 *
 * A batch is frames, each with at most what a chunk holds:
 *
 *	"swd\1"  crc 4  bytes 4  flags 4  batch 8  up 8  wall 8  entries  "end\1"
 *
 * crc: CRC-32C of all behind it. up, wall: when it was written (age.h). Batch 0 says the format, the start of the machine that `up` is
 * of, the bridge's UUID and, if that is new, the one before: a crash may come between the file and the configuration, and the file
 * is the bridge's by either. Others count from 1, and may have no entries: the time of day was set. The last frame of a batch has
 * the flag. A cut last batch (the file ends in it, or in zeros) was never acknowledged and is dropped; what else does not check is damage.
 *
 * Thread: any, one at a time: the job thread. Blocks on the disk.
 */
#ifndef CTL_PERSIST_FILE_H
#define CTL_PERSIST_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "../of/codec/buf.h"
#include "../table/atom.h"

struct sw_err;
struct persist_file;

#define PERSIST_CHUNK_BYTES (256 * 1024) /* a chunk is full then; it holds whole entries */
#define PERSIST_FRAME_HEAD  40
#define PERSIST_FRAME_MAX   (256u << 20)

struct persist_chunk {
	TAILQ_ENTRY(persist_chunk) list;
	struct of_buf buf; /* room for the head, entries, and once it was written the end */
	bool ended;
};
TAILQ_HEAD(persist_chunks, persist_chunk);

/* A chunk at the end of the list with room for another entry; a new one in any case. */
struct of_buf *persist_chunk_room(struct persist_chunks *chunks);
struct of_buf *persist_chunk_add(struct persist_chunks *chunks);
void persist_chunks_free(struct persist_chunks *chunks); /* leaves an empty list */

/* Of the bridge with that name and UUID. Touches nothing. */
struct persist_file *persist_file_new(
	const char *folder, const char *bridge, const struct uuid *uuid);
void persist_file_free(struct persist_file *f);
/* The next new file is of this UUID, and still of the former one. */
void persist_file_rename(
	struct persist_file *f, const struct uuid *uuid, const struct uuid *former);
const char *persist_file_name(const struct persist_file *f);

enum persist_found {
	PERSIST_NOTHING, /* no file, or one of another bridge that had the name */
	PERSIST_WHOLE,	 /* a cut end is dropped, which is said in the log */
	PERSIST_DAMAGED, /* whole up to the damage; kept under another name */
};

/* Check what is there, and be ready to read it. */
int persist_file_open(struct persist_file *f, enum persist_found *found, struct sw_err *err);
/* The entries of the next frame; valid until the next call. *len 0: that was all. */
int persist_file_read(
	struct persist_file *f, const uint8_t **entries, size_t *len, struct sw_err *err);

/* How old a rule is by now of which the file says when it was made, once that was opened. Milliseconds. */
uint64_t persist_file_age(const struct persist_file *f, uint64_t made_ms);

/* A batch, synced. Only when the file is sound. */
int persist_file_append(struct persist_file *f, struct persist_chunks *chunks, struct sw_err *err);
bool persist_file_is_sound(const struct persist_file *f);

/* A new file in its place: begin, add what is to be in it, as it is and as it changes, and swap. Meanwhile the old one may
 * be appended to. After an error the new one is gone. */
int persist_file_begin(struct persist_file *f, struct sw_err *err);
int persist_file_add(struct persist_file *f, struct persist_chunks *chunks, struct sw_err *err);
int persist_file_swap(struct persist_file *f, struct sw_err *err);
void persist_file_give_up(struct persist_file *f);

/* Before it is written anew: keep what is there, opened or not, under another name, as a damaged one. */
void persist_file_keep(struct persist_file *f);

/* There is none of this bridge any more. */
int persist_file_remove(struct persist_file *f, struct sw_err *err);

/* Bytes of the file; how many of them it had when it was new. */
uint64_t persist_file_bytes(const struct persist_file *f);
uint64_t persist_file_base(const struct persist_file *f);

#endif
