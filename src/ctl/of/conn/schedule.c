/* SPDX-License-Identifier: BSD-3-Clause */
/* See schedule.h. Control thread. */
#include "schedule.h"

#include <event2/event.h>
#include <rte_common.h>

#include <sw/clock.h>
#include <sw/mem.h>

#include "../../loop.h"
#include "conn.h"
#include "server.h"

void of_schedule_init(struct of_conn *c)
{
	of_schedule_bound(c, OF_SCHEDULE_NS, OF_SCHEDULE_NS);
}

void of_schedule_fini(struct of_conn *c)
{
	if (c->schedule.timer)
		event_free(c->schedule.timer);
}

void of_schedule_bound(struct of_conn *c, uint64_t max_future_ns, uint64_t max_past_ns)
{
	c->schedule.max_future_ns = RTE_MIN(max_future_ns, OF_SCHEDULE_MOST_NS);
	c->schedule.max_past_ns = RTE_MIN(max_past_ns, OF_SCHEDULE_MOST_NS);
}

enum of_error of_schedule_check(const struct of_conn *c, uint64_t at_ns)
{
	uint64_t now = sw_clock_tai_ns();

	if (at_ns > now)
		return at_ns - now > c->schedule.max_future_ns ? OFPBFC_SCHED_FUTURE : OF_FINE;
	return now - at_ns > c->schedule.max_past_ns ? OFPBFC_SCHED_PAST : OF_FINE;
}

void of_schedule_put(
	struct of_conn *c, struct of_bundle *b, uint64_t at_ns, const struct of_msg *msg)
{
	struct of_due *due = sw_xcalloc(1, sizeof(*due));

	due->at_ns = at_ns;
	of_msg_keep(&due->request, msg, due->head, sizeof(due->head));
	b->due = due;
	b->closed = true;
	TAILQ_REMOVE(&c->bundles, b, list);
	TAILQ_INSERT_TAIL(&c->bundles, b, list);
}

static struct of_bundle *first(const struct of_conn *c)
{
	struct of_bundle *b, *found = NULL;

	TAILQ_FOREACH (b, &c->bundles, list)
		if (b->due && (!found || b->due->at_ns < found->due->at_ns))
			found = b;
	return found;
}

struct of_bundle *of_schedule_due(const struct of_conn *c)
{
	struct of_bundle *b = first(c);

	return b && b->due->at_ns <= sw_clock_tai_ns() ? b : NULL;
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("openflow schedule");

	of_server_wake(arg);
}

void of_schedule_arm(struct of_conn *c)
{
	struct of_bundle *b = first(c);
	uint64_t now = b ? sw_clock_tai_ns() : 0, us;
	struct timeval left;

	if (!b || b->due->at_ns <= now) /* then it waits for something else */
		return;
	us = (b->due->at_ns - now + 999) / 1000;
	left = (struct timeval){ us / 1000000, us % 1000000 };
	if (!c->schedule.timer)
		c->schedule.timer = event_new(event_get_base(c->readable), -1, 0, on_time, c);
	if (c->schedule.timer)
		event_add(c->schedule.timer, &left);
}
