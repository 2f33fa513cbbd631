/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The templates: one complete packet of each size with everything in it that never changes, and the sums of it.
 */
#include "build.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "write.h"

#define MAC_PREFIX 0x025d
#define IP_SIDE_A  RTE_IPV4(10, 0, 0, 0)
#define IP_SIDE_B  RTE_IPV4(10, 16, 0, 0)
#define TTL	   64

static void put_ether(const struct build *b, uint8_t *p)
{
	uint16_t type = b->at.v6 ? RTE_ETHER_TYPE_IPV6 : RTE_ETHER_TYPE_IPV4;

	put16(p, rte_cpu_to_be_16(MAC_PREFIX));
	put16(p + 6, rte_cpu_to_be_16(MAC_PREFIX));
	for (unsigned i = 0; i < b->at.tags; i++)
		put16(p + 12 + 4 * i, rte_cpu_to_be_16(i + 1 < b->at.tags ? RTE_ETHER_TYPE_QINQ
									  : RTE_ETHER_TYPE_VLAN));
	put16(p + b->at.l3 - 2, rte_cpu_to_be_16(type));
}

static void put_ipv4(const struct build *b, uint8_t *p, uint16_t len)
{
	struct rte_ipv4_hdr ip = { .version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(len),
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = TTL,
		.next_proto_id = b->at.tcp ? IPPROTO_TCP : IPPROTO_UDP };

	memcpy(p, &ip, sizeof(ip));
}

static void put_ipv6(const struct build *b, uint8_t *p, uint16_t len)
{
	struct rte_ipv6_hdr ip = { .vtc_flow = rte_cpu_to_be_32(6U << 28),
		.payload_len = rte_cpu_to_be_16(len - sizeof(ip)),
		.hop_limits = TTL,
		.proto = b->at.tcp ? IPPROTO_TCP : IPPROTO_UDP };

	memcpy(p, &ip, sizeof(ip));
	for (unsigned at = offsetof(struct rte_ipv6_hdr, src_addr); at < sizeof(ip); at += 16)
		put16(p + at, rte_cpu_to_be_16(0xfd5d));
}

static void put_l4(const struct build *b, uint8_t *p, uint16_t len)
{
	struct rte_udp_hdr udp = { .dgram_len = rte_cpu_to_be_16(len) };
	struct rte_tcp_hdr tcp = { .data_off = sizeof(tcp) / 4 << 4,
		.tcp_flags = RTE_TCP_ACK_FLAG,
		.rx_win = rte_cpu_to_be_16(UINT16_MAX) };

	if (b->at.tcp)
		memcpy(p, &tcp, sizeof(tcp));
	else
		memcpy(p, &udp, sizeof(udp));
}

/* Sum of the words of an even number of bytes. */
static uint32_t sum_of(const uint8_t *p, unsigned len)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < len; i += 2) {
		uint16_t word;

		memcpy(&word, p + i, sizeof(word));
		sum += word;
	}
	return sum;
}

static void template_init(const struct build *b, struct build_template *t, uint16_t frame)
{
	const struct layout *at = &b->at;
	uint16_t l4_len;

	memset(t, 0, sizeof(*t));
	t->len = frame - FCS_LEN;
	l4_len = t->len - at->l4;
	put_ether(b, t->head);
	if (at->v6)
		put_ipv6(b, t->head + at->l3, t->len - at->l3);
	else
		put_ipv4(b, t->head + at->l3, t->len - at->l3);
	put_l4(b, t->head + at->l4, l4_len);
	if (!at->v6)
		t->ip_sum = sum_of(t->head + at->l3, at->l4 - at->l3);
	/* The pseudo header has both addresses, of which IPv6's prefixes never change. */
	t->l4_sum = sum_of(t->head + at->l4, at->data - at->l4) + rte_cpu_to_be_16(l4_len) +
		    rte_cpu_to_be_16(at->tcp ? IPPROTO_TCP : IPPROTO_UDP);
	if (at->v6)
		t->l4_sum += sum_of(t->head + at->l3 + 8, 32);
}

static void vids_init(struct build *b, unsigned at, const struct vids *v)
{
	b->vid[at] = v->from;
	b->vids[at] = v->to - v->from + 1;
}

void build_init(struct build *b, const struct options *o, bool reverse)
{
	memset(b, 0, sizeof(*b));
	layout_init(&b->at, o);
	b->pattern = o->pattern;
	b->reverse = reverse;
	b->copies = b->at.data > 64 ? 2 : 1;
	b->mutate = o->mutate;
	b->flows = o->flows;
	b->macs = o->macs;
	b->ip[0] = IP_SIDE_A;
	b->ip[1] = IP_SIDE_B;
	if (o->outer.to)
		vids_init(b, 0, &o->outer);
	if (o->vlan.to)
		vids_init(b, b->at.tags - 1, &o->vlan);
	for (unsigned i = 0; i < o->mix.n; i++)
		template_init(b, &b->templates[i], o->mix.frame[i]);
}

void build_run(struct build *b, uint8_t run)
{
	b->id = (uint32_t)run << RUN_SHIFT | (b->reverse ? DIRECTION_BIT : 0);
}
