/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nicira's actions that send to controllers: one with an id and a reason, one with properties for all there is
 * (nicira-ext.h, NXAST_CONTROLLER, NXAST_CONTROLLER2). Without anything special they are OpenFlow's output to
 * CONTROLLER, and kept as that. Control thread.
 */
#include "action.h"

#include <stdlib.h>

#include <sw/mem.h>
#include <sw/packet_in.h>

#include "../codec/property.h"

SW_USE(action_type, controller);
SW_USE(action_type, output);

enum { OFPR_ACTION = 1 };
enum { MAX_LEN, CONTROLLER_ID, REASON, USERDATA, PAUSE, METER_ID, PROPERTIES };
#define REASONS 6

static void become_output(struct sw_action *a)
{
	uint16_t max_len = a->controller.max_len;

	if (a->controller.reason != OFPR_ACTION || a->controller.id || a->controller.n_data ||
		a->controller.meter || a->controller.pause)
		return;
	memset(a, 0, sizeof(*a));
	a->type = &sw_action_type_output;
	a->output.port = SW_OFPP_CONTROLLER;
	a->output.max_len = max_len;
}

static enum of_error get_controller(struct of_action_in *in, struct sw_action *a)
{
	a->controller.max_len = of_u16(&in->body);
	a->controller.id = of_u16(&in->body);
	a->controller.reason = of_u8(&in->body);
	if (a->controller.reason >= REASONS)
		return OFPBAC_BAD_ARGUMENT;
	become_output(a);
	return OF_FINE;
}

static bool put_controller(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	if (a->controller.n_data || a->controller.meter || a->controller.pause)
		return false;
	of_put_u16(out, a->controller.max_len);
	of_put_u16(out, a->controller.id);
	of_put_u8(out, a->controller.reason);
	of_room(out, 1);
	return true;
}

static enum of_error get_property(struct of_property *p, struct sw_action *a)
{
	static const uint8_t sizes[PROPERTIES] = { 2, 2, 1, 0, 0, 4 };
	struct of_cursor *c = &p->body;

	if (p->type >= PROPERTIES)
		return OFPBPC_BAD_TYPE;
	if (p->type != USERDATA && of_left(c) != sizes[p->type])
		return OFPBPC_BAD_LEN;
	switch (p->type) {
	case MAX_LEN:
		a->controller.max_len = of_u16(c);
		break;
	case CONTROLLER_ID:
		a->controller.id = of_u16(c);
		break;
	case REASON:
		a->controller.reason = of_u8(c);
		return a->controller.reason < REASONS ? OF_FINE : OFPBAC_BAD_ARGUMENT;
	case USERDATA:
		if (of_left(c) > SW_USERDATA_MAX)
			return OFPBPC_BAD_LEN;
		a->controller.n_data = of_left(c);
		a->controller.data = c->at;
		break;
	case PAUSE:
		a->controller.pause = true;
		break;
	case METER_ID:
		a->controller.meter = of_u32(c);
		break;
	}
	return OF_FINE;
}

static enum of_error get_controller2(struct of_action_in *in, struct sw_action *a)
{
	enum of_error error = of_zeros(&in->body, 6) ? OF_FINE : NXBAC_MUST_BE_ZERO;
	uint8_t *data;

	a->controller.max_len = SW_NO_BUFFER;
	a->controller.reason = OFPR_ACTION;
	while (!error && of_left(&in->body)) {
		struct of_property p;

		error = of_get_property(&in->body, &p);
		if (!error)
			error = get_property(&p, a);
	}
	if (error)
		return error;
	if (a->controller.n_data) {
		data = sw_xcalloc(1, a->controller.n_data);
		memcpy(data, a->controller.data, a->controller.n_data);
		a->controller.data = data;
	} else {
		a->controller.data = NULL;
	}
	become_output(a);
	return OF_FINE;
}

static void put_number(struct of_buf *out, uint16_t type, unsigned n, uint32_t v)
{
	size_t at = out->len;

	of_put_u16(out, type);
	of_put_u16(out, OF_PROPERTY_HEAD + n);
	if (n == 1)
		of_put_u8(out, v);
	else if (n == 2)
		of_put_u16(out, v);
	else if (n == 4)
		of_put_u32(out, v);
	of_pad8(out, at);
}

static bool put_controller2(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	size_t at;

	if (!a->controller.n_data && !a->controller.meter && !a->controller.pause)
		return false;
	of_room(out, 6);
	if (a->controller.max_len != SW_NO_BUFFER)
		put_number(out, MAX_LEN, 2, a->controller.max_len);
	if (a->controller.id)
		put_number(out, CONTROLLER_ID, 2, a->controller.id);
	if (a->controller.reason != OFPR_ACTION)
		put_number(out, REASON, 1, a->controller.reason);
	if (a->controller.n_data) {
		at = out->len;
		of_put_u16(out, USERDATA);
		of_put_u16(out, OF_PROPERTY_HEAD + a->controller.n_data);
		of_put(out, a->controller.data, a->controller.n_data);
		of_pad8(out, at);
	}
	if (a->controller.pause)
		put_number(out, PAUSE, 0, 0);
	if (a->controller.meter)
		put_number(out, METER_ID, 4, a->controller.meter);
	return true;
}

SW_REGISTER(of_action, controller) = {
	.name = "controller",
	.help = "to the controllers of an id, with a reason",
	.of = &sw_action_type_controller,
	.ids = { { OF_ALL, OF_NICIRA, 20, 16 } },
	.get = get_controller,
	.put = put_controller,
};
SW_REGISTER(of_action, controller2) = {
	.name = "controller2",
	.help = "to controllers, with data of theirs",
	.of = &sw_action_type_controller,
	.ids = { { OF_ALL, OF_NICIRA, 37, 0 } },
	.get = get_controller2,
	.put = put_controller2,
};
