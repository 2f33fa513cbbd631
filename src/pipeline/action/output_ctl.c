/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions output, to a port or to one that a field names, and drop (OpenFlow 1.3.5, 7.2.5; ovs-actions(7)). A port
 * that is not there is no error: it may come later.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/text.h>

SW_USE(action_type, output_reg);

#define TRUNCATE_MIN 14 /* an Ethernet header */

static int port_fault(const char *text, struct sw_err *err)
{
	int rc = sw_err_set(
		err, SW_CODE_INVALID, "output: %s is no port that packets can leave by", text);

	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "a port, or IN_PORT, TABLE, NORMAL, FLOOD, ALL, CONTROLLER, LOCAL");
	return rc;
}

static int read_port(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc = arg_port("output", text, &a->output.port, err);
	uint32_t port = a->output.port;

	if (!rc && (port == SW_OFPP_ANY || (port > SW_OFPP_MAX && port < SW_OFPP_IN_PORT)))
		rc = port_fault(text, err);
	return rc;
}

static int take_argument(void *arg, const struct word *w, struct sw_err *err)
{
	static const char *const names[] = { "port", "max_len", NULL };
	struct sw_action *a = arg;
	const char *value = w->value ? w->value : "";
	int rc;

	switch (arg_choice("output", w->name, names, err)) {
	case 0:
		return read_port(a, value, err);
	case 1:
		rc = arg_u16("max_len", value, &a->output.max_len, err);
		if (rc || a->output.max_len >= TRUNCATE_MIN)
			return rc;
		rc = sw_err_set(
			err, SW_CODE_INVALID, "max_len: %s is shorter than a header", value);
		sw_err_given(err, "%s", value);
		sw_err_allowed(err, "%u to 65535", TRUNCATE_MIN);
		return rc;
	}
	return err_rc(err);
}

/* output(port=PORT,max_len=BYTES) */
static int parse_truncated(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc;

	a->output.port = SW_OFPP_ANY;
	rc = args_each(text, take_argument, a, err);
	if (rc)
		return rc;
	if (a->output.port == SW_OFPP_ANY)
		return arg_missing("port", err);
	if (!a->output.max_len)
		return arg_missing("max_len", err);
	if (a->output.port > SW_OFPP_MAX && a->output.port != SW_OFPP_IN_PORT &&
		a->output.port != SW_OFPP_LOCAL) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"output: only what leaves by a port, IN_PORT or LOCAL can be cut");
		sw_err_given(err, "%s", text);
		sw_err_hint(err, "to the controller: controller(max_len=BYTES)");
	}
	return rc;
}

static int output_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	struct sw_err no_port = { 0 };

	if (strstr(text, "max_len=") || strstr(text, "port="))
		return parse_truncated(a, text, err);
	if (!strchr(text, '[')) {
		if (!read_port(a, text, &no_port)) {
			a->output.max_len = a->output.port == SW_OFPP_CONTROLLER ? SW_NO_BUFFER : 0;
			return 0;
		}
	}
	memset(&a->output, 0, sizeof(a->output));
	a->type = &sw_action_type_output_reg;
	if (!sw_bits_parse(text, &a->output_reg, err))
		return bits_carried(&a->output_reg, "output", err);
	if (err && no_port.code)
		*err = no_port;
	return err_rc(err);
}

static void output_print(const struct sw_action *a, struct sw_str *out)
{
	uint32_t port = a->output.port;

	if (port == SW_OFPP_CONTROLLER) {
		sw_str_add(out, "CONTROLLER:%u", a->output.max_len);
		return;
	}
	if (a->output.max_len)
		sw_str_add(out, "output(port=");
	else if (port <= SW_OFPP_MAX)
		sw_str_add(out, "output:");
	port_print(port, out);
	if (a->output.max_len)
		sw_str_add(out, ",max_len=%u)", a->output.max_len);
}

static int output_reg_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc = sw_bits_parse(text, &a->output_reg, err);

	return rc ? rc : bits_carried(&a->output_reg, "output", err);
}

static void output_reg_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "output:");
	sw_bits_print(&a->output_reg, out);
}

static int output_reg_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	return need_field(a->output_reg.field, match, "output", err);
}

static bool output_reg_equal(const struct sw_action *a, const struct sw_action *b)
{
	return bits_equal(&a->output_reg, &b->output_reg);
}

/* The parser of lists takes it out again: a list that does nothing is empty. */
static int drop_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_none("drop", text, err);
}

SW_REGISTER(action_type, output) = {
	.name = "output",
	.help = "sends the packet out by a port, cut to max_len bytes if that is given",
	.usage = "PORT, FIELD[BITS] or (port=PORT,max_len=BYTES)",
	.set_place = SW_PLACE_OUTPUT,
	.parse = output_parse,
	.print = output_print,
};

SW_REGISTER(action_type, output_reg) = {
	.name = "output_reg",
	.help = "sends the packet out by the port whose number a field has; output:FIELD[BITS]",
	.usage = "FIELD[BITS]",
	.set_place = SW_PLACE_OUTPUT,
	.parse = output_reg_parse,
	.print = output_reg_print,
	.check = output_reg_check,
	.equal = output_reg_equal,
};

SW_REGISTER(action_type, drop) = {
	.name = "drop",
	.help = "does nothing, so that the packet is dropped; stands alone",
	.usage = "",
	.parse = drop_parse,
};
