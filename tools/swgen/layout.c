/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Offsets in our packets.
 */
#include "layout.h"

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

void layout_init(struct layout *l, const struct options *o)
{
	l->v6 = o->proto == PROTO_UDP6 || o->proto == PROTO_TCP6;
	l->tcp = o->proto == PROTO_TCP || o->proto == PROTO_TCP6;
	l->tags = !!o->vlan.to + !!o->outer.to;
	l->l3 = RTE_ETHER_HDR_LEN + l->tags * RTE_VLAN_HLEN;
	l->src = l->l3 + (l->v6 ? offsetof(struct rte_ipv6_hdr, src_addr) + 12
				: offsetof(struct rte_ipv4_hdr, src_addr));
	l->dst = l->src + (l->v6 ? 16 : 4);
	l->l4 = l->l3 + (l->v6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr));
	l->l4_csum = l->l4 + (l->tcp ? offsetof(struct rte_tcp_hdr, cksum)
				     : offsetof(struct rte_udp_hdr, dgram_cksum));
	l->data = l->l4 + (l->tcp ? sizeof(struct rte_tcp_hdr) : sizeof(struct rte_udp_hdr));
	l->data_of_l3 = l->data - l->l3;
}

uint16_t layout_smallest(const struct layout *l)
{
	uint16_t frame = l->data + PAYLOAD_LEN + FCS_LEN;

	return frame < FRAME_MIN ? FRAME_MIN : frame;
}
