/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a bridge's stored rules stand: Bridge.status, which OVS has for its spanning tree. Control thread.
 */
#include <sw/bridge.h>
#include <sw/table.h>

#include "../db.h"
#include "persist.h"

static void add_health(struct value *v, const struct persist *p)
{
	static const char *const names[] = { [PERSIST_LOADING] = "loading",
		[PERSIST_STORING] = "storing",
		[PERSIST_STORED] = "stored",
		[PERSIST_FAILED] = "failed" };
	struct persist_health health;

	persist_health(p, &health);
	value_add_pair(v, "persist-rules", names[health.state]);
	if (health.state == PERSIST_FAILED)
		value_add_pair(v, "persist-fault", health.fault);
}

static struct value *get_status(const struct draft *draft, const struct row *row)
{
	const struct sw_bridge *bridge = sw_bridge_by_name(row_name(row));
	const struct persist *p = bridge ? persist_of(bridge) : NULL;
	struct value *v = value_new((struct sw_type)SW_MAP);

	if (p)
		add_health(v, p);
	return value_seal(v);
}

SW_REGISTER(column, bridge_status) = {
	.name = "Bridge.status",
	.help = "how its stored rules stand, where they persist",
	.type = SW_MAP,
	.flags = SW_COL_STATUS,
	.status = get_status,
};
SW_REGISTER(key, bridge_status_persist) = {
	.name = "Bridge.status:persist-rules",
	.help = "loading: they are being put in; storing: changes are on their way to the disk; stored; "
		"failed: what is in force is not stored (not in OVS)",
	.type = SW_ATOM_STRING,
};
SW_REGISTER(key, bridge_status_fault) = {
	.name = "Bridge.status:persist-fault",
	.help = "why they cannot be stored (not in OVS)",
	.type = SW_ATOM_STRING,
};
