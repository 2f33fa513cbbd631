/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports: add-port, del-port, list-ports, port-to-br, as ovs-vsctl(8) has them. A device is opened when the
 * whole list of commands was read, so that `add-port br p -- set interface p type=dpdk ...` works.
 */
#include <errno.h>
#include <stdlib.h>
#include <limits.h>
#include <string.h>

#include "conf.h"

enum { ADD_MAY_EXIST, ADD_MAY_WAIT };

/* It is there: is it where it should be? */
static int check_there(
	struct sw_call *call, const struct row *port, const struct row *bridge, struct sw_err *err)
{
	const struct row *in = conf_bridge_of(call->draft, port);
	int rc;

	if (in == bridge)
		return 0;
	rc = sw_err_set(err, SW_CODE_EXISTS, "port %s is on bridge %s, not on %s", call->args[1],
		in ? row_name(in) : "(none)", call->args[0]);
	sw_err_given(err, "%s", call->args[1]);
	sw_err_hint(err, "swctl del-port %s -- add-port %s %s moves it", call->args[1],
		call->args[0], call->args[1]);
	return rc;
}

static int add_port(struct sw_call *call, struct sw_err *err)
{
	const char *name = call->args[1];
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	const struct row *port, *iface;
	int rc;

	if (!bridge)
		return -ENOENT;
	port = draft_find_name(call->draft, TABLE(port), name);
	if (port && call->option[ADD_MAY_EXIST])
		rc = check_there(call, port, bridge, err);
	else
		rc = conf_check_new_name(call->draft, "port", name, err);
	if (rc)
		return rc;
	if (!port)
		port = conf_make_port(call->draft, bridge, name, "");
	iface = conf_interface_of(call->draft, port);
	if (iface && call->option[ADD_MAY_WAIT])
		draft_may_wait(call->draft, iface);
	for (unsigned i = 2; i < call->n_args && !rc; i++)
		rc = conf_assign(call->draft, port, call->args[i], err);
	return rc;
}

static int check_in(
	struct sw_call *call, const struct row *port, const struct row *in, struct sw_err *err)
{
	const struct row *bridge;
	int rc;

	if (call->n_args < 2)
		return 0;
	bridge = conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	if (!bridge)
		return -ENOENT;
	if (bridge == in)
		return 0;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "bridge %s has no port %s, which is on bridge %s",
		call->args[0], row_name(port), in ? row_name(in) : "(none)");
	sw_err_given(err, "%s", row_name(port));
	return rc;
}

static int del_port(struct sw_call *call, struct sw_err *err)
{
	const char *name = call->args[call->n_args - 1];
	const struct row *port = draft_find_name(call->draft, TABLE(port), name), *bridge;
	int rc;

	if (!port && call->option[0])
		return 0;
	port = conf_named(call->draft, TABLE(port), "port", name, err);
	if (!port)
		return -ENOENT;
	bridge = conf_bridge_of(call->draft, port);
	rc = check_in(call, port, bridge, err);
	if (rc)
		return rc;
	if (bridge && !strcmp(row_name(bridge), name)) {
		rc = sw_err_set(err, SW_CODE_CONFLICT,
			"port %s is the local port of bridge %s and "
			"stays with it",
			name, name);
		sw_err_given(err, "%s", name);
		sw_err_hint(err, "swctl del-br %s removes the bridge and all its ports", name);
		return rc;
	}
	if (bridge)
		draft_unrefer(call->draft, bridge, COLUMN(bridge_ports), port);
	draft_bury(call->draft, port);
	return 0;
}

static int list_ports(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	const struct row **rows;
	unsigned n;

	if (!bridge)
		return -ENOENT;
	rows = conf_refs(call->draft, bridge, COLUMN(bridge_ports), &n);
	call->result = conf_names(rows, n, row_name(bridge));
	free(rows);
	return 0;
}

static int port_to_br(struct sw_call *call, struct sw_err *err)
{
	const struct row *port = conf_named(call->draft, TABLE(port), "port", call->args[0], err);
	const struct row *bridge = port ? conf_bridge_of(call->draft, port) : NULL;
	int rc = port ? conf_check_not_local(bridge, call->args[0], err) : -ENOENT;

	if (!rc)
		call->result = json_string(row_name(bridge));
	return rc;
}

static const struct sw_cmd_option add_options[] = {
	[ADD_MAY_EXIST] = { "may-exist", NULL,
		"no error when it is there already, on this bridge" },
	[ADD_MAY_WAIT] = { "may-wait", NULL,
		"accept a device that cannot be opened yet, and try "
		"again every second" },
	{ NULL },
};
static const struct sw_cmd_option del_options[] = {
	{ "if-exists", NULL, "no error when it is not there" },
	{ "with-iface", NULL, "PORT may be the name of its interface: here both have one name" },
	{ NULL },
};

SW_REGISTER(cmd, add_port) = {
	.name = "add-port",
	.help = "make a port of a bridge; its device is set by -- set interface PORT type=...",
	.usage = "BRIDGE PORT [COLUMN[:KEY]=VALUE]...",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 2,
	.max_args = UINT_MAX,
	.options = add_options,
	.run = add_port,
};
SW_REGISTER(cmd, del_port) = {
	.name = "del-port",
	.help = "remove a port; with BRIDGE only when it is there",
	.usage = "[BRIDGE] PORT",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 1,
	.max_args = 2,
	.options = del_options,
	.run = del_port,
};
SW_REGISTER(cmd, list_ports) = {
	.name = "list-ports",
	.help = "print the names of a bridge's ports, without its local one",
	.usage = "BRIDGE",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_LINES,
	.min_args = 1,
	.max_args = 1,
	.run = list_ports,
};
SW_REGISTER(cmd, port_to_br) = {
	.name = "port-to-br",
	.help = "print the name of the bridge a port is on",
	.usage = "PORT",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_VALUE,
	.min_args = 1,
	.max_args = 1,
	.run = port_to_br,
};
