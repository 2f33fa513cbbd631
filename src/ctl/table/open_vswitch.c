/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Table Open_vSwitch: one row, the switch as a whole. What it tells of itself is in open_status.c.
 */
#include <sw/table.h>

SW_REGISTER(table, open_vswitch) = {
	.name = "Open_vSwitch",
	.help = "the switch as a whole; its only row is named \".\"",
	.alias = "open",
	.root = true,
};
SW_REGISTER(column, open_bridges) = {
	.name = "Open_vSwitch.bridges",
	.help = "the bridges of the switch",
	.type = SW_SET(UUID, 4096),
	.flags = SW_COL_OWNER,
	.ref = "Bridge",
};
SW_REGISTER(column, open_other_config) = {
	.name = "Open_vSwitch.other_config",
	.help = "settings of the switch as a whole. Cores, memory and places are in swd's boot file",
	.type = SW_MAP,
};
SW_REGISTER(column, open_external_ids) = {
	.name = "Open_vSwitch.external_ids",
	.help = "keys and values of other programs; the switch only keeps them",
	.type = SW_MAP,
	.flags = SW_COL_ANY_KEY,
};
