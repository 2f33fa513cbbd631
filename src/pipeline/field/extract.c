/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fields of a packet.
 *
 * Workers, on every packet that is not in their flow cache, so the way of TCP and UDP over IPv4 is short.
 * Every header is asked for by look(), which proves its bytes; in the first buffer they are read in place,
 * else copied. `end` shrinks to what IP says is its own, so padding is never taken for a header. Loops are
 * bounded by constants, not by what the packet says.
 *
 * IEEE 802.3 (3.2.6), 802.1Q (9.6), 802.1ah (9.7); RFC 791, 826, 8200, 3032, 4861; OpenFlow 1.3.5, 7.2.3.7.
 */
#include "extract.h"

#include <stddef.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

#include "proto.h"

#define TAGS_MAX       2
#define EXTENSIONS_MAX 16
#define ND_OPTIONS_MAX 16

enum {
	ETH_LEN = 14,
	TAG_LEN = 4,
	SNAP_LEN = 8,
	ARP_LEN = 28,
	IPV4_LEN = 20,
	IPV6_LEN = 40,
	TCP_LEN = 20
};
enum {
	UDP_LEN = 8,
	SCTP_LEN = 12,
	ICMP_LEN = 8,
	WORD_LEN = 4,
	EXTENSION_LEN = 8,
	ADDRESS_LEN = 16
};

/* OFPIEH_*: OpenFlow 1.3.5, 7.2.3.7. */
enum {
	EXT_NONE = 1,
	EXT_ESP = 2,
	EXT_AUTH = 4,
	EXT_DEST = 8,
	EXT_FRAG = 0x10,
	EXT_ROUTER = 0x20,
	EXT_HOP = 0x40,
	EXT_REPEATED = 0x80,
	EXT_DISORDER = 0x100,
};

struct packet {
	const struct rte_mbuf *m;
	const uint8_t *first; /* bytes of the first buffer */
	uint32_t near;	      /* how many */
	uint32_t end;	      /* nothing behind it counts */
};

static inline uint16_t load16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t load32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return rte_be_to_cpu_32(v);
}

/* n bytes at `at`, where they are or copied to buf; NULL: not all of them are there. */
static inline const uint8_t *look(const struct packet *k, uint32_t at, uint32_t n, void *buf)
{
	if (unlikely(at + n > k->end))
		return NULL;
	if (likely(at + n <= k->near))
		return k->first + at;
	return rte_pktmbuf_read(k->m, at, n, buf);
}

/* Neighbour discovery (RFC 4861, 4.3, 4.4) behind its eight bytes of ICMPv6. As in OVS, an address that is
 * given twice makes all of it void, and an option without length or that does not fit is the end. */
static void discovery(const struct packet *k, uint32_t from, uint8_t type, struct sw_fields *f,
	struct fields_at *at)
{
	enum { UNIT = 8, SLL = 1, TLL = 2 };
	uint8_t buf[ADDRESS_LEN], *mac = type == ND_SOLICIT ? f->arp_sha : f->arp_tha;
	const uint8_t *p = look(k, from, ADDRESS_LEN, buf);
	unsigned seen = 0, want = type == ND_SOLICIT ? SLL : TLL;

	if (!p)
		return;
	memcpy(f->nd_target, p, ADDRESS_LEN);
	from += ADDRESS_LEN;
	for (unsigned n = 0; n < ND_OPTIONS_MAX && (p = look(k, from, UNIT, buf)); n++) {
		uint32_t len = p[1] * UNIT;

		if (!len || len > k->end - from)
			return;
		if (len == UNIT && (p[0] == SLL || p[0] == TLL)) {
			if (seen & p[0])
				goto void_all;
			seen |= p[0];
			if (p[0] == want) {
				memcpy(mac, p + 2, 6);
				*(want == SLL ? &at->nd_sll : &at->nd_tll) = (uint16_t)(from + 2);
			}
		}
		from += len;
	}
	return;
void_all:
	memset(f->nd_target, 0, ADDRESS_LEN);
	memset(mac, 0, 6);
	at->nd_sll = at->nd_tll = 0;
}

static void icmp(
	const struct packet *k, uint32_t from, bool v6, struct sw_fields *f, struct fields_at *at)
{
	uint8_t buf[ICMP_LEN];
	const uint8_t *p = look(k, from, ICMP_LEN, buf);

	if (!p)
		return;
	at->l4 = (uint16_t)from;
	at->l4_proto = v6 ? IP_ICMPV6 : IP_ICMP;
	f->tp_src = rte_cpu_to_be_16(p[0]);
	f->tp_dst = rte_cpu_to_be_16(p[1]);
	if (v6 && !p[1] && (p[0] == ND_SOLICIT || p[0] == ND_ADVERT))
		discovery(k, from + ICMP_LEN, p[0], f, at);
}

/* The header above IP. */
static __rte_always_inline void transport(const struct packet *k, uint32_t from, uint8_t proto,
	bool v6, struct sw_fields *f, struct fields_at *at)
{
	uint8_t buf[TCP_LEN];
	const uint8_t *p;
	uint32_t len;

	switch (proto) {
	case IP_TCP:
		len = TCP_LEN;
		break;
	case IP_UDP:
		len = UDP_LEN;
		break;
	case IP_SCTP:
		len = SCTP_LEN;
		break;
	default:
		if (proto == (v6 ? IP_ICMPV6 : IP_ICMP))
			icmp(k, from, v6, f, at);
		return;
	}
	p = look(k, from, len, buf);
	if (!p)
		return;
	at->l4 = (uint16_t)from;
	at->l4_proto = proto;
	memcpy(&f->tp_src, p, 2);
	memcpy(&f->tp_dst, p + 2, 2);
	if (proto == IP_TCP)
		f->tcp_flags = rte_cpu_to_be_16(load16(p + 12) & 0xfff);
}

static __rte_always_inline void ipv4(
	struct packet *k, uint32_t from, struct sw_fields *f, struct fields_at *at)
{
	uint8_t buf[IPV4_LEN];
	const uint8_t *p = look(k, from, IPV4_LEN, buf);
	uint32_t len, total;
	uint16_t frag;

	if (unlikely(!p))
		return;
	len = (p[0] & 15u) * 4;
	total = load16(p + 2);
	if (unlikely(p[0] >> 4 != 4 || len < IPV4_LEN || total < len || total > k->end - from))
		return;
	k->end = from + total;
	at->l3 = (uint16_t)from;
	frag = load16(p + 6);
	f->ip_tos = p[1];
	f->ip_ttl = p[8];
	f->ip_proto = p[9];
	memcpy(f->ip_src, p + 12, 4);
	memcpy(f->ip_dst, p + 16, 4);
	if (unlikely(frag & 0x3fff)) {
		f->ip_frag = frag & 0x1fff ? SW_FRAG_ANY | SW_FRAG_LATER : SW_FRAG_ANY;
		if (frag & 0x1fff)
			return;
	}
	transport(k, from + len, p[9], false, f, at);
}

/* The extension headers so far. Bits of OFPIEH_* but EXT_DEST fall in the order that RFC 8200 (4.1) prefers;
 * destination options may be at two places: before a routing header, and last. */
struct order {
	unsigned bits; /* of ipv6_exthdr */
	unsigned seen, lowest;
	unsigned dests;
	bool last; /* no more but destination options and "no next header" */
};

static inline void order_add(struct order *o, unsigned bit, bool first)
{
	if (bit == EXT_DEST) {
		o->last |= o->dests || o->lowest <= EXT_ROUTER;
		if (o->dests++ >= 2)
			o->bits |= EXT_REPEATED;
		o->bits |= EXT_DEST;
		return;
	}
	if (o->seen & bit)
		o->bits |= EXT_REPEATED;
	if (bit > o->lowest || (o->last && bit != EXT_NONE) || (bit == EXT_HOP && o->dests))
		o->bits |= EXT_DISORDER;
	if (bit != EXT_HOP || first)
		o->bits |= bit;
	o->seen |= bit;
	o->lowest = RTE_MIN(o->lowest, bit);
}

static inline unsigned extension_bit(uint8_t proto)
{
	switch (proto) {
	case IP_HOP:
		return EXT_HOP;
	case IP_ROUTING:
		return EXT_ROUTER;
	case IP_FRAGMENT:
		return EXT_FRAG;
	case IP_DSTOPTS:
		return EXT_DEST;
	case IP_AUTH:
		return EXT_AUTH;
	case IP_ESP:
		return EXT_ESP;
	case IP_NONE:
		return EXT_NONE;
	default:
		return 0;
	}
}

/* Pass the extension headers from `from` on, the first of kind *proto. Returns where the header begins that
 * *proto is then of. */
static uint32_t extensions(const struct packet *k, uint32_t from, uint8_t *proto,
	struct sw_fields *f, struct fields_at *at)
{
	struct order o = { .lowest = EXT_HOP << 1 };
	uint8_t buf[EXTENSION_LEN];
	unsigned bit;

	for (unsigned n = 0; (bit = extension_bit(*proto)); n++) {
		const uint8_t *p;
		uint32_t len;

		order_add(&o, bit, !n);
		if (n == EXTENSIONS_MAX || bit & (EXT_ESP | EXT_NONE))
			break;
		p = look(k, from, EXTENSION_LEN, buf);
		if (!p)
			break;
		len = bit == EXT_FRAG	? EXTENSION_LEN
		      : bit == EXT_AUTH ? (p[1] + 2u) * 4
					: (p[1] + 1u) * 8;
		if (len > k->end - from)
			break;
		if (bit == EXT_FRAG) {
			uint16_t frag = load16(p + 2);

			if (frag & 0xfff8) {
				f->ip_frag = SW_FRAG_ANY | SW_FRAG_LATER;
				break;
			}
			if (frag & 1)
				f->ip_frag = SW_FRAG_ANY;
		}
		at->proto = (uint16_t)from;
		from += len;
		*proto = p[0];
	}
	f->ipv6_exthdr = rte_cpu_to_be_16(o.bits);
	return from;
}

static __rte_always_inline void ipv6(
	struct packet *k, uint32_t from, struct sw_fields *f, struct fields_at *at)
{
	uint8_t buf[IPV6_LEN], proto;
	const uint8_t *p = look(k, from, IPV6_LEN, buf);
	uint32_t first, payload;

	if (unlikely(!p))
		return;
	first = load32(p);
	payload = load16(p + 4);
	if (unlikely(first >> 28 != 6 || payload > k->end - from - IPV6_LEN))
		return;
	k->end = from + IPV6_LEN + payload;
	at->l3 = (uint16_t)from;
	f->ip_tos = (uint8_t)(first >> 20);
	f->ipv6_label = rte_cpu_to_be_32(first & 0xfffff);
	f->ip_ttl = p[7];
	memcpy(f->ip_src, p + 8, ADDRESS_LEN);
	memcpy(f->ip_dst, p + 24, ADDRESS_LEN);
	proto = p[6];
	from += IPV6_LEN;
	if (unlikely(extension_bit(proto)))
		from = extensions(k, from, &proto, f, at);
	f->ip_proto = proto;
	transport(k, from, proto, true, f, at);
}

/* Ethernet addresses for IPv4 ones; other kinds have no fields. */
static void arp(const struct packet *k, uint32_t from, struct sw_fields *f, struct fields_at *at)
{
	static const uint8_t kind[] = { 0, 1, 8, 0, 6, 4 };
	uint8_t buf[ARP_LEN];
	const uint8_t *p = look(k, from, ARP_LEN, buf);

	if (!p || memcmp(p, kind, sizeof(kind)))
		return;
	at->l3 = (uint16_t)from;
	memcpy(&f->arp_op, p + 6, 2);
	memcpy(f->arp_sha, p + 8, 6);
	memcpy(f->ip_src, p + 14, 4);
	memcpy(f->arp_tha, p + 18, 6);
	memcpy(f->ip_dst, p + 24, 4);
}

/* A label or an I-TAG: one word is all that is read. */
static void word(const struct packet *k, uint32_t from, uint16_t type, struct sw_fields *f,
	struct fields_at *at)
{
	uint8_t buf[WORD_LEN];
	const uint8_t *p = look(k, from, WORD_LEN, buf);

	if (!p)
		return;
	at->l3 = (uint16_t)from;
	if (type == ETH_PBB)
		f->pbb_isid = rte_cpu_to_be_32(load32(p) & 0x08ffffff);
	else
		memcpy(&f->mpls_lse, p, WORD_LEN);
}

static __rte_always_inline void network(
	struct packet *k, uint32_t from, uint16_t type, struct sw_fields *f, struct fields_at *at)
{
	if (likely(type == ETH_IPV4))
		ipv4(k, from, f, at);
	else if (type == ETH_IPV6)
		ipv6(k, from, f, at);
	else if (type == ETH_ARP || type == ETH_RARP)
		arp(k, from, f, at);
	else if (type == ETH_MPLS || type == ETH_MPLS_MCAST || type == ETH_PBB)
		word(k, from, type, f, at);
}

/* The tags behind the addresses; returns where the next header begins, *type is what it is of. */
static __rte_always_inline uint32_t tags(const struct packet *k, uint32_t from, uint16_t *type,
	struct sw_fields *f, struct fields_at *at)
{
	uint8_t buf[TAG_LEN];
	const uint8_t *p;

	while ((*type == ETH_VLAN || *type == ETH_QINQ) && at->tags < TAGS_MAX &&
		(p = look(k, from, TAG_LEN, buf))) {
		if (!at->tags++)
			f->vlan_tci = rte_cpu_to_be_16(load16(p) | SW_VLAN_PRESENT);
		*type = load16(p + 2);
		from += TAG_LEN;
	}
	return from;
}

/* A length: what follows has a type if it is SNAP with OUI 0 (RFC 1042). */
static uint32_t snap(const struct packet *k, uint32_t from, uint16_t *type)
{
	static const uint8_t head[] = { 0xaa, 0xaa, 3, 0, 0, 0 };
	uint8_t buf[SNAP_LEN];
	const uint8_t *p = look(k, from, SNAP_LEN, buf);

	*type = ETH_NO_TYPE;
	if (!p || memcmp(p, head, sizeof(head)) || load16(p + 6) < ETH_TYPE_MIN)
		return from;
	*type = load16(p + 6);
	return from + SNAP_LEN;
}

/* All but what is not in the packet; what it does not have is 0 already. */
static __rte_always_inline void parse(
	const struct rte_mbuf *m, struct sw_fields *f, struct fields_at *at)
{
	struct packet k = { m, rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, m->pkt_len };
	uint8_t buf[ETH_LEN];
	const uint8_t *p = look(&k, 0, ETH_LEN, buf);
	uint32_t from = ETH_LEN;
	uint16_t type;

	if (unlikely(!p))
		goto out;
	memcpy(f->eth_dst, p, 6);
	memcpy(f->eth_src, p + 6, 6);
	type = load16(p + 12);
	if (type == ETH_VLAN || type == ETH_QINQ)
		from = tags(&k, from, &type, f, at);
	if (unlikely(type < ETH_TYPE_MIN))
		from = snap(&k, from, &type);
	f->eth_type = rte_cpu_to_be_16(type);
	at->payload = (uint16_t)from;
	network(&k, from, type, f, at);
out:
	at->end = k.end;
}

/* Zeros, vector by vector: of more at a time the compiler makes a string instruction, which is slow. */
static __rte_always_inline void clear48(uint8_t *p)
{
	memset(p, 0, 16);
	memset(p + 16, 0, 16);
	memset(p + 32, 0, 16);
}

/* What is in the packet lies behind what is not. */
static __rte_always_inline void clear_packet(struct sw_fields *f)
{
	uint8_t *p = (uint8_t *)f;

	RTE_BUILD_BUG_ON(offsetof(struct sw_fields, pbb_isid) != 100 || sizeof(*f) != 208);
	memset(p + 100, 0, 4);
	memset(p + 104, 0, 8);
	clear48(p + 112);
	clear48(p + 160);
}

void fields_extract(const struct rte_mbuf *m, uint32_t in_port, struct sw_fields *f)
{
	struct fields_at unused = { 0 };

	clear48((uint8_t *)f);
	clear48((uint8_t *)f + 48);
	memset((uint8_t *)f + 96, 0, 4);
	clear_packet(f);
	f->in_port = f->in_phy_port = rte_cpu_to_be_32(in_port);
	parse(m, f, &unused);
}

void fields_extract_again(const struct rte_mbuf *m, struct sw_fields *f)
{
	struct fields_at unused = { 0 };

	clear_packet(f);
	parse(m, f, &unused);
}

void fields_forget_packet(struct sw_fields *f)
{
	clear_packet(f);
}

void fields_find(const struct rte_mbuf *m, struct fields_at *at)
{
	struct sw_fields unused;

	memset(at, 0, sizeof(*at));
	parse(m, &unused, at);
}
