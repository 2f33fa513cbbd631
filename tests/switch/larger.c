/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * check_pkt_larger by packets of the very length, a byte less and a byte more, as they are when they are asked about: with a tag
 * more, a tag less, one byte after the other of one flow (ovs-actions(7): larger, from the Ethernet header on). Flows are kept by
 * their lengths between those that rules ask about, and what is kept says the same as a walk, while such rules come and go.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/flow.h>

#include "../../src/pipeline/exec/cache_layout.h"
#include "packet.h"

#define PORTS 3

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	tr_rule(br, "table=1,reg0=1,actions=output:3");
	tr_rule(br, "table=1,reg0=0,actions=output:2");
	return 0;
}

static uint64_t walks(void)
{
	struct sw_flow_stats stats;

	assert_true(sw_flow_stats(0, &stats));
	return stats.walks;
}

/* Was the packet that came in larger? */
static bool went_by_3(void)
{
	unsigned small, large;

	ts_turn();
	small = sw_dummy_sent_drop(port[2]);
	large = sw_dummy_sent_drop(port[3]);
	assert_int_equal(small + large, 1);
	return large;
}

/* Of this length, with these headers. */
static bool is_larger(unsigned len, const char *headers)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, "020000000002 020000000001");
	packet_hex(&p, headers);
	assert_true(p.len <= len);
	packet_fill(&p, 0, len - p.len);
	tr_send(port[1], &p);
	return went_by_3();
}

#define OTHER  "88b5"
#define TAGGED "8100 000a 88b5"

#define SIXTEEN 16 /* all that come again */

/* Packets are larger from so many bytes on; a byte less is not. How many of those that come again are walked? */
static void expect_from(unsigned len, const char *headers, unsigned walked)
{
	uint64_t before = 0;

	for (unsigned round = 0; round < 3; round++) {
		for (unsigned d = 0; d < 3; d++) {
			assert_false(is_larger(len - 1 - d, headers));
			assert_true(is_larger(len + d, headers));
		}
		assert_true(is_larger(RTE_MIN(len + 100, 1510u), headers));
		assert_false(is_larger(64, headers));
		if (!round)
			before = walks();
	}
	assert_int_equal(walks() - before, walked);
}

static void test_exact(void **state)
{
	static const unsigned lens[] = { 68, 100, 1000, 1500 };
	char text[128];

	for (unsigned i = 0; i < RTE_DIM(lens); i++) {
		snprintf(text, sizeof(text),
			"actions=check_pkt_larger(%u)->NXM_NX_REG0[0],resubmit(,1)", lens[i]);
		tr_rule(br, text);
		expect_from(lens[i] + 1, OTHER, 0);
	}
}

/* Headers at fixed places, and those whose flows are kept by their fields. */
static void test_headers(void **state)
{
	static const char *const headers[] = {
		OTHER,
		TAGGED,
		"88a8 0014 8100 000a 88b5",
		"0800 4500003c 00004000 40060000 0a000001 0a000002 00010002 00000000 00000000 50000000 00000000",
		"8100 000a 0800 4500003c 00004000 40110000 0a000001 0a000002 00010002 00280000",
		"86dd 60000000 0008 11 40 fd000000000000000000000000000001 fd000000000000000000000000000002 0001 0002 0008 0000",
		"0800 4500003c 00002000 40060000 0a000001 0a000002 00010002 00000000 00000000 50000000 00000000",
		"0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002",
		"8847 00001140 4500002e 00004000 40060000 0a000001 0a000002",
	};

	tr_rule(br, "actions=check_pkt_larger(1000)->NXM_NX_REG0[0],resubmit(,1)");
	for (unsigned i = 0; i < RTE_DIM(headers); i++)
		expect_from(1001, headers[i], 0);
	/* With many bits in keys; of some of no class there are too many. */
	tr_rule(br,
		"table=2,ip,nw_src=1.2.3.4,nw_dst=1.2.3.4,dl_src=02:00:00:00:00:09,actions=drop");
	tr_rule(br, "table=2,dl_dst=02:00:00:00:00:09,vlan_tci=0x1fff,actions=drop");
	tr_rule(br,
		"table=2,tcp6,ipv6_src=fd00::7,ipv6_dst=fd00::7,tp_src=7,tp_dst=7,actions=drop");
	tr_rule(br, "table=2,dl_type=0x1234,actions=drop");
	for (unsigned i = 0; i < 6; i++)
		expect_from(1001, headers[i], 0);
}

/* Each byte of the packet counts, wherever it is. */
static void test_segments(void **state)
{
	uint8_t bytes[300] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
	uint64_t before = walks();

	tr_rule(br, "actions=check_pkt_larger(200)->NXM_NX_REG0[0],resubmit(,1)");
	for (unsigned i = 0; i < 600; i++) {
		unsigned len = 190 + i % 20, cut = i % 3 ? 150 : 7;
		struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());
		struct rte_mbuf *tail = rte_pktmbuf_alloc(sw_pool());

		memcpy(rte_pktmbuf_append(m, cut), bytes, cut);
		memcpy(rte_pktmbuf_append(tail, len - cut), bytes + cut, len - cut);
		assert_int_equal(rte_pktmbuf_chain(m, tail), 0);
		assert_int_equal(sw_dummy_rx_mbuf(port[1], 0, m), 0);
		assert_int_equal(went_by_3(), len > 200);
	}
	assert_true(walks() - before <= 4); /* two lengths, two places of the header */
}

/* What the actions before it do counts. */
static void test_changed(void **state)
{
	tr_rule(br, "actions=push_vlan:0x8100,check_pkt_larger(500)->NXM_NX_REG0[0],resubmit(,1)");
	expect_from(497, OTHER, 0);
	tr_rule(br, "actions=push_pbb:0x88e7,check_pkt_larger(500)->NXM_NX_REG0[0],resubmit(,1)");
	expect_from(483, OTHER, 0);
	tr_rule(br, "actions=set_field:02:00:00:00:00:07->eth_dst,clone(push_mpls:0x8847,"
		    "check_pkt_larger(500)->NXM_NX_REG0[0],resubmit(,1))");
	expect_from(497, OTHER, 0);
	tr_rule(br, "vlan_tci=0x1000/0x1000,actions=pop_vlan,check_pkt_larger(500)->NXM_NX_REG0[0],"
		    "resubmit(,1)");
	tr_rule(br, "priority=1,actions=drop");
	expect_from(505, TAGGED, 0);
	tr_rule(br,
		"vlan_tci=0x1000/0x1000,actions=check_pkt_larger(500)->NXM_NX_REG0[0],resubmit(,1)");
	expect_from(501, TAGGED, 0);
}

/* The one answer is no longer that of the other. */
static void test_twice(void **state)
{
	tr_rule(br,
		"actions=check_pkt_larger(200)->NXM_NX_REG0[0],check_pkt_larger(300)->NXM_NX_REG0[0],"
		"resubmit(,1)");
	expect_from(301, OTHER, 0);
	tr_rule(br,
		"actions=check_pkt_larger(300)->NXM_NX_REG0[1],check_pkt_larger(200)->NXM_NX_REG0[0],"
		"load:0->NXM_NX_REG0[1],resubmit(,1)");
	expect_from(201, OTHER, 0);
}

/* Limits beyond those that keys can have: the same answers, by walks. */
static void test_many(void **state)
{
	char text[128];

	for (unsigned i = 0; i <= CACHE_LIMITS; i++) {
		snprintf(text, sizeof(text),
			"priority=9,dl_type=0x%x,actions=check_pkt_larger(%u)->NXM_NX_REG0[0],resubmit(,1)",
			0x9000 + i, 100 + 3 * i);
		tr_rule(br, text);
	}
	expect_from(101, "9000", 0);
	expect_from(101 + 3 * (CACHE_LIMITS - 1), "903e", 0);
	expect_from(
		101 + 3 * CACHE_LIMITS, "903f", SIXTEEN - 2); /* 64 bytes are below all limits */
	tr_change(br, "dl_type=0x9000", SW_RULE_DELETE);
	expect_from(101 + 3 * CACHE_LIMITS, "903f", 0);
}

/* --- rules that come and go --- */

#define KINDS 100

static const struct {
	const char *actions;
	unsigned bytes;
} growth[] = { { "", 0 }, { "push_vlan:0x8100,", 4 }, { "push_mpls:0x8847,", 4 },
	{ "push_mpls:0x8847,push_mpls:0x8847,", 8 }, { "push_vlan:0x8100,push_mpls:0x8847,", 8 },
	{ "push_pbb:0x88e7,", 18 }, { "push_vlan:0x8100,push_vlan:0x8100,", 8 },
	{ "push_vlan:0x8100,pop_vlan,", 0 } };

/* What is asked about packets to a port. */
static struct {
	unsigned limit, growth;
} asked[KINDS];

static void ask(unsigned kind, unsigned growths, uint64_t *rng)
{
	unsigned g = swtest_rand(rng) % growths, limit = 50 + swtest_rand(rng) % 100;
	char text[200];

	asked[kind].limit = limit;
	asked[kind].growth = growth[g].bytes;
	snprintf(text, sizeof(text),
		"udp,tp_dst=%u,actions=%scheck_pkt_larger(%u)->NXM_NX_REG0[0],resubmit(,1)", kind,
		growth[g].actions, limit);
	if (swtest_rand(rng) % 2) {
		char match[40];

		snprintf(match, sizeof(match), "udp,tp_dst=%u", kind);
		tr_change(br, match, SW_RULE_DELETE);
	}
	tr_rule(br, text);
}

static void send_one(unsigned kinds, uint64_t *rng)
{
	unsigned kind = swtest_rand(rng) % kinds;
	struct tr_udp u = { .src = 1 + swtest_rand(rng) % 2, .dst = 9, .sport = 7, .dport = kind };
	struct packet_bytes p;

	u.len = 60 + swtest_rand(rng) % 100;
	tr_udp(&p, &u);
	p.b[20] = swtest_rand(rng) % 4 ? 0x40 : 0x20; /* a first fragment */
	tr_send(port[1], &p);
	if (went_by_3() != (u.len + asked[kind].growth > asked[kind].limit))
		fail_msg("%u bytes and %u more, limit %u", u.len, asked[kind].growth,
			asked[kind].limit);
}

/* Packets that were walked, of `n` to so many kinds. */
static uint64_t run(unsigned n, unsigned kinds, unsigned growths, unsigned changes, uint64_t *rng)
{
	uint64_t before = walks();

	for (unsigned i = 0; i < kinds; i++)
		ask(i, growths, rng);
	for (unsigned i = 0; i < n; i++) {
		send_one(kinds, rng);
		if (changes && swtest_rand(rng) % changes == 0)
			ask(swtest_rand(rng) % kinds, growths, rng);
		if (swtest_rand(rng) % 1000 == 0)
			ts_warp(11); /* what no rule asks about any more is forgotten */
	}
	return walks() - before;
}

static void test_come_and_go(void **state)
{
	uint64_t rng = swtest_seed(1);

	assert_in_range(run(5000, 6, 2, 0, &rng), 1, 1000);
	run(5000, 6, RTE_DIM(growth), 50, &rng);
	run(5000, KINDS, RTE_DIM(growth), 20, &rng);
	run(5000, 20, RTE_DIM(growth), 50, &rng);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_exact, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_headers, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_segments, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_changed, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_twice, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_come_and_go, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
