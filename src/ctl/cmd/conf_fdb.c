/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Static stations: fdb add and fdb del. They are configuration (Port.static_macs), so they survive a
 * restart, unlike those of OVS. Learned entries are the business of fdb flush.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <sw/text.h>

#include "conf.h"
#include "../table/format.h"

/* "VLAN" and "MAC" as the text of a station, in its one form. */
static int read_station(
	char *out, size_t size, const char *vlan, const char *mac, struct sw_err *err)
{
	struct rte_ether_addr addr;
	char text[SW_MAC_SIZE];
	uint64_t vid;
	int rc;

	if (sw_parse_u64(vlan, 0, 4095, &vid)) {
		rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not a VLAN", vlan);
		sw_err_given(err, "%s", vlan);
		sw_err_allowed(err, "0 to 4095");
		return rc;
	}
	rc = format_mac(mac, err);
	if (rc)
		return rc;
	sw_parse_mac(mac, &addr);
	snprintf(out, size, "%u/%s", (unsigned)vid, sw_format_mac(text, &addr));
	return 0;
}

/* The port of a bridge that has the station, or NULL. */
static const struct row *holder(
	const struct draft *draft, const struct row *bridge, const char *station)
{
	const struct value *ports = ROW(bridge, bridge_ports);
	union atom atom = { .string = (char *)station };

	for (unsigned i = 0; i < ports->n; i++) {
		const struct row *port = draft_find(draft, TABLE(port), &ports->keys[i].uuid);

		if (port && value_find(ROW(port, port_static_macs), &atom) >= 0)
			return port;
	}
	return NULL;
}

static int change(struct draft *draft, const struct row *port, const char *station, bool put,
	struct sw_err *err)
{
	const struct column *c = COLUMN(port_static_macs);
	struct value *one = value_new(c->desc->type), *now;

	value_add_string(one, station);
	now = put ? value_plus(row_get(port, c), one) : value_minus(row_get(port, c), one, false);
	value_unref(one);
	return conf_put(draft, port, c, now, err);
}

static int fdb_add(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	const struct row *port =
		bridge ? conf_named(call->draft, TABLE(port), "port", call->args[1], err) : NULL;
	const struct row *old;
	char station[32];
	int rc;

	if (!port)
		return -ENOENT;
	if (conf_bridge_of(call->draft, port) != bridge) {
		rc = sw_err_set(err, SW_CODE_NOT_FOUND, "port %s is not on bridge %s",
			call->args[1], call->args[0]);
		sw_err_given(err, "%s", call->args[1]);
		return rc;
	}
	rc = read_station(station, sizeof(station), call->args[2], call->args[3], err);
	if (rc)
		return rc;
	old = holder(call->draft, bridge, station);
	if (old == port)
		return 0;
	if (old)
		rc = change(call->draft, old, station, false, err);
	return rc ? rc : change(call->draft, port, station, true, err);
}

static int fdb_del(struct sw_call *call, struct sw_err *err)
{
	const struct row *bridge =
		conf_named(call->draft, TABLE(bridge), "bridge", call->args[0], err);
	const struct row *port;
	char station[32];
	int rc;

	if (!bridge)
		return -ENOENT;
	rc = read_station(station, sizeof(station), call->args[1], call->args[2], err);
	if (rc)
		return rc;
	port = holder(call->draft, bridge, station);
	if (port)
		return change(call->draft, port, station, false, err);
	if (call->option[0])
		return 0;
	rc = sw_err_set(err, SW_CODE_NOT_FOUND, "bridge %s has no static entry for %s in VLAN %s",
		call->args[0], call->args[2], call->args[1]);
	sw_err_given(err, "%s", call->args[2]);
	sw_err_hint(err,
		"a learned entry goes by swctl fdb flush, or by itself when its station is "
		"silent");
	return rc;
}

static const struct sw_cmd_option if_exists[] = {
	{ "if-exists", NULL, "no error when it is not there" },
	{ NULL },
};

SW_REGISTER(cmd, fdb_add) = {
	.name = "fdb add",
	.help = "tie a station to a port: it never ages or moves, and comes back after a restart",
	.usage = "BRIDGE PORT VLAN MAC",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 4,
	.max_args = 4,
	.run = fdb_add,
};
SW_REGISTER(cmd, fdb_del) = {
	.name = "fdb del",
	.help = "untie a station",
	.usage = "BRIDGE VLAN MAC",
	.kind = SW_CMD_CONFIG,
	.role = SW_ROLE_ADMIN,
	.output = SW_OUT_NONE,
	.min_args = 3,
	.max_args = 3,
	.options = if_exists,
	.run = fdb_del,
};
