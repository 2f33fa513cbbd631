/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet-out (1.0.1, 5.3.6; 1.3.5, 7.3.7; 1.5.1, 7.3.6 with the fields of the pipeline as a match): packets that a controller sends
 * through the bridge. Nothing is buffered, so each has its packet with it.
 *
 * It came in on a port of the bridge, or on none (CONTROLLER; in 1.0 NONE). Actions are held to no match: what they cannot be
 * done to they do not change. A message without packet and actions asks for nothing, and gets that from any port.
 *
 * Thread: control.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_byteorder.h>

#include <sw/action_text.h>
#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/groups.h>
#include <sw/log.h>
#include <sw/mem.h>
#include <sw/meters.h>
#include <sw/packet_out.h>

#include "../action/instruction.h"
#include "../bridge.h"
#include "../codec/match.h"
#include "../codec/port.h"
#include "../conn/reply.h"
#include "../packets.h"
#include "../port_info.h"

SW_LOG_USE(openflow);

#define NO_BUFFER  0xffffffffu
#define OFPMT_OXM  1
#define MATCH_HEAD 4

struct packet_out {
	struct sw_packet_out out;
	uint16_t actions_len;
	bool nothing;
};

/* 1.5: the port and what else the pipeline is to know, as a match. Fields of the packet itself say nothing here. */
static enum of_error read_match(struct of_cursor *c, struct packet_out *p)
{
	uint16_t type = of_u16(c), len = of_u16(c);
	struct of_cursor fields;
	struct sw_match match;
	enum of_error error;

	if (c->over || len < MATCH_HEAD)
		return OFPBMC_BAD_LEN;
	if (type != OFPMT_OXM)
		return OFPBMC_BAD_TYPE;
	fields = of_sub(c, len - MATCH_HEAD);
	of_skip(c, -len & 7);
	error = c->over ? OFPBMC_BAD_LEN : of_get_fields(&fields, true, &match);
	p->out.in_port = rte_be_to_cpu_32(match.value.in_port);
	p->out.fields = match.value;
	return error;
}

static enum of_error read_head(struct of_cursor *c, uint8_t version, struct packet_out *p)
{
	enum of_error error = OF_FINE;

	if (of_u32(c) != NO_BUFFER)
		return OFPBRC_BUFFER_UNKNOWN;
	if (version == OF10) {
		of_port_from16(of_u16(c), &p->out.in_port);
		/* 1.0 does not ask for a port that is there, and controllers of it leave the field zero. */
		p->out.in_port = p->out.in_port ? p->out.in_port : SW_OFPP_ANY;
		p->actions_len = of_u16(c);
	} else if (version < OF15) {
		p->out.in_port = of_u32(c);
		p->actions_len = of_u16(c);
		of_skip(c, 6);
	} else {
		p->actions_len = of_u16(c);
		of_skip(c, 2);
		error = read_match(c, p);
	}
	return error;
}

static enum of_error check_port(const struct of_conn *c, struct packet_out *p)
{
	if (p->out.in_port == SW_OFPP_ANY)
		p->out.in_port = SW_OFPP_CONTROLLER;
	if (p->out.in_port == SW_OFPP_CONTROLLER || of_port_find(c->bridge, p->out.in_port))
		return OF_FINE;
	return OFPBRC_BAD_PORT;
}

static enum of_error check_actions(const struct sw_bridge *bridge, struct sw_actions *list)
{
	struct sw_match any = { 0 };
	enum of_error error = of_check_actions(list, &any, OF10, true);
	struct sw_err err;

	if (sw_actions_conjunctive(list))
		return NXBAC_BAD_CONJUNCTION;
	if (error)
		return error;
	if (sw_bridge_is_cross_connect(bridge) && sw_actions_learn(list))
		return OFPFMFC_EPERM; /* as to a flow-mod */
	return sw_packet_out_check(list, &err) == SW_PACKET_OUT_FINE ? OF_FINE : OFPBAC_BAD_TYPE;
}

/* Which groups and meters there must be that a packet names: those in force; where it is of a bundle, as staged with that, or, before,
 * any, for they may come with it. */
enum named { NAMED_NOW, NAMED_STAGED, NAMED_ANY };

static enum of_error check_named(const struct of_conn *c, struct sw_actions *list, enum named named)
{
	struct sw_instructions does = { .apply = list, .goto_table = -1 };
	bool staged = named == NAMED_STAGED;
	uint32_t missing;

	if (named == NAMED_ANY)
		return OF_FINE;
	if (!sw_groups_known(c->bridge->groups, &does, staged, &missing))
		return OFPBAC_BAD_OUT_GROUP;
	return sw_meters_known(c->bridge->meters, &does, staged, &missing) ? OF_FINE
									   : OFPMMFC_UNKNOWN_METER;
}

/* The list is the caller's to free; on an error there is none. */
static enum of_error read_packet_out(
	const struct of_conn *c, const struct of_msg *msg, struct packet_out *p)
{
	struct of_cursor body = msg->body, actions;
	enum of_error error;

	memset(p, 0, sizeof(*p));
	error = read_head(&body, msg->version, p);
	if (error)
		return error;
	actions = of_sub(&body, p->actions_len);
	if (body.over)
		return OFPBRC_BAD_LEN;
	p->out.bytes = body.at;
	p->out.len = of_left(&body);
	p->nothing = !p->out.len && !p->actions_len;
	if (p->nothing)
		return OF_FINE;
	error = check_port(c, p);
	return error ? error : of_get_actions(actions, msg->version, &p->out.actions);
}

/* Read, and all that can be said against it; p->out.actions are to be freed in any case. */
static enum of_error read_checked(
	struct of_conn *c, const struct of_msg *msg, enum named named, struct packet_out *p)
{
	enum of_error error = read_packet_out(c, msg, p);

	if (!error)
		error = check_actions(c->bridge->bridge, p->out.actions);
	if (!error)
		error = check_named(c, p->out.actions, named);
	if (!error && !p->nothing && p->out.len < SW_PACKET_OUT_MIN)
		error = OFPBRC_BAD_PACKET;
	return error;
}

/* A good one. False: there is no room, the connection is parked and does it again. */
static bool send_one(struct of_conn *c, const struct packet_out *p)
{
	enum sw_packet_out_fault fault = SW_PACKET_OUT_FINE;
	struct sw_err err;

	if (!p->nothing)
		fault = sw_packet_out_post(c->bridge->bridge, &p->out, &c->packet_out, &err);
	if (fault == SW_PACKET_OUT_FINE) {
		c->has_packet_out |= !p->nothing;
		c->packet_out_learns |= sw_actions_learn(p->out.actions) > 0;
	} else if (fault != SW_PACKET_OUT_FULL && of_may_warn()) {
		sw_warn("bridge %s: a packet of controller %s is lost: %s", c->bridge->name,
			c->name, err.text);
	}
	c->parked = fault == SW_PACKET_OUT_FULL;
	return !c->parked;
}

/* One that was good when it came: its port may be gone by now, then it goes nowhere. */
static bool send_later(struct of_conn *c, const struct of_msg *msg)
{
	struct packet_out p;

	if (read_packet_out(c, msg, &p))
		p.nothing = true;
	send_one(c, &p);
	sw_actions_free(p.out.actions);
	return !c->parked;
}

/* And the rules are there that it asks for. Called again it may have been sent already. */
static bool send_and_learn(struct of_conn *c, const struct of_msg *msg)
{
	if (!c->packet_out_learns && !send_later(c, msg))
		return false;
	return !c->packet_out_learns || of_packets_are_done(c);
}

static enum of_error packet_out(struct of_conn *c, const struct of_msg *msg)
{
	struct packet_out p;
	enum of_error error = read_checked(c, msg, NAMED_NOW, &p);

	if (!error && (!send_one(c, &p) || (c->packet_out_learns && !of_packets_are_done(c))))
		of_packets_wait(c, msg, send_and_learn);
	sw_actions_free(p.out.actions);
	return error;
}

/* In a bundle: checked as it comes, but for groups, which may come with the bundle; sent when that is committed (after). */
static enum of_error stage(struct of_conn *c, const struct of_msg *msg, bool now)
{
	struct packet_out p;
	enum of_error error = read_checked(c, msg, now ? NAMED_STAGED : NAMED_ANY, &p);

	sw_actions_free(p.out.actions);
	return error;
}

SW_REGISTER(of_message, packet_out) = {
	.name = "packet_out",
	.help = "a packet to send through the bridge",
	.ids = { { OF_V10, OF_PLAIN, 0, 13, 8, 1 }, { OF_V13_V14, OF_PLAIN, 0, 13, 16, 1 },
		{ OF_V15, OF_PLAIN, 0, 13, 16, 1 } },
	.changes = true,
	.aside = true,
	.handle = packet_out,
	.stage = stage,
	.after = send_and_learn,
};
