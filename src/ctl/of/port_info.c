/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See port_info.h. Layouts: 1.0.1, 5.2.1; 1.3.5, 7.2.1; 1.4.1 and 1.5.1, 7.2.1.1. Control thread.
 */
#include "port_info.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action.h>
#include <sw/mem.h>
#include <sw/port_state.h>

#include "../statistics.h"
#include "../switch/switch.h"
#include "bridge.h"
#include "codec/buf.h"
#include "codec/port.h"
#include "codec/version.h"

#define OFPPDPT_ETHERNET 0
#define NAME_SIZE	 16
#define KBPS		 1000

/* What a port is asked not to do, by the bit of its state. */
static const uint32_t config_bits[][2] = {
	{ SW_PORT_DOWN, OFPPC_PORT_DOWN },
	{ SW_PORT_NO_RECV, OFPPC_NO_RECV },
	{ SW_PORT_NO_FWD, OFPPC_NO_FWD },
	{ SW_PORT_NO_PACKET_IN, OFPPC_NO_PACKET_IN },
	{ SW_PORT_NO_FLOOD, OFPPC_NO_FLOOD },
};
#define CONFIG_BITS (sizeof(config_bits) / sizeof(config_bits[0]))

static uint32_t config_of(uint8_t state)
{
	uint32_t config = 0;

	for (unsigned i = 0; i < CONFIG_BITS; i++)
		config |= state & config_bits[i][0] ? config_bits[i][1] : 0;
	return config;
}

bool of_port_of(struct sw_port *port, struct of_port *out)
{
	struct sw_port_status status;
	int32_t number = switch_ofport(port);

	memset(out, 0, sizeof(*out));
	if (number <= 0)
		return false;
	memset(&status, 0, sizeof(status));
	port->cls->status(port, &status);
	out->number = number == SWITCH_OFPORT_LOCAL ? SW_OFPP_LOCAL : (uint32_t)number;
	memcpy(out->hw, port->mac.addr_bytes, sizeof(out->hw));
	strcpy(out->name, port->name);
	out->config = config_of(port->state) | (status.admin_up ? 0 : OFPPC_PORT_DOWN);
	out->state = !status.link_up		     ? OFPPS_LINK_DOWN
		     : out->config & OFPPC_PORT_DOWN ? 0
						     : OFPPS_LIVE;
	out->full_duplex = status.full_duplex;
	out->speed = status.link_up ? status.link_speed : 0;
	return true;
}

/* --- description on the wire ------------------------------------------------------------------------------ */

/* enum ofp_port_features: a bit a speed; half duplex is the bit below, up to 1 Gbit/s. */
static uint32_t features_of(const struct of_port *p, uint8_t version)
{
	static const struct {
		uint64_t mbps;
		uint32_t bit, half;
	} speeds[] = { { 10, 1 << 1, 1 << 0 }, { 100, 1 << 3, 1 << 2 }, { 1000, 1 << 5, 1 << 4 },
		{ 10000, 1 << 6, 0 }, { 40000, 1 << 7, 0 }, { 100000, 1 << 8, 0 },
		{ 1000000, 1 << 9, 0 } };
	unsigned n = version == OF10 ? 4 : 7; /* in 1.0 the next bits are of the medium */

	for (unsigned i = 0; i < n; i++)
		if (p->speed == speeds[i].mbps * 1000000)
			return p->full_duplex || !speeds[i].half ? speeds[i].bit : speeds[i].half;
	return p->speed && version != OF10 ? 1 << 10 : 0; /* OFPPF_OTHER */
}

static void put_speeds(struct of_buf *out, const struct of_port *p, uint8_t version)
{
	of_put_u32(out, features_of(p, version));
	of_put_u32(out, 0); /* advertised */
	of_put_u32(out, 0); /* supported */
	of_put_u32(out, 0); /* peer */
	if (version == OF10)
		return;
	of_put_u32(out, p->speed / KBPS > UINT32_MAX ? UINT32_MAX : p->speed / KBPS);
	of_put_u32(out, 0); /* the most it could do: not known */
}

void of_put_port(struct of_buf *out, const struct of_port *p, uint8_t version)
{
	size_t at = out->len, property;

	if (version == OF10) {
		of_put_u16(out, of_port_to16(p->number));
	} else {
		of_put_u32(out, p->number);
		of_put_u32(out, 0);
	}
	of_put(out, p->hw, sizeof(p->hw));
	if (version != OF10)
		of_put_u16(out, 0);
	of_put_text(out, p->name, NAME_SIZE);
	of_put_u32(out, version == OF10 ? p->config : p->config & ~OFPPC_NO_FLOOD);
	of_put_u32(out, version == OF10 ? p->state & OFPPS_LINK_DOWN : p->state);
	property = out->len;
	if (version >= OF14) {
		of_put_u16(out, OFPPDPT_ETHERNET);
		of_put_u16(out, 0);
		of_put_u32(out, 0);
	}
	put_speeds(out, p, version);
	if (version >= OF14) {
		of_patch_u16(out, property + 2, out->len - property);
		of_patch_u16(out, at + 4, out->len - at);
	}
}

/* --- all ports -------------------------------------------------------------------------------------------- */

struct listing {
	struct of_port_ref *refs;
	unsigned n, size;
};

static void add_ref(void *arg, struct sw_port *port)
{
	struct listing *l = arg;
	int32_t number = switch_ofport(port);

	if (number <= 0)
		return;
	if (l->n == l->size) {
		l->size = l->size ? 2 * l->size : 16;
		l->refs = sw_xrealloc(l->refs, l->size, sizeof(*l->refs));
	}
	l->refs[l->n++] = (struct of_port_ref){ port->serial, port->index,
		number == SWITCH_OFPORT_LOCAL ? SW_OFPP_LOCAL : (uint32_t)number };
}

struct of_port_ref *of_ports_list(const struct of_bridge *of, unsigned *n)
{
	struct listing l = { .n = 0 };

	switch_each_port(of->bridge, add_ref, &l);
	*n = l.n;
	return l.refs;
}

struct sw_port *of_port_ref_get(const struct of_port_ref *ref)
{
	struct sw_port *port = sw_port_by_index(ref->index);

	return port && port->serial == ref->serial ? port : NULL;
}

struct sw_port *of_port_find(const struct of_bridge *of, uint32_t number)
{
	struct sw_port *found = NULL;
	struct of_port_ref *refs;
	unsigned n;

	refs = of_ports_list(of, &n);
	for (unsigned i = 0; i < n && !found; i++)
		if (refs[i].number == number)
			found = of_port_ref_get(&refs[i]);
	free(refs);
	return found;
}

enum of_error of_port_may(struct sw_port *port, uint32_t config, uint32_t mask)
{
	struct of_port now;

	if (!of_port_of(port, &now))
		return OFPPMFC_BAD_PORT;
	/* Who else has put the device down puts it up, too. */
	if (mask & ~config & now.config & OFPPC_PORT_DOWN && !(port->state & SW_PORT_DOWN))
		return OFPPMFC_EPERM;
	return config & mask & ~config_of(UINT8_MAX) ? OFPPMFC_BAD_CONFIG : OF_FINE;
}

void of_port_configure(struct sw_port *port, uint32_t config, uint32_t mask)
{
	uint8_t state = port->state;

	for (unsigned i = 0; i < CONFIG_BITS; i++)
		if (mask & config_bits[i][1])
			state = config & config_bits[i][1] ? state | config_bits[i][0]
							   : state & ~config_bits[i][0];
	sw_port_set_state(port, state);
}

/* --- statistics ------------------------------------------------------------------------------------------- */

static void count(void *arg, const char *name, uint64_t value)
{
	struct of_port_stats *s = arg;
	const struct {
		const char *name;
		uint64_t *to;
	} known[] = { { "rx_packets", &s->rx_packets }, { "tx_packets", &s->tx_packets },
		{ "rx_bytes", &s->rx_bytes }, { "tx_bytes", &s->tx_bytes },
		{ "rx_dropped", &s->rx_dropped }, { "tx_dropped", &s->tx_dropped },
		{ "rx_errors", &s->rx_errors }, { "tx_errors", &s->tx_errors },
		{ "rx_frame_err", &s->rx_frame_err }, { "rx_over_err", &s->rx_over_err },
		{ "rx_crc_err", &s->rx_crc_err }, { "collisions", &s->collisions } };

	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strcmp(name, known[i].name))
			*known[i].to = value;
}

void of_port_stats_of(const struct sw_port *port, struct of_port_stats *out)
{
	memset(out, 0xff, sizeof(*out));
	port_statistics(port, count, out);
}
