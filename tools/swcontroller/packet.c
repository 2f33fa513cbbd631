/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See packet.h. Fields that a switch may see otherwise than we do (fragments have ports or not, as it is set;
 * what is behind a second tag) are left out of matches, so that a rule always matches the packet it was made of.
 */
#include "packet.h"

#include <string.h>

#include <rte_byteorder.h>

#include "../../src/ctl/of/codec/buf.h"
#include "../../src/ctl/of/codec/match.h"
#include "../../src/ctl/of/codec/port.h"

enum {
	OFPFW_DL_TYPE = 1 << 4,
	OFPFW_NW_PROTO = 1 << 5,
	OFPFW_TP_SRC = 1 << 6,
	OFPFW_TP_DST = 1 << 7,
	OFPFW_NW_SRC_ALL = 32 << 8,
	OFPFW_NW_DST_ALL = 32 << 14,
	OFPFW_NW_TOS = 1 << 21,
};
#define ABOVE_IP (OFPFW_TP_SRC | OFPFW_TP_DST)
#define ABOVE_ETHERNET \
	(ABOVE_IP | OFPFW_NW_PROTO | OFPFW_NW_SRC_ALL | OFPFW_NW_DST_ALL | OFPFW_NW_TOS)

#define NO_VLAN	      0xffff
#define ETH_VLAN      0x8100
#define ETH_QINQ      0x88a8
#define ETH_IPV4      0x0800
#define ETH_ARP	      0x0806
#define ETH_TYPE_MIN  0x0600
#define ETH_NO_TYPE   0x05ff
#define SNAP	      0xaaaa03000000u /* LLC and organisation of types in 802.3 frames (RFC 1042) */
#define IP_ICMP	      1
#define IP_TCP	      6
#define IP_UDP	      17
#define IP_MORE_OR_AT 0x3fff /* more fragments, offset */
#define TAG_SIZE      4
#define IP_SIZE	      20
#define TCP_SIZE      20
#define UDP_SIZE      8 /* and ICMP's */
#define ARP_OF_IPV4   0x000108000604u
#define ARP_OP_MAX    255 /* that 1.0 can say */

static bool is_tag(uint16_t type)
{
	return type == ETH_VLAN || type == ETH_QINQ;
}

/* Headers that are not whole count for nothing. */
static void read_ports(struct of_cursor *c, struct packet *p)
{
	bool icmp = p->nw_proto == IP_ICMP;
	bool ports = p->nw_proto == IP_TCP || p->nw_proto == IP_UDP;

	if ((!icmp && !ports) || of_left(c) < (p->nw_proto == IP_TCP ? TCP_SIZE : UDP_SIZE)) {
		p->unknown |= ABOVE_IP;
		return;
	}
	p->tp_src = of_number(c, icmp ? 1 : 2);
	p->tp_dst = of_number(c, icmp ? 1 : 2);
}

static void read_ipv4(struct of_cursor c, struct packet *p)
{
	size_t left = of_left(&c);
	uint8_t first = of_u8(&c);
	unsigned head = (first & 0xf) * 4, total, fragment;
	struct of_cursor payload;

	p->nw_tos = of_u8(&c) & 0xfc;
	total = of_u16(&c);
	of_skip(&c, 2);
	fragment = of_u16(&c);
	of_skip(&c, 1);
	p->nw_proto = of_u8(&c);
	of_skip(&c, 2);
	p->nw_src = of_u32(&c);
	p->nw_dst = of_u32(&c);
	if (c.over || first >> 4 != 4 || head < IP_SIZE || total < head || total > left) {
		p->unknown |= ABOVE_ETHERNET;
		return;
	}
	of_skip(&c, head - IP_SIZE);
	payload = of_sub(&c, total - head);
	if (fragment & IP_MORE_OR_AT)
		p->unknown |= ABOVE_IP;
	else
		read_ports(&payload, p);
}

static void read_arp(struct of_cursor c, struct packet *p)
{
	bool is_ipv4 = of_number(&c, 6) == ARP_OF_IPV4;
	uint16_t op = of_u16(&c);

	of_skip(&c, 6);
	p->nw_src = of_u32(&c);
	of_skip(&c, 6);
	p->nw_dst = of_u32(&c);
	p->nw_proto = op;
	p->unknown |=
		c.over || !is_ipv4 || op > ARP_OP_MAX ? ABOVE_ETHERNET : ABOVE_IP | OFPFW_NW_TOS;
}

/* The type of an 802.3 frame, if LLC and SNAP tell one. */
static uint16_t read_llc(struct of_cursor *c)
{
	uint16_t type = of_number(c, 6) == SNAP ? of_u16(c) : 0;

	return type < ETH_TYPE_MIN ? ETH_NO_TYPE : type;
}

static void read_tag(struct of_cursor *c, struct packet *p)
{
	uint16_t tci = of_u16(c);

	p->dl_vlan = tci & 0xfff;
	p->dl_vlan_pcp = tci >> 13;
	p->dl_type = of_u16(c);
}

bool packet_read(struct of_cursor c, uint32_t in_port, struct packet *p)
{
	*p = (struct packet){ .in_port = in_port, .dl_vlan = NO_VLAN };
	of_copy(&c, p->dl_dst, sizeof(p->dl_dst));
	of_copy(&c, p->dl_src, sizeof(p->dl_src));
	p->dl_type = of_u16(&c);
	if (c.over)
		return false;
	if (is_tag(p->dl_type) && of_left(&c) >= TAG_SIZE)
		read_tag(&c, p);
	if (is_tag(p->dl_type)) {
		p->unknown = OFPFW_DL_TYPE | ABOVE_ETHERNET;
		return true;
	}
	if (p->dl_type < ETH_TYPE_MIN)
		p->dl_type = read_llc(&c);
	if (p->dl_type == ETH_IPV4)
		read_ipv4(c, p);
	else if (p->dl_type == ETH_ARP)
		read_arp(c, p);
	else
		p->unknown = ABOVE_ETHERNET;
	return true;
}

void packet_match(const struct packet *p, uint32_t wildcards, struct sw_match *out)
{
	struct of_buf b = { 0 };
	struct of_cursor c;

	of_put_u32(&b, wildcards | p->unknown);
	of_put_u16(&b, of_port_to16(p->in_port));
	of_put(&b, p->dl_src, sizeof(p->dl_src));
	of_put(&b, p->dl_dst, sizeof(p->dl_dst));
	of_put_u16(&b, p->dl_vlan);
	of_put_u8(&b, p->dl_vlan_pcp);
	of_put_u8(&b, 0);
	of_put_u16(&b, p->dl_type);
	of_put_u8(&b, p->nw_tos);
	of_put_u8(&b, p->nw_proto);
	of_put_u16(&b, 0);
	of_put_u32(&b, p->nw_src);
	of_put_u32(&b, p->nw_dst);
	of_put_u16(&b, p->tp_src);
	of_put_u16(&b, p->tp_dst);
	c = of_cursor(b.bytes, b.len);
	of_get_match10(&c, out);
	of_buf_fini(&b);
	/* 1.0 cannot say the numbers above 0xff00 that later versions have. */
	if (out->mask.in_port)
		out->value.in_port = rte_cpu_to_be_32(p->in_port);
}

bool packet_is_reserved(const uint8_t mac[6])
{
	static const uint8_t reserved[5] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };

	return !memcmp(mac, reserved, sizeof(reserved)) && mac[5] < 0x10;
}
