/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See door.h.
 */
#include "door.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "peer.h"

#define BACKLOG	    64
#define WAIT_MAX    8 /* seconds between attempts */
#define REST	    1 /* second without new connections when there are no descriptors for them */
#define BEV_OPTIONS (BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS)

struct door {
	TAILQ_ENTRY(door) link;
	struct controller *c;
	const struct method *m;
	struct evconnlistener *listener; /* of a passive one */
	struct event *timer;		 /* active: next attempt; passive: listen again */
	unsigned wait;			 /* seconds */
	char last[256];			 /* what was said of the last attempt */
};

static struct bufferevent *make_bev(struct door *door, int fd)
{
	struct controller *c = door->c;
	enum bufferevent_ssl_state state =
		fd < 0 ? BUFFEREVENT_SSL_CONNECTING : BUFFEREVENT_SSL_ACCEPTING;

	if (!door->m->tls)
		return bufferevent_socket_new(c->base, fd, BEV_OPTIONS);
	return bufferevent_openssl_socket_new(c->base, fd, tls_new(&c->tls), state, BEV_OPTIONS);
}

static void send_at_once(int fd)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes,
		sizeof(yes)); /* of a Unix socket: refused, no matter */
}

/* --- passive --------------------------------------------------------------------------------------------- */

static void on_accept(
	struct evconnlistener *listener, int fd, struct sockaddr *from, int len, void *arg)
{
	struct door *door = arg;
	char name[METHOD_TEXT + 8], address[METHOD_TEXT];
	struct bufferevent *bev;
	struct peer *p;

	if (from->sa_family == AF_UNIX)
		snprintf(name, sizeof(name), "%s", door->m->text);
	else
		snprintf(name, sizeof(name), "%.3s:%s", door->m->text + 1,
			address_text(from, address));
	if (door->c->n_peers == PEERS_MAX) {
		fprintf(stderr, "swcontroller: %s: refused, %d switches are here already\n", name,
			PEERS_MAX);
		door->c->tally.refused++;
		close(fd);
		return;
	}
	send_at_once(fd);
	bev = make_bev(door, fd);
	p = peer_create(door->c, door, bev, name);
	if (!door->m->tls)
		peer_connected(p);
}

static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	struct timeval rest = { .tv_sec = REST };
	struct door *door = arg;

	fprintf(stderr, "swcontroller: %s: no connection can be taken: %s\n", door->m->text,
		strerror(errno));
	evconnlistener_disable(listener);
	event_add(door->timer, &rest);
}

/* A left-over socket of one that is gone is removed, one that somebody listens at is not. */
static int make_room(const struct method *m, struct sw_err *err)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&m->address;
	int fd, rc = 0;

	if (m->address.ss_family != AF_UNIX || access(un->sun_path, F_OK))
		return 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!connect(fd, (const struct sockaddr *)un, m->len)) {
		rc = sw_err_set(err, SW_CODE_DEVICE, "%s: another program listens there", m->text);
	} else if (errno != ECONNREFUSED || unlink(un->sun_path)) {
		rc = sw_err_set(err, SW_CODE_DEVICE,
			"%s: there is a file that is no left-over socket", m->text);
		sw_err_hint(err, "remove it, or name another");
	}
	close(fd);
	return rc;
}

static int listen_at(struct door *door, struct sw_err *err)
{
	const struct method *m = door->m;
	struct sockaddr_storage address;
	socklen_t len = sizeof(address);
	char text[METHOD_TEXT];
	int rc = make_room(m, err);

	if (rc)
		return rc;
	door->listener = evconnlistener_new_bind(door->c->base, on_accept, door,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, BACKLOG,
		(const struct sockaddr *)&m->address, m->len);
	if (!door->listener)
		return sw_err_set(err, SW_CODE_DEVICE, "%s: cannot listen there: %s", m->text,
			strerror(errno));
	evconnlistener_set_error_cb(door->listener, on_accept_error);
	getsockname(evconnlistener_get_fd(door->listener), (struct sockaddr *)&address, &len);
	fprintf(stderr, "swcontroller: waits for switches at %s\n",
		method_text(m, (struct sockaddr *)&address, text));
	return 0;
}

/* --- active ---------------------------------------------------------------------------------------------- */

static void try_again(struct door *door)
{
	struct timeval wait = { .tv_sec = door->wait };

	event_add(door->timer, &wait);
	door->wait = door->wait * 2 < WAIT_MAX ? door->wait * 2 : WAIT_MAX;
}

static void go(struct door *door)
{
	struct bufferevent *bev = make_bev(door, -1);
	struct peer *p = peer_create(door->c, door, bev, door->m->text);

	if (bufferevent_socket_connect(bev, (struct sockaddr *)&door->m->address, door->m->len))
		peer_end(p, strerror(errno));
}

static void on_timer(int fd, short what, void *arg)
{
	struct door *door = arg;

	if (door->listener)
		evconnlistener_enable(door->listener);
	else
		go(door);
}

/* --- both ------------------------------------------------------------------------------------------------ */

void door_opened(struct door *door)
{
	door->wait = 1;
	door->last[0] = '\0';
}

void door_closed(struct door *door)
{
	if (!door->m->passive && !door->c->ending)
		try_again(door);
}

bool door_is_news(struct door *door, const char *why)
{
	if (door->m->passive)
		return true;
	if (!strncmp(door->last, why, sizeof(door->last) - 1))
		return false;
	snprintf(door->last, sizeof(door->last), "%s", why);
	return true;
}

int door_create(struct controller *c, const struct method *m, struct sw_err *err)
{
	struct door *door = sw_xcalloc(1, sizeof(*door));

	*door = (struct door){ .c = c, .m = m, .wait = 1 };
	door->timer = event_new(c->base, -1, 0, on_timer, door);
	TAILQ_INSERT_TAIL(&c->doors, door, link);
	if (m->passive)
		return listen_at(door, err);
	go(door);
	return 0;
}

void door_destroy(struct door *door)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)&door->m->address;

	TAILQ_REMOVE(&door->c->doors, door, link);
	event_free(door->timer);
	if (door->listener && un->sun_family == AF_UNIX)
		unlink(un->sun_path);
	if (door->listener)
		evconnlistener_free(door->listener);
	free(door);
}
