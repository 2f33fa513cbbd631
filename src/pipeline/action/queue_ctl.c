/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions about queues: enqueue (OpenFlow 1.0), set_queue, pop_queue (Open vSwitch).
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include <stdlib.h>

#define QUEUE_MAX 0xfffffffeu

static int read_queue(const char *what, const char *text, uint32_t *queue, struct sw_err *err)
{
	uint64_t v = 0;
	int rc = arg_number(what, text, QUEUE_MAX, &v, err);

	*queue = (uint32_t)v;
	return rc;
}

static int set_queue_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return read_queue("set_queue", text, &a->id, err);
}

static void set_queue_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "set_queue:%u", a->id);
}

static int pop_queue_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_none("pop_queue", text, err);
}

/* PORT:QUEUE or PORT,QUEUE; the port's name may have ':' in it. */
static int enqueue_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	char *port = sw_xstrdup(text), *sep = strrchr(port, ',');
	int rc;

	if (!sep)
		sep = strrchr(port, ':');
	if (!sep) {
		rc = sw_err_set(err, SW_CODE_INVALID, "enqueue: \"%s\" is not PORT:QUEUE", text);
		sw_err_given(err, "%s", text);
		sw_err_allowed(err, "PORT:QUEUE");
		goto out;
	}
	*sep++ = '\0';
	rc = arg_port("enqueue", port, &a->enqueue.port, err);
	if (!rc)
		rc = read_queue("enqueue", sep + strspn(sep, " "), &a->enqueue.queue, err);
	if (!rc && a->enqueue.port > SW_OFPP_MAX && a->enqueue.port != SW_OFPP_IN_PORT &&
		a->enqueue.port != SW_OFPP_LOCAL) {
		rc = sw_err_set(err, SW_CODE_INVALID, "enqueue: %s has no queues", port);
		sw_err_given(err, "%s", port);
		sw_err_allowed(err, "a port, IN_PORT or LOCAL");
	}
out:
	free(port);
	return rc;
}

static void enqueue_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "enqueue:");
	port_print(a->enqueue.port, out);
	sw_str_add(out, ":%u", a->enqueue.queue);
}

SW_REGISTER(action_type, set_queue) = {
	.name = "set_queue",
	.help = "outputs that follow use that queue of their port",
	.usage = "QUEUE",
	.set_place = SW_PLACE_SET_QUEUE,
	.parse = set_queue_parse,
	.print = set_queue_print,
};

SW_REGISTER(action_type, pop_queue) = {
	.name = "pop_queue",
	.help = "outputs that follow use the queue again that they had at first",
	.usage = "",
	.parse = pop_queue_parse,
};

SW_REGISTER(action_type, enqueue) = {
	.name = "enqueue",
	.help = "sends the packet out by a queue of a port",
	.usage = "PORT:QUEUE",
	.parse = enqueue_parse,
	.print = enqueue_print,
};
