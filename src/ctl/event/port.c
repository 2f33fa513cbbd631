/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events of ports. A class says that something changed (sw_port_changed), not what: the link's last state is
 * remembered here, and a change of it is the event "link". Control thread.
 */
#include "port.h"

#include <string.h>

#include <sw/err.h>
#include <sw/event.h>
#include <sw/port.h>

SW_USE(event, port_opened);
SW_USE(event, port_failed);
SW_USE(event, port_closed);
SW_USE(event, link);

static struct {
	uint64_t serial; /* of the port the state is of */
	bool up;
} known[SW_PORT_MAX];

static bool link_is_up(struct sw_port *port)
{
	struct sw_port_status status;

	memset(&status, 0, sizeof(status));
	port->cls->status(port, &status);
	return status.link_up;
}

void event_port_opened(struct sw_port *port)
{
	const char *link;

	known[port->index].serial = port->serial;
	known[port->index].up = link_is_up(port);
	link = known[port->index].up ? "up" : "down";
	sw_event_tell(&sw_event_port_opened,
		(struct sw_event_field[]){ { "port", port->name, 0 },
			{ "type", port->cls->name, 0 }, { "link_state", link, 0 }, { 0 } },
		"port %s is open (%s), its link is %s", port->name, port->cls->name, link);
}

void event_port_failed(const char *name, const struct sw_err *err)
{
	sw_event_tell(&sw_event_port_failed,
		(struct sw_event_field[]){ { "port", name, 0 }, { "error", err->text, 0 },
			{ "hint", err->hint, 0 }, { 0 } },
		"%s", err->text);
}

void event_port_closed(const char *name)
{
	sw_event_tell(&sw_event_port_closed,
		(struct sw_event_field[]){ { "port", name, 0 }, { 0 } }, "port %s is closed", name);
}

static void on_change(struct sw_port *port)
{
	bool up;

	if (known[port->index].serial != port->serial)
		return; /* not told as opened yet */
	up = link_is_up(port);
	if (up == known[port->index].up)
		return;
	known[port->index].up = up;
	sw_event_tell(&sw_event_link,
		(struct sw_event_field[]){
			{ "port", port->name, 0 }, { "link_state", up ? "up" : "down", 0 }, { 0 } },
		"the link of port %s is %s", port->name, up ? "up" : "down");
}

void event_port_start(void)
{
	sw_port_on_change(on_change);
}

SW_REGISTER(event, link) = {
	.name = "link",
	.help = "the link of a port went up or down",
};
SW_REGISTER(event, port_opened) = {
	.name = "port_opened",
	.help = "a port was opened",
};
SW_REGISTER(event, port_failed) = {
	.name = "port_failed",
	.help = "a port could not be opened; it is tried again where that may help",
};
SW_REGISTER(event, port_closed) = {
	.name = "port_closed",
	.help = "a port was closed",
};
