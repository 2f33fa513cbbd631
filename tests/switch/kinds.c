/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields written that say which headers follow: eth_type, ip_proto, mpls_bos, ICMPv6's type (OpenFlow 1.3.5, 5.12). Byte by
 * byte, with the checksums that cover them, and what later tables make of the packet.
 */
#include "testrules.h"

#include <string.h>

#include <rte_ip.h>
#include <rte_mbuf.h>

#include "packet.h"

#define PORTS 3
#define MACS  "02aa00000001 02aa00000002 "

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	return 0;
}

static void take(const struct packet_bytes *p)
{
	tr_send(port[1], p);
	ts_turn();
}

/* What came out of a port: these bytes and nothing else from anywhere. */
static void expect(unsigned from, const struct packet_bytes *want)
{
	struct rte_mbuf *m = sw_dummy_sent(port[from]);
	uint8_t bytes[256];
	const uint8_t *b;

	assert_non_null(m);
	b = rte_pktmbuf_read(m, 0, m->pkt_len, bytes);
	assert_int_equal(m->pkt_len, want->len);
	assert_memory_equal(b, want->b, want->len);
	rte_pktmbuf_free(m);
	ts_quiet();
}

static struct packet_bytes bytes(const char *hex)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, hex);
	packet_fill(&p, 0x55, 46);
	return p;
}

/* Each packet of several, more than once: walked, then by what was kept. */
static void becomes(const char *hex, const char *other)
{
	const struct packet_bytes p = bytes(hex), want = bytes(other);

	for (unsigned i = 0; i < 3; i++) {
		take(&p);
		expect(2, &want);
	}
}

static void test_eth_type(void **state)
{
	tr_rule(br, "actions=set_field:0x8848->eth_type,output:2");
	becomes(MACS "88b5", MACS "8848");
	becomes(MACS "8100 6064 88b5", MACS "8100 6064 8848");
	becomes(MACS "88a8 6064 8100 0007 88b5", MACS "88a8 6064 8100 0007 8848");
	becomes(MACS "0030 aaaa03 000000 88b5", MACS "0030 aaaa03 000000 8848"); /* SNAP */
	becomes(MACS "0030 424203", MACS "8848 424203");			 /* a length */
}

/* The bytes behind it are read as what they are called: as labels, tags and the service of a backbone. */
static void test_read_anew(void **state)
{
	tr_rule(br, "priority=2,dl_type=0x88b5,actions=set_field:0x8847->eth_type,goto_table:1");
	tr_rule(br, "priority=2,dl_type=0x88b6,actions=set_field:0x88e7->eth_type,goto_table:1");
	tr_rule(br, "priority=2,dl_type=0x88b7,actions=set_field:0x8100->eth_type,resubmit(,1)");
	tr_rule(br,
		"table=1,mpls,mpls_label=1000,mpls_bos=1,actions=set_field:0->mpls_bos,output:2");
	tr_rule(br, "table=1,mpls,mpls_label=0,actions=output:3");
	tr_rule(br, "table=1,dl_type=0x88e7,pbb_isid=7,actions=set_field:8->pbb_isid,output:2");
	tr_rule(br, "table=1,dl_vlan=100,dl_type=0x0800,actions=strip_vlan,output:2");
	becomes(MACS "88b5 003e8140", MACS "8847 003e8040");
	becomes(MACS "88b6 00000007", MACS "88e7 00000008");
	becomes(MACS "88b7 0064 0800", MACS "0800");
}

/* The set: what is written before a type is of the header that was there. */
static void test_action_set(void **state)
{
	tr_rule(br,
		"dl_type=0x88b5,actions=write_actions(set_field:0x8848->eth_type),goto_table:1");
	tr_rule(br,
		"table=1,actions=write_actions(set_field:0x8847->eth_type,set_field:5->mpls_label,"
		"output:2)");
	tr_rule(br,
		"mpls,actions=write_actions(set_field:6->mpls_label,set_field:0x88b5->eth_type),goto_table:2");
	tr_rule(br, "table=2,actions=write_actions(set_field:7->mpls_label,output:2)");
	becomes(MACS "88b5 003e8140", MACS "8847 00005140");
	becomes(MACS "8847 003e8140", MACS "88b5 00006140");
}

static void test_bottom(void **state)
{
	tr_rule(br, "mpls,mpls_bos=1,actions=set_field:0->mpls_bos,goto_table:1");
	tr_rule(br, "mpls,mpls_bos=0,actions=set_field:1->mpls_bos,goto_table:1");
	tr_rule(br, "table=1,mpls,mpls_bos=0,actions=output:2");
	tr_rule(br, "table=1,mpls,mpls_bos=1,actions=output:2");
	becomes(MACS "8847 003e8140", MACS "8847 003e8040");
	becomes(MACS "8847 003e8040 003e9140", MACS "8847 003e8140 003e9140");
}

/* --- ip_proto: a TCP segment of 20 and 46 bytes, in an IPv4 packet with an option or behind headers of IPv6 --- */

#define SEGMENT	 66
#define SEGMENTS "0457 08ae 00000007 00000009 5018 2000 0000 0000"
#define IP4_AT	 14
#define IP4_HEX	 MACS "0800 46000000 12674000 40060000 c6336411 cb007122 01010101 " SEGMENTS
#define TCP4_AT	 (IP4_AT + 24)
#define IP6_AT	 14
#define IP6_HEX                                                         \
	MACS "86dd 62a12345 0000 0040 20010db8000000000000000000000011" \
	     "20010db8000100000000000000000022 3c00 010400000000 0600 010400000000 " SEGMENTS
#define TCP6_AT (IP6_AT + 40 + 16)

static void put16(struct packet_bytes *p, size_t at, unsigned v)
{
	p->b[at] = v >> 8;
	p->b[at + 1] = v;
}

/* The checksum of the segment at `at`, over a pseudo header that names proto. */
static void sum4(struct packet_bytes *p)
{
	struct rte_ipv4_hdr *ip = (void *)(p->b + IP4_AT);
	uint16_t *tcp = (void *)(p->b + TCP4_AT + 16);

	*tcp = ip->hdr_checksum = 0;
	*tcp = rte_ipv4_udptcp_cksum(ip, p->b + TCP4_AT);
	ip->hdr_checksum = ~rte_raw_cksum(ip, 24);
}

static void sum6(struct packet_bytes *p, uint8_t proto)
{
	struct rte_ipv6_hdr ip;
	uint16_t *tcp = (void *)(p->b + TCP6_AT + 16);

	memcpy(&ip, p->b + IP6_AT, sizeof(ip));
	ip.proto = proto;
	ip.payload_len = rte_cpu_to_be_16(SEGMENT);
	*tcp = 0;
	*tcp = rte_ipv6_udptcp_cksum(&ip, p->b + TCP6_AT);
}

static struct packet_bytes segment4(uint8_t proto)
{
	struct packet_bytes p = bytes(IP4_HEX);

	put16(&p, IP4_AT + 2, p.len - IP4_AT);
	p.b[IP4_AT + 9] = proto;
	sum4(&p);
	return p;
}

static struct packet_bytes segment6(uint8_t proto)
{
	struct packet_bytes p = bytes(IP6_HEX);

	put16(&p, IP6_AT + 4, p.len - IP6_AT - 40);
	p.b[IP6_AT + 40 + 8] = proto;
	sum6(&p, proto);
	return p;
}

/* The sum over the pseudo header is of the protocol that is said now; the segment is as it was. */
static void test_proto(void **state)
{
	const struct packet_bytes four = segment4(6), six = segment6(6), four_to = segment4(17),
				  six_to = segment6(17);

	tr_rule(br, "tcp,actions=set_field:17->ip_proto,output:2");
	tr_rule(br, "tcp6,actions=set_field:17->ip_proto,output:2");
	for (unsigned i = 0; i < 3; i++) {
		take(&four);
		expect(2, &four_to);
		take(&six);
		expect(2, &six_to);
	}
}

/* Later tables find ports of the protocol that is said now; writes to them meet its checksum. */
static void test_ports(void **state)
{
	struct packet_bytes four = segment4(6), four_to = segment4(17), six = segment6(6),
			    six_to = segment6(99);

	tr_rule(br, "tcp,actions=load:17->NXM_OF_IP_PROTO[],goto_table:1");
	tr_rule(br, "table=1,udp,tp_dst=2222,actions=set_field:7->udp_src,output:2");
	tr_rule(br,
		"tcp6,actions=set_field:99->reg0,move:NXM_NX_REG0[0..7]->NXM_OF_IP_PROTO[],goto_table:1");
	tr_rule(br, "table=1,ipv6,nw_proto=99,ipv6_exthdr=0x48,actions=output:2");
	tr_rule(br, "table=1,priority=1,actions=output:3");
	/* UDP's checksum lies where TCP has its sequence number's end. */
	put16(&four_to, TCP4_AT, 7);
	put16(&four_to, TCP4_AT + 6, 7 + 1111 - 7);
	for (unsigned i = 0; i < 3; i++) {
		take(&four);
		expect(2, &four_to);
		take(&six);
		expect(2, &six_to);
	}
}

/* Another type of ICMPv6 has other fields: a target, and the address of another option. */
static void test_discovery(void **state)
{
	const char *before =
		MACS "86dd 60000000 0028 3aff fe800000000000000000000000000001"
		     "fe800000000000000000000000000002 8000 1234 00000000"
		     "fe800000000000000000000000000003 0101 020000000001 0201 020000000002";
	const char *after =
		MACS "86dd 60000000 0028 3aff fe800000000000000000000000000001"
		     "fe800000000000000000000000000002 8800 0a34 00000000"
		     "fe800000000000000000000000000003 0101 020000000001 0201 020000000002";

	tr_rule(br, "icmp6,actions=set_field:136->icmpv6_type,goto_table:1");
	tr_rule(br,
		"table=1,icmp6,icmpv6_type=136,nd_target=fe80::3,nd_tll=02:00:00:00:00:02,actions=output:2");
	becomes(before, after);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, ts_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_eth_type),
		TEST(test_read_anew),
		TEST(test_action_set),
		TEST(test_bottom),
		TEST(test_proto),
		TEST(test_ports),
		TEST(test_discovery),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
