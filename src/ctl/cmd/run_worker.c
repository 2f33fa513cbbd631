/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command worker show: where each worker runs, how loaded it is now, which queues it polls. Now is the last
 * ten seconds, or what --secs says; two answers of --totals make a rate over any time. Control thread.
 */
#include <rte_common.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/port.h>

#include "../table_out.h"
#include "run_queue.h"

enum { TOTALS, SECS };

struct queues {
	json_t *of[SW_WORKER_MAX]; /* array of "port:queue" */
};

static void add_queue(void *arg, const struct sw_queue_info *q)
{
	struct queues *queues = arg;

	if (q->worker < SW_WORKER_MAX && queues->of[q->worker])
		json_array_append_new(
			queues->of[q->worker], json_sprintf("%s:%u", q->port->name, q->queue));
}

/* The last seconds; since the worker started as long as there is no sample. */
static struct sw_load load_of(const struct sw_worker_info *info, unsigned seconds)
{
	struct sw_load load;

	sw_pmd_worker_load(info->id, seconds, &load);
	if (!load.span)
		load = (struct sw_load){ info->busy_cycles + info->idle_cycles, info->busy_cycles,
			info->packets, info->busy_turns };
	return load;
}

static void add_share(
	json_t *table, const struct sw_worker_info *info, json_t *queues, unsigned seconds)
{
	struct sw_load load = load_of(info, seconds);
	json_t *row = table_row(table);

	json_array_append_new(row, json_integer(info->id));
	json_array_append_new(row, info->stepped ? json_null() : json_integer(info->core));
	json_array_append_new(row, info->numa < 0 ? json_null() : json_integer(info->numa));
	json_array_append_new(row, cmd_ratio(100.0 * load.cycles, load.span));
	json_array_append_new(row, cmd_ratio(load.cycles, load.packets));
	json_array_append_new(row, cmd_ratio(load.packets, load.bursts));
	json_array_append_new(row, json_integer(info->packets));
	json_array_append(row, queues);
}

static void add_totals(json_t *table, const struct sw_worker_info *info)
{
	const uint64_t totals[] = { info->packets, info->busy_cycles, info->idle_cycles,
		info->turns, info->busy_turns, info->sleep_us, info->events_lost };
	json_t *row = table_row(table);

	json_array_append_new(row, json_integer(info->id));
	for (unsigned i = 0; i < RTE_DIM(totals); i++)
		json_array_append_new(row, json_integer(totals[i]));
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const shares[] = { "Worker", "Core", "NUMA", "Busy %", "Cycles/packet",
		"Packets/turn", "Packets", "Queues", NULL };
	static const char *const totals[] = { "Worker", "Packets", "Busy cycles", "Idle cycles",
		"Turns", "Busy turns", "Sleep us", "Events lost", NULL };
	struct queues queues = { 0 };
	unsigned n = sw_pmd_workers(), seconds;
	int rc = cmd_read_seconds(call->option[SECS], &seconds, err);

	if (rc)
		return rc;
	call->result = table_new(call->option[TOTALS] ? totals : shares);
	for (unsigned i = 0; i < n && i < SW_WORKER_MAX; i++)
		queues.of[i] = json_array();
	sw_pmd_each_queue(add_queue, &queues);
	for (unsigned i = 0; i < n && i < SW_WORKER_MAX; i++) {
		struct sw_worker_info info;

		if (!sw_pmd_worker_info(i, &info) && call->option[TOTALS])
			add_totals(call->result, &info);
		else if (!sw_pmd_worker_info(i, &info))
			add_share(call->result, &info, queues.of[i], seconds);
		json_decref(queues.of[i]);
	}
	return 0;
}

static const struct sw_cmd_option options[] = {
	[TOTALS] = { "totals", NULL, "counts since the worker started; two answers make a rate" },
	[SECS] = { "secs", "N", "load and cost over the last N seconds, 1 to 60; 10 without it" },
	{ NULL },
};

SW_REGISTER(cmd, worker_show) = {
	.name = "worker show",
	.help = "every worker: core, load, cost of a packet, and the queues it polls as port:queue",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.options = options,
	.run = run,
};
