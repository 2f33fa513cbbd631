/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * struct ofp_match of OpenFlow 1.0 (1.0.1, 5.2.3): a fixed struct of 40 bytes with a bit of `wildcards` a field, and 6
 * bits each for the prefixes of IPv4 addresses. Fields of protocols that the match does not pin down are
 * ignored. ARP: nw_proto is the operation; ICMP: tp_src and tp_dst are type and code.
 *
 * Thread: control.
 */
#include "match.h"

#include <rte_byteorder.h>

#include "port.h"

enum {
	OFPFW_IN_PORT = 1 << 0,
	OFPFW_DL_VLAN = 1 << 1,
	OFPFW_DL_SRC = 1 << 2,
	OFPFW_DL_DST = 1 << 3,
	OFPFW_DL_TYPE = 1 << 4,
	OFPFW_NW_PROTO = 1 << 5,
	OFPFW_TP_SRC = 1 << 6,
	OFPFW_TP_DST = 1 << 7,
	OFPFW_NW_SRC_SHIFT = 8,
	OFPFW_NW_DST_SHIFT = 14,
	OFPFW_DL_VLAN_PCP = 1 << 20,
	OFPFW_NW_TOS = 1 << 21,
	OFPFW_ALL = (1 << 22) - 1,
};
#define NW_WILD	      32 /* bits of an address that are wild: this and more is all */
#define OFP_VLAN_NONE 0xffff
#define VID_MASK      0x0fff
#define PCP_SHIFT     13
#define DSCP_MASK     0xfc
#define ETH_IPV4      0x0800
#define ETH_ARP	      0x0806
#define ETH_IPV6      0x86dd
#define IP_ICMP	      1
#define IP_TCP	      6
#define IP_UDP	      17
#define IP_SCTP	      132
#define ETH_SIZE      6
#define TP_ICMP_MASK  0xff

struct match10 {
	uint32_t wildcards, nw_src, nw_dst;
	uint16_t in_port, dl_vlan, dl_type, tp_src, tp_dst;
	uint8_t dl_src[ETH_SIZE], dl_dst[ETH_SIZE];
	uint8_t dl_vlan_pcp, nw_tos, nw_proto;
};

static void read_match10(struct of_cursor *c, struct match10 *m)
{
	m->wildcards = of_u32(c);
	m->in_port = of_u16(c);
	of_copy(c, m->dl_src, ETH_SIZE);
	of_copy(c, m->dl_dst, ETH_SIZE);
	m->dl_vlan = of_u16(c);
	m->dl_vlan_pcp = of_u8(c);
	of_skip(c, 1);
	m->dl_type = of_u16(c);
	m->nw_tos = of_u8(c);
	m->nw_proto = of_u8(c);
	of_skip(c, 2);
	m->nw_src = of_u32(c);
	m->nw_dst = of_u32(c);
	m->tp_src = of_u16(c);
	m->tp_dst = of_u16(c);
}

static void set16(rte_be16_t *value, rte_be16_t *mask, uint16_t v, uint16_t m)
{
	*value = rte_cpu_to_be_16(v & m);
	*mask = rte_cpu_to_be_16(m);
}

static void get_link(const struct match10 *m, struct sw_match *out)
{
	uint32_t w = m->wildcards;
	uint16_t value = 0, mask = 0;

	if (!(w & OFPFW_DL_SRC)) {
		memcpy(out->value.eth_src, m->dl_src, ETH_SIZE);
		memset(out->mask.eth_src, 0xff, ETH_SIZE);
	}
	if (!(w & OFPFW_DL_DST)) {
		memcpy(out->value.eth_dst, m->dl_dst, ETH_SIZE);
		memset(out->mask.eth_dst, 0xff, ETH_SIZE);
	}
	if (!(w & OFPFW_DL_TYPE))
		set16(&out->value.eth_type, &out->mask.eth_type, m->dl_type, 0xffff);
	if (!(w & OFPFW_DL_VLAN) && m->dl_vlan == OFP_VLAN_NONE) {
		/* No tag: its priority says nothing. */
		set16(&out->value.vlan_tci, &out->mask.vlan_tci, 0, 0xffff);
		return;
	}
	if (!(w & OFPFW_DL_VLAN)) {
		value |= SW_VLAN_PRESENT | (m->dl_vlan & VID_MASK);
		mask |= SW_VLAN_PRESENT | VID_MASK;
	}
	if (!(w & OFPFW_DL_VLAN_PCP)) {
		value |= SW_VLAN_PRESENT | (m->dl_vlan_pcp & 7) << PCP_SHIFT;
		mask |= SW_VLAN_PRESENT | 7 << PCP_SHIFT;
	}
	set16(&out->value.vlan_tci, &out->mask.vlan_tci, value, mask);
}

static void get_address(uint32_t address, unsigned wild, uint8_t *value, uint8_t *mask)
{
	rte_be32_t m = rte_cpu_to_be_32(wild >= NW_WILD ? 0 : UINT32_MAX << wild);
	rte_be32_t v = rte_cpu_to_be_32(address) & m;

	memcpy(value, &v, sizeof(v));
	memcpy(mask, &m, sizeof(m));
}

static void get_transport(const struct match10 *m, struct sw_match *out)
{
	uint16_t all = m->nw_proto == IP_ICMP ? TP_ICMP_MASK : 0xffff;

	if (m->nw_proto != IP_ICMP && m->nw_proto != IP_TCP && m->nw_proto != IP_UDP &&
		m->nw_proto != IP_SCTP)
		return;
	if (m->nw_proto == IP_ICMP && m->dl_type != ETH_IPV4)
		return;
	if (!(m->wildcards & OFPFW_TP_SRC))
		set16(&out->value.tp_src, &out->mask.tp_src, m->tp_src, all);
	if (!(m->wildcards & OFPFW_TP_DST))
		set16(&out->value.tp_dst, &out->mask.tp_dst, m->tp_dst, all);
}

static void get_net(const struct match10 *m, struct sw_match *out)
{
	uint32_t w = m->wildcards;
	bool ip = m->dl_type == ETH_IPV4 || m->dl_type == ETH_IPV6, arp = m->dl_type == ETH_ARP;

	if ((w & OFPFW_DL_TYPE) || (!ip && !arp))
		return;
	if (m->dl_type != ETH_IPV6) {
		get_address(m->nw_src, w >> OFPFW_NW_SRC_SHIFT & 0x3f, out->value.ip_src,
			out->mask.ip_src);
		get_address(m->nw_dst, w >> OFPFW_NW_DST_SHIFT & 0x3f, out->value.ip_dst,
			out->mask.ip_dst);
	}
	if (arp) {
		if (!(w & OFPFW_NW_PROTO))
			set16(&out->value.arp_op, &out->mask.arp_op, m->nw_proto, 0xffff);
		return;
	}
	if (!(w & OFPFW_NW_TOS)) {
		out->value.ip_tos = m->nw_tos & DSCP_MASK;
		out->mask.ip_tos = DSCP_MASK;
	}
	if (!(w & OFPFW_NW_PROTO)) {
		out->value.ip_proto = m->nw_proto;
		out->mask.ip_proto = 0xff;
		get_transport(m, out);
	}
}

bool of_is_exact10(struct of_cursor c)
{
	uint32_t wildcards = of_u32(&c);

	return !c.over && !(wildcards & OFPFW_ALL);
}

enum of_error of_get_match10(struct of_cursor *c, struct sw_match *out)
{
	struct match10 m;
	uint32_t port;

	memset(out, 0, sizeof(*out));
	read_match10(c, &m);
	if (c->over)
		return OFPBRC_BAD_LEN;
	if (!(m.wildcards & OFPFW_IN_PORT)) {
		of_port_from16(m.in_port, &port); /* a port that is not there never matches */
		out->value.in_port = rte_cpu_to_be_32(port);
		out->mask.in_port = UINT32_MAX;
	}
	get_link(&m, out);
	get_net(&m, out);
	return OF_FINE;
}

/* --- the other way ------------------------------------------------------------------------------------ */

/* What is said of the match is taken out of `left`. */
static bool take(void *left, size_t n)
{
	const uint8_t *p = left;
	bool full = true;

	for (size_t i = 0; i < n; i++)
		full = full && p[i] == 0xff;
	if (full)
		memset(left, 0, n);
	return full;
}

static unsigned put_address(uint8_t *left, const uint8_t *value, uint32_t *address)
{
	rte_be32_t m, v;
	uint32_t wild;
	unsigned n = NW_WILD;

	memcpy(&m, left, sizeof(m));
	memcpy(&v, value, sizeof(v));
	wild = ~rte_be_to_cpu_32(m);
	if (wild & (wild + 1))
		return NW_WILD; /* no prefix */
	n = wild == UINT32_MAX ? NW_WILD : __builtin_popcount(wild);
	*address = rte_be_to_cpu_32(v);
	memset(left, 0, sizeof(m));
	return n;
}

static void put_link(struct match10 *m, const struct sw_match *match, struct sw_fields *left)
{
	uint16_t tci = rte_be_to_cpu_16(match->value.vlan_tci);
	uint16_t mask = rte_be_to_cpu_16(left->vlan_tci);
	bool tagged = tci & SW_VLAN_PRESENT;

	memcpy(m->dl_src, match->value.eth_src, ETH_SIZE);
	memcpy(m->dl_dst, match->value.eth_dst, ETH_SIZE);
	m->dl_type = rte_be_to_cpu_16(match->value.eth_type);
	m->wildcards &= ~(take(left->eth_src, ETH_SIZE) ? OFPFW_DL_SRC : 0);
	m->wildcards &= ~(take(left->eth_dst, ETH_SIZE) ? OFPFW_DL_DST : 0);
	m->wildcards &= ~(take(&left->eth_type, 2) ? OFPFW_DL_TYPE : 0);
	if (!(mask & SW_VLAN_PRESENT))
		return;
	if (!tagged) {
		m->dl_vlan = OFP_VLAN_NONE;
		m->wildcards &= ~OFPFW_DL_VLAN;
		left->vlan_tci = 0;
		return;
	}
	if ((mask & VID_MASK) == VID_MASK) {
		m->dl_vlan = tci & VID_MASK;
		m->wildcards &= ~OFPFW_DL_VLAN;
		mask &= ~(SW_VLAN_PRESENT | VID_MASK);
	}
	if (mask >> PCP_SHIFT == 7) {
		m->dl_vlan_pcp = tci >> PCP_SHIFT;
		m->wildcards &= ~OFPFW_DL_VLAN_PCP;
		mask &= ~(SW_VLAN_PRESENT | 7 << PCP_SHIFT);
	}
	left->vlan_tci = rte_cpu_to_be_16(mask);
}

static void put_transport(struct match10 *m, const struct sw_match *match, struct sw_fields *left)
{
	rte_be16_t all = rte_cpu_to_be_16(m->nw_proto == IP_ICMP ? TP_ICMP_MASK : 0xffff);

	if (left->tp_src == all) {
		m->tp_src = rte_be_to_cpu_16(match->value.tp_src);
		m->wildcards &= ~OFPFW_TP_SRC;
		left->tp_src = 0;
	}
	if (left->tp_dst == all) {
		m->tp_dst = rte_be_to_cpu_16(match->value.tp_dst);
		m->wildcards &= ~OFPFW_TP_DST;
		left->tp_dst = 0;
	}
}

static void put_net(struct match10 *m, const struct sw_match *match, struct sw_fields *left)
{
	bool arp = m->dl_type == ETH_ARP;
	unsigned src = NW_WILD, dst = NW_WILD;

	if (m->wildcards & OFPFW_DL_TYPE)
		return;
	if (arp || m->dl_type == ETH_IPV4) {
		src = put_address(left->ip_src, match->value.ip_src, &m->nw_src);
		dst = put_address(left->ip_dst, match->value.ip_dst, &m->nw_dst);
		m->wildcards &= ~(0x3fu << OFPFW_NW_SRC_SHIFT | 0x3fu << OFPFW_NW_DST_SHIFT);
		m->wildcards |= src << OFPFW_NW_SRC_SHIFT | dst << OFPFW_NW_DST_SHIFT;
	}
	if (arp && rte_be_to_cpu_16(match->value.arp_op) <= 0xff && take(&left->arp_op, 2)) {
		m->nw_proto = rte_be_to_cpu_16(match->value.arp_op);
		m->wildcards &= ~OFPFW_NW_PROTO;
	}
	if (arp)
		return;
	if ((left->ip_tos & DSCP_MASK) == DSCP_MASK) {
		m->nw_tos = match->value.ip_tos & DSCP_MASK;
		m->wildcards &= ~OFPFW_NW_TOS;
		left->ip_tos &= ~DSCP_MASK;
	}
	if (take(&left->ip_proto, 1)) {
		m->nw_proto = match->value.ip_proto;
		m->wildcards &= ~OFPFW_NW_PROTO;
		put_transport(m, match, left);
	}
}

static void write_match10(struct of_buf *out, const struct match10 *m)
{
	of_put_u32(out, m->wildcards);
	of_put_u16(out, m->in_port);
	of_put(out, m->dl_src, ETH_SIZE);
	of_put(out, m->dl_dst, ETH_SIZE);
	of_put_u16(out, m->dl_vlan);
	of_put_u8(out, m->dl_vlan_pcp);
	of_room(out, 1);
	of_put_u16(out, m->dl_type);
	of_put_u8(out, m->nw_tos);
	of_put_u8(out, m->nw_proto);
	of_room(out, 2);
	of_put_u32(out, m->nw_src);
	of_put_u32(out, m->nw_dst);
	of_put_u16(out, m->tp_src);
	of_put_u16(out, m->tp_dst);
}

bool of_put_match10(struct of_buf *out, const struct sw_match *match)
{
	static const struct sw_fields none;
	struct match10 m = { .wildcards = OFPFW_ALL };
	struct sw_fields left = match->mask;
	uint32_t port = rte_be_to_cpu_32(match->value.in_port);

	if (left.in_port == UINT32_MAX && (port < OF10_PORT_MAX || port >= SW_OFPP_IN_PORT)) {
		m.in_port = of_port_to16(port);
		m.wildcards &= ~OFPFW_IN_PORT;
		left.in_port = 0;
	}
	put_link(&m, match, &left);
	put_net(&m, match, &left);
	write_match10(out, &m);
	return !memcmp(&left, &none, sizeof(left));
}
