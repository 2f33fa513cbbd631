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
	const struct vlan_map **map; /* by member */
	struct vlan_map **own;	     /* the different ones of them */
	unsigned n_own;
};

struct domain *domain_create(
	const struct sw_bridge_conf *conf, const struct sw_member_conf *members, unsigned n);
void domain_destroy(struct domain *domain);

#endif
