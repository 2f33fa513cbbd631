/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands event show and event list: what happened lately, and what kinds of events there are. Control
 * thread.
 */
#include <string.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/event.h>
#include <sw/text.h>

#include "../api/rpc.h"
#include "../table_out.h"
#include "../time_text.h"

static int unknown_kind(const char *name, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_NOT_FOUND, "there is no kind of events \"%s\"", name);

	sw_err_given(err, "%s", name);
	sw_err_nearest(err, sw_reg_nearest(&sw_reg_kind_event, name));
	sw_err_hint(err, "swctl event list names them");
	return rc;
}

/* Is the kind one of those asked for? None asked for: all. */
static bool is_wanted(const struct sw_call *call, const struct sw_event_told *told)
{
	for (unsigned i = 0; i < call->n_args; i++)
		if (!strcmp(call->args[i], told->kind->name))
			return true;
	return !call->n_args;
}

static int run_show(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Time", "Kind", "Event", NULL };
	const struct sw_event_told *told = NULL;
	uint64_t last = UINT64_MAX;
	json_t *rows;

	for (unsigned i = 0; i < call->n_args; i++)
		if (!sw_reg_find(&sw_reg_kind_event, call->args[i]))
			return unknown_kind(call->args[i], err);
	if (call->option[0] && sw_parse_u64(call->option[0], 1, 1000000, &last)) {
		sw_err_set(err, SW_CODE_INVALID, "--last is not a number of events");
		sw_err_given(err, "%s", call->option[0]);
		sw_err_allowed(err, "1 to 1000000");
		return sw_err_errno(err ? err->code : SW_CODE_INVALID);
	}
	call->result = table_new(columns);
	rows = json_object_get(call->result, "rows");
	while ((told = sw_event_after(told ? told->number : 0))) {
		char time[TIME_TEXT_SIZE];
		json_t *row;

		if (!is_wanted(call, told))
			continue;
		row = table_row(call->result);
		json_array_append_new(row, json_string(time_text(time, &told->time)));
		json_array_append_new(row, json_string(told->kind->name));
		json_array_append_new(row, rpc_text(told->text));
		if (json_array_size(rows) > last)
			json_array_remove(rows, 0);
	}
	return 0;
}

static int run_list(struct sw_call *call, struct sw_err *err)
{
	static const char *const columns[] = { "Kind", "Help", NULL };
	const struct sw_event *event;

	call->result = table_new(columns);
	SW_REG_FOREACH (event, const struct sw_event *, event) {
		json_t *row = table_row(call->result);

		json_array_append_new(row, json_string(event->name));
		json_array_append_new(row, json_string(event->help));
	}
	return 0;
}

static const struct sw_cmd_option show_options[] = {
	{ "last", "N", "only the last N of them" },
	{ 0 },
};

SW_REGISTER(cmd, event_show) = {
	.name = "event show",
	.help = "what happened lately: the last 256 events of each kind, or of those named",
	.usage = "[KIND]...",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.max_args = 32,
	.options = show_options,
	.run = run_show,
};

SW_REGISTER(cmd, event_list) = {
	.name = "event list",
	.help = "the kinds of events there are",
	.usage = "",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TABLE,
	.run = run_list,
};
