/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: the file of a bridge's rules. The first byte says what the rest is: bytes of a file; the same with the magic, the checksum
 * and the end of each frame put right, so that what is in them is looked at; or entries of one batch. Whatever
 * there is, opening ends well, with a file that is whole, another's, or damaged, which is said with what is wrong; no more is kept than
 * the file has; each entry can be freed or is refused with a reason; and a new file takes its place.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_common.h>

#include <sw/err.h>
#include <sw/log.h>
#include <sw/reg.h>

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/of/codec/cursor.h"
#include "../../src/ctl/persist/entry.h"
#include "../../src/ctl/persist/file_in.h"
#include "../../src/ctl/record.h"

#define DAMAGED_MAX 9 /* copies that are kept */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct uuid uuid = { { 1, 2, 3, 4, 5 } };
static char dir[64], path[80];
static bool said; /* the damage, and what is wrong */

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void listen_to(void *arg, const char *line)
{
	const char *at = strstr(line, "is damaged at byte ");

	if (!at)
		return;
	at = strstr(at, ": ");
	said = at && at[2] != ';' && strncmp(at + 2, "(null)", 6) != 0;
}

static void remove_all(void)
{
	char name[128];

	unlink(path);
	for (unsigned i = 1; i <= DAMAGED_MAX; i++) {
		snprintf(name, sizeof(name), "%s/rules-damaged.%u.br0", dir, i);
		unlink(name);
	}
	snprintf(name, sizeof(name), "%s/rules-new.br0", dir);
	unlink(name);
}

static void remove_folder(void)
{
	remove_all();
	rmdir(dir);
}

static bool set_up(void)
{
	struct sw_err err = { 0 };

	if (dir[0])
		return true;
	if (sw_reg_seal(&err) || of_actions_build(&err))
		return false;
	snprintf(dir, sizeof(dir), "%s/swfuzz.XXXXXX",
		access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
	require(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/rules.br0", dir);
	atexit(remove_folder);
	sw_log_sink(listen_to, NULL);
	return true;
}

static void spill(const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	require(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	close(fd);
}

static void patch(uint8_t *at, uint32_t value)
{
	struct of_buf buf = { .bytes = at, .size = 4 };

	of_put_u32(&buf, value);
}

/* What frames say of their lengths is believed, as far as there are bytes. */
static void put_right(uint8_t *bytes, size_t len)
{
	for (size_t at = 0, all; len - at >= PERSIST_FRAME_HEAD + PERSIST_END_BYTES; at += all) {
		struct of_cursor c = of_cursor(bytes + at + 8, 4);

		all = PERSIST_FRAME_HEAD + PERSIST_END_BYTES + (size_t)of_u32(&c);
		if (all > len - at)
			return;
		patch(bytes + at, PERSIST_MAGIC);
		patch(bytes + at + all - PERSIST_END_BYTES, PERSIST_END);
		patch(bytes + at + 4,
			record_crc(bytes + at + PERSIST_CRC_FROM, all - PERSIST_CRC_FROM));
	}
}

static bool is_there(const char *name)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s/%s", dir, name);
	return !access(whole, F_OK);
}

static void take_entries(const uint8_t *bytes, size_t len)
{
	struct of_cursor c = of_cursor(bytes, len);

	while (of_left(&c)) {
		const uint8_t *was = c.at;
		struct persist_entry e;
		struct sw_err err = { 0 };

		if (persist_get(&c, &e, &err))
			require(err.text[0]);
		else
			persist_entry_fini(&e);
		require(c.at > was);
	}
}

/* All that it says. */
static void take_all(struct persist_file *f, size_t size)
{
	const uint8_t *entries;
	struct sw_err err;
	size_t len, sum = 0;

	do {
		require(!persist_file_read(f, &entries, &len, &err));
		require(f->size <= RTE_MAX(size, (size_t)PERSIST_CHUNK_BYTES));
		take_entries(entries, len);
		sum += len;
	} while (len);
	require(sum <= size && !f->frame);
	persist_file_age(f, size);
}

static void write_anew(struct persist_file *f)
{
	enum persist_found found;
	struct sw_err err;

	require(!persist_file_begin(f, &err) && !persist_file_swap(f, &err));
	persist_file_free(f);
	f = persist_file_new(dir, "br0", &uuid);
	require(!persist_file_open(f, &found, &err) && found == PERSIST_WHOLE);
	persist_file_free(f);
}

static void read_file(size_t size)
{
	struct persist_file *f = persist_file_new(dir, "br0", &uuid);
	enum persist_found found;
	struct sw_err err;

	said = false;
	require(!persist_file_open(f, &found, &err));
	require(said == (found == PERSIST_DAMAGED));
	require(is_there("rules-damaged.1.br0") == (found == PERSIST_DAMAGED));
	require(f->size <= RTE_MAX(size, (size_t)PERSIST_CHUNK_BYTES));
	take_all(f, size);
	write_anew(f);
	remove_all();
}

/* The bytes come back as they are, by way of a file. */
static void read_batch(const uint8_t *bytes, size_t len)
{
	struct persist_chunks chunks = TAILQ_HEAD_INITIALIZER(chunks);
	struct persist_file *f = persist_file_new(dir, "br0", &uuid);
	const uint8_t *entries;
	enum persist_found found;
	struct sw_err err;
	size_t got;

	of_put(persist_chunk_room(&chunks), bytes, len);
	require(!persist_file_begin(f, &err) && !persist_file_add(f, &chunks, &err) &&
		!persist_file_swap(f, &err));
	persist_chunks_free(&chunks);
	persist_file_free(f);
	f = persist_file_new(dir, "br0", &uuid);
	require(!persist_file_open(f, &found, &err) && found == PERSIST_WHOLE);
	require(!persist_file_read(f, &entries, &got, &err) && got == len);
	require(!len || !memcmp(entries, bytes, len));
	take_entries(entries, len);
	persist_file_free(f);
	remove_all();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;

	if (!size || !set_up())
		return 0;
	bytes = malloc(size); /* one more than there are, so that it is never of 0 bytes */
	memcpy(bytes, data + 1, size - 1);
	if (data[0] % 3 == 2) {
		read_batch(bytes, size - 1);
	} else {
		if (data[0] % 3 == 1)
			put_right(bytes, size - 1);
		spill(bytes, size - 1);
		read_file(size - 1);
	}
	free(bytes);
	return 0;
}
