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
struct l2;
struct rules_prog;
struct sw_trap;

/* bridge NULL: one that is to be created. 0, or a negative errno with err filled. */
int bridge_check(const struct sw_bridge *bridge, const struct sw_bridge_conf *conf,
	const struct sw_member_conf *members, unsigned n, struct sw_err *err);

/* The bridge a port is in, or NULL; bridge_ctl.c. */
struct sw_bridge *bridge_owner(const struct sw_port *port);

/* The rules program of a port that is in a bridge, and the L2 program in it, as copies, also where it runs another one. What they
 * point to is there until control returns to its loop. */
void bridge_rules_prog(const struct sw_port *port, struct rules_prog *prog, struct l2 *normal);

/* The trap around the programs of its ports (trap.h), NULL: none; and another one from now on. */
struct sw_trap *bridge_trap(const struct sw_bridge *bridge);
void bridge_set_trap(struct sw_bridge *bridge, struct sw_trap *trap);

#endif
