/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of Ethernet, VLAN tags, MPLS and provider backbone bridges. Descriptors only: no thread.
 */
#include "define.h"

FIELD(eth_dst) = {
	.name = "eth_dst",
	.help = "Ethernet destination address",
	.aliases = NAMES("dl_dst", "OXM_OF_ETH_DST", "NXM_OF_ETH_DST"),
	AT(eth_dst),
	LOW(48),
	.form = SW_FORM_MAC,
	.maskable = true,
	.writable = true,
	OXM(3, 6),
	NXM(0, 1, 6),
};
FIELD(eth_src) = {
	.name = "eth_src",
	.help = "Ethernet source address",
	.aliases = NAMES("dl_src", "OXM_OF_ETH_SRC", "NXM_OF_ETH_SRC"),
	AT(eth_src),
	LOW(48),
	.form = SW_FORM_MAC,
	.maskable = true,
	.writable = true,
	OXM(4, 6),
	NXM(0, 2, 6),
};
FIELD(eth_type) = {
	.name = "eth_type",
	.help = "Ethertype after all VLAN tags; 0x5ff: 802.3 without one",
	.aliases = NAMES("dl_type", "OXM_OF_ETH_TYPE", "NXM_OF_ETH_TYPE"),
	AT(eth_type),
	LOW(16),
	.form = SW_FORM_HEX,
	.writable = true,
	OXM(5, 2),
	NXM(0, 3, 2),
};
FIELD(vlan_vid) = {
	.name = "vlan_vid",
	.help = "VLAN of the outermost tag, plus 0x1000: there is a tag",
	.aliases = NAMES("OXM_OF_VLAN_VID"),
	AT(vlan_tci),
	LOW(13),
	.form = SW_FORM_DECIMAL,
	.maskable = true,
	.writable = true,
	OXM(6, 2),
};
FIELD(vlan_pcp) = {
	.name = "vlan_pcp",
	.help = "priority of the outermost tag",
	.aliases = NAMES("OXM_OF_VLAN_PCP"),
	AT(vlan_tci),
	BITS(13, 3),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_VLAN,
	.writable = true,
	OXM(7, 1),
};
FIELD(vlan_tci) = {
	.name = "vlan_tci",
	.help = "the outermost tag: priority (3 bits), 1 for a tag, VLAN (12 bits)",
	.aliases = NAMES("NXM_OF_VLAN_TCI"),
	AT(vlan_tci),
	LOW(16),
	.form = SW_FORM_HEX,
	.maskable = true,
	.writable = true,
	NXM(0, 4, 2),
};

FIELD(mpls_label) = {
	.name = "mpls_label",
	.help = "MPLS label, outermost",
	.aliases = NAMES("OXM_OF_MPLS_LABEL"),
	AT(mpls_lse),
	BITS(12, 20),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_MPLS,
	.writable = true,
	OXM(34, 4),
};
FIELD(mpls_tc) = {
	.name = "mpls_tc",
	.help = "MPLS traffic class, outermost",
	.aliases = NAMES("OXM_OF_MPLS_TC"),
	AT(mpls_lse),
	BITS(9, 3),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_MPLS,
	.writable = true,
	OXM(35, 1),
};
FIELD(mpls_bos) = {
	.name = "mpls_bos",
	.help = "1: the outermost MPLS label is the only one",
	.aliases = NAMES("OXM_OF_MPLS_BOS"),
	AT(mpls_lse),
	BITS(8, 1),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_MPLS,
	.writable = true,
	OXM(36, 1),
};
FIELD(mpls_ttl) = {
	.name = "mpls_ttl",
	.help = "MPLS time to live, outermost",
	.aliases = NAMES("NXM_NX_MPLS_TTL"),
	AT(mpls_lse),
	LOW(8),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_MPLS,
	.writable = true,
	NXM(1, 30, 1),
};

FIELD(pbb_isid) = {
	.name = "pbb_isid",
	.help = "service instance of a provider backbone bridge (802.1ah)",
	.aliases = NAMES("OXM_OF_PBB_ISID"),
	AT(pbb_isid),
	LOW(24),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_PBB,
	.maskable = true,
	.writable = true,
	OXM(37, 3),
};
FIELD(pbb_uca) = {
	.name = "pbb_uca",
	.help = "1: customer addresses are used (802.1ah)",
	.aliases = NAMES("OXM_OF_PBB_UCA"),
	AT(pbb_isid),
	BITS(27, 1),
	.form = SW_FORM_DECIMAL,
	.prereq = SW_PRE_PBB,
	.writable = true,
	OXM(41, 1),
};
