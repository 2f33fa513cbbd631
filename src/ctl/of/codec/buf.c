/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See buf.h. Control thread.
 */
#include "buf.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define BUF_MIN 256

uint8_t *of_room(struct of_buf *b, size_t n)
{
	uint8_t *room;

	if (b->len + n > b->size) {
		size_t size = b->size ? b->size : BUF_MIN;

		while (size < b->len + n)
			size *= 2;
		b->bytes = sw_xrealloc(b->bytes, size, 1);
		b->size = size;
	}
	room = b->bytes + b->len;
	memset(room, 0, n);
	b->len += n;
	return room;
}

void of_put(struct of_buf *b, const void *bytes, size_t n)
{
	if (n)
		memcpy(of_room(b, n), bytes, n);
}

static void put_number(uint8_t *at, uint64_t v, unsigned n)
{
	while (n--) {
		at[n] = v;
		v >>= 8;
	}
}

void of_put_u8(struct of_buf *b, uint8_t v)
{
	*of_room(b, 1) = v;
}

void of_put_u16(struct of_buf *b, uint16_t v)
{
	put_number(of_room(b, 2), v, 2);
}

void of_put_u32(struct of_buf *b, uint32_t v)
{
	put_number(of_room(b, 4), v, 4);
}

void of_put_u64(struct of_buf *b, uint64_t v)
{
	put_number(of_room(b, 8), v, 8);
}

void of_put_text(struct of_buf *b, const char *text, size_t n)
{
	size_t len = strnlen(text, n - 1);

	memcpy(of_room(b, n), text, len);
}

void of_put_duration(struct of_buf *b, uint64_t ms)
{
	of_put_u32(b, ms / 1000);
	of_put_u32(b, ms % 1000 * 1000000);
}

void of_pad8(struct of_buf *b, size_t start)
{
	of_room(b, -(b->len - start) & 7);
}

void of_patch_u16(struct of_buf *b, size_t at, uint16_t v)
{
	put_number(b->bytes + at, v, 2);
}

void of_patch_u32(struct of_buf *b, size_t at, uint32_t v)
{
	put_number(b->bytes + at, v, 4);
}

void of_buf_fini(struct of_buf *b)
{
	free(b->bytes);
	memset(b, 0, sizeof(*b));
}
