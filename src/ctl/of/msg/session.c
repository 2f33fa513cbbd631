/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a controller chooses for its own connection by Nicira's messages (ovs: include/openflow/nicira-ext.h): the
 * formats of matches and of packet-ins, table numbers in 1.0's flow-mods, its id.
 *
 * Thread: control.
 */
#include "../conn/reply.h"

enum { NXFF_OPENFLOW10 = 0, NXFF_NXM = 2 };

static enum of_error set_flow_format(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t format = of_u32(&body);

	if (format != NXFF_OPENFLOW10 && format != NXFF_NXM)
		return OFPBRC_EPERM;
	c->session.nxm = format == NXFF_NXM;
	return OF_FINE;
}

static enum of_error flow_mod_table_id(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;

	c->session.table_ids = of_u8(&body);
	return of_zeros(&body, 7) ? OF_FINE : NXBRC_MUST_BE_ZERO;
}

static enum of_error set_packet_in_format(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t format = of_u32(&body);

	if (format > OF_PACKET_IN_NXT2)
		return OFPBRC_EPERM;
	c->session.packet_in = format;
	return OF_FINE;
}

/* Ages of rules are in flow stats whether it is asked for or not. */
static enum of_error flow_age(struct of_conn *c, const struct of_msg *msg)
{
	return OF_FINE;
}

static enum of_error set_controller_id(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;

	if (!of_zeros(&body, 6))
		return NXBRC_MUST_BE_ZERO;
	c->session.controller_id = of_u16(&body);
	return OF_FINE;
}

SW_REGISTER(of_message, set_flow_format) = {
	.name = "set_flow_format",
	.help = "NXM or 1.0's own format of matches in what the switch sends",
	.ids = { { OF_V10, OF_EXPERIMENTER, OF_NICIRA, 12, 4, 0 } },
	.handle = set_flow_format,
};
SW_REGISTER(of_message, flow_mod_table_id) = {
	.name = "flow_mod_table_id",
	.help = "flow-mods of 1.0 have a table in the upper half of their command",
	.ids = { { OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 15, 8, 0 } },
	.handle = flow_mod_table_id,
};
SW_REGISTER(of_message, set_packet_in_format) = {
	.name = "set_packet_in_format",
	.help = "packet-ins as the version has them, or Nicira's of two kinds",
	.ids = { { OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 16, 4, 0 } },
	.handle = set_packet_in_format,
};
SW_REGISTER(of_message, flow_age) = {
	.name = "flow_age",
	.help = "ages of rules in flow stats, which are there anyway",
	.ids = { { OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 18, 0, 0 } },
	.handle = flow_age,
};
SW_REGISTER(of_message, set_controller_id) = {
	.name = "set_controller_id",
	.help = "which packets for controllers are this one's",
	.ids = { { OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 20, 8, 0 } },
	.handle = set_controller_id,
};
