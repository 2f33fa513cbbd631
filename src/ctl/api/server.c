/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control socket: listening, accepting, and whose turn it is. Control thread.
 *
 * Clients with something to do stand in a round; each turn of the control loop takes the first and lets
 * it do one request. The turn is a timer of zero, so the loop looks at its sockets, signals and timers
 * between any two requests: a client that floods gets one request in each round, like everybody else.
 */
#include "server.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/event.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>

#include "../loop.h"
#include "client.h"

SW_LOG_USE(api);

#define ACCEPT_CHUNK 16
#define SWEEP_S	     1

TAILQ_HEAD(client_list, api_client);

static struct {
	struct event_base *base;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t dev; /* the socket file as we made it */
	ino_t ino;
	struct event *acceptable, *turn, *sweep;
	struct client_list all, round;
	struct api_stats stats;
} server = { .fd = -1 };

static const struct timeval at_once = { 0, 0 }, sweep_every = { SWEEP_S, 0 };

void api_stats(struct api_stats *stats)
{
	*stats = server.stats;
}

void api_server_count_request(void)
{
	server.stats.requests++;
}

void api_server_count_drop(void)
{
	server.stats.dropped_clients++;
}

void api_server_wake(struct api_client *c)
{
	if (c->waiting)
		return;
	c->waiting = true;
	TAILQ_INSERT_TAIL(&server.round, c, turn);
	if (!event_pending(server.turn, EV_TIMEOUT, NULL))
		event_add(server.turn, &at_once);
}

static void forget_client(struct api_client *c)
{
	TAILQ_REMOVE(&server.all, c, all);
	if (c->waiting)
		TAILQ_REMOVE(&server.round, c, turn);
	server.stats.clients--;
	api_client_free(c);
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("api request");
	struct api_client *c = TAILQ_FIRST(&server.round);

	if (!c)
		return;
	TAILQ_REMOVE(&server.round, c, turn);
	c->waiting = false;
	if (!c->dropped)
		api_client_step(c);
	if (c->dropped)
		forget_client(c);
	else if (api_client_ready(c))
		api_server_wake(c);
	if (!TAILQ_EMPTY(&server.round))
		event_add(server.turn, &at_once);
}

void api_sweep(void)
{
	uint64_t now = sw_clock_ms();
	struct api_client *c;

	TAILQ_FOREACH (c, &server.all, all)
		if (!c->dropped)
			api_client_sweep(c, now);
}

static void on_sweep(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("api sweep");

	/* Where accepting had to pause for want of descriptors, it goes on here. */
	event_add(server.acceptable, NULL);
	api_sweep();
}

static void refuse_client(int fd)
{
	struct sw_err err;
	json_t *message;
	char *text;

	sw_err_set(&err, SW_CODE_LIMIT, "the switch has no room for another client");
	sw_err_allowed(&err, "at most %d clients at a time", API_CLIENTS_MAX);
	sw_err_hint(&err, "close one, then try again");
	message = rpc_error(NULL, rpc_number(SW_CODE_LIMIT), &err, NULL);
	text = json_dumps(message, JSON_COMPACT);
	if (text) {
		/* A fresh socket's buffer is empty, so the line fits or the client is gone. */
		(void)!send(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
		(void)!send(fd, "\n", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
	free(text);
	json_decref(message);
	close(fd);
	if (!server.stats.refused_clients++)
		sw_warn("a client was refused: %d are connected, the most there can be",
			API_CLIENTS_MAX);
}

static void on_acceptable(evutil_socket_t listen_fd, short what, void *arg)
{
	LOOP_STEP("api accept");

	for (int i = 0; i < ACCEPT_CHUNK; i++) {
		int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		struct api_client *c;

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
				errno == ENOBUFS) {
				/* The next sweep tries again; until then the loop must not spin. */
				sw_warn("cannot accept a client: %s", strerror(errno));
				event_del(server.acceptable);
			}
			return;
		}
		if (server.stats.clients >= API_CLIENTS_MAX) {
			refuse_client(fd);
			continue;
		}
		c = api_client_new(server.base, fd);
		if (!c)
			continue;
		TAILQ_INSERT_TAIL(&server.all, c, all);
		server.stats.clients++;
	}
}

/* 0 when path is free now: nothing there, or a socket nobody listens on, which is removed. */
static int clear_path(const struct sockaddr_un *addr, struct sw_err *err)
{
	struct stat st;
	int fd, rc;

	if (lstat(addr->sun_path, &st))
		return errno == ENOENT ? 0
				       : sw_err_set(err, SW_CODE_DEVICE, "%s: %s", addr->sun_path,
						 strerror(errno));
	if (!S_ISSOCK(st.st_mode)) {
		rc = sw_err_set(
			err, SW_CODE_EXISTS, "%s exists and is not a socket", addr->sun_path);
		sw_err_hint(err, "remove it, or choose another path with --socket");
		return rc;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return sw_err_set(err, SW_CODE_INTERNAL, "no socket: %s", strerror(errno));
	rc = connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) ? errno : 0;
	close(fd);
	if (rc != ECONNREFUSED && rc != ENOENT) {
		rc = sw_err_set(
			err, SW_CODE_CONFLICT, "another switch answers on %s", addr->sun_path);
		sw_err_hint(err, "stop it, or start this one with another --socket and --state");
		return rc;
	}
	if (unlink(addr->sun_path) && errno != ENOENT)
		return sw_err_set(err, SW_CODE_DEVICE, "the stale socket %s cannot be removed: %s",
			addr->sun_path, strerror(errno));
	return 0;
}

static int bind_path(const struct sockaddr_un *addr, struct sw_err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct stat st;

	/* Nobody can connect between bind and listen, so the mode is in force before the first client. */
	if (fd < 0 || bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) ||
		chmod(addr->sun_path, 0660) || stat(addr->sun_path, &st) || listen(fd, 128)) {
		sw_err_set(err, SW_CODE_DEVICE, "cannot listen on %s: %s", addr->sun_path,
			strerror(errno));
		sw_err_hint(
			err, "its folder must exist and be writable; --socket names another path");
		if (fd >= 0)
			close(fd);
		return -EIO;
	}
	server.dev = st.st_dev;
	server.ino = st.st_ino;
	return fd;
}

static int hang_events(struct event_base *base)
{
	server.acceptable = event_new(base, server.fd, EV_READ | EV_PERSIST, on_acceptable, NULL);
	server.turn = event_new(base, -1, 0, on_turn, NULL);
	server.sweep = event_new(base, -1, EV_PERSIST, on_sweep, NULL);
	if (!server.acceptable || !server.turn || !server.sweep)
		return -ENOMEM;
	return event_add(server.acceptable, NULL) || event_add(server.sweep, &sweep_every) ? -ENOMEM
											   : 0;
}

int api_start(struct event_base *base, const char *path, struct sw_err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int rc;

	if (!path[0] || strlen(path) >= sizeof(addr.sun_path)) {
		rc = sw_err_set(
			err, SW_CODE_INVALID, "the socket's path is %zu bytes long", strlen(path));
		sw_err_given(err, "%s", path);
		sw_err_allowed(err, "1 to %zu bytes", sizeof(addr.sun_path) - 1);
		return rc;
	}
	strcpy(addr.sun_path, path);
	rc = clear_path(&addr, err);
	if (rc)
		return rc;
	memset(&server.stats, 0, sizeof(server.stats));
	TAILQ_INIT(&server.all);
	TAILQ_INIT(&server.round);
	strcpy(server.path, path);
	server.base = base;
	server.fd = bind_path(&addr, err);
	if (server.fd < 0)
		return -EIO;
	if (hang_events(base)) {
		api_stop();
		return sw_err_set(err, SW_CODE_INTERNAL, "no events for the control socket");
	}
	sw_info("listening on %s", path);
	return 0;
}

static void drop_event(struct event **event)
{
	if (*event)
		event_free(*event);
	*event = NULL;
}

void api_stop(void)
{
	struct api_client *c;
	struct stat st;

	if (server.fd < 0)
		return;
	while ((c = TAILQ_FIRST(&server.all))) {
		api_client_drop(c, NULL);
		forget_client(c);
	}
	drop_event(&server.acceptable);
	drop_event(&server.turn);
	drop_event(&server.sweep);
	close(server.fd);
	server.fd = -1;
	if (!stat(server.path, &st) && st.st_dev == server.dev && st.st_ino == server.ino)
		unlink(server.path);
}
