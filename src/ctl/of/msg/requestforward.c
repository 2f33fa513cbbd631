/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See requestforward.h. Meter-mods have one form from 1.3 on, group-mods one in 1.3 and 1.4 and another in 1.5, Nicira's of 1.0 none of
 * them: what would have to be said in other words is not told, as the specification leaves open what is ("may be forwarded").
 * Control thread.
 */
#include "requestforward.h"

#include "../bridge.h"
#include "../conn/reply.h"
#include "../group/group.h"

#define OFPT_REQUESTFORWARD 32
#define OF_HEAD_VERSION	    0 /* its place in a message */
#define LEN_MAX		    UINT16_MAX

static bool says_the_same(const struct of_msg *msg, uint8_t version, unsigned reason)
{
	if (msg->id->form != OF_PLAIN || msg->len + OF_HEAD > LEN_MAX)
		return false;
	return reason == OFPRFR_METER_MOD ||
	       of_group_is_wide(version) == of_group_is_wide(msg->version);
}

void of_forward_request(struct of_conn *from, const struct of_msg *msg, unsigned reason)
{
	struct of_conn *c;

	TAILQ_FOREACH (c, &from->bridge->conns, peers) {
		struct of_buf *out;
		size_t at;

		if (c == from || c->version < OF14 ||
			!of_async_wants(c, OF_ASYNC_REQUESTFORWARD, reason) ||
			!says_the_same(msg, c->version, reason))
			continue;
		out = of_news(c->version, OFPT_REQUESTFORWARD);
		at = out->len;
		of_put(out, msg->head, msg->len);
		out->bytes[at + OF_HEAD_VERSION] = c->version;
		of_send(c, out);
	}
}
