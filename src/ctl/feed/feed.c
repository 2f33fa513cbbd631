/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See feed.h. Stored changes wait in a queue, each with the rows it changed (they never change again, so a
 * reference is enough), and are told to one view after the other. Control thread.
 */
#include "feed.h"

#include <event2/event.h>

#include <stdlib.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/event.h>
#include <sw/loop.h>
#include <sw/mem.h>
#include <sw/module.h>
#include <sw/port.h>

#include "../change.h"
#include "../columns.h"
#include "../draft.h"
#include "../loop.h"
#include "../store.h"

#define TICK_MS 100

struct waiting {
	STAILQ_ENTRY(waiting) next;
	uint64_t generation;
	unsigned n;
	struct {
		struct row *was, *is;
	} * rows;
};

static LIST_HEAD(, view) views = LIST_HEAD_INITIALIZER(views);
static unsigned n_views;
static STAILQ_HEAD(, waiting) queue = STAILQ_HEAD_INITIALIZER(queue);
static unsigned n_waiting;   /* rows in the queue */
static struct view *at_view; /* whom the first of the queue is told now, from at_row on */
static unsigned at_row;
static struct event *work, *tick;
static void (*on_news)(void);

static void wake(void)
{
	static const struct timeval next_round = { .tv_usec = 1 };

	if (work && !event_pending(work, EV_TIMEOUT, NULL))
		event_add(work, &next_round);
}

static void news(void)
{
	if (on_news)
		on_news();
}

void feed_on_news(void (*fn)(void))
{
	on_news = fn;
}

static void free_waiting(struct waiting *w)
{
	for (unsigned i = 0; i < w->n; i++) {
		row_unref(w->rows[i].was);
		row_unref(w->rows[i].is);
	}
	n_waiting -= w->n;
	free(w->rows);
	free(w);
}

static void drop_queue(void)
{
	struct waiting *w;

	while ((w = STAILQ_FIRST(&queue))) {
		STAILQ_REMOVE_HEAD(&queue, next);
		free_waiting(w);
	}
	at_view = NULL;
	at_row = 0;
}

/* Begin to compare all rows of a view with what is in force. */
static void compare(struct view *v)
{
	db_unref(v->compare_db);
	v->compare_db = db_ref(store_db());
	v->compare_table = v->compare_at = 0;
	wake();
}

static void add_row(struct waiting *w, const struct row *was, const struct row *is)
{
	if (!(w->n & (w->n - 1))) /* the array grows by powers of two */
		w->rows = sw_xrealloc(w->rows, w->n ? 2 * w->n : 1, sizeof(*w->rows));
	w->rows[w->n].was = was ? row_ref((struct row *)was) : NULL;
	w->rows[w->n++].is = is ? row_ref((struct row *)is) : NULL;
	n_waiting++;
}

static void on_change(const struct change *change)
{
	struct draft_diff diff = { 0 };
	struct waiting *w;
	struct view *v;

	if (LIST_EMPTY(&views))
		return;
	w = sw_xcalloc(1, sizeof(*w));
	w->generation = change->generation;
	while (draft_diff_next(change->draft, &diff))
		add_row(w, diff.was, diff.is);
	STAILQ_INSERT_TAIL(&queue, w, next);
	if (n_waiting > FEED_WAITING_MAX) {
		drop_queue();
		LIST_FOREACH(v, &views, all)
		compare(v);
	}
	wake();
}

/* The rows of one table that are not as told. */
static void compare_rows(struct view *v, const struct draft *draft, uint64_t until_ns)
{
	const struct topic_table *topic = v->topics.by_table[v->compare_table];
	struct row *row = NULL;

	while (topic && sw_clock_ns() < until_ns &&
		(row = rows_next(v->compare_db->tables[v->compare_table], &v->compare_at))) {
		struct view_row *vr = view_find(v, &row->uuid);

		if (!vr || vr->row != row)
			view_put(v, draft, topic, &row->uuid, row);
	}
	if (topic && (row || sw_clock_ns() >= until_ns))
		return;
	v->compare_table++;
	v->compare_at = 0;
}

static void compare_gone(struct view *v, const struct draft *draft)
{
	struct view_row *vr, *next;

	for (vr = TAILQ_FIRST(&v->there); vr; vr = next) {
		next = TAILQ_NEXT(vr, there);
		if (!rows_find(v->compare_db->tables[vr->topic->table->id], &vr->uuid))
			view_put(v, draft, vr->topic, &vr->uuid, NULL);
	}
}

static void compare_step(struct view *v, uint64_t until_ns)
{
	struct draft *draft = draft_new(store_db());
	bool done;

	v->generation = v->compare_db->generation;
	while (v->compare_table < schema_tables() && sw_clock_ns() < until_ns)
		compare_rows(v, draft, until_ns);
	done = v->compare_table == schema_tables();
	if (done) {
		compare_gone(v, draft);
		v->told = v->generation;
		db_unref(v->compare_db);
		v->compare_db = NULL;
	}
	view_publish(v, !done);
	draft_free(draft);
}

/* Tell the first of the queue to the view in hand; true when it has heard all. */
static bool tell_view(struct view *v, const struct waiting *w, uint64_t until_ns)
{
	struct draft *draft = draft_new(store_db());

	v->generation = w->generation;
	if (v->told >= w->generation)
		at_row = w->n;
	for (; at_row < w->n && sw_clock_ns() < until_ns; at_row++) {
		const struct row *row =
			w->rows[at_row].was ? w->rows[at_row].was : w->rows[at_row].is;
		const struct topic_table *topic = v->topics.by_table[row->table->id];

		if (topic)
			view_put(v, draft, topic, &row->uuid, w->rows[at_row].is);
	}
	view_publish(v, at_row < w->n);
	draft_free(draft);
	return at_row == w->n;
}

static void tell_first(uint64_t until_ns)
{
	struct waiting *w = STAILQ_FIRST(&queue);

	if (!at_view)
		at_view = LIST_FIRST(&views);
	while (at_view && sw_clock_ns() < until_ns) {
		if (!tell_view(at_view, w, until_ns))
			return;
		at_row = 0;
		at_view = LIST_NEXT(at_view, all);
	}
	if (at_view)
		return;
	STAILQ_REMOVE_HEAD(&queue, next);
	free_waiting(w);
}

static bool step_views(uint64_t until_ns)
{
	struct view *v;
	bool more = false;

	LIST_FOREACH(v, &views, all)
	if (v->compare_db && sw_clock_ns() < until_ns)
		compare_step(v, until_ns);
	LIST_FOREACH(v, &views, all)
	more |= v->compare_db != NULL;
	return more;
}

bool feed_step(void)
{
	uint64_t until_ns = sw_clock_ns() + FEED_STEP_NS;
	bool more = step_views(until_ns); /* a view that is not whole hears of no change */
	struct view *v;

	while (!more && !STAILQ_EMPTY(&queue) && sw_clock_ns() < until_ns)
		tell_first(until_ns);
	more |= !STAILQ_EMPTY(&queue);
	if (!more)
		LIST_FOREACH(v, &views, all)
	more |= v->sampling && sample_step(v, until_ns);
	news();
	return more;
}

static void drop_view(struct view *v)
{
	if (at_view == v) {
		at_view = LIST_NEXT(v, all);
		at_row = 0;
	}
	LIST_REMOVE(v, all);
	n_views--;
	view_free(v);
}

/* The view nobody has read for the longest time, or NULL. */
static struct view *idlest(void)
{
	struct view *v, *best = NULL;

	LIST_FOREACH(v, &views, all)
	if (!v->readers && (!best || v->idle_since_ms < best->idle_since_ms))
		best = v;
	return best;
}

struct view *feed_join(struct topics *topics, struct sw_err *err)
{
	struct view *v;

	LIST_FOREACH(v, &views, all)
	{
		if (!topics_equal(&v->topics, topics))
			continue;
		topics_fini(topics);
		v->readers++;
		return v;
	}
	if (n_views >= FEED_VIEWS_MAX && idlest())
		drop_view(idlest());
	if (n_views >= FEED_VIEWS_MAX) {
		sw_err_set(err, SW_CODE_LIMIT, "subscribers ask for too many different things");
		sw_err_allowed(err, "%d different topics at a time", FEED_VIEWS_MAX);
		sw_err_hint(err, "subscribe to what others subscribe to, or end a subscription");
		return NULL;
	}
	v = view_new(topics);
	LIST_INSERT_HEAD(&views, v, all);
	n_views++;
	v->readers++;
	v->sample_due_ms = sw_clock_ms() + v->topics.interval_ms;
	compare(v);
	return v;
}

void feed_leave(struct view *v)
{
	if (!--v->readers)
		v->idle_since_ms = sw_clock_ms();
}

void feed_look(const char *interface)
{
	const struct row *row =
		store_db() ? rows_find_name(store_db()->tables[TABLE(interface)->id], interface)
			   : NULL;
	struct draft *draft;
	struct view *v;

	if (!row || LIST_EMPTY(&views))
		return;
	draft = draft_new(store_db());
	LIST_FOREACH(v, &views, all)
	{
		struct view_row *vr = view_find(v, &row->uuid);

		v->generation = 0;
		if (vr && vr->row && vr->topic->n_status)
			view_look(v, draft, vr);
		view_publish(v, v->unsettled);
	}
	draft_free(draft);
	news();
}

static void on_port(struct sw_port *port)
{
	feed_look(port->name);
}

static void on_event(const struct sw_event_told *told)
{
	const struct sw_event *event;
	struct view *v;
	unsigned id = 0;

	if (LIST_EMPTY(&views))
		return;
	SW_REG_FOREACH (event, const struct sw_event *, event)
		if (event == told->kind)
			id = event_i;
	LIST_FOREACH(v, &views, all)
	if (v->topics.events[id])
		view_event(v, told);
	news();
}

void feed_tick(void)
{
	uint64_t now = sw_clock_ms();
	struct view *v, *next;
	bool begun = false;

	for (v = LIST_FIRST(&views); v; v = next) {
		next = LIST_NEXT(v, all);
		if (!v->sampling && now >= v->sample_due_ms && v->readers) {
			sample_begin(v, now);
			begun = true;
		}
		if (!v->readers && now - v->idle_since_ms >= FEED_LINGER_MS)
			drop_view(v);
	}
	if (begun)
		wake();
}

static void on_work(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("feed");

	if (feed_step())
		wake();
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("feed tick");

	feed_tick();
}

static int feed_start(const struct sw_boot *boot, struct sw_err *err)
{
	static const struct timeval tv = { 0, TICK_MS * 1000 };

	sw_port_on_change(on_port);
	work = event_new(sw_loop_base(), -1, 0, on_work, NULL);
	tick = event_new(sw_loop_base(), -1, EV_PERSIST, on_tick, NULL);
	if (work && tick && !event_add(tick, &tv))
		return 0;
	feed_stop();
	return sw_err_set(err, SW_CODE_INTERNAL, "no timers for subscriptions");
}

void feed_stop(void)
{
	while (!LIST_EMPTY(&views))
		drop_view(LIST_FIRST(&views));
	drop_queue();
	if (work)
		event_free(work);
	if (tick)
		event_free(tick);
	work = tick = NULL;
}

static const char *const after[] = { "store", NULL }, *const before[] = { "api", NULL };

SW_REGISTER(module, feed) = {
	.name = "feed",
	.help = "what is told to those who subscribed",
	.after = after,
	.before = before,
	.init = feed_start,
	.fini = feed_stop,
};
SW_REGISTER(change_listener, feed) = {
	.name = "feed",
	.help = "changes of rows, for those who subscribed",
	.hear = on_change,
};
SW_REGISTER(event_listener, feed) = {
	.name = "feed",
	.help = "events, for those who subscribed",
	.hear = on_event,
};
