/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ports of a bridge as its controllers were told of them: what differs from that becomes a port-status message
 * (1.3.5, 7.4.3). Also since when each is there.
 *
 * Thread: control.
 */
#ifndef CTL_OF_PORTS_H
#define CTL_OF_PORTS_H

#include <stdint.h>

struct of_bridge;
struct of_ports;
struct sw_port;

/* Hear of changes of links; once, before there are bridges. */
void of_ports_start(void);

struct of_ports *of_ports_new(void);
void of_ports_free(struct of_ports *ports);

/* The membership or the numbers may have changed: look, in another round of the loop. */
void of_ports_look(void);
/* Now, and tell. */
void of_ports_refresh(struct of_bridge *of);

/* How long the port has been one of the bridge, 0 when it is none. */
uint64_t of_ports_age_ms(const struct of_bridge *of, const struct sw_port *port);

#endif
