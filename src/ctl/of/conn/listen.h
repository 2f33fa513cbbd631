/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sockets that controllers come to: BRIDGE.mgmt, where ovs-ofctl and controllers of this machine come, and those that
 * rows of Controller ask for. On a Unix socket who may act on what runs by the control socket (role operate, as for
 * rule add) may change the bridge, who may read there may read here, and others are turned away. By TCP whoever
 * reaches the address may do all; by TLS who has a certificate of our authority.
 *
 * Thread: control.
 */
#ifndef CTL_OF_LISTEN_H
#define CTL_OF_LISTEN_H

struct event_base;
struct of_bridge;
struct of_controller;
struct of_listener;
struct of_target;
struct sw_access;
struct sw_err;

#define OF_SHAKING_MAX 16 /* handshakes of TLS under way at a socket; who comes then waits */

/* By whose row it is; NULL: nobody's, BRIDGE.mgmt. NULL with err; the file's folder must be there. */
struct of_listener *of_listen_unix(struct event_base *base, struct of_bridge *of,
	struct of_controller *controller, const char *path, const struct sw_access *access,
	struct sw_err *err);
/* BRIDGE.snoop. */
struct of_listener *of_listen_snoop(struct event_base *base, struct of_bridge *of, const char *path,
	const struct sw_access *access, struct sw_err *err);
/* By TCP or TLS, on the address of a passive target. */
struct of_listener *of_listen_host(struct event_base *base, struct of_bridge *of,
	struct of_controller *controller, const struct of_target *target, struct sw_err *err);

/* Close, and remove the file when it is still ours. NULL is fine. */
void of_listener_free(struct of_listener *l);

/* Where accepting had to pause for want of descriptors, it goes on. */
void of_listener_resume(struct of_listener *l);

#endif
