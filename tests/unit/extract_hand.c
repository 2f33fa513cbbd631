/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields of packets written by hand, each with what must be read from it and where its headers are: one or
 * more of every protocol, right and broken. What is expected is written as a match, and every byte of struct
 * sw_fields that it does not name must be 0.
 */
#include <stdbool.h>

#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/text.h>

#include "../../src/pipeline/field/extract.h"
#include "packet.h"
#include "swtest.h"

#define D	"020000000002 "
#define S	"020000000001 "
#define MACS	D S
#define IS_MACS "eth_dst=02:00:00:00:00:02,eth_src=02:00:00:00:00:01,"
/* 10.0.0.1 to 10.0.0.2, TOS 0x2d (DSCP 11, ECN 1), TTL 64; what is between is length, fragment, protocol. */
#define IP(length, frag, proto) \
	"0800 45 2d " length " abcd " frag " 40 " proto " 0000 0a000001 0a000002 "
#define IS_IP(proto)                 \
	IS_MACS "ip,nw_proto=" proto \
		",ip_src=10.0.0.1,ip_dst=10.0.0.2,ip_dscp=11,nw_ecn=1,nw_ttl=64"
/* 2001:db8::1 to ::2, class 0x2d, label 0x12345, hop limit 64. */
#define IP6(payload, next)                                                                         \
	"86dd 62d12345 " payload next " 40 20010db8 00000000 00000000 00000001 20010db8 00000000 " \
	"00000000 00000002 "
#define IS_IP6(proto)                                                                \
	IS_MACS "ipv6,nw_proto=" proto ",ipv6_src=2001:db8::1,ipv6_dst=2001:db8::2," \
		"ipv6_label=0x12345,ip_dscp=11,nw_ecn=1,nw_ttl=64"
#define TCP    "3039 0050 00000001 00000002 5012 2000 0000 0000 "
#define IS_TCP ",tcp_src=12345,tcp_dst=80,tcp_flags=syn|ack"
#define UDP    "3039 0035 0008 0000 "
#define IS_UDP ",udp_src=12345,udp_dst=53"
#define TARGET "fe800000 00000000 00000000 00000003 "

static const struct hand {
	const char *what, *hex, *fields;
	struct fields_at at;
} hands[] = {
	{ "nothing", "", "", { 0 } },
	{ "no Ethernet header", MACS "08", "", { 13, 0, 0, 0, 0, 0, 0 } },
	{ "an Ethernet header", MACS "0800", IS_MACS "ip", { 14, 14, 0, 0, 0, 0, 0 } },
	{ "another type", MACS "1234 ffff", IS_MACS "eth_type=0x1234", { 16, 14, 0, 0, 0, 0, 0 } },

	{ "TCP", MACS IP("0028", "4000", "06") TCP, IS_IP("6") IS_TCP,
		{ 54, 14, 14, 34, 0, 0, 0 } },
	{ "TCP, reserved flags",
		MACS IP("0028", "4000", "06") "3039 0050 00000001 00000002 5f02 2000 0000 0000",
		IS_IP("6") ",tcp_src=12345,tcp_dst=80,tcp_flags=0xf02",
		{ 54, 14, 14, 34, 0, 0, 0 } },
	{ "TCP, padding", MACS IP("0028", "0000", "06") TCP "000000000000", IS_IP("6") IS_TCP,
		{ 54, 14, 14, 34, 0, 0, 0 } },
	{ "TCP, cut", MACS IP("0027", "0000", "06") "3039 0050 00000001 00000002 5002 2000 0000 00",
		IS_IP("6"), { 53, 14, 14, 0, 0, 0, 0 } },
	{ "TCP, the end is padding", MACS IP("0020", "0000", "06") TCP, IS_IP("6"),
		{ 46, 14, 14, 0, 0, 0, 0 } },
	{ "UDP", MACS IP("001c", "0000", "11") UDP, IS_IP("17") IS_UDP,
		{ 42, 14, 14, 34, 0, 0, 0 } },
	{ "UDP, cut", MACS IP("001b", "0000", "11") "3039 0035 0008 00", IS_IP("17"),
		{ 41, 14, 14, 0, 0, 0, 0 } },
	{ "SCTP", MACS IP("0020", "0000", "84") "3039 0050 00000000 00000000",
		IS_IP("132") ",sctp_src=12345,sctp_dst=80", { 46, 14, 14, 34, 0, 0, 0 } },
	{ "SCTP, cut", MACS IP("001f", "0000", "84") "3039 0050 00000000 000000", IS_IP("132"),
		{ 45, 14, 14, 0, 0, 0, 0 } },
	{ "ICMP", MACS IP("001c", "0000", "01") "0803 0000 00000000",
		IS_IP("1") ",icmp_type=8,icmp_code=3", { 42, 14, 14, 34, 0, 0, 0 } },
	{ "ICMP, cut", MACS IP("001b", "0000", "01") "0803 0000 000000", IS_IP("1"),
		{ 41, 14, 14, 0, 0, 0, 0 } },
	{ "ICMPv6 over IPv4", MACS IP("001c", "0000", "3a") "8700 0000 00000000", IS_IP("58"),
		{ 42, 14, 14, 0, 0, 0, 0 } },
	{ "another protocol", MACS IP("001c", "0000", "2f") UDP, IS_IP("47"),
		{ 42, 14, 14, 0, 0, 0, 0 } },

	{ "IPv4, options",
		MACS "0800 47 2d 0024 abcd 0000 40 11 0000 0a000001 0a000002 01010101 01010100" UDP,
		IS_IP("17") IS_UDP, { 50, 14, 14, 42, 0, 0, 0 } },
	{ "IPv4, IHL 4", MACS "0800 44 2d 001c abcd 0000 40 11 0000 0a000001 0a000002" UDP,
		IS_MACS "ip", { 42, 14, 0, 0, 0, 0, 0 } },
	{ "IPv4, IHL beyond its length",
		MACS "0800 48 2d 001c abcd 0000 40 11 0000 0a000001 0a000002" UDP
		     "00000000 00000000",
		IS_MACS "ip", { 50, 14, 0, 0, 0, 0, 0 } },
	{ "IPv4, version 5", MACS "0800 55 2d 001c abcd 0000 40 11 0000 0a000001 0a000002" UDP,
		IS_MACS "ip", { 42, 14, 0, 0, 0, 0, 0 } },
	{ "IPv4, length below its header", MACS IP("0013", "0000", "11") UDP, IS_MACS "ip",
		{ 42, 14, 0, 0, 0, 0, 0 } },
	{ "IPv4, longer than the packet", MACS IP("001d", "0000", "11") UDP, IS_MACS "ip",
		{ 42, 14, 0, 0, 0, 0, 0 } },
	{ "IPv4, header cut", MACS "0800 45 2d 0013 abcd 0000 40 11 0000 0a000001 0a0000",
		IS_MACS "ip", { 33, 14, 0, 0, 0, 0, 0 } },
	{ "IPv4, first fragment", MACS IP("001c", "2000", "11") UDP,
		IS_IP("17") IS_UDP ",ip_frag=first", { 42, 14, 14, 34, 0, 0, 0 } },
	{ "IPv4, a later fragment", MACS IP("001c", "2001", "11") UDP, IS_IP("17") ",ip_frag=later",
		{ 42, 14, 14, 0, 0, 0, 0 } },
	{ "IPv4, the last fragment", MACS IP("001c", "0001", "11") UDP,
		IS_IP("17") ",ip_frag=later", { 42, 14, 14, 0, 0, 0, 0 } },

	{ "a tag", MACS "8100 b064" IP("001c", "0000", "11") UDP,
		IS_IP("17") IS_UDP ",dl_vlan=100,dl_vlan_pcp=5", { 46, 18, 18, 38, 0, 0, 1 } },
	{ "a service tag", MACS "88a8 0000" IP("001c", "0000", "11") UDP,
		IS_IP("17") IS_UDP ",vlan_tci=0x1000", { 46, 18, 18, 38, 0, 0, 1 } },
	{ "two tags", MACS "88a8 0064 8100 0065" IP("001c", "0000", "11") UDP,
		IS_IP("17") IS_UDP ",vlan_tci=0x1064", { 50, 22, 22, 42, 0, 0, 2 } },
	{ "three tags", MACS "8100 0064 8100 0065 8100 0066" IP("001c", "0000", "11") UDP,
		IS_MACS "eth_type=0x8100,vlan_tci=0x1064", { 54, 22, 0, 0, 0, 0, 2 } },
	{ "a tag, cut", MACS "8100 0064 08", IS_MACS "eth_type=0x8100", { 17, 14, 0, 0, 0, 0, 0 } },
	{ "the second tag, cut", MACS "8100 0064 8100 0065",
		IS_MACS "eth_type=0x8100,vlan_tci=0x1064", { 20, 18, 0, 0, 0, 0, 1 } },

	{ "802.3, LLC", MACS "0026 4242 03 0000", IS_MACS "eth_type=0x05ff",
		{ 19, 14, 0, 0, 0, 0, 0 } },
	{ "802.3, SNAP", MACS "0024 aaaa03 000000" IP("001c", "0000", "11") UDP, IS_IP("17") IS_UDP,
		{ 50, 22, 22, 42, 0, 0, 0 } },
	{ "802.3, tag, SNAP", MACS "8100 0007 0024 aaaa03 000000" IP("001c", "0000", "11") UDP,
		IS_IP("17") IS_UDP ",vlan_tci=0x1007", { 54, 26, 26, 46, 0, 0, 1 } },
	{ "802.3, SNAP of another OUI", MACS "0024 aaaa03 00000c" IP("001c", "0000", "11") UDP,
		IS_MACS "eth_type=0x05ff", { 50, 14, 0, 0, 0, 0, 0 } },
	{ "802.3, SNAP with a length", MACS "0008 aaaa03 000000 05ff", IS_MACS "eth_type=0x05ff",
		{ 22, 14, 0, 0, 0, 0, 0 } },
	{ "802.3, SNAP, cut", MACS "0007 aaaa03 000000 08", IS_MACS "eth_type=0x05ff",
		{ 21, 14, 0, 0, 0, 0, 0 } },

	{ "MPLS", MACS "8847 0006 4a40 00000000",
		IS_MACS "mpls,mpls_label=100,mpls_tc=5,mpls_ttl=64", { 22, 14, 14, 0, 0, 0, 0 } },
	{ "MPLS multicast, bottom", MACS "8848 ffff f1ff",
		IS_MACS "mplsm,mpls_label=1048575,mpls_tc=0,mpls_bos=1,mpls_ttl=255",
		{ 18, 14, 14, 0, 0, 0, 0 } },
	{ "MPLS, cut", MACS "8847 0006 4a", IS_MACS "mpls", { 17, 14, 0, 0, 0, 0, 0 } },
	{ "I-TAG", MACS "88e7 ff123456" MACS "0800",
		IS_MACS "eth_type=0x88e7,pbb_isid=0x123456,pbb_uca=1", { 32, 14, 14, 0, 0, 0, 0 } },
	{ "B-TAG, I-TAG", MACS "88a8 0123 88e7 00123456" MACS "0800",
		IS_MACS "eth_type=0x88e7,pbb_isid=0x123456,vlan_tci=0x1123",
		{ 36, 18, 18, 0, 0, 0, 1 } },
	{ "I-TAG, cut", MACS "88e7 ff1234", IS_MACS "eth_type=0x88e7", { 17, 14, 0, 0, 0, 0, 0 } },

	{ "ARP", MACS "0806 0001 0800 06 04 0102" S "0a000001" D "0a000002 0000",
		IS_MACS "arp,arp_op=0x102,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,"
			"arp_sha=02:00:00:00:00:01,arp_tha=02:00:00:00:00:02",
		{ 44, 14, 14, 0, 0, 0, 0 } },
	{ "RARP", MACS "8035 0001 0800 06 04 0003" S "00000000" S "00000000",
		IS_MACS "rarp,arp_op=3,arp_sha=02:00:00:00:00:01,arp_tha=02:00:00:00:00:01",
		{ 42, 14, 14, 0, 0, 0, 0 } },
	{ "ARP for something else", MACS "0806 0006 0800 06 04 0001" S "0a000001" D "0a000002",
		IS_MACS "arp", { 42, 14, 0, 0, 0, 0, 0 } },
	{ "ARP, cut", MACS "0806 0001 0800 06 04 0001" S "0a000001" D "0a0000", IS_MACS "arp",
		{ 41, 14, 0, 0, 0, 0, 0 } },

	{ "TCP, IPv6", MACS IP6("0014", "06") TCP, IS_IP6("6") IS_TCP,
		{ 74, 14, 14, 54, 0, 0, 0 } },
	{ "UDP, IPv6, padding", MACS IP6("0008", "11") UDP "0000", IS_IP6("17") IS_UDP,
		{ 62, 14, 14, 54, 0, 0, 0 } },
	{ "SCTP, IPv6", MACS IP6("000c", "84") "3039 0050 00000000 00000000",
		IS_IP6("132") ",sctp_src=12345,sctp_dst=80", { 66, 14, 14, 54, 0, 0, 0 } },
	{ "ICMP over IPv6", MACS IP6("0008", "01") "0803 0000 00000000", IS_IP6("1"),
		{ 62, 14, 14, 0, 0, 0, 0 } },
	{ "IPv6, version 4", MACS "86dd 42d12345 0000 3b 40" TARGET TARGET, IS_MACS "ipv6",
		{ 54, 14, 0, 0, 0, 0, 0 } },
	{ "IPv6, longer than the packet", MACS IP6("0009", "11") UDP, IS_MACS "ipv6",
		{ 62, 14, 0, 0, 0, 0, 0 } },
	{ "IPv6, cut", MACS "86dd 62d12345 0000 3b 40" TARGET "fe800000 00000000 00000000 000000",
		IS_MACS "ipv6", { 53, 14, 0, 0, 0, 0, 0 } },
	{ "IPv6, no next header", MACS IP6("0000", "3b"), IS_IP6("59") ",ipv6_exthdr=1",
		{ 54, 14, 14, 0, 0, 0, 0 } },
	{ "IPv6, ESP", MACS IP6("0008", "32") UDP, IS_IP6("50") ",ipv6_exthdr=2",
		{ 62, 14, 14, 0, 0, 0, 0 } },
	{ "IPv6, hop-by-hop", MACS IP6("0010", "00") "1100 050200000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x40", { 70, 14, 14, 62, 0, 0, 0 } },
	{ "IPv6, authentication", MACS IP6("0018", "33") "1102 0000 00000000 00000000 00000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=4", { 78, 14, 14, 70, 0, 0, 0 } },
	{ "IPv6, all in order",
		MACS IP6("0048", "00") "3c00 010400000000"
				       "2b00 010400000000"
				       "2c00 000000000000"
				       "3300 0000 00000000"
				       "3c02 0000 00000000 00000000 00000000"
				       "1101 010c000000000000000000000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x7c", { 126, 14, 14, 118, 0, 0, 0 } },
	{ "IPv6, out of order",
		MACS IP6("0018", "2c") "2b00 0000 00000000"
				       "1100 010400000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x130", { 78, 14, 14, 70, 0, 0, 0 } },
	{ "IPv6, hop-by-hop not first",
		MACS IP6("0018", "3c") "0000 010400000000"
				       "1100 010400000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x108", { 78, 14, 14, 70, 0, 0, 0 } },
	{ "IPv6, a header twice",
		MACS IP6("0018", "2b") "2b00 010400000000"
				       "1100 010400000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0xa0", { 78, 14, 14, 70, 0, 0, 0 } },
	{ "IPv6, two destination options",
		MACS IP6("0018", "3c") "3c00 010400000000"
				       "1100 010400000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=8", { 78, 14, 14, 70, 0, 0, 0 } },
	{ "IPv6, three destination options",
		MACS IP6("0020", "3c") "3c00 010400000000"
				       "3c00 010400000000"
				       "1100 010400000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x88", { 86, 14, 14, 78, 0, 0, 0 } },
	{ "IPv6, first fragment", MACS IP6("0010", "2c") "1100 0001 00000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x10,ip_frag=first",
		{ 70, 14, 14, 62, 0, 0, 0 } },
	{ "IPv6, later fragment", MACS IP6("0010", "2c") "1100 0008 00000000" UDP,
		IS_IP6("44") ",ipv6_exthdr=0x10,ip_frag=later", { 70, 14, 14, 0, 0, 0, 0 } },
	{ "IPv6, the only fragment", MACS IP6("0010", "2c") "1100 0006 00000000" UDP,
		IS_IP6("17") IS_UDP ",ipv6_exthdr=0x10", { 70, 14, 14, 62, 0, 0, 0 } },
	{ "IPv6, extension header too long",
		MACS IP6("0010", "2b") "1101 010400000000 3039 0035 0008 00"
				       "00"
				       "00",
		IS_IP6("17") ",ipv6_exthdr=0x20", { 70, 14, 14, 0, 0, 0, 0 } },
	{ "IPv6, extension header cut",
		MACS IP6("000f", "2b") "1101 010400000000 3039 0035 0008 00",
		IS_IP6("43") ",ipv6_exthdr=0x20", { 69, 14, 14, 0, 0, 0, 0 } },

	{ "ICMPv6", MACS IP6("0008", "3a") "8000 0000 00000000",
		IS_IP6("58") ",icmpv6_type=128,icmpv6_code=0", { 62, 14, 14, 54, 0, 0, 0 } },
	{ "ICMPv6, cut", MACS IP6("0007", "3a") "8000 0000 000000", IS_IP6("58"),
		{ 61, 14, 14, 0, 0, 0, 0 } },
	{ "solicitation", MACS IP6("0020", "3a") "8700 0000 00000000" TARGET "0101" S,
		IS_IP6("58") ",icmpv6_type=135,nd_target=fe80::3,nd_sll=02:00:00:00:00:01",
		{ 86, 14, 14, 54, 80, 0, 0 } },
	{ "solicitation, another option before",
		MACS IP6("0030", "3a") "8700 0000 00000000" TARGET
				       "0e02 0000 00000000 00000000 00000000"
				       "0101" S,
		IS_IP6("58") ",icmpv6_type=135,nd_target=fe80::3,nd_sll=02:00:00:00:00:01",
		{ 102, 14, 14, 54, 96, 0, 0 } },
	{ "solicitation, the other address",
		MACS IP6("0020", "3a") "8700 0000 00000000" TARGET "0201" S,
		IS_IP6("58") ",icmpv6_type=135,nd_target=fe80::3", { 86, 14, 14, 54, 0, 0, 0 } },
	{ "solicitation, address twice",
		MACS IP6("0028", "3a") "8700 0000 00000000" TARGET "0101" S "0101" D,
		IS_IP6("58") ",icmpv6_type=135", { 94, 14, 14, 54, 0, 0, 0 } },
	{ "solicitation, option without length",
		MACS IP6("0028", "3a") "8700 0000 00000000" TARGET "0e00 000000000000"
				       "0101" S,
		IS_IP6("58") ",icmpv6_type=135,nd_target=fe80::3", { 94, 14, 14, 54, 0, 0, 0 } },
	{ "solicitation, target cut",
		MACS IP6("0017", "3a") "8700 0000 00000000 fe800000 00000000 00000000 000000",
		IS_IP6("58") ",icmpv6_type=135", { 77, 14, 14, 54, 0, 0, 0 } },
	{ "solicitation, another code", MACS IP6("0020", "3a") "8701 0000 00000000" TARGET "0101" S,
		IS_IP6("58") ",icmpv6_type=135,icmpv6_code=1", { 86, 14, 14, 54, 0, 0, 0 } },
	{ "advertisement", MACS IP6("0020", "3a") "8800 0000 e0000000" TARGET "0201" S,
		IS_IP6("58") ",icmpv6_type=136,nd_target=fe80::3,nd_tll=02:00:00:00:00:01",
		{ 86, 14, 14, 54, 0, 80, 0 } },
};

static void play(const struct hand *h, const struct packet_bytes *p, uint16_t cut)
{
	struct rte_mbuf *m = packet_mbuf(p->b, p->len, &cut, cut ? 1 : 0);
	struct sw_str text = { 0 };
	struct sw_err err = { 0 };
	struct sw_fields got;
	struct sw_match want;
	struct fields_at at, where;

	sw_str_add(&text, "in_port=7,in_phy_port=7,%s", h->fields);
	if (sw_match_parse(text.s, &want, &err))
		fail_msg("%s: %s", h->what, err.text);
	free(text.s);
	memset(&got, 0xff, sizeof(got));
	fields_extract(m, 7, &got);
	fields_find(m, &at);
	packet_free(m);
	where = h->at;
	where.l4_proto = where.l4 ? got.ip_proto : 0;
	where.proto = at.proto; /* as a second parser has it: extract.c */
	if (memcmp(&got, &want.value, sizeof(got)) || memcmp(&at, &where, sizeof(at)))
		fail_msg("%s, cut at %u", h->what, cut);
}

static void test_hands(void **state)
{
	struct sw_err err = { 0 };

	assert_int_equal(sw_reg_seal(&err), 0);
	for (unsigned i = 0; i < RTE_DIM(hands); i++) {
		struct packet_bytes p = { .len = 0 };

		packet_hex(&p, hands[i].hex);
		for (uint16_t cut = 0; cut <= p.len; cut++)
			play(&hands[i], &p, cut);
	}
}

/* Extension headers without end: 16 are passed, the next one is what is above. */
static void test_many_extensions(void **state)
{
	for (unsigned n = 15; n < 19; n++) {
		struct packet_bytes p = { .len = 0 };
		struct rte_mbuf *m;
		struct sw_fields f;

		packet_hex(&p, MACS IP6("0000", "3c"));
		for (unsigned i = 0; i < n; i++) {
			packet_number(&p, i + 1 < n ? 60 : 17, 1);
			packet_hex(&p, "00 010400000000");
		}
		packet_hex(&p, UDP);
		p.b[14 + 5] = (uint8_t)(n * 8 + 8);
		m = packet_mbuf(p.b, p.len, NULL, 0);
		fields_extract(m, 1, &f);
		packet_free(m);
		assert_int_equal(f.ip_proto, n <= 16 ? 17 : 60);
		assert_int_equal(f.tp_dst, n <= 16 ? RTE_BE16(53) : 0);
		assert_int_equal(f.ipv6_exthdr, RTE_BE16(0x88));
	}
}

/* So it is with options of neighbour discovery. */
static void test_many_options(void **state)
{
	for (unsigned n = 14; n < 18; n++) {
		struct packet_bytes p = { .len = 0 };
		struct rte_mbuf *m;
		struct sw_fields f;

		packet_hex(&p, MACS IP6("0000", "3a") "8700 0000 00000000" TARGET);
		for (unsigned i = 0; i < n; i++)
			packet_hex(&p, "0e01 000000000000");
		packet_hex(&p, "0101" S);
		p.b[14 + 5] = (uint8_t)(24 + n * 8 + 8);
		m = packet_mbuf(p.b, p.len, NULL, 0);
		fields_extract(m, 1, &f);
		packet_free(m);
		assert_int_equal(f.arp_sha[0], n < 16 ? 2 : 0);
		assert_int_equal(f.nd_target[0], 0xfe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hands),
		cmocka_unit_test(test_many_extensions),
		cmocka_unit_test(test_many_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
