/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields that are not in the packet: ports, tunnel, metadata, registers. Descriptors only: no thread.
 */
#include "define.h"

FIELD(in_port) = {
	.name = "in_port",
	.help = "the port it came in by",
	.aliases = NAMES("in_port_oxm", "OXM_OF_IN_PORT", "NXM_OF_IN_PORT"),
	AT(in_port),
	LOW(32),
	.form = SW_FORM_PORT,
	.writable = true,
	OXM(0, 4),
	NXM(0, 0, 2),
};
FIELD(in_phy_port) = {
	.name = "in_phy_port",
	.help = "the physical port below in_port, which is the same when there is none",
	.aliases = NAMES("OXM_OF_IN_PHY_PORT"),
	AT(in_phy_port),
	LOW(32),
	.form = SW_FORM_PORT,
	.prereq = SW_PRE_IN_PORT,
	OXM(1, 4),
};
FIELD(metadata) = {
	.name = "metadata",
	.help = "what one table tells the next",
	.aliases = NAMES("OXM_OF_METADATA"),
	AT(metadata),
	LOW(64),
	.form = SW_FORM_HEX,
	.maskable = true,
	.writable = true,
	OXM(2, 8),
};
FIELD(tun_id) = {
	.name = "tun_id",
	.help = "tunnel key or VNI it came with, or is to be sent with",
	.aliases = NAMES("tunnel_id", "OXM_OF_TUNNEL_ID", "NXM_NX_TUN_ID"),
	AT(tunnel_id),
	LOW(64),
	.form = SW_FORM_HEX,
	.maskable = true,
	.writable = true,
	OXM(38, 8),
	NXM(1, 16, 8),
};
FIELD(actset_output) = {
	.name = "actset_output",
	.help = "the port that the action set outputs to",
	.aliases = NAMES("ONFOXM_ET_ACTSET_OUTPUT", "OXM_OF_ACTSET_OUTPUT"),
	AT(actset_output),
	LOW(32),
	.form = SW_FORM_PORT,
	OXM(43, 4),
};
FIELD(packet_type) = {
	.name = "packet_type",
	.help = "0: Ethernet, the only one here",
	.aliases = NAMES("OXM_OF_PACKET_TYPE"),
	AT(packet_type),
	LOW(32),
	.form = SW_FORM_PACKET_TYPE,
	OXM(44, 4),
};
FIELD(pkt_mark) = {
	.name = "pkt_mark",
	.help = "mark that goes with the packet inside this machine",
	.aliases = NAMES("NXM_NX_PKT_MARK"),
	AT(pkt_mark),
	LOW(32),
	.form = SW_FORM_HEX,
	.maskable = true,
	.writable = true,
	NXM(1, 33, 4),
};
FIELD(conj_id) = {
	.name = "conj_id",
	.help = "the conjunction of which the packet meets all dimensions",
	.aliases = NAMES("NXM_NX_CONJ_ID"),
	AT(conj_id),
	LOW(32),
	.form = SW_FORM_DECIMAL,
	NXM(1, 37, 4),
};

#define REG(n)                                      \
	FIELD(reg##n) = {                           \
		.name = "reg" #n,                   \
		.help = "register " #n ", 32 bits", \
		.aliases = NAMES("NXM_NX_REG" #n),  \
		AT(reg[n]),                         \
		LOW(32),                            \
		.form = SW_FORM_HEX,                \
		.maskable = true,                   \
		.writable = true,                   \
		NXM(1, n, 4),                       \
	}
REG(0);
REG(1);
REG(2);
REG(3);
REG(4);
REG(5);
REG(6);
REG(7);
REG(8);
REG(9);
REG(10);
REG(11);
REG(12);
REG(13);
REG(14);
REG(15);

#define XREG(n)                                                                    \
	FIELD(xreg##n) = {                                                         \
		.name = "xreg" #n,                                                 \
		.help = "packet register " #n                                      \
			": two of reg0-reg15, the lower number in the upper half", \
		.aliases = NAMES("OXM_OF_PKT_REG" #n),                             \
		AT_FIRST(reg[2 * (n)], 8),                                         \
		LOW(64),                                                           \
		.form = SW_FORM_HEX,                                               \
		.maskable = true,                                                  \
		.writable = true,                                                  \
		.oxm = FIELD_HEADER(OXM_CLASS_REGS, n, 8),                         \
	}
XREG(0);
XREG(1);
XREG(2);
XREG(3);
XREG(4);
XREG(5);
XREG(6);
XREG(7);

#define XXREG(n, number)                                                                      \
	FIELD(xxreg##n) = {                                                                   \
		.name = "xxreg" #n,                                                           \
		.help = "four of reg0-reg15 as one of 128 bits, the lowest number uppermost", \
		.aliases = NAMES("NXM_NX_XXREG" #n),                                          \
		AT_FIRST(reg[4 * (n)], 16),                                                   \
		LOW(128),                                                                     \
		.form = SW_FORM_HEX,                                                          \
		.maskable = true,                                                             \
		.writable = true,                                                             \
		NXM(1, number, 16),                                                           \
	}
XXREG(0, 111);
XXREG(1, 112);
XXREG(2, 113);
XXREG(3, 114);
