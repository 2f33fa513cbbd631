/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Port-mod (1.0.1, 5.3.3; 1.3.5, 7.3.4.3; 1.4.1, 7.3.4.3): what a port is asked to be by its configuration bits, which are in force
 * before the next message is looked at. No speed is advertised that could be chosen.
 *
 * Thread: control.
 */
#include <string.h>

#include <sw/port.h>

#include "../codec/port.h"
#include "../codec/property.h"
#include "../conn/reply.h"
#include "../port_info.h"

#define OFPPMPT_ETHERNET 0
#define ETHERNET_BYTES	 4
#define CONFIG_OF_10	 0x7f
#define CONFIG_LATER	 (OFPPC_PORT_DOWN | OFPPC_NO_RECV | OFPPC_NO_FWD | OFPPC_NO_PACKET_IN)

struct port_mod {
	uint32_t port, config, mask, advertise;
	uint8_t hw[6];
};

static enum of_error read_properties(struct of_cursor *body, struct port_mod *mod)
{
	bool seen = false;

	while (of_left(body)) {
		struct of_property p;
		enum of_error error = of_get_property(body, &p);

		if (error)
			return error;
		if (p.type != OFPPMPT_ETHERNET)
			return OFPBPC_BAD_TYPE;
		if (seen)
			return OFPBPC_DUP_TYPE;
		if (of_left(&p.body) != ETHERNET_BYTES)
			return OFPBPC_BAD_LEN;
		mod->advertise = of_u32(&p.body);
		seen = true;
	}
	return OF_FINE;
}

static enum of_error read_port_mod(const struct of_msg *msg, struct port_mod *mod)
{
	struct of_cursor body = msg->body;

	memset(mod, 0, sizeof(*mod));
	if (msg->version == OF10) {
		of_port_from16(of_u16(&body), &mod->port);
	} else {
		mod->port = of_u32(&body);
		of_skip(&body, 4);
	}
	of_copy(&body, mod->hw, sizeof(mod->hw));
	if (msg->version != OF10)
		of_skip(&body, 2);
	mod->config = of_u32(&body);
	mod->mask = of_u32(&body);
	if (msg->version >= OF14)
		return read_properties(&body, mod);
	mod->advertise = of_u32(&body);
	return OF_FINE;
}

/* What is asked, and of whom, if it can be done. */
static enum of_error find_mod(
	struct of_conn *c, const struct of_msg *msg, struct port_mod *mod, struct sw_port **port)
{
	enum of_error error = read_port_mod(msg, mod);

	*port = error ? NULL : of_port_find(c->bridge, mod->port);
	if (error)
		return error;
	if (!*port)
		return OFPPMFC_BAD_PORT;
	if (memcmp(mod->hw, (*port)->mac.addr_bytes, sizeof(mod->hw)))
		return OFPPMFC_BAD_HW_ADDR;
	if (mod->mask & ~(msg->version == OF10 ? CONFIG_OF_10 : CONFIG_LATER))
		return OFPPMFC_BAD_CONFIG;
	if (mod->advertise)
		return OFPPMFC_BAD_ADVERTISE;
	return of_port_may(*port, mod->config & mod->mask, mod->mask);
}

static enum of_error port_mod(struct of_conn *c, const struct of_msg *msg)
{
	struct sw_port *port;
	struct port_mod mod;
	enum of_error error = find_mod(c, msg, &mod, &port);

	if (!error)
		of_port_configure(port, mod.config & mod.mask, mod.mask);
	return error;
}

/* In a bundle: checked as it comes and again at the commit, done after that. */
static enum of_error stage(struct of_conn *c, const struct of_msg *msg, bool now)
{
	struct sw_port *port;
	struct port_mod mod;

	return find_mod(c, msg, &mod, &port);
}

static bool after(struct of_conn *c, const struct of_msg *msg)
{
	port_mod(c, msg);
	return true;
}

SW_REGISTER(of_message, port_mod) = {
	.name = "port_mod",
	.help = "what a port is asked to be",
	.ids = { { OF_V10, OF_PLAIN, 0, 15, 24, 0 }, { OF_V13, OF_PLAIN, 0, 16, 32, 0 },
		{ OF_V14_UP, OF_PLAIN, 0, 16, 24, 8 } },
	.changes = true,
	.handle = port_mod,
	.stage = stage,
	.after = after,
};
