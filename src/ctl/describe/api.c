/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands, methods, errors and what else is registered, as data. Control thread.
 */
#include "describe.h"

#include <limits.h>

#include <sw/boot.h>
#include <sw/cmd.h>
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/event.h>
#include <sw/exit.h>
#include <sw/log.h>
#include <sw/port.h>

#include "../api/method.h"
#include "../statistics.h"
#include "../txn.h"

static json_t *options_of(const struct sw_cmd_option *options)
{
	json_t *all = json_array();

	for (const struct sw_cmd_option *o = options; o && o->name; o++)
		json_array_append_new(all,
			json_pack("{s:s, s:s?, s:s, s:s*}", "name", o->name, "value", o->value,
				"help", o->help, "role", o->role ? sw_role_name(o->role) : NULL));
	return all;
}

static json_t *describe_command(const struct sw_cmd *cmd)
{
	const struct sw_cmd *is = sw_cmd_of(cmd);
	static const char *const kinds[] = {
		[SW_CMD_CONFIG] = "config",
		[SW_CMD_READ] = "read",
		[SW_CMD_ACTION] = "action",
	};
	json_t *max = is->max_args == UINT_MAX ? json_null() : json_integer(is->max_args);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:o, s:o}", "name", cmd->name, "help",
		cmd->help, "usage", is->usage ? is->usage : "", "kind", kinds[is->kind], "role",
		sw_role_name(is->role), "output", txn_output_name(is->output), "min_args",
		(int)is->min_args, "max_args", max, "options", options_of(is->options));
}

json_t *describe_commands(void)
{
	json_t *all = json_array();
	const struct sw_cmd *cmd;

	SW_REG_FOREACH (cmd, const struct sw_cmd *, cmd)
		json_array_append_new(all, describe_command(cmd));
	return all;
}

json_t *describe_methods(void)
{
	json_t *all = json_array();
	const struct sw_method *m;

	SW_REG_FOREACH (method, const struct sw_method *, m) {
		json_t *params = json_array();

		for (const struct api_param *p = m->params; p && p->name; p++)
			json_array_append_new(
				params, json_pack("{s:s, s:s, s:b, s:s}", "name", p->name, "type",
						api_type_name(p->type), "required", p->required,
						"help", p->help));
		json_array_append_new(
			all, json_pack("{s:s, s:s, s:s, s:o}", "name", m->name, "help", m->help,
				     "role", sw_role_name(m->role), "params", params));
	}
	return all;
}

json_t *describe_errors(void)
{
	json_t *all = json_array();

	for (unsigned i = 1; i < SW_CODE_COUNT; i++)
		json_array_append_new(
			all, json_pack("{s:s, s:i, s:i, s:s}", "name", sw_err_code_name(i),
				     "number", rpc_number(i), "exit_status",
				     sw_exit_of(sw_err_code_name(i)), "help", sw_err_code_help(i)));
	return all;
}

json_t *describe_drops(void)
{
	json_t *all = json_array();
	const struct sw_drop *d;

	SW_REG_FOREACH (drop, const struct sw_drop *, d)
		json_array_append_new(all, json_pack("{s:s, s:s, s:s}", "name", d->name, "adds_to",
						   statistics_name(d->as), "help", d->help));
	return all;
}

json_t *describe_events(void)
{
	json_t *all = json_array();
	const struct sw_event *e;

	SW_REG_FOREACH (event, const struct sw_event *, e)
		json_array_append_new(
			all, json_pack("{s:s, s:s}", "name", e->name, "help", e->help));
	return all;
}

json_t *describe_logs(void)
{
	json_t *all = json_array();
	const struct sw_log *l;

	SW_REG_FOREACH (log, const struct sw_log *, l)
		json_array_append_new(
			all, json_pack("{s:s, s:s}", "name", l->name, "help", l->help));
	return all;
}

static json_t *exits_of(const struct sw_exit *list)
{
	json_t *all = json_array();

	for (const struct sw_exit *e = list; e->help; e++)
		json_array_append_new(
			all, json_pack("{s:i, s:s}", "status", e->status, "help", e->help));
	return all;
}

json_t *describe_exits(void)
{
	return exits_of(sw_exits);
}

json_t *describe_boot(void)
{
	json_t *keys = json_array();
	struct sw_boot_key k;

	for (unsigned i = 0; sw_boot_key_at(i, &k); i++) {
		json_t *key = json_pack("{s:s, s:s, s:s, s:s*, s:s*}", "section", k.section, "name",
			k.name, "help", k.help, "takes", k.allowed, "default", k.initial);

		if (!k.allowed)
			json_object_set_new(key, "takes",
				json_sprintf("a number from %llu to %llu",
					(unsigned long long)k.min, (unsigned long long)k.max));
		json_array_append_new(keys, key);
	}
	return json_pack("{s:o, s:o, s:o}", "options", options_of(sw_boot_options), "keys", keys,
		"exit_statuses", exits_of(sw_boot_exits));
}

static json_t *describe_option(const struct sw_option *o)
{
	static const char *const types[] = {
		[SW_OPT_TEXT] = "string",
		[SW_OPT_UINT] = "integer",
		[SW_OPT_BOOL] = "boolean",
	};
	json_t *object = json_pack("{s:s, s:s, s:b, s:s*, s:s}", "name", o->name, "type",
		types[o->type], "required", o->required, "default", o->initial, "help", o->help);

	if (o->type == SW_OPT_UINT) {
		json_object_set_new(object, "min", json_integer((json_int_t)o->min));
		json_object_set_new(object, "max", json_integer((json_int_t)o->max));
	}
	return object;
}

json_t *describe_interface_types(void)
{
	json_t *all = json_array();
	const struct sw_port_class *cls;

	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls) {
		json_t *options = json_array();

		for (const struct sw_option *o = cls->options; o && o->name; o++)
			json_array_append_new(options, describe_option(o));
		json_array_append_new(
			all, json_pack("{s:s, s:s, s:i, s:i, s:o}", "name", cls->name, "help",
				     cls->help, "mtu_min", (int)cls->mtu_min, "mtu_max",
				     (int)cls->mtu_max, "options", options));
	}
	return all;
}
