/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers of protocols (IANA) that fields know, in host order.
 *
 * room: pipeline (private). Thread: any.
 */
#ifndef PIPELINE_FIELD_PROTO_H
#define PIPELINE_FIELD_PROTO_H

enum {
	ETH_IPV4 = 0x0800,
	ETH_ARP = 0x0806,
	ETH_RARP = 0x8035,
	ETH_VLAN = 0x8100,
	ETH_IPV6 = 0x86dd,
	ETH_MPLS = 0x8847,
	ETH_MPLS_MCAST = 0x8848,
	ETH_QINQ = 0x88a8,
	ETH_PBB = 0x88e7,
	ETH_TYPE_MIN = 0x0600, /* below: a length (IEEE 802.3, 3.2.6) */
	ETH_NO_TYPE = 0x05ff,  /* what OpenFlow calls a frame with a length and no SNAP header */
};

enum {
	IP_HOP = 0,
	IP_ICMP = 1,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_ESP = 50,
	IP_AUTH = 51,
	IP_ICMPV6 = 58,
	IP_NONE = 59,
	IP_DSTOPTS = 60,
	IP_SCTP = 132,
};

enum { ND_SOLICIT = 135, ND_ADVERT = 136 };

#endif
