/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Methods that tell what the switch knows: schema, and two parts of it that clients ask for often.
 * Control thread.
 */
#include "method.h"

#include "../describe/describe.h"

static int run_schema(struct api_call *call, struct sw_err *err)
{
	call->result = describe_all();
	return 0;
}

static int run_commands(struct api_call *call, struct sw_err *err)
{
	call->result = describe_commands();
	return 0;
}

static int run_methods(struct api_call *call, struct sw_err *err)
{
	call->result = describe_methods();
	return 0;
}

SW_REGISTER(method, schema) = {
	.name = "schema",
	.help = "tables, commands, methods, errors, drop reasons, events, options: all of it",
	.role = SW_ROLE_READ,
	.run = run_schema,
};

SW_REGISTER(method, commands) = {
	.name = "commands",
	.help = "every command with its usage, options and help",
	.role = SW_ROLE_READ,
	.run = run_commands,
};

SW_REGISTER(method, methods) = {
	.name = "methods",
	.help = "every method with its parameters",
	.role = SW_ROLE_READ,
	.run = run_methods,
};
