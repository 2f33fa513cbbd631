/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a port of a bridge was asked not to do (OFPPC_* of OpenFlow 1.3.5, 7.2.1 and 1.0.1, 5.2.1). It is no configuration: it is
 * forgotten when the port leaves its bridge. A port without any of it pays nothing: what it receives runs another program,
 * and its lanes take packets of no length.
 *
 * room: port. Thread: control.
 */
#ifndef SW_PORT_STATE_H
#define SW_PORT_STATE_H

#include <stdint.h>

#include <sw/port.h>

enum {
	SW_PORT_DOWN = 1 << 0,	  /* neither receives nor sends, and is not live */
	SW_PORT_NO_RECV = 1 << 1, /* what it receives is lost */
	SW_PORT_NO_FWD = 1 << 2,  /* nothing is sent out of it */
	SW_PORT_NO_PACKET_IN =
		1 << 3, /* what no rule but that for the rest matches is not told to controllers */
	SW_PORT_NO_FLOOD = 1 << 4, /* takes no floods */
};

/* In force for all that workers begin after this; who hears of changes of ports (sw_port_on_change) is told at once. */
void sw_port_set_state(struct sw_port *port, uint8_t state);

static inline bool sw_port_receives(const struct sw_port *port)
{
	return !(port->state & (SW_PORT_DOWN | SW_PORT_NO_RECV));
}

static inline bool sw_port_sends(const struct sw_port *port)
{
	return !(port->state & (SW_PORT_DOWN | SW_PORT_NO_FWD));
}

/* For who transmits: the drop reason of what is not sent, as lanes keep it (0: it is sent). */
uint16_t sw_port_shut_reason(const struct sw_port *port);

#endif
