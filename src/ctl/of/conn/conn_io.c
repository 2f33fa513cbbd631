/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Input and output of a connection: a bounded piece a wake-up, nothing read while OF_IN_MAX waits, nothing copied
 * but into its two queues. Control thread.
 */
#include "conn.h"

#include <errno.h>
#include <string.h>

#include <event2/event.h>
#include <rte_common.h>

#include <sw/clock.h>

#include "../../loop.h"
#include "../monitors.h"
#include "server.h"

#define READ_CHUNK (64 * 1024)
#define SEND_CHUNK (512 * 1024)

void of_conn_watch_input(struct of_conn *c)
{
	if (!c->eof && !c->closing && c->in.len < OF_IN_MAX)
		event_add(c->readable, NULL);
	else
		event_del(c->readable);
}

static void read_some(struct of_conn *c)
{
	ssize_t n = c->stream.cls->recv(&c->stream, sw_bytes_room(&c->in, READ_CHUNK), READ_CHUNK);

	if (n == -EAGAIN)
		return;
	if (n < 0) {
		of_conn_gone(c, strerror(-n));
		return;
	}
	c->in.len += n;
	c->eof = !n;
	of_conn_watch_input(c);
	if (of_conn_ready(c))
		of_server_run(c);
}

void of_conn_flush(struct of_conn *c)
{
	size_t sent = 0;
	ssize_t n = 0;

	while (c->out.len && sent < SEND_CHUNK) {
		n = c->stream.cls->send(&c->stream, c->out.buf + c->out.start,
			RTE_MIN(c->out.len, SEND_CHUNK - sent));
		if (n <= 0)
			break;
		sent += n;
		sw_bytes_take(&c->out, n);
		c->moved_ms = sw_clock_ms();
	}
	if (n < 0 && n != -EAGAIN)
		of_conn_gone(c, strerror(-n));
	else if (c->out.len)
		event_add(c->writable, NULL);
	else
		event_del(c->writable);
}

static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow read");

	read_some(arg);
}

static void on_writable(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow write");
	struct of_conn *c = arg;

	of_conn_flush(c);
	if (!c->dropped)
		of_monitors_resume(c);
	if (of_conn_ready(c))
		of_server_wake(c);
}

int of_conn_watch(struct of_conn *c, struct event_base *base)
{
	c->readable = event_new(base, c->stream.fd, EV_READ | EV_PERSIST, on_readable, c);
	c->writable = event_new(base, c->stream.fd, EV_WRITE | EV_PERSIST, on_writable, c);
	return c->readable && c->writable && !event_add(c->readable, NULL) ? 0 : -ENOMEM;
}
