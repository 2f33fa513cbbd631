/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Interface: the device of a port and what is asked of it. What the device says of itself (status
 * columns) is in ../switch/status.c.
 */
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/port.h>
#include <sw/table.h>

#include <stdlib.h>

#include "format.h"
#include "schema.h"
#include "unsupported.h"

/* The types are the registered port classes; empty is "system". */
static int check_type(const char *text, struct sw_err *err)
{
	const char **words;
	const struct sw_port_class *cls;
	size_t n = 0;
	int rc;

	if (!*text || sw_reg_find(&sw_reg_kind_port_class, text))
		return 0;
	rc = unsupported_refuse(
		err, unsupported_find("Interface.type", '=', text), "interface type \"%s\"", text);
	if (!rc)
		rc = sw_err_set(err, SW_CODE_INVALID, "there is no interface type \"%s\"", text);
	words = sw_xcalloc(sw_reg_kind_port_class.count + 1, sizeof(*words));
	SW_REG_FOREACH (port_class, const struct sw_port_class *, cls)
		words[n++] = cls->name;
	schema_suggest(err, text, words, n);
	free(words);
	return rc;
}

SW_REGISTER(table, interface) = {
	.name = "Interface",
	.help = "the device of a port",
};
SW_REGISTER(column, interface_name) = {
	.name = "Interface.name",
	.help = "name of the interface; of a kernel interface also the kernel's name",
	.type = SW_ONE(STRING),
	.flags = SW_COL_NAME | SW_COL_FIXED,
	.check = format_name,
};
SW_REGISTER(column, interface_type) = {
	.name = "Interface.type",
	.help = "kind of device; empty is system, an existing kernel interface",
	.type = SW_ONE(STRING),
	.check = check_type,
};
SW_REGISTER(column, interface_options) = {
	.name = "Interface.options",
	.help = "what the type needs to know; each type has keys of its own, see schema TYPE",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY, /* checked against the class when the type is known */
};
SW_REGISTER(column, interface_mtu_request) = {
	.name = "Interface.mtu_request",
	.help = "MTU to set, in bytes; empty: the device's own",
	.type = SW_OPTIONAL(INTEGER),
	.min = 68,
	.max = 9702,
};
SW_REGISTER(column, interface_mac) = {
	.name = "Interface.mac",
	.help = "MAC address to set; empty: the device's own",
	.type = SW_OPTIONAL(STRING),
	.check = format_mac,
};
SW_REGISTER(column, interface_ofport_request) = {
	.name = "Interface.ofport_request",
	.help = "number the port wants in its bridge",
	.type = SW_OPTIONAL(INTEGER),
	.min = 1,
	.max = 65279,
};
SW_REGISTER(column, interface_ofport_kept) = {
	.name = "Interface.ofport_kept",
	.help = "number the port has in its bridge, kept over restarts; ofport tells it, or -1 "
		"while the port is in error (not in OVS)",
	.type = SW_OPTIONAL(INTEGER),
	.flags = SW_COL_AUTO,
};
SW_REGISTER(column, interface_other_config) = {
	.name = "Interface.other_config",
	.help = "settings of the interface; it has none yet",
	.type = SW_MAP,
};
SW_REGISTER(column, interface_external_ids) = {
	.name = "Interface.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};
