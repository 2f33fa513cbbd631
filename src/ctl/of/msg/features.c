/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Features and configuration of the switch, and who made it (1.3.5, 7.3.1, 7.3.2, 7.3.5.1; 1.0.1, 5.3.1, 5.3.2,
 * 5.3.5).
 *
 * No packets are buffered. Fragments are handled as packets without more ado (OFPC_FRAG_NORMAL) or dropped (OFPC_FRAG_DROP), for all
 * of the bridge as the last controller says; putting them together is refused. How much of a packet goes to a controller where
 * nothing else says so is each connection's own.
 *
 * Thread: control.
 */
#include <stdlib.h>

#include <sw/rule.h>

#include "../bridge.h"
#include "../conn/reply.h"
#include "../port_info.h"

enum {
	OFPC_FLOW_STATS = 1 << 0,
	OFPC_TABLE_STATS = 1 << 1,
	OFPC_PORT_STATS = 1 << 2,
	OFPC_GROUP_STATS = 1 << 3, /* from 1.3 on */
	OFPC_QUEUE_STATS = 1 << 6,
	OFPC_ARP_MATCH_IP = 1 << 7, /* 1.0 alone */
};
enum { OFPC_FRAG_NORMAL, OFPC_FRAG_DROP };
#define CAPABILITIES   (OFPC_FLOW_STATS | OFPC_TABLE_STATS | OFPC_PORT_STATS | OFPC_QUEUE_STATS)
#define ACTIONS10      0x0fff /* output to enqueue: all that 1.0 has */
#define FRAG_MASK      3
#define NO_AUXILIARIES 0

#define DESC_SIZE   256
#define SERIAL_SIZE 32

static void put_ports(struct of_buf *out, const struct of_bridge *of)
{
	unsigned n;
	struct of_port_ref *refs = of_ports_list(of, &n);
	struct of_port info;

	for (unsigned i = 0; i < n; i++)
		if (of_port_of(of_port_ref_get(&refs[i]), &info))
			of_put_port(out, &info, OF10);
	free(refs);
}

static enum of_error features(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply(msg, msg->id->number + 1);

	of_put_u64(out, of_bridge_datapath_id(c->bridge));
	of_put_u32(out, 0); /* buffers */
	of_put_u8(out, SW_TABLES);
	of_put_u8(out, NO_AUXILIARIES);
	of_put_u16(out, 0);
	if (msg->version == OF10) {
		of_put_u32(out, CAPABILITIES | OFPC_ARP_MATCH_IP);
		of_put_u32(out, ACTIONS10);
		put_ports(out, c->bridge);
	} else {
		of_put_u32(out, CAPABILITIES | OFPC_GROUP_STATS);
		of_put_u32(out, 0);
	}
	of_send(c, out);
	return OF_FINE;
}

static enum of_error get_config(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply(msg, msg->id->number + 1);

	of_put_u16(out, c->bridge->drop_fragments ? OFPC_FRAG_DROP : OFPC_FRAG_NORMAL);
	of_put_u16(out, c->miss_len);
	of_send(c, out);
	return OF_FINE;
}

static enum of_error set_config(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint16_t flags = of_u16(&body);

	if (msg->version == OF10)
		flags &= FRAG_MASK;
	if (flags > OFPC_FRAG_DROP)
		return OFPSCFC_BAD_FLAGS;
	if (flags != c->bridge->drop_fragments && (c->reader || c->role == OF_ROLE_SLAVE))
		return c->reader ? OFPSCFC_EPERM : OFPBRC_IS_SLAVE;
	c->bridge->drop_fragments = flags == OFPC_FRAG_DROP;
	c->miss_len = of_u16(&body);
	of_bridge_more(c->bridge);
	return OF_FINE;
}

static enum of_error desc(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply_multipart(msg);

	of_put_text(out, "swd", DESC_SIZE);
	of_put_text(out, "poll-mode switch on DPDK", DESC_SIZE);
	of_put_text(out, SW_VERSION, DESC_SIZE);
	of_put_text(out, "None", SERIAL_SIZE);
	of_put_text(out, c->bridge->name, DESC_SIZE);
	of_send(c, out);
	return OF_FINE;
}

SW_REGISTER(of_message, features) = {
	.name = "features",
	.help = "identity and capabilities of the switch; in 1.0 also its ports",
	.ids = { { OF_ALL, OF_PLAIN, 0, 5, 0, 0 } },
	.handle = features,
};
SW_REGISTER(of_message, get_config) = {
	.name = "get_config",
	.help = "fragment handling, and how much of a packet goes to the controller",
	.ids = { { OF_ALL, OF_PLAIN, 0, 7, 0, 0 } },
	.handle = get_config,
};
SW_REGISTER(of_message, set_config) = {
	.name = "set_config",
	.help = "fragment handling, and how much of a packet goes to the controller",
	.ids = { { OF_ALL, OF_PLAIN, 0, 9, 4, 0 } },
	.handle = set_config,
};
SW_REGISTER(of_message, desc) = {
	.name = "desc",
	.help = "who made the switch, and which it is",
	.ids = { { OF_ALL, OF_MULTIPART, 0, 0, 0, 0 } },
	.handle = desc,
};
