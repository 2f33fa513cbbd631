/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What runs of the configuration, for commands that look at it: ports and bridges by the names the user
 * gave them, and the port numbers of the configuration.
 *
 * Thread: control.
 */
#ifndef CTL_SWITCH_H
#define CTL_SWITCH_H

#include <stdint.h>

struct sw_bridge;
struct sw_err;
struct sw_port;

#define SWITCH_OFPORT_LOCAL 65534

/* The running bridge or port of that name; NULL with SW_CODE_NOT_FOUND and the nearest name, or for a
 * port that is configured but not open, SW_CODE_DEVICE and why. */
struct sw_bridge *switch_bridge(const char *name, struct sw_err *err);
struct sw_port *switch_port(const char *name, struct sw_err *err);

/* Number of a port in its bridge (65534 for the local one), or -1 when it has none. */
int32_t switch_ofport(const struct sw_port *port);

/* Name of the bridge a port is in, or NULL. */
const char *switch_bridge_of(const struct sw_port *port);

/* Call fn for each running bridge, by name. */
void switch_each_bridge(void (*fn)(void *arg, struct sw_bridge *bridge), void *arg);

/* Call fn for each port of a bridge (NULL: of all), by port number. */
void switch_each_port(
	const struct sw_bridge *bridge, void (*fn)(void *arg, struct sw_port *port), void *arg);

#endif
