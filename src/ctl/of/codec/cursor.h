/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The one reader of bytes that a peer sent. What is not there reads as 0 and marks the cursor: a decoder reads a
 * whole fixed part and asks once, and nothing is ever read outside of [at, end). Lengths that the bytes themselves
 * give become a cursor of their own (of_sub), so that an inner part cannot reach into the outer one.
 *
 * Numbers are in network order and need not be aligned. Any thread.
 */
#ifndef CTL_OF_CURSOR_H
#define CTL_OF_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct of_cursor {
	const uint8_t *at, *end;
	bool over; /* more was asked for than is there */
};

static inline struct of_cursor of_cursor(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;

	return (struct of_cursor){ at, len ? at + len : at, false }; /* NULL of 0 bytes is fine */
}

static inline size_t of_left(const struct of_cursor *c)
{
	return c->end - c->at;
}

/* n bytes, or NULL when they are not there. */
static inline const uint8_t *of_take(struct of_cursor *c, size_t n)
{
	const uint8_t *at = c->at;

	if (n > of_left(c)) {
		c->over = true;
		c->at = c->end;
		return NULL;
	}
	c->at += n;
	return at;
}

static inline void of_skip(struct of_cursor *c, size_t n)
{
	of_take(c, n);
}

static inline uint64_t of_number(struct of_cursor *c, unsigned n)
{
	const uint8_t *p = of_take(c, n);
	uint64_t v = 0;

	for (unsigned i = 0; p && i < n; i++)
		v = v << 8 | p[i];
	return v;
}

static inline uint8_t of_u8(struct of_cursor *c)
{
	return of_number(c, 1);
}

static inline uint16_t of_u16(struct of_cursor *c)
{
	return of_number(c, 2);
}

static inline uint32_t of_u32(struct of_cursor *c)
{
	return of_number(c, 4);
}

static inline uint64_t of_u64(struct of_cursor *c)
{
	return of_number(c, 8);
}

/* Copy n bytes; zeros when they are not there. */
static inline void of_copy(struct of_cursor *c, void *to, size_t n)
{
	const uint8_t *p = of_take(c, n);

	if (p)
		memcpy(to, p, n);
	else
		memset(to, 0, n);
}

/* Are the next n bytes there, and all zero? They are taken. */
static inline bool of_zeros(struct of_cursor *c, size_t n)
{
	const uint8_t *p = of_take(c, n);
	uint8_t any = 0;

	for (size_t i = 0; p && i < n; i++)
		any |= p[i];
	return p && !any;
}

/* The next n bytes as a cursor of their own, taken from this one; empty and over when they are not there. */
static inline struct of_cursor of_sub(struct of_cursor *c, size_t n)
{
	const uint8_t *p = of_take(c, n);

	return (struct of_cursor){ p ? p : c->end, p ? p + n : c->end, !p };
}

#endif
