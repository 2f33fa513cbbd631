/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * check_pkt_larger by packets of the very length, a byte less and a byte more, as they are when they are asked about: with a tag
 * more, a tag less, one byte after the other of one flow (ovs-actions(7): larger, from the Ethernet header on).
 */
#include "testrules.h"

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

/* Of this length, with or without a tag. */
static bool is_larger(unsigned len, bool tagged)
{
	struct packet_bytes p = { .len = 0 };
	unsigned small, large;

	packet_hex(&p, "020000000002 020000000001");
	packet_hex(&p, tagged ? "8100 000a 88b5" : "88b5");
	packet_fill(&p, 0, len - p.len);
	tr_send(port[1], &p);
	ts_turn();
	small = sw_dummy_sent_drop(port[2]);
	large = sw_dummy_sent_drop(port[3]);
	assert_int_equal(small + large, 1);
	return large;
}

/* Packets are larger from so many bytes on; a byte less is not. */
static void expect_from(unsigned len, bool tagged)
{
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned d = 0; d < 3; d++) {
			assert_false(is_larger(len - 1 - d, tagged));
			assert_true(is_larger(len + d, tagged));
		}
		assert_true(is_larger(RTE_MIN(len + 100, 1510u), tagged));
		assert_false(is_larger(64, tagged));
	}
}

static void test_exact(void **state)
{
	static const unsigned lens[] = { 68, 100, 1000, 1500 };
	char text[128];

	for (unsigned i = 0; i < RTE_DIM(lens); i++) {
		snprintf(text, sizeof(text),
			"actions=check_pkt_larger(%u)->NXM_NX_REG0[0],resubmit(,1)", lens[i]);
		tr_rule(br, text);
		expect_from(lens[i] + 1, false);
	}
}

/* What the actions before it do counts. */
static void test_changed(void **state)
{
	tr_rule(br, "actions=push_vlan:0x8100,check_pkt_larger(500)->NXM_NX_REG0[0],resubmit(,1)");
	expect_from(497, false);
	tr_rule(br, "vlan_tci=0x1000/0x1000,actions=pop_vlan,check_pkt_larger(500)->NXM_NX_REG0[0],"
		    "resubmit(,1)");
	tr_rule(br, "priority=1,actions=drop");
	expect_from(505, true);
	tr_rule(br,
		"vlan_tci=0x1000/0x1000,actions=check_pkt_larger(500)->NXM_NX_REG0[0],resubmit(,1)");
	expect_from(501, true);
}

/* The one answer is no longer that of the other. */
static void test_twice(void **state)
{
	tr_rule(br,
		"actions=check_pkt_larger(200)->NXM_NX_REG0[0],check_pkt_larger(300)->NXM_NX_REG0[0],"
		"resubmit(,1)");
	expect_from(301, false);
	tr_rule(br,
		"actions=check_pkt_larger(300)->NXM_NX_REG0[1],check_pkt_larger(200)->NXM_NX_REG0[0],"
		"load:0->NXM_NX_REG0[1],resubmit(,1)");
	expect_from(201, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_exact, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_changed, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_twice, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
