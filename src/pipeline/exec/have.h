/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does a packet with these fields have what a field needs? The question of sw_prereq_met(), of a packet that is known.
 *
 * room: pipeline (private). Thread: any.
 */
#ifndef PIPELINE_EXEC_HAVE_H
#define PIPELINE_EXEC_HAVE_H

#include <sw/field.h>

#include "../field/proto.h"
#include "../fold.h"

/* A header that the parser took for whole left something in its fields: an IP packet of nothing but zeros is none. */
static inline bool have_ip(const struct sw_fields *f)
{
	uint64_t any = f->ip_proto | f->ip_tos | f->ip_ttl | f->ip_frag;

	for (unsigned i = 0; i < sizeof(f->ip_src); i += 8)
		any |= fold_load64(f->ip_src + i) | fold_load64(f->ip_dst + i);
	return any;
}

static inline bool have_l4(const struct sw_fields *f, bool ip4, bool ip6, uint8_t proto)
{
	return ((ip4 && f->eth_type == RTE_BE16(ETH_IPV4)) ||
		       (ip6 && f->eth_type == RTE_BE16(ETH_IPV6))) &&
	       f->ip_proto == proto && !(f->ip_frag & SW_FRAG_LATER);
}

static inline bool have_nd(const struct sw_fields *f, uint8_t type)
{
	return have_l4(f, false, true, IP_ICMPV6) && f->tp_src == rte_cpu_to_be_16(type) &&
	       !f->tp_dst;
}

static inline bool have(const struct sw_fields *f, enum sw_prereq prereq)
{
	switch (prereq) {
	case SW_PRE_NONE:
	case SW_PRE_IN_PORT:
		return true;
	case SW_PRE_VLAN:
		return f->vlan_tci != 0;
	case SW_PRE_MPLS:
		return f->eth_type == RTE_BE16(ETH_MPLS) || f->eth_type == RTE_BE16(ETH_MPLS_MCAST);
	case SW_PRE_PBB:
		return f->eth_type == RTE_BE16(ETH_PBB);
	case SW_PRE_ARP:
		return f->eth_type == RTE_BE16(ETH_ARP) || f->eth_type == RTE_BE16(ETH_RARP);
	case SW_PRE_IP:
		return (f->eth_type == RTE_BE16(ETH_IPV4) || f->eth_type == RTE_BE16(ETH_IPV6)) &&
		       have_ip(f);
	case SW_PRE_IPV4:
		return f->eth_type == RTE_BE16(ETH_IPV4) && have_ip(f);
	case SW_PRE_IPV6:
		return f->eth_type == RTE_BE16(ETH_IPV6) && have_ip(f);
	case SW_PRE_TCP:
		return have_l4(f, true, true, IP_TCP);
	case SW_PRE_UDP:
		return have_l4(f, true, true, IP_UDP);
	case SW_PRE_SCTP:
		return have_l4(f, true, true, IP_SCTP);
	case SW_PRE_ICMPV4:
		return have_l4(f, true, false, IP_ICMP);
	case SW_PRE_ICMPV6:
		return have_l4(f, false, true, IP_ICMPV6);
	case SW_PRE_ND:
		return have_nd(f, ND_SOLICIT) || have_nd(f, ND_ADVERT);
	case SW_PRE_ND_SOLICIT:
		return have_nd(f, ND_SOLICIT);
	case SW_PRE_ND_ADVERT:
		return have_nd(f, ND_ADVERT);
	}
	return false;
}

/* What it looks at, as a mask. */
static inline void have_reads(struct sw_fields *mask, enum sw_prereq prereq)
{
	if (prereq == SW_PRE_NONE || prereq == SW_PRE_IN_PORT)
		return;
	if (prereq == SW_PRE_VLAN) {
		mask->vlan_tci |= RTE_BE16(SW_VLAN_PRESENT);
		return;
	}
	mask->eth_type = UINT16_MAX;
	if (prereq < SW_PRE_TCP)
		return;
	mask->ip_proto = mask->ip_frag = UINT8_MAX;
	if (prereq >= SW_PRE_ND)
		mask->tp_src = mask->tp_dst = UINT16_MAX;
}

#endif
