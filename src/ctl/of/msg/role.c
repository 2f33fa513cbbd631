/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Roles of controllers (1.3.5, 6.3.5, 7.3.9; 1.4.1, 7.4.4; 1.5.1, 7.3.9; Nicira's form for 1.0): at most one is master, who
 * becomes it makes the master before a slave, and a generation id tells late requests from newer ones. In 1.5 a controller
 * may have a short id, which no other connection of the bridge has.
 *
 * Thread: control.
 */
#include "../bridge.h"
#include "../conn/reply.h"
#include "../controller/news.h"

#define NXT_ROLE_REPLY	 11
#define OFPT_ROLE_STATUS 30

enum { OFPCR_ROLE_NOCHANGE, OFPCR_ROLE_EQUAL, OFPCR_ROLE_MASTER, OFPCR_ROLE_SLAVE };
enum { OFPCRR_MASTER_REQUEST };

uint32_t of_role_number(enum of_role role)
{
	return role == OF_ROLE_MASTER  ? OFPCR_ROLE_MASTER
	       : role == OF_ROLE_SLAVE ? OFPCR_ROLE_SLAVE
				       : OFPCR_ROLE_EQUAL;
}

static uint64_t generation(const struct of_bridge *of)
{
	return of->has_generation ? of->generation : UINT64_MAX;
}

static void tell(struct of_conn *c)
{
	struct of_buf *out;

	if (c->version < OF14 || !of_async_wants(c, OF_ASYNC_ROLE_STATUS, OFPCRR_MASTER_REQUEST))
		return;
	out = of_news(c->version, OFPT_ROLE_STATUS);
	of_put_u32(out, of_role_number(c->role));
	of_put_u8(out, OFPCRR_MASTER_REQUEST);
	of_room(out, 3);
	of_put_u64(out, generation(c->bridge));
	of_send(c, out);
}

static void set_role(struct of_conn *c, enum of_role role)
{
	struct of_conn *other;

	if (role == c->role)
		return;
	if (role == OF_ROLE_MASTER) {
		TAILQ_FOREACH (other, &c->bridge->conns, peers) {
			if (other->role != OF_ROLE_MASTER)
				continue;
			other->role = OF_ROLE_SLAVE;
			tell(other);
			of_conn_news(other, OF_CONTROLLER_ROLE);
		}
	}
	c->role = role;
	of_bridge_more(c->bridge);
	of_conn_news(c, OF_CONTROLLER_ROLE);
}

#define OFPCID_UNDEFINED 0

static bool has_short_id(const struct of_conn *but, uint16_t id)
{
	const struct of_conn *c;

	TAILQ_FOREACH (c, &but->bridge->conns, peers)
		if (c != but && !c->dropped && c->session.short_id == id)
			return true;
	return false;
}

/* Who asks for its role alone, and names no id, keeps the one it has. */
static void set_short_id(struct of_conn *c, uint32_t wanted, uint16_t id)
{
	if (c->session.short_id == id || (wanted == OFPCR_ROLE_NOCHANGE && id == OFPCID_UNDEFINED))
		return;
	c->session.short_id = id;
	of_conn_news(c, OF_CONTROLLER_SHORT_ID);
}

static enum of_error check_generation(struct of_bridge *of, uint64_t id)
{
	if (of->has_generation && (int64_t)(id - of->generation) < 0)
		return OFPRRFC_STALE;
	of->has_generation = true;
	of->generation = id;
	return OF_FINE;
}

static enum of_error role(struct of_conn *c, const struct of_msg *msg)
{
	struct of_cursor body = msg->body;
	uint32_t wanted = of_u32(&body);
	uint16_t id = msg->version == OF15 ? of_u16(&body) : OFPCID_UNDEFINED;
	enum of_error error = OF_FINE;
	struct of_buf *out;

	of_skip(&body, msg->version == OF15 ? 2 : 4);
	if (wanted > OFPCR_ROLE_SLAVE)
		return OFPRRFC_BAD_ROLE;
	if (id != OFPCID_UNDEFINED && has_short_id(c, id))
		return OFPRRFC_ID_IN_USE;
	if (wanted == OFPCR_ROLE_MASTER && c->reader)
		return OFPRRFC_UNSUP; /* it would take the bridge from who may change it */
	if (wanted == OFPCR_ROLE_MASTER || wanted == OFPCR_ROLE_SLAVE)
		error = check_generation(c->bridge, of_u64(&body));
	if (error)
		return error;
	if (wanted != OFPCR_ROLE_NOCHANGE)
		set_role(c, wanted == OFPCR_ROLE_MASTER	 ? OF_ROLE_MASTER
			    : wanted == OFPCR_ROLE_SLAVE ? OF_ROLE_SLAVE
							 : OF_ROLE_EQUAL);
	set_short_id(c, wanted, id);
	out = of_reply(msg, msg->id->number + 1);
	of_put_u32(out, of_role_number(c->role));
	of_put_u16(out, c->session.short_id);
	of_room(out, 2);
	of_put_u64(out, generation(c->bridge));
	of_send(c, out);
	return OF_FINE;
}

static enum of_error nxt_role(struct of_conn *c, const struct of_msg *msg)
{
	static const enum of_role roles[] = { OF_ROLE_EQUAL, OF_ROLE_MASTER, OF_ROLE_SLAVE };
	struct of_cursor body = msg->body;
	uint32_t wanted = of_u32(&body);
	struct of_buf *out;

	if (wanted >= sizeof(roles) / sizeof(roles[0]))
		return OFPRRFC_BAD_ROLE;
	if (roles[wanted] == OF_ROLE_MASTER && c->reader)
		return OFPRRFC_UNSUP;
	set_role(c, roles[wanted]);
	out = of_reply_experimenter(msg, OF_NICIRA, NXT_ROLE_REPLY);
	of_put_u32(out, wanted);
	of_send(c, out);
	return OF_FINE;
}

SW_REGISTER(of_message, role) = {
	.name = "role",
	.help = "equal, master or slave",
	.ids = { { OF_V13_UP, OF_PLAIN, 0, 24, 16, 0 } },
	.handle = role,
};
SW_REGISTER(of_message, nxt_role) = {
	.name = "nxt_role",
	.help = "other, master or slave",
	.ids = { { OF_ALL, OF_EXPERIMENTER, OF_NICIRA, 10, 4, 0 } },
	.handle = nxt_role,
};
