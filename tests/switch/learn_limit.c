/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that packets make up to a limit (learn with limit=), and what their packets are told of it (result_dst=): that no more are made
 * whatever comes together, and that who is told of a rule gets one.
 */
#include "testrules.h"

#include <sw/err.h>
#include <sw/flow.h>
#include <sw/packet_in.h>
#include <sw/rule_text.h>

#include "packet.h"

#define PORTS 4
#define YES   2 /* ports that packets leave by */
#define NO    3

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	return 0;
}

static struct sw_rules *rules(void)
{
	return sw_bridge_rules(br->bridge);
}

static void come(unsigned station)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, "0200000000fe 020000000000 88b5");
	p.b[11] = station;
	packet_fill(&p, 0, 46);
	tr_send(port[1], &p);
}

/* The worker's turn; then control's, which makes rules. */
static void make(void)
{
	sw_pmd_turn(0);
	sw_packet_in_run(1000);
	ts_turn();
}

static unsigned rules_in(unsigned table)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(rules(), table, &stats);
	return stats.rules;
}

/* What packets of stations [first, first + n) are told that come one after the other, control doing what each asks for. */
static void expect_each(unsigned first, unsigned n, unsigned port_told)
{
	for (unsigned i = 0; i < n; i++) {
		come(first + i);
		make();
		if (sw_dummy_sent_drop(port[port_told]) != 1)
			fail_msg("station %u is told something else (%u rules)", first + i,
				rules_in(5));
		assert_int_equal(sw_dummy_sent_drop(port[port_told == YES ? NO : YES]), 0);
	}
}

#define LEARN(more) "learn(table=5,cookie=0x9,priority=7," more ",dl_dst=dl_src,load:1->reg3[0])"

static void begin(const char *learn)
{
	char text[256];

	snprintf(text, sizeof(text), "priority=1,actions=%s,resubmit(,1)", learn);
	tr_rule(br, text);
	tr_rule(br, "table=1,reg0=1,actions=output:2");
	tr_rule(br, "table=1,reg0=0,actions=output:3");
}

/* One after the other: so many are learned, which are told so again and again; there is room again when some go. */
static void test_in_turn(void **state)
{
	begin(LEARN("limit=3,result_dst=reg0[0]"));
	expect_each(1, 3, YES);
	expect_each(4, 3, NO);
	assert_int_equal(rules_in(5), 3);
	for (unsigned i = 0; i < 3; i++) { /* as kept flows, and in later seconds */
		expect_each(1, 3, YES);
		expect_each(4, 2, NO);
		ts_warp(2);
	}
	tr_change(br, "table=5,dl_dst=02:00:00:00:00:02", SW_RULE_DELETE);
	expect_each(4, 1, YES);
	expect_each(2, 1, NO);
	expect_each(1, 1, YES);
	assert_int_equal(rules_in(5), 3);
}

/* In one burst, before control knows: each place is given once, and to all packets of the flow that it is for. */
static void test_together(void **state)
{
	begin(LEARN("limit=3,result_dst=reg0[0]"));
	for (unsigned i = 0; i < 3; i++)
		for (unsigned station = 1; station <= 5; station++)
			come(station);
	sw_pmd_turn(0);
	assert_int_equal(sw_dummy_sent_drop(port[YES]), 9);
	assert_int_equal(sw_dummy_sent_drop(port[NO]), 6);
	make();
	assert_int_equal(rules_in(5), 3);
	expect_each(1, 3, YES);
	expect_each(4, 2, NO);
}

/* Places come back where no rule was made: another asked for it, too, or the table is full. */
static void test_give_back(void **state)
{
	begin(LEARN("limit=3,result_dst=reg0[0]"));
	tr_rule(br, "priority=2,in_port=1,dl_src=02:00:00:00:00:07,actions=" LEARN(
			    "limit=3,result_dst=reg0[0]") ",resubmit(,1)");
	expect_each(7, 1, YES);
	assert_int_equal(rules_in(5), 1);
	tr_change(br, "priority=2,in_port=1,dl_src=02:00:00:00:00:07", SW_RULE_DELETE_STRICT);
	ts_warp(2);
	expect_each(7, 1, YES); /* by another learn action: it is there */
	expect_each(1, 2, YES);
	expect_each(3, 1, NO);
	/* A rule of the match with another cookie is not one of those. */
	tr_change(br, "table=5", SW_RULE_DELETE);
	ts_warp(2);
	tr_rule(br, "table=5,priority=7,cookie=0x8,dl_dst=02:00:00:00:00:01,actions=drop");
	expect_each(1, 3, YES);
	assert_int_equal(rules_in(5), 3);
	expect_each(4, 1, NO);
}

/* Rules that are put in count, and are not held to it; what a packet was told before one came is not done. */
static void test_put_in(void **state)
{
	tr_rule(br, "table=5,cookie=0x9,priority=1,actions=drop"); /* it was there before */
	begin(LEARN("limit=2,result_dst=reg0[0]"));
	expect_each(1, 1, YES);
	expect_each(2, 1, NO);
	tr_change(br, "table=5,priority=1", SW_RULE_DELETE_STRICT);
	expect_each(2, 1, NO); /* what it was told holds for the rest of the second */
	ts_warp(2);
	come(2);
	sw_pmd_turn(0);
	assert_int_equal(sw_dummy_sent_drop(port[YES]), 1);
	tr_rule(br, "table=5,cookie=0x9,priority=2,actions=drop");
	make();
	assert_int_equal(rules_in(5), 2);
	tr_rule(br, "table=5,cookie=0x9,priority=3,actions=drop");
	tr_rule(br, "table=5,cookie=0x9,priority=4,actions=drop");
	assert_int_equal(rules_in(5), 4);
	ts_warp(2);
	expect_each(2, 2, NO);
	/* Another cookie by a change: one less, and by one that is taken back: none less. */
	tr_rule(br, "table=5,cookie=0x1,priority=2,actions=drop");
	tr_rule(br, "table=5,cookie=0x1,priority=3,actions=drop");
	ts_warp(2);
	expect_each(2, 1, NO);
	for (unsigned i = 0; i < 3; i++) {
		struct sw_rule_change c;
		struct sw_err err;

		assert_int_equal(sw_rule_parse("table=5", SW_RULE_DELETE, &c, &err), 0);
		sw_rules_begin(rules());
		assert_int_equal(sw_rules_stage(rules(), &c, &err), SW_RULE_FINE);
		sw_rules_abort(rules());
		ts_warp(2);
		expect_each(2, 1, NO);
	}
	tr_rule(br, "table=5,cookie=0x1,priority=4,actions=drop");
	ts_warp(2);
	expect_each(2, 1, YES);
	expect_each(3, 1, NO);
	assert_int_equal(rules_in(5), 5);
}

/* The learn action goes and comes: the rules are counted anew. Its second limit is of the same count. */
static void test_learner_gone(void **state)
{
	begin(LEARN("limit=2,result_dst=reg0[0]"));
	expect_each(1, 2, YES);
	tr_change(br, "table=0", SW_RULE_DELETE);
	ts_turn();
	tr_change(br, "table=5,dl_dst=02:00:00:00:00:01", SW_RULE_DELETE);
	begin(LEARN("limit=2,result_dst=reg0[0]"));
	expect_each(2, 1, YES);
	expect_each(3, 1, YES);
	expect_each(4, 1, NO);
	begin(LEARN("limit=4,result_dst=reg0[0]"));
	expect_each(2, 4, YES);
	expect_each(6, 1, NO);
	begin(LEARN("limit=1,result_dst=reg0[0]"));
	expect_each(6, 1, NO);
	expect_each(2, 4, YES);
	assert_int_equal(rules_in(5), 4);
}

/* Without one of both. */
static void test_one_of_both(void **state)
{
	tr_rule(br, "actions=" LEARN("limit=2") ",output:4");
	for (unsigned i = 1; i <= 5; i++) {
		come(i);
		make();
	}
	assert_int_equal(sw_dummy_sent_drop(port[4]), 5);
	assert_int_equal(rules_in(5), 2);
	tr_no_rules(br);
	begin(LEARN("result_dst=reg0[0]"));
	expect_each(1, 20, YES);
	assert_int_equal(rules_in(5), 20);
}

static void come_from_each(unsigned first, unsigned n)
{
	for (unsigned i = first; i < first + n; i++) {
		struct packet_bytes p = { .len = 0 };

		packet_hex(&p, "0200000000fe 020000000000 88b5");
		p.b[10] = i >> 8;
		p.b[11] = i;
		packet_fill(&p, 0, 46);
		tr_send(port[1], &p);
		if (i % 32 == 31)
			sw_pmd_turn(0);
	}
	for (unsigned i = 0; i < 100; i++)
		sw_pmd_turn(0);
}

/* Many that wait for control ask again, in any order: each has its place still, and takes no second one. */
static void test_again(void **state)
{
	begin(LEARN("limit=500,result_dst=reg0[0]"));
	come_from_each(0, 500);
	assert_int_equal(sw_dummy_sent_drop(port[YES]), 500);
	for (unsigned i = 0; i < 3; i++) {
		sw_flow_forget(br->bridge);
		come_from_each(0, 505);
		assert_int_equal(sw_dummy_sent_drop(port[YES]), 500);
		assert_int_equal(sw_dummy_sent_drop(port[NO]), 5);
		ts_warp(1);
	}
	make();
	assert_int_equal(rules_in(5), 500);
	tr_change(br, "table=5", SW_RULE_DELETE);
	come_from_each(600, 501); /* of those that were done nothing is left */
	assert_int_equal(sw_dummy_sent_drop(port[YES]), 500);
	assert_int_equal(sw_dummy_sent_drop(port[NO]), 1);
	make();
	assert_int_equal(rules_in(5), 500);
}

/* Who finds no room in the worker's ring is told so, and takes no place. */
static void test_ring_full(void **state)
{
	begin("learn(table=5,cookie=0x9,limit=10000,result_dst=reg0[0],dl_dst=dl_src,in_port)");
	come_from_each(0, 700);
	assert_int_equal(sw_dummy_sent_drop(port[YES]), 512);
	assert_int_equal(sw_dummy_sent_drop(port[NO]), 188);
	make();
	assert_int_equal(rules_in(5), 512);
}

/* Among many masks, behind rules that go before it for all its packets. */
static void test_hidden(void **state)
{
	begin(LEARN("limit=1,result_dst=reg0[0]"));
	for (unsigned i = 0; i < 300; i++) {
		char text[160];

		snprintf(text, sizeof(text), "table=5,priority=%u,reg%u=0x%x/0x%x,actions=drop",
			100 + i, 1 + i % 7, 0, 1u << i % 31 | 1u << i / 31);
		tr_rule(br, text);
	}
	for (unsigned i = 0; i < 50; i++) /* a sieve is made meanwhile */
		ts_turn();
	expect_each(1, 1, YES);
	expect_each(2, 1, NO);
	ts_warp(2);
	expect_each(1, 1, YES);
	expect_each(2, 1, NO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_in_turn, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_together, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_give_back, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_put_in, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_learner_gone, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_one_of_both, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_ring_full, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_hidden, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
