/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of IPv4, IPv6 and ARP. Descriptors only: no thread.
 */
#include "define.h"

FIELD(ip_src) = {
	.name = "ip_src",
	.help = "IPv4 source address",
	.aliases = NAMES("nw_src", "ipv4_src", "OXM_OF_IPV4_SRC", "NXM_OF_IP_SRC"),
	AT_FIRST(ip_src, 4),
	LOW(32),
	.form = SW_FORM_IPV4,
	.prereq = SW_PRE_IPV4,
	.maskable = true,
	.writable = true,
	OXM(11, 4),
	NXM(0, 7, 4),
};
FIELD(ip_dst) = {
	.name = "ip_dst",
	.help = "IPv4 destination address",
	.aliases = NAMES("nw_dst", "ipv4_dst", "OXM_OF_IPV4_DST", "NXM_OF_IP_DST"),
	AT_FIRST(ip_dst, 4),
	LOW(32),
	.form = SW_FORM_IPV4,
	.prereq = SW_PRE_IPV4,
	.maskable = true,
	.writable = true,
	OXM(12, 4),
	NXM(0, 8, 4),
};
FIELD(ipv6_src) = {
	.name = "ipv6_src",
	.help = "IPv6 source address",
	.aliases = NAMES("OXM_OF_IPV6_SRC", "NXM_NX_IPV6_SRC"),
	AT(ip_src),
	LOW(128),
	.form = SW_FORM_IPV6,
	.prereq = SW_PRE_IPV6,
	.maskable = true,
	.writable = true,
	OXM(26, 16),
	NXM(1, 19, 16),
};
FIELD(ipv6_dst) = {
	.name = "ipv6_dst",
	.help = "IPv6 destination address",
	.aliases = NAMES("OXM_OF_IPV6_DST", "NXM_NX_IPV6_DST"),
	AT(ip_dst),
	LOW(128),
	.form = SW_FORM_IPV6,
	.prereq = SW_PRE_IPV6,
	.maskable = true,
	.writable = true,
	OXM(27, 16),
	NXM(1, 20, 16),
};
FIELD(ipv6_label) = {
	.name = "ipv6_label",
	.help = "IPv6 flow label",
	.aliases = NAMES("ipv6_flabel", "OXM_OF_IPV6_FLABEL", "NXM_NX_IPV6_LABEL"),
	AT(ipv6_label),
	LOW(20),
	.form = SW_FORM_HEX,
	.prereq = SW_PRE_IPV6,
	.maskable = true,
	.writable = true,
	OXM(28, 4),
	NXM(1, 27, 4),
};
FIELD(ipv6_exthdr) = {
	.name = "ipv6_exthdr",
	.help = "IPv6 extension headers (OFPIEH_*): 1 no next header, 2 ESP, 4 authentication, 8 destination "
		"options, 0x10 fragment, 0x20 routing, 0x40 hop-by-hop, 0x80 one repeated, 0x100 out of order",
	.aliases = NAMES("OXM_OF_IPV6_EXTHDR"),
	AT(ipv6_exthdr),
	LOW(9),
	.form = SW_FORM_HEX,
	.prereq = SW_PRE_IPV6,
	.maskable = true,
	OXM(39, 2),
};

FIELD(nw_proto) = {
	.name = "nw_proto",
	.help = "IP protocol; of IPv6 the one after its extension headers",
	.aliases = NAMES("ip_proto", "OXM_OF_IP_PROTO", "NXM_OF_IP_PROTO"),
	AT(ip_proto),
	LOW(8),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_IP,
	.writable = true,
	OXM(10, 1),
	NXM(0, 6, 1),
};
FIELD(ip_dscp) = {
	.name = "ip_dscp",
	.help = "IP differentiated services code point, 0 to 63",
	.aliases = NAMES("OXM_OF_IP_DSCP"),
	AT(ip_tos),
	BITS(2, 6),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_IP,
	.writable = true,
	OXM(8, 1),
};
FIELD(nw_tos) = {
	.name = "nw_tos",
	.help = "the same as ip_dscp, times 4: the byte of the header without ECN",
	.aliases = NAMES("NXM_OF_IP_TOS"),
	AT(ip_tos),
	LOW(8),
	.unused = 2,
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_IP,
	.writable = true,
	NXM(0, 5, 1),
};
FIELD(nw_ecn) = {
	.name = "nw_ecn",
	.help = "IP explicit congestion notification, 0 to 3",
	.aliases = NAMES("ip_ecn", "OXM_OF_IP_ECN", "NXM_NX_IP_ECN"),
	AT(ip_tos),
	LOW(2),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_IP,
	.writable = true,
	OXM(9, 1),
	NXM(1, 28, 1),
};
FIELD(nw_ttl) = {
	.name = "nw_ttl",
	.help = "IPv4 time to live, IPv6 hop limit",
	.aliases = NAMES("ip_ttl", "NXM_NX_IP_TTL"),
	AT(ip_ttl),
	LOW(8),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_IP,
	.writable = true,
	NXM(1, 29, 1),
};
FIELD(ip_frag) = {
	.name = "ip_frag",
	.help = "IP fragments: bit 0 a fragment, bit 1 not the first one",
	.aliases = NAMES("nw_frag", "NXM_NX_IP_FRAG"),
	AT(ip_frag),
	LOW(2),
	.form = SW_FORM_FRAG,
	.prereq = SW_PRE_IP,
	.maskable = true,
	NXM(1, 26, 1),
};

FIELD(arp_op) = {
	.name = "arp_op",
	.help = "ARP operation: 1 request, 2 reply",
	.aliases = NAMES("nw_proto", "OXM_OF_ARP_OP", "NXM_OF_ARP_OP"),
	AT(arp_op),
	LOW(16),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_ARP,
	.writable = true,
	OXM(21, 2),
	NXM(0, 15, 2),
};
FIELD(arp_spa) = {
	.name = "arp_spa",
	.help = "ARP sender's IPv4 address",
	.aliases = NAMES("nw_src", "OXM_OF_ARP_SPA", "NXM_OF_ARP_SPA"),
	AT_FIRST(ip_src, 4),
	LOW(32),
	.form = SW_FORM_IPV4,
	.prereq = SW_PRE_ARP,
	.maskable = true,
	.writable = true,
	OXM(22, 4),
	NXM(0, 16, 4),
};
FIELD(arp_tpa) = {
	.name = "arp_tpa",
	.help = "ARP target's IPv4 address",
	.aliases = NAMES("nw_dst", "OXM_OF_ARP_TPA", "NXM_OF_ARP_TPA"),
	AT_FIRST(ip_dst, 4),
	LOW(32),
	.form = SW_FORM_IPV4,
	.prereq = SW_PRE_ARP,
	.maskable = true,
	.writable = true,
	OXM(23, 4),
	NXM(0, 17, 4),
};
FIELD(arp_sha) = {
	.name = "arp_sha",
	.help = "ARP sender's Ethernet address",
	.aliases = NAMES("OXM_OF_ARP_SHA", "NXM_NX_ARP_SHA"),
	AT(arp_sha),
	LOW(48),
	.form = SW_FORM_MAC,
	.prereq = SW_PRE_ARP,
	.maskable = true,
	.writable = true,
	OXM(24, 6),
	NXM(1, 17, 6),
};
FIELD(arp_tha) = {
	.name = "arp_tha",
	.help = "ARP target's Ethernet address",
	.aliases = NAMES("OXM_OF_ARP_THA", "NXM_NX_ARP_THA"),
	AT(arp_tha),
	LOW(48),
	.form = SW_FORM_MAC,
	.prereq = SW_PRE_ARP,
	.maskable = true,
	.writable = true,
	OXM(25, 6),
	NXM(1, 18, 6),
};
