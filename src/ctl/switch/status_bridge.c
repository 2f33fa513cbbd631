/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The columns of Bridge that are computed when they are read, under OVS's names and meanings.
 */
#include <stdio.h>

#include <sw/port.h>
#include <sw/table.h>

#include "../db.h"
#include "live.h"

#define DATAPATH_ID_SIZE 17 /* 16 hexadecimal digits and NUL */

/* OpenFlow's identity of a switch: the MAC address of the local port below 16 bits of zero. */
static struct value *get_datapath_id(const struct draft *draft, const struct row *row)
{
	const struct live_port *local = live_port(row_name(row));
	const uint8_t *mac = local && local->port ? local->port->mac.addr_bytes : NULL;
	char text[DATAPATH_ID_SIZE];

	if (!mac)
		return NULL;
	snprintf(text, sizeof(text), "0000%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3],
		mac[4], mac[5]);
	return value_string(text);
}

static struct value *get_datapath_version(const struct draft *draft, const struct row *row)
{
	return value_string("<built-in>");
}

SW_REGISTER(column, bridge_datapath_id) = {
	.name = "Bridge.datapath_id",
	.help = "identity of the bridge: 16 hexadecimal digits, from its local port's MAC address; "
		"empty while it has no local port",
	.type = SW_OPTIONAL(STRING),
	.flags = SW_COL_STATUS,
	.status = get_datapath_id,
};
SW_REGISTER(column, bridge_datapath_version) = {
	.name = "Bridge.datapath_version",
	.help = "\"<built-in>\": packets are switched by swd itself",
	.type = SW_ONE(STRING),
	.flags = SW_COL_STATUS,
	.status = get_datapath_version,
};
