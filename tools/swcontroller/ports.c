/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ports.h. struct ofp_phy_port of 1.0, 5.2.1; struct ofp_port of 1.3.5, 7.2.1.
 */
#include "ports.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <sw/mem.h>

#include "../../src/ctl/of/codec/port.h"
#include "learn.h"
#include "peer.h"

#define PORT10_SIZE   48
#define PORT_SIZE     64
#define NAME_SIZE     16
#define LINK_DOWN     1 /* of the state */
#define PORT_DELETED  1 /* reason of a port_status */
#define STATUS_UNUSED 7

struct port_said {
	uint32_t number, state;
	char name[NAME_SIZE + 1];
};

static bool read_port(struct of_cursor *c, uint8_t version, struct port_said *said)
{
	struct of_cursor port = of_sub(c, version == OF10 ? PORT10_SIZE : PORT_SIZE);

	if (port.over)
		return false;
	if (version == OF10) {
		of_port_from16(of_u16(&port), &said->number);
		of_skip(&port, 6);
	} else {
		said->number = of_u32(&port);
		of_skip(&port, 12);
	}
	of_copy(&port, said->name, NAME_SIZE);
	said->name[NAME_SIZE] = '\0';
	of_skip(&port, 4);
	said->state = of_u32(&port);
	return true;
}

static struct peer_port *find(const struct peer *p, uint32_t number)
{
	for (unsigned i = 0; i < p->n_ports; i++)
		if (p->ports[i].number == number)
			return &p->ports[i];
	return NULL;
}

static uint32_t queue_of(const struct options *o, const char *name)
{
	for (unsigned i = 0; i < o->n_port_queues; i++)
		if (!strcmp(o->port_queues[i].port, name))
			return o->port_queues[i].queue;
	return o->queue;
}

static void keep(struct peer *p, const struct port_said *said)
{
	struct peer_port *port = find(p, said->number);

	if (!port && p->n_ports == PORTS_MAX)
		return;
	if (!port) {
		p->ports = sw_xrealloc(p->ports, p->n_ports + 1, sizeof(*p->ports));
		port = &p->ports[p->n_ports++];
	}
	port->number = said->number;
	strcpy(port->name, said->name);
	port->queue = queue_of(p->c->o, said->name);
}

void ports_take(struct peer *p, struct of_cursor c)
{
	struct port_said said;

	while (of_left(&c)) {
		if (!read_port(&c, p->version, &said)) {
			p->n->malformed++;
			return;
		}
		keep(p, &said);
	}
}

static void forget(struct peer *p, uint32_t number)
{
	struct peer_port *port = find(p, number);

	if (port)
		*port = p->ports[--p->n_ports];
}

void ports_take_status(struct peer *p, struct of_cursor c)
{
	uint8_t reason = of_u8(&c);
	struct port_said said;

	of_skip(&c, STATUS_UNUSED);
	if (!read_port(&c, p->version, &said)) {
		p->n->malformed++;
		return;
	}
	if (reason == PORT_DELETED)
		forget(p, said.number);
	else
		keep(p, &said);
	if (reason == PORT_DELETED || said.state & LINK_DOWN)
		learn_forget(p, said.number);
}

void ports_check(struct peer *p)
{
	const struct options *o = p->c->o;

	for (unsigned i = 0; i < o->n_port_queues; i++) {
		bool is_there = false;

		for (unsigned n = 0; n < p->n_ports; n++)
			is_there |= !strcmp(p->ports[n].name, o->port_queues[i].port);
		if (!is_there)
			peer_tell(p, "--port-queue: it has no port %s", o->port_queues[i].port);
	}
}

uint32_t ports_queue(const struct peer *p, uint32_t port)
{
	const struct peer_port *found = p->c->o->n_port_queues ? find(p, port) : NULL;

	return found ? found->queue : p->c->o->queue;
}
