/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A request on its way: from the message to the method, and from what that gave to the answer. A client has
 * one under way; a long message is one from when it goes to be parsed. Control thread.
 */
#include <stdlib.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "../loop.h"
#include "client.h"
#include "parse.h"

void api_call_free(struct api_call *call)
{
	if (call->is_long)
		parse_free_later(&call->req);
	else
		rpc_request_fini(&call->req);
	free(call);
}

/* The answer of a finished call; a notification gets none, whatever came of it. */
static void answer(struct api_call *call, int rc, int number, const struct sw_err *err)
{
	json_t *id = call->req.id;

	if (!id || call->client->dropped) {
		json_decref(call->result);
		json_decref(call->more);
	} else if (rc < 0) {
		json_decref(call->result);
		api_client_send(call->client, rpc_error(id, number, err, call->more));
	} else {
		json_decref(call->more);
		api_client_send(call->client, rpc_result(id, call->result));
	}
	api_call_free(call);
}

void api_call_done(struct api_call *call, int rc, const struct sw_err *err)
{
	struct api_client *c = call->client;

	c->busy = NULL;
	answer(call, rc, rc < 0 ? rpc_number(err->code) : 0, err);
	api_client_go_on(c);
}

const struct api_peer *api_peer(const struct api_call *call)
{
	return &call->client->peer;
}

/* A message that cannot be read is answered even where it has no id. */
static void handle_parsed(struct api_call *call, int rc, int number, struct sw_err *err)
{
	struct api_client *c = call->client;

	c->busy = NULL;
	if (rc) {
		api_client_send(c, rpc_error(call->req.id, number, err, NULL));
		api_call_free(call);
		return;
	}
	rc = api_method_run(call, &number, err);
	if (rc == API_LATER)
		c->busy = call;
	else
		answer(call, rc, number, err);
}

static void handle_long(struct api_call *call, int rc, int number, struct sw_err *err)
{
	LOOP_STEP("api request");
	struct api_client *c = call->client;

	handle_parsed(call, rc, number, err);
	api_client_go_on(c);
}

void api_call_begin(struct api_client *c, const char *line, size_t len)
{
	struct api_call *call = sw_xcalloc(1, sizeof(*call));
	struct sw_err err = { 0 };
	int number = 0, rc;

	call->client = c;
	api_server_count_request();
	if (parse_is_long(len)) {
		c->busy = call;
		parse_later(call, line, len, handle_long);
		return;
	}
	rc = rpc_parse(line, len, &call->req, &number, &err);
	handle_parsed(call, rc, number, &err);
}
