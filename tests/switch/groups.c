/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups by real packets: all, indirect, fast failover, groups in groups, buckets that need a walk, what is counted, what is
 * lost and why. Select is in groups_select.c, what changes in groups_changes.c.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include "packet.h"

#define PORTS 6

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];
static struct packet_bytes packet;

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	tr_udp(&packet, &(struct tr_udp){ 0x0a000001, 0x0a000002, 1000, 2000, 0, 100 });
	return 0;
}

/* n packets into port 1, in one burst. */
static void send(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		tr_send(port[1], &packet);
	ts_turn();
}

static void link(unsigned number, bool up)
{
	sw_dummy_set_link(port[number], up);
	ts_turn();
}

#define EXPECT(...) tr_expect(port, PORTS, (const unsigned[PORTS]){ __VA_ARGS__ })

/* The oldest packet out of a port is `packet` but for these bytes (as hex) at an offset, and has so many more. */
static void expect_bytes(unsigned number, unsigned at, const char *hex, int more)
{
	struct rte_mbuf *m = sw_dummy_sent(port[number]);
	struct packet_bytes want = { .len = 0 };
	uint8_t bytes[PACKET_MAX];
	const uint8_t *b;

	if (!m)
		fail_msg("port %u: nothing came out", number);
	packet_hex(&want, hex);
	b = rte_pktmbuf_read(m, 0, m->pkt_len, bytes);
	assert_int_equal(m->pkt_len, packet.len + more);
	assert_memory_equal(b + at, want.b, want.len);
	assert_memory_equal(
		b + at + want.len, packet.b + at + want.len - more, m->pkt_len - at - want.len);
	rte_pktmbuf_free(m);
}

static uint64_t dropped(const char *reason)
{
	static uint64_t seen;
	uint64_t now = ts_drops(port[1], reason), n = now - seen;

	seen = now;
	return n;
}

/* Each bucket has the packet as it came; what follows the group, too; and nothing goes back where it came from. */
static void test_all(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=set_field:0a:00:00:00:00:0a->eth_dst,output:2,bucket=output:3,"
		"bucket=push_vlan:0x8100,set_field:4106->vlan_vid,output:4,bucket=output:1,bucket=drop");
	tr_rule(br, "actions=group:1,output:5");
	for (unsigned i = 0; i < 3; i++) {
		send(1);
		expect_bytes(2, 0, "0a 00 00 00 00 0a", 0);
		expect_bytes(3, 0, "", 0);
		expect_bytes(4, 12, "8100 000a", 4);
		expect_bytes(5, 0, "", 0);
		ts_quiet();
	}
	send(20);
	EXPECT(0, 20, 20, 20, 20, 0);
	assert_int_equal(tr_group_stats(br, 1)->packets, 23);
	assert_int_equal(tr_group_stats(br, 1)->bytes, 2300);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(tr_group_stats(br, 1)->bucket[i].packets, 23);
}

/* The last bucket may have the packets themselves; those before had copies, and what they lost is not lost. */
static void test_all_last(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=set_field:0a:00:00:00:00:0a->eth_dst,output:2,"
		"bucket=set_field:0a:00:00:00:00:0b->eth_dst,output:3,bucket=drop");
	tr_rule(br, "actions=group:1");
	send(1);
	expect_bytes(2, 0, "0a 00 00 00 00 0a", 0);
	expect_bytes(3, 0, "0a 00 00 00 00 0b", 0);
	assert_int_equal(ts_drops(port[1], "rule_drop"), 0);
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=all,bucket=drop,bucket=drop");
	send(3);
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "rule_drop"), 3);
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=all");
	send(4);
	assert_int_equal(ts_drops(port[1], "group_no_bucket"), 4);
}

static void test_indirect(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=7,type=indirect,bucket=output:2");
	tr_rule(br, "actions=write_actions(output:5,group:7)");
	send(4);
	EXPECT(0, 4, 0, 0, 0, 0);
	tr_group(br, SW_GROUP_MODIFY, "group_id=7,type=indirect,bucket=dec_ttl,output:3");
	send(4);
	EXPECT(0, 0, 4, 0, 0, 0);
	assert_int_equal(tr_group_stats(br, 7)->packets, 8);
	assert_int_equal(tr_group_stats(br, 7)->bucket[0].packets, 4);
}

/* Links fall and come back while no rule changes; each packet goes to the first live one. */
static void test_failover(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3,"
		"bucket=watch_group:2,output:4");
	tr_group(br, SW_GROUP_ADD, "group_id=2,type=ff,bucket=watch_port:5,output:5");
	tr_rule(br, "actions=group:1");
	send(2);
	EXPECT(0, 2, 0, 0, 0, 0);
	link(2, false);
	send(2);
	EXPECT(0, 0, 2, 0, 0, 0);
	link(3, false);
	send(2);
	EXPECT(0, 0, 0, 2, 0, 0);
	link(5, false);
	dropped("group_no_bucket");
	send(2);
	ts_quiet();
	assert_int_equal(dropped("group_no_bucket"), 2);
	link(3, true);
	send(2);
	EXPECT(0, 0, 2, 0, 0, 0);
	link(2, true);
	send(2);
	EXPECT(0, 2, 0, 0, 0, 0);
	assert_int_equal(tr_group_stats(br, 1)->packets, 12);
	assert_int_equal(tr_group_stats(br, 1)->bucket[0].packets, 4);
	assert_int_equal(tr_group_stats(br, 1)->bucket[1].packets, 4);
	assert_int_equal(tr_group_stats(br, 1)->bucket[2].packets, 2);
}

/* A port that leaves the bridge is not live, whatever its link; one that joins with its link down is not. */
static void test_failover_members(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=ff,bucket=watch_port:2,output:2,bucket=watch_port:3,output:3,"
		"bucket=watch_port:77,output:4");
	tr_rule(br, "actions=group:1");
	ts_leave(br, port[2]);
	ts_apply(br);
	send(1);
	EXPECT(0, 0, 1, 0, 0, 0);
	link(2, false);
	ts_add(br, port[2], "trunk");
	ts_conf(br, port[2])->number = 2;
	ts_apply(br);
	send(1);
	EXPECT(0, 0, 1, 0, 0, 0);
	link(2, true);
	send(1);
	EXPECT(0, 1, 0, 0, 0, 0);
}

/* Groups that watch each other in a ring are not live by that, and cost no more than a bounded look; one of them that has a
 * bucket of its own that is makes all of them so, wherever the bucket is. */
static void test_watch_ring(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=ff,bucket=watch_group:2,output:2,bucket=watch_group:2,output:3");
	tr_group(br, SW_GROUP_ADD,
		"group_id=2,type=ff,bucket=watch_group:1,output:2,bucket=watch_group:1,output:3");
	tr_rule(br, "actions=group:1");
	send(3);
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "group_no_bucket"), 3);
	tr_group(br, SW_GROUP_MODIFY,
		"group_id=2,type=ff,bucket=watch_group:1,output:2,bucket=watch_group:2,output:3,bucket=watch_port:4,output:4");
	send(3);
	EXPECT(0, 3, 0, 0, 0, 0);
	link(4, false);
	send(3);
	ts_quiet();
}

/* A chain of groups that each watch the next: the last one's port decides, as far as 128 groups are looked at. */
static void test_watch_chain(void **state)
{
	tr_rule(br, "actions=group:1");
	for (unsigned n = 128; n <= 130; n++) {
		char text[100];

		snprintf(text, sizeof(text), "group_id=%u,type=ff,bucket=watch_port:2,output:2", n);
		tr_group(br, SW_GROUP_ADD, text);
		for (unsigned id = 1; id < n; id++) {
			snprintf(text, sizeof(text),
				"group_id=%u,type=ff,bucket=watch_group:%u,output:3", id, id + 1);
			tr_group(br, SW_GROUP_ADD, text);
		}
		send(1);
		EXPECT(0, 0, n < 130, 0, 0, 0);
		tr_group(br, SW_GROUP_DELETE, "group_id=all");
		tr_rule(br, "actions=group:1");
	}
}

/* What a group within a bucket does is the bucket's, and nothing of it is seen behind. */
static void test_chain(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=3,type=indirect,bucket=set_field:0a:00:00:00:00:0c->eth_src,output:2");
	tr_group(br, SW_GROUP_ADD,
		"group_id=2,type=all,bucket=group:3,bucket=output:3,bucket=set_field:0a:00:00:00:00:0d->eth_dst,group:3");
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=indirect,bucket=set_field:0a:00:00:00:00:0a->eth_dst,group:2");
	tr_rule(br, "actions=group:1,output:4");
	for (unsigned i = 0; i < 2; i++) {
		send(1);
		expect_bytes(2, 0, "0a 00 00 00 00 0a 0a 00 00 00 00 0c", 0);
		expect_bytes(2, 0, "0a 00 00 00 00 0d 0a 00 00 00 00 0c", 0);
		expect_bytes(3, 0, "0a 00 00 00 00 0a", 0);
		expect_bytes(4, 0, "", 0);
		ts_quiet();
	}
	assert_int_equal(tr_group_stats(br, 3)->packets, 4);
	assert_int_equal(tr_group_stats(br, 3)->rules, 2);
}

/* Chains that are too deep, and those that spread too far, end; other packets go on. */
static void test_bounds(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=100,type=indirect,bucket=output:2");
	for (unsigned i = 99; i > 0; i--) {
		char text[80];

		snprintf(text, sizeof(text), "group_id=%u,type=indirect,bucket=group:%u", i, i + 1);
		tr_group(br, SW_GROUP_ADD, text);
	}
	tr_rule(br, "priority=1,actions=group:1");
	tr_rule(br, "priority=2,udp,tp_dst=2001,actions=group:80");
	send(2);
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "rule_too_long"), 2);
	tr_udp(&packet, &(struct tr_udp){ 0x0a000001, 0x0a000002, 1000, 2001, 0, 100 });
	send(2);
	EXPECT(0, 2, 0, 0, 0, 0);
	tr_group(br, SW_GROUP_DELETE, "");
	tr_group(br, SW_GROUP_ADD, "group_id=30,type=all,bucket=drop,bucket=drop");
	for (unsigned i = 29; i > 0; i--) {
		char text[80];

		snprintf(text, sizeof(text), "group_id=%u,type=all,bucket=group:%u,bucket=group:%u",
			i, i + 1, i + 1);
		tr_group(br, SW_GROUP_ADD, text);
	}
	tr_rule(br, "priority=1,actions=group:1");
	send(1);
	assert_int_equal(ts_drops(port[1], "rule_too_long"), 3);
}

/* Groups whose buckets ask tables or move bits: only what was chosen counts, and it is chosen packet by packet. */
static void test_walked(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=ff,bucket=watch_port:2,resubmit(,1),bucket=watch_port:3,resubmit(,2)");
	tr_rule(br, "table=0,actions=load:5->NXM_NX_REG0[],group:1,output:NXM_NX_REG0[]");
	tr_rule(br, "table=1,priority=1,actions=load:2->NXM_NX_REG0[],output:NXM_NX_REG0[]");
	tr_rule(br, "table=2,priority=2,actions=load:3->NXM_NX_REG0[],output:NXM_NX_REG0[]");
	for (unsigned i = 0; i < 3; i++) {
		send(2);
		EXPECT(0, 2, 0, 0, 2, 0);
	}
	link(2, false);
	send(2);
	EXPECT(0, 0, 2, 0, 2, 0);
	assert_int_equal(tr_rule_packets(br, 1, 1), 6);
	assert_int_equal(tr_rule_packets(br, 2, 2), 2);
	assert_int_equal(tr_group_stats(br, 1)->bucket[0].packets, 6);
	assert_int_equal(tr_group_stats(br, 1)->bucket[1].packets, 2);
	tr_group(br, SW_GROUP_MODIFY,
		"group_id=1,type=all,bucket=resubmit(,1),bucket=move:NXM_NX_REG0[0..7]->NXM_OF_IP_TOS[],output:4,"
		"bucket=output:6");
	link(2, true);
	send(2);
	EXPECT(0, 2, 0, 2, 2, 2);
}

/* Headers that a bucket reveals are matched by the table that it asks; the packet itself goes on as it was. */
static void test_walked_revealed(void **state)
{
	struct packet_bytes plain = packet;

	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=pop_vlan,resubmit(,1),bucket=output:3");
	tr_rule(br, "table=0,actions=group:1,output:4");
	tr_rule(br, "table=1,priority=9,vlan_tci=0/0x1fff,udp,actions=output:2");
	tr_rule(br, "table=1,priority=1,actions=output:5");
	packet.len = 0;
	packet_hex(&packet, "02 00 00 00 00 02 02 00 00 00 00 01 8100 0007");
	memcpy(packet.b + 16, plain.b + 12, plain.len - 12);
	packet.len = plain.len + 4;
	for (unsigned i = 0; i < 2; i++) {
		send(1);
		expect_bytes(2, 12, "0800", -4);
		expect_bytes(3, 0, "", 0);
		expect_bytes(4, 0, "", 0);
		ts_quiet();
	}
}

/* A bucket whose packet ends there, by its TTL, does not end the others. */
static void test_bucket_ends(void **state)
{
	packet.b[14 + 8] = 1;
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=all,bucket=dec_ttl,output:2,bucket=output:3");
	tr_rule(br, "priority=1,actions=group:1,output:4");
	send(1);
	EXPECT(0, 0, 1, 1, 0, 0);
	tr_group(br, SW_GROUP_MODIFY,
		"group_id=1,type=all,bucket=dec_ttl,output:2,bucket=resubmit(,1),bucket=output:3");
	tr_rule(br, "table=1,actions=output:5,exit");
	send(1);
	EXPECT(0, 0, 1, 1, 1, 0);
}

/* OpenFlow 1.0 and 1.1: the tag is there afterwards whether or not it was before. */
static void test_mod_vlan(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=mod_vlan_vid:9,output:2");
	tr_rule(br, "actions=group:1");
	for (unsigned i = 0; i < 2; i++) {
		send(1);
		expect_bytes(2, 12, "8100 0009", 4);
	}
	packet.b[12] = 0x81;
	packet.b[13] = 0;
	packet.b[14] = 0x6a; /* PCP 3, VID 0xa00 + the next */
	send(1);
	expect_bytes(2, 12, "8100 6009", 0);
}

/* A field that the packet does not have is not written by a bucket either. */
static void test_other_protocol(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=indirect,bucket=set_field:99->tcp_dst,set_field:1.2.3.4->ip_dst,mod_tp_src:7,output:2");
	tr_rule(br, "actions=group:1");
	send(1);
	tr_udp(&packet, &(struct tr_udp){ 0x0a000001, 0x01020304, 7, 2000, 0, 100 });
	expect_bytes(2, 0, "", 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all),
		TEST(test_all_last),
		TEST(test_indirect),
		TEST(test_failover),
		TEST(test_failover_members),
		TEST(test_watch_ring),
		TEST(test_watch_chain),
		TEST(test_chain),
		TEST(test_bounds),
		TEST(test_walked),
		TEST(test_walked_revealed),
		TEST(test_bucket_ends),
		TEST(test_mod_vlan),
		TEST(test_other_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
