/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands flow stats, and flow add and del, of flows set by hand; flow dump is in run_flow_dump.c. Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/flow.h>
#include <sw/pmd.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../switch/switch.h"
#include "../table_out.h"
#include "batch.h"
#include "option.h"
#include "run_rule.h"

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

/* --- add and del: flows set by hand --- */

enum { OPT_IDLE };

#define IDLE_S 60 /* what was set to find something out is forgotten by people */

/* How long it stays: as the flow says, else as the option does. */
static int read_idle(const struct batch *b, struct sw_rule_conf *conf, struct sw_err *err)
{
	const char *idle = b->call->option[OPT_IDLE];
	uint64_t n = IDLE_S;

	if (idle && sw_parse_u64(idle, 0, UINT16_MAX, &n))
		return option_bad("idle", idle, "0 to 65535 seconds", err);
	if (!conf->idle_timeout && !conf->hard_timeout)
		conf->idle_timeout = n;
	return 0;
}

static int read_flow(struct batch *b, const char *text, void *item, struct sw_err *err)
{
	struct sw_rule_change *change = item;
	int rc = sw_rule_parse(text, b->verb, change, err);

	if (rc)
		return rc;
	if (change->conf.table && change->conf.table != SW_TABLE_ALL) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"a flow set by hand is in no table: it comes before all of them");
		sw_err_given(err, "table=%u", change->conf.table);
		sw_err_hint(err, "leave table= out, or see swctl help rule add");
	} else if (b->verb == SW_RULE_ADD) {
		rc = read_idle(b, &change->conf, err);
	}
	if (rc)
		rule_fini(change);
	return rc;
}

static int stage(struct batch *b, void *item, struct sw_err *err)
{
	struct sw_rule_change *change = item;
	int rc = rule_check_named(b, &change->conf.does, err);

	return rc ? rc : sw_flow_stage(b->bridge, change, err);
}

static void end(struct batch *b, bool commit)
{
	rule_end(b, commit);
	if (commit && b->verb == SW_RULE_DELETE && b->call->n_args == 1)
		sw_flow_forget(b->bridge);
}

static const struct batch_kind flows_kind = {
	.size = sizeof(struct sw_rule_change),
	.read = read_flow,
	.fini = rule_fini,
	.begin = rule_begin,
	.check = stage,
	.end = end,
};

static int run_add(struct sw_call *call, struct sw_err *err)
{
	int rc = rule_check_looked_at(call, err);

	return rc ? rc : batch_run(call, &flows_kind, SW_RULE_ADD, false, err);
}

static void see_busy(void *arg, struct sw_bridge *bridge)
{
	if (sw_rules_busy(sw_bridge_rules(bridge)))
		*(struct sw_bridge **)arg = bridge;
}

static void forget(void *arg, struct sw_bridge *bridge)
{
	struct sw_rule_change all = sw_flow_all();

	sw_rules_begin(sw_bridge_rules(bridge));
	sw_flow_stage(bridge, &all, NULL);
	sw_rules_commit(sw_bridge_rules(bridge));
	sw_flow_forget(bridge);
}

static int run_del(struct sw_call *call, struct sw_err *err)
{
	struct sw_bridge *busy = NULL;
	int rc;

	if (call->n_args)
		return batch_run(call, &flows_kind, SW_RULE_DELETE, false, err);
	switch_each_bridge(see_busy, &busy);
	if (!busy) {
		switch_each_bridge(forget, NULL);
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_CONFLICT, "rules of bridge %s are just being changed",
		sw_bridge_name(busy));
	sw_err_hint(err, "try again, or name a bridge: then it waits for that one");
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
	.help = "delete the flows set by hand that a match covers; without one, all of them, and what workers keep of rules is forgotten: "
		"each flow goes through the tables once more",
	.usage = "[BRIDGE [MATCH]...]",
	BATCH_COMMAND(0),
	.run = run_del,
};

static const struct sw_cmd_option add_options[] = {
	[OPT_IDLE] = { "idle", "SECONDS",
		"a flow that says no timeout goes after so long without packets; default 60, 0: it stays" },
	{ 0 },
};

SW_REGISTER(cmd, flow_add) = {
	.name = "flow add",
	.help = "set flows by hand, to find out what is wrong: their packets are not taken through the tables, whatever rules "
		"and controllers say; written as rules, with actions only",
	.usage = "BRIDGE FLOW...",
	BATCH_COMMAND(2),
	.options = add_options,
	.run = run_add,
};
