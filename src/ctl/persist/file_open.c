/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening the file of a bridge's rules: all of it is checked before any of it counts, a frame at a time; then it is read the
 * same way. See file.h.
 */
#include "file_in.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "../journal_io.h"
#include "../of/codec/cursor.h"
#include "../record.h"

SW_LOG(persist_file, "the stored rules of bridges: reading them");

#define SEARCH_BYTES (1u << 20)
#define SEARCH_TIMES 8 /* of what is searched; all that was cut is read once or twice */

struct frame {
	uint32_t flags;
	uint64_t batch;
	struct persist_moment when;
	uint64_t bytes; /* all of it, in the file */
	const uint8_t *entries;
	size_t len;
};

enum state {
	FRAME_GOOD,
	FRAME_END, /* the file ends here */
	FRAME_CUT, /* the file ends before the frame does */
	FRAME_BAD,
};

static uint8_t *room(struct persist_file *f, size_t len)
{
	if (len > f->size) {
		f->frame = sw_xrealloc(f->frame, len, 1);
		f->size = len;
	}
	return f->frame;
}

static int bad(struct persist_file *f, int state, const char *why)
{
	f->why = why;
	return state;
}

/* The frame at `at`; negative: the disk does not say. It takes no more memory than there are bytes in the file. */
static int look(struct persist_file *f, uint64_t at, struct frame *frame)
{
	uint32_t len, crc;
	struct of_cursor c;
	size_t got, all;
	int rc = jio_read_at(f->now.fd, room(f, PERSIST_CHUNK_BYTES), PERSIST_FRAME_HEAD, at, &got);

	if (rc)
		return rc;
	if (!got)
		return FRAME_END;
	if (got < PERSIST_FRAME_HEAD)
		return bad(f, FRAME_CUT, "there is less than a frame's head");
	c = of_cursor(f->frame, got);
	if (of_u32(&c) != PERSIST_MAGIC)
		return bad(f, FRAME_BAD, "no frame begins there");
	crc = of_u32(&c);
	len = of_u32(&c);
	frame->flags = of_u32(&c);
	frame->batch = of_u64(&c);
	frame->when.up_ms = of_u64(&c);
	frame->when.wall_ms = of_u64(&c);
	if (len > PERSIST_FRAME_MAX)
		return bad(f, FRAME_BAD, "a frame says that it is longer than any is written");
	all = PERSIST_FRAME_HEAD + len + PERSIST_END_BYTES;
	if (all > f->end - at)
		return bad(f, FRAME_CUT, "a frame says that it is longer than the file");
	rc = jio_read_at(f->now.fd, room(f, all), all, at, &got);
	if (rc)
		return rc;
	f->looked += all;
	if (got < all)
		return bad(f, FRAME_CUT, "the file became shorter");
	if (record_crc(f->frame + PERSIST_CRC_FROM, all - PERSIST_CRC_FROM) != crc)
		return bad(f, FRAME_BAD, "a frame's checksum is wrong");
	frame->bytes = all;
	frame->entries = f->frame + PERSIST_FRAME_HEAD;
	frame->len = len;
	return FRAME_GOOD;
}

/* --- what is behind the last whole batch --------------------------------------------------------------------------- */

/* Is there a frame of a later batch than this? Then this one was on the disk once. 0, 1 or an error. What looks like so many frames that
 * it takes too long to read them all is no rest of one that was cut either. */
static int has_later(struct persist_file *f, uint64_t from, uint64_t batch)
{
	static const uint8_t magic[] = { 's', 'w', 'd', 1 };
	uint8_t *bytes = sw_xcalloc(1, SEARCH_BYTES);
	uint64_t most = f->looked + SEARCH_BYTES + SEARCH_TIMES * (f->end - from);
	int found = 0;
	size_t got;

	for (uint64_t at = from; !found; at += got - (sizeof(magic) - 1)) {
		const uint8_t *p = bytes;

		found = jio_read_at(f->now.fd, bytes, SEARCH_BYTES, at, &got);
		if (found || got < PERSIST_FRAME_HEAD)
			break;
		while (!found && (p = memmem(p, bytes + got - p, magic, sizeof(magic)))) {
			struct frame frame;
			int state = look(f, at + (p++ - bytes), &frame);

			found = state < 0 ? state
					  : (state == FRAME_GOOD && frame.batch > batch) ||
						    f->looked > most;
		}
	}
	free(bytes);
	return found;
}

/* The last bytes of a frame's end, as far as the file has them. */
static int last_bytes(struct persist_file *f, uint64_t from, uint8_t last[PERSIST_END_BYTES])
{
	uint8_t bytes[4096];
	size_t got;
	int rc;

	memset(last, 0, PERSIST_END_BYTES);
	for (uint64_t at = from;; at += got) {
		rc = jio_read_at(f->now.fd, bytes, sizeof(bytes), at, &got);
		if (rc || !got)
			return rc;
		for (size_t i = got < PERSIST_END_BYTES ? 0 : got - PERSIST_END_BYTES; i < got;
			i++) {
			memmove(last, last + 1, PERSIST_END_BYTES - 1);
			last[PERSIST_END_BYTES - 1] = bytes[i];
		}
	}
}

/* What does not check: cut while it was written, which was never acknowledged, or damaged? A file whose writing was cut ends in
 * no frame's end; some file systems fill it up with zeros, which no frame ends in. */
static int judge(struct persist_file *f, int state, uint64_t at, uint64_t batch)
{
	static const uint8_t end[PERSIST_END_BYTES] = { 'e', 'n', 'd', 1 };
	uint8_t last[PERSIST_END_BYTES];
	const char *why = f->why;
	int rc = has_later(f, at, batch);

	f->why = why;

	if (!rc)
		rc = last_bytes(f, at, last);
	if (rc)
		return rc < 0 ? rc : FRAME_BAD;
	if (state == FRAME_CUT && memcmp(last, end, sizeof(end)))
		return FRAME_CUT;
	return last[PERSIST_END_BYTES - 1] ? FRAME_BAD : FRAME_CUT;
}

/* --- all of it ------------------------------------------------------------------------------------------------------ */

/* Batch 0: is it a file of this bridge's? 0: no. */
static bool is_ours(const struct persist_file *f, const struct frame *frame)
{
	struct of_cursor c = of_cursor(frame->entries, frame->len);
	struct uuid uuid;

	of_skip(&c, 4 + sizeof(uuid));
	while (of_left(&c)) {
		of_copy(&c, &uuid, sizeof(uuid));
		if (!uuid_cmp(&uuid, &f->uuid))
			return true;
	}
	return false;
}

static bool is_first(const struct frame *frame)
{
	struct of_cursor c = of_cursor(frame->entries, frame->len);

	if (frame->len != PERSIST_FIRST && frame->len != PERSIST_FIRST + sizeof(struct uuid))
		return false;
	return !frame->batch && of_u32(&c) == PERSIST_FORMAT;
}

/* When what is whole was written. */
static void note_time(struct persist_file *f, const struct frame *first)
{
	struct of_cursor c = of_cursor(first->entries, first->len);
	struct uuid boot;

	of_skip(&c, 4);
	of_copy(&c, &boot, sizeof(boot));
	f->same_boot = persist_boot_is(&boot);
	f->last = first->when;
}

uint64_t persist_file_age(const struct persist_file *f, uint64_t made_ms)
{
	struct persist_moment now = persist_now();

	return persist_age(made_ms, &f->last, &now, f->same_boot);
}

/* The frames from `at` on; f->good is where the last whole batch ends. FRAME_END, or what is there instead. */
static int check_batches(struct persist_file *f, uint64_t at)
{
	struct frame frame;
	int state;

	f->good = at;
	f->now.batch = 0;
	while ((state = look(f, at, &frame)) == FRAME_GOOD) {
		if (frame.batch != f->now.batch + 1)
			return bad(f, FRAME_BAD, "a frame is of another batch than comes next");
		at += frame.bytes;
		if (!(frame.flags & PERSIST_LAST))
			continue;
		f->good = at;
		f->last = frame.when;
		f->now.batch++;
	}
	if (state == FRAME_END)
		return at > f->good ? FRAME_CUT : FRAME_END;
	return state < 0 ? state : judge(f, state, at, f->now.batch + 1);
}

static int note_damage(struct persist_file *f, enum persist_found *found)
{
	*found = PERSIST_DAMAGED;
	sw_error(
		"%s/%s is damaged at byte %llu of %llu: %s; the rules of bridge %s are what it says up to "
		"there",
		f->folder, f->name, (unsigned long long)f->good, (unsigned long long)f->end, f->why,
		f->bridge);
	f->precious = true;
	persist_set_aside(f);
	return 0;
}

static int check(struct persist_file *f, enum persist_found *found)
{
	struct frame frame;
	int state = look(f, 0, &frame);

	f->good = 0;
	if (state < 0)
		return state;
	if (state == FRAME_END)
		f->why = "it is empty";
	else if (state == FRAME_GOOD && !is_first(&frame))
		f->why = "it begins with no head of this version";
	if (state != FRAME_GOOD || !is_first(&frame)) {
		/* put in place by rename, so this is on the disk before the name is */
		return note_damage(f, found);
	}
	if (!is_ours(f, &frame)) {
		sw_info("%s/%s is of an earlier bridge %s, which was removed: it is not read",
			f->folder, f->name, f->bridge);
		*found = PERSIST_NOTHING;
		return 0;
	}
	f->at = frame.bytes;
	note_time(f, &frame);
	state = check_batches(f, f->at);
	if (state < 0)
		return state;
	if (state == FRAME_BAD)
		return note_damage(f, found);
	if (state == FRAME_CUT)
		sw_warn("%s/%s: the last %llu bytes are a change whose writing was cut off; it was never "
			"acknowledged and is dropped",
			f->folder, f->name, (unsigned long long)(f->end - f->good));
	*found = PERSIST_WHOLE;
	return 0;
}

int persist_set_aside(struct persist_file *f)
{
	char name[SW_NAME_SIZE + 32];
	int rc = -EEXIST;

	for (int i = 1; rc == -EEXIST && i < 10000; i++) {
		snprintf(name, sizeof(name), "rules-damaged.%d.%s", i, f->bridge);
		rc = jio_link(f->dir, f->name, name);
	}
	if (rc == -ENOENT) { /* where the folder could not be opened nobody knew */
		f->precious = false;
		return 0;
	}
	if (rc) {
		sw_error("%s/%s: the file could not be kept, so nothing is written in its "
			 "place: %s",
			f->folder, f->name, strerror(-rc));
		return rc;
	}
	sw_error("%s/%s: the file is kept as %s", f->folder, f->name, name);
	f->precious = false;
	return 0;
}

int persist_file_open(struct persist_file *f, enum persist_found *found, struct sw_err *err)
{
	int rc = persist_file_folder(f, err);

	*found = PERSIST_NOTHING;
	f->sound = false;
	if (rc)
		return rc;
	jio_unlink(f->dir, f->new_name); /* of a process before; it may be read-only */
	rc = jio_open_to_read(f->dir, f->name);
	if (rc == -ENOENT)
		return 0;
	if (rc < 0)
		return persist_fault(f, rc, "opening the file", err);
	f->now.fd = rc;
	rc = jio_size(f->now.fd, &f->end);
	if (!rc)
		rc = check(f, found);
	f->now.bytes = f->base = f->good;
	return rc ? persist_fault(f, rc, "reading the file", err) : 0;
}

int persist_file_read(
	struct persist_file *f, const uint8_t **entries, size_t *len, struct sw_err *err)
{
	struct frame frame;
	int rc;

	*len = 0;
	while (!*len && f->now.fd >= 0 && f->at < f->good) {
		rc = look(f, f->at, &frame);
		if (rc)
			return persist_fault(f, rc < 0 ? rc : -EIO, "reading the file", err);
		f->at += frame.bytes;
		*entries = frame.entries;
		*len = frame.len;
	}
	if (!*len) {
		free(f->frame);
		f->frame = NULL;
		f->size = 0;
	}
	return 0;
}
