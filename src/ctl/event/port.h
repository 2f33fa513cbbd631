/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Events of ports: opened, not opened, closed, link up or down.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_EVENT_PORT_H
#define CTL_EVENT_PORT_H

struct sw_err;
struct sw_port;

void event_port_opened(struct sw_port *port);
void event_port_failed(const char *name, const struct sw_err *err);
void event_port_closed(const char *name);

/* Hear of link changes from here on; again is harmless. */
void event_port_start(void);

#endif
