/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl add-flows, replace-flows, diff-flows, add-groups, add-meters: the lines of a file go to the switch as the text that its commands "rule load" and so on
 * read. The file is read here, where its name means something; what its lines say is for the switch to judge.
 */
#include "file.h"
#include "local.h"

#include <string.h>

#define HINT \
	"name a file as ovs-ofctl reads it, a rule, group or meter a line, or - for standard input"

/* NULL with the fault shown. */
static json_t *read_lines(const char *name, int *status)
{
	struct sw_bytes text = { 0 };
	json_t *lines = NULL;

	*status = file_read(name, HINT, &text);
	if (!*status) {
		lines = json_stringn(text.len ? text.buf + text.start : "", text.len);
		if (!lines || strlen(json_string_value(lines)) != text.len)
			*status = fault_show(
				EXIT_REFUSED, HINT, "the file \"%s\" is no text in UTF-8", name);
	}
	sw_bytes_fini(&text);
	return lines;
}

static int load(const struct local_call *call, const char *noun, const char *verb)
{
	struct session session = { 0 };
	struct args args = *call->global;
	int status;

	args.input = read_lines(call->args[1], &status);
	if (!status)
		status = file_fits(call->args[1], args.input, "as text",
			"give it in parts; ovs-ofctl --bundle on BRIDGE.mgmt takes any size at once");
	if (!status) {
		args.commands = json_pack(
			"[[s, s, s, s, s]]", noun, verb, "--", call->args[0], call->args[1]);
		status = session_transact(&session, &args, NULL, call->out);
		json_decref(args.commands);
		session_close(&session);
	}
	json_decref(args.input);
	return status;
}

static int run_flows(const struct local_call *call)
{
	return load(call, "rule", "load");
}

static int run_groups(const struct local_call *call)
{
	return load(call, "group", "load");
}

static int run_meters(const struct local_call *call)
{
	return load(call, "meter", "load");
}

static int run_replace(const struct local_call *call)
{
	return load(call, "rule", "replace");
}

static int run_diff(const struct local_call *call)
{
	return load(call, "rule", "diff");
}

SW_REGISTER(local, replace_flows) = {
	.name = "replace-flows",
	.help = "make the rules of a bridge those of a file, at once: what is the same in both stays, with what it counted",
	.usage = "BRIDGE FILE|-",
	.min_args = 2,
	.max_args = 2,
	.run = run_replace,
};

SW_REGISTER(local, diff_flows) = {
	.name = "diff-flows",
	.help = "what replace-flows would change: - a rule that the bridge has alone, + one that the file has alone; exit status 10 when "
		"there is any",
	.usage = "BRIDGE FILE|-",
	.min_args = 2,
	.max_args = 2,
	.run = run_diff,
};

SW_REGISTER(local, add_flows) = {
	.name = "add-flows",
	.help = "change rules as a file says, all of it or nothing: a rule a line, # begins a comment; a line may begin with add, modify, "
		"modify_strict, delete or delete_strict",
	.usage = "BRIDGE FILE|-",
	.min_args = 2,
	.max_args = 2,
	.run = run_flows,
};

SW_REGISTER(local, add_groups) = {
	.name = "add-groups",
	.help = "the same of groups; a line may begin with add, modify, delete, insert_bucket or remove_bucket",
	.usage = "BRIDGE FILE|-",
	.min_args = 2,
	.max_args = 2,
	.run = run_groups,
};

SW_REGISTER(local, add_meters) = {
	.name = "add-meters",
	.help = "the same of meters; a line may begin with add or modify",
	.usage = "BRIDGE FILE|-",
	.min_args = 2,
	.max_args = 2,
	.run = run_meters,
};
