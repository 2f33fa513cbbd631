/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows whose walk is long: many tables, many actions. They are kept as others are, up to a length; what is longer is walked and
 * forwarded all the same. Room for them is bounded, and used again.
 */
#include "testrules.h"

#include <stdio.h>
#include <stdlib.h>

#include <sw/flow.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../../src/pipeline/exec/cache.h"
#include "packet.h"

#define SMALL 64 /* entries: 16 lists, room for 4 long ones */

static struct ts_bridge *br;
static struct sw_port *port[3];

static int setup(void **state)
{
	br = tr_start(port, 2);
	return 0;
}

static int setup_small(void **state)
{
	setup(state);
	ts_turn();
	caches_destroy();
	caches_create(SMALL);
	return 0;
}

static void rule(unsigned table, const char *rest)
{
	char text[200];

	snprintf(text, sizeof(text), "table=%u,%s", table, rest);
	tr_rule(br, text);
}

/* Tables 0 to n - 1 each lead to the next one; the last does `last`. */
static void chain(unsigned n, const char *last)
{
	char text[40];

	for (unsigned t = 0; t + 1 < n; t++) {
		snprintf(text, sizeof(text), "priority=5,actions=goto_table:%u", t + 1);
		rule(t, text);
	}
	rule(n - 1, last);
	ts_turn();
}

/* Flow n sends one packet; so many leave by port 2. */
static unsigned send(uint32_t n)
{
	struct packet_bytes p = { .len = 0 };

	tr_udp(&p, &(struct tr_udp){ .src = 10u << 24 | n,
			   .dst = 0x0a000001,
			   .sport = 1,
			   .dport = 7,
			   .len = 60 });
	ts_send_bytes(port[1], p.b, p.len);
	sw_pmd_turn(0);
	return sw_dummy_sent_drop(port[2]);
}

static void expect(uint64_t hits, uint64_t walked, uint64_t not_kept)
{
	struct sw_flow_stats s = tr_flows_since();

	assert_int_equal(s.hits, hits);
	assert_int_equal(s.walks, walked);
	assert_int_equal(s.not_kept, not_kept);
}

static void expect_counted(unsigned tables, uint64_t packets)
{
	for (unsigned t = 0; t < tables; t++) {
		struct sw_rule_table_stats s;

		assert_int_equal(tr_rule_packets(br, t, 5), packets);
		sw_rules_table_stats(sw_bridge_rules(br->bridge), t, &s);
		assert_int_equal(s.matches, packets);
		assert_int_equal(s.lookups, packets);
	}
}

/* The one flow, as it is shown. */
static void shown(struct sw_flow *flow)
{
	struct sw_flow_cursor cursor = { .looks = UINT32_MAX };

	assert_true(sw_flow_next(&cursor, br->bridge, flow));
}

static void test_tables(void **state)
{
	const unsigned n = CACHE_HITS_MOST;
	static struct sw_flow flow;

	chain(n, "priority=5,actions=output:2");
	tr_flows_mark();
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(send(1), 1);
	expect(4, 1, 0);
	expect_counted(n, 5);
	shown(&flow);
	assert_int_equal(flow.n_hits, n);
	for (unsigned t = 0; t < n; t++) {
		struct sw_rule_conf conf;

		sw_rule_get(flow.hit[t], &conf);
		assert_int_equal(conf.table, t);
	}
	assert_int_equal(flow.packets, 5);
}

/* A rule of the last table comes and goes: what was kept is void, and nothing is counted twice. */
static void test_change(void **state)
{
	const unsigned n = 20;

	chain(n, "priority=5,actions=output:2");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(1), 1);
	rule(n - 1, "priority=6,udp,actions=drop");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(1), 0);
	assert_int_equal(tr_rule_packets(br, n - 1, 5), 3);
	assert_int_equal(tr_rule_packets(br, n - 1, 6), 3);
	tr_change(br, "table=19,udp", SW_RULE_DELETE);
	tr_flows_mark();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(1), 1);
	expect(2, 1, 0);
	assert_int_equal(tr_rule_packets(br, 0, 5), 9);
}

/* One more than there is room for. */
static void test_too_many_tables(void **state)
{
	const unsigned n = CACHE_HITS_MOST + 1;

	chain(n, "priority=5,actions=output:2");
	tr_flows_mark();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(1), 1);
	expect(0, 3, 3);
	expect_counted(n, 3);
}

/* n copies to port 2. */
static void copies(unsigned n)
{
	struct sw_str text = { 0 };

	sw_str_add(&text, "actions=output:2");
	for (unsigned i = 1; i < n; i++)
		sw_str_add(&text, ",output:2");
	tr_rule(br, text.s);
	free(text.s);
	ts_turn();
}

static void test_actions(void **state)
{
	copies(CACHE_OPS_MOST);
	tr_flows_mark();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(1), CACHE_OPS_MOST);
	expect(2, 1, 0);
}

static void test_too_many_actions(void **state)
{
	copies(CACHE_OPS_MOST + 1);
	tr_flows_mark();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(send(1), CACHE_OPS_MOST + 1);
	expect(0, 3, 3);
}

/* Each of n flows has a rule of its own in the last of ten tables: a list each. */
static void own_lists(unsigned n)
{
	chain(10, "priority=1,actions=drop");
	for (unsigned i = 0; i < n; i++) {
		char text[80];

		snprintf(text, sizeof(text), "udp,nw_src=10.0.0.%u,actions=output:2", i);
		rule(9, text);
	}
	sw_pmd_turn(0);
}

/* More than there are rooms: those that came last are kept, those that ended are not; all is forwarded. */
static void test_rooms(void **state)
{
	own_lists(12);
	for (unsigned i = 0; i < 12; i++)
		assert_int_equal(send(i), 1);
	for (unsigned round = 0; round < 40; round++) {
		tr_flows_mark();
		for (unsigned i = 9; i < 12; i++)
			assert_int_equal(send(i), 1);
	}
	expect(3, 0, 0);
	tr_flows_mark();
	for (unsigned round = 0; round < 40; round++) {
		for (unsigned i = 0; i < 12; i++)
			assert_int_equal(send(i), 1);
	}
	assert_int_equal(tr_flows_since().hits + tr_flows_since().walks, 480);
	assert_true(tr_flows_since().hits > 0);
}

/* A few long ones, many times, until all rooms have come back and been given again. */
static void test_rooms_again(void **state)
{
	own_lists(200);
	for (unsigned round = 0; round < 50; round++) {
		tr_flows_mark();
		for (unsigned k = 0; k < 40; k++)
			for (unsigned i = 0; i < 2; i++)
				assert_int_equal(send(4 * round + i), 1);
		assert_true(tr_flows_since().hits > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tables, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_change, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_too_many_tables, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_actions, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_too_many_actions, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_rooms, setup_small, ts_teardown),
		cmocka_unit_test_setup_teardown(test_rooms_again, setup_small, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
