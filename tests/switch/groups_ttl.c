/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets whose TTL ends in groups, and in groups that these send to: each is told to controllers that want it, whatever was
 * kept of its flow from packets with more left, and however groups changed since. Who does not end there goes on.
 */
#include "testrules.h"

#include <rte_byteorder.h>

#include <sw/bridge.h>
#include <sw/packet_in.h>

#include "packet.h"

#define PORTS 2

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	sw_bridge_ask(br->bridge, SW_BRIDGE_TELL_TTL);
	ts_turn();
	return 0;
}

enum kind { IP, LABEL, LABEL_ON_ONE, TAGS };

static void build(struct packet_bytes *p, enum kind kind, uint8_t ttl)
{
	static const char *const heads[] = { "0800", "8847 00064140", "8847 00064140",
		"8100 0005 8100 0006 8100 0007 0800" };

	p->len = 0;
	packet_hex(p, "020000000009 020000000008");
	packet_hex(p, heads[kind]);
	if (kind == LABEL)
		p->b[p->len - 1] = ttl;
	packet_hex(p, "4500002e 00010000");
	packet_number(p, kind == LABEL ? 64 : ttl, 1);
	packet_hex(p, "fd 0000 0a000001 0a000002");
	packet_fill(p, 0, 80 - p->len);
}

/* Packets with this TTL come twice: each is told and lost, or sent. */
static void expect_kind(enum kind kind, uint8_t ttl, bool ends)
{
	for (unsigned i = 0; i < 2; i++) {
		uint64_t lost = ts_drops(port[1], "ttl_exceeded");
		struct packet_bytes p;
		unsigned told;

		build(&p, kind, ttl);
		tr_send(port[1], &p);
		ts_turn();
		told = sw_packet_in_run(8);
		if (told != ends)
			fail_msg("TTL %u, time %u: %u told, expected %u", ttl, i, told, ends);
		assert_int_equal(ts_drops(port[1], "ttl_exceeded") - lost, ends);
		assert_int_equal(sw_dummy_sent_drop(port[2]), !ends);
	}
}

/* Lost where it has so many or fewer. */
static void expect_ends(enum kind kind, uint8_t at)
{
	expect_kind(kind, 64, false);
	for (uint8_t ttl = 0; ttl < 6; ttl++)
		expect_kind(kind, ttl, ttl <= at);
	expect_kind(kind, 255, false);
}

static void group(enum sw_group_verb verb, const char *text)
{
	tr_group(br, verb, text);
	ts_turn();
}

static void test_nested(void **state)
{
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=dec_ttl,output:2");
	group(SW_GROUP_ADD, "group_id=2,type=all,bucket=dec_ttl,group:1");
	group(SW_GROUP_ADD, "group_id=3,type=all,bucket=group:2");
	group(SW_GROUP_ADD, "group_id=4,type=select,bucket=dec_ttl,group:3");
	tr_rule(br, "ip,actions=group:1");
	expect_ends(IP, 1);
	tr_rule(br, "ip,actions=group:2");
	expect_ends(IP, 2);
	tr_rule(br, "ip,actions=group:4");
	expect_ends(IP, 3);
	tr_rule(br, "ip,actions=dec_ttl,group:4");
	expect_ends(IP, 4);
	tr_rule(br, "ip,actions=dec_ttl,group:1");
	expect_ends(IP, 2);
}

static void test_labels(void **state)
{
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=dec_mpls_ttl,output:2");
	group(SW_GROUP_ADD, "group_id=2,type=indirect,bucket=dec_mpls_ttl,group:1");
	tr_rule(br, "mpls,actions=group:2");
	expect_ends(LABEL, 2);
	tr_rule(br, "mpls,actions=dec_mpls_ttl,group:1");
	expect_ends(LABEL, 2);
	tr_rule(br, "mpls,actions=dec_mpls_ttl,dec_mpls_ttl,output:2");
	expect_ends(LABEL, 2);
}

/* A bucket that gives the packet another TTL first: that of what comes in says nothing. */
static void test_new(void **state)
{
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=dec_ttl,output:2");
	group(SW_GROUP_ADD, "group_id=2,type=indirect,bucket=set_field:1->nw_ttl,group:1");
	tr_rule(br, "ip,actions=group:2");
	expect_kind(IP, 64, true);
	expect_kind(IP, 255, true);
	group(SW_GROUP_MODIFY, "group_id=2,type=indirect,bucket=set_field:2->nw_ttl,group:1");
	expect_kind(IP, 1, false);
	expect_kind(IP, 64, false);
	group(SW_GROUP_ADD, "group_id=3,type=indirect,bucket=pop_mpls:0x0800,dec_ttl,output:2");
	tr_rule(br, "mpls,actions=group:3");
	expect_ends(LABEL_ON_ONE, 1);
}

/* The fields do not know what is behind a third tag. */
static void test_tags(void **state)
{
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=pop_vlan,dec_ttl,output:2");
	tr_rule(br, "actions=group:1");
	expect_ends(TAGS, 1);
}

/* What was kept of flows before holds no more where a group, or one that it sends to, counts down more often. */
static void test_changes(void **state)
{
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:2");
	group(SW_GROUP_ADD, "group_id=2,type=indirect,bucket=dec_ttl,group:1");
	tr_rule(br, "ip,actions=group:2");
	expect_ends(IP, 1);
	group(SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=dec_ttl,output:2");
	expect_ends(IP, 2);
	group(SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=output:2");
	expect_ends(IP, 1);
	tr_rule(br, "ip,actions=dec_ttl,group:1");
	expect_ends(IP, 1);
	group(SW_GROUP_MODIFY, "group_id=1,type=all,bucket=output:2");
	group(SW_GROUP_REMOVE_BUCKETS, "group_id=1,command_bucket_id=all");
	group(SW_GROUP_INSERT_BUCKETS,
		"group_id=1,command_bucket_id=first,bucket=dec_ttl,output:2");
	expect_ends(IP, 2);
}

/* The same by a staging, which leaves the one that sends to it as it is. */
static void test_staged(void **state)
{
	struct sw_groups *groups = sw_bridge_groups(br->bridge);
	struct sw_group_change c;
	struct sw_err err;

	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:2");
	group(SW_GROUP_ADD, "group_id=2,type=indirect,bucket=dec_ttl,group:1");
	tr_rule(br, "ip,actions=group:2");
	expect_ends(IP, 1);
	assert_int_equal(sw_group_parse("group_id=1,type=indirect,bucket=dec_ttl,output:2",
				 SW_GROUP_MODIFY, &c, &err),
		0);
	sw_groups_begin(groups);
	assert_int_equal(sw_groups_stage(groups, &c, &err), SW_GROUP_FINE);
	sw_groups_commit(groups);
	sw_group_fini(&c.conf);
	ts_turn();
	expect_ends(IP, 2);
}

/* A rule may name a group before it is there. */
static void test_comes(void **state)
{
	struct packet_bytes p;

	tr_rule(br, "ip,actions=dec_ttl,group:1");
	for (unsigned i = 0; i < 2; i++) {
		build(&p, IP, 64);
		tr_send(port[1], &p);
		ts_turn();
	}
	assert_int_equal(ts_drops(port[1], "rule_no_group"), 2);
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=dec_ttl,output:2");
	expect_kind(IP, 2, true);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nested),
		TEST(test_labels),
		TEST(test_new),
		TEST(test_tags),
		TEST(test_changes),
		TEST(test_staged),
		TEST(test_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
