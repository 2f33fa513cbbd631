/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packet-in (1.0.1, 5.4.1; 1.3.5, 7.4.1; Nicira's forms where the peer chose one, ovs-ofctl(8) monitor -P): packets that rules
 * send to controllers, as they come out of the workers. Nothing is buffered: a packet is in its message, up to the length
 * that the rule says.
 *
 * A peer that does not keep up, or has a limit, loses packet-ins, which are counted, and no other message (conn/packets.h).
 * Thread: control.
 */
#include <stddef.h>
#include <string.h>

#include <event2/event.h>

#include <rte_mbuf.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/loop.h>
#include <sw/module.h>
#include <sw/packet_in.h>
#include <sw/pause.h>
#include <sw/trap.h>

#include "../../loop.h"
#include "../../txn.h"
#include "../bridge.h"
#include "../codec/match.h"
#include "../codec/oxm.h"
#include "../codec/property.h"
#include "../codec/version.h"
#include "../conn/packets.h"
#include "../conn/reply.h"
#include "packet_in2.h"

#define OFPT_PACKET_IN 10
#define OFP_NO_BUFFER  UINT32_MAX
#define NXT_PACKET_IN  17
#define NXT_PACKET_IN2 30
#define A_STEP	       64    /* packets handed on in a step of the loop */
#define PACKET_MAX     65000 /* bytes: with its head it is a message */

/* A packet that is told of; when it pauses, its handle is made when the first is to have it. */
struct telling {
	struct sw_packet_in in;
	bool kept;
	uint8_t handle[SW_PAUSE_HANDLE];
};

/* As the version knows it. */
static uint8_t told_as(unsigned reason, uint8_t version)
{
	unsigned known = version == OF10   ? SW_PACKET_IN_ACTION
			 : version == OF13 ? SW_PACKET_IN_INVALID_TTL
					   : SW_PACKET_IN_PACKET_OUT;

	return reason <= known ? reason : SW_PACKET_IN_ACTION;
}

/* The whole of a field of 32 or 64 bits, where it is not 0. */
static void tell_field(
	struct sw_match *match, size_t offset, size_t size, const struct sw_fields *from)
{
	const uint8_t *value = (const uint8_t *)from + offset;

	for (size_t i = 0; i < size; i++)
		if (value[i]) {
			memcpy((uint8_t *)&match->value + offset, value, size);
			memset((uint8_t *)&match->mask + offset, 0xff, size);
			return;
		}
}
#define TELL(member) \
	tell_field(match, offsetof(struct sw_fields, member), sizeof(from->member), from)

/* What the packet itself does not tell. */
static void fields_of(struct sw_match *match, const struct sw_fields *from)
{
	memset(match, 0, sizeof(*match));
	match->value.in_port = from->in_port;
	match->mask.in_port = UINT32_MAX;
	TELL(metadata);
	TELL(tunnel_id);
	TELL(pkt_mark);
	for (unsigned i = 0; i < SW_REGS; i++)
		TELL(reg[i]);
}

/* So much of the packet as is wanted, and as a message has room for. */
static uint32_t length(const struct sw_packet_in *in)
{
	uint32_t room = PACKET_MAX - (in->data ? in->data->n : 0);
	uint32_t most = in->max_len == SW_NO_BUFFER ? room : in->max_len;

	return RTE_MIN(in->m->pkt_len, RTE_MIN(most, room));
}

static void put_packet(struct of_buf *out, const struct sw_packet_in *in)
{
	uint32_t len = length(in);
	uint8_t *to = of_room(out, len);
	const void *p = rte_pktmbuf_read(in->m, 0, len, to);

	if (p != to && p)
		memcpy(to, p, len);
}

static void put_10(struct of_buf *out, const struct sw_packet_in *in)
{
	uint32_t port = rte_be_to_cpu_32(in->fields.in_port);

	of_put_u32(out, OFP_NO_BUFFER);
	of_put_u16(out, in->m->pkt_len);
	of_put_u16(out, (uint16_t)port); /* reserved ones are the last of 16 bits */
	of_put_u8(out, told_as(in->reason, OF10));
	of_put_u8(out, 0);
	put_packet(out, in);
}

/* A packet that a bucket or the action set sent is no rule's (1.3.5, 7.4.1). Open vSwitch tells the last rule's there, as we do in
 * Nicira's forms. */
static uint64_t cookie_of(const struct sw_packet_in *in)
{
	bool is_no_rules =
		in->reason == SW_PACKET_IN_ACTION_SET || in->reason == SW_PACKET_IN_GROUP;

	return is_no_rules ? UINT64_MAX : in->cookie;
}

static void put_head(
	struct of_buf *out, const struct sw_packet_in *in, uint8_t version, uint64_t cookie)
{
	of_put_u32(out, OFP_NO_BUFFER);
	of_put_u16(out, in->m->pkt_len);
	of_put_u8(out, told_as(in->reason, version));
	of_put_u8(out, in->table);
	of_put_u64(out, cookie);
}

static void put_13(struct of_buf *out, const struct sw_packet_in *in, uint8_t version)
{
	struct sw_match match;

	fields_of(&match, &in->fields);
	put_head(out, in, version, cookie_of(in));
	of_put_match(out, &match, version);
	of_put_u16(out, 0);
	put_packet(out, in);
}

static void put_nxt(struct of_buf *out, const struct sw_packet_in *in, uint8_t version)
{
	struct sw_match match;
	size_t at;

	fields_of(&match, &in->fields);
	put_head(out, in, version, in->cookie);
	at = out->len;
	of_room(out, 8); /* length of the match, padding */
	of_patch_u16(out, at, of_put_nxm(out, &match));
	of_put_u16(out, 0);
	put_packet(out, in);
}

/* Who gets less than the whole packet could not send it on. */
static void put_pause(struct of_buf *out, struct telling *t)
{
	size_t at;

	if (!t->in.pause || length(&t->in) < t->in.m->pkt_len)
		return;
	if (!t->kept)
		t->kept = sw_pause_keep(&t->in, t->handle);
	at = of_property_begin(out, NXPINT_CONTINUATION);
	of_put_u32(out, 0);
	of_put_u16(out, NXCPT_BRIDGE);
	of_put_u16(out, OF_PROPERTY_HEAD + sizeof(t->handle));
	of_put(out, t->handle, sizeof(t->handle));
	of_put_u32(out, 0);
	of_property_end(out, at);
}

static void put_nxt2(struct of_buf *out, struct telling *t, uint8_t version)
{
	const struct sw_packet_in *in = &t->in;
	struct sw_match match;
	size_t at = of_property_begin(out, NXPINT_PACKET);

	put_packet(out, in);
	of_property_end(out, at);
	at = of_property_begin(out, NXPINT_FULL_LEN);
	of_put_u32(out, in->m->pkt_len);
	of_property_end(out, at);
	at = of_property_begin(out, NXPINT_TABLE_ID);
	of_put_u8(out, in->table);
	of_property_end(out, at);
	at = of_property_begin(out, NXPINT_COOKIE);
	of_put_u32(out, 0);
	of_put_u64(out, in->cookie);
	of_property_end(out, at);
	at = of_property_begin(out, NXPINT_REASON);
	of_put_u8(out, in->reason);
	of_property_end(out, at);
	fields_of(&match, &in->fields);
	at = of_property_begin(out, NXPINT_METADATA);
	of_put_fields(out, &match, version == OF10 ? OF_NXM : version);
	of_property_end(out, at);
	if (in->data) {
		at = of_property_begin(out, NXPINT_USERDATA);
		of_put(out, in->data->bytes, in->data->n);
		of_property_end(out, at);
	}
	put_pause(out, t);
}

static void tell(struct of_conn *c, struct telling *t)
{
	const struct sw_packet_in *in = &t->in;
	enum of_packets kind =
		in->reason == SW_PACKET_IN_NO_MATCH ? OF_PACKETS_MISS : OF_PACKETS_ACTION;
	uint32_t port = rte_be_to_cpu_32(in->fields.in_port);
	enum of_limit_verdict verdict;
	struct of_buf *out;

	if (c->session.controller_id != in->controller ||
		!of_async_wants(c, OF_ASYNC_PACKET_IN, in->reason))
		return;
	verdict = of_packets_ask(c, kind, port, length(in));
	if (verdict == OF_LIMIT_DROP)
		return;
	switch (c->session.packet_in) {
	case OF_PACKET_IN_NXT:
		out = of_news_experimenter(c->version, OF_NICIRA, NXT_PACKET_IN);
		put_nxt(out, in, c->version);
		break;
	case OF_PACKET_IN_NXT2:
		out = of_news_experimenter(c->version, OF_NICIRA, NXT_PACKET_IN2);
		put_nxt2(out, t, c->version);
		break;
	default:
		out = of_news(c->version, OFPT_PACKET_IN);
		if (c->version == OF10)
			put_10(out, in);
		else
			put_13(out, in, c->version);
	}
	of_packets_send(c, verdict, kind, port, out);
}

/* So much of it as set-config says (1.3.5, 7.3.2). Of misses who speaks 1.0 is told; later versions want a rule for them (5.4). */
static void tell_cut(struct of_conn *c, struct telling *t)
{
	t->in.max_len = c->miss_len;
	if (c->version == OF10 || t->in.reason != SW_PACKET_IN_NO_MATCH)
		tell(c, t);
}

static void heard(const struct sw_packet_in *in)
{
	struct of_bridge *of = of_bridge_of_rules(in->rules);
	struct telling t = { .in = *in };
	struct of_conn *c;

	if (of)
		TAILQ_FOREACH (c, &of->conns, peers)
			(in->by_itself ? tell_cut : tell)(c, &t);
}

SW_REGISTER(packet_in_listener, openflow) = {
	.name = "openflow",
	.help = "tells controllers of packets that rules send them",
	.heard = heard,
};

static struct event *waiting;

static void on_waiting(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("packets to controllers");

	sw_packet_in_run(A_STEP);
	if (sw_trap_news())
		txn_wait_wake();
}

static int init(const struct sw_boot *boot, struct sw_err *err)
{
	waiting = event_new(
		sw_loop_base(), sw_packet_in_fd(), EV_READ | EV_PERSIST, on_waiting, NULL);
	if (waiting && !event_add(waiting, NULL))
		return 0;
	return sw_err_set(err, SW_CODE_INTERNAL, "packets to controllers cannot be waited for");
}

static void fini(void)
{
	event_free(waiting);
	waiting = NULL;
}

static const char *const after[] = { "openflow", "packet-in", NULL };

SW_REGISTER(module, openflow_packets) = {
	.name = "openflow-packets",
	.help = "packets from workers to OpenFlow connections",
	.after = after,
	.init = init,
	.fini = fini,
};
