/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The commands of a transaction, one after another on its draft. A long list gives the control loop back
 * every few milliseconds.
 */
#include "txn_run.h"

#include <sw/err.h>

#include "cmd.h"
#include "draft.h"
#include "input.h"
#include "job.h"
#include "loop.h"
#include "slice.h"

const char *txn_output_name(int output)
{
	static const char *const names[] = { [SW_OUT_NONE] = "none",
		[SW_OUT_VALUE] = "value",
		[SW_OUT_LINES] = "lines",
		[SW_OUT_TABLE] = "table",
		[SW_OUT_RECORD] = "record",
		[SW_OUT_JSON] = "json",
		[SW_OUT_TREE] = "tree" };

	return output >= 0 && output <= SW_OUT_TREE ? names[output] : "none";
}

void txn_add_result(struct txn *t, unsigned i, json_t *value)
{
	const struct sw_cmd *cmd = t->lines[i].cmd;

	json_array_append_new(t->reply.results,
		json_pack("{s:s, s:s, s:o}", "command", cmd->name, "output",
			txn_output_name(cmd->output), "value", value ? value : json_null()));
}

void txn_end_command(struct txn *t)
{
	if (t->call.state && t->call.drop)
		t->call.drop(t->call.state);
	json_decref(t->call.result);
	json_decref(t->call.next);
	t->call = (struct sw_call){ 0 };
}

/* Run a command, or let it go on. 0, SW_CMD_MORE, _WAIT, _SLEEP, _JOB or an error. */
static int run_command(struct txn *t, unsigned i, struct sw_err *err)
{
	struct cmd_line *line = &t->lines[i];
	struct sw_call *call = &t->call;
	int rc;

	call->n_args = line->n_args;
	call->args = line->args;
	call->option = line->option;
	call->input = t->parts ? input_text(t->parts) : json_string_value(t->input);
	call->patience_s = t->patience_s;
	call->draft = line->cmd->kind == SW_CMD_CONFIG ? t->draft : NULL;
	t->draft->command = i;
	rc = line->cmd->run(call, err);
	if (rc >= SW_CMD_EXIT(0)) {
		t->reply.exit_status = rc - SW_CMD_EXIT(0);
		rc = 0;
	}
	if (rc)
		return rc;
	txn_add_result(t, i, call->result);
	if (call->next)
		json_object_set(
			json_array_get(t->reply.results, json_array_size(t->reply.results) - 1),
			"next", call->next);
	call->result = NULL;
	txn_end_command(t);
	return 0;
}

static void command_job(void *arg)
{
	struct txn *t = arg;

	t->call.job(t->call.state);
}

static void resume(void *arg)
{
	txn_run_commands(arg);
}

/* Others behind it would be told of a time that is over. */
static void sleep_if_alone(struct txn *t)
{
	struct sw_err err;

	if (t->n == 1 && !t->dry_run) {
		txn_sleep(t);
		return;
	}
	sw_err_set(&err, SW_CODE_USAGE, "%s waits for packets: it stands alone, and in no dry run",
		t->lines[t->at].cmd->name);
	sw_err_hint(&err, "give it in a swctl call of its own");
	txn_blame(t, &err, t->at);
	txn_finish(t);
}

void txn_run_commands(struct txn *t)
{
	LOOP_STEP("transaction commands");
	struct slice slice = slice_begin();

	while (t->at < t->n) {
		struct sw_err err = { 0 };
		int rc;

		if (slice_over(&slice)) {
			loop_again(resume, t);
			return;
		}
		rc = run_command(t, t->at, &err);
		if (rc < 0) {
			txn_blame(t, &err, t->at);
			txn_finish(t);
			return;
		}
		if (rc == SW_CMD_WAIT) {
			txn_wait(t);
			return;
		}
		if (rc == SW_CMD_SLEEP) {
			sleep_if_alone(t);
			return;
		}
		if (rc == SW_CMD_JOB) {
			job_run(command_job, resume, t);
			return;
		}
		t->at += !rc;
	}
	t->draft->command = -1;
	txn_conclude(t, &slice);
}
