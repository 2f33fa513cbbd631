/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet from a match: Ethernet, up to one tag, IPv4, IPv6 or ARP, and TCP, UDP, SCTP or ICMP, as short as it can be. The
 * parser of fields has the last word: what it does not read back from the packet cannot be made.
 *
 * Control thread only.
 */
#include <sw/trace.h>

#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/pool.h>

#include "extract.h"
#include "proto.h"

#define MIN_LEN 60
#define TTL	64

struct composing {
	const struct sw_fields *f;
	uint8_t *p;
	unsigned len;
};

static uint8_t *more(struct composing *c, unsigned n)
{
	uint8_t *at = c->p + c->len;

	memset(at, 0, n);
	c->len += n;
	return at;
}

static void put16(uint8_t *at, uint16_t v)
{
	at[0] = v >> 8;
	at[1] = (uint8_t)v;
}

static void put_ethernet(struct composing *c)
{
	uint16_t tci = rte_be_to_cpu_16(c->f->vlan_tci);
	uint8_t *p = more(c, RTE_ETHER_HDR_LEN);

	memcpy(p, c->f->eth_dst, 6);
	memcpy(p + 6, c->f->eth_src, 6);
	if (tci & SW_VLAN_PRESENT) {
		put16(p + 12, ETH_VLAN);
		p = more(c, 4) - 12;
		put16(p + 12, tci & ~SW_VLAN_PRESENT);
		p += 2;
	}
	memcpy(p + 12, &c->f->eth_type, 2);
}

static void put_l4(struct composing *c)
{
	uint8_t *p;

	switch (c->f->ip_proto) {
	case IP_TCP:
		p = more(c, 20);
		p[12] = 5 << 4 | (rte_be_to_cpu_16(c->f->tcp_flags) >> 8 & 0xf);
		p[13] = (uint8_t)rte_be_to_cpu_16(c->f->tcp_flags);
		break;
	case IP_UDP:
		p = more(c, 8);
		put16(p + 4, 8);
		break;
	case IP_SCTP:
		p = more(c, 12);
		break;
	case IP_ICMP:
	case IP_ICMPV6:
		p = more(c, 8);
		p[0] = (uint8_t)rte_be_to_cpu_16(c->f->tp_src);
		p[1] = (uint8_t)rte_be_to_cpu_16(c->f->tp_dst);
		return;
	default:
		return;
	}
	memcpy(p, &c->f->tp_src, 2);
	memcpy(p + 2, &c->f->tp_dst, 2);
}

static void put_nd(struct composing *c)
{
	bool solicits = c->f->tp_src == RTE_BE16(ND_SOLICIT);
	const uint8_t *mac = solicits ? c->f->arp_sha : c->f->arp_tha;
	uint8_t *p;

	if (c->f->ip_proto != IP_ICMPV6 || (!solicits && c->f->tp_src != RTE_BE16(ND_ADVERT)))
		return;
	p = more(c, 16);
	memcpy(p, c->f->nd_target, 16);
	if (!memcmp(mac, (uint8_t[6]){ 0 }, 6))
		return;
	p = more(c, 8);
	p[0] = solicits ? 1 : 2;
	p[1] = 1;
	memcpy(p + 2, mac, 6);
}

static void put_ip4(struct composing *c)
{
	unsigned at = c->len;
	uint8_t *p = more(c, 20);
	uint16_t sum;

	p[0] = 0x45;
	p[1] = c->f->ip_tos;
	if (c->f->ip_frag & SW_FRAG_ANY)
		put16(p + 6, c->f->ip_frag & SW_FRAG_LATER ? 1 : 0x2000);
	p[8] = c->f->ip_ttl;
	p[9] = c->f->ip_proto;
	memcpy(p + 12, c->f->ip_src, 4);
	memcpy(p + 16, c->f->ip_dst, 4);
	if (!(c->f->ip_frag & SW_FRAG_LATER))
		put_l4(c);
	put16(p + 2, c->len - at);
	sum = rte_ipv4_cksum((const struct rte_ipv4_hdr *)p);
	memcpy(p + 10, &sum, 2);
	if (c->len - at == 20 || c->f->ip_frag & SW_FRAG_LATER)
		return;
	p += 20;
	sum = c->f->ip_frag ? 0 : rte_ipv4_udptcp_cksum((const struct rte_ipv4_hdr *)(p - 20), p);
	if (c->f->ip_proto == IP_TCP)
		memcpy(p + 16, &sum, 2);
	else if (c->f->ip_proto == IP_UDP)
		memcpy(p + 6, &sum, 2);
}

static void put_ip6(struct composing *c)
{
	uint8_t *p = more(c, 40);
	unsigned at = c->len;
	uint16_t sum;

	memcpy(p, &c->f->ipv6_label, 4);
	p[0] = 6 << 4 | c->f->ip_tos >> 4;
	p[1] |= (uint8_t)(c->f->ip_tos << 4);
	p[6] = c->f->ip_proto;
	p[7] = c->f->ip_ttl;
	memcpy(p + 8, c->f->ip_src, 16);
	memcpy(p + 24, c->f->ip_dst, 16);
	put_l4(c);
	put_nd(c);
	put16(p + 4, c->len - at);
	if (c->len == at)
		return;
	sum = rte_ipv6_udptcp_cksum((const struct rte_ipv6_hdr *)p, p + 40);
	if (c->f->ip_proto == IP_TCP)
		memcpy(p + 56, &sum, 2);
	else if (c->f->ip_proto == IP_UDP)
		memcpy(p + 46, &sum, 2);
}

static void put_arp(struct composing *c)
{
	uint8_t *p = more(c, 28);

	put16(p, 1);
	put16(p + 2, ETH_IPV4);
	p[4] = 6;
	p[5] = 4;
	memcpy(p + 6, &c->f->arp_op, 2);
	memcpy(p + 8, c->f->arp_sha, 6);
	memcpy(p + 14, c->f->ip_src, 4);
	memcpy(p + 18, c->f->arp_tha, 6);
	memcpy(p + 24, c->f->ip_dst, 4);
}

static void put_mpls(struct composing *c)
{
	memcpy(more(c, 4), &c->f->mpls_lse, 4);
}

static void put_all(struct composing *c)
{
	put_ethernet(c);
	switch (rte_be_to_cpu_16(c->f->eth_type)) {
	case ETH_IPV4:
		put_ip4(c);
		break;
	case ETH_IPV6:
		put_ip6(c);
		break;
	case ETH_ARP:
	case ETH_RARP:
		put_arp(c);
		break;
	case ETH_MPLS:
	case ETH_MPLS_MCAST:
		put_mpls(c);
	}
	if (c->len < MIN_LEN)
		more(c, MIN_LEN - c->len);
}

/* What the packet has not as the match says it; NULL: all is right. What is not in packets is not looked at. */
static const struct sw_field *missed(const struct sw_match *match, const struct sw_fields *got)
{
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		uint8_t is[16], value[16], mask[16];

		if (f->offset < offsetof(struct sw_fields, pbb_isid) ||
			sw_field_is_zero(f, &match->mask) || !sw_prereq_met(f->prereq, match))
			continue;
		sw_field_get(f, got, is);
		sw_field_get(f, &match->value, value);
		sw_field_get(f, &match->mask, mask);
		for (unsigned i = 0; i < sw_field_bytes(f); i++)
			if ((is[i] ^ value[i]) & mask[i])
				return f;
	}
	return NULL;
}

static void read_back(const struct composing *c, struct sw_fields *got)
{
	struct rte_mbuf m = { .buf_addr = c->p,
		.buf_len = SW_TRACE_BYTES,
		.data_len = c->len,
		.pkt_len = c->len,
		.nb_segs = 1 };

	fields_extract(&m, 0, got);
}

int sw_trace_compose(const struct sw_match *match, uint8_t *bytes, struct sw_err *err)
{
	struct sw_fields f = match->value, got;
	struct composing c = { &f, bytes, 0 };
	const struct sw_field *bad;
	int rc;

	if (!match->mask.eth_type)
		f.eth_type = RTE_BE16(0xffff); /* IANA: reserved, nobody's */
	if (!match->mask.ip_ttl)
		f.ip_ttl = TTL;
	put_all(&c);
	read_back(&c, &got);
	bad = missed(match, &got);
	if (!bad)
		return c.len;
	rc = sw_err_set(
		err, SW_CODE_UNSUPPORTED, "a packet with this %s is not made from text", bad->name);
	sw_err_given(err, "%s", bad->name);
	sw_err_hint(err, "give the packet itself, as hex digits behind in_port=PORT");
	return rc;
}

void sw_trace_match(const struct sw_fields *fields, struct sw_match *match)
{
	const struct sw_field *f;

	memset(match, 0, sizeof(*match));
	match->value = *fields;
	for (unsigned round = 0; round < 4; round++) /* prerequisites of prerequisites */
		SW_REG_FOREACH (field, const struct sw_field *, f) {
			bool outside = f->offset < offsetof(struct sw_fields, eth_dst) ||
				       f->offset == offsetof(struct sw_fields, conj_id);

			if ((outside && f->form != SW_FORM_PORT && sw_field_is_zero(f, fields)) ||
				(outside && f->form == SW_FORM_PORT &&
					strcmp(f->name, "in_port")) ||
				!sw_prereq_met(f->prereq, match))
				continue;
			sw_field_add(f, &match->mask);
		}
	for (unsigned i = 0; i < sizeof(*fields) / 8; i++)
		((uint64_t *)&match->value)[i] &= ((const uint64_t *)&match->mask)[i];
}
