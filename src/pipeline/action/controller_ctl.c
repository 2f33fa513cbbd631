/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action controller: the packet to a controller as a packet-in. Without arguments of Open vSwitch it is OpenFlow's
 * output to CONTROLLER, and kept as that.
 *
 * Control thread; no state. Userdata is the action's own.
 */
#include "action.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/packet_in.h>
#include <sw/text.h>

SW_USE(action_type, output);

enum { REASON_ACTION = 1 }; /* OFPR_ACTION */
static const char *const reasons[] = { "no_match", "action", "invalid_ttl", "action_set", "group",
	"packet_out", NULL };

static int take_data(struct sw_action *a, const char *text, struct sw_err *err)
{
	uint8_t *data;
	int rc = arg_bytes("userdata", text, &data, &a->controller.n_data, err);

	if (rc)
		return rc;
	free((void *)a->controller.data);
	a->controller.data = data;
	if (a->controller.n_data <= SW_USERDATA_MAX)
		return 0;
	return sw_err_set(err, SW_CODE_LIMIT, "userdata has %u bytes, at most %u are allowed",
		a->controller.n_data, SW_USERDATA_MAX);
}

static int take_argument(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "max_len", "reason", "id", "userdata", "meter_id",
		"pause", NULL };
	struct sw_action *a = arg;
	const char *value = w->value ? w->value : "";
	int reason;

	switch (arg_choice("controller", w->name, names, err)) {
	case 0:
		return arg_u16("max_len", value, &a->controller.max_len, err);
	case 1:
		reason = arg_choice("reason", value, reasons, err);
		a->controller.reason = (uint8_t)reason;
		return reason < 0 ? reason : 0;
	case 2:
		return arg_u16("id", value, &a->controller.id, err);
	case 3:
		return take_data(a, value, err);
	case 4:
		return arg_u32("meter_id", value, &a->controller.meter, err);
	case 5:
		if (w->value)
			return sw_err_set(err, SW_CODE_INVALID, "pause has no value");
		a->controller.pause = true;
		return 0;
	}
	return err_rc(err);
}

static void fini(struct sw_action *a)
{
	free((void *)a->controller.data);
}

static int parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	uint16_t max_len = SW_NO_BUFFER;
	int rc;

	a->controller.max_len = SW_NO_BUFFER;
	a->controller.reason = REASON_ACTION;
	if (isdigit((unsigned char)*text))
		rc = arg_u16("controller", text, &a->controller.max_len, err);
	else
		rc = args_each(text, take_argument, a, err);
	if (rc) {
		fini(a);
		return rc;
	}
	if (a->controller.reason == REASON_ACTION && !a->controller.id && !a->controller.n_data &&
		!a->controller.meter && !a->controller.pause) {
		max_len = a->controller.max_len;
		fini(a);
		memset(a, 0, sizeof(*a));
		a->type = &sw_action_type_output;
		a->output.port = SW_OFPP_CONTROLLER;
		a->output.max_len = max_len;
	}
	return 0;
}

static void print(const struct sw_action *a, struct sw_str *out)
{
	size_t start;

	sw_str_add(out, "controller(");
	start = out->len;
	if (a->controller.reason != REASON_ACTION)
		sw_str_add(out, "reason=%s,",
			a->controller.reason < RTE_DIM(reasons) - 1 ? reasons[a->controller.reason]
								    : "action");
	if (a->controller.max_len != SW_NO_BUFFER)
		sw_str_add(out, "max_len=%u,", a->controller.max_len);
	if (a->controller.id)
		sw_str_add(out, "id=%u,", a->controller.id);
	if (a->controller.n_data) {
		sw_str_add(out, "userdata=");
		bytes_print(a->controller.data, a->controller.n_data, out);
		sw_str_add(out, ",");
	}
	if (a->controller.pause)
		sw_str_add(out, "pause,");
	if (a->controller.meter)
		sw_str_add(out, "meter_id=%u,", a->controller.meter);
	if (out->len > start)
		out->len--;
	sw_str_add(out, ")");
}

static bool equal(const struct sw_action *a, const struct sw_action *b)
{
	return a->controller.max_len == b->controller.max_len &&
	       a->controller.id == b->controller.id &&
	       a->controller.reason == b->controller.reason &&
	       a->controller.meter == b->controller.meter &&
	       a->controller.pause == b->controller.pause &&
	       a->controller.n_data == b->controller.n_data &&
	       (!a->controller.n_data ||
		       !memcmp(a->controller.data, b->controller.data, a->controller.n_data));
}

SW_REGISTER(action_type, controller) = {
	.name = "controller",
	.help = "sends the packet to the controller; with pause the rest is done when that resumes it",
	.usage =
		"[MAX_LEN] or (max_len=BYTES,reason=REASON,id=CONTROLLER,userdata=HEX,pause,meter_id=METER)",
	.parse = parse,
	.print = print,
	.fini = fini,
	.equal = equal,
};

/* As ovs-ofctl prints output to the controller. */
SW_REGISTER(action_type, CONTROLLER) = {
	.name = "CONTROLLER",
	.help = "the same as controller",
	.usage = "[MAX_LEN]",
	.parse = parse,
};
