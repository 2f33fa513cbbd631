/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * show: the configuration as a tree, in ovs-vsctl's form, with what is wrong beside what is wanted. The
 * text is made of the data, so both say the same.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>
#include <sw/text.h>

#include "../of/controller/columns.h"
#include "conf.h"

/* Print a column when it is not empty, and put it into the data. */
static void show_column(const struct draft *draft, struct sw_str *text, json_t *data,
	const struct row *row, const char *name, int depth)
{
	const struct column *c = schema_column(row->table, name, NULL);
	struct value *v = conf_value(draft, row, c);
	const char *s = value_get_string(v, "x");
	char *line;

	if (v->n && *s) {
		line = value_to_text(v);
		sw_str_add(text, "%*s%s: %s\n", depth * 4, "", name, line);
		json_object_set_new(data, name, value_to_json(v));
		free(line);
	}
	value_unref(v);
}

static json_t *show_name(struct sw_str *text, const struct row *row, int depth)
{
	sw_str_add(text, "%*s%s ", depth * 4, "", row->table->name);
	atom_to_text(SW_ATOM_STRING, &(union atom){ .string = (char *)row_name(row) }, text);
	sw_str_add(text, "\n");
	return json_pack("{s:s}", "name", row_name(row));
}

static json_t *show_interface(
	const struct draft *draft, struct sw_str *text, const struct row *iface)
{
	json_t *data = show_name(text, iface, 3);

	show_column(draft, text, data, iface, "type", 4);
	show_column(draft, text, data, iface, "options", 4);
	show_column(draft, text, data, iface, "error", 4);
	return data;
}

static json_t *show_port(const struct draft *draft, struct sw_str *text, const struct row *port)
{
	static const char *const columns[] = { "vlan_mode", "tag", "trunks", NULL };
	json_t *data = show_name(text, port, 2), *list = json_array();
	unsigned n;
	const struct row **ifs = conf_refs(draft, port, COLUMN(port_interfaces), &n);

	for (const char *const *c = columns; *c; c++)
		show_column(draft, text, data, port, *c, 3);
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, show_interface(draft, text, ifs[i]));
	json_object_set_new(data, "interfaces", list);
	free(ifs);
	return data;
}

/* Its target names it to people; "is_connected: true" only where it is, as ovs-vsctl has it. */
static json_t *show_controller(
	const struct draft *draft, struct sw_str *text, const struct row *row)
{
	const struct column *c = schema_column(row->table, "is_connected", NULL);
	const char *target = value_get_string(ROW(row, controller_target), "");
	struct value *v = conf_value(draft, row, c);
	bool is_connected = value_get_boolean(v, false);

	sw_str_add(text, "%*sController ", 2 * 4, "");
	atom_to_text(SW_ATOM_STRING, &(union atom){ .string = (char *)target }, text);
	sw_str_add(text, "\n%s", is_connected ? "            is_connected: true\n" : "");
	value_unref(v);
	return json_pack("{s:s, s:b}", "target", target, "is_connected", is_connected);
}

static void show_controllers(
	const struct draft *draft, struct sw_str *text, json_t *data, const struct row *bridge)
{
	json_t *list = json_array();
	unsigned n;
	const struct row **rows = conf_refs(draft, bridge, COLUMN(bridge_controller), &n);

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, show_controller(draft, text, rows[i]));
	if (n)
		json_object_set(data, "controllers", list);
	json_decref(list);
	free(rows);
}

static json_t *show_bridge(const struct draft *draft, struct sw_str *text, const struct row *bridge)
{
	json_t *data = show_name(text, bridge, 1), *list = json_array();
	unsigned n;
	const struct row **ports = conf_refs(draft, bridge, COLUMN(bridge_ports), &n);

	show_controllers(draft, text, data, bridge);
	show_column(draft, text, data, bridge, "fail_mode", 2);
	show_column(draft, text, data, bridge, "datapath_type", 2);
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, show_port(draft, text, ports[i]));
	json_object_set_new(data, "ports", list);
	free(ports);
	return data;
}

static int show(struct sw_call *call, struct sw_err *err)
{
	const struct row *root = draft_root(call->draft);
	json_t *data = json_object(), *list = json_array();
	char uuid[UUID_TEXT_SIZE];
	struct sw_str text = { 0 };
	unsigned n;
	const struct row **rows = draft_sorted(call->draft, TABLE(bridge), &n);

	sw_str_add(&text, "%s\n", uuid_format(uuid, &root->uuid));
	json_object_set_new(data, "_uuid", json_string(uuid));
	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, show_bridge(call->draft, &text, rows[i]));
	json_object_set_new(data, "bridges", list);
	show_column(call->draft, &text, data, root, "swd_version", 1);
	call->result = json_pack("{s:s, s:o}", "text", text.s, "data", data);
	free(text.s);
	free(rows);
	return 0;
}

SW_REGISTER(cmd, show) = {
	.name = "show",
	.help = "print all bridges, ports and interfaces as a tree",
	.usage = "",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_READ,
	.output = SW_OUT_TREE,
	.run = show,
};
