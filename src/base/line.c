/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of a stream socket. Newlines are counted as bytes arrive, so that an owner can ask how many whole
 * lines wait and stop reading; a line that outgrows its limit is thrown away as it arrives, so that a
 * peer that never sends a newline costs no memory.
 */
#include <sw/line.h>

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define BYTES_MIN  4096
#define BYTES_KEEP (64 * 1024) /* an empty buffer larger than this is given back */

char *sw_bytes_room(struct sw_bytes *b, size_t want)
{
	if (b->start && b->start + b->len + want > b->size) {
		memmove(b->buf, b->buf + b->start, b->len);
		b->start = 0;
	}
	if (b->len + want > b->size) {
		size_t size = b->size ? b->size : BYTES_MIN;

		while (size < b->len + want)
			size *= 2;
		b->buf = sw_xrealloc(b->buf, size, 1);
		b->size = size;
	}
	return b->buf + b->start + b->len;
}

void sw_bytes_add(struct sw_bytes *b, const void *p, size_t n)
{
	if (!n)
		return;
	memcpy(sw_bytes_room(b, n), p, n);
	b->len += n;
}

void sw_bytes_join(struct sw_bytes *b, struct sw_bytes *from)
{
	struct sw_bytes had = *b;

	if (b->len) {
		sw_bytes_add(b, from->buf + from->start, from->len);
	} else {
		*b = *from;
		*from = had;
	}
	sw_bytes_fini(from);
}

void sw_bytes_take(struct sw_bytes *b, size_t n)
{
	b->start += n;
	b->len -= n;
	if (b->len)
		return;
	b->start = 0;
	if (b->size > BYTES_KEEP)
		sw_bytes_fini(b);
}

void sw_bytes_fini(struct sw_bytes *b)
{
	free(b->buf);
	memset(b, 0, sizeof(*b));
}

void sw_line_init(struct sw_line *l, size_t max)
{
	memset(l, 0, sizeof(*l));
	l->max = max;
}

void sw_line_fini(struct sw_line *l)
{
	sw_bytes_fini(&l->in);
}

static void forget_taken(struct sw_line *l)
{
	if (l->taken)
		sw_bytes_take(&l->in, l->taken);
	l->taken = 0;
}

char *sw_line_room(struct sw_line *l, size_t want)
{
	forget_taken(l);
	return sw_bytes_room(&l->in, want);
}

void sw_line_filled(struct sw_line *l, size_t n)
{
	const char *p = l->in.buf + l->in.start + l->in.len;
	const char *end = p + n, *nl;

	if (!n)
		return;
	l->in.len += n;
	if (l->skipping) {
		/* Nothing but the rest of the long line is in the buffer: sw_line_next() emptied it. */
		nl = memchr(p, '\n', n);
		sw_bytes_take(&l->in, nl ? (size_t)(nl + 1 - p) : n);
		if (!nl)
			return;
		l->skipping = false;
		p = nl + 1;
		if (p == end)
			return;
	}
	for (; (nl = memchr(p, '\n', end - p)); p = nl + 1) {
		l->ready++;
		if (nl + 1 == end)
			break;
	}
}

enum sw_line_got sw_line_next(struct sw_line *l, const char **line, size_t *len)
{
	const char *p, *nl;

	forget_taken(l);
	p = l->in.buf + l->in.start;
	if (!l->ready) {
		if (l->skipping || l->in.len <= l->max)
			return SW_LINE_NONE;
		l->skipping = true;
		sw_bytes_take(&l->in, l->in.len);
		return SW_LINE_TOO_LONG;
	}
	nl = memchr(p, '\n', l->in.len);
	l->ready--;
	l->taken = nl + 1 - p;
	if ((size_t)(nl - p) > l->max)
		return SW_LINE_TOO_LONG;
	*line = p;
	*len = nl - p;
	return SW_LINE_WHOLE;
}

size_t sw_line_partial(const struct sw_line *l)
{
	const char *p = l->in.buf + l->in.start + l->taken;
	size_t n = l->in.len - l->taken;
	const char *nl = n ? memrchr(p, '\n', n) : NULL;

	return nl ? (size_t)(p + n - nl - 1) : n;
}
