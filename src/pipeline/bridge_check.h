/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is what is asked of a bridge possible? Everything is checked before anything changes.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef PIPELINE_BRIDGE_CHECK_H
#define PIPELINE_BRIDGE_CHECK_H

struct sw_bridge;
struct sw_bridge_conf;
struct sw_err;
struct sw_member_conf;
struct sw_port;

/* bridge NULL: one that is to be created. 0, or a negative errno with err filled. */
int bridge_check(const struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n, struct sw_err *err);

/* The bridge a port is in, or NULL; bridge_ctl.c. */
struct sw_bridge *bridge_owner(const struct sw_port *port);

#endif
