/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands control show and control steps: does the control loop keep its promise to come round within 10 ms, and who talks
 * to it. Control thread.
 */
#include <sw/cmd.h>
#include <sw/loop.h>

#include <stdlib.h>
#include <string.h>

#include "../api/server.h"
#include "../table_out.h"

static void add(json_t *table, const char *name, uint64_t value)
{
	json_t *row = table_row(table);

	json_array_append_new(row, json_string(name));
	json_array_append_new(row, json_integer(value));
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Statistic", "Value", NULL };
	struct sw_loop_stats loop = { 0 };
	struct api_stats api = { 0 };
	json_t *row;

	sw_loop_stats(&loop);
	api_stats(&api);
	call->result = table_new(columns);
	add(call->result, "steps", loop.steps);
	add(call->result, "steps_over_10ms", loop.slow);
	add(call->result, "worst_step_us", loop.worst_us);
	row = table_row(call->result);
	json_array_append_new(row, json_string("worst_step"));
	json_array_append_new(row, loop.worst ? json_string(loop.worst) : json_null());
	add(call->result, "worst_step_cpu_us", loop.worst_cpu_us);
	add(call->result, "worst_lag_us", loop.worst_lag_us);
	add(call->result, "clients", api.clients);
	add(call->result, "clients_refused", api.refused_clients);
	add(call->result, "clients_dropped", api.dropped_clients);
	add(call->result, "requests", api.requests);
	return 0;
}

static int by_worst(const void *a, const void *b)
{
	const struct sw_loop_step *x = a, *y = b;

	return x->worst_us != y->worst_us ? (x->worst_us < y->worst_us ? 1 : -1)
					  : strcmp(x->name, y->name);
}

static int run_steps(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Step", "Count", "Average us", "Worst us",
		"Worst CPU us", "Over 10 ms", NULL };
	struct sw_loop_step steps[SW_LOOP_STEPS_MAX];
	unsigned n = sw_loop_steps(steps);

	call->result = table_new(columns);
	qsort(steps, n, sizeof(*steps), by_worst);
	for (unsigned i = 0; i < n; i++) {
		json_t *row = table_row(call->result);

		json_array_append_new(row, json_string(steps[i].name));
		json_array_append_new(row, json_integer(steps[i].count));
		json_array_append_new(row, json_integer(steps[i].sum_us / steps[i].count));
		json_array_append_new(row, json_integer(steps[i].worst_us));
		json_array_append_new(row, json_integer(steps[i].worst_cpu_us));
		json_array_append_new(row, json_integer(steps[i].slow));
	}
	return 0;
}

static int run_clear(struct sw_call *call, struct sw_err *err)
{
	sw_loop_stats_clear();
	return 0;
}

SW_REGISTER(cmd, control_show) = {
	.name = "control show",
	.help = "the control loop: its longest step, how late it was at most, clients and requests",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run,
};

SW_REGISTER(cmd, control_steps) = {
	.name = "control steps",
	.help = "what the control loop does, by name: how often, how long, worst first",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run_steps,
};

SW_REGISTER(cmd, control_stats_clear) = {
	.name = "control stats-clear",
	.help = "measure the steps of the control loop from now on",
	.usage = "",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_NONE,
	.run = run_clear,
};
