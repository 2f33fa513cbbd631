/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What carries a connection's bytes: a socket, and what may lie on top of it. A stream never blocks.
 *
 * Thread: control.
 */
#ifndef CTL_OF_STREAM_H
#define CTL_OF_STREAM_H

#include <stddef.h>
#include <sys/types.h>

struct of_stream;

struct of_stream_class {
	const char *name; /* "unix" */
	/* Bytes, 0 at the end of what the peer sends, or a negative errno; -EAGAIN: when the socket is ready again. */
	ssize_t (*recv)(struct of_stream *stream, void *buf, size_t size);
	ssize_t (*send)(struct of_stream *stream, const void *buf, size_t len);
	void (*close)(struct of_stream *stream);
};

struct of_stream {
	const struct of_stream_class *cls;
	int fd;
	void *state; /* of the class */
};

extern const struct of_stream_class of_stream_unix;

#endif
