/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing fields (OpenFlow 1.3.5, 5.12 "Set-Field"; Open vSwitch's load and mod_*): what a walk knows of the packet
 * first, then the packet's header, with the checksums that cover it.
 *
 * Workers but for the compiling. The part of a header is told by the bytes of struct sw_fields it is kept in. A header
 * that a packet does not have is not written: rules cannot ask for it but by a match that was wrong about the packet.
 */
#include "run_set.h"

#include <stddef.h>
#include <string.h>

#include "checksum.h"
#include "code.h"
#include "crc32c.h"
#include "have.h"
#include "headers.h"
#include "walk_reread.h"

#define AT(member) offsetof(struct sw_fields, member)

static void put(uint8_t *to, const uint8_t *value, const uint8_t *mask, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		to[i] = (to[i] & ~mask[i]) | value[i];
}

static void put_mac(uint8_t *to, const struct op_set *s)
{
	uint64_t was = 0, value = 0, mask = 0;

	memcpy(&was, to, 6);
	memcpy(&value, s->value, 6);
	memcpy(&mask, s->mask, 6);
	was = (was & ~mask) | value;
	memcpy(to, &was, 6);
}

/* Correct what covers the words: IPv4's own header, and L4 by its pseudo header or its own bytes. */
struct covered {
	bool ip, l4;
};

static void fix(const struct headers *h, struct covered by, uint32_t was, uint32_t is)
{
	if (by.ip)
		checksum_fix(h->ip4 + 10, was, is);
	if (!by.l4)
		return;
	if (h->tcp)
		checksum_fix(h->tcp + 16, was, is);
	else if (h->udp)
		checksum_fix_udp(h->udp + 6, was, is);
	else if (h->icmp6)
		checksum_fix(h->icmp6 + 2, was, is);
}

/* n bytes at `at` of a header, which begins on a word of the checksum. */
struct part {
	uint8_t *header;
	unsigned at, n;
};

static void rewrite(const struct headers *h, struct part part, const uint8_t *value,
	const uint8_t *mask, struct covered by)
{
	unsigned from = part.at & ~1u, words = (part.at + part.n + 1) / 2 - from / 2;
	uint32_t was = checksum_sum(part.header + from, words);

	put(part.header + part.at, value, mask, part.n);
	fix(h, by, was, checksum_sum(part.header + from, words));
}

static void set_eth_dst(const struct headers *h, const struct op_set *s)
{
	put_mac(h->l2, s);
}

static void set_eth_src(const struct headers *h, const struct op_set *s)
{
	put_mac(h->l2 + 6, s);
}

static void set_eth_type(const struct headers *h, const struct op_set *s)
{
	if (h->payload)
		put(h->payload - 2, s->value, s->mask, 2);
}

/* The bit that says that there is a tag lies where the header has the DEI, which stays. */
static void set_vlan(const struct headers *h, const struct op_set *s)
{
	uint8_t value[2] = { s->value[0] & 0xef, s->value[1] };
	uint8_t mask[2] = { s->mask[0] & 0xef, s->mask[1] };

	if (h->tag)
		put(h->tag + 2, value, mask, 2);
}

static void set_mpls(const struct headers *h, const struct op_set *s)
{
	if (h->mpls)
		put(h->mpls, s->value, s->mask, 4);
}

/* IPv6 has the byte 4 bits further on. */
static void set_tos(const struct headers *h, const struct op_set *s)
{
	uint8_t value[2] = { s->value[0] >> 4, (uint8_t)(s->value[0] << 4) };
	uint8_t mask[2] = { s->mask[0] >> 4, (uint8_t)(s->mask[0] << 4) };

	if (h->ip4)
		rewrite(h, (struct part){ h->ip4, 1, 1 }, s->value, s->mask,
			(struct covered){ .ip = true });
	else if (h->ip6)
		put(h->ip6, value, mask, 2);
}

static void set_ttl(const struct headers *h, const struct op_set *s)
{
	if (h->ip4)
		rewrite(h, (struct part){ h->ip4, 8, 1 }, s->value, s->mask,
			(struct covered){ .ip = true });
	else if (h->ip6)
		put(h->ip6 + 7, s->value, s->mask, 1);
}

/* In IPv6 it is in the last extension header, if there are any; its pseudo header has it in a low byte (RFC 8200, 8.1). */
static void set_proto6(const struct headers *h, const struct op_set *s)
{
	uint8_t was[2] = { 0 }, is[2] = { 0 }, *proto;
	struct fields_at at;

	fields_find(h->m, &at);
	if (at.proto >= h->m->data_len)
		return;
	proto = at.proto ? h->l2 + at.proto : h->ip6 + 6;
	was[1] = *proto;
	put(proto, s->value, s->mask, 1);
	is[1] = *proto;
	fix(h, (struct covered){ .l4 = true }, checksum_sum(was, 1), checksum_sum(is, 1));
}

/* What covers it are IPv4's own checksum and that of the header that was there before: its bytes stay. */
static void set_proto(const struct headers *h, const struct op_set *s)
{
	if (h->ip4)
		rewrite(h, (struct part){ h->ip4, 9, 1 }, s->value, s->mask,
			(struct covered){ true, true });
	else if (h->ip6)
		set_proto6(h, s);
}

/* Source or destination: where IPv4, IPv6 and ARP have it. */
static void set_address(
	const struct headers *h, const struct op_set *s, unsigned ip4, unsigned ip6, unsigned arp)
{
	if (h->ip4)
		rewrite(h, (struct part){ h->ip4, ip4, 4 }, s->value, s->mask,
			(struct covered){ true, true });
	else if (h->ip6)
		rewrite(h, (struct part){ h->ip6, ip6, 16 }, s->value, s->mask,
			(struct covered){ .l4 = true });
	else if (h->arp)
		put(h->arp + arp, s->value, s->mask, 4);
}

static void set_ip_src(const struct headers *h, const struct op_set *s)
{
	set_address(h, s, 12, 8, 14);
}

static void set_ip_dst(const struct headers *h, const struct op_set *s)
{
	set_address(h, s, 16, 24, 24);
}

/* Of len bytes from an offset on; padding may be behind them. */
static uint32_t crc32c(const struct rte_mbuf *m, unsigned at, unsigned len)
{
	uint32_t crc = UINT32_MAX;

	for (; m && len; m = m->next) {
		unsigned from = RTE_MIN(at, m->data_len);
		unsigned n = RTE_MIN(len, m->data_len - from);

		crc = crc32c_add(rte_pktmbuf_mtod_offset(m, uint8_t *, from), n, crc);
		len -= n;
		at -= from;
	}
	return crc;
}

/* SCTP's checksum is a CRC over all of the packet (RFC 9260, 6.8): linear, so what is wrong with it stays. */
static void set_sctp_port(const struct headers *h, const struct op_set *s, unsigned at)
{
	unsigned from = h->sctp - h->l2;
	uint32_t crc, was = crc32c(h->m, from, h->l4_len);

	put(h->sctp + at, s->value, s->mask, 2);
	memcpy(&crc, h->sctp + 8, sizeof(crc));
	crc ^= was ^ crc32c(h->m, from, h->l4_len);
	memcpy(h->sctp + 8, &crc, sizeof(crc));
}

/* Ports at `at`; ICMP's type or code, which the fields keep in the low byte, at `at / 2`. */
static void set_port(const struct headers *h, const struct op_set *s, unsigned at)
{
	uint8_t *ports = h->tcp ? h->tcp : h->udp;

	if (ports) {
		rewrite(h, (struct part){ ports, at, 2 }, s->value, s->mask,
			(struct covered){ .l4 = true });
	} else if (h->sctp) {
		set_sctp_port(h, s, at);
	} else if (h->icmp6) {
		rewrite(h, (struct part){ h->icmp6, at / 2, 1 }, s->value + 1, s->mask + 1,
			(struct covered){ .l4 = true });
	} else if (h->icmp) {
		uint32_t was = checksum_sum(h->icmp, 1);

		put(h->icmp + at / 2, s->value + 1, s->mask + 1, 1);
		checksum_fix(h->icmp + 2, was, checksum_sum(h->icmp, 1));
	}
}

static void set_tp_src(const struct headers *h, const struct op_set *s)
{
	set_port(h, s, 0);
}

static void set_tp_dst(const struct headers *h, const struct op_set *s)
{
	set_port(h, s, 2);
}

static void set_label(const struct headers *h, const struct op_set *s)
{
	if (h->ip6)
		put(h->ip6, s->value, s->mask, 4);
}

static void set_arp_op(const struct headers *h, const struct op_set *s)
{
	if (h->arp)
		put(h->arp + 6, s->value, s->mask, 2);
}

static void set_nd_target(const struct headers *h, const struct op_set *s)
{
	if (h->icmp6 && h->l4_len >= 24)
		rewrite(h, (struct part){ h->icmp6, 8, 16 }, s->value, s->mask,
			(struct covered){ .l4 = true });
}

/* The link-layer address of ARP, or of the option of ND that has it (RFC 4861, 4.6.1). */
static void set_link_address(
	const struct headers *h, const struct op_set *s, unsigned arp, uint8_t *option)
{
	if (h->arp)
		put(h->arp + arp, s->value, s->mask, 6);
	else if (option)
		rewrite(h, (struct part){ h->icmp6, option - h->icmp6, 6 }, s->value, s->mask,
			(struct covered){ .l4 = true });
}

static void set_arp_sha(const struct headers *h, const struct op_set *s)
{
	set_link_address(h, s, 8, h->nd_sll);
}

static void set_arp_tha(const struct headers *h, const struct op_set *s)
{
	set_link_address(h, s, 18, h->nd_tll);
}

static void set_isid(const struct headers *h, const struct op_set *s)
{
	if (h->pbb)
		put(h->pbb, s->value, s->mask, 4);
}

struct writer {
	uint16_t offset;
	void (*set)(const struct headers *h, const struct op_set *s);
};

static const struct writer writers[] = {
	{ AT(eth_dst), set_eth_dst },
	{ AT(eth_src), set_eth_src },
	{ AT(eth_type), set_eth_type },
	{ AT(vlan_tci), set_vlan },
	{ AT(mpls_lse), set_mpls },
	{ AT(ip_proto), set_proto },
	{ AT(ip_tos), set_tos },
	{ AT(ip_ttl), set_ttl },
	{ AT(ip_src), set_ip_src },
	{ AT(ip_dst), set_ip_dst },
	{ AT(tp_src), set_tp_src },
	{ AT(tp_dst), set_tp_dst },
	{ AT(ipv6_label), set_label },
	{ AT(arp_op), set_arp_op },
	{ AT(nd_target), set_nd_target },
	{ AT(arp_sha), set_arp_sha },
	{ AT(arp_tha), set_arp_tha },
	{ AT(pbb_isid), set_isid },
};

static const struct writer *writer_of(const struct op_set *s)
{
	for (unsigned i = 0; i < RTE_DIM(writers); i++)
		if (writers[i].offset == s->field->offset)
			return &writers[i];
	return NULL;
}

/* What a packet must have, so that there is something to write to: a VLAN is matched without a tag, too. */
static enum sw_prereq needs(const struct op *op)
{
	return set_needs(op->set.field);
}

static enum op_changed write_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	if (headers_have(h, needs(op)))
		writer_of(&op->set)->set(h, &op->set);
	return OP_CHANGED;
}

/* What is behind the bytes is another header then. */
static enum op_changed write_kind(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	write_one(x, m, h, op);
	return OP_MOVED;
}

static enum op_changed write_port(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	if (h->tcp || h->udp || h->sctp)
		writer_of(&op->set)->set(h, &op->set);
	return OP_CHANGED;
}

/* Registers and metadata are the walk's alone. */
static bool is_header(const struct op_set *s)
{
	return s->field->offset >= AT(pbb_isid);
}

/* Such a field says what the bytes behind it are. */
static bool is_kind(const struct op_set *s)
{
	return s->field->offset == AT(eth_type) || s->field->offset == AT(ip_proto) ||
	       s->field->prereq == SW_PRE_ICMPV6; /* discovery, or none */
}

static void write_fields(struct sw_fields *fields, const struct op *op)
{
	uint8_t *to = (uint8_t *)fields + op->set.field->offset;

	put(to, op->set.value, op->set.mask, op->set.field->size);
}

void op_set_ahead(struct sw_fields *fields, const struct op *op)
{
	if (likely(have(fields, needs(op))))
		write_fields(fields, op);
}

static void write_walk(struct walk *walk, const struct op *op)
{
	write_fields(&walk->fields, op);
	if (op->run)
		walk_put(walk, op);
}

/* A field that the packet does not have is not written: an action set may have been made for another one. */
void walk_set(struct walk *walk, const struct op *op)
{
	if (needs(op) != SW_PRE_NONE && !walk_fresh(walk))
		return;
	if (likely(have(&walk->fields, needs(op))))
		write_walk(walk, op);
}

/* The packet has other fields then, and some of those that it had are none any more. */
void walk_set_kind(struct walk *walk, const struct op *op)
{
	if (needs(op) != SW_PRE_NONE && !walk_fresh(walk))
		return;
	if (!have(&walk->fields, needs(op)))
		return;
	write_walk(walk, op);
	walk->stale = true;
}

/* Ports of whatever has some. */
static void walk_set_port(struct walk *walk, const struct op *op)
{
	const struct sw_fields *f = &walk->fields;

	if (!walk_fresh(walk))
		return;
	if (have(f, SW_PRE_TCP) || have(f, SW_PRE_UDP) || have(f, SW_PRE_SCTP))
		write_walk(walk, op);
}

static bool sets_hops(const struct op_set *s)
{
	return s->field->offset == AT(ip_ttl) || s->field->offset == AT(eth_type) ||
	       (s->field->offset == AT(mpls_lse) && s->mask[3]);
}

void op_set_init(
	struct op *op, const struct sw_field *field, const uint8_t *value, const uint8_t *mask)
{
	struct sw_fields v = { 0 }, m = { 0 };

	sw_field_set(field, &v, value);
	sw_field_set(field, &m, mask);
	op->walk = walk_set;
	op->ahead = OP_AHEAD_SET;
	op->set.field = field;
	memcpy(op->set.value, (const uint8_t *)&v + field->offset, field->size);
	memcpy(op->set.mask, (const uint8_t *)&m + field->offset, field->size);
	op->changes = is_header(&op->set);
	op->change = op->changes ? write_one : NULL;
	op->fixed = !op->changes;
	op->hops = sets_hops(&op->set) ? OP_HOPS_NEW : OP_HOPS_SAME;
	if (is_kind(&op->set)) {
		op->walk = walk_set_kind;
		op->ahead = OP_AHEAD_NOTHING;
		op->change = write_kind;
	}
}

static int compile_set(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	op_set_init(code_add(draft), a->set.field, a->set.value, a->set.mask);
	have_reads(&draft->reads, a->set.field->prereq);
	return 0;
}

static int compile_set_port(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op_set_init(op, a->set.field, a->set.value, a->set.mask);
	op->walk = walk_set_port;
	op->ahead = OP_AHEAD_NOTHING;
	op->change = write_port;
	have_reads(&draft->reads, SW_PRE_TCP);
	return 0;
}

#define SETS(ident, what) \
	SW_REGISTER(action_code, ident) = { .name = #ident, .help = what, .compile = compile_set }

SETS(set_field, "writes a field, and corrects the checksums over it");
SETS(load, "writes bits of a field");
SETS(mod_dl_src, "writes the Ethernet source");
SETS(mod_dl_dst, "writes the Ethernet destination");
SETS(mod_nw_src, "writes the IPv4 source");
SETS(mod_nw_dst, "writes the IPv4 destination");
SETS(mod_nw_tos, "writes the DSCP");
SETS(mod_nw_ecn, "writes the ECN bits");
SETS(set_tunnel, "writes the key for tunnels");
SETS(set_mpls_label, "writes the outermost label");
SETS(set_mpls_tc, "writes the traffic class of the outermost label");

SW_REGISTER(action_code, mod_tp_src) = {
	.name = "mod_tp_src",
	.help = "writes the source port",
	.compile = compile_set_port,
};
SW_REGISTER(action_code, mod_tp_dst) = {
	.name = "mod_tp_dst",
	.help = "writes the destination port",
	.compile = compile_set_port,
};
