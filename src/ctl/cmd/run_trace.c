/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command trace: what a packet would go through, told step by step. The pipeline does it (sw/trace.h); here are its words.
 * Control thread.
 */
#include "run_trace.h"

#include <sw/action.h>
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/port.h>
#include <sw/rule_text.h>
#include <sw/text.h>
#include <sw/trace.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "../switch/numbers_of.h"
#include "../switch/switch.h"
#include "trace_text.h"

/* What is to be traced. */
struct asked {
	struct sw_bridge *bridge;
	const struct sw_port *port;
	struct sw_match match;
	uint8_t bytes[SW_TRACE_BYTES];
	size_t len;
	struct sw_rule_change why;
};

static int bad_hex(const char *hex, const char *what, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "the packet %s", what);

	sw_err_given(err, "%.60s", hex);
	sw_err_allowed(err, "an even number of hex digits, of 1 to %u bytes", SW_TRACE_BYTES);
	return rc;
}

static int digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? (tolower((unsigned char)c) - 'a') + 10 : -1;
}

static int read_hex(struct asked *a, const char *hex, struct sw_err *err)
{
	size_t n = strlen(hex);

	if (!n || n % 2)
		return bad_hex(hex, n ? "has half a byte at its end" : "is empty", err);
	if (n / 2 > SW_TRACE_BYTES)
		return bad_hex(hex, "is too long", err);
	for (size_t i = 0; i < n; i += 2) {
		int high = digit(hex[i]), low = digit(hex[i + 1]);

		if (high < 0 || low < 0)
			return bad_hex(hex, "has something that is no hex digit", err);
		a->bytes[a->len++] = high << 4 | low;
	}
	return 0;
}

struct finding {
	uint32_t number;
	const struct sw_port *port;
};

static void find_number(void *arg, struct sw_port *port)
{
	struct finding *f = arg;

	if ((uint32_t)switch_ofport(port) == f->number)
		f->port = port;
}

int trace_port_of(struct sw_bridge *bridge, const struct sw_match *match,
	const struct sw_port **port, struct sw_err *err)
{
	uint32_t number = rte_be_to_cpu_32(match->value.in_port);
	struct finding f = { number == SW_OFPP_LOCAL ? SWITCH_OFPORT_LOCAL : number, NULL };
	int rc;

	if (match->mask.in_port != UINT32_MAX) {
		rc = sw_err_set(
			err, SW_CODE_USAGE, "a trace needs the port by which the packet comes in");
		sw_err_allowed(err, "in_port=PORT, a name or a number, in the flow");
		return rc;
	}
	switch_each_port(bridge, find_number, &f);
	*port = f.port;
	if (f.port)
		return 0;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "bridge %s has no port %u", sw_bridge_name(bridge),
		f.number);
	sw_err_given(err, "in_port=%u", f.number);
	sw_err_hint(err, "swctl list-ports %s, and swctl get interface NAME ofport",
		sw_bridge_name(bridge));
	return rc;
}

/* With a packet the flow says only what is not in it. */
static int check_flow_beside_packet(const struct asked *a, struct sw_err *err)
{
	const uint8_t *mask = (const uint8_t *)&a->match.mask;

	for (size_t i = offsetof(struct sw_fields, pbb_isid); i < sizeof(a->match.mask); i++)
		if (mask[i])
			return sw_err_set(err, SW_CODE_INVALID,
				"the flow says a field of the packet, which is given itself: only in_port, "
				"registers, metadata and tunnel_id stand beside it");
	return 0;
}

static int read_flow(struct asked *a, const struct sw_call *call, struct sw_err *err)
{
	int rc = sw_match_parse(call->args[1], &a->match, err);

	if (rc) {
		if (strspn(call->args[1], "0123456789abcdefABCDEF") == strlen(call->args[1]))
			sw_err_hint(err,
				"a packet stands behind the flow: trace %s in_port=PORT %.40s...",
				call->args[0], call->args[1]);
		return rc;
	}
	rc = trace_port_of(a->bridge, &a->match, &a->port, err);
	if (rc)
		return rc;
	if (call->n_args > 2) {
		rc = check_flow_beside_packet(a, err);
		return rc ? rc : read_hex(a, call->args[2], err);
	}
	rc = sw_trace_compose(&a->match, a->bytes, err);
	a->len = rc > 0 ? rc : 0;
	return rc > 0 ? 0 : rc;
}

static int read_why(struct asked *a, const struct sw_call *call, struct sw_err *err)
{
	const char *text = call->option[TRACE_WHY];
	int rc = text ? sw_rule_parse(text, SW_RULE_DELETE_STRICT, &a->why, err) : 0;

	if (rc)
		sw_err_prefix(err, "--why=%s", text);
	return rc;
}

static int trace(struct sw_call *call, struct asked *a, struct sw_err *err)
{
	struct trace_text text;
	int rc;

	trace_text_begin(&text, call->option[TRACE_WHY] ? &a->why : NULL);
	rc = sw_trace_run(&text.ear, a->port, a->bytes, a->len, &a->match.value, err);
	if (rc)
		json_decref(trace_text_end(&text));
	else
		call->result = trace_text_end(&text);
	return rc;
}

/* Neither is of use without --live. */
static int check_usage(const struct sw_call *call, struct sw_err *err)
{
	int rc;

	if (call->option[TRACE_COUNT]) {
		rc = sw_err_set(err, SW_CODE_USAGE, "--count is of packets that --live waits for");
		sw_err_hint(err, "add --live, or leave --count out");
		return rc;
	}
	if (call->n_args > 1)
		return 0;
	rc = sw_err_set(err, SW_CODE_USAGE, "a trace needs a packet");
	sw_err_hint(err, "trace %s in_port=PORT,FIELD=VALUE,... or, for the next real one, --live",
		call->args[0]);
	return rc;
}

static int run_trace(struct sw_call *call, struct sw_err *err)
{
	struct sw_bridge *bridge;
	struct asked *a;
	int rc;

	if (call->option[TRACE_LIVE])
		return trace_live(call, err);
	rc = check_usage(call, err);
	if (rc)
		return rc;
	bridge = switch_bridge(call->args[0], err);
	if (!bridge)
		return sw_err_errno(err->code);
	a = sw_xcalloc(1, sizeof(*a));
	a->bridge = bridge;
	numbers_of(bridge);
	rc = read_flow(a, call, err);
	if (!rc)
		rc = read_why(a, call, err);
	if (!call->option[TRACE_NAMES])
		numbers_of(NULL);
	if (!rc)
		rc = trace(call, a, err);
	numbers_of(NULL);
	free(a);
	return rc;
}

static const struct sw_cmd_option trace_options[] = {
	[TRACE_WHY] = { "why", "RULE",
		"say of this rule, too, why the packet does not come to it" },
	[TRACE_NAMES] = { "names", NULL, "ports by their names in rules" },
	[TRACE_LIVE] = { "live", NULL,
		"wait for the next real packet that matches, and tell what was done with it; --timeout=SECONDS says how long",
		SW_ROLE_OPERATE },
	[TRACE_COUNT] = { "count", "N", "with --live: so many packets" },
	{ 0 },
};

SW_REGISTER(cmd, trace) = {
	.name = "trace",
	.help = "what the switch would do with a packet and why, table by table, without doing it: the packet as a flow "
		"(\"in_port=p1,tcp,tcp_dst=80\") or in hex behind one",
	.usage = "BRIDGE [FLOW [HEX]]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TREE,
	.min_args = 1,
	.max_args = 3,
	.options = trace_options,
	.run = run_trace,
};
