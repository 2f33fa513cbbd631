/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command worker show: where each worker runs, how loaded it is, which queues it polls. The figures are
 * since the worker started; two answers of --totals make a rate. Control thread.
 */
#include <rte_common.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/port.h>

#include "../table_out.h"

enum { TOTALS };

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

/* part / whole with one digit after the point; null when there is nothing to divide by. */
static json_t *ratio(double part, double whole)
{
	return whole > 0 ? json_real((uint64_t)(part / whole * 10 + 0.5) / 10.0) : json_null();
}

static void add_share(json_t *table, const struct sw_worker_info *info, json_t *queues)
{
	json_t *row = table_row(table);

	json_array_append_new(row, json_integer(info->id));
	json_array_append_new(row, info->stepped ? json_null() : json_integer(info->core));
	json_array_append_new(row, info->numa < 0 ? json_null() : json_integer(info->numa));
	json_array_append_new(row,
		ratio(100.0 * info->busy_cycles, (double)info->busy_cycles + info->idle_cycles));
	json_array_append_new(row, ratio(info->busy_cycles, info->packets));
	json_array_append_new(row, ratio(info->packets, info->busy_turns));
	json_array_append_new(row, json_integer(info->packets));
	json_array_append(row, queues);
}

static void add_totals(json_t *table, const struct sw_worker_info *info, json_t *queues)
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
	void (*add)(json_t * table, const struct sw_worker_info *info, json_t *queues) =
		call->option[TOTALS] ? add_totals : add_share;
	struct queues queues = { 0 };
	unsigned n = sw_pmd_workers();

	call->result = table_new(call->option[TOTALS] ? totals : shares);
	for (unsigned i = 0; i < n && i < SW_WORKER_MAX; i++)
		queues.of[i] = json_array();
	sw_pmd_each_queue(add_queue, &queues);
	for (unsigned i = 0; i < n && i < SW_WORKER_MAX; i++) {
		struct sw_worker_info info;

		if (!sw_pmd_worker_info(i, &info))
			add(call->result, &info, queues.of[i]);
		json_decref(queues.of[i]);
	}
	return 0;
}

static const struct sw_cmd_option options[] = {
	[TOTALS] = { "totals", NULL, "counts since the worker started; two answers make a rate" },
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
