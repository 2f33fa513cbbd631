/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which ports can send, as their classes tell it.
 *
 * Control thread only.
 */
#include "port_live.h"

#include <sw/port_state.h>

uint8_t port_live[SW_PORT_MAX];
uint32_t port_live_serial;

void port_live_update(struct sw_port *port)
{
	struct sw_port_status status = { 0 };
	bool live;

	if (port->opened)
		port->cls->status(port, &status);
	live = status.link_up && status.admin_up && !(port->state & SW_PORT_DOWN);
	if (live == port_is_live(port->index))
		return;
	__atomic_store_n(&port_live[port->index], live, __ATOMIC_RELAXED);
	__atomic_store_n(&port_live_serial, port_live_serial + 1, __ATOMIC_RELEASE);
}

void port_live_watch(void)
{
	sw_port_on_change(port_live_update);
}
