/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Method input: text for a transaction that is longer than a message, a part of it. Parts are usually notifications: nobody
 * waits for an answer, and the transaction they are for tells what went wrong with them. They go with their client. Control thread.
 */
#include <string.h>

#include <sw/clock.h>
#include <sw/err.h>

#include "../input.h"
#include "client.h"

static int run_input(struct api_call *call, struct sw_err *err)
{
	const json_t *text = api_param(call, "text");
	struct api_client *c = call->client;
	int rc;

	if (!c->input)
		c->input = input_new();
	c->input_since_ms = sw_clock_ms();
	rc = input_add(c->input, json_string_value(text), json_string_length(text), err);
	if (rc)
		return rc;
	call->result = json_pack("{s:i, s:I}", "parts", (int)c->input->parts, "bytes",
		(json_int_t)c->input->text.len);
	return 0;
}

static const struct api_param input_params[] = {
	{ "text", API_STRING, true, "what follows the parts before it" },
	{ 0 },
};

SW_REGISTER(method, input) = {
	.name = "input",
	.help = "a part of a text that is too long for the parameter \"input\" of transact, which comes behind the last of them and says "
		"how many they are",
	.role = SW_ROLE_OPERATE,
	.params = input_params,
	.run = run_input,
};
