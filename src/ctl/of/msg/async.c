/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which news a controller wants (1.3.5, 7.3.10; 1.4.1, 7.3.10): six masks in 1.3 and in Nicira's message for 1.0, a list of
 * properties, a mask each, in 1.4 and in Nicira's other message. Of what came with 1.5 (1.5.1, 7.3.10) there are news of controllers,
 * and none of statistics, which no instruction asks for.
 *
 * Thread: control.
 */
#include "../bridge.h"
#include "../codec/property.h"
#include "../conn/reply.h"

#define PROPERTY_BYTES 8
#define KINDS_OF_13    3 /* packet-in, port-status, flow-removed, in this order */
#define MASKS_BYTES    (KINDS_OF_13 * 8)

/* Reasons that came with 1.4 are told as OFPR_ACTION and OFPRR_DELETE before, and wanted where these are. */
#define OFPR_ACTION_BIT	 (1u << 1)
#define OFPR_LATER_BITS	 (1u << 3 | 1u << 4 | 1u << 5)
#define OFPRR_DELETE_BIT (1u << 2)
#define OFPRR_LATER_BITS (1u << 4 | 1u << 5)

/* All reasons there are, by kind. */
static const uint32_t reasons[OF_ASYNC_KINDS] = { 0x3f, 0x07, 0x3f, 0x07, 0x18, 0x03, 0x7f };
static const uint32_t reasons_of_13[KINDS_OF_13] = { 0x07, 0x07, 0x0f };

#define OFPACPT_CONT_STATUS 14 /* the slave's */

/* The kind of a property of the version, or OF_ASYNC_KINDS. Two numbers a kind, the slave's first. */
static enum of_async_kind kind_of(uint8_t version, uint16_t type)
{
	if (type < 2 * OF_ASYNC_CONTROLLER_STATUS)
		return type / 2;
	return version == OF15 && type / 2 == OFPACPT_CONT_STATUS / 2 ? OF_ASYNC_CONTROLLER_STATUS
								      : OF_ASYNC_KINDS;
}

static uint32_t *mask_of(struct of_async *async, uint16_t type, enum of_async_kind kind)
{
	return type & 1 ? &async->master[kind] : &async->slave[kind];
}

static void put_masks(struct of_buf *out, const struct of_async *async)
{
	for (unsigned kind = 0; kind < KINDS_OF_13; kind++) {
		of_put_u32(out, async->master[kind] & reasons_of_13[kind]);
		of_put_u32(out, async->slave[kind] & reasons_of_13[kind]);
	}
}

/* Controllers made with loxigen (Floodlight, OFTest) ask by a message with room for the answer. */
static enum of_error get_async(struct of_conn *c, const struct of_msg *msg)
{
	struct of_buf *out = of_reply(msg, msg->id->number + 1);

	if (of_left(&msg->body) > MASKS_BYTES)
		return OFPBRC_BAD_LEN;
	if (msg->version == OF13) {
		put_masks(out, &c->async);
	} else {
		for (uint16_t type = 0; type <= OFPACPT_CONT_STATUS + 1; type++) {
			enum of_async_kind kind = kind_of(msg->version, type);

			if (kind == OF_ASYNC_KINDS)
				continue;
			of_put_u16(out, type);
			of_put_u16(out, PROPERTY_BYTES);
			of_put_u32(out, *mask_of(&c->async, type, kind) & reasons[kind]);
		}
	}
	of_send(c, out);
	return OF_FINE;
}

static void add_later(uint32_t masks[], enum of_async_kind kind, uint32_t as, uint32_t later)
{
	masks[kind] = masks[kind] & as ? masks[kind] | later : masks[kind] & ~later;
}

static void with_later(uint32_t masks[])
{
	add_later(masks, OF_ASYNC_PACKET_IN, OFPR_ACTION_BIT, OFPR_LATER_BITS);
	add_later(masks, OF_ASYNC_FLOW_REMOVED, OFPRR_DELETE_BIT, OFPRR_LATER_BITS);
}

static enum of_error set_masks(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;

	for (unsigned kind = 0; kind < KINDS_OF_13; kind++) {
		c->async.master[kind] = of_u32(&body);
		c->async.slave[kind] = of_u32(&body);
	}
	with_later(c->async.master);
	with_later(c->async.slave);
	of_bridge_more(c->bridge);
	return OF_FINE;
}

static enum of_error set_properties(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	struct of_async async = c->async;
	uint32_t seen = 0;

	while (of_left(&body)) {
		struct of_property p;
		enum of_error error = of_get_property(&body, &p);
		enum of_async_kind kind;
		uint32_t *mask;

		if (error)
			return error;
		kind = kind_of(msg->version, p.type);
		if (kind == OF_ASYNC_KINDS)
			return OFPBPC_BAD_TYPE;
		if (seen & 1u << p.type)
			return OFPBPC_DUP_TYPE;
		if (of_left(&p.body) != PROPERTY_BYTES - OF_PROPERTY_HEAD)
			return OFPBPC_BAD_LEN;
		seen |= 1u << p.type;
		mask = mask_of(&async, p.type, kind);
		*mask = of_u32(&p.body);
		if (*mask & ~reasons[kind])
			return OFPACFC_INVALID;
	}
	c->async = async;
	of_bridge_more(c->bridge);
	return OF_FINE;
}

SW_REGISTER(of_message, get_async) = {
	.name = "get_async",
	.help = "which news the controller gets",
	.ids = { { OF_V13, OF_PLAIN, 0, 26, 0, MASKS_BYTES },
		{ OF_V14_UP, OF_PLAIN, 0, 26, 0, 0 } },
	.handle = get_async,
};
SW_REGISTER(of_message, set_async) = {
	.name = "set_async",
	.help = "which news the controller wants",
	.ids = { { OF_V13, OF_PLAIN, 0, 28, 24, 0 },
		{ OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 19, 24, 0 } },
	.handle = set_masks,
};
SW_REGISTER(of_message, set_async_properties) = {
	.name = "set_async_properties",
	.help = "which news the controller wants, of all kinds",
	.ids = { { OF_V14_UP, OF_PLAIN, 0, 28, 0, 8 },
		{ OF_V10_V13, OF_EXPERIMENTER, OF_NICIRA, 27, 0, 8 } },
	.handle = set_properties,
};
