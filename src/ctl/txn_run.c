/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The stages of a transaction:
 *
 *	commands on a draft -> checks -> plan run -> journal (job thread) -> in force -> plan finish -> reply
 *
 * A failure before the journal has it goes back through the plan's undo; nothing after it can fail. Each
 * stage ends by naming the next; stages that wait are resumed by a callback. Long lists of commands give
 * the control loop back every few milliseconds.
 */
#include "txn_run.h"

#include <event2/event.h>

#include <sw/clock.h>
#include <sw/log.h>
#include <sw/loop.h>
#include <sw/post.h>

#include "check.h"
#include "cmd.h"
#include "draft.h"
#include "job.h"
#include "loop.h"
#include "record.h"
#include "store.h"
#include "switch/plan.h"

SW_LOG(txn, "transactions: who changed what");

#define SLICE_NS (2 * 1000000ull) /* of commands in one step of the control loop */

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
	store_replace(draft_store(t->draft));
	sw_debug("generation %llu by %s", (unsigned long long)txn_generation(), t->user);
	plan_finish(t->plan, finished, t);
}

/* Job thread: control leaves the draft and the journal alone until `stored`. */
static void store_job(void *arg)
{
	struct txn *t = arg;
	struct record_note note = { .user = t->user, .commands = t->commands };

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
	if (t->kind == TXN_CLIENT)
		job_run(store_job, stored, t);
	else
		plan_finish(t->plan, finished, t);
}

static void count_change(void *arg, const struct row *was, const struct row *is)
{
	++*(unsigned *)arg;
}

/* All commands are done: check the whole, and carry it out. */
static void conclude(struct txn *t)
{
	struct sw_err err = { 0 };
	int command = -1;
	unsigned changes = 0;

	if (!t->draft->changed) {
		txn_finish(t);
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
		t->reply.exit_status = changes ? 10 : t->reply.exit_status;
	}
	if (!changes || t->dry_run)
		txn_finish(t);
	else
		plan_run(t->plan, planned, t);
}

/* Run a command, or let it go on. 0, SW_CMD_MORE or an error. */
static int run_command(struct txn *t, unsigned i, struct sw_err *err)
{
	struct cmd_line *line = &t->lines[i];
	struct sw_call *call = &t->call;
	int rc;

	call->n_args = line->n_args;
	call->args = line->args;
	call->option = line->option;
	call->draft = line->cmd->kind == SW_CMD_CONFIG ? t->draft : NULL;
	t->draft->command = i;
	rc = line->cmd->run(call, err);
	if (rc >= SW_CMD_EXIT(0)) {
		t->reply.exit_status = rc - SW_CMD_EXIT(0);
		rc = 0;
	}
	if (rc)
		return rc;
	json_array_append_new(
		t->reply.results, json_pack("{s:s, s:s, s:o}", "command", line->cmd->name, "output",
					  txn_output_name(line->cmd->output), "value",
					  call->result ? call->result : json_null()));
	call->result = NULL;
	call->at = 0;
	return 0;
}

static void resume_event(evutil_socket_t fd, short what, void *arg)
{
	txn_run_commands(arg);
}

static void resume_post(void *arg)
{
	txn_run_commands(arg);
}

/* Go on in another round of the loop; posted calls would all be one step, and a timer of zero is one more
 * event of this round. */
static void yield(struct txn *t)
{
	static const struct timeval next_round = { .tv_usec = 1 };

	if (!sw_loop_base() ||
		event_base_once(sw_loop_base(), -1, EV_TIMEOUT, resume_event, t, &next_round))
		sw_post(resume_post, t);
}

void txn_run_commands(struct txn *t)
{
	LOOP_STEP("transaction commands");
	uint64_t start = sw_clock_ns();

	while (t->at < t->n) {
		struct sw_err err = { 0 };
		int rc;

		if (sw_clock_ns() - start > SLICE_NS) {
			yield(t);
			return;
		}
		rc = run_command(t, t->at, &err);
		if (rc < 0) {
			txn_blame(t, &err, t->at);
			txn_finish(t);
			return;
		}
		t->at += !rc;
	}
	t->draft->command = -1;
	conclude(t);
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
	t->draft = draft_new(store_db());
	if (t->kind == TXN_CLIENT) {
		txn_run_commands(t);
	} else if (t->kind == TXN_COMPACT) {
		job_run(compact_job, compacted, t);
	} else {
		t->plan = plan_new_retry(t->draft);
		if (t->plan)
			plan_run(t->plan, planned, t);
		else
			txn_finish(t);
	}
}
