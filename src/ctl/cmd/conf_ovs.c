/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands of ovs-vsctl(8) that scripts use and that say little here: a bridge is never a fake one, a port
 * has one interface, and there is no database to initialize.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"

static int nothing(struct sw_call *call, struct sw_err *err)
{
	return 0;
}

static int br_to_vlan(struct sw_call *call, struct sw_err *err)
{
	if (!conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err))
		return -ENOENT;
	call->result = json_integer(0);
	return 0;
}

static int br_to_parent(struct sw_call *call, struct sw_err *err)
{
	if (!conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err))
		return -ENOENT;
	call->result = json_string(call->args[0]);
	return 0;
}

static int list_ifaces(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	const struct row **ports;
	unsigned n;

	if (!bridge)
		return -ENOENT;
	ports = conf_refs(call->draft, bridge, COLUMN(bridge_ports), &n);
	call->result = json_array();
	for (unsigned i = 0; i < n; i++) {
		unsigned n_ifs;
		const struct row **ifs =
			conf_refs(call->draft, ports[i], COLUMN(port_interfaces), &n_ifs);
		json_t *names = conf_names(ifs, n_ifs, row_name(bridge));

		json_array_extend(call->result, names);
		json_decref(names);
		free(ifs);
	}
	free(ports);
	return 0;
}

static int iface_to_br(struct sw_call *call, struct sw_err *err)
{
	const struct row *iface =
		conf_named(call->draft, TABLE(interface), "interface", call->args[0], err);
	const struct row *port = NULL, *bridge = NULL;
	int rc;

	if (!iface)
		return -ENOENT;
	port = draft_referrer(call->draft, COLUMN(port_interfaces), iface);
	bridge = port ? conf_bridge_of(call->draft, port) : NULL;
	rc = conf_check_not_local(bridge, call->args[0], err);
	if (!rc)
		call->result = json_string(row_name(bridge));
	return rc;
}

/* other_config of a row, but for what emer-reset keeps. */
static int reset_row(
	struct draft *draft, const struct row *row, const struct column *c, struct sw_err *err)
{
	const char *hwaddr =
		row->table == TABLE(bridge) ? value_get_key(row_get(row, c), "hwaddr") : NULL;
	struct value *v = value_new(c->desc->type);

	if (hwaddr)
		value_add_pair(v, "hwaddr", hwaddr);
	return conf_put(draft, row, c, value_seal(v), err);
}

static int emer_reset(struct sw_call *call, struct sw_err *err)
{
	int rc = 0;

	for (unsigned id = 0; id < schema_tables() && !rc; id++) {
		const struct table *table = schema_table_at(id);
		const struct column *c = schema_column(table, "other_config", NULL);
		const struct row **rows;
		unsigned n;

		if (!c)
			continue;
		rows = draft_sorted(call->draft, table, &n);
		for (unsigned i = 0; i < n && !rc; i++)
			rc = reset_row(call->draft, rows[i], c, err);
		free(rows);
	}
	return rc;
}

#define OVS_CMD(ident, called, words, who, shown, least, most, fn, text) \
	SW_REGISTER(cmd, ident) = {                                      \
		.name = called,                                          \
		.help = text,                                            \
		.usage = words,                                          \
		.kind = SW_CMD_CONFIG,                                   \
		.role = SW_ROLE_##who,                                   \
		.output = SW_OUT_##shown,                                \
		.min_args = least,                                       \
		.max_args = most,                                        \
		.run = fn,                                               \
	}

OVS_CMD(init, "init", "", READ, NONE, 0, 0, nothing,
	"do nothing: the configuration is there from the first start on");
OVS_CMD(comment, "comment", "[WORD]...", READ, NONE, 0, UINT_MAX, nothing,
	"do nothing; the history keeps its words with the changes of the same transaction");
OVS_CMD(br_to_vlan, "br-to-vlan", "BRIDGE", READ, VALUE, 1, 1, br_to_vlan,
	"print 0: no bridge is one VLAN of another");
OVS_CMD(br_to_parent, "br-to-parent", "BRIDGE", READ, VALUE, 1, 1, br_to_parent,
	"print the bridge itself: no bridge is part of another");
OVS_CMD(list_ifaces, "list-ifaces", "BRIDGE", READ, LINES, 1, 1, list_ifaces,
	"print the names of the interfaces of a bridge's ports, without its local one");
OVS_CMD(iface_to_br, "iface-to-br", "INTERFACE", READ, VALUE, 1, 1, iface_to_br,
	"print the name of the bridge an interface is on");
OVS_CMD(emer_reset, "emer-reset", "", ADMIN, NONE, 0, 0, emer_reset,
	"take all other_config away, but for Bridge.other_config:hwaddr");
