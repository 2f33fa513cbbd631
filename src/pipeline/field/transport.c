/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of TCP, UDP, SCTP, ICMP and neighbour discovery. Ports, types and codes share bytes. Descriptors
 * only: no thread.
 */
#include "define.h"

#define PORT(way, PROTO, what, oxm_number)                                                      \
	.help = what, AT(tp_##way), LOW(16), .form = SW_FORM_DECIMAL, .prereq = SW_PRE_##PROTO, \
	.maskable = true, .writable = true, OXM(oxm_number, 2)

FIELD(tcp_src) = {
	.name = "tcp_src",
	.aliases = NAMES("tp_src", "OXM_OF_TCP_SRC", "NXM_OF_TCP_SRC"),
	PORT(src, TCP, "TCP source port", 13),
	NXM(0, 9, 2),
};
FIELD(tcp_dst) = {
	.name = "tcp_dst",
	.aliases = NAMES("tp_dst", "OXM_OF_TCP_DST", "NXM_OF_TCP_DST"),
	PORT(dst, TCP, "TCP destination port", 14),
	NXM(0, 10, 2),
};
FIELD(udp_src) = {
	.name = "udp_src",
	.aliases = NAMES("tp_src", "OXM_OF_UDP_SRC", "NXM_OF_UDP_SRC"),
	PORT(src, UDP, "UDP source port", 15),
	NXM(0, 11, 2),
};
FIELD(udp_dst) = {
	.name = "udp_dst",
	.aliases = NAMES("tp_dst", "OXM_OF_UDP_DST", "NXM_OF_UDP_DST"),
	PORT(dst, UDP, "UDP destination port", 16),
	NXM(0, 12, 2),
};
FIELD(sctp_src) = {
	.name = "sctp_src",
	.aliases = NAMES("tp_src", "OXM_OF_SCTP_SRC"),
	PORT(src, SCTP, "SCTP source port", 17),
};
FIELD(sctp_dst) = {
	.name = "sctp_dst",
	.aliases = NAMES("tp_dst", "OXM_OF_SCTP_DST"),
	PORT(dst, SCTP, "SCTP destination port", 18),
};
FIELD(tcp_flags) = {
	.name = "tcp_flags",
	.help = "TCP flags, from FIN (1) to NS (0x100), and three reserved bits",
	.aliases = NAMES("ONFOXM_ET_TCP_FLAGS", "NXM_NX_TCP_FLAGS"),
	AT(tcp_flags),
	LOW(12),
	.form = SW_FORM_TCP_FLAGS,
	.prereq = SW_PRE_TCP,
	.maskable = true,
	OXM(42, 2),
	NXM(1, 34, 2),
};

#define ICMP(way, PROTO, what, oxm_number)                                                     \
	.help = what, AT(tp_##way), LOW(8), .form = SW_FORM_DECIMAL, .prereq = SW_PRE_##PROTO, \
	.writable = true, OXM(oxm_number, 1)

FIELD(icmp_type) = {
	.name = "icmp_type",
	.aliases = NAMES("icmpv4_type", "tp_src", "OXM_OF_ICMPV4_TYPE", "NXM_OF_ICMP_TYPE"),
	ICMP(src, ICMPV4, "ICMP type", 19),
	NXM(0, 13, 1),
};
FIELD(icmp_code) = {
	.name = "icmp_code",
	.aliases = NAMES("icmpv4_code", "tp_dst", "OXM_OF_ICMPV4_CODE", "NXM_OF_ICMP_CODE"),
	ICMP(dst, ICMPV4, "ICMP code", 20),
	NXM(0, 14, 1),
};
FIELD(icmpv6_type) = {
	.name = "icmpv6_type",
	.aliases = NAMES("icmp_type", "tp_src", "OXM_OF_ICMPV6_TYPE", "NXM_NX_ICMPV6_TYPE"),
	ICMP(src, ICMPV6, "ICMPv6 type", 29),
	NXM(1, 21, 1),
};
FIELD(icmpv6_code) = {
	.name = "icmpv6_code",
	.aliases = NAMES("icmp_code", "tp_dst", "OXM_OF_ICMPV6_CODE", "NXM_NX_ICMPV6_CODE"),
	ICMP(dst, ICMPV6, "ICMPv6 code", 30),
	NXM(1, 22, 1),
};

FIELD(nd_target) = {
	.name = "nd_target",
	.help = "the address that neighbour discovery asks or tells about",
	.aliases = NAMES("ipv6_nd_target", "OXM_OF_IPV6_ND_TARGET", "NXM_NX_ND_TARGET"),
	AT(nd_target),
	LOW(128),
	.form = SW_FORM_IPV6,
	.prereq = SW_PRE_ND,
	.maskable = true,
	.writable = true,
	OXM(31, 16),
	NXM(1, 23, 16),
};
FIELD(nd_sll) = {
	.name = "nd_sll",
	.help = "source link-layer address of a neighbour solicitation",
	.aliases = NAMES("ipv6_nd_sll", "OXM_OF_IPV6_ND_SLL", "NXM_NX_ND_SLL"),
	AT(arp_sha),
	LOW(48),
	.form = SW_FORM_MAC,
	.prereq = SW_PRE_ND_SOLICIT,
	.maskable = true,
	.writable = true,
	OXM(32, 6),
	NXM(1, 24, 6),
};
FIELD(nd_tll) = {
	.name = "nd_tll",
	.help = "target link-layer address of a neighbour advertisement",
	.aliases = NAMES("ipv6_nd_tll", "OXM_OF_IPV6_ND_TLL", "NXM_NX_ND_TLL"),
	AT(arp_tha),
	LOW(48),
	.form = SW_FORM_MAC,
	.prereq = SW_PRE_ND_ADVERT,
	.maskable = true,
	.writable = true,
	OXM(33, 6),
	NXM(1, 25, 6),
};
