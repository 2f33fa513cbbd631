/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See learn.h. A rule matches the port a packet came in by and its source, too (unless --wildcards leaves them out): when
 * either is new the packet comes here, so that the table of stations stays true; what is sent to a station that
 * moved is put right by deleting the rules that send to where it was.
 *
 * packet_in: 1.0, 5.4.1; 1.3.5, 7.4.1. packet_out: 1.0, 5.3.6; 1.3.5, 7.3.7.
 */
#include "learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/field_text.h>
#include <sw/text.h>

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/of/codec/match.h"
#include "../../src/ctl/of/codec/port.h"
#include "message.h"
#include "names.h"
#include "packet.h"
#include "peer.h"
#include "ports.h"
#include "stations.h"

#define OXM_IN_PORT   0x80000004u
#define OFPR_ACTION   1 /* reasons up to here are of a rule; others are no matter of ours */
#define RULE_PRIORITY 1
#define TO_NOWHERE    SW_OFPP_ANY
#define VLAN_ID	      0xfff

struct packet_in {
	uint32_t buffer, in_port;
	uint16_t total;
	uint8_t reason, table;
	struct of_cursor data;
};

/* --- reading --------------------------------------------------------------------------------------------- */

/* Of the fields only the port: switches tell more, and some that nobody else knows. */
static bool find_in_port(struct of_cursor fields, uint32_t *port)
{
	while (of_left(&fields)) {
		uint32_t header = of_u32(&fields);
		struct of_cursor value = of_sub(&fields, header & 0xff);

		if (fields.over)
			return false;
		if (header == OXM_IN_PORT) {
			*port = of_u32(&value);
			return true;
		}
	}
	return false;
}

static bool read13(struct of_cursor *c, struct packet_in *in)
{
	struct of_cursor fields;
	uint16_t len;

	in->buffer = of_u32(c);
	in->total = of_u16(c);
	in->reason = of_u8(c);
	in->table = of_u8(c);
	of_skip(c, 10);
	len = of_u16(c);
	if (len < 4)
		return false;
	fields = of_sub(c, len - 4);
	of_skip(c, -len & 7);
	of_skip(c, 2);
	return !c->over && find_in_port(fields, &in->in_port);
}

static bool read10(struct of_cursor *c, struct packet_in *in)
{
	in->buffer = of_u32(c);
	in->total = of_u16(c);
	of_port_from16(of_u16(c), &in->in_port);
	in->reason = of_u8(c);
	of_skip(c, 1);
	return !c->over;
}

static bool read_packet_in(struct of_cursor c, uint8_t version, struct packet_in *in)
{
	memset(in, 0, sizeof(*in));
	if (!(version == OF10 ? read10 : read13)(&c, in))
		return false;
	in->data = c;
	return true;
}

/* --- what is to be done ---------------------------------------------------------------------------------- */

/* Those that send to a station at a port. */
static void forget_rules(struct peer *p, uint64_t key, uint32_t port)
{
	struct sw_rule_change change;

	if (p->c->o->no_flow)
		return;
	mods_begin(&change, SW_RULE_DELETE, 0);
	change.out_port = port;
	if (!(p->c->o->wildcards & OFPFW_DL_DST)) {
		station_mac(key, change.conf.match.value.eth_dst);
		memset(change.conf.match.mask.eth_dst, 0xff,
			sizeof(change.conf.match.mask.eth_dst));
	}
	if (p->version != OF10) {
		change.cookie = MODS_COOKIE;
		change.cookie_mask = UINT64_MAX;
	}
	message_flow_mod(p, &change, NO_BUFFER);
}

static void learn(struct peer *p, const struct packet *packet)
{
	uint64_t key = station_key(packet->dl_vlan & VLAN_ID, packet->dl_src);
	uint32_t before;

	if (packet_is_group(packet->dl_src) || p->c->o->hub)
		return;
	if (stations_find(p->stations, key, controller_now()) == STATION_UNKNOWN)
		p->n->learned++;
	before = stations_learn(p->stations, key, packet->in_port, controller_now());
	if (before != STATION_UNKNOWN) {
		p->n->moved++;
		forget_rules(p, key, before);
	}
}

static uint32_t choose(const struct peer *p, const struct packet *packet)
{
	uint64_t key = station_key(packet->dl_vlan & VLAN_ID, packet->dl_dst);
	uint32_t port = SW_OFPP_FLOOD;

	if (packet_is_reserved(packet->dl_dst))
		return TO_NOWHERE;
	if (!p->c->o->hub && !packet_is_group(packet->dl_dst))
		port = stations_find(p->stations, key, controller_now());
	if (port == STATION_UNKNOWN || port == SW_OFPP_FLOOD)
		return SW_OFPP_FLOOD;
	if (port == packet->in_port)
		return TO_NOWHERE;
	return p->c->o->normal ? SW_OFPP_NORMAL : port;
}

/* NULL: the packet goes nowhere. */
static struct sw_actions *actions_to(const struct peer *p, uint32_t port, uint32_t in_port)
{
	uint32_t queue = ports_queue(p, in_port);
	struct sw_actions *list = NULL;
	struct sw_action *a;

	if (port == TO_NOWHERE)
		return NULL;
	if (queue != NO_QUEUE && p->version == OF10 && port <= SW_OFPP_MAX) {
		a = sw_actions_add(&list);
		a->type = &sw_action_type_enqueue;
		a->enqueue.port = port;
		a->enqueue.queue = queue;
		return list;
	}
	if (queue != NO_QUEUE && p->version != OF10) {
		a = sw_actions_add(&list);
		a->type = &sw_action_type_set_queue;
		a->id = queue;
	}
	a = sw_actions_add(&list);
	a->type = &sw_action_type_output;
	a->output.port = port;
	return list;
}

/* --- doing it -------------------------------------------------------------------------------------------- */

static void add_rule(
	struct peer *p, const struct packet *packet, struct sw_actions *list, uint32_t buffer)
{
	const struct options *o = p->c->o;
	struct sw_rule_change change;

	mods_begin(&change, SW_RULE_ADD, RULE_PRIORITY);
	change.conf.idle_timeout = o->max_idle;
	packet_match(packet, o->wildcards, &change.conf.match);
	change.conf.does.apply = list; /* the caller's */
	message_flow_mod(p, &change, buffer);
}

static void show_packet_out(
	const struct peer *p, const struct packet_in *in, const struct sw_actions *list)
{
	struct sw_str text = { 0 };

	if (!p->c->o->verbose)
		return;
	sw_actions_print(list, &text);
	peer_show(p, '>', "packet_out in_port=%u len=%zu actions=%s", in->in_port,
		of_left(&in->data), text.s);
	free(text.s);
}

static void send_packet(struct peer *p, const struct packet_in *in, const struct sw_actions *list)
{
	struct of_buf *out = peer_begin(p, OFPT_PACKET_OUT);
	size_t len, actions;

	of_put_u32(out, in->buffer);
	if (p->version == OF10)
		of_put_u16(out, of_port_to16(in->in_port));
	else
		of_put_u32(out, in->in_port);
	len = out->len;
	of_put_u16(out, 0);
	if (p->version != OF10)
		of_room(out, 6);
	actions = out->len;
	of_put_actions(out, list, p->version);
	of_patch_u16(out, len, out->len - actions);
	if (in->buffer == NO_BUFFER)
		of_put(out, in->data.at, of_left(&in->data));
	show_packet_out(p, in, list);
	peer_send(p);
	p->n->packet_outs++;
}

static void show_packet_in(
	const struct peer *p, const struct packet_in *in, const struct packet *packet)
{
	struct sw_str text = { 0 };
	struct sw_match match;

	if (!p->c->o->verbose)
		return;
	packet_match(packet, 0, &match);
	sw_match_print(&match, &text);
	peer_show(p, '<', "packet_in table=%u reason=%u len=%u %s", in->table, in->reason,
		in->total, text.s ? text.s : "");
	free(text.s);
}

static void send_on(struct peer *p, const struct packet_in *in, const struct packet *packet)
{
	uint32_t port = choose(p, packet);
	struct sw_actions *list = actions_to(p, port, packet->in_port);
	bool adds = !p->c->o->no_flow && port != SW_OFPP_FLOOD, by_rule = false;

	p->n->dropped += port == TO_NOWHERE;
	p->n->flooded += port == SW_OFPP_FLOOD;
	if (adds) {
		/* A switch that keeps the packet sends it on by the rule itself. */
		by_rule = in->buffer != NO_BUFFER;
		add_rule(p, packet, list, in->buffer);
	}
	if (in->buffer == NO_BUFFER && of_left(&in->data) < in->total)
		p->n->cut++;
	else if (!by_rule && (list || in->buffer != NO_BUFFER))
		send_packet(p, in, list);
	sw_actions_free(list);
}

void learn_take(struct peer *p, struct of_cursor c)
{
	struct packet_in in;
	struct packet packet;

	p->n->packet_ins++;
	if (!read_packet_in(c, p->version, &in) || !packet_read(in.data, in.in_port, &packet)) {
		p->n->malformed++;
		peer_show(p, '<', "packet_in that cannot be read");
		return;
	}
	show_packet_in(p, &in, &packet);
	if (in.reason > OFPR_ACTION)
		return;
	learn(p, &packet);
	send_on(p, &in, &packet);
}

/* --- forgetting ------------------------------------------------------------------------------------------ */

struct gone {
	struct peer *p;
	uint32_t port;
};

static void forget_one(void *arg, uint64_t key)
{
	struct gone *gone = arg;

	forget_rules(gone->p, key, gone->port);
}

void learn_forget(struct peer *p, uint32_t port)
{
	struct gone gone = { p, port };

	stations_forget(p->stations, port, forget_one, &gone);
}
