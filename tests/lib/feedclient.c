/* SPDX-License-Identifier: BSD-3-Clause */
/* See feedclient.h. */
#include "feedclient.h"

#include "swtest.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <sw/mem.h>

void feedclient_dial(struct client *c, const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	strcpy(addr.sun_path, path);
	assert_int_equal(connect(c->fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	sw_line_init(&c->in, 1 << 24);
}

void feedclient_say(struct client *c, const char *method, const char *params)
{
	char *line =
		sw_xasprintf("{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"%s\",\"params\":%s}\n",
			++c->id, method, params);

	assert_int_equal(send(c->fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
	free(line);
}

static void take_update(struct client *c, const json_t *params)
{
	json_t *event = json_object_get(params, "event");

	c->updates++;
	c->coalesced += json_is_true(json_object_get(params, "coalesced"));
	c->snapshots += json_integer_value(json_object_get(params, "snapshot")) == 1;
	c->lost += json_integer_value(json_object_get(params, "events_lost"));
	assert_true(json_integer_value(json_object_get(params, "seq")) >= c->seq);
	if (event) {
		json_decref(c->last_event);
		c->last_event = json_incref(event);
		c->events++;
	}
	copy_apply(&c->copy, params, NULL, NULL);
	if (!json_is_true(json_object_get(params, "more")))
		c->seq = json_integer_value(json_object_get(params, "seq"));
}

static void take_message(struct client *c, const json_t *message)
{
	const char *method = json_string_value(json_object_get(message, "method"));
	const json_t *params = json_object_get(message, "params");
	const json_t *result = json_object_get(message, "result");

	assert_null(json_object_get(message, "error"));
	if (json_object_get(message, "id"))
		assert_int_equal(json_integer_value(json_object_get(message, "id")), ++c->answered);
	if (method && !strcmp(method, "update")) {
		take_update(c, params);
	} else if (method) {
		assert_string_equal(method, "dropped");
		strcpy(c->dropped, json_string_value(json_object_get(params, "reason")));
	} else if (json_object_get(result, "epoch")) {
		strcpy(c->epoch, json_string_value(json_object_get(result, "epoch")));
		c->resumed = json_is_true(json_object_get(result, "resumed"));
		c->seq = json_integer_value(json_object_get(result, "seq"));
	}
}

bool feedclient_take(struct client *c, size_t n)
{
	ssize_t got = recv(c->fd, sw_line_room(&c->in, n), n, 0);
	const char *line;
	size_t len;

	c->closed |= !got;
	if (got <= 0)
		return false;
	sw_line_filled(&c->in, got);
	while (sw_line_next(&c->in, &line, &len) == SW_LINE_WHOLE) {
		json_t *message = json_loadb(line, len, 0, NULL);

		assert_non_null(message);
		take_message(c, message);
		json_decref(message);
	}
	return true;
}
