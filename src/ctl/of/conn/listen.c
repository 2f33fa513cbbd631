/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See listen.h. A Unix socket is made as the control socket is. Control thread.
 */
#include "listen.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/access.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "../../api/listen.h"
#include "../../api/server.h"
#include "../../loop.h"
#include "../bridge.h"
#include "../controller/controller.h"
#include "../controller/dial.h"
#include "conn.h"
#include "server.h"

SW_LOG_USE(openflow);

#define ACCEPT_CHUNK 16
#define BACKLOG	     64

struct of_listener {
	struct event_base *base;
	struct of_bridge *of;
	struct of_controller *controller;
	const struct sw_access *access; /* NULL: of a network */
	bool tls, snoop;
	int fd;
	char *path;	  /* NULL: of a network */
	struct stat made; /* the file as we made it */
	struct event *acceptable;
	unsigned n_shaking;
	TAILQ_HEAD(, shaking) shaking;
};

/* Who came by TLS and is not ready yet. */
struct shaking {
	TAILQ_ENTRY(shaking) next;
	struct of_listener *listener;
	struct of_dial *dial;
	char name[64];
};

static void take_unix(struct of_listener *l, int fd)
{
	struct of_stream stream = { .cls = &of_stream_unix, .fd = fd };
	struct api_peer peer;
	char name[48];

	if (api_peer_of(fd, l->access, &peer) ||
		peer.role < (l->snoop ? SW_ROLE_OPERATE : SW_ROLE_READ)) {
		if (of_may_warn())
			sw_warn("bridge %s: a %s of a user without %s is turned away", l->of->name,
				l->snoop ? "snooper" : "controller",
				l->snoop ? "the role operate" : "a role");
		close(fd);
		return;
	}
	snprintf(name, sizeof(name), "%s (pid %d)", peer.user, (int)peer.pid);
	if (l->snoop)
		of_server_add_snooper(l->of, &stream, name);
	else
		of_server_add(l->of, &stream, l->controller, peer.role < SW_ROLE_OPERATE, name);
}

static void on_shaken(void *arg, const struct of_stream *stream, const char *why)
{
	struct shaking *s = arg;
	struct of_listener *l = s->listener;

	TAILQ_REMOVE(&l->shaking, s, next);
	l->n_shaking--;
	if (stream)
		of_server_add(l->of, stream, l->controller, false, s->name);
	else
		of_controller_refused(l->controller, s->name, why);
	free(s);
	of_listener_resume(l);
}

static void take_host(struct of_listener *l, int fd, const struct sockaddr *addr, socklen_t len)
{
	struct of_stream stream = { .cls = &of_stream_unix, .fd = fd };
	char host[40] = "?", port[8] = "?", name[64];
	struct shaking *s;

	getnameinfo(
		addr, len, host, sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV);
	snprintf(name, sizeof(name), "%s:%s%s%s:%s", l->tls ? "ssl" : "tcp",
		strchr(host, ':') ? "[" : "", host, strchr(host, ':') ? "]" : "", port);
	of_socket_options(fd, l->controller->conf.dscp);
	if (!l->tls) {
		of_server_add(l->of, &stream, l->controller, false, name);
		return;
	}
	s = sw_xcalloc(1, sizeof(*s));
	s->listener = l;
	snprintf(s->name, sizeof(s->name), "%s", name);
	TAILQ_INSERT_TAIL(&l->shaking, s, next);
	l->n_shaking++;
	s->dial = of_dial_accepted(l->base, fd, on_shaken, s);
}

static void cannot_accept(struct of_listener *l)
{
	if (errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS)
		return;
	/* The next sweep tries again; until then the loop must not spin. */
	if (of_may_warn())
		sw_warn("bridge %s: cannot accept a controller: %s", l->of->name, strerror(errno));
	event_del(l->acceptable);
}

static void on_acceptable(evutil_socket_t listen_fd, short what, void *arg)
{
	LOOP_STEP("openflow accept");
	struct of_listener *l = arg;

	for (int i = 0; i < ACCEPT_CHUNK; i++) {
		struct sockaddr_storage addr;
		socklen_t len = sizeof(addr);
		int fd;

		if (l->n_shaking >= OF_SHAKING_MAX) {
			event_del(l->acceptable);
			return;
		}
		fd = accept4(
			listen_fd, (struct sockaddr *)&addr, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0) {
			cannot_accept(l);
			return;
		}
		if (l->access)
			take_unix(l, fd);
		else
			take_host(l, fd, (struct sockaddr *)&addr, len);
	}
}

void of_listener_resume(struct of_listener *l)
{
	if (l && l->n_shaking < OF_SHAKING_MAX)
		event_add(l->acceptable, NULL);
}

static struct of_listener *listener_new(
	struct event_base *base, struct of_bridge *of, struct of_controller *controller)
{
	struct of_listener *l = sw_xcalloc(1, sizeof(*l));

	l->base = base;
	l->of = of;
	l->controller = controller;
	l->fd = -1;
	TAILQ_INIT(&l->shaking);
	return l;
}

static struct of_listener *begin(struct of_listener *l, struct sw_err *err)
{
	l->acceptable = event_new(l->base, l->fd, EV_READ | EV_PERSIST, on_acceptable, l);
	if (l->acceptable && !event_add(l->acceptable, NULL))
		return l;
	sw_err_set(err, SW_CODE_INTERNAL, "no event to listen");
	of_listener_free(l);
	return NULL;
}

struct of_listener *of_listen_unix(struct event_base *base, struct of_bridge *of,
	struct of_controller *controller, const char *path, const struct sw_access *access,
	struct sw_err *err)
{
	struct of_listener *l = listener_new(base, of, controller);

	l->access = access;
	l->path = sw_xstrdup(path);
	l->fd = api_listen(path, access, &l->made, err);
	if (l->fd >= 0)
		return begin(l, err);
	free(l->path);
	free(l);
	return NULL;
}

struct of_listener *of_listen_snoop(struct event_base *base, struct of_bridge *of, const char *path,
	const struct sw_access *access, struct sw_err *err)
{
	struct of_listener *l = of_listen_unix(base, of, NULL, path, access, err);

	if (l)
		l->snoop = true;
	return l;
}

/* The socket, or a negative errno. */
static int listen_host(const struct of_target *target)
{
	struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = EVUTIL_AI_NUMERICHOST | EVUTIL_AI_NUMERICSERV | EVUTIL_AI_PASSIVE };
	struct evutil_addrinfo *list = NULL;
	int fd, on = 1, error = 0;
	char service[8];

	snprintf(service, sizeof(service), "%u", target->port);
	if (evutil_getaddrinfo(target->host[0] ? target->host : "0.0.0.0", service, &hints, &list))
		return -EADDRNOTAVAIL;
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
			       bind(fd, list->ai_addr, list->ai_addrlen) || listen(fd, BACKLOG)))
		error = errno;
	else if (fd < 0)
		error = errno;
	evutil_freeaddrinfo(list);
	if (error && fd >= 0)
		close(fd);
	return error ? -error : fd;
}

struct of_listener *of_listen_host(struct event_base *base, struct of_bridge *of,
	struct of_controller *controller, const struct of_target *target, struct sw_err *err)
{
	int fd = listen_host(target);
	struct of_listener *l;

	if (fd < 0) {
		sw_err_set(err, SW_CODE_DEVICE, "%s", strerror(-fd));
		return NULL;
	}
	l = listener_new(base, of, controller);
	l->fd = fd;
	l->tls = target->kind == OF_TARGET_TLS;
	return begin(l, err);
}

void of_listener_free(struct of_listener *l)
{
	struct shaking *s;
	struct stat st;

	if (!l)
		return;
	while ((s = TAILQ_FIRST(&l->shaking))) {
		TAILQ_REMOVE(&l->shaking, s, next);
		of_dial_cancel(s->dial);
		free(s);
	}
	if (l->acceptable)
		event_free(l->acceptable);
	close(l->fd);
	if (l->path && !stat(l->path, &st) && st.st_dev == l->made.st_dev &&
		st.st_ino == l->made.st_ino)
		unlink(l->path);
	free(l->path);
	free(l);
}
