/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See peer.h.
 */
#include "peer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "door.h"
#include "hello.h"
#include "message.h"
#include "stations.h"

#define READ_MAX     262144 /* bytes that wait to be looked at: some messages of the largest size */
#define OUT_LOW	     65536  /* bytes on their way, below which reading goes on */
#define MESSAGES_MAX 256    /* in a turn of the loop, before the next switch has its own */

/* --- what is told ---------------------------------------------------------------------------------------- */

void peer_tell(const struct peer *p, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "swcontroller: %s: ", p->name);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

void peer_show(const struct peer *p, char way, const char *fmt, ...)
{
	va_list args;

	if (!p->c->o->verbose)
		return;
	fprintf(stderr, "%s %c ", p->name, way);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
}

/* --- sending --------------------------------------------------------------------------------------------- */

struct of_buf *peer_begin(struct peer *p, uint8_t type)
{
	struct of_buf *out = &p->c->out;

	out->len = 0;
	of_begin(out, p->version, type, 0);
	return out;
}

void peer_send(struct peer *p)
{
	struct of_buf *out = &p->c->out;

	of_end(out, 0);
	bufferevent_write(p->bev, out->bytes, out->len);
	p->n->sent++;
}

static size_t on_its_way(const struct peer *p)
{
	return evbuffer_get_length(bufferevent_get_output(p->bev));
}

/* --- receiving ------------------------------------------------------------------------------------------- */

static void take(struct peer *p, const uint8_t *bytes, size_t len)
{
	p->heard = true;
	p->n->received++;
	if (!p->version)
		hello_take(p, bytes, len);
	else
		message_take(p, bytes, len);
}

/* The next whole message is taken. False: there is none, or the switch was let go (*p is gone). */
static bool take_next(struct peer *p, struct evbuffer *in)
{
	uint8_t head[OF_HEAD];
	const uint8_t *bytes;
	struct bufferevent *bev = p->bev;
	size_t len;

	if (evbuffer_copyout(in, head, sizeof(head)) < (ssize_t)sizeof(head))
		return false;
	len = head[2] << 8 | head[3];
	if (len < OF_HEAD || (p->version && head[0] != p->version)) {
		p->n->malformed++;
		peer_end(p, len < OF_HEAD ? "it sent a message shorter than its head"
					  : "it sent a message of another version than agreed");
		return false;
	}
	if (evbuffer_get_length(in) < len)
		return false;
	bytes = evbuffer_pullup(in, len);
	bufferevent_incref(bev);
	take(p, bytes, len);
	len = bufferevent_get_enabled(bev) ? len : 0; /* peer_end disables it */
	if (len)
		evbuffer_drain(in, len);
	bufferevent_decref(bev);
	return len;
}

static void on_read(struct bufferevent *bev, void *arg)
{
	struct peer *p = arg;
	unsigned n = 0;

	if (p->paused)
		return;
	while (take_next(p, bufferevent_get_input(bev))) {
		if (on_its_way(p) > PEER_OUT_MAX) {
			p->paused = true; /* on_written goes on */
			bufferevent_disable(bev, EV_READ);
			return;
		}
		if (++n == MESSAGES_MAX) {
			bufferevent_trigger(bev, EV_READ, BEV_TRIG_DEFER_CALLBACKS);
			return;
		}
	}
}

static void on_written(struct bufferevent *bev, void *arg)
{
	struct peer *p = arg;

	if (!p->paused)
		return;
	p->paused = false;
	bufferevent_enable(bev, EV_READ);
	on_read(bev, p);
}

/* --- life ------------------------------------------------------------------------------------------------ */

static void on_probe(int fd, short what, void *arg)
{
	struct peer *p = arg;

	if (p->heard) {
		p->heard = p->probing = false;
		return;
	}
	if (p->probing || !p->version) {
		peer_end(p, !p->connected ? "no answer to the connection"
			    : p->version  ? "it answers no echo"
					  : "it said no hello");
		return;
	}
	p->probing = true;
	if (!p->c->o->mute)
		message_echo(p);
}

void peer_connected(struct peer *p)
{
	SSL *ssl = bufferevent_openssl_get_ssl(p->bev);
	struct sw_err err = { 0 };

	p->connected = true;
	if (ssl && p->c->tls.bootstrap) {
		if (!tls_bootstrap(&p->c->tls, ssl, &err))
			snprintf(err.text, sizeof(err.text),
				"the authority's certificate is kept; connect again, to be checked");
		peer_end(p, err.text);
		return;
	}
	door_opened(p->door);
	hello_send(p);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
	SSL *ssl = bufferevent_openssl_get_ssl(bev);
	struct peer *p = arg;
	int error = errno;
	char text[256];

	if (what & BEV_EVENT_CONNECTED) {
		peer_connected(p);
		return;
	}
	if (what & BEV_EVENT_EOF)
		snprintf(text, sizeof(text), "it closed the connection");
	else if (ssl && (p->connected || !error || SSL_get_verify_result(ssl) != X509_V_OK))
		tls_why(ssl, bufferevent_get_openssl_error(bev), text, sizeof(text));
	else
		snprintf(
			text, sizeof(text), "%s", error ? strerror(error) : "the connection broke");
	peer_end(p, text);
}

struct peer *peer_create(
	struct controller *c, struct door *door, struct bufferevent *bev, const char *from)
{
	struct timeval silence = { .tv_sec = PEER_SILENCE };
	struct peer *p = sw_xcalloc(1, sizeof(*p));

	*p = (struct peer){ .c = c, .door = door, .bev = bev, .n = &p->early };
	snprintf(p->from, sizeof(p->from), "%s", from);
	strcpy(p->name, p->from);
	p->stations = stations_create();
	p->probe = event_new(c->base, -1, EV_PERSIST, on_probe, p);
	event_add(p->probe, &silence);
	p->n->connections++;
	TAILQ_INSERT_TAIL(&c->peers, p, link);
	c->n_peers++;
	bufferevent_setcb(bev, on_read, on_written, on_event, p);
	bufferevent_setwatermark(bev, EV_READ, OF_HEAD, READ_MAX);
	bufferevent_setwatermark(bev, EV_WRITE, OUT_LOW, 0);
	bufferevent_enable(bev, EV_READ | EV_WRITE);
	return p;
}

/* A last word may still be on its way: try once, wait for nothing. */
static void close_connection(struct peer *p)
{
	struct evbuffer *out = bufferevent_get_output(p->bev);
	SSL *ssl = bufferevent_openssl_get_ssl(p->bev);

	if (!ssl && p->connected) {
		evbuffer_unfreeze(out, 1);
		evbuffer_write(out, bufferevent_getfd(p->bev));
	}
	if (ssl && p->connected)
		SSL_shutdown(ssl);
	bufferevent_setcb(p->bev, NULL, NULL, NULL, NULL);
	bufferevent_disable(p->bev, EV_READ | EV_WRITE);
	bufferevent_free(p->bev);
}

void peer_end(struct peer *p, const char *why)
{
	struct door *door = p->door;

	if (p->connected || door_is_news(door, why))
		peer_tell(p, "%s", why);
	if (!p->version)
		p->c->tally.refused += p->connected;
	else if (!p->known)
		tally_move(&p->early, &p->c->tally.others.n);
	TAILQ_REMOVE(&p->c->peers, p, link);
	p->c->n_peers--;
	event_free(p->probe);
	close_connection(p);
	free(p->stations);
	free(p->ports);
	free(p);
	door_closed(door);
}
