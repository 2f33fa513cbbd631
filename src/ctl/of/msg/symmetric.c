/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Messages that either side may send (1.3.5, 7.5): a HELLO that comes again, echoes, errors of the peer; and the
 * barrier (7.3.8), which has to wait for packets that the connection sent and, where rules persist, for the disk; for nothing
 * else, as requests of a connection are handled one after the other and each is in force before the next is looked at.
 *
 * Thread: control.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/log.h>
#include <sw/mem.h>

#include "../bridge.h"
#include "../codec/hello.h"
#include "../conn/reply.h"
#include "../packets.h"
#include "../stored.h"

SW_LOG_USE(openflow);

/* The version is agreed on already. One that we have no version in common with is told so, as at first, and stays. */
static enum of_error hello(struct of_conn *c, const struct of_msg *msg)
{
	uint32_t bitmap = of_hello_bitmap(msg->body);

	return of_hello_agree(c->versions, *msg->head, bitmap) ? OF_FINE : OFPHFC_INCOMPATIBLE;
}

static enum of_error error(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint16_t type = of_u16(&body), code = of_u16(&body);

	sw_debug("bridge %s: controller %s sent an error of type %u, code %u", c->bridge->name,
		c->name, type, code);
	return OF_FINE;
}

static enum of_error echo_request(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply(msg, OFPT_ECHO_REPLY);

	of_put(out, msg->body.at, of_left(&msg->body));
	of_send(c, out);
	return OF_FINE;
}

static enum of_error echo_reply(struct of_conn *c, const struct of_msg *msg)
{
	return OF_FINE; /* that it came is all */
}

/* A barrier behind packets that workers have not done yet, or changes that are not on the disk yet. */
struct waiting {
	struct of_work work;
	struct of_msg msg;
	uint8_t head[OF_HEAD];
	uint64_t ticket;
};

/* Answer it, if there is nothing more to wait for. */
static bool pass(struct of_conn *c, const struct of_msg *msg, uint64_t ticket)
{
	enum of_stored stored;

	if (!of_packets_are_done(c))
		return false;
	stored = of_stored_check(c, ticket);
	if (stored == OF_STORED_LATER)
		return false;
	of_stored_end(c, stored == OF_STORED);
	if (stored == OF_STORED)
		of_send(c, of_reply(msg, msg->id->number + 1));
	else
		of_send_error(c, OFPFMFC_UNKNOWN, msg);
	return true;
}

static int step(struct of_conn *c, struct of_work *work, const struct slice *slice)
{
	struct waiting *w = sw_container_of(work, struct waiting, work);

	return pass(c, &w->msg, w->ticket) ? 0 : SLICE_MORE;
}

static void waiting_free(struct of_work *work)
{
	free(sw_container_of(work, struct waiting, work));
}

static enum of_error barrier(struct of_conn *c, const struct of_msg *msg)
{
	uint64_t ticket = of_stored_ticket(c);
	struct waiting *w;

	if (pass(c, msg, ticket))
		return OF_FINE;
	w = sw_xcalloc(1, sizeof(*w));
	w->work = (struct of_work){ step, waiting_free };
	w->ticket = ticket;
	w->msg = *msg;
	memcpy(w->head, msg->head, sizeof(w->head));
	w->msg.head = w->head;
	c->work = &w->work;
	return OF_FINE;
}

SW_REGISTER(of_message, hello) = {
	.name = "hello",
	.help = "the versions a peer speaks",
	.ids = { { OF_ALL, OF_PLAIN, 0, OFPT_HELLO, 0, 1 } },
	.handle = hello,
};
SW_REGISTER(of_message, error) = {
	.name = "error",
	.help = "what the peer could not do",
	.ids = { { OF_ALL, OF_PLAIN, 0, OFPT_ERROR, 4, 1 } },
	.handle = error,
};
SW_REGISTER(of_message, echo_request) = {
	.name = "echo_request",
	.help = "answered with the same bytes",
	.ids = { { OF_ALL, OF_PLAIN, 0, OFPT_ECHO_REQUEST, 0, 1 } },
	.handle = echo_request,
};
SW_REGISTER(of_message, echo_reply) = {
	.name = "echo_reply",
	.help = "the peer is there",
	.ids = { { OF_ALL, OF_PLAIN, 0, OFPT_ECHO_REPLY, 0, 1 } },
	.handle = echo_reply,
};
SW_REGISTER(of_message, barrier) = {
	.name = "barrier",
	.help = "answered when all that came before is in force",
	.ids = { { OF_V10, OF_PLAIN, 0, 18, 0, 0 }, { OF_V13_UP, OF_PLAIN, 0, 20, 0, 0 } },
	.behind = true,
	.handle = barrier,
};
