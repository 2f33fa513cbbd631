/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which ports can send, for groups that watch them: the link is up, and so is the interface (OFPPS_LIVE of OpenFlow
 * 1.3.5, 7.2.1). A byte a port: when a link falls, workers see it at the next packet and no rule, list or group changes.
 *
 * room: pipeline (private). Writer: control. Readers: workers.
 */
#ifndef PIPELINE_PORT_LIVE_H
#define PIPELINE_PORT_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/worker.h>

struct sw_port;

extern uint8_t port_live[SW_PORT_MAX];
extern uint32_t port_live_serial; /* counted up after a byte changes */

static inline bool port_is_live(unsigned index)
{
	return __atomic_load_n(&port_live[index], __ATOMIC_RELAXED);
}

/* Control. A port is looked at when it joins a bridge and whenever its class tells of a change. */
void port_live_watch(void);
void port_live_update(struct sw_port *port);

#endif
