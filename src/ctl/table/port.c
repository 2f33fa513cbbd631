/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Port: a place of a bridge, its VLANs and limits. The device is its Interface.
 */
#include <sw/table.h>

#include "format.h"

static const char *const vlan_modes[] = { "access", "trunk", "native-tagged", "native-untagged",
	NULL };
static const char *const priority_tags[] = { "never", "if-nonzero", "always", NULL };

SW_REGISTER(table, port) = {
	.name = "Port",
	.help = "a port of a bridge: its VLANs and limits",
};
SW_REGISTER(column, port_name) = {
	.name = "Port.name",
	.help = "name of the port",
	.type = SW_ONE(STRING),
	.flags = SW_COL_NAME | SW_COL_FIXED,
	.check = format_name,
};
SW_REGISTER(column, port_interfaces) = {
	.name = "Port.interfaces",
	.help = "the device of the port; exactly one, bonds are not supported yet",
	.type = { SW_ATOM_UUID, SW_ATOM_NONE, 1, 1024 },
	.flags = SW_COL_OWNER,
	.ref = "Interface",
};
SW_REGISTER(column, port_tag) = {
	.name = "Port.tag",
	.help = "VLAN of an access port, or native VLAN; alone it makes an access port",
	.type = SW_OPTIONAL(INTEGER),
	.max = 4095,
};
SW_REGISTER(column, port_trunks) = {
	.name = "Port.trunks",
	.help = "VLANs a trunk carries; empty: all",
	.type = SW_SET(INTEGER, 4096),
	.max = 4095,
};
SW_REGISTER(column, port_vlan_mode) = {
	.name = "Port.vlan_mode",
	.help = "how VLANs are carried; empty: access when tag is set, else trunk",
	.type = SW_OPTIONAL(STRING),
	.words = vlan_modes,
};
SW_REGISTER(column, port_protected) = {
	.name = "Port.protected",
	.help = "no traffic to other protected ports of the bridge",
	.type = SW_ONE(BOOLEAN),
};
SW_REGISTER(column, port_static_macs) = {
	.name = "Port.static_macs",
	.help = "stations that are always behind this port, as VLAN/MAC; see fdb add (not in OVS)",
	.type = SW_SET(STRING, 65536),
	.check = format_station,
};
SW_REGISTER(column, port_other_config) = {
	.name = "Port.other_config",
	.help = "settings of the port",
	.type = SW_MAP,
};
SW_REGISTER(column, port_external_ids) = {
	.name = "Port.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};

SW_REGISTER(key, port_priority_tags) = {
	.name = "Port.other_config:priority-tags",
	.help = "put a tag with VLAN 0 on frames that would leave untagged: never, when their "
		"priority is not 0, or always",
	.type = SW_ATOM_STRING,
	.words = priority_tags,
	.initial = "never",
};
SW_REGISTER(key, port_mac_limit) = {
	.name = "Port.other_config:mac-limit",
	.help = "stations learned behind the port at most; 0: as many as the table takes "
		"(not in OVS)",
	.type = SW_ATOM_INTEGER,
	.min = 0,
	.max = 1000000,
	.initial = "0",
};
