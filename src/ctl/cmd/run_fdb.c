/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands fdb flush, fdb stats and fdb stats-clear. Static stations are configuration and stay.
 * Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/fdb.h>
#include <sw/port.h>
#include <sw/text.h>

#include "../switch/switch.h"
#include "../table_out.h"

enum { OPT_PORT, OPT_VLAN };

/* Call fn for the bridge named by the first argument, or for every bridge. */
static int each_bridge(const struct sw_call *call, void (*fn)(void *arg, struct sw_bridge *bridge),
	void *arg, struct sw_err *err)
{
	struct sw_bridge *bridge;

	if (!call->n_args) {
		switch_each_bridge(fn, arg);
		return 0;
	}
	bridge = switch_bridge(call->args[0], err);
	if (!bridge)
		return sw_err_errno(err->code);
	fn(arg, bridge);
	return 0;
}

struct flush {
	const struct sw_port *port;
	const char *vlan;
	uint64_t vid;
};

static void flush_bridge(void *arg, struct sw_bridge *bridge)
{
	const struct flush *flush = arg;
	struct sw_fdb *fdb = sw_bridge_fdb(bridge);

	if (flush->port)
		sw_fdb_flush_port(fdb, flush->port->index);
	else if (flush->vlan)
		sw_fdb_flush_vlan(fdb, flush->vid);
	else
		sw_fdb_flush(fdb);
}

static int run_flush(struct sw_call *call, struct sw_err *err)
{
	const char *port = call->option[OPT_PORT];
	struct flush flush = { .vlan = call->option[OPT_VLAN] };
	int rc;

	if (port && flush.vlan) {
		rc = sw_err_set(err, SW_CODE_USAGE, "fdb flush takes --port or --vlan, not both");
		sw_err_hint(
			err, "flush by port: its stations are learned again with the next packets");
		return rc;
	}
	if (flush.vlan && sw_parse_u64(flush.vlan, 0, SW_VID_COUNT - 1, &flush.vid)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a VLAN", flush.vlan);
		sw_err_given(err, "--vlan=%s", flush.vlan);
		sw_err_allowed(err, "a number from 0 to 4095");
		return rc;
	}
	if (port) {
		flush.port = switch_port(port, err);
		if (!flush.port)
			return sw_err_errno(err->code);
	}
	return each_bridge(call, flush_bridge, &flush, err);
}

static void add_stats(void *arg, struct sw_bridge *bridge)
{
	json_t *row = table_row(arg);
	struct sw_fdb_stats s = { 0 };

	sw_fdb_stats(sw_bridge_fdb(bridge), &s);
	json_array_append_new(row, json_string(sw_bridge_name(bridge)));
	const uint64_t cells[] = { s.current, s.max, s.statics, s.learned, s.expired, s.evicted,
		s.moved, s.refused_full, s.refused_limit };

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		json_array_append_new(row, json_integer(cells[i]));
}

static int run_stats(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Bridge", "Current", "Max", "Static", "Learned",
		"Expired", "Evicted", "Moved", "Refused (full)", "Refused (limit)", NULL };

	call->result = table_new(columns);
	return each_bridge(call, add_stats, call->result, err);
}

static void clear_stats(void *arg, struct sw_bridge *bridge)
{
	sw_fdb_stats_clear(sw_bridge_fdb(bridge));
}

static int run_stats_clear(struct sw_call *call, struct sw_err *err)
{
	return each_bridge(call, clear_stats, NULL, err);
}

static const struct sw_cmd_option flush_options[] = {
	[OPT_PORT] = { "port", "PORT", "only stations behind this port" },
	[OPT_VLAN] = { "vlan", "VLAN", "only stations of this VLAN" },
	{ 0 },
};

SW_REGISTER(cmd, fdb_flush) = {
	.name = "fdb flush",
	.help = "forget learned stations of one bridge or of all; static ones stay",
	.usage = "[BRIDGE]",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_NONE,
	.max_args = 1,
	.options = flush_options,
	.run = run_flush,
};

SW_REGISTER(cmd, fdb_stats) = {
	.name = "fdb stats",
	.help = "how full each table of stations is, and what happened in it",
	.usage = "[BRIDGE]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 1,
	.run = run_stats,
};

SW_REGISTER(cmd, fdb_stats_clear) = {
	.name = "fdb stats-clear",
	.help = "count from zero again: learned, expired, evicted, moved, refused",
	.usage = "[BRIDGE]",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_NONE,
	.max_args = 1,
	.run = run_stats_clear,
};
