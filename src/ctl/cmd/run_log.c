/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands log list and log set: levels by name, until the next start (`levels` of the boot file lasts).
 * Control thread.
 */
#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/log.h>

#include "../table_out.h"

static int run_list(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Name", "Level", "Help", NULL };
	const struct sw_log *log;

	call->result = table_new(columns);
	SW_REG_FOREACH (log, const struct sw_log *, log) {
		json_t *row = table_row(call->result);

		json_array_append_new(row, json_string(log->name));
		json_array_append_new(row, json_string(sw_log_level_name(*log->level)));
		json_array_append_new(row, json_string(log->help));
	}
	return 0;
}

static int run_set(struct sw_call *call, struct sw_err *err)
{
	int level = sw_log_level_parse(call->args[1]), rc;

	if (level < 0) {
		rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a log level", call->args[1]);
		sw_err_given(err, "%s", call->args[1]);
		sw_err_allowed(err, "off, err, warn, info, dbg");
		return rc;
	}
	if (!sw_log_set(call->args[0], level))
		return 0;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no log named \"%s\"", call->args[0]);
	sw_err_given(err, "%s", call->args[0]);
	sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_log, call->args[0]));
	sw_err_hint(err, "\"swctl log list\" names them; \"all\" means every one");
	return rc;
}

SW_REGISTER(cmd, log_list) = {
	.name = "log list",
	.help = "every log with its level",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run_list,
};

SW_REGISTER(cmd, log_set) = {
	.name = "log set",
	.help = "change the level of one log, or of all, until the next start",
	.usage = "LOG|all off|err|warn|info|dbg",
	.kind = SW_CMD_ACTION,
	.role = SW_ROLE_OPERATE,
	.output = SW_OUT_NONE,
	.min_args = 2,
	.max_args = 2,
	.run = run_set,
};
