/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Output: to a port, to one cut short, to the port that a field has; enqueue of 1.0. A port that is not there is no
 * error, it may come later; one that can be none is OFPBAC_BAD_OUT_PORT. Control thread.
 */
#include "action.h"

#include "../codec/port.h"

SW_USE(action_type, enqueue);
SW_USE(action_type, output);
SW_USE(action_type, output_reg);

#define TRUNCATE_MIN 14 /* an Ethernet header */

static enum of_error get_output(struct of_action_in *in, struct sw_action *a)
{
	bool is_port = true;
	uint16_t max_len;

	if (in->version == OF10)
		is_port = of_port_from16(of_u16(&in->body), &a->output.port);
	else
		a->output.port = of_u32(&in->body);
	max_len = of_u16(&in->body);
	if (a->output.port == SW_OFPP_CONTROLLER)
		a->output.max_len = max_len;
	else
		a->output.said_len = max_len; /* means nothing, and is as it was in flow stats */
	return is_port && of_port_is_output(a->output.port) ? OF_FINE : OFPBAC_BAD_OUT_PORT;
}

static bool put_output(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	uint16_t max_len = a->output.max_len;

	if (max_len && a->output.port != SW_OFPP_CONTROLLER)
		return false;
	if (version == OF10)
		of_put_u16(out, of_port_to16(a->output.port));
	else
		of_put_u32(out, a->output.port);
	of_put_u16(out, max_len ? max_len : a->output.said_len);
	of_room(out, version == OF10 ? 0 : 6);
	return true;
}

static enum of_error get_trunc(struct of_action_in *in, struct sw_action *a)
{
	bool is_port = of_port_from16(of_u16(&in->body), &a->output.port);
	uint32_t port = a->output.port, max_len = of_u32(&in->body);

	if (!is_port || (port > SW_OFPP_MAX && port != SW_OFPP_IN_PORT && port != SW_OFPP_LOCAL))
		return OFPBAC_BAD_OUT_PORT;
	if (max_len < TRUNCATE_MIN)
		return OFPBAC_BAD_ARGUMENT;
	/* No packet is longer. */
	a->output.max_len = max_len < UINT16_MAX ? max_len : UINT16_MAX;
	return OF_FINE;
}

static bool put_trunc(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, of_port_to16(a->output.port));
	of_put_u32(out, a->output.max_len);
	return a->output.max_len && a->output.port != SW_OFPP_CONTROLLER;
}

static enum of_error get_reg(struct of_action_in *in, struct sw_action *a)
{
	enum of_error error = of_get_bits(&in->body, &a->output_reg);

	of_widen_port(&a->output_reg);
	of_skip(&in->body, 2); /* max_len */
	return error ? error : of_zeros(&in->body, 6) ? OF_FINE : NXBAC_MUST_BE_ZERO;
}

static bool put_reg(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	struct sw_bits sent = of_narrow_port(&a->output_reg);

	if (of_oxm_header_of(a->output_reg.field, OF_NXM).experimenter)
		return false;
	of_put_u16(out, of_ofs_nbits(&sent));
	of_put_oxm_header(out, a->output_reg.field, OF_NXM, false);
	of_put_u16(out, UINT16_MAX);
	of_room(out, 6);
	return true;
}

static enum of_error get_reg2(struct of_action_in *in, struct sw_action *a)
{
	uint16_t ofs_nbits = of_u16(&in->body);
	enum of_error error;

	of_skip(&in->body, 2);
	error = of_get_bits_of(&in->body, ofs_nbits >> 6, (ofs_nbits & 0x3f) + 1, &a->output_reg);
	if (!error && !of_zeros(&in->body, of_left(&in->body)))
		error = NXBAC_MUST_BE_ZERO;
	return error;
}

static bool put_reg2(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, of_ofs_nbits(&a->output_reg));
	of_put_u16(out, UINT16_MAX);
	of_put_oxm_header(out, a->output_reg.field, OF_NXM, false);
	of_room(out, 2);
	return of_oxm_header_of(a->output_reg.field, OF_NXM).experimenter;
}

static enum of_error get_enqueue(struct of_action_in *in, struct sw_action *a)
{
	bool is_port = of_port_from16(of_u16(&in->body), &a->enqueue.port);
	uint32_t port = a->enqueue.port;

	of_skip(&in->body, 6);
	a->enqueue.queue = of_u32(&in->body);
	if (!is_port || (port > SW_OFPP_MAX && port != SW_OFPP_IN_PORT && port != SW_OFPP_LOCAL))
		return OFPBAC_BAD_OUT_PORT;
	return a->enqueue.queue != OFPQ_ALL ? OF_FINE : OFPBAC_BAD_QUEUE;
}

static bool put_enqueue(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, of_port_to16(a->enqueue.port));
	of_room(out, 6);
	of_put_u32(out, a->enqueue.queue);
	return true;
}

SW_REGISTER(of_action, output) = {
	.name = "output",
	.help = "to a port",
	.of = &sw_action_type_output,
	.ids = { { OF_V10, 0, 0, 8 }, { OF_V13_UP, 0, 0, 16 } },
	.get = get_output,
	.put = put_output,
};
SW_REGISTER(of_action, output_trunc) = {
	.name = "output_trunc",
	.help = "to a port, cut short",
	.of = &sw_action_type_output,
	.ids = { { OF_ALL, OF_NICIRA, 39, 16 } },
	.get = get_trunc,
	.put = put_trunc,
};
SW_REGISTER(of_action, output_reg) = {
	.name = "output_reg",
	.help = "to the port that a field has",
	.of = &sw_action_type_output_reg,
	.ids = { { OF_ALL, OF_NICIRA, 15, 24 } },
	.get = get_reg,
	.put = put_reg,
};
SW_REGISTER(of_action, output_reg2) = {
	.name = "output_reg2",
	.help = "to the port that a field with a long header has",
	.of = &sw_action_type_output_reg,
	.ids = { { OF_ALL, OF_NICIRA, 32, 24 } },
	.get = get_reg2,
	.put = put_reg2,
};
SW_REGISTER(of_action, enqueue) = {
	.name = "enqueue",
	.help = "to a queue of a port",
	.of = &sw_action_type_enqueue,
	.ids = { { OF_V10, 0, 11, 16 } },
	.get = get_enqueue,
	.put = put_enqueue,
};
