/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stations that lose their place when the membership of a bridge changes.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_BRIDGE_LOST_H
#define PIPELINE_BRIDGE_LOST_H

#include <string.h>

#include <sw/bridge.h>
#include <sw/port.h>

struct lost;

/* A bridge before or after the change. */
struct lost_side {
	const struct sw_bridge_conf *conf;
	const struct sw_member_conf *members;
	unsigned n;
};

/* Members by the index of their port. */
struct by_port {
	const struct sw_member_conf *at[SW_PORT_MAX];
};

static inline void by_port_init(
	struct by_port *by_port, const struct sw_member_conf *members, unsigned n)
{
	memset(by_port, 0, sizeof(*by_port));
	for (unsigned i = 0; i < n; i++)
		by_port->at[members[i].port->index] = &members[i];
}

/* What is to be forgotten when `was` becomes `is`. */
struct lost *lost_find(struct sw_fdb *fdb, const struct lost_side *was, const struct lost_side *is);

/* Forget it, now that workers are told, and once more after a grace period. It is freed then. */
void lost_forget(struct lost *lost);

#endif
