/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Transactions that wait for a condition (wait-until). One whose condition does not hold forgets what it
 * did and stands aside: it holds neither the queue nor a draft. It begins again when the configuration
 * changed, and every 100 ms, because what the switch tells of itself (link_state, error) changes without
 * a transaction. Since nothing of it was applied meanwhile, all of it still happens at one moment.
 *
 * One that sleeps (SW_CMD_SLEEP) only looks, and stands here likewise with what it has gathered so far.
 *
 * Thread: control.
 */
#include "txn_run.h"

#include <event2/event.h>

#include <sw/err.h>
#include <sw/loop.h>
#include <sw/post.h>

#include "draft.h"
#include "loop.h"

static TAILQ_HEAD(, txn) aside = TAILQ_HEAD_INITIALIZER(aside);
static unsigned n_aside;
static struct event *look_event;

unsigned txn_wait_count(void)
{
	return n_aside;
}

static void on_look(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("transaction wait");

	txn_wait_look(NULL);
}

/* Look again in a while, as long as somebody waits; without a loop (in a test) only when told. */
static void look_later(void)
{
	static const struct timeval soon = { 0, TXN_WAIT_MS * 1000 };

	if (!look_event && sw_loop_base())
		look_event = event_new(sw_loop_base(), -1, 0, on_look, NULL);
	if (look_event && !event_pending(look_event, EV_TIMEOUT, NULL))
		event_add(look_event, &soon);
}

static void stand_aside(struct txn *t)
{
	t->waits = true;
	TAILQ_INSERT_TAIL(&aside, t, aside);
	n_aside++;
	look_later();
}

void txn_wait(struct txn *t)
{
	txn_end_command(t);
	json_array_clear(t->reply.results);
	t->reply.exit_status = 0;
	t->at = 0;
	draft_free(t->draft);
	t->draft = NULL;
	stand_aside(t);
	txn_step_aside(t);
}

void txn_sleep(struct txn *t)
{
	t->asleep = true;
	stand_aside(t);
}

static void go_on(struct txn *t)
{
	bool asleep = t->asleep;

	t->asleep = false;
	if (asleep)
		txn_run_commands(t);
	else
		txn_start(t);
}

void txn_wait_leave(struct txn *t)
{
	if (!t->waits)
		return;
	t->waits = false;
	TAILQ_REMOVE(&aside, t, aside);
	n_aside--;
	if (n_aside || !look_event)
		return;
	event_free(look_event);
	look_event = NULL;
}

void txn_wait_look(void *arg)
{
	/* each once: one that still waits goes to the end */
	for (unsigned n = n_aside; n > 0 && n_aside; n--) {
		struct txn *t = TAILQ_FIRST(&aside);

		txn_wait_leave(t);
		go_on(t);
	}
}

void txn_wait_wake(void)
{
	if (n_aside)
		sw_post(txn_wait_look, NULL);
}

void txn_wait_sweep(void)
{
	struct txn *t, *after;

	for (t = TAILQ_FIRST(&aside); t; t = after) {
		after = TAILQ_NEXT(t, aside);
		if (!txn_request_wanted(t))
			txn_free(t);
	}
}

void txn_wait_stop(void)
{
	struct sw_err err;
	struct txn *t;

	while ((t = TAILQ_FIRST(&aside))) {
		txn_wait_leave(t);
		sw_err_set(&err, SW_CODE_CONFLICT, "the switch is stopping");
		txn_blame(t, &err, -1);
		txn_finish(t);
	}
}
