/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lines of a stream socket, both ways: bytes go in as they come and whole lines come out; lines go in
 * and bytes leave as the peer takes them. Neither does input or output itself, so that the daemon's loop
 * and a blocking client use the same code. Both ends of the control protocol (one message a line) are
 * built on it.
 *
 * room: base. Thread: any but workers; one owner at a time. Cost: linear in the bytes, however they come.
 */
#ifndef SW_LINE_H
#define SW_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define SW_MESSAGE_MAX	(1024 * 1024)	  /* bytes of one message of the control protocol */
#define SW_DOCUMENT_MAX (8 * 1024 * 1024) /* of a configuration that is applied, in parts */

/* Bytes that are taken at the front and added at the end. */
struct sw_bytes {
	char *buf;
	size_t start, len, size; /* content: buf[start .. start+len) */
};

/* Room for `want` more bytes at the end; valid until the next call. */
char *sw_bytes_room(struct sw_bytes *b, size_t want);
void sw_bytes_add(struct sw_bytes *b, const void *p, size_t n);
/* All that `from` has; it is empty then. Nothing is copied where b is empty: bytes in megabytes. */
void sw_bytes_join(struct sw_bytes *b, struct sw_bytes *from);
/* Take n <= len bytes away from the front; memory that is no longer needed goes back. */
void sw_bytes_take(struct sw_bytes *b, size_t n);
void sw_bytes_fini(struct sw_bytes *b);

/* Reader of lines of at most max bytes, the newline not counted. */
struct sw_line {
	struct sw_bytes in;
	size_t max;
	size_t taken;	/* bytes at the front of `in` that the line given out last occupies */
	unsigned ready; /* whole lines that wait */
	bool skipping;	/* inside a line that is too long: throw away up to its newline */
};

enum sw_line_got { SW_LINE_NONE, SW_LINE_WHOLE, SW_LINE_TOO_LONG };

void sw_line_init(struct sw_line *l, size_t max);
void sw_line_fini(struct sw_line *l);

/* Where to read up to `want` bytes, and how many came. */
char *sw_line_room(struct sw_line *l, size_t want);
void sw_line_filled(struct sw_line *l, size_t n);

/* The next whole line, without its newline and not terminated; valid until the next call with `l`.
 * SW_LINE_TOO_LONG comes once for a line over max, as soon as that is certain; the line is lost. */
enum sw_line_got sw_line_next(struct sw_line *l, const char **line, size_t *len);

/* Bytes of a line that is not whole yet: what an end of file cuts off. */
size_t sw_line_partial(const struct sw_line *l);

#endif
