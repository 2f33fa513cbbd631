/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands flow stats, flow del and flow add: what workers keep of rules; flow dump is in run_flow_dump.c. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/flow.h>
#include <sw/pmd.h>

#include <limits.h>

#include "../switch/switch.h"
#include "../table_out.h"

static int run_stats(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Worker", "Flows", "Room", "Hits", "Walks", "First",
		"Not kept", "Learned", "Learning lost", NULL };

	call->result = table_new(columns);
	for (unsigned w = 0; w < sw_pmd_workers(); w++) {
		struct sw_flow_stats s;
		json_t *row;

		if (!sw_flow_stats(w, &s))
			continue;
		row = table_row(call->result);
		const uint64_t cells[] = { w, s.used, s.entries, s.hits, s.walks, s.ghosts,
			s.not_kept, s.wishes, s.wishes_lost };

		for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
			json_array_append_new(row, json_integer(cells[i]));
	}
	return 0;
}

/* --- add and del --- */

static void forget(void *arg, struct sw_bridge *bridge)
{
	sw_flow_forget(bridge);
}

static int run_del(struct sw_call *call, struct sw_err *err)
{
	struct sw_bridge *bridge;

	if (!call->n_args) {
		switch_each_bridge(forget, NULL);
		return 0;
	}
	bridge = switch_bridge(call->args[0], err);
	if (!bridge)
		return sw_err_errno(err->code);
	sw_flow_forget(bridge);
	return 0;
}

/* A flow is what the rules come to, remembered; one that they do not come to would be a second forwarding table. */
static int run_add(struct sw_call *call, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_UNSUPPORTED,
		"flows are what rules come to, kept; none can be put beside the rules");

	sw_err_hint(err,
		"swctl rule add %s priority=65535,... forwards as is wanted, at once and in all workers",
		call->args[0]);
	return rc;
}

SW_REGISTER(cmd, flow_stats) = {
	.name = "flow stats",
	.help = "flows that each worker keeps of rules: packets whose flow was kept, and those that went through the tables",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 0,
	.run = run_stats,
};

SW_REGISTER(cmd, flow_del) = {
	.name = "flow del",
	.help = "forget the flows that workers keep of rules, of one bridge or of all: each goes through the tables once more",
	.usage = "[BRIDGE]",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_NONE,
	.max_args = 1,
	.run = run_del,
};

SW_REGISTER(cmd, flow_add) = {
	.name = "flow add",
	.help = "not to be had: flows are what rules come to; rule add with a high priority does it",
	.usage = "BRIDGE FLOW",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = UINT_MAX,
	.run = run_add,
};
