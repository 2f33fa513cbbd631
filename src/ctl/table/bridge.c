/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Bridge: a switch of its own among its ports.
 */
#include <sw/table.h>

#include "format.h"

static const char *const overflow_policies[] = { "refuse", "evict", NULL };
static const char *const datapath_types[] = { "", "netdev", NULL };
SW_REGISTER(table, bridge) = {
	.name = "Bridge",
	.help = "a switch of its own: its ports see each other's packets as the VLANs allow",
};
SW_REGISTER(column, bridge_name) = {
	.name = "Bridge.name",
	.help = "name of the bridge, of its local port, and of that port's kernel interface",
	.type = SW_ONE(STRING),
	.flags = SW_COL_NAME | SW_COL_FIXED,
	.check = format_name,
};
SW_REGISTER(column, bridge_ports) = {
	.name = "Bridge.ports",
	.help = "the ports of the bridge",
	.type = SW_SET(UUID, 4096),
	.flags = SW_COL_OWNER,
	.ref = "Port",
};
SW_REGISTER(column, bridge_datapath_type) = {
	.name = "Bridge.datapath_type",
	.help = "netdev or empty: there is one datapath, in userspace",
	.type = SW_ONE(STRING),
	.words = datapath_types,
};
SW_REGISTER(column, bridge_flood_vlans) = {
	.name = "Bridge.flood_vlans",
	.help = "VLANs that are flooded and where no address is learned (RSPAN)",
	.type = SW_SET(INTEGER, 4096),
	.max = 4095,
};
SW_REGISTER(column, bridge_other_config) = {
	.name = "Bridge.other_config",
	.help = "settings of the bridge",
	.type = SW_MAP,
};
SW_REGISTER(column, bridge_external_ids) = {
	.name = "Bridge.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};

SW_REGISTER(key, bridge_mac_table_size) = {
	.name = "Bridge.other_config:mac-table-size",
	.help = "stations the bridge remembers at most",
	.type = SW_ATOM_INTEGER,
	.min = 10,
	.max = 1000000,
	.initial = "8192",
};
SW_REGISTER(key, bridge_mac_aging_time) = {
	.name = "Bridge.other_config:mac-aging-time",
	.help = "seconds after which a silent station is forgotten",
	.type = SW_ATOM_INTEGER,
	.min = 15,
	.max = 3600,
	.initial = "300",
};
SW_REGISTER(key, bridge_rules_max) = {
	.name = "Bridge.other_config:rules-max",
	.help = "rules in all tables of the bridge at most (not in OVS)",
	.type = SW_ATOM_INTEGER,
	.min = 1,
	.max = 16000000,
	.initial = "4000000",
};
SW_REGISTER(key, bridge_table_rules_max) = {
	.name = "Bridge.other_config:table-rules-max",
	.help = "rules in a table at most (OVS: Flow_Table.flow_limit)",
	.type = SW_ATOM_INTEGER,
	.min = 1,
	.max = 16000000,
	.initial = "1000000",
};
SW_REGISTER(key, bridge_overflow_policy) = {
	.name = "Bridge.other_config:overflow-policy",
	.help = "refuse: no rule is added to a full table. evict: of the rules with a timeout, the one of the "
		"lowest importance goes, of these the one that would be over first (OVS: "
		"Flow_Table.overflow_policy)",
	.type = SW_ATOM_STRING,
	.words = overflow_policies,
	.initial = "refuse",
};
SW_REGISTER(key, bridge_forward_bpdu) = {
	.name = "Bridge.other_config:forward-bpdu",
	.help = "forward frames to 01:80:c2:00:00:0x and the like instead of dropping them",
	.type = SW_ATOM_BOOLEAN,
	.initial = "false",
};
SW_REGISTER(key, bridge_cross_connect) = {
	.name = "Bridge.other_config:cross-connect",
	.help = "tie the bridge's two ports together: everything of one leaves by the other, "
		"untouched and unlearned, and whatever rules say (not in OVS)",
	.type = SW_ATOM_BOOLEAN,
	.initial = "false",
};
SW_REGISTER(key, bridge_persist_rules) = {
	.name = "Bridge.other_config:persist-rules",
	.help = "store rules, groups and meters, and have them back before the first packet after a "
		"start; false removes what is stored (not in OVS)",
	.type = SW_ATOM_BOOLEAN,
	.initial = "false",
};
SW_REGISTER(key, bridge_hwaddr) = {
	.name = "Bridge.other_config:hwaddr",
	.help = "MAC address of the bridge's local port, as 02:00:00:00:00:01; "
		"without it, the device's own",
	.type = SW_ATOM_STRING,
	.check = format_mac,
};
