/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The queue of transactions. One that changes something runs alone; one that only looks runs at once, on
 * what is in force. A client that goes away is forgotten: its transactions lose their `done`.
 */
#include "txn_run.h"

#include <errno.h>
#include <stdlib.h>

#include <sw/mem.h>
#include <sw/post.h>

#include "draft.h"
#include "journal.h"
#include "loop.h"
#include "queue.h"
#include "slice.h"
#include "store.h"

#define FEW 64 /* commands that are parsed at once: the rest of a request is a step of its own */

static STAILQ_HEAD(, txn) waiting = STAILQ_HEAD_INITIALIZER(waiting);
static struct txn *running; /* the one that may change what runs */
static LIST_HEAD(, txn) all = LIST_HEAD_INITIALIZER(all);
static unsigned n_all;
static bool booted, stopped;

static void next(void);

uint64_t txn_generation(void)
{
	return store_db() ? store_db()->generation : 0;
}

bool queue_idle(void)
{
	return n_all == txn_wait_count();
}

bool txn_idle(void)
{
	return queue_idle();
}

void txn_forget(struct txn *t)
{
	LIST_REMOVE(t, all);
	n_all--;
	free(t);
}

static void reply_now(void *arg)
{
	struct txn *t = arg;

	if (t->done)
		t->done(t->arg, &t->reply);
	txn_free(t);
}

/* Answer on a step of its own; the next one need not wait for that. */
void txn_finish(struct txn *t)
{
	if (!t->reply.replayed)
		t->reply.generation =
			t->look_only && t->draft ? t->draft->base->generation : txn_generation();
	if (t->reply.rc) {
		json_decref(t->reply.results);
		t->reply.results = NULL;
	}
	txn_request_end(t);
	if (running == t)
		running = NULL;
	booted |= t->kind == TXN_BOOT;
	if (t->kind == TXN_CLIENT)
		sw_post(reply_now, t);
	else
		txn_free(t);
	next();
}

static void start_first(void *arg)
{
	LOOP_STEP("transaction start");
	struct txn *t = STAILQ_FIRST(&waiting);

	if (running || !t)
		return;
	STAILQ_REMOVE_HEAD(&waiting, next);
	running = t;
	txn_run(t);
}

static struct txn *txn_new(enum txn_kind kind)
{
	struct txn *t = sw_xcalloc(1, sizeof(*t));

	t->kind = kind;
	t->reply.failed_at = -1;
	LIST_INSERT_HEAD(&all, t, all);
	n_all++;
	return t;
}

static void put(struct txn *t, bool first)
{
	if (first)
		STAILQ_INSERT_HEAD(&waiting, t, next);
	else
		STAILQ_INSERT_TAIL(&waiting, t, next);
	if (!running)
		sw_post(start_first, NULL);
}

/* Something ended: rewrite the journal if it is time, else take the next. */
static void next(void)
{
	if (running)
		return;
	if (!stopped && store_journal() && journal_wants_compaction(store_journal()) &&
		txn_may_compact())
		put(txn_new(TXN_COMPACT), true);
	else if (!STAILQ_EMPTY(&waiting))
		sw_post(start_first, NULL);
}

void txn_step_aside(struct txn *t)
{
	if (running == t)
		running = NULL;
	next();
}

void queue_boot(void)
{
	stopped = booted = false;
	txn_request_forget();
	put(txn_new(TXN_BOOT), true);
}

void queue_retry_ports(void)
{
	if (queue_idle() && !stopped)
		put(txn_new(TXN_RETRY), false);
}

static int refuse_stopped(struct sw_err *err)
{
	return sw_err_set(err, SW_CODE_CONFLICT, "the switch is starting or stopping");
}

void queue_stop(void)
{
	struct txn *t;
	struct sw_err err;

	stopped = true;
	txn_wait_stop();
	while ((t = STAILQ_FIRST(&waiting))) {
		STAILQ_REMOVE_HEAD(&waiting, next);
		refuse_stopped(&err);
		txn_blame(t, &err, -1);
		txn_finish(t);
	}
}

static int check_request(const struct txn_request *req, struct sw_err *err)
{
	size_t n = json_array_size(req->commands);
	int rc;

	if (!json_is_array(req->commands) || !n)
		return sw_err_set(
			err, SW_CODE_USAGE, "commands must be an array of arrays of words");
	if (n > TXN_COMMANDS_MAX) {
		rc = sw_err_set(
			err, SW_CODE_LIMIT, "%zu commands are too many for one transaction", n);
		sw_err_allowed(err, "%d commands", TXN_COMMANDS_MAX);
		return rc;
	}
	if (stopped || !store_db())
		return refuse_stopped(err);
	if (n_all >= TXN_WAITING_MAX) {
		rc = sw_err_set(
			err, SW_CODE_LIMIT, "%d transactions are waiting already", TXN_WAITING_MAX);
		sw_err_hint(err, "try again in a moment");
		return rc;
	}
	return 0;
}

void txn_start(struct txn *t)
{
	if (t->look_only && booted)
		txn_begin(t);
	else
		put(t, false);
}

static void take_up(struct txn *t, const struct slice *slice);

static void take_up_again(void *arg)
{
	LOOP_STEP("transaction parse");
	struct slice slice = slice_begin();

	take_up(arg, &slice);
}

/* From its words to its place in the queue. */
static void take_up(struct txn *t, const struct slice *slice)
{
	struct sw_err err = { 0 };
	int rc = stopped ? refuse_stopped(&err) : txn_parse(t, slice, &err);

	if (rc == SLICE_MORE) {
		loop_again(take_up_again, t);
	} else if (rc) {
		if (!t->reply.rc)
			txn_blame(t, &err, -1);
		txn_finish(t);
	} else if (!t->done) {
		txn_free(t); /* its client went away before it began */
	} else if (!txn_request_again(t)) {
		txn_start(t);
	}
}

int txn_submit(const struct txn_request *req, void (*done)(void *arg, struct txn_reply *reply),
	void *arg, struct sw_err *err)
{
	struct sw_err mine = { 0 };
	struct txn *t;
	int rc = check_request(req, err);

	if (rc)
		return rc;
	t = txn_new(TXN_CLIENT);
	t->commands = json_incref(req->commands);
	t->input = json_incref(req->input);
	t->parts = req->parts;
	t->user = sw_xstrdup(req->user ? req->user : "");
	t->role = req->role;
	t->patience_s = req->patience_s;
	t->dry_run = req->dry_run;
	t->n = json_array_size(req->commands);
	t->done = done;
	t->arg = arg;
	t->reply.results = json_array();
	rc = txn_request_take(t, req, &mine);
	if (rc) {
		txn_blame(t, &mine, -1);
		txn_finish(t);
	} else if (t->n > FEW) {
		loop_again(take_up_again, t);
	} else {
		take_up(t, NULL);
	}
	return 0;
}

void txn_cancel(void *arg)
{
	struct txn *t, *after;

	LIST_FOREACH(t, &all, all)
	if (t->kind == TXN_CLIENT && t->arg == arg)
		t->done = NULL;
	for (t = STAILQ_FIRST(&waiting); t; t = after) {
		after = STAILQ_NEXT(t, next);
		if (t->kind != TXN_CLIENT || txn_request_wanted(t))
			continue;
		STAILQ_REMOVE(&waiting, t, txn, next);
		txn_free(t);
	}
	txn_wait_sweep();
}
