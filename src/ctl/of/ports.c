/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ports.h. Who joined or left is found by going through the membership, which asks no device; only a new port
 * and one whose class says that something changed are asked for their state.
 *
 * Thread: control.
 */
#include "ports.h"

#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/mem.h>
#include <sw/port.h>

#include "../change.h"
#include "../loop.h"
#include "../switch/switch.h"
#include "bridge.h"
#include "conn/async.h"
#include "conn/reply.h"
#include "port_info.h"

#define OFPT_PORT_STATUS 12
enum { OFPPR_ADD, OFPPR_DELETE, OFPPR_MODIFY };

struct known {
	uint64_t serial, since_ms; /* serial 0: none */
	bool seen;
	struct of_port told;
};

struct of_ports {
	struct known known[SW_PORT_MAX]; /* by the port's index */
};

static bool look_waits;

struct of_ports *of_ports_new(void)
{
	return sw_xcalloc(1, sizeof(struct of_ports));
}

void of_ports_free(struct of_ports *ports)
{
	free(ports);
}

static void tell(const struct of_bridge *of, const struct of_port *port, uint8_t reason)
{
	struct of_conn *c;

	TAILQ_FOREACH (c, &of->conns, peers) {
		struct of_buf *out;

		if (!of_async_wants(c, OF_ASYNC_PORT_STATUS, reason))
			continue;
		out = of_news(c->version, OFPT_PORT_STATUS);
		of_put_u8(out, reason);
		of_room(out, 7);
		of_put_port(out, port, c->version);
		of_send(c, out);
	}
}

static void forget(const struct of_bridge *of, struct known *k)
{
	if (!k->serial)
		return;
	tell(of, &k->told, OFPPR_DELETE);
	k->serial = 0;
}

static void see(const struct of_bridge *of, const struct of_port_ref *ref)
{
	struct known *k = &of->ports->known[ref->index];

	if (k->serial != ref->serial || k->told.number != ref->number) {
		forget(of, k);
		if (!of_port_of(of_port_ref_get(ref), &k->told))
			return;
		k->serial = ref->serial;
		k->since_ms = sw_clock_ms();
		tell(of, &k->told, OFPPR_ADD);
	}
	k->seen = true;
}

void of_ports_refresh(struct of_bridge *of)
{
	unsigned n;
	struct of_port_ref *refs = of_ports_list(of, &n);

	for (unsigned i = 0; i < n; i++)
		see(of, &refs[i]);
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		struct known *k = &of->ports->known[i];

		if (!k->seen)
			forget(of, k);
		k->seen = false;
	}
	free(refs);
}

static void look(void *arg)
{
	LOOP_STEP("openflow ports");
	struct of_bridge *of = NULL;

	look_waits = false;
	while ((of = of_bridge_next(of)))
		of_ports_refresh(of);
}

void of_ports_look(void)
{
	if (look_waits || !of_bridge_next(NULL))
		return;
	look_waits = true;
	loop_again(look, NULL);
}

/* A class says that something about a port changed, not what. */
static void on_change(struct sw_port *port)
{
	struct of_bridge *of = NULL;
	struct of_port now;

	while ((of = of_bridge_next(of))) {
		struct known *k = &of->ports->known[port->index];

		if (k->serial != port->serial || !of_port_of(port, &now))
			continue;
		if (!memcmp(&now, &k->told, sizeof(now)))
			return;
		k->told = now;
		tell(of, &now, OFPPR_MODIFY);
		return;
	}
}

void of_ports_start(void)
{
	sw_port_on_change(on_change);
}

uint64_t of_ports_age_ms(const struct of_bridge *of, const struct sw_port *port)
{
	const struct known *k = &of->ports->known[port->index];

	return k->serial == port->serial ? sw_clock_ms() - k->since_ms : 0;
}

/* Numbers are those of the configuration in force. */
static void hear(const struct change *change)
{
	of_ports_look();
}

SW_REGISTER(change_listener, openflow) = {
	.name = "openflow",
	.help = "ports that come, go and are renumbered are told to controllers",
	.hear = hear,
};
