/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must be matched before a field may be (OpenFlow 1.3.5, 7.2.3.8). Any thread, no state.
 */
#include <sw/field.h>

#include "proto.h"

static bool has_type(const struct sw_match *m, uint16_t type)
{
	return m->mask.eth_type == 0xffff && m->value.eth_type == rte_cpu_to_be_16(type);
}

static bool has_proto(const struct sw_match *m, uint8_t proto)
{
	return m->mask.ip_proto == 0xff && m->value.ip_proto == proto &&
	       !(m->value.ip_frag & SW_FRAG_LATER); /* such fragments have no L4 header */
}

static bool over_ip(const struct sw_match *m, uint8_t proto)
{
	return (has_type(m, ETH_IPV4) || has_type(m, ETH_IPV6)) && has_proto(m, proto);
}

/* The code may be matched as 0 or not at all. */
static bool is_nd(const struct sw_match *m, uint8_t type)
{
	return has_type(m, ETH_IPV6) && has_proto(m, IP_ICMPV6) &&
	       (m->mask.tp_src & RTE_BE16(0xff)) == RTE_BE16(0xff) &&
	       m->value.tp_src == rte_cpu_to_be_16(type) && !m->value.tp_dst;
}

bool sw_prereq_met(enum sw_prereq prereq, const struct sw_match *m)
{
	switch (prereq) {
	case SW_PRE_NONE:
		return true;
	case SW_PRE_IN_PORT:
		return m->mask.in_port == UINT32_MAX;
	case SW_PRE_VLAN:
		return m->mask.vlan_tci & m->value.vlan_tci & RTE_BE16(SW_VLAN_PRESENT);
	case SW_PRE_MPLS:
		return has_type(m, ETH_MPLS) || has_type(m, ETH_MPLS_MCAST);
	case SW_PRE_PBB:
		return has_type(m, ETH_PBB);
	case SW_PRE_ARP:
		return has_type(m, ETH_ARP) || has_type(m, ETH_RARP);
	case SW_PRE_IP:
		return has_type(m, ETH_IPV4) || has_type(m, ETH_IPV6);
	case SW_PRE_IPV4:
		return has_type(m, ETH_IPV4);
	case SW_PRE_IPV6:
		return has_type(m, ETH_IPV6);
	case SW_PRE_TCP:
		return over_ip(m, IP_TCP);
	case SW_PRE_UDP:
		return over_ip(m, IP_UDP);
	case SW_PRE_SCTP:
		return over_ip(m, IP_SCTP);
	case SW_PRE_ICMPV4:
		return has_type(m, ETH_IPV4) && has_proto(m, IP_ICMP);
	case SW_PRE_ICMPV6:
		return has_type(m, ETH_IPV6) && has_proto(m, IP_ICMPV6);
	case SW_PRE_ND:
		return is_nd(m, ND_SOLICIT) || is_nd(m, ND_ADVERT);
	case SW_PRE_ND_SOLICIT:
		return is_nd(m, ND_SOLICIT);
	case SW_PRE_ND_ADVERT:
		return is_nd(m, ND_ADVERT);
	}
	return false;
}

const char *sw_prereq_text(enum sw_prereq prereq)
{
	static const char *const text[] = {
		[SW_PRE_NONE] = "nothing",
		[SW_PRE_IN_PORT] = "in_port",
		[SW_PRE_VLAN] = "a VLAN tag: vlan_vid=0x1000/0x1000, dl_vlan=VLAN or vlan_vid=VLAN",
		[SW_PRE_MPLS] = "mpls (eth_type=0x8847) or mplsm (eth_type=0x8848)",
		[SW_PRE_PBB] = "eth_type=0x88e7",
		[SW_PRE_ARP] = "arp (eth_type=0x0806) or rarp (eth_type=0x8035)",
		[SW_PRE_IP] = "ip (eth_type=0x0800) or ipv6 (eth_type=0x86dd)",
		[SW_PRE_IPV4] = "ip (eth_type=0x0800)",
		[SW_PRE_IPV6] = "ipv6 (eth_type=0x86dd)",
		[SW_PRE_TCP] = "tcp or tcp6: ip_proto=6 (and eth_type=0x0800 or 0x86dd)",
		[SW_PRE_UDP] = "udp or udp6: ip_proto=17 (and eth_type=0x0800 or 0x86dd)",
		[SW_PRE_SCTP] = "sctp or sctp6: ip_proto=132 (and eth_type=0x0800 or 0x86dd)",
		[SW_PRE_ICMPV4] = "icmp: ip_proto=1 (and eth_type=0x0800)",
		[SW_PRE_ICMPV6] = "icmp6: ip_proto=58 (and eth_type=0x86dd)",
		[SW_PRE_ND] = "icmp6 with icmp_type=135 or 136, icmp_code=0",
		[SW_PRE_ND_SOLICIT] = "icmp6 with icmp_type=135, icmp_code=0",
		[SW_PRE_ND_ADVERT] = "icmp6 with icmp_type=136, icmp_code=0",
	};

	return text[prereq];
}
