/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Method transact: a list of commands, each an array of words, as one transaction. The client gets its
 * answer when the transaction is done; should the client go away first, a transaction that has not begun
 * is dropped, one that has is completed. Control thread.
 */
#include "method.h"

#include <sw/err.h>

#include "../input.h"
#include "../role.h"
#include "../txn.h"
#include "client.h"
#include "server.h"

#define PATIENCE_MAX 86400 /* as swctl's -t */

static json_t *describe_failure(const json_t *commands, int failed_at, uint64_t generation)
{
	json_t *more = json_pack("{s:I}", "generation", (json_int_t)generation), *command;

	if (failed_at < 0)
		return more;
	json_object_set_new(more, "failed_at", json_integer(failed_at));
	command = json_array_get(commands, failed_at);
	if (command)
		json_object_set(more, "command", command);
	return more;
}

static void on_done(void *arg, struct txn_reply *reply)
{
	struct api_call *call = arg;

	if (reply->rc < 0) {
		call->more = describe_failure(
			api_param(call, "commands"), reply->failed_at, reply->generation);
	} else {
		call->result =
			json_pack("{s:I, s:i, s:O?}", "generation", (json_int_t)reply->generation,
				"exit_status", reply->exit_status, "results", reply->results);
		if (reply->replayed)
			json_object_set_new(call->result, "replayed", json_true());
		if (reply->plan)
			json_object_set(call->result, "plan", reply->plan);
	}
	api_call_done(call, reply->rc, &reply->err);
}

static void cancel(struct api_call *call)
{
	txn_cancel(call);
}

static int check_patience(struct api_call *call, struct sw_err *err)
{
	json_int_t n = json_integer_value(api_param(call, "patience"));
	int rc;

	if (n >= 0 && n <= PATIENCE_MAX)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "nobody waits %" JSON_INTEGER_FORMAT " seconds", n);
	sw_err_path(err, "params.patience");
	sw_err_allowed(err, "0 (for ever) to %d", PATIENCE_MAX);
	return rc;
}

/* Is what came by method input what is announced? */
static int check_parts(const struct api_call *call, const struct input *in, struct sw_err *err)
{
	json_int_t want = json_integer_value(api_param(call, "input_parts"));
	unsigned came = in ? in->parts : 0;
	int rc;

	rc = role_check("input", SW_ROLE_OPERATE, api_peer(call)->role, api_peer(call)->user, err);
	if (rc)
		return rc;
	if (came == want && came && in->fault.text[0]) {
		*err = in->fault;
		return sw_err_errno(err->code);
	}
	if (came == want && came && !api_param(call, "input"))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"the input should have come in %" JSON_INTEGER_FORMAT " parts, and %u came", want,
		came);
	sw_err_path(err, "params.input_parts");
	sw_err_hint(err,
		"send each by the method input, on this connection, then this, without \"input\"");
	return rc;
}

/* It is used up, whatever comes of it. NULL: an error, or there is none. */
static struct input *take_parts(struct api_call *call, int *rc, struct sw_err *err)
{
	struct input *in = call->client->input;

	*rc = 0;
	if (!api_param(call, "input_parts"))
		return NULL;
	*rc = check_parts(call, in, err);
	call->client->input = NULL;
	if (*rc) {
		input_free(in);
		in = NULL;
	}
	return in;
}

static int run_transact(struct api_call *call, struct sw_err *err)
{
	const json_t *generation = api_param(call, "if_generation");
	struct txn_request req = {
		.commands = api_param(call, "commands"),
		.input = api_param(call, "input"),
		.user = api_peer(call)->user,
		.role = api_peer(call)->role,
		.dry_run = json_is_true(api_param(call, "dry_run")),
		.patience_s = json_integer_value(api_param(call, "patience")),
		.has_generation = generation != NULL,
		.if_generation = json_integer_value(generation),
		.request_id = json_string_value(api_param(call, "request_id")),
	};
	int rc;

	req.parts = take_parts(call, &rc, err);
	if (!rc)
		rc = check_patience(call, err);
	if (!rc)
		rc = txn_submit(&req, on_done, call, err);
	if (rc)
		input_free(req.parts);
	call->cancel = cancel;
	return rc ? rc : API_LATER;
}

static const struct api_param transact_params[] = {
	{ "commands", API_ARRAY, true,
		"commands, each an array of words: [[\"add-br\", \"br0\"]]" },
	{ "input", API_STRING, false,
		"text that a command reads: the document of config apply, the lines of rule load and the like" },
	{ "input_parts", API_INT, false,
		"the same for longer text: it came in so many parts by the method input" },
	{ "dry_run", API_BOOL, false, "check everything, change nothing, tell what would be done" },
	{ "if_generation", API_INT, false,
		"refuse with \"conflict\" when the configuration has another generation" },
	{ "patience", API_INT, false,
		"seconds that you wait for the answer: a command that waits for packets ends before" },
	{ "request_id", API_STRING, false,
		"1 to 64 characters of your choice: asked again with the same id and commands, it is "
		"answered again and not done again" },
	{ 0 },
};

SW_REGISTER(method, transact) = {
	.name = "transact",
	.help = "apply commands as one transaction: all of them or none",
	.role = SW_ROLE_READ, /* each command has its own */
	.params = transact_params,
	.run = run_transact,
};
