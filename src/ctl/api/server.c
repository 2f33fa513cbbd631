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
#include "admit.h"
#include "client.h"
#include "listen.h"

SW_LOG_USE(api);

#define ACCEPT_CHUNK 16
#define SWEEP_S	     1

TAILQ_HEAD(client_list, api_client);

static struct {
	struct event_base *base;
	const struct sw_access *access;
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat made; /* the socket file as we made it */
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

static struct api_crowd crowd_around(const struct api_peer *peer)
{
	struct api_crowd crowd = { 0 };
	struct api_client *c;

	TAILQ_FOREACH (c, &server.all, all) {
		crowd.all++;
		crowd.same_user += c->peer.uid == peer->uid;
		crowd.no_admin += c->peer.role != SW_ROLE_ADMIN;
	}
	return crowd;
}

static void take_client(int fd)
{
	struct api_peer peer;
	struct api_crowd crowd;
	struct api_client *c;
	struct sw_err err;

	if (api_peer_of(fd, server.access, &peer)) {
		close(fd);
		return;
	}
	crowd = crowd_around(&peer);
	if (api_admit(&peer, &crowd, &err)) {
		api_turn_away(fd, &err);
		if (!server.stats.refused_clients++)
			sw_warn("client %s refused: %s; more of these are only counted", peer.user,
				err.text);
		return;
	}
	c = api_client_new(server.base, fd, &peer);
	if (!c)
		return;
	TAILQ_INSERT_TAIL(&server.all, c, all);
	server.stats.clients++;
}

static void on_acceptable(evutil_socket_t listen_fd, short what, void *arg)
{
	LOOP_STEP("api accept");

	for (int i = 0; i < ACCEPT_CHUNK; i++) {
		int fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
				errno == ENOBUFS) {
				/* The next sweep tries again; until then the loop must not spin. */
				sw_warn("cannot accept a client: %s", strerror(errno));
				event_del(server.acceptable);
			}
			return;
		}
		take_client(fd);
	}
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

int api_start(struct event_base *base, const char *path, const struct sw_access *access,
	struct sw_err *err)
{
	int fd = api_listen(path, access, &server.made, err);

	if (fd < 0)
		return fd;
	memset(&server.stats, 0, sizeof(server.stats));
	TAILQ_INIT(&server.all);
	TAILQ_INIT(&server.round);
	strcpy(server.path, path);
	server.base = base;
	server.access = access;
	server.fd = fd;
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
	if (!stat(server.path, &st) && st.st_dev == server.made.st_dev &&
		st.st_ino == server.made.st_ino)
		unlink(server.path);
}
