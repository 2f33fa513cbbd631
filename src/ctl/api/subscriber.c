/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving subscribers their updates. Nothing waits for a client but SUBSCRIBER_ROOM bytes of its own: the
 * rest stays in the view, shared by all its readers. News are collected for PUMP_US, so that many clients
 * of a busy switch cost a system call each in that time and not one for each change.
 *
 * A reader that falls behind is caught up (see feed/view.h); one that takes nothing at all is dropped, with
 * a last message that says why. Control thread.
 */
#include "subscriber.h"

#include <event2/event.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/mem.h>

#include "../feed/feed.h"
#include "../loop.h"
#include "client.h"

#define PUMP_US	  2000
#define BUDGET_NS (2 * 1000000ull) /* of one step */

/* The stream of a client that subscribed. */
struct subscriber {
	struct api_stream stream;
	struct api_client *client;
	TAILQ_ENTRY(subscriber) all;
	LIST_HEAD(, subscription) list;
	unsigned n;
	int64_t last_id;
};

static TAILQ_HEAD(, subscriber) all = TAILQ_HEAD_INITIALIZER(all);
static struct event *pump;

static void pump_later(void);
static void on_pump(evutil_socket_t fd, short what, void *arg);

static struct subscriber *of_client(const struct api_client *c)
{
	return (struct subscriber *)c->stream;
}

static void free_subscription(struct subscription *s)
{
	LIST_REMOVE(s, of_client);
	feed_leave(s->view);
	free(s);
}

static void gone(struct api_client *c)
{
	struct subscriber *sub = of_client(c);

	while (!LIST_EMPTY(&sub->list))
		free_subscription(LIST_FIRST(&sub->list));
	TAILQ_REMOVE(&all, sub, all);
	c->stream = NULL;
	free(sub);
	if (!TAILQ_EMPTY(&all) || !pump)
		return;
	event_free(pump);
	pump = NULL;
}

static void room(struct api_client *c)
{
	pump_later();
}

static struct subscriber *subscriber_of(struct api_client *c)
{
	struct subscriber *sub = of_client(c);

	if (sub)
		return sub;
	sub = sw_xcalloc(1, sizeof(*sub));
	sub->stream.room = room;
	sub->stream.gone = gone;
	sub->client = c;
	TAILQ_INSERT_TAIL(&all, sub, all);
	c->stream = &sub->stream;
	if (!pump)
		pump = event_new(event_get_base(c->readable), -1, 0, on_pump, NULL);
	feed_on_news(pump_later);
	return sub;
}

struct subscription *subscriber_add(
	struct api_client *c, struct view *view, bool resume, uint64_t seq)
{
	struct subscriber *sub = subscriber_of(c);
	struct subscription *s = sw_xcalloc(1, sizeof(*s));

	s->id = ++sub->last_id;
	s->view = view;
	s->bytes = view->bytes;
	s->at = resume ? seq : 0;
	s->catching_up = !resume;
	s->place = view_place(view, 0);
	s->events = resume ? UINT64_MAX : view->events;
	LIST_INSERT_HEAD(&sub->list, s, of_client);
	sub->n++;
	pump_later();
	return s;
}

struct subscription *subscriber_find(const struct api_client *c, int64_t id)
{
	struct subscription *s = NULL;

	if (of_client(c))
		LIST_FOREACH(s, &of_client(c)->list, of_client)
	if (s->id == id)
		break;
	return s;
}

unsigned subscriber_count(const struct api_client *c)
{
	return of_client(c) ? of_client(c)->n : 0;
}

void subscriber_end(struct api_client *c, struct subscription *s)
{
	of_client(c)->n--;
	free_subscription(s);
	if (!of_client(c)->n)
		gone(c);
}

static void put_head(struct sw_str *out, const struct subscription *s)
{
	sw_str_add(out,
		"{\"jsonrpc\":\"2.0\",\"method\":\"update\",\"params\":{\"subscription\":%lld,",
		(long long)s->id);
}

/* Is it so far behind that single updates make no sense any more, or are they lost? */
static bool is_behind(const struct subscription *s)
{
	return !view_has(s->view, s->at) || s->view->bytes - s->bytes > SUBSCRIBER_SOFT;
}

/* The end of a part: what the reader missed is told with the last one. */
static void put_end(struct sw_str *out, struct subscription *s, bool last)
{
	uint64_t lost = s->view->events - s->events;

	if (!last) {
		sw_str_add(out, ",\"more\":true}}\n");
		return;
	}
	if (s->events == UINT64_MAX)
		sw_str_add(out, ",\"events_lost\":null");
	else if (lost)
		sw_str_add(out, ",\"events_lost\":%llu", (unsigned long long)lost);
	sw_str_add(out, "}}\n");
	s->events = s->view->events;
	s->catching_up = false;
}

static bool put_part(struct sw_str *out, struct subscription *s)
{
	size_t before = out->len;
	enum view_part part;

	put_head(out, s);
	part = view_catch_up(s->view, &s->place, out);
	if (part == VIEW_WAIT) {
		out->len = before;
		return false;
	}
	put_end(out, s, part == VIEW_LAST);
	s->at = part == VIEW_LAST ? s->place.at : s->at;
	s->bytes = s->view->bytes;
	return true;
}

static bool put_update(struct sw_str *out, struct subscription *s)
{
	const struct view_update *u = view_next(s->view, s->at);

	if (!u)
		return false;
	put_head(out, s);
	sw_str_add_bytes(out, u->text, u->len);
	s->at = u->seq;
	s->events = u->events;
	s->bytes += u->len;
	return true;
}

static bool put_next(struct sw_str *out, struct subscription *s)
{
	if (!s->catching_up && s->at < s->view->seq && is_behind(s)) {
		s->catching_up = true;
		s->place = view_place(s->view, s->at);
	}
	return s->catching_up ? put_part(out, s) : put_update(out, s);
}

static bool waits(const struct subscription *s)
{
	return s->catching_up || s->at < s->view->seq;
}

/* Why it must go, or NULL. */
static const char *fault_of(const struct subscriber *sub)
{
	const struct api_client *c = sub->client;
	const struct subscription *s;

	if (!c->out.len)
		return NULL;
	LIST_FOREACH(s, &sub->list, of_client)
	{
		if (s->view->bytes - s->bytes > SUBSCRIBER_HARD)
			return "it does not read its updates (8 MiB behind)";
		if (waits(s) && sw_clock_ms() - c->unread_since_ms >= SUBSCRIBER_AGE_MS)
			return "it does not read its updates (10 s)";
	}
	return NULL;
}

static void drop(struct subscriber *sub, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text),
		"{\"jsonrpc\":\"2.0\",\"method\":\"dropped\",\"params\":{\"reason\":\"%s\"}}\n",
		why);
	api_client_last_words(sub->client, text);
	api_client_drop(sub->client, why);
}

/* Fill the room the client has, until time runs out; true when it may take more at once. */
static bool fill(struct subscriber *sub, uint64_t until_ns)
{
	struct api_client *c = sub->client;
	struct subscription *s;
	struct sw_str out = { 0 };
	bool more = false;

	LIST_FOREACH(s, &sub->list, of_client)
	do
		more = c->out.len + out.len < SUBSCRIBER_ROOM && put_next(&out, s);
	while (more && sw_clock_ns() < until_ns);
	more = out.len > 0;
	if (more)
		api_client_put(
			c, &(struct sw_bytes){ .buf = out.s, .len = out.len, .size = out.len });
	else
		free(out.s);
	return more && !c->dropped && c->out.len < SUBSCRIBER_ROOM;
}

/* One step: each client once, as far as time allows; who had its turn stands last. True: there is more. */
static bool pump_step(void)
{
	uint64_t until_ns = sw_clock_ns() + BUDGET_NS;
	struct subscriber *sub;
	unsigned n = 0;
	bool more = false;

	TAILQ_FOREACH (sub, &all, all)
		n++;
	while (n && sw_clock_ns() < until_ns && (sub = TAILQ_FIRST(&all))) {
		const char *why = fault_of(sub);

		n--;
		TAILQ_REMOVE(&all, sub, all);
		TAILQ_INSERT_TAIL(&all, sub, all);
		if (why)
			drop(sub, why);
		else
			more |= fill(sub, until_ns);
	}
	return more || n;
}

void subscriber_pump_all(void)
{
	while (pump_step())
		;
}

static void on_pump(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("subscribers");

	if (pump_step())
		pump_later();
}

static void pump_later(void)
{
	static const struct timeval soon = { .tv_usec = PUMP_US };

	if (pump && !event_pending(pump, EV_TIMEOUT, NULL))
		event_add(pump, &soon);
}
