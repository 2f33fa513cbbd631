/* SPDX-License-Identifier: BSD-3-Clause */
/* See persist_hand.h. */
#include "persist_hand.h"

#include "swtest.h"

#include <sw/err.h>

#include "../../src/ctl/of/codec/cursor.h"

#define WORDS 40 /* of an entry, all the same: half of one shows */

const struct uuid hand_uuid = { { 1, 2, 3, 4, 5 } };

static void put_entry(struct of_buf *buf, unsigned key, uint32_t value)
{
	of_put_u32(buf, key);
	for (unsigned i = 0; i < WORDS; i++)
		of_put_u32(buf, value);
}

void hand_put(struct persist_chunks *out, const struct hand_table *t, unsigned from, unsigned to,
	unsigned per)
{
	struct of_buf *buf = NULL;

	for (unsigned key = from; key < to; key++) {
		if (!buf || (key - from) % per == 0)
			buf = persist_chunk_add(out);
		put_entry(buf, key, t->of[key]);
	}
}

void hand_change(struct persist_chunks *out, struct hand_table *t, uint32_t value, uint64_t *seed)
{
	unsigned n = 1 + swtest_rand(seed) % 6, key = swtest_rand(seed);
	unsigned per = 1 + swtest_rand(seed) % 3;
	struct of_buf *buf = NULL;

	for (unsigned i = 0; i < n; i++, key += 7) {
		if (i % per == 0)
			buf = persist_chunk_add(out);
		t->of[key % HAND_KEYS] = value;
		put_entry(buf, key % HAND_KEYS, value);
	}
}

static bool take_entry(struct of_cursor *c, struct hand_table *t)
{
	unsigned key = of_u32(c);
	uint32_t value = of_u32(c);

	for (unsigned i = 1; i < WORDS; i++)
		if (of_u32(c) != value)
			return false;
	if (c->over || key >= HAND_KEYS)
		return false;
	t->of[key] = value;
	return true;
}

static bool read_all(struct persist_file *f, struct hand_table *t)
{
	const uint8_t *entries;
	struct sw_err err;
	size_t len;

	for (;;) {
		struct of_cursor c;

		if (persist_file_read(f, &entries, &len, &err))
			return false;
		if (!len)
			return true;
		c = of_cursor(entries, len);
		while (of_left(&c))
			if (!take_entry(&c, t))
				abort(); /* a frame that was checked and says something else */
	}
}

struct persist_file *hand_open(const char *folder, struct hand_table *t, enum persist_found *found)
{
	struct persist_file *f = persist_file_new(folder, "br0", &hand_uuid);
	struct sw_err err;

	memset(t, 0, sizeof(*t));
	if (!persist_file_open(f, found, &err) && read_all(f, t))
		return f;
	persist_file_free(f);
	return NULL;
}

bool hand_rewrite(struct persist_file *f, const struct hand_table *t)
{
	struct persist_chunks chunks = TAILQ_HEAD_INITIALIZER(chunks);
	struct sw_err err;
	bool ok;

	hand_put(&chunks, t, 0, HAND_KEYS, 5);
	ok = !persist_file_begin(f, &err) && !persist_file_add(f, &chunks, &err) &&
	     !persist_file_swap(f, &err);
	persist_chunks_free(&chunks);
	return ok;
}

bool hand_append(struct persist_file *f, struct hand_table *t, uint32_t value, uint64_t *seed)
{
	struct persist_chunks chunks = TAILQ_HEAD_INITIALIZER(chunks);
	struct sw_err err;
	int rc;

	hand_change(&chunks, t, value, seed);
	rc = persist_file_append(f, &chunks, &err);
	persist_chunks_free(&chunks);
	return !rc;
}
