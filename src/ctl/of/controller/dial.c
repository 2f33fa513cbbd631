/* SPDX-License-Identifier: BSD-3-Clause */
/* See dial.h. Control thread. */
#include "dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "../../loop.h"
#include "resolve.h"
#include "tls.h"

struct of_dial {
	struct event_base *base;
	bool tls, server;
	bool connected;
	uint8_t dscp;
	of_dial_done *done;
	void *arg;
	struct event *ready; /* the socket is */
	struct event *timer; /* its time is over; or at once, when `why` says that it failed */
	struct of_lookup *lookup;
	struct evutil_addrinfo *list, *at; /* addresses; the one to be tried next */
	struct of_stream stream;	   /* fd -1: none */
	char why[448];
};

static const struct timeval at_once = { 0, 0 };

void of_socket_options(int fd, uint8_t dscp)
{
	int on = 1, tos = dscp << 2;

	/* The first and the last fit one family each. */
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof(tos));
	setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
}

int of_dial_path(char buf[OF_PATH_SIZE], const char *folder, const char *file, struct sw_err *err)
{
	bool absolute = *file == '/';
	size_t len = strlen(file) + (absolute ? 0 : strlen(folder) + 1);

	if (len >= OF_PATH_SIZE) {
		sw_err_set(err, SW_CODE_INVALID,
			"its socket's path %s%s%s has %zu bytes, and 107 is the most",
			absolute ? "" : folder, absolute ? "" : "/", file, len);
		return -ENAMETOOLONG;
	}
	snprintf(buf, OF_PATH_SIZE, "%s%s%s", absolute ? "" : folder, absolute ? "" : "/", file);
	return 0;
}

static void close_stream(struct of_dial *d)
{
	if (d->stream.fd >= 0)
		d->stream.cls->close(&d->stream);
	d->stream = (struct of_stream){ .cls = &of_stream_unix, .fd = -1 };
}

static void drop_event(struct event **event)
{
	if (*event)
		event_free(*event);
	*event = NULL;
}

void of_dial_cancel(struct of_dial *d)
{
	if (!d)
		return;
	of_lookup_cancel(d->lookup);
	drop_event(&d->ready);
	drop_event(&d->timer);
	close_stream(d);
	if (d->list)
		evutil_freeaddrinfo(d->list);
	free(d);
}

static void finish(struct of_dial *d)
{
	struct of_stream stream = d->stream;
	of_dial_done *done = d->done;
	void *arg = d->arg;
	char why[sizeof(d->why)];
	bool failed = d->why[0];

	snprintf(why, sizeof(why), "%s", d->why);
	if (!failed)
		d->stream.fd = -1; /* given away */
	of_dial_cancel(d);
	done(arg, failed ? NULL : &stream, failed ? why : NULL);
}

static void fail_soon(struct of_dial *d, const char *why)
{
	snprintf(d->why, sizeof(d->why), "%s", why);
	drop_event(&d->ready);
	event_add(d->timer, &at_once);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow dial");
	struct of_dial *d = arg;

	if (!d->why[0])
		snprintf(d->why, sizeof(d->why), "%s",
			d->lookup      ? "its name is not known in time"
			: d->connected ? "the TLS handshake takes too long"
				       : "Connection timed out");
	finish(d);
}

static void on_ready(evutil_socket_t fd, short what, void *arg);

static void watch(struct of_dial *d, short what)
{
	drop_event(&d->ready);
	d->ready = event_new(d->base, d->stream.fd, what, on_ready, d);
	if (!d->ready || event_add(d->ready, NULL))
		fail_soon(d, "no event for it");
}

/* --- TLS --- */

static void shake(struct of_dial *d)
{
	struct sw_err err;
	int rc = of_tls_shake(&d->stream, &err);

	if (rc == OF_TLS_READ || rc == OF_TLS_WRITE) {
		watch(d, rc == OF_TLS_READ ? EV_READ : EV_WRITE);
		return;
	}
	if (rc)
		snprintf(d->why, sizeof(d->why), "%s", err.text);
	finish(d);
}

static void open_tls(struct of_dial *d)
{
	struct of_stream stream;
	struct sw_err err;

	if (of_tls_open(&stream, d->stream.fd, d->server, &err)) {
		fail_soon(d, err.text);
		return;
	}
	d->stream = stream;
	watch(d, d->server ? EV_READ : EV_WRITE);
}

/* --- addresses --- */

/* Connect to one; a negative errno, or 0: under way. */
static int try_address(struct of_dial *d, const struct sockaddr *addr, socklen_t len)
{
	int fd = socket(addr->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return -errno;
	if (addr->sa_family != AF_UNIX)
		of_socket_options(fd, d->dscp);
	rc = connect(fd, addr, len) && errno != EINPROGRESS ? -errno : 0;
	if (rc) {
		close(fd);
		return rc;
	}
	d->stream = (struct of_stream){ .cls = &of_stream_unix, .fd = fd };
	watch(d, EV_WRITE);
	return 0;
}

/* The next of its addresses that can be tried at all; `error` is that of the last. */
static void try_next(struct of_dial *d, int error)
{
	close_stream(d);
	while (d->at) {
		const struct evutil_addrinfo *at = d->at;

		d->at = at->ai_next;
		error = -try_address(d, at->ai_addr, at->ai_addrlen);
		if (!error)
			return;
	}
	fail_soon(d, strerror(error));
}

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow dial");
	struct of_dial *d = arg;
	socklen_t len = sizeof(int);
	int error = 0;

	if (d->connected) {
		shake(d);
		return;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len))
		error = errno;
	if (error) {
		drop_event(&d->ready);
		try_next(d, error);
		return;
	}
	d->connected = true;
	if (d->tls)
		open_tls(d);
	else
		finish(d);
}

static void on_addresses(void *arg, struct evutil_addrinfo *list, const char *why)
{
	LOOP_STEP("openflow dial");
	struct of_dial *d = arg;

	d->lookup = NULL;
	d->list = d->at = list;
	if (!list) {
		snprintf(d->why, sizeof(d->why), "its name is not known: %s", why);
		event_add(d->timer, &at_once);
		return;
	}
	try_next(d, EADDRNOTAVAIL);
}

static void dial_unix(struct of_dial *d, const struct of_target *target, const char *folder)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct sw_err err;
	int rc;

	if (of_dial_path(addr.sun_path, folder, target->path, &err)) {
		fail_soon(d, err.text);
		return;
	}
	rc = try_address(d, (struct sockaddr *)&addr, sizeof(addr));
	if (rc)
		fail_soon(d, strerror(-rc));
}

static void dial_host(struct of_dial *d, const struct of_target *target)
{
	struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV };
	char service[8];
	int rc;

	if (target->is_name) {
		d->lookup = of_lookup_start(d->base, target->host, target->port, on_addresses, d);
		return;
	}
	snprintf(service, sizeof(service), "%u", target->port);
	rc = evutil_getaddrinfo(target->host, service, &hints, &d->list);
	if (rc) {
		fail_soon(d, evutil_gai_strerror(rc));
		return;
	}
	d->at = d->list;
	try_next(d, EADDRNOTAVAIL);
}

static struct of_dial *dial_new(struct event_base *base, of_dial_done *done, void *arg)
{
	static const struct timeval limit = { OF_DIAL_MS / 1000, OF_DIAL_MS % 1000 * 1000 };
	struct of_dial *d = sw_xcalloc(1, sizeof(*d));

	d->base = base;
	d->done = done;
	d->arg = arg;
	d->stream = (struct of_stream){ .cls = &of_stream_unix, .fd = -1 };
	d->timer = event_new(base, -1, 0, on_timer, d);
	if (!d->timer || event_add(d->timer, &limit))
		abort(); /* out of memory, as sw_xcalloc */
	return d;
}

struct of_dial *of_dial_start(struct event_base *base, const struct of_target *target,
	const char *folder, uint8_t dscp, of_dial_done *done, void *arg)
{
	struct of_dial *d = dial_new(base, done, arg);

	d->dscp = dscp;
	d->tls = target->kind == OF_TARGET_TLS;
	if (target->kind == OF_TARGET_UNIX)
		dial_unix(d, target, folder);
	else
		dial_host(d, target);
	return d;
}

struct of_dial *of_dial_accepted(struct event_base *base, int fd, of_dial_done *done, void *arg)
{
	struct of_dial *d = dial_new(base, done, arg);

	d->tls = d->server = d->connected = true;
	d->stream.fd = fd;
	open_tls(d);
	return d;
}
