/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bridge's membership compiled for workers: for each port index how a frame of a VLAN leaves by it,
 * and for each VLAN whom to flood to. Immutable: a change makes a new one, and the old one goes after a
 * grace period.
 *
 * room: pipeline (private). Thread: create and destroy control; reading workers.
 */
#ifndef PIPELINE_DOMAIN_H
#define PIPELINE_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/bridge.h>
#include <sw/worker.h>

#include "vlan.h"

struct domain {
	/* out[port][vid] is an enum vlan_shape; never NULL. The second as a protected port sees it. */
	const uint8_t *out[SW_PORT_MAX];
	const uint8_t *out_protected[SW_PORT_MAX];
	/* Members that take floods of a VLAN: flood[flood_at[vid]] is how many, then their indices. */
	uint32_t flood_at[SW_VID_COUNT];
	uint16_t *flood;
	unsigned n;
	struct vlan_map **map; /* by member; each holds a reference */
};

/* A membership, as it is to be or as it was (with what was compiled of it). */
struct membership {
	const struct sw_bridge_conf *conf;
	const struct sw_member_conf *members;
	unsigned n;
	const struct domain *domain; /* of the old one */
};

/* Maps of members that are as they were are taken over from `old`. */
struct domain *domain_create(const struct membership *is, const struct membership *old);
void domain_destroy(struct domain *domain);

#endif
