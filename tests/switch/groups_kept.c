/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows that are kept though their walk went through groups: packets of one go by the same buckets and are counted there, others
 * choose for themselves, and what is kept is walked again once a group, a link, or a group that is watched is another one.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/bridge.h>
#include <sw/flow.h>
#include <sw/groups.h>
#include <sw/packet_in.h>
#include <sw/post.h>
#include <sw/rule.h>

#include "packet.h"

#define PORTS 5
#define FLOWS 64

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	tr_rule(br, "table=1,actions=output:2");
	tr_rule(br, "table=2,actions=output:3");
	return 0;
}

static void link_is(unsigned number, bool up)
{
	sw_dummy_set_link(port[number], up);
	sw_post_run();
}

/* A packet of flow i. */
static void put(unsigned i, uint8_t ttl)
{
	struct packet_bytes p;

	tr_udp(&p, &(struct tr_udp){ 0x0a000001, 0x0a000002, 1000 + i, 2000, 0, 100 });
	p.b[14 + 8] = ttl;
	tr_send(port[1], &p);
}

/* Flows 0 to n - 1, a packet each: so many are walked, the others found. */
static void send(unsigned n, unsigned walks)
{
	struct sw_flow_stats s;

	tr_flows_mark();
	for (unsigned i = 0; i < n; i++)
		put(i, 64);
	ts_turn();
	s = tr_flows_since();
	assert_int_equal(s.walks, walks);
	assert_int_equal(s.hits, n - walks);
	assert_int_equal(s.not_kept, 0);
}

#define EXPECT(...) tr_expect(port, PORTS, (const unsigned[PORTS]){ __VA_ARGS__ })

static unsigned out_of(unsigned number)
{
	unsigned n = sw_dummy_sent_waiting(port[number]);

	sw_dummy_sent_drop(port[number]);
	return n;
}

/* All of a flow go one way, and flows are told apart by what is hashed, which no rule matches. */
static void test_select(void **state)
{
	const struct sw_group_stats *s;
	unsigned first[2];

	tr_group(
		br, SW_GROUP_ADD, "group_id=1,type=select,bucket=resubmit(,1),bucket=resubmit(,2)");
	tr_rule(br, "actions=group:1");
	send(FLOWS, FLOWS);
	first[0] = out_of(2);
	first[1] = out_of(3);
	assert_int_equal(first[0] + first[1], FLOWS);
	assert_in_range(first[0], FLOWS / 5, FLOWS * 4 / 5);
	for (unsigned i = 0; i < 3; i++) {
		send(FLOWS, 0);
		EXPECT(0, first[0], first[1], 0, 0);
	}
	s = tr_group_stats(br, 1);
	assert_int_equal(s->packets, 4 * FLOWS);
	assert_int_equal(s->bytes, 4 * FLOWS * 100);
	assert_int_equal(s->bucket[0].packets, 4 * first[0]);
	assert_int_equal(s->bucket[1].packets, 4 * first[1]);
	assert_int_equal(tr_rule_packets(br, 1, 32768), 4 * first[0]);
	assert_int_equal(tr_rule_packets(br, 2, 32768), 4 * first[1]);
}

/* So are they by the fields that a bucket looks at. */
static void test_move(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=move:NXM_OF_UDP_SRC[0]->NXM_NX_REG0[0],resubmit(,3),bucket=output:4");
	tr_rule(br, "udp,actions=group:1");
	tr_rule(br, "table=3,reg0=0,actions=output:2");
	tr_rule(br, "table=3,reg0=1,actions=output:3");
	send(10, 10);
	EXPECT(0, 5, 5, 10, 0);
	send(10, 0);
	EXPECT(0, 5, 5, 10, 0);
}

/* One that is deleted and comes again, by a staging or without: what was counted before is of another one. */
static void change(bool staged, enum sw_group_verb verb, const char *text)
{
	if (!staged) {
		tr_group(br, verb, text);
		return;
	}
	sw_groups_begin(sw_bridge_groups(br->bridge));
	tr_stage_group(br, verb, text);
	sw_groups_commit(sw_bridge_groups(br->bridge));
}

#define ANY_PORT "group_id=1,type=select,selection_method=hash,fields(eth_src)"

static void test_changes(void **state)
{
	for (unsigned staged = 0; staged < 2; staged++) {
		change(staged, SW_GROUP_ADD, ANY_PORT ",bucket=bucket_id:1,resubmit(,1)");
		change(staged, SW_GROUP_ADD, "group_id=2,type=all,bucket=resubmit(,1)");
		tr_rule(br, "table=0,actions=group:1");
		send(5, 1);
		change(staged, SW_GROUP_MODIFY, "group_id=2,type=all,bucket=resubmit(,2)");
		send(5, 0);
		EXPECT(0, 10, 0, 0, 0);
		change(staged, SW_GROUP_MODIFY, ANY_PORT ",bucket=bucket_id:1,resubmit(,2)");
		send(5, 1);
		EXPECT(0, 0, 5, 0, 0);
		assert_int_equal(tr_group_stats(br, 1)->packets, 15);
		assert_int_equal(tr_group_stats(br, 1)->bucket[0].packets, 5);
		change(staged, SW_GROUP_INSERT_BUCKETS,
			"group_id=1,command_bucket_id=first,bucket=bucket_id:2,weight:0,output:4");
		send(5, 1);
		EXPECT(0, 0, 5, 0, 0);
		assert_int_equal(tr_group_stats(br, 1)->bucket[1].packets, 10);
		change(staged, SW_GROUP_MODIFY, "group_id=1,type=all,bucket=output:4");
		send(5, 1);
		EXPECT(0, 0, 0, 5, 0);
		change(staged, SW_GROUP_MODIFY, "group_id=1,type=all,bucket=group:2");
		for (unsigned i = 0; i < 4; i++)
			ts_turn(); /* until no worker reads what was before */
		sw_rules_expire(sw_bridge_rules(br->bridge), 1000);
		send(5, 1);
		EXPECT(0, 0, 5, 0, 0);
		change(staged, SW_GROUP_MODIFY, "group_id=2,type=all,bucket=output:5");
		send(5, 1);
		EXPECT(0, 0, 0, 0, 5);
		change(staged, SW_GROUP_DELETE, "group_id=all");
		send(5, 1);
		ts_quiet();
	}
}

/* A link that falls, and one that is watched by another group that is watched; and that group itself. */
static void test_watched(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=2,type=ff,bucket=watch_port:4,output:4");
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=ff,bucket=watch_port:5,resubmit(,1),bucket=watch_group:2,resubmit(,2)");
	tr_rule(br, "actions=group:1");
	for (unsigned i = 0; i < 2; i++) {
		send(5, 1);
		send(5, 0);
		EXPECT(0, 10, 0, 0, 0);
		link_is(5, false);
		send(5, 1);
		send(5, 0);
		EXPECT(0, 0, 10, 0, 0);
		tr_group(br, SW_GROUP_MODIFY, "group_id=2,type=ff,bucket=watch_port:5,output:4");
		send(5, 1);
		send(5, 0);
		ts_quiet();
		assert_int_equal(ts_drops(port[1], "group_no_bucket"), 10 + 20 * i);
		tr_group(br, SW_GROUP_MODIFY, "group_id=2,type=ff,bucket=watch_port:4,output:4");
		send(5, 1);
		EXPECT(0, 0, 5, 0, 0);
		link_is(4, false);
		send(5, 1);
		send(5, 0);
		ts_quiet();
		link_is(4, true);
		link_is(5, true);
	}
}

/* A bucket that says nothing of what it watches is not chosen while the port that it sends to is down, as in groups that
 * are not walked; where a table or a field says where to, nothing is known of it before. */
static void test_own_port(void **state)
{
	static const char *const walked[] = {
		"bucket=output:4,bucket=move:NXM_OF_UDP_SRC[]->NXM_OF_UDP_DST[],output:5",
		"bucket=resubmit(,1),bucket=output:4",
		"bucket=load:2->NXM_NX_REG0[],output:NXM_NX_REG0[],bucket=output:4",
	};
	static const unsigned other[] = { 5, 2, 2 };

	tr_rule(br, "table=0,actions=group:1");
	for (unsigned i = 0; i < RTE_DIM(walked); i++) {
		char text[200];
		unsigned first[2];

		snprintf(text, sizeof(text), "group_id=1,type=select,%s", walked[i]);
		tr_group(br, i ? SW_GROUP_MODIFY : SW_GROUP_ADD, text);
		send(FLOWS, FLOWS);
		first[0] = out_of(4);
		first[1] = out_of(other[i]);
		assert_int_equal(first[0] + first[1], FLOWS);
		assert_in_range(first[0], FLOWS / 5, FLOWS * 4 / 5);
		link_is(4, false);
		send(FLOWS, FLOWS);
		send(FLOWS, 0);
		assert_int_equal(out_of(other[i]), 2 * FLOWS);
		link_is(other[i], false);
		send(FLOWS, FLOWS);
		assert_int_equal(out_of(other[i]), i ? FLOWS : 0);
		link_is(4, true);
		link_is(other[i], true);
		send(FLOWS, FLOWS);
		assert_int_equal(out_of(4), first[0]);
		assert_int_equal(out_of(other[i]), first[1]);
		ts_quiet();
	}
	assert_int_equal(ts_drops(port[1], "group_no_bucket"), FLOWS);
}

/* Rules that concern others void nothing, where links are not watched. */
static void test_other_rules(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=resubmit(,1)");
	tr_rule(br, "priority=1,actions=group:1");
	tr_rule(br, "priority=2,ip,nw_dst=10.9.9.9,actions=drop");
	send(5, 1);
	tr_change(br, "ip,nw_dst=10.9.9.9", SW_RULE_DELETE);
	send(5, 0);
	tr_rule(br, "priority=2,ip,nw_dst=10.0.0.2,actions=drop");
	send(5, 1);
	EXPECT(0, 10, 0, 0, 0);
}

/* Each packet's own TTL decides, in each bucket by itself, and where somebody is told of those that end. */
static void test_ttl(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=dec_ttl,resubmit(,1),bucket=dec_ttl,output:4");
	tr_rule(br, "actions=group:1,output:5");
	for (unsigned told = 0; told < 2; told++) {
		sw_bridge_ask(br->bridge, told ? SW_BRIDGE_TELL_TTL : 0);
		send(1, 1);
		for (unsigned ttl = 2; ttl < 5; ttl++)
			put(0, ttl);
		ts_turn();
		EXPECT(0, 4, 0, 4, 4);
		send(1, 0);
		put(0, 1);
		ts_turn();
		assert_int_equal(sw_packet_in_run(8), 2 * told);
		EXPECT(0, 1, 0, 1, 2);
	}
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_select),
		TEST(test_move),
		TEST(test_changes),
		TEST(test_watched),
		TEST(test_own_port),
		TEST(test_other_rules),
		TEST(test_ttl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
