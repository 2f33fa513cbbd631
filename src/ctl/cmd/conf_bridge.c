/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges: add-br, del-br, list-br, br-exists, and the shorthand for their external_ids, as ovs-vsctl(8)
 * has them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

static int add_br(struct sw_call *call, struct sw_err *err)
{
	const char *name = call->args[0];
	const struct row *bridge;
	int rc;

	if (call->n_args > 1) {
		rc = sw_err_set(err, SW_CODE_UNSUPPORTED,
			"a bridge for one VLAN of another bridge is not supported yet");
		sw_err_given(err, "%s", call->args[1]);
		sw_err_hint(err, "an access port does the same: swctl add-port %s PORT tag=VLAN",
			call->args[1]);
		return rc;
	}
	if (call->option[0] && draft_find_name(call->draft, TABLE(bridge), name))
		return 0;
	rc = conf_check_new_name(call->draft, "bridge", name, err);
	if (rc)
		return rc;
	bridge = draft_insert(call->draft, TABLE(bridge), name);
	draft_refer(call->draft, draft_root(call->draft), COLUMN(open_bridges), bridge);
	conf_make_port(call->draft, bridge, name, "internal");
	return 0;
}

static int del_br(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge = draft_find_name(call->draft, TABLE(bridge), call->args[0]);

	if (!bridge && call->option[0])
		return 0;
	bridge = conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	if (!bridge)
		return -ENOENT;
	draft_unrefer(call->draft, draft_root(call->draft), COLUMN(open_bridges), bridge);
	draft_bury(call->draft, bridge); /* later commands may reuse names */
	return 0;
}

enum { LIST_REAL, LIST_FAKE };

static int list_br(struct sw_call *call, struct sw_err *err)
{
	unsigned n;
	const struct row **rows;

	if (call->option[LIST_FAKE] && !call->option[LIST_REAL]) {
		call->result = json_array();
		return 0;
	}
	rows = draft_sorted(call->draft, TABLE(bridge), &n);
	call->result = conf_names(rows, n, NULL);
	free(rows);
	return 0;
}

static int br_exists(struct sw_call *call, struct sw_err *err)
{
	return draft_find_name(call->draft, TABLE(bridge), call->args[0]) ? 0 : SW_CMD_EXIT(2);
}

static int br_set_external_id(struct sw_call *call, struct sw_err *err)
{
	const struct column *c = COLUMN(bridge_external_ids);
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	struct value *v, *pair;

	if (!bridge)
		return -ENOENT;
	pair = value_new(c->desc->type);
	value_add_pair(pair, call->args[1], call->n_args > 2 ? call->args[2] : "");
	v = call->n_args > 2 ? value_plus(row_get(bridge, c), pair)
			     : value_minus(row_get(bridge, c), pair, false);
	value_unref(pair);
	return conf_put(call->draft, bridge, c, v, err);
}

static int br_get_external_id(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	const struct value *v;

	if (!bridge)
		return -ENOENT;
	v = ROW(bridge, bridge_external_ids);
	call->result = json_array();
	for (unsigned i = 0; i < v->n; i++) {
		const char *key = v->keys[i].string, *value = v->values[i].string;

		if (call->n_args == 1)
			json_array_append_new(call->result, json_sprintf("%s=%s", key, value));
		else if (!strcmp(key, call->args[1]))
			json_array_append_new(call->result, json_string(value));
	}
	return 0;
}

static const struct sw_cmd_option may_exist[] = {
	{ "may-exist", NULL, "no error when it is there already" },
	{ NULL },
};
static const struct sw_cmd_option if_exists[] = {
	{ "if-exists", NULL, "no error when it is not there" },
	{ NULL },
};

static const struct sw_cmd_option list_options[] = {
	[LIST_REAL] = { "real", NULL, "those that are no VLAN of another: all" },
	[LIST_FAKE] = { "fake", NULL, "those that are: none" },
	{ NULL },
};

SW_REGISTER(cmd, add_br) = {
	.name = "add-br",
	.help = "make a bridge, with a local port of its name",
	.usage = "BRIDGE",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = 3,
	.options = may_exist,
	.run = add_br,
};
SW_REGISTER(cmd, del_br) = {
	.name = "del-br",
	.help = "remove a bridge and all its ports",
	.usage = "BRIDGE",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = 1,
	.options = if_exists,
	.run = del_br,
};
SW_REGISTER(cmd, list_br) = {
	.name = "list-br",
	.help = "print the names of all bridges",
	.usage = "",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_LINES,
	.options = list_options,
	.run = list_br,
};
SW_REGISTER(cmd, br_exists) = {
	.name = "br-exists",
	.help = "exit with status 2 when there is no such bridge, else with 0",
	.usage = "BRIDGE",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = 1,
	.run = br_exists,
};
SW_REGISTER(cmd, br_set_external_id) = {
	.name = "br-set-external-id",
	.help = "set a key of a bridge's external_ids, or without VALUE remove it",
	.usage = "BRIDGE KEY [VALUE]",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 2,
	.max_args = 3,
	.run = br_set_external_id,
};
SW_REGISTER(cmd, br_get_external_id) = {
	.name = "br-get-external-id",
	.help = "print a key of a bridge's external_ids, or all of them",
	.usage = "BRIDGE [KEY]",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_LINES,
	.min_args = 1,
	.max_args = 2,
	.run = br_get_external_id,
};
