/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One client of the control socket. Control thread.
 *
 * Bounded in every direction: at most READ_CHUNK bytes a wake-up, one request a turn, API_WAITING_MAX
 * requests read ahead (then its socket is left alone until it catches up), one request under way, so
 * answers come in the order of the questions. What it does not read is kept up to API_OUTPUT_MAX.
 */
#include "client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>
#include <rte_common.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "../input.h"
#include "../loop.h"
#include "writer.h"

SW_LOG(api, "control socket: clients that come, go and are dropped");

#define READ_CHUNK (64 * 1024)
#define SEND_CHUNK (512 * 1024)

/* Is there room to read ahead? */
static bool wants_input(const struct api_client *c)
{
	return !c->eof && !c->dropped && c->in.ready < API_WAITING_MAX && c->in.in.len <= c->in.max;
}

static void watch_input(struct api_client *c)
{
	if (wants_input(c))
		event_add(c->readable, NULL);
	else if (!c->dropped)
		event_del(c->readable);
}

/* All it asked is answered and it will ask no more. */
static bool is_finished(const struct api_client *c)
{
	return c->eof && !c->busy && !c->writer && !c->out.len && !c->stream &&
	       !api_client_ready(c);
}

bool api_client_ready(const struct api_client *c)
{
	return c->dropped || c->writer ||
	       (!c->busy && (c->in.ready || (!c->in.skipping && c->in.in.len > c->in.max)));
}

void api_client_drop(struct api_client *c, const char *why)
{
	if (c->dropped)
		return;
	if (why) {
		sw_warn("client %s (pid %d) dropped: %s", c->peer.user, (int)c->peer.pid, why);
		api_server_count_drop();
	}
	c->dropped = true;
	if (c->stream)
		c->stream->gone(c);
	event_del(c->readable);
	event_del(c->writable);
	close(c->fd);
	c->fd = -1;
	input_free(c->input);
	c->input = NULL;
	if (c->busy) {
		c->busy->cancel(c->busy);
		api_call_free(c->busy);
		c->busy = NULL;
	}
	api_server_wake(c);
}

static void flush_output(struct api_client *c)
{
	size_t sent = 0;
	ssize_t n = 0;

	while (c->out.len) {
		bool enough = sent >= SEND_CHUNK; /* the rest in another round of the loop */

		if (!enough)
			n = send(c->fd, c->out.buf + c->out.start,
				RTE_MIN(c->out.len, SEND_CHUNK - sent),
				MSG_NOSIGNAL | MSG_DONTWAIT);
		if (!enough && n < 0 && errno == EINTR)
			continue;
		if (enough || (n < 0 && errno == EAGAIN)) {
			event_add(c->writable, NULL);
			return;
		}
		if (n <= 0) {
			api_client_drop(c, NULL); /* went away: its right */
			return;
		}
		sent += n;
		sw_bytes_take(&c->out, n);
		c->unread_since_ms = sw_clock_ms();
	}
	event_del(c->writable);
	if (is_finished(c))
		api_client_drop(c, NULL);
	else if (c->stream)
		c->stream->room(c);
}

void api_client_put(struct api_client *c, struct sw_bytes *text)
{
	if (!c->out.len)
		c->unread_since_ms = sw_clock_ms();
	sw_bytes_join(&c->out, text);
	flush_output(c);
}

void api_client_last_words(struct api_client *c, const char *line)
{
	const char *start = c->out.buf + c->out.start;
	const char *end = c->out.len ? memchr(start, '\n', c->out.len) : NULL;
	int room = 0;
	socklen_t size = sizeof(room);

	c->out.len = end ? end + 1 - start : 0;
	/* It reads nothing, so its buffer is full: a larger one takes a few lines more. */
	if (!getsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &room, &size))
		setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &room, size);
	sw_bytes_add(&c->out, line, strlen(line));
	(void)!send(c->fd, c->out.buf + c->out.start, c->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void api_client_go_on(struct api_client *c)
{
	if (!c->dropped && is_finished(c))
		api_client_drop(c, NULL);
	else if (api_client_ready(c))
		api_server_wake(c);
}

static void refuse_long_message(struct api_client *c)
{
	struct sw_err err;

	sw_err_set(&err, SW_CODE_LIMIT, "the message is too long");
	sw_err_allowed(&err, "at most %d bytes", RPC_MESSAGE_MAX);
	sw_err_hint(&err, "send it in parts");
	api_client_send(c, rpc_error(NULL, rpc_number(SW_CODE_LIMIT), &err, NULL));
}

static void next_message(struct api_client *c)
{
	const char *line;
	size_t len;

	switch (sw_line_next(&c->in, &line, &len)) {
	case SW_LINE_WHOLE:
		/* An empty line is no message: people press return. */
		if (len && !(len == 1 && *line == '\r'))
			api_call_begin(c, line, len);
		break;
	case SW_LINE_TOO_LONG:
		refuse_long_message(c);
		break;
	case SW_LINE_NONE:
		break;
	}
}

void api_client_step(struct api_client *c)
{
	if (c->writer)
		api_client_write_on(c);
	else
		next_message(c);
	if (c->dropped)
		return;
	if (is_finished(c))
		api_client_drop(c, NULL);
	else
		watch_input(c);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("api read");
	struct api_client *c = arg;
	unsigned had = c->in.ready;
	ssize_t n = recv(fd, sw_line_room(&c->in, READ_CHUNK), READ_CHUNK, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		api_client_drop(c, NULL);
		return;
	}
	if (!n) {
		/* It may have closed its sending side only: what is whole is still answered. */
		c->eof = true;
		if (is_finished(c)) {
			api_client_drop(c, NULL);
			return;
		}
	} else {
		bool fresh = !sw_line_partial(&c->in) && !c->in.skipping;

		sw_line_filled(&c->in, n);
		if (fresh || c->in.ready != had)
			c->part_since_ms = sw_clock_ms();
	}
	watch_input(c);
	if (api_client_ready(c))
		api_server_wake(c);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("api write");

	flush_output(arg);
}

void api_client_sweep(struct api_client *c, uint64_t now_ms)
{
	if (c->stream)
		c->stream->room(c);
	if (c->eof && (c->busy || (c->stream && !api_client_ready(c))) && api_peer_gone(c->fd))
		api_client_drop(c, NULL);
	else if (c->out.len && now_ms - c->unread_since_ms >= API_STALL_MS)
		api_client_drop(c, "it does not read its answers");
	else if (wants_input(c) && (sw_line_partial(&c->in) || c->in.skipping) && !c->busy &&
		 now_ms - c->part_since_ms >= API_STALL_MS)
		api_client_drop(c, "it does not finish its message");
	else if (c->input && !c->busy && now_ms - c->input_since_ms >= API_STALL_MS)
		api_client_drop(c, "it does not ask for what its input is for");
}

struct api_client *api_client_new(struct event_base *base, int fd, const struct api_peer *peer)
{
	struct api_client *c = sw_xcalloc(1, sizeof(*c));

	c->fd = fd;
	c->peer = *peer;
	sw_line_init(&c->in, RPC_MESSAGE_MAX);
	c->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, on_writable, c);
	if (!c->readable || !c->writable || event_add(c->readable, NULL)) {
		api_client_free(c);
		return NULL;
	}
	sw_debug("client %s (pid %d) connected", c->peer.user, (int)c->peer.pid);
	api_client_send(c, json_pack("{s:{s:s, s:i, s:s}}", "swd", "version", SW_VERSION, "api",
				   API_LEVEL, "role", sw_role_name(c->peer.role)));
	return c;
}

void api_client_free(struct api_client *c)
{
	if (c->readable)
		event_free(c->readable);
	if (c->writable)
		event_free(c->writable);
	if (c->fd >= 0)
		close(c->fd);
	api_client_write_no_more(c);
	input_free(c->input);
	sw_line_fini(&c->in);
	sw_bytes_fini(&c->out);
	free(c);
}
