/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing the file of a bridge's rules; see file.h.
 */
#include "file_in.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "../disk_fault.h"
#include "../journal_io.h"
#include "../record.h"

/* --- chunks ------------------------------------------------------------------------------------------------------- */

struct of_buf *persist_chunk_add(struct persist_chunks *chunks)
{
	struct persist_chunk *c = sw_xcalloc(1, sizeof(*c));

	of_room(&c->buf, PERSIST_FRAME_HEAD);
	TAILQ_INSERT_TAIL(chunks, c, list);
	return &c->buf;
}

struct of_buf *persist_chunk_room(struct persist_chunks *chunks)
{
	struct persist_chunk *c = TAILQ_LAST(chunks, persist_chunks);

	return c && !c->ended && c->buf.len < PERSIST_CHUNK_BYTES ? &c->buf
								  : persist_chunk_add(chunks);
}

void persist_chunks_free(struct persist_chunks *chunks)
{
	struct persist_chunk *c;

	while ((c = TAILQ_FIRST(chunks))) {
		TAILQ_REMOVE(chunks, c, list);
		of_buf_fini(&c->buf);
		free(c);
	}
}

/* --- the file ----------------------------------------------------------------------------------------------------- */

struct persist_file *persist_file_new(
	const char *folder, const char *bridge, const struct uuid *uuid)
{
	struct persist_file *f = sw_xcalloc(1, sizeof(*f));

	f->folder = sw_xstrdup(folder);
	snprintf(f->bridge, sizeof(f->bridge), "%s", bridge);
	snprintf(f->name, sizeof(f->name), "rules.%s", f->bridge);
	snprintf(f->new_name, sizeof(f->new_name), "rules-new.%s", f->bridge);
	f->uuid = f->former = *uuid;
	f->dir = f->now.fd = f->next.fd = -1;
	return f;
}

void persist_file_rename(struct persist_file *f, const struct uuid *uuid, const struct uuid *former)
{
	f->uuid = *uuid;
	f->former = *former;
}

void persist_file_free(struct persist_file *f)
{
	if (!f)
		return;
	persist_file_give_up(f);
	jio_close(f->now.fd);
	jio_close(f->dir);
	free(f->frame);
	free(f->folder);
	free(f);
}

const char *persist_file_name(const struct persist_file *f)
{
	return f->name;
}

bool persist_file_is_sound(const struct persist_file *f)
{
	return f->sound;
}

uint64_t persist_file_bytes(const struct persist_file *f)
{
	return f->now.bytes;
}

uint64_t persist_file_base(const struct persist_file *f)
{
	return f->base;
}

int persist_fault(const struct persist_file *f, int rc, const char *what, struct sw_err *err)
{
	char noun[SW_NAME_SIZE + 32], path[512];

	snprintf(noun, sizeof(noun), "rules of bridge %s", f->bridge);
	snprintf(path, sizeof(path), "%s/%s", f->folder, f->name);
	disk_fault(err, rc, noun, what, path);
	return rc;
}

int persist_file_folder(struct persist_file *f, struct sw_err *err)
{
	int rc;

	if (f->dir >= 0)
		return 0;
	rc = jio_open_dir(f->folder);
	if (rc < 0)
		return persist_fault(f, rc, "opening the folder", err);
	f->dir = rc;
	return 0;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static int put_frame(
	const struct persist_out *out, struct persist_chunk *c, uint64_t at, bool is_last)
{
	struct of_buf *buf = &c->buf;
	struct of_buf head = { .bytes = buf->bytes, .size = PERSIST_FRAME_HEAD };
	struct persist_moment now = persist_now();

	if (!c->ended)
		of_put_u32(buf, PERSIST_END);
	c->ended = true;
	head.bytes = buf->bytes;
	of_put_u32(&head, PERSIST_MAGIC);
	of_put_u32(&head, 0);
	of_put_u32(&head, buf->len - PERSIST_FRAME_HEAD - PERSIST_END_BYTES);
	of_put_u32(&head, is_last ? PERSIST_LAST : 0);
	of_put_u64(&head, out->batch + 1);
	of_put_u64(&head, now.up_ms);
	of_put_u64(&head, now.wall_ms);
	of_patch_u32(
		&head, 4, record_crc(buf->bytes + PERSIST_CRC_FROM, buf->len - PERSIST_CRC_FROM));
	return jio_write(out->fd, buf->bytes, buf->len, at);
}

/* On an error nothing of it counts. */
static int put_batch(struct persist_out *out, struct persist_chunks *chunks)
{
	uint64_t at = out->bytes;
	struct persist_chunk *c;
	int rc = 0;

	TAILQ_FOREACH (c, chunks, list) {
		rc = put_frame(out, c, at, !TAILQ_NEXT(c, list));
		if (rc)
			return rc;
		at += c->buf.len;
	}
	if (at > out->bytes)
		out->batch++;
	out->bytes = at;
	return 0;
}

int persist_file_append(struct persist_file *f, struct persist_chunks *chunks, struct sw_err *err)
{
	const char *what = "writing";
	int rc = put_batch(&f->now, chunks);

	if (!rc) {
		what = "syncing";
		rc = jio_sync(f->now.fd);
	}
	f->sound = f->sound && !rc;
	return rc ? persist_fault(f, rc, what, err) : 0;
}

/* --- another in its place ----------------------------------------------------------------------------------------- */

static int put_first(struct persist_file *f)
{
	struct persist_chunks chunks = TAILQ_HEAD_INITIALIZER(chunks);
	struct of_buf *buf = persist_chunk_room(&chunks);
	struct uuid boot = persist_boot();
	int rc;

	of_put_u32(buf, PERSIST_FORMAT);
	of_put(buf, &boot, sizeof(boot));
	of_put(buf, &f->uuid, sizeof(f->uuid));
	if (uuid_cmp(&f->uuid, &f->former))
		of_put(buf, &f->former, sizeof(f->former));
	f->next.bytes = 0;
	f->next.batch = UINT64_MAX; /* so that this is 0 */
	rc = put_batch(&f->next, &chunks);
	persist_chunks_free(&chunks);
	return rc;
}

static int fail_next(struct persist_file *f, int rc, const char *what, struct sw_err *err)
{
	persist_file_give_up(f);
	return persist_fault(f, rc, what, err);
}

int persist_file_begin(struct persist_file *f, struct sw_err *err)
{
	int rc = persist_file_folder(f, err);

	if (rc)
		return rc;
	persist_file_give_up(f);
	if (f->precious) {
		rc = persist_set_aside(f);
		if (rc)
			return persist_fault(f, rc, "keeping the old file", err);
	}
	rc = jio_open(f->dir, f->new_name, true);
	if (rc < 0)
		return persist_fault(f, rc, "making a new file", err);
	f->next.fd = rc;
	rc = put_first(f);
	return rc ? fail_next(f, rc, "writing a new file", err) : 0;
}

int persist_file_add(struct persist_file *f, struct persist_chunks *chunks, struct sw_err *err)
{
	int rc = put_batch(&f->next, chunks);

	return rc ? fail_next(f, rc, "writing a new file", err) : 0;
}

int persist_file_swap(struct persist_file *f, struct sw_err *err)
{
	int rc = jio_sync(f->next.fd);

	if (rc)
		return fail_next(f, rc, "syncing a new file", err);
	rc = jio_rename(f->dir, f->new_name, f->name);
	if (rc)
		return fail_next(f, rc, "putting a new file in place", err);
	jio_close(f->now.fd);
	f->now = f->next;
	f->next.fd = -1;
	f->base = f->now.bytes;
	rc = jio_sync_dir(f->dir);
	f->sound = !rc;
	return rc ? persist_fault(f, rc, "syncing the folder", err) : 0;
}

void persist_file_give_up(struct persist_file *f)
{
	if (f->next.fd < 0)
		return;
	jio_close(f->next.fd);
	f->next.fd = -1;
	jio_unlink(f->dir, f->new_name);
}

void persist_file_keep(struct persist_file *f)
{
	f->precious = true;
}

int persist_file_remove(struct persist_file *f, struct sw_err *err)
{
	int rc = persist_file_folder(f, err);

	if (rc)
		return rc;
	persist_file_give_up(f);
	jio_close(f->now.fd);
	f->now.fd = -1;
	f->sound = false;
	rc = jio_unlink(f->dir, f->name);
	if (!rc)
		rc = jio_sync_dir(f->dir);
	return rc ? persist_fault(f, rc, "removing the file", err) : 0;
}
