/* SPDX-License-Identifier: BSD-3-Clause */
/* loop_again of loop.h: calls that are to come in another round of the control loop. Control thread. */
#include "loop.h"

#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include <sw/mem.h>
#include <sw/post.h>

struct again {
	TAILQ_ENTRY(again) chain;
	struct event *timer;
	void (*fn)(void *arg);
	void *arg;
};

static TAILQ_HEAD(, again) agains = TAILQ_HEAD_INITIALIZER(agains);

static void again_free(struct again *again)
{
	TAILQ_REMOVE(&agains, again, chain);
	if (again->timer)
		event_free(again->timer);
	free(again);
}

static void on_again(evutil_socket_t fd, short what, void *arg)
{
	struct again again = *(struct again *)arg;

	again_free(arg);
	again.fn(again.arg);
}

void loop_again(void (*fn)(void *arg), void *arg)
{
	/* A timer of zero would be one more event of this round. */
	static const struct timeval next_round = { .tv_usec = 1 };
	struct again *again = sw_xcalloc(1, sizeof(*again));

	*again = (struct again){ .fn = fn, .arg = arg };
	TAILQ_INSERT_TAIL(&agains, again, chain);
	if (sw_loop_base())
		again->timer = event_new(sw_loop_base(), -1, 0, on_again, again);
	if (again->timer && !event_add(again->timer, &next_round))
		return;
	again_free(again);
	sw_post(fn, arg);
}

void loop_again_fini(void)
{
	while (!TAILQ_EMPTY(&agains))
		again_free(TAILQ_FIRST(&agains));
}
