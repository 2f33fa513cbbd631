/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands worker queues and worker rebalance: what each receive queue costs its worker, and queues moved so
 * that the workers' loads even out. Control thread.
 */
#include "run_queue.h"

#include <errno.h>

#include <rte_cycles.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/port.h>
#include <sw/text.h>

#include "../table_out.h"

enum { SECS };
enum { DRY };

int cmd_read_seconds(const char *text, unsigned *seconds, struct sw_err *err)
{
	int64_t n;

	*seconds = CMD_SECS_NOW;
	if (!text)
		return 0;
	if (sw_parse_i64(text, 1, SW_LOAD_SECONDS, &n)) {
		sw_err_set(err, SW_CODE_USAGE, "--secs=%s is no number of seconds that are kept",
			text);
		sw_err_given(err, "%s", text);
		sw_err_allowed(err, "1 to %d", SW_LOAD_SECONDS);
		return -EINVAL;
	}
	*seconds = n;
	return 0;
}

json_t *cmd_ratio(double part, double whole)
{
	return whole > 0 ? json_real((uint64_t)(part / whole * 10 + 0.5) / 10.0) : json_null();
}

struct show {
	json_t *table;
	unsigned seconds;
};

static void add_queue(void *arg, const struct sw_queue_info *q)
{
	const struct show *show = arg;
	json_t *row = table_row(show->table);
	struct sw_load load;

	sw_pmd_queue_load(q->port, q->queue, show->seconds, &load);
	json_array_append_new(row, json_string(q->port->name));
	json_array_append_new(row, json_integer(q->queue));
	json_array_append_new(
		row, q->worker < SW_WORKER_MAX ? json_integer(q->worker) : json_null());
	json_array_append_new(row, cmd_ratio(100.0 * load.cycles, load.span));
	json_array_append_new(
		row, load.span ? json_integer(load.packets * (double)rte_get_tsc_hz() / load.span)
			       : json_null());
	json_array_append_new(row, cmd_ratio(load.cycles, load.packets));
	json_array_append_new(row, cmd_ratio(load.packets, load.bursts));
	json_array_append_new(row, json_integer(load.held));
}

static int run_queues(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Port", "Queue", "Worker", "Load %", "Packets/s",
		"Cycles/packet", "Packets/burst", "Held back", NULL };
	struct show show;
	int rc = cmd_read_seconds(call->option[SECS], &show.seconds, err);

	if (rc)
		return rc;
	show.table = call->result = table_new(columns);
	sw_pmd_each_queue(add_queue, &show);
	return 0;
}

static void add_move(void *arg, const struct sw_queue_move *move)
{
	json_t *row = table_row(arg);

	json_array_append_new(row, json_string(move->port->name));
	json_array_append_new(row, json_integer(move->queue));
	json_array_append_new(row, json_integer(move->from));
	json_array_append_new(row, json_integer(move->to));
	json_array_append_new(row, json_integer(move->load));
}

static int run_rebalance(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Port", "Queue", "From", "To", "Load %", NULL };

	call->result = table_new(columns);
	sw_pmd_rebalance(call->option[DRY] != NULL, add_move, call->result);
	return 0;
}

static const struct sw_cmd_option queues_options[] = {
	[SECS] = { "secs", "N", "over the last N seconds, 1 to 60; 10 without it" },
	{ NULL },
};
static const struct sw_cmd_option rebalance_options[] = {
	[DRY] = { "plan", NULL, "only tell what would be moved" },
	{ NULL },
};

SW_REGISTER(cmd, worker_queues) = {
	.name = "worker queues",
	.help = "every receive queue: its worker, the share of the worker's time it takes, its packets, and in how many turns it "
		"was held back, as other queues waited that had had less time",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.options = queues_options,
	.run = run_queues,
};
SW_REGISTER(cmd, worker_rebalance) = {
	.name = "worker rebalance",
	.help = "move queues between workers by their load of the last minute, and tell which; "
		"Open_vSwitch.other_config:pmd-auto-lb does it by itself",
	.usage = "",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_TABLE,
	.options = rebalance_options,
	.run = run_rebalance,
};
