/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that packets make (learn) and shorten (fin_timeout), by real packets: what is made, who refreshes it, how long it
 * stays, when it goes with those who learn it, and what happens when control does not keep up.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/flow.h>
#include <sw/packet_in.h>
#include <sw/rule_mark.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "packet.h"

#define PORTS 4

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	return 0;
}

/* From one station to another, in by a port; then control does what was asked. */
static void send(unsigned in, unsigned src, unsigned dst)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, "020000000000 020000000000 88b5");
	p.b[5] = dst;
	p.b[11] = src;
	packet_fill(&p, 0, 46);
	tr_send(port[in], &p);
	ts_turn();
	sw_packet_in_run(1000);
	ts_turn();
}

#define EXPECT(...) tr_expect(port, PORTS, (const unsigned[PORTS]){ __VA_ARGS__ })

/* The rules of a table as text, in order of tables and as they lie; fails unless there are n. */
static const char *rules_of(unsigned table, unsigned n)
{
	struct sw_rule_change all = { .verb = SW_RULE_DELETE,
		.conf.table = table,
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };
	struct sw_rule_cursor cursor = { 0 };
	static struct sw_str text;
	const struct sw_rule *rule;
	unsigned seen = 0;

	free(text.s);
	text = (struct sw_str){ 0 };
	while ((rule = sw_rules_next(sw_bridge_rules(br->bridge), &cursor, &all))) {
		struct sw_rule_conf conf;

		sw_rule_get(rule, &conf);
		sw_rule_print(&conf, NULL, 0, SW_RULE_SHOW_RULE, &text);
		sw_str_add(&text, "\n");
		seen++;
	}
	if (seen != n)
		fail_msg("%u rules in table %u, expected %u:\n%s", seen, table, n, text.s);
	return text.s ? text.s : "";
}

static void expire(void)
{
	while (sw_rules_expire(sw_bridge_rules(br->bridge), 100))
		;
	ts_turn();
}

#define MAC_LEARN                                                                                  \
	"learn(table=10,priority=99,hard_timeout=60,cookie=0x5,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[]," \
	"load:NXM_OF_IN_PORT[]->NXM_NX_REG0[0..15])"

static void mac_learning(void)
{
	tr_rule(br, "actions=" MAC_LEARN ",resubmit(,10),resubmit(,11)");
	tr_rule(br, "table=10,priority=0,actions=load:0->NXM_NX_REG0[]");
	tr_rule(br, "table=11,priority=1,reg0=0,actions=flood");
	tr_rule(br, "table=11,priority=0,actions=output:NXM_NX_REG0[0..15]");
}

/* The tutorial's switch: floods until it knows a station, follows one that moves. */
static void test_switch(void **state)
{
	mac_learning();
	send(1, 1, 2);
	EXPECT(0, 1, 1, 1);
	send(2, 2, 1);
	EXPECT(1, 0, 0, 0);
	send(1, 1, 2);
	EXPECT(0, 1, 0, 0);
	assert_non_null(
		strstr(rules_of(10, 3), "dl_dst=02:00:00:00:00:01 actions=load:0x1->reg0[0..15]"));
	send(3, 1, 2); /* it moved: its rule is changed, none is added */
	EXPECT(0, 1, 0, 0);
	send(2, 2, 1);
	EXPECT(0, 0, 1, 0);
	rules_of(10, 3);
}

/* Use refreshes it, also by packets whose flow is kept; without use it goes after its time. */
static void test_refresh(void **state)
{
	struct sw_flow_stats since;

	mac_learning();
	send(1, 1, 2);
	for (unsigned i = 0; i < 10; i++) {
		ts_warp(20);
		send(1, 1, 2);
		expire();
		rules_of(10, 2);
	}
	tr_flows_mark();
	for (unsigned i = 0; i < 50; i++)
		send(1, 1, 2);
	since = tr_flows_since();
	assert_int_equal(since.walks, 0);
	assert_int_equal(since.wishes, 0); /* none of them told control */
	ts_warp(59);
	expire();
	rules_of(10, 2);
	ts_warp(3);
	expire();
	rules_of(10, 1);
	send(1, 1, 2);
	rules_of(10, 2);
}

/* A rule that was put in and is just what packets ask for: it stays as long as they do, and is none of theirs. */
static void test_put_in(void **state)
{
	struct sw_rule_cursor cursor = { 0 };
	struct sw_rule_change all;
	struct sw_err err;

	mac_learning();
	tr_rule(br, "table=10,priority=99,hard_timeout=60,cookie=0x5,dl_dst=02:00:00:00:00:01,"
		    "actions=load:1->NXM_NX_REG0[0..15]");
	ts_warp(40);
	send(1, 1, 2);
	assert_int_equal(sw_rule_parse("table=10,cookie=5/-1", SW_RULE_DELETE, &all, &err), 0);
	assert_false(sw_rule_is_learned(sw_rules_next(sw_bridge_rules(br->bridge), &cursor, &all)));
	ts_warp(40);
	expire();
	rules_of(10, 2);
	ts_warp(23);
	expire();
	rules_of(10, 1);
	send(1, 1, 2);
	cursor = (struct sw_rule_cursor){ 0 };
	assert_true(sw_rule_is_learned(sw_rules_next(sw_bridge_rules(br->bridge), &cursor, &all)));
}

/* Literal values, parts of fields, outputs, what the rule has beside. */
static void test_made(void **state)
{
	tr_rule(br,
		"udp,actions=learn(table=5,idle_timeout=9,fin_idle_timeout=3,send_flow_rem,cookie=7,"
		"dl_type=0x800,nw_proto=17,udp_dst=udp_src,NXM_OF_IP_SRC[]=NXM_OF_IP_DST[],"
		"load:0x3->NXM_NX_REG1[4..7],output:NXM_OF_IN_PORT[])");
	struct packet_bytes p;

	tr_udp(&p, &(struct tr_udp){ 0x0a000001, 0x0a000002, 1000, 2000, 0, 60 });
	tr_send(port[3], &p);
	ts_turn();
	sw_packet_in_run(100);
	assert_string_equal(rules_of(5, 1),
		"cookie=0x7, table=5, idle_timeout=9, send_flow_rem udp,nw_src=10.0.0.2,tp_dst=1000 "
		"actions=fin_timeout(idle_timeout=3),load:0x3->reg1[4..7],output:3\n");
}

/* A rule that somebody deletes is made again by the next packet. */
static void test_again(void **state)
{
	struct sw_rule_change c = { .verb = SW_RULE_DELETE,
		.conf.table = 10,
		.cookie = 5,
		.cookie_mask = UINT64_MAX,
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };

	mac_learning();
	send(1, 1, 2);
	rules_of(10, 2);
	sw_rules_begin(sw_bridge_rules(br->bridge));
	assert_int_equal(sw_rules_stage(sw_bridge_rules(br->bridge), &c, NULL), SW_RULE_FINE);
	sw_rules_commit(sw_bridge_rules(br->bridge));
	rules_of(10, 1);
	send(1, 1, 2);
	rules_of(10, 2);
}

static void delete (unsigned table, unsigned priority)
{
	struct sw_rule_change c = { .verb = SW_RULE_DELETE_STRICT,
		.conf.table = table,
		.conf.priority = priority,
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };

	sw_rules_begin(sw_bridge_rules(br->bridge));
	assert_int_equal(sw_rules_stage(sw_bridge_rules(br->bridge), &c, NULL), SW_RULE_FINE);
	sw_rules_commit(sw_bridge_rules(br->bridge));
}

/* delete_learned: with the last rule that learns for the table and the cookie, not before; and not with one that is taken
 * back. */
static void test_delete_learned(void **state)
{
	struct sw_rules *rules = sw_bridge_rules(br->bridge);
	struct sw_rule_change c;
	struct sw_err err;

	for (unsigned i = 1; i <= 2; i++) {
		char text[256];

		snprintf(text, sizeof(text),
			"priority=%u,in_port=%u,actions=learn(table=5,delete_learned,cookie=0x9,"
			"NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])",
			i, i);
		tr_rule(br, text);
	}
	tr_rule(br, "table=5,priority=3,cookie=0x8,actions=drop");
	send(1, 1, 9);
	send(2, 2, 9);
	rules_of(5, 3);
	assert_int_equal(
		sw_rule_parse("priority=1,in_port=1,actions=drop", SW_RULE_ADD, &c, &err), 0);
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage(rules, &c, &err), SW_RULE_FINE);
	sw_rules_abort(rules);
	sw_instructions_fini(&c.conf.does);
	rules_of(5, 3);
	tr_rule(br, "priority=1,in_port=1,actions=drop");
	rules_of(5, 3);
	assert_int_equal(sw_rule_parse("priority=2,in_port=2", SW_RULE_DELETE_STRICT, &c, &err), 0);
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage(rules, &c, &err), SW_RULE_FINE);
	sw_rules_commit(rules);
	assert_non_null(strstr(rules_of(5, 1), "cookie=0x8"));
}

/* More stations than control is told of in a turn: the rest is counted, and learned by a later packet. */
static void test_full(void **state)
{
	struct sw_flow_stats stats;
	struct packet_bytes p = { .len = 0 };

	tr_rule(br, "actions=" MAC_LEARN);
	packet_hex(&p, "020000000000 020000000000 88b5");
	packet_fill(&p, 0, 46);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < 800; i++) {
			p.b[10] = i >> 8;
			p.b[11] = (uint8_t)i;
			tr_send(port[1], &p);
			if (i % 200 < 199)
				continue;
			ts_turn();
			while (round && sw_packet_in_run(10))
				;
		}
		while (sw_packet_in_run(10))
			;
		ts_turn();
		ts_warp(1);
		sw_flow_stats(0, &stats);
		if (!round) {
			rules_of(10, 512);
			assert_int_equal(stats.wishes_lost, 288);
		}
	}
	rules_of(10, 800);
}

static void ask_tcp(unsigned flags)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(
		&p, "020000000001 020000000002 0800 45000028 00000000 4006 0000 0a000001 0a000002");
	packet_hex(&p, "03e8 0050 00000000 00000000 5000 0000 0000 0000");
	p.b[47] = flags;
	packet_fill(&p, 0, 6);
	tr_send(port[1], &p);
	ts_turn();
}

static void tcp(unsigned flags)
{
	ask_tcp(flags);
	sw_packet_in_run(100);
	ts_turn();
}

/* The end of a connection shortens the times of its rule, never makes them longer, and of no other. */
static void test_fin(void **state)
{
	tr_rule(br,
		"priority=2,idle_timeout=100,hard_timeout=5000,tcp,actions=fin_timeout(idle_timeout=10,"
		"hard_timeout=6000),output:2");
	tr_rule(br, "priority=1,tcp,idle_timeout=100,actions=output:3");
	tcp(0x10);
	assert_non_null(strstr(rules_of(0, 2), "idle_timeout=100, hard_timeout=5000, "));
	tcp(0x11);
	assert_non_null(strstr(rules_of(0, 2), "idle_timeout=10, hard_timeout=5000, "));
	assert_non_null(strstr(rules_of(0, 2), "idle_timeout=100, priority=1,tcp"));
	tcp(0x04);
	ts_warp(13);
	expire();
	rules_of(0, 1);
	EXPECT(0, 3, 0, 0);
}

/* In a table that a rule asks by resubmit: it is that table's rule that is meant. */
static void test_fin_resubmit(void **state)
{
	tr_rule(br, "priority=7,idle_timeout=50,actions=resubmit(,1),output:2");
	tr_rule(br,
		"table=1,priority=8,tcp,idle_timeout=60,actions=resubmit(,2),fin_timeout(idle_timeout=5)");
	tr_rule(br, "table=2,priority=9,idle_timeout=70,actions=output:3");
	tcp(0x11);
	assert_non_null(strstr(rules_of(0, 1), "idle_timeout=50"));
	assert_non_null(strstr(rules_of(1, 1), "idle_timeout=5, "));
	assert_non_null(strstr(rules_of(2, 1), "idle_timeout=70"));
	EXPECT(0, 1, 1, 0);
}

/* The rule that has the action is meant, whatever its actions made of the packet before, and by whatever port a resubmit asked. */
static void test_fin_changed(void **state)
{
	tr_rule(br,
		"priority=5,tcp,nw_dst=10.0.0.2,idle_timeout=50,actions=set_field:10.0.0.9->ip_dst,"
		"fin_timeout(idle_timeout=7),resubmit(9,1),output:2");
	tr_rule(br, "priority=5,tcp,nw_dst=10.0.0.9,idle_timeout=40,actions=output:3");
	tr_rule(br, "table=1,tcp,in_port=9,idle_timeout=60,actions=fin_timeout(idle_timeout=8)");
	tcp(0x11);
	assert_non_null(strstr(rules_of(0, 2), "idle_timeout=7, "));
	assert_non_null(strstr(rules_of(0, 2), "idle_timeout=40, "));
	assert_non_null(strstr(rules_of(1, 1), "idle_timeout=8, "));
	/* A rule that came in its place meanwhile is another one. */
	tr_change(br, "table=1", SW_RULE_DELETE);
	tr_rule(br, "table=1,tcp,in_port=9,idle_timeout=60,actions=fin_timeout(idle_timeout=6)");
	ask_tcp(0x11);
	tr_change(br, "table=1", SW_RULE_DELETE);
	tr_rule(br, "table=1,tcp,in_port=9,idle_timeout=60,actions=drop");
	sw_packet_in_run(100);
	assert_non_null(strstr(rules_of(1, 1), "idle_timeout=60, "));
	EXPECT(0, 2, 0, 0);
}

/* What was asked for a bridge that is gone when control comes to it, or by a rule that is. */
static void test_gone(void **state)
{
	struct packet_bytes p = { .len = 0 };

	tr_rule(br, "priority=4,actions=" MAC_LEARN);
	packet_hex(&p, "020000000000 020000000001 88b5");
	packet_fill(&p, 0, 46);
	tr_send(port[1], &p);
	ts_turn();
	delete (0, 4);
	ts_turn();
	sw_packet_in_run(100);
	rules_of(10, 0);
	tr_rule(br, "priority=4,actions=" MAC_LEARN);
	p.b[11] = 3;
	tr_send(port[1], &p);
	ts_turn();
	ts_bridge_gone(br);
	ts_turn();
	assert_int_equal(sw_packet_in_run(100), 1);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, ts_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_switch),
		TEST(test_refresh),
		TEST(test_put_in),
		TEST(test_made),
		TEST(test_again),
		TEST(test_delete_learned),
		TEST(test_full),
		TEST(test_fin),
		TEST(test_fin_resubmit),
		TEST(test_fin_changed),
		TEST(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
