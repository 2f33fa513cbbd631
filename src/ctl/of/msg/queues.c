/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues of ports (1.0.1, 5.3.4, 5.3.5; 1.3.5, 7.2.2, 7.3.5.8, 7.3.6; 1.4.1, 7.3.5.10): there are none yet, so every port that is there has
 * an empty list, and a queue that is asked for by its number does not exist.
 *
 * Thread: control.
 */
#include <sw/action.h>

#include "../codec/port.h"
#include "../conn/reply.h"
#include "../port_info.h"

static enum of_error check_port(const struct of_conn *c, uint32_t port)
{
	return port == SW_OFPP_ANY || of_port_find(c->bridge, port) ? OF_FINE : OFPQOFC_BAD_PORT;
}

static uint32_t read_port(struct of_cursor *body, uint8_t version)
{
	uint32_t port;

	if (version != OF10)
		return of_u32(body);
	of_port_from16(of_u16(body), &port);
	of_skip(body, 2);
	/* 1.0 says ALL for every port, where later versions say ANY. */
	return port == SW_OFPP_ALL ? SW_OFPP_ANY : port;
}

static enum of_error queue_config(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t port = read_port(&body, msg->version);
	enum of_error error = check_port(c, port);
	struct of_buf *out;

	if (!error && msg->version == OF10 && port == SW_OFPP_ANY)
		error = OFPQOFC_BAD_PORT;
	if (error)
		return error;
	out = of_reply(msg, msg->id->number + 1);
	if (msg->version == OF10) {
		of_put_u16(out, of_port_to16(port));
		of_room(out, 6);
	} else {
		of_put_u32(out, port);
		of_put_u32(out, 0);
	}
	of_send(c, out);
	return OF_FINE;
}

/* Statistics, and descriptions in 1.4. */
static enum of_error queues(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t port = read_port(&body, msg->version), queue = of_u32(&body);
	enum of_error error = check_port(c, port);

	if (!error && queue != OFPQ_ALL)
		error = OFPQOFC_BAD_QUEUE;
	if (!error)
		of_send(c, of_reply_multipart(msg));
	return error;
}

SW_REGISTER(of_message, queue_config) = {
	.name = "queue_config",
	.help = "queues of a port",
	.ids = { { OF_V10, OF_PLAIN, 0, 20, 4, 0 }, { OF_V13, OF_PLAIN, 0, 22, 8, 0 } },
	.handle = queue_config,
};
SW_REGISTER(of_message, queue_stats) = {
	.name = "queue_stats",
	.help = "what queues have counted",
	.ids = { { OF_ALL, OF_MULTIPART, 0, 5, 8, 0 } },
	.handle = queues,
};
SW_REGISTER(of_message, queue_desc) = {
	.name = "queue_desc",
	.help = "queues of ports",
	.ids = { { OF_V14_UP, OF_MULTIPART, 0, 15, 8, 0 } },
	.handle = queues,
};
