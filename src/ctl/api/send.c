/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers of a client become text in pieces and go on their way whole. A short one is one piece. While a
 * long one is being written the client's next request waits, and what its stream has to say goes before.
 * Control thread.
 */
#include <stdlib.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "client.h"
#include "writer.h"

#define WRITE_CHUNK (128 * 1024) /* of text in one step: about 1 ms */

/* In place of an answer that no client is allowed to leave unread. */
static json_t *too_large(json_t *id)
{
	struct sw_err err;

	sw_err_set(&err, SW_CODE_LIMIT, "the answer is too large");
	sw_err_allowed(&err, "at most %d bytes", API_OUTPUT_MAX - 1);
	sw_err_hint(&err, "ask for less at a time; changes that were asked for are in force");
	return rpc_error(id, rpc_number(err.code), &err, NULL);
}

void api_client_write_no_more(struct api_client *c)
{
	if (c->writer)
		writer_fini(c->writer);
	free(c->writer);
	c->writer = NULL;
}

void api_client_write_on(struct api_client *c)
{
	struct writer *w = c->writer;
	bool done = writer_step(w, WRITE_CHUNK);
	json_t *instead;

	if (w->failed) {
		api_client_drop(c, "its answer cannot be written as JSON");
	} else if (w->text.len >= API_OUTPUT_MAX) {
		instead = too_large(json_object_get(w->level[0].value, "id"));
		api_client_write_no_more(c);
		api_client_send(c, instead);
	} else if (done) {
		c->writer = NULL;
		sw_bytes_add(&w->text, "\n", 1);
		if (c->out.len + w->text.len > API_OUTPUT_MAX)
			api_client_drop(c, "it does not read its answers (8 MiB wait)");
		else
			api_client_put(c, &w->text);
		writer_fini(w);
		free(w);
	} else {
		api_server_wake(c);
	}
}

void api_client_send(struct api_client *c, json_t *message)
{
	if (c->dropped) {
		json_decref(message);
		return;
	}
	c->writer = sw_xcalloc(1, sizeof(*c->writer));
	writer_init(c->writer, message);
	api_client_write_on(c);
}
