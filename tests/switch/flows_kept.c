/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which flows a worker keeps: all while it has much room, then those that come again; packets that never come again
 * push nobody out and do not make it grow; changes of other rules do not make it walk.
 */
#include "testrules.h"

#include <sw/flow.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../../src/pipeline/exec/cache.h"
#include "packet.h"

#define ROOM 8192 /* of a cache at first */

static struct ts_bridge *br;
static struct sw_port *port[3];

static void change(const char *text, enum sw_rule_verb verb)
{
	tr_change(br, text, verb);
}

static int setup(void **state)
{
	ts_start(1);
	ts_turn(); /* what is to grow from the test before does */
	caches_destroy();
	caches_create(ROOM);
	br = ts_bridge("br0");
	for (unsigned i = 1; i <= 2; i++) {
		port[i] = ts_member(br, i == 1 ? "p1" : "p2", "trunk");
		ts_conf(br, port[i])->number = i;
	}
	ts_apply(br);
	change("", SW_RULE_DELETE);
	change("udp,tp_dst=7,actions=output:2", SW_RULE_ADD);
	change("priority=9,udp,nw_src=11.0.0.1,nw_dst=10.0.0.1,tp_src=1,tp_dst=7,actions=output:2",
		SW_RULE_ADD);
	ts_turn();
	return 0;
}

/* Flow n sends one packet, which arrives. */
static void send(uint32_t n)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, "020000000002 020000000001 0800 4500002e 00004000 40110000");
	packet_number(&p, 10u << 24 | n, 4);
	packet_hex(&p, "0a000001 0001 0007 001a 0000");
	packet_fill(&p, 0, 18);
	ts_send_bytes(port[1], p.b, p.len);
	sw_pmd_turn(0);
	rte_pktmbuf_free(sw_dummy_sent(port[2]));
}

static void expect(uint64_t hits, uint64_t walked, uint64_t ghosts)
{
	struct sw_flow_stats s = tr_flows_since();

	assert_int_equal(s.hits, hits);
	assert_int_equal(s.walks, walked);
	assert_int_equal(s.ghosts, ghosts);
	assert_int_equal(s.not_kept, 0);
}

/* Each a flow that comes once. */
static void scan(uint32_t n)
{
	static uint32_t next = 1 << 20;

	for (; n; n--) {
		send(next++);
		if (n % 64 == 0)
			ts_turn();
	}
}

/* Does flow 1 stay while the rule comes and goes? Not where both have the same place, one of thousands, by the keys of the
 * hash, which are others in each run. */
static bool spared_by(const char *other)
{
	char text[80];

	snprintf(text, sizeof(text), "%s,actions=drop", other);
	tr_flows_mark();
	change(text, SW_RULE_ADD);
	send(1);
	change(other, SW_RULE_DELETE);
	send(1);
	return tr_flows_since().hits == 2;
}

/* A rule that looks at something else makes what was kept void, once; then it may come and go. When it has been gone for ten
 * seconds, flows are no longer told apart by that. */
static void test_masks(void **state)
{
	struct sw_rules *rules = sw_bridge_rules(br->bridge);
	char other[60] = "udp,nw_src=12.0.0.1,nw_tos=4,tp_dst=9", text[80];
	unsigned n = 1;

	snprintf(text, sizeof(text), "%s,actions=drop", other);
	send(1);
	change(text, SW_RULE_ADD);
	tr_flows_mark();
	send(1);
	expect(0, 1, 0);
	change(other, SW_RULE_DELETE);
	while (!spared_by(other)) {
		assert_true(n++ < 5);
		snprintf(other, sizeof(other), "udp,nw_src=12.0.0.%u,nw_tos=4,tp_dst=9", n);
	}
	snprintf(text, sizeof(text), "%s,actions=drop", other);
	tr_flows_mark();
	for (unsigned i = 0; i < 22; i++) {
		change(i % 2 ? other : text, i % 2 ? SW_RULE_DELETE : SW_RULE_ADD);
		for (unsigned k = 0; k < 4; k++) /* until no worker reads what went */
			ts_turn();
		sw_rules_expire(rules, 1);
		send(1);
	}
	expect(22, 0, 0);
	sw_clock_warp(9999);
	sw_rules_expire(rules, 1);
	send(1);
	expect(23, 0, 0);
	sw_clock_warp(1);
	sw_rules_expire(rules, 1);
	send(1);
	expect(23, 1, 0);
	send(1);
	expect(24, 1, 0);
}

static void test_room(void **state)
{
	tr_flows_mark();
	send(1);
	expect(0, 1, 0);
	send(1);
	expect(1, 1, 0);
}

static void test_scan(void **state)
{
	struct sw_flow_stats s;

	for (unsigned round = 0; round < 2; round++)
		for (uint32_t n = 0; n < 500; n++)
			send(n);
	scan(3 * ROOM);
	tr_flows_mark();
	scan(3 * ROOM);
	s = tr_flows_since();
	assert_int_equal(s.hits, 0);
	assert_int_equal(s.walks, 3 * ROOM);
	assert_true(s.ghosts > 2 * ROOM);
	tr_flows_mark();
	for (uint32_t n = 0; n < 500; n++)
		send(n);
	expect(500, 0, 0);
}

/* Flows that come in turns when all places are of others that were used and ended. */
static void test_ended(void **state)
{
	struct sw_flow_stats s;

	for (uint32_t n = 1 << 16; n < (1 << 16) + 4 * ROOM; n++)
		for (unsigned i = 0; i < 3; i++)
			send(n);
	for (unsigned round = 0; round < 60; round++) {
		tr_flows_mark();
		for (uint32_t n = 0; n < 1000; n++)
			send(n);
	}
	s = tr_flows_since();
	assert_int_equal(s.entries, ROOM); /* nobody was there to make it grow */
	assert_true(s.hits >= 995);
}

/* A new flow among packets that never come again: from its third packet on at the latest. */
static void test_again(void **state)
{
	struct sw_flow_stats s;

	scan(ROOM);
	for (uint32_t n = 0; n < 500; n++) {
		tr_flows_mark();
		for (unsigned i = 0; i < 3; i++)
			send(n);
		scan(1);
		s = tr_flows_since();
		assert_true(s.hits >= 1 && s.hits + s.walks == 4);
	}
	tr_flows_mark();
	for (uint32_t n = 0; n < 500; n++)
		send(n);
	s = tr_flows_since();
	assert_true(s.hits >= 490);
}

static void test_grows(void **state)
{
	struct sw_flow_stats s;

	for (unsigned round = 0; round < 40; round++) {
		tr_flows_mark();
		for (uint32_t n = 0; n < 3 * ROOM; n++) {
			send(n);
			if (n % 64 == 0)
				ts_turn();
		}
		ts_turn();
	}
	s = tr_flows_since();
	assert_true(s.entries > ROOM);
	assert_true(s.hits > 3 * ROOM * 0.99);
}

#define ALONE 4000 /* rules of the second table, each of one flow: so many lists */

static void alone(void)
{
	change("", SW_RULE_DELETE);
	change("udp,actions=set_field:1->reg0,resubmit(,1)", SW_RULE_ADD);
	for (uint32_t n = 0; n < ALONE; n++) {
		char text[96];

		snprintf(text, sizeof(text), "table=1,udp,nw_src=10.0.%u.%u,actions=output:2",
			n >> 8, n & 255);
		change(text, SW_RULE_ADD);
	}
	ts_turn();
}

/* Flows that do what no other does: the cache grows for them, too. */
static void test_lists_grow(void **state)
{
	struct sw_flow_stats s;

	alone();
	for (unsigned round = 0; round < 20; round++) {
		tr_flows_mark();
		for (uint32_t n = 0; n < ALONE; n++) {
			send(n);
			if (n % 64 == 0)
				ts_turn();
		}
	}
	s = tr_flows_since();
	assert_true(s.entries > ROOM);
	assert_int_equal(s.hits, ALONE);
	assert_int_equal(s.not_kept, 0);
}

/* Where it does not, those that ended give what is theirs to others. */
static void test_lists_ended(void **state)
{
	struct sw_flow_stats s;

	alone();
	for (unsigned i = 0; i < 2; i++)
		for (uint32_t n = 0; n < ALONE; n++)
			send(n);
	for (unsigned round = 0; round < 60; round++) {
		tr_flows_mark();
		for (uint32_t n = ALONE - 500; n < ALONE; n++)
			send(n);
	}
	s = tr_flows_since();
	assert_int_equal(s.entries, ROOM);
	assert_true(s.hits >= 498);
}

static void test_changes(void **state)
{
	unsigned spared = 0;

	send(1);
	for (unsigned i = 0; i < 100; i++) {
		char text[160];

		snprintf(text, sizeof(text),
			"priority=9,udp,nw_src=11.1.0.%u,nw_dst=10.0.0.1,tp_src=1,tp_dst=7,actions=drop",
			i);
		change(text, SW_RULE_ADD);
		tr_flows_mark();
		send(1);
		spared += tr_flows_since().hits;
	}
	assert_true(spared >= 98); /* a place in thousands is the same by chance */
	change("priority=9,udp,nw_src=10.0.0.1,nw_dst=10.0.0.1,tp_src=1,tp_dst=7,actions=drop",
		SW_RULE_ADD);
	tr_flows_mark();
	send(1);
	expect(0, 1, 0);
	change("udp,nw_src=10.0.0.1,nw_dst=10.0.0.1,tp_src=1,tp_dst=7", SW_RULE_DELETE);
	tr_flows_mark();
	send(1);
	expect(0, 1, 0);
	change("priority=3,udp,actions=drop", SW_RULE_ADD); /* of no place: it could be anyone's */
	tr_flows_mark();
	send(1);
	expect(0, 1, 0);
}

/* Flow 1 meets conjunction 1, flow 2 none. `to`: the table that they are in. */
static void expect_conj(unsigned to)
{
	char text[96];

	for (unsigned id = 1; id <= 2; id++)
		for (unsigned k = 1; k <= 2; k++) {
			snprintf(text, sizeof(text),
				"table=%u,priority=5,udp,nw_%s=10.0.0.1,tp_dst=%u,actions=conjunction(%u,%u/2)",
				to, k == 1 ? "src" : "dst", id == 1 ? 7 : 9, id, k);
			change(text, SW_RULE_ADD);
		}
	snprintf(text, sizeof(text), "table=%u,priority=2,udp,actions=output:2", to);
	change(text, SW_RULE_ADD);
	snprintf(text, sizeof(text), "table=%u,conj_id=1,actions=output:2", to);
	change(text, SW_RULE_ADD);
	send(1);
	send(2);
	tr_flows_mark();
	for (unsigned id = 1000; id < 1020;
		id++) { /* of others, of which one may have the same mark */
		snprintf(text, sizeof(text), "table=%u,conj_id=%u,actions=drop", to, id);
		change(text, SW_RULE_ADD);
		send(1);
		send(2);
	}
	assert_true(tr_flows_since().hits >= 38);
	snprintf(text, sizeof(text), "table=%u,conj_id=1,actions=set_field:1->reg0,output:2", to);
	change(text, SW_RULE_ADD);
	tr_flows_mark();
	send(1);
	send(2);
	expect(1, 1, 0);
	send(1);
	expect(2, 1, 0);
	snprintf(text, sizeof(text), "table=%u,conj_id=0,actions=drop", to);
	change(text, SW_RULE_ADD);
	tr_flows_mark();
	send(1);
	send(2);
	expect(0, 2, 0);
}

static void test_conj(void **state)
{
	change("", SW_RULE_DELETE);
	expect_conj(0);
	change("", SW_RULE_DELETE);
	change("actions=resubmit(,4)", SW_RULE_ADD);
	expect_conj(4);
}

static void expect_table(unsigned table, uint64_t lookups, uint64_t matches)
{
	struct sw_rule_table_stats s;

	sw_rules_table_stats(sw_bridge_rules(br->bridge), table, &s);
	assert_int_equal(s.lookups, lookups);
	assert_int_equal(s.matches, matches);
}

/* Tables count each packet: those that were walked, and those of flows that are kept alike. */
/* Does a packet of these headers leave, as its one tag was taken off, and how many walks was that? */
static bool leaves(const char *headers, unsigned walked)
{
	struct packet_bytes p = { .len = 0 };
	unsigned n;

	packet_hex(&p, "020000000002 020000000001");
	packet_hex(&p, headers);
	packet_fill(&p, 0, 70 - p.len);
	tr_flows_mark();
	ts_send_bytes(port[1], p.b, p.len);
	sw_pmd_turn(0);
	n = sw_dummy_sent_drop(port[2]);
	assert_int_equal(tr_flows_since().walks, walked);
	return n;
}

#define UDP "0800 4500002e 00004000 40110000 0a000001 0a000002 0001 0007 001a 0000"
#define ARP "0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002"

/* What is behind the only tag is known: tables that are asked without it have nothing new to find out. For a second tag packets are looked
 * for again (flows_recirc.c): two walks. */
static void test_pop(void **state)
{
	change("", SW_RULE_DELETE);
	change("ip,vlan_tci=0x1000/0x1000,actions=dec_ttl,pop_vlan,resubmit(,1)", SW_RULE_ADD);
	change("arp,vlan_tci=0x1000/0x1000,actions=pop_vlan,resubmit(,1)", SW_RULE_ADD);
	change("table=1,vlan_tci=0/0x1fff,nw_dst=10.0.0.2,ip,actions=output:2", SW_RULE_ADD);
	change("table=1,vlan_tci=0/0x1fff,arp,actions=output:2", SW_RULE_ADD);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(leaves("8100 0005" UDP, !i));
		assert_false(leaves("8100 0005 8100 0006" UDP, i ? 0 : 2));
		assert_true(leaves("88a8 0007" UDP, !i));
		assert_true(leaves("8100 0005" ARP, !i));
		assert_false(leaves("8100 0005 8100 0006" ARP, i ? 0 : 2));
		assert_false(leaves(UDP, !i));
	}
}

static void test_tables(void **state)
{
	for (unsigned i = 1; i <= 3; i++) { /* one rule */
		send(1);
		expect_table(0, i, i);
	}
	change("", SW_RULE_DELETE);
	for (unsigned i = 1; i <= 3; i++) { /* none */
		send(1);
		expect_table(0, 3 + i, 3);
	}
	change("actions=resubmit(,4),goto_table:2", SW_RULE_ADD);
	change("table=2,actions=goto_table:7", SW_RULE_ADD);
	change("table=7,udp,actions=output:2", SW_RULE_ADD);
	for (unsigned i = 1; i <= 3; i++) { /* several, and one that is in vain */
		send(1);
		expect_table(0, 6 + i, 3 + i);
		expect_table(4, i, 0);
		expect_table(2, i, i);
		expect_table(7, i, i);
	}
	change("table=7,udp", SW_RULE_DELETE);
	for (unsigned i = 1; i <= 3; i++) { /* some, and none at the end */
		send(1);
		expect_table(2, 3 + i, 3 + i);
		expect_table(7, 3 + i, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_masks, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_room, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_scan, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_ended, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_grows, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_lists_grow, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_lists_ended, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_changes, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_conj, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_pop, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_tables, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
