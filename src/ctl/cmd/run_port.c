/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands port stats and port drops: what a port counted, and why it lost packets. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/packet_out.h>
#include <sw/pmd.h>
#include <sw/port.h>

#include <string.h>

#include "../statistics.h"
#include "../switch/switch.h"
#include "../table_out.h"

#define PORTS_A_STEP  64
#define DROP_ROWS_MAX 16384 /* keeps the answer under what a client may leave unread */

static const char *const overview_columns[] = { "Port", "rx_packets", "rx_bytes", "rx_dropped",
	"rx_errors", "tx_packets", "tx_bytes", "tx_dropped", "tx_errors", NULL };

struct slice {
	unsigned n, from;
	void (*fn)(void *arg, struct sw_port *port);
	void *arg;
};

static void one_of_slice(void *arg, struct sw_port *port)
{
	struct slice *s = arg;

	if (s->n >= s->from && s->n < s->from + PORTS_A_STEP)
		s->fn(s->arg, port);
	s->n++;
}

/* Call fn for the port that is named, or for every port, a slice of them a step: one may cost a system call. */
static int each_port(struct sw_call *call, void (*fn)(void *arg, struct sw_port *port), void *arg,
	struct sw_err *err)
{
	struct slice slice = { .from = call->at, .fn = fn, .arg = arg };
	struct sw_port *port;

	if (!call->n_args) {
		switch_each_port(NULL, one_of_slice, &slice);
		call->at += PORTS_A_STEP;
		return slice.n > call->at ? SW_CMD_MORE : 0;
	}
	port = switch_port(call->args[0], err);
	if (!port)
		return sw_err_errno(err->code);
	fn(arg, port);
	return 0;
}

static void add_statistic(void *arg, const char *name, uint64_t value)
{
	json_t *row = table_row(arg);

	json_array_append_new(row, json_string(name));
	json_array_append_new(row, json_integer(value));
}

static void add_all_statistics(void *arg, struct sw_port *port)
{
	port_statistics(port, add_statistic, arg);
}

/* A cell of the overview, when the statistic has a column. */
static void add_overview_cell(void *arg, const char *name, uint64_t value)
{
	for (size_t i = 1; overview_columns[i]; i++)
		if (!strcmp(overview_columns[i], name))
			json_array_set_new(arg, i, json_integer(value));
}

static void add_overview(void *arg, struct sw_port *port)
{
	json_t *row = table_row(arg);

	json_array_append_new(row, json_string(port->name));
	for (size_t i = 1; overview_columns[i]; i++)
		json_array_append_new(row, json_null());
	port_statistics(port, add_overview_cell, row);
}

static int run_stats(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Statistic", "Value", NULL };
	const char *name = call->n_args ? call->args[0] : NULL;

	if (!call->result)
		call->result = table_new(name ? columns : overview_columns);
	return each_port(call, name ? add_all_statistics : add_overview, call->result, err);
}

struct drops {
	json_t *table;
	bool all;
	unsigned rows;
};

static void add_drops(void *arg, struct sw_port *port)
{
	struct drops *drops = arg;
	const struct sw_drop *drop;
	struct sw_lane_stats sum;

	memset(&sum, 0, sizeof(sum));
	sw_pmd_port_stats(port, &sum);
	SW_REG_FOREACH (drop, const struct sw_drop *, drop) {
		uint64_t count = sum.drops[drop_i];
		json_t *row;

		if ((!count && !drops->all) || ++drops->rows > DROP_ROWS_MAX)
			continue;
		row = table_row(drops->table);
		json_array_append_new(row, json_string(port->name));
		json_array_append_new(row, json_string(drop->name));
		json_array_append_new(row, json_integer(count));
		json_array_append_new(row, json_string(drop->help));
	}
}

/* Packets that controllers send and that came in on no port. */
static void add_packet_outs(void *arg, struct sw_bridge *bridge)
{
	struct drops *drops = arg;
	struct sw_packet_out_stats stats;
	const struct sw_drop *drop;

	sw_packet_out_stats(bridge, &stats);
	SW_REG_FOREACH (drop, const struct sw_drop *, drop)
		if (stats.drops[drop_i] && ++drops->rows <= DROP_ROWS_MAX)
			table_add(drops->table,
				json_pack("[o, s, I, s]",
					json_sprintf("packet-out of %s", sw_bridge_name(bridge)),
					drop->name, (json_int_t)stats.drops[drop_i], drop->help));
}

static int run_drops(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Port", "Reason", "Packets", "Help", NULL };
	struct drops drops = { .all = call->option[0] };
	int rc;

	if (!call->result)
		call->result = table_new(columns);
	drops.table = call->result;
	drops.rows = json_array_size(json_object_get(call->result, "rows"));
	rc = each_port(call, add_drops, &drops, err);
	if (!rc && !call->n_args)
		switch_each_bridge(add_packet_outs, &drops);
	if (rc < 0 || drops.rows <= DROP_ROWS_MAX)
		return rc;
	rc = sw_err_set(
		err, SW_CODE_LIMIT, "all ports together have %u reasons to show", drops.rows);
	sw_err_allowed(err, "at most %d in one answer", DROP_ROWS_MAX);
	sw_err_hint(err, "name a port");
	return rc;
}

SW_REGISTER(cmd, port_stats) = {
	.name = "port stats",
	.help = "packets and bytes of every port, or all statistics of one",
	.usage = "[PORT]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 1,
	.run = run_stats,
};

static const struct sw_cmd_option drops_options[] = {
	{ "all", NULL, "also the reasons that did not happen" },
	{ 0 },
};

SW_REGISTER(cmd, port_drops) = {
	.name = "port drops",
	.help = "why packets were lost: reason, how many, and what to do about it; without PORT also those that controllers send "
		"and that came in on no port",
	.usage = "[PORT]",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 1,
	.options = drops_options,
	.run = run_drops,
};
