/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bare socket as a stream. Control thread.
 */
#include "stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

static ssize_t socket_recv(struct of_stream *stream, void *buf, size_t size)
{
	ssize_t n = recv(stream->fd, buf, size, MSG_DONTWAIT);

	return n < 0 ? (errno == EINTR ? -EAGAIN : -errno) : n;
}

static ssize_t socket_send(struct of_stream *stream, const void *buf, size_t len)
{
	ssize_t n = send(stream->fd, buf, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	return n < 0 ? (errno == EINTR ? -EAGAIN : -errno) : n;
}

static void socket_close(struct of_stream *stream)
{
	close(stream->fd);
	stream->fd = -1;
}

const struct of_stream_class of_stream_unix = {
	.name = "unix",
	.recv = socket_recv,
	.send = socket_send,
	.close = socket_close,
};
