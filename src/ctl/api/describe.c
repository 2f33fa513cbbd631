/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Method commands: every command descriptor as data, from which swctl makes its help. Control thread.
 */
#include "method.h"

#include <limits.h>

#include <sw/cmd.h>

#include "../txn.h"

static json_t *describe_options(const struct sw_cmd_option *options)
{
	json_t *all = json_array();

	for (const struct sw_cmd_option *o = options; o && o->name; o++)
		json_array_append_new(all, json_pack("{s:s, s:s?, s:s}", "name", o->name, "value",
						   o->value, "help", o->help));
	return all;
}

static json_t *describe(const struct sw_cmd *cmd)
{
	static const char *const kinds[] = {
		[SW_CMD_CONFIG] = "config",
		[SW_CMD_READ] = "read",
		[SW_CMD_ACTION] = "action",
	};
	json_t *max = cmd->max_args == UINT_MAX ? json_null() : json_integer(cmd->max_args);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "name", cmd->name, "help",
		cmd->help, "usage", cmd->usage ? cmd->usage : "", "kind", kinds[cmd->kind], "role",
		sw_role_name(cmd->role), "output", txn_output_name(cmd->output), "min_args",
		(int)cmd->min_args, "max_args", max, "options", describe_options(cmd->options));
}

static int run_commands(struct api_call *call, struct sw_err *err)
{
	const struct sw_cmd *cmd;

	call->result = json_array();
	SW_REG_FOREACH (cmd, const struct sw_cmd *, cmd)
		json_array_append_new(call->result, describe(cmd));
	return 0;
}

SW_REGISTER(method, commands) = {
	.name = "commands",
	.help = "every command with its usage, options and help",
	.role = SW_ROLE_READ,
	.run = run_commands,
};
