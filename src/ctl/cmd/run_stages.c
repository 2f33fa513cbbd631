/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command worker stages: where the cycles of a packet go, stage by stage, as the workers measure it on one turn
 * in some hundred. The cycles are for each packet received, so they add up to what a packet costs. Control
 * thread.
 */
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/stage.h>

#include "../table_out.h"
#include "run_queue.h"

enum { SECS };

static void add_worker(json_t *table, unsigned id, unsigned seconds)
{
	struct sw_stage_load stages[SW_STAGE_MAX];
	uint64_t received, sum = 0;
	unsigned n = sw_pmd_stages(id, seconds, stages, &received);

	for (unsigned i = 0; i < n; i++)
		sum += stages[i].cycles;
	for (unsigned i = 0; i < n && received && sum; i++) {
		json_t *row;

		if (!stages[i].cycles && !stages[i].packets)
			continue;
		row = table_row(table);
		json_array_append_new(row, json_integer(id));
		json_array_append_new(row, json_string(stages[i].name));
		json_array_append_new(row, cmd_ratio(stages[i].cycles, received));
		json_array_append_new(row, cmd_ratio(100.0 * stages[i].cycles, sum));
		json_array_append_new(row, json_integer(stages[i].packets));
		json_array_append_new(row, json_string(stages[i].help));
	}
}

static int run(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Worker", "Stage", "Cycles/packet", "Share %",
		"Measured", "What", NULL };
	unsigned seconds;
	int rc = cmd_read_seconds(call->option[SECS], &seconds, err);

	if (rc)
		return rc;
	call->result = table_new(columns);
	for (unsigned id = 0; id < sw_pmd_workers(); id++)
		add_worker(call->result, id, seconds);
	return 0;
}

static const struct sw_cmd_option options[] = {
	[SECS] = { "secs", "N", "over the last N seconds, 1 to 60; 10 without it" },
	{ NULL },
};

SW_REGISTER(cmd, worker_stages) = {
	.name = "worker stages",
	.help = "where the cycles of a packet go, stage by stage, measured on one turn in 251",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.options = options,
	.run = run,
};
