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
#include "slice.h"
#include "store.h"
#include "switch/plan.h"
#include "symbol.h"

SW_LOG(txn, "transactions: who changed what");

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

static void finish_unstored(struct txn *t)
{
	txn_request_fill(t, txn_generation());
	txn_request_keep(t, false);
	txn_finish(t);
}

static void describe(struct txn *t)
{
	t->reply.plan = plan_describe(t->plan);
	if (!json_array_size(t->reply.plan))
		json_array_append_new(t->reply.plan,
			json_string("store the change; it touches nothing that runs"));
	t->reply.exit_status = EXIT_CHANGES;
}

static void make_plan(struct txn *t, const struct slice *slice);

static void plan_again(void *arg)
{
	LOOP_STEP("transaction plan");
	struct slice slice = slice_begin();

	make_plan(arg, &slice);
}

static void make_plan(struct txn *t, const struct slice *slice)
{
	if (plan_make(t->plan, slice) == SLICE_MORE) {
		loop_again(plan_again, t);
	} else if (t->dry_run) {
		describe(t);
		finish_unstored(t);
	} else {
		plan_run(t->plan, planned, t);
	}
}

/* Checked, and right. */
static void checked(struct txn *t, const struct slice *slice)
{
	struct draft_diff diff = { 0 };

	check_free(t->check);
	t->check = NULL;
	if (draft_diff_next(t->draft, &diff)) {
		t->plan = plan_new(t->draft, false);
		make_plan(t, slice);
		return;
	}
	if (t->dry_run)
		t->reply.plan = json_array();
	finish_unstored(t);
}

static void check(struct txn *t, const struct slice *slice);

static void check_again(void *arg)
{
	LOOP_STEP("transaction check");
	struct slice slice = slice_begin();

	check(arg, &slice);
}

static void check(struct txn *t, const struct slice *slice)
{
	struct sw_err err = { 0 };
	int command = -1;
	int rc = check_go(t->check, slice, &command, &err);

	if (rc == SLICE_MORE) {
		loop_again(check_again, t);
	} else if (rc) {
		txn_blame(t, &err, command);
		txn_finish(t);
	} else {
		checked(t, slice);
	}
}

/* All commands are done: check the whole, and carry it out. */
void txn_conclude(struct txn *t, const struct slice *slice)
{
	struct sw_err err = { 0 };
	int command = -1;

	if (symbols_check_named(t->draft, &command, &err)) {
		txn_blame(t, &err, command);
		txn_finish(t);
	} else if (t->draft->changed) {
		t->check = check_new(t->draft);
		check(t, slice);
	} else {
		finish_unstored(t);
	}
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

void txn_run(struct txn *t)
{
	struct slice slice = slice_begin();
	struct db *nothing;

	if (t->kind == TXN_BOOT) {
		nothing = db_new_bare();
		t->draft = draft_between(nothing, store_db());
		db_unref(nothing);
		t->plan = plan_new(t->draft, true);
		make_plan(t, &slice);
		return;
	}
	if (t->kind == TXN_CLIENT) {
		txn_begin(t);
		return;
	}
	t->draft = draft_new(store_db());
	if (t->kind == TXN_COMPACT) {
		txn_compact(t);
	} else {
		t->plan = plan_new_retry(t->draft);
		if (t->plan)
			plan_run(t->plan, planned, t);
		else
			txn_finish(t);
	}
}
