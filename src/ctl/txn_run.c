/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages of a transaction:
 *
 *	commands on a draft -> checks -> plan run -> journal (job thread) -> in force -> plan finish -> reply
 *
 * A failure before the journal has it goes back through the plan's undo; nothing after it can fail. Each
 * stage ends by naming the next; stages that wait are resumed by a callback. The commands themselves are
 * in txn_commands.c.
 */
#include "txn_run.h"

#include <sw/clock.h>
#include <sw/exit.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "change.h"
#include "check.h"
#include "draft.h"
#include "job.h"
#include "loop.h"
#include "record.h"
#include "store.h"
#include "switch/plan.h"
#include "symbol.h"

SW_LOG(txn, "transactions: who changed what");

static uint64_t compact_after_s; /* a failed rewriting of the journal is not tried at each change */

void txn_blame(struct txn *t, const struct sw_err *err, int command)
{
	t->reply.err = *err;
	t->reply.rc = sw_err_errno(err->code);
	t->reply.failed_at = command;
	if (command >= 0 && t->n > 1)
		sw_err_path(&t->reply.err, "commands[%d]%s%s", command, *err->path ? ": " : "",
			err->path);
}

static void undone(void *arg, int rc)
{
	txn_finish(arg);
}

static void go_back(struct txn *t)
{
	plan_undo(t->plan, undone, t);
}

static void finished(void *arg, int rc)
{
	txn_finish(arg);
}

static void put_in_force(struct txn *t)
{
	struct db *db = draft_store(t->draft);

	db->user = sw_xstrdup(t->user);
	store_replace(db);
	txn_request_keep(t, true);
	txn_wait_wake();
}

static void stored(void *arg)
{
	LOOP_STEP("transaction stored");
	struct txn *t = arg;
	struct sw_err err = t->reply.err;

	if (t->reply.rc) {
		txn_blame(t, &err, -1);
		sw_error("%s", err.text);
		go_back(t);
		return;
	}
	put_in_force(t);
	sw_debug("generation %llu by %s", (unsigned long long)txn_generation(), t->user);
	change_tell(&(struct change){ txn_generation(), t->user, t->commands, t->draft });
	plan_finish(t->plan, finished, t);
}

/* Job thread: control leaves the draft and the journal alone until `stored`. */
static void store_job(void *arg)
{
	struct txn *t = arg;
	struct record_note note = {
		.user = t->user, .commands = t->commands, .request = t->request
	};

	t->reply.rc = journal_append(store_journal(), t->draft, &note, &t->reply.err);
}

static void planned(void *arg, int rc)
{
	struct txn *t = arg;
	const struct sw_err *err;
	int command;

	if (rc) {
		err = plan_error(t->plan, &command);
		txn_blame(t, err, command);
		go_back(t);
		return;
	}
	txn_request_fill(t, txn_generation() + 1);
	if (t->kind == TXN_CLIENT)
		job_run(store_job, stored, t);
	else
		plan_finish(t->plan, finished, t);
}

static void count_change(void *arg, const struct row *was, const struct row *is)
{
	++*(unsigned *)arg;
}

static void finish_unstored(struct txn *t)
{
	txn_request_fill(t, txn_generation());
	txn_request_keep(t, false);
	txn_finish(t);
}

/* All commands are done: check the whole, and carry it out. */
void txn_conclude(struct txn *t)
{
	struct sw_err err = { 0 };
	int command = -1;
	unsigned changes = 0;

	if (symbols_check_named(t->draft, &command, &err)) {
		txn_blame(t, &err, command);
		txn_finish(t);
		return;
	}
	if (!t->draft->changed) {
		finish_unstored(t);
		return;
	}
	if (check_draft(t->draft, &command, &err)) {
		txn_blame(t, &err, command);
		txn_finish(t);
		return;
	}
	draft_diff(t->draft, count_change, &changes);
	if (changes)
		t->plan = plan_new(t->draft, false);
	if (t->dry_run) {
		t->reply.plan = changes ? plan_describe(t->plan) : json_array();
		if (changes && !json_array_size(t->reply.plan))
			json_array_append_new(t->reply.plan,
				json_string("store the change; it touches nothing that runs"));
		t->reply.exit_status = changes ? EXIT_CHANGES : t->reply.exit_status;
	}
	if (!changes || t->dry_run)
		finish_unstored(t);
	else
		plan_run(t->plan, planned, t);
}

void txn_begin(struct txn *t)
{
	struct sw_err err = { 0 };

	t->draft = draft_new(store_db());
	if (!txn_request_check(t, &err)) {
		txn_run_commands(t);
		return;
	}
	txn_blame(t, &err, -1);
	txn_finish(t);
}

bool txn_may_compact(void)
{
	return sw_clock_s() >= compact_after_s;
}

static void compact_job(void *arg)
{
	struct txn *t = arg;

	t->reply.rc = journal_compact(store_journal(), t->draft->base, &t->reply.err);
}

static void compacted(void *arg)
{
	struct txn *t = arg;

	if (t->reply.rc) {
		sw_warn("the journal could not be rewritten: %s", t->reply.err.text);
		compact_after_s = sw_clock_s() + 60;
	}
	txn_finish(t);
}

void txn_run(struct txn *t)
{
	struct db *nothing;

	if (t->kind == TXN_BOOT) {
		nothing = db_new_bare();
		t->draft = draft_between(nothing, store_db());
		db_unref(nothing);
		t->plan = plan_new(t->draft, true);
		plan_run(t->plan, planned, t);
		return;
	}
	if (t->kind == TXN_CLIENT) {
		txn_begin(t);
		return;
	}
	t->draft = draft_new(store_db());
	if (t->kind == TXN_COMPACT) {
		job_run(compact_job, compacted, t);
	} else {
		t->plan = plan_new_retry(t->draft);
		if (t->plan)
			plan_run(t->plan, planned, t);
		else
			txn_finish(t);
	}
}
