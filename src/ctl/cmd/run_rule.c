/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands rule add, rule mod and rule del: rules of a bridge, in the syntax of ovs-ofctl. All rules of a command are
 * changed at once or not at all, and no packet sees half of it: they are staged in slices of the loop, and committed in one step.
 * Control thread.
 */
#include <sw/bridge.h>
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/rule_slices.h>
#include <sw/rule_text.h>

#include "../slice.h"
#include "../staged.h"
#include "batch.h"
#include "run_rule.h"

#define UNDO_SHARE 1024 /* changes taken back before a look at the time: 0.2 ms */

enum { OPT_STRICT };

static int read_one(struct batch *b, const char *text, void *item, struct sw_err *err)
{
	return b->lines && b->verb == SW_RULE_ADD ? sw_rule_parse_line(text, item, err)
						  : sw_rule_parse(text, b->verb, item, err);
}

void rule_fini(void *item)
{
	struct sw_rule_change *change = item;

	sw_instructions_fini(&change->conf.does);
}

void rule_begin(struct batch *b)
{
	b->arg = sw_bridge_rules(b->bridge);
	sw_rules_begin(b->arg);
}

/* Groups and meters that a rule names must be there, as for controllers. */
int rule_check_named(const struct batch *b, const struct sw_instructions *does, struct sw_err *err)
{
	const char *what = "group";
	uint32_t id;
	int rc;

	if (sw_groups_known(sw_bridge_groups(b->bridge), does, true, &id)) {
		what = "meter";
		if (sw_meters_known(sw_bridge_meters(b->bridge), does, true, &id))
			return 0;
	}
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no %s %u", what, id);
	sw_err_given(err, "%u", id);
	sw_err_hint(err, "swctl %s add %s ... makes it; it must be there before its rules", what,
		b->call->args[0]);
	return rc;
}

int rule_stage(struct batch *b, void *item, struct sw_err *err)
{
	struct sw_rule_change *change = item;
	int rc = rule_check_named(b, &change->conf.does, err);

	if (rc)
		return rc;
	switch (sw_rules_stage_some(sw_bridge_rules(b->bridge), change, STAGED_LOOKS, err)) {
	case SW_RULE_FINE:
		return 0;
	case SW_RULE_MORE:
		return SW_CMD_MORE;
	default:
		return sw_err_errno(err->code);
	}
}

void rule_end(struct batch *b, bool commit)
{
	if (commit)
		staged_commit(b->bridge);
	else
		staged_abort(b->bridge);
}

int rule_undo(struct batch *b, const struct slice *slice)
{
	while (sw_rules_take_back(sw_bridge_rules(b->bridge), UNDO_SHARE))
		if (slice_over(slice))
			return SLICE_MORE;
	return 0;
}

static const struct batch_kind rules_kind = {
	.size = sizeof(struct sw_rule_change),
	.read = read_one,
	.fini = rule_fini,
	.begin = rule_begin,
	.check = rule_stage,
	.undo = rule_undo,
	.end = rule_end,
};

/* Rules that nothing looks at are not what somebody wants who types them. */
int rule_check_looked_at(const struct sw_call *call, struct sw_err *err)
{
	const struct sw_bridge *bridge = sw_bridge_by_name(call->args[0]);
	int rc;

	if (!bridge || !sw_bridge_is_cross_connect(bridge))
		return 0;
	rc = sw_err_set(err, SW_CODE_CONFLICT,
		"bridge %s is a cross-connect: its ports look at no rules", call->args[0]);
	sw_err_given(err, "%s", call->args[0]);
	sw_err_hint(err, "swctl remove bridge %s other_config cross-connect", call->args[0]);
	return rc;
}

static int change_rules(struct sw_call *call, enum sw_rule_verb verb, struct sw_err *err)
{
	bool adds = verb != SW_RULE_DELETE && verb != SW_RULE_DELETE_STRICT;
	int rc = adds ? rule_check_looked_at(call, err) : 0;

	return rc ? rc : batch_run(call, &rules_kind, verb, false, err);
}

static int run_add(struct sw_call *call, struct sw_err *err)
{
	return change_rules(call, SW_RULE_ADD, err);
}

static int run_mod(struct sw_call *call, struct sw_err *err)
{
	return change_rules(
		call, call->option[OPT_STRICT] ? SW_RULE_MODIFY_STRICT : SW_RULE_MODIFY, err);
}

static int run_del(struct sw_call *call, struct sw_err *err)
{
	return change_rules(
		call, call->option[OPT_STRICT] ? SW_RULE_DELETE_STRICT : SW_RULE_DELETE, err);
}

static const struct sw_cmd_option strict_options[] = {
	[OPT_STRICT] = { "strict", NULL, "only the rule with exactly this match and priority" },
	{ 0 },
};

SW_REGISTER(cmd, rule_add) = {
	.name = "rule add",
	.help = "add rules to a bridge, as ovs-ofctl add-flow takes them; one of the same table, match and priority is replaced; - are "
		"lines of standard input",
	.usage = "BRIDGE RULE|-...",
	BATCH_COMMAND(2),
	.run = run_add,
};

SW_REGISTER(cmd, rule_mod) = {
	.name = "rule mod",
	.help = "give other actions to the rules that a match covers; counters and timeouts stay",
	.usage = "BRIDGE RULE|-...",
	BATCH_COMMAND(2),
	.options = strict_options,
	.run = run_mod,
};

SW_REGISTER(cmd, rule_del) = {
	.name = "rule del",
	.help = "delete the rules that a match covers; without one, all rules of the bridge",
	.usage = "BRIDGE [MATCH|-]...",
	BATCH_COMMAND(1),
	.options = strict_options,
	.run = run_del,
};

static int run_load(struct sw_call *call, struct sw_err *err)
{
	int rc = rule_check_looked_at(call, err);

	return rc ? rc : batch_run_file(call, &rules_kind, SW_RULE_ADD, err);
}

SW_REGISTER(cmd, rule_load) = {
	.name = "rule load",
	.help = "change rules as a file says, all of it or nothing: a rule a line, # begins a comment; a line may begin with add, modify, "
		"modify_strict, delete or delete_strict",
	BATCH_FILE_COMMAND,
	.output = SW_OUT_NONE,
	.run = run_load,
};
