/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that change under rules and flows that were kept, by real packets: each is done by the next packet. What of rules is told
 * with groups, and what goes with them.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/rule_text.h>

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

#define EXPECT(...) tr_expect(port, PORTS, (const unsigned[PORTS]){ __VA_ARGS__ })

/* Rules that were kept by flow name the group; it becomes one that is walked, and plain again. */
static void test_becomes_walked(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=2,type=indirect,bucket=output:2");
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=group:2");
	tr_rule(br, "table=0,actions=group:1");
	tr_rule(br, "table=1,actions=output:3");
	for (unsigned i = 0; i < 4; i++) {
		send(5);
		EXPECT(0, 5, 0, 0, 0, 0);
		tr_group(br, SW_GROUP_MODIFY, "group_id=2,type=indirect,bucket=resubmit(,1)");
		send(5);
		EXPECT(0, 0, 5, 0, 0, 0);
		send(5);
		EXPECT(0, 0, 5, 0, 0, 0);
		tr_group(br, SW_GROUP_MODIFY, "group_id=2,type=indirect,bucket=output:2");
	}
	assert_int_equal(tr_group_stats(br, 1)->packets, 60);
	assert_int_equal(tr_group_stats(br, 2)->packets, 60);
	assert_int_equal(tr_rule_packets(br, 1, 32768), 40);
}

/* The group that a flow's list names is found when it is run, so a change between is seen by the next packet. */
static void test_changes(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=bucket_id:4,output:2,bucket=bucket_id:6,output:3");
	tr_rule(br, "actions=group:1");
	send(3);
	EXPECT(0, 3, 3, 0, 0, 0);
	tr_group(br, SW_GROUP_INSERT_BUCKETS,
		"group_id=1,command_bucket_id=6,bucket=bucket_id:5,output:4");
	send(3);
	EXPECT(0, 3, 3, 3, 0, 0);
	assert_int_equal(tr_group_stats(br, 1)->bucket[0].packets, 6);
	assert_int_equal(tr_group_stats(br, 1)->bucket[1].packets, 3);
	assert_int_equal(tr_group_stats(br, 1)->bucket[2].packets, 6);
	tr_group(br, SW_GROUP_REMOVE_BUCKETS, "group_id=1,command_bucket_id=first");
	send(3);
	EXPECT(0, 0, 3, 3, 0, 0);
	assert_int_equal(tr_group_stats(br, 1)->bucket[0].packets, 6);
	assert_int_equal(tr_group_stats(br, 1)->bucket[1].packets, 9);
	assert_int_equal(tr_group_stats(br, 1)->packets, 9);
	tr_group(br, SW_GROUP_REMOVE_BUCKETS, "group_id=1,command_bucket_id=all");
	send(3);
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "group_no_bucket"), 3);
}

/* Rules that use it go with the group, and no others. */
static void test_delete(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:2");
	tr_group(br, SW_GROUP_ADD, "group_id=2,type=indirect,bucket=output:3");
	tr_rule(br, "priority=5,actions=group:1");
	tr_rule(br, "priority=4,actions=write_actions(group:1)");
	tr_rule(br, "priority=3,actions=clone(group:2)");
	tr_rule(br, "priority=2,actions=output:4");
	send(1);
	EXPECT(0, 1, 0, 0, 0, 0);
	tr_group(br, SW_GROUP_DELETE, "group_id=1");
	assert_int_equal(tr_rule_count(br), 2);
	send(1);
	EXPECT(0, 0, 1, 0, 0, 0);
	tr_group(br, SW_GROUP_DELETE, "");
	assert_int_equal(tr_rule_count(br), 1);
	send(1);
	EXPECT(0, 0, 0, 1, 0, 0);
	assert_null(sw_groups_next(sw_bridge_groups(br->bridge), -1));
}

/* Rules that are staged, taken back, modified, deleted: how many use a group is told with its statistics. */
static void test_counted_rules(void **state)
{
	struct sw_rules *rules = sw_bridge_rules(br->bridge);
	struct sw_rule_change c;
	struct sw_err err;

	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:2");
	tr_group(br, SW_GROUP_ADD, "group_id=2,type=indirect,bucket=group:1");
	assert_int_equal(tr_group_stats(br, 1)->rules, 1);
	assert_int_equal(tr_group_stats(br, 1)->users, 0);
	tr_rule(br, "priority=1,actions=group:1,group:1");
	tr_rule(br, "priority=2,actions=clone(group:1),group:2");
	tr_rule(br, "priority=3,actions=write_actions(group:2)");
	assert_int_equal(tr_group_stats(br, 1)->users, 2);
	assert_int_equal(tr_group_stats(br, 2)->users, 2);
	for (unsigned commit = 0; commit < 2; commit++) {
		static const char *const texts[] = { "actions=group:1", "priority=2",
			"priority=2,actions=group:2" };
		static const enum sw_rule_verb verbs[] = { SW_RULE_MODIFY, SW_RULE_DELETE_STRICT,
			SW_RULE_ADD };

		sw_rules_begin(rules);
		for (unsigned i = 0; i < 3; i++) {
			assert_int_equal(sw_rule_parse(texts[i], verbs[i], &c, &err), 0);
			assert_int_equal(sw_rules_stage(rules, &c, &err), SW_RULE_FINE);
			sw_instructions_fini(&c.conf.does);
		}
		assert_int_equal(tr_group_stats(br, 1)->users, 2);
		assert_int_equal(tr_group_stats(br, 2)->users, 1);
		if (commit)
			sw_rules_commit(rules);
		else
			sw_rules_abort(rules);
		assert_int_equal(tr_group_stats(br, 1)->users, 2);
		assert_int_equal(tr_group_stats(br, 2)->users, commit ? 1 : 2);
	}
	tr_group(br, SW_GROUP_DELETE, "group_id=2");
	assert_int_equal(tr_rule_count(br), 2);
	assert_int_equal(tr_group_stats(br, 1)->users, 2);
	assert_int_equal(tr_group_stats(br, 1)->rules, 0);
}

/* Nobody keeps a rule from naming a group that is not there but who adds it; it loses packets under a name. */
static void test_missing(void **state)
{
	tr_rule(br, "actions=group:1");
	send(3);
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "rule_no_group"), 3);
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:2");
	send(3);
	EXPECT(0, 3, 0, 0, 0, 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_becomes_walked),
		TEST(test_changes),
		TEST(test_delete),
		TEST(test_counted_rules),
		TEST(test_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
