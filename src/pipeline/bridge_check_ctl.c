/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a bridge refuses: values out of range, a port twice or in another bridge, a cross-connect of more
 * than two. The tables of the configuration refuse most of it earlier; here it is about what the packet
 * path relies on.
 *
 * Control thread only.
 */
#include "bridge_check.h"

#include <inttypes.h>
#include <stdint.h>

#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/port.h>

static int out_of_range(
	struct sw_err *err, const char *what, uint32_t given, uint32_t min, uint32_t max)
{
	int rc;

	if (given >= min && given <= max)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s %" PRIu32 " is %s", what, given,
		given < min ? "too small" : "too large");
	sw_err_given(err, "%" PRIu32, given);
	sw_err_allowed(err, "%" PRIu32 " to %" PRIu32, min, max);
	return rc;
}

static int check_member(
	const struct sw_bridge *bridge, const struct sw_member_conf *m, struct sw_err *err)
{
	struct sw_bridge *other = bridge_owner(m->port);
	int rc;

	if (other && other != bridge) {
		rc = sw_err_set(err, SW_CODE_CONFLICT, "port %s is in bridge %s already",
			m->port->name, sw_bridge_name(other));
		sw_err_hint(err, "remove it there first (swctl del-port %s %s)",
			sw_bridge_name(other), m->port->name);
		return rc;
	}
	rc = out_of_range(err, "tag", m->tag, 0, SW_VID_COUNT - 1);
	if (!rc)
		rc = out_of_range(err, "vlan_mode", m->mode, 0, SW_VLAN_NATIVE_UNTAGGED);
	if (!rc)
		rc = out_of_range(err, "priority-tags", m->priority_tags, 0, SW_PTAGS_ALWAYS);
	if (rc)
		sw_err_prefix(err, "port %s", m->port->name);
	return rc;
}

/* A port named twice would be compiled twice. */
static int check_twice(const struct sw_member_conf *members, unsigned n, struct sw_err *err)
{
	uint8_t seen[SW_PORT_MAX] = { 0 };

	for (unsigned i = 0; i < n; i++)
		if (seen[members[i].port->index]++)
			return sw_err_set(err, SW_CODE_INVALID, "port %s is a member twice",
				members[i].port->name);
	return 0;
}

int bridge_check(const struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n, struct sw_err *err)
{
	int rc = 0;

	if (!bridge && sw_bridge_by_name(conf->name))
		rc = sw_err_set(err, SW_CODE_EXISTS, "there is one of that name already");
	if (!rc)
		rc = out_of_range(err, "mac-table-size", conf->mac_table_size, 10, 1000000);

	if (!rc)
		rc = out_of_range(err, "mac-aging-time", conf->mac_aging_time, 15, 3600);
	if (!rc)
		rc = out_of_range(err, "the number of members", n, 0, SW_PORT_MAX);
	if (!rc && conf->cross_connect && n > 2) {
		rc = sw_err_set(
			err, SW_CODE_CONFLICT, "a cross-connect takes two ports, not %u", n);
		sw_err_hint(err, "remove the others, or make it a learning bridge");
	}
	for (unsigned i = 0; i < n && !rc; i++)
		rc = check_member(bridge, &members[i], err);
	if (!rc)
		rc = check_twice(members, n, err);
	if (rc)
		sw_err_prefix(err, "bridge %s", conf->name);
	return rc;
}
