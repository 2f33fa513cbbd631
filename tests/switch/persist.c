/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges whose rules persist: what was acknowledged is there after a crash, as it was; what ended is not; on, off, and gone.
 */
#include "persist_rig.h"

#include "ctltest.h"
#include "testswitch.h"

#include <unistd.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/post.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../unit/flow_gen.h"

#include "../../src/ctl/of/controller/fail.h"
#include "../../src/ctl/persist/age.h"
#include "../../src/ctl/persist/persist.h"
#include "../../src/ctl/slice.h"
#include "../../src/ctl/store.h"

static void crash_and_expect_the_same(void)
{
	char *tables = rig_tables();

	rig_crash();
	rig_expect(tables);
	free(tables);
}

static void test_comes_back(void **state)
{
	crash_and_expect_the_same(); /* the NORMAL rule of a new bridge */
	ct_ok("meter add br0 'meter=1 kbps burst bands=type=drop rate=1000 burst_size=9' 'meter=2 "
	      "pktps bands=type=drop rate=5'");
	ct_ok("group add br0 'group_id=7,type=select,bucket=weight:3,output:1,bucket=output:2'");
	ct_ok("rule add br0 'table=3,priority=9,tcp,tcp_dst=80,cookie=0x77,idle_timeout=100,"
	      "hard_timeout=1000,importance=3,send_flow_rem,actions=meter:1,mod_nw_src:1.2.3.4,"
	      "group:7' 'in_port=1,reg0=5,actions=load:1->reg1[],goto_table:3' 'ipv6,"
	      "actions=write_actions(output:2)' 'arp,actions=learn(table=9,eth_src,"
	      "load:5->reg2[0..4])'");
	crash_and_expect_the_same();
	ct_ok("rule del br0"); /* NORMAL, too: nothing makes it come back */
	crash_and_expect_the_same();
}

/* Of each kind of change. */
static void test_changes(void **state)
{
	ct_ok("rule add br0 priority=1,tcp,actions=output:1 priority=2,udp,actions=output:1");
	ct_ok("group add br0 group_id=1,type=all,bucket=output:1 group_id=2,type=all,bucket=output:2");
	ct_ok("meter add br0 'meter=1 kbps bands=type=drop rate=1' 'meter=2 kbps bands=type=drop rate=2'");
	ct_ok("rule add br0 priority=3,ip,actions=group:1 priority=4,ip,actions=meter:2,output:1");
	crash_and_expect_the_same();
	ct_ok("rule mod br0 tcp,actions=output:2");
	crash_and_expect_the_same();
	ct_ok("rule add br0 priority=2,udp,cookie=5,actions=drop");
	crash_and_expect_the_same();
	ct_ok("rule del br0 --strict priority=1,tcp");
	crash_and_expect_the_same();
	ct_ok("group mod br0 group_id=2,type=select,bucket=output:1");
	ct_ok("group insert-buckets br0 group_id=2,command_bucket_id=last,bucket=output:2");
	crash_and_expect_the_same();
	ct_ok("group del br0 group_id=1"); /* and the rule that sends there */
	crash_and_expect_the_same();
	ct_ok("meter del br0 meter=2");
	ct_ok("meter mod br0 'meter=1 pktps bands=type=drop rate=7'");
	crash_and_expect_the_same();
	assert_false(rig_has("group:1"));
	ct_ok("meter del br0 -- group del br0 -- rule del br0");
	crash_and_expect_the_same();
	rig_expect("");
}

/* Rules that OpenFlow 1.5 would tell in the same words are several all the same. */
static void test_in_other_words(void **state)
{
	ct_ok("rule add br0 priority=9,vlan_tci=0/0xffff,actions=note:01.02.03,output:1 "
	      "priority=9,vlan_tci=0/0x1fff,actions=output:2 priority=9,vlan_tci=0/0x1000,actions=drop "
	      "priority=9,vlan_tci=0/0xf000,actions=drop");
	crash_and_expect_the_same();
	ct_ok("rule del br0 --strict priority=9,vlan_tci=0/0xffff");
	crash_and_expect_the_same();
	ct_ok("rule del br0 --strict priority=9,vlan_tci=0/0x1000");
	crash_and_expect_the_same();
	assert_true(rig_has("vlan_tci=0x0000/0x1fff"));
	assert_true(rig_has("vlan_tci=0x0000/0xf000"));
}

/* Groups that name others, and did not come in the order of their numbers. */
static void test_chained_groups(void **state)
{
	ct_ok("group add br0 group_id=9,type=all,bucket=output:1 group_id=5,type=all,bucket=group:9 "
	      "group_id=7,type=all,bucket=group:5,bucket=group:9 group_id=1,type=all,bucket=group:7");
	ct_ok("rule add br0 actions=group:1");
	crash_and_expect_the_same();
	/* in the log a group goes that an earlier word on another still names */
	ct_ok("group mod br0 group_id=5,type=all,bucket=output:2 -- group mod br0 "
	      "group_id=7,type=all,bucket=group:5 -- group del br0 group_id=9");
	crash_and_expect_the_same();
}

static void expire(void)
{
	while (sw_rules_expire(sw_bridge_rules(sw_bridge_by_name("br0")), 64))
		;
}

static void test_timeouts(void **state)
{
	ct_ok("rule add br0 priority=1,hard_timeout=10,actions=drop priority=2,idle_timeout=10,"
	      "actions=drop priority=3,idle_timeout=10,hard_timeout=30,actions=drop");
	sw_clock_warp(6000);
	crash_and_expect_the_same();
	sw_clock_warp(5000); /* 11 s since it was made, 5 since the start */
	expire();
	assert_false(rig_has("priority=1 "));
	assert_true(rig_has("priority=2 "));
	rig_stored();
	crash_and_expect_the_same();
	sw_clock_warp(13000); /* idle times end with a second, and a tick later */
	expire();
	assert_false(rig_has("timeout"));
	rig_stored();
	crash_and_expect_the_same();
	/* over while nobody looked: it is gone before the first packet */
	ct_ok("rule add br0 priority=1,hard_timeout=10,actions=drop");
	sw_clock_warp(20000);
	ct_ok("set bridge br0 other_config:persist-rules=false");
	ct_ok("set bridge br0 other_config:persist-rules=true");
	rig_crash();
	assert_false(rig_has("timeout"));
}

/* --- clocks --- */

#define YEAR_MS (365 * 86400000ll)

/* The file hears of it within a second. */
static void set_the_time(int64_t by_ms)
{
	long size = rig_file("rules.br0");

	sw_clock_set_wall(by_ms);
	persist_sweep();
	for (unsigned i = 0; rig_file("rules.br0") == size; i++) {
		assert_true(i < 1000000);
		sw_post_run();
		usleep(20);
	}
	size = rig_file("rules.br0");
	persist_sweep(); /* once is enough */
	ct_settle();
	assert_int_equal(rig_file("rules.br0"), size);
}

/* The machine starts again, and its time of day is by so much another than it would be. */
static void restart_machine(int64_t by_ms)
{
	static struct uuid boot;

	rig_stored();
	rig_note_disk();
	boot.b[0]++;
	persist_boot_use(&boot);
	sw_clock_set_wall(by_ms);
	rig_crash();
}

/* It has so many seconds left, and no more. */
static void ends_in(unsigned seconds)
{
	assert_true(rig_has("priority=9 "));
	sw_clock_warp(seconds * 1000 - 500);
	expire();
	assert_true(rig_has("priority=9 "));
	sw_clock_warp(1000);
	expire();
	assert_false(rig_has("priority=9 "));
	rig_stored();
}

static void add_timed(void)
{
	ct_ok("rule add br0 priority=9,hard_timeout=100,actions=drop");
	rig_stored();
}

/* While the machine runs it may be set to what one likes. */
static void test_time_is_set(void **state)
{
	static const int64_t jumps[] = { 10 * YEAR_MS, -10 * YEAR_MS, 3600000, -3600000 };

	for (unsigned i = 0; i < 4; i++) {
		add_timed();
		sw_clock_warp(10000);
		sw_clock_set_wall(jumps[i]);
		rig_crash(); /* the file has not heard of it */
		sw_clock_warp(10000);
		set_the_time(-jumps[i]);
		rig_crash();
		sw_clock_set_wall(jumps[i]);
		ends_in(80);
		sw_clock_set_wall(-jumps[i]);
	}
}

static void test_machine_starts(void **state)
{
	uint64_t now;

	/* off for 20 s, which only the time of day can tell; it was set before */
	add_timed();
	sw_clock_warp(30000);
	set_the_time(10 * YEAR_MS);
	sw_clock_warp(10000);
	restart_machine(20000);
	ends_in(40);
	/* it goes backwards: what went by since the last batch is not known, what was before is */
	add_timed();
	sw_clock_warp(30000);
	ct_ok("rule add br0 priority=5,actions=drop");
	restart_machine(-3600000);
	ends_in(70);
	/* nobody has set it yet */
	now = sw_clock_wall_ms();
	add_timed();
	sw_clock_warp(30000);
	ct_ok("rule add br0 priority=6,actions=drop");
	restart_machine(-(int64_t)now);
	assert_true(rig_has("priority=9 "));
	sw_clock_warp(20000);
	ct_ok("rule add br0 priority=7,actions=drop");
	/* nor had anybody before */
	restart_machine(now);
	ends_in(50);
	/* far later: it is over */
	add_timed();
	restart_machine(86400000);
	assert_false(rig_has("priority=9 "));
	assert_true(rig_has("priority=7 "));
}

/* What packets asked for is no part of it. */
static void test_learned(void **state)
{
	struct sw_rules *rules = sw_bridge_rules(sw_bridge_by_name("br0"));
	struct sw_rule_change c = { .verb = SW_RULE_ADD, .learned = true, .conf.priority = 77 };

	c.conf.does.goto_table = -1;
	ct_ok("rule add br0 priority=78,actions=output:1");
	for (unsigned i = 0; i < 2; i++) { /* a new one; and what was put in becomes one */
		c.conf.priority = 77 + i;
		sw_rules_begin(rules);
		assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
		sw_rules_commit(rules);
	}
	assert_true(rig_has("priority=77 "));
	rig_stored();
	rig_crash();
	assert_false(rig_has("priority=77 "));
	assert_false(rig_has("priority=78 "));
}

static void test_on_and_off(void **state)
{
	char *tables;

	ct_ok("set bridge br0 other_config:persist-rules=false");
	assert_int_equal(rig_file("rules.br0"), -1);
	ct_ok("rule add br0 priority=5,actions=drop");
	assert_int_equal(rig_file("rules.br0"), -1);
	ct_restart();
	rig_expect("priority=0 actions=NORMAL\n");
	ct_ok("rule add br0 priority=5,actions=drop");
	tables = rig_tables();
	ct_ok("set bridge br0 other_config:persist-rules=true"); /* with what is there */
	rig_crash();
	rig_expect(tables);
	free(tables);
	ct_ok("del-br br0");
	assert_int_equal(rig_file("rules.br0"), -1);
	ct_bridge("br0");
	ct_ok("set bridge br0 other_config:persist-rules=true");
	rig_expect("priority=0 actions=NORMAL\n");
	rig_crash();
	rig_expect("priority=0 actions=NORMAL\n");
	ct_restart(); /* and without a crash */
	rig_expect("priority=0 actions=NORMAL\n");
}

/* A transaction that fails leaves neither a file nor a bridge that stores. */
static void test_undone(void **state)
{
	ct_fails(SW_CODE_CONFLICT, "add-br br1 -- set interface br1 type=dummy -- "
				   "set bridge br1 other_config:persist-rules=true -- "
				   "add-port br0 p3 -- set interface p3 type=dummy -- "
				   "set bridge br0 other_config:cross-connect=true");
	assert_int_equal(rig_file("rules.br1"), -1);
	assert_int_equal(rig_file("rules-new.br1"), -1);
	ct_dry_run("set bridge br0 other_config:persist-rules=false");
	assert_string_equal(json_string_value(json_array_get(ct.plan, 1)),
		"remove the stored rules of bridge br0");
	assert_true(rig_file("rules.br0") > 0);
}

/* Removed and made in one transaction it runs on, and is another row. */
static void test_another_row(void **state)
{
	static const char again[] = "del-br br0 -- add-br br0 -- set interface br0 type=dummy -- "
				    "set bridge br0 other_config:persist-rules=true";

	ct_ok("rule add br0 priority=5,actions=drop");
	ct_ok("%s", again);
	assert_true(rig_has("priority=5 "));
	crash_and_expect_the_same();
	/* taken back, which is also what a crash before the configuration leaves: the file is of both rows */
	ct_fails(SW_CODE_CONFLICT,
		"%s other_config:cross-connect=true -- add-port br0 p3 -- set interface p3 "
		"type=dummy -- add-port br0 p4 -- set interface p4 type=dummy -- add-port br0 p5 -- "
		"set interface p5 type=dummy",
		again);
	crash_and_expect_the_same();
	assert_true(rig_has("priority=5 "));
	ct_ok("%s", again);
	ct_ok("rule add br0 priority=6,actions=drop");
	crash_and_expect_the_same();
	assert_true(rig_has("priority=6 "));
}

/* At the start it could not be made, later it can: its file is as good as it was then. */
static void test_made_late(void **state)
{
	struct sw_bridge_conf conf = { .name = "br0", .mac_table_size = 16, .mac_aging_time = 300 };
	struct sw_bridge *other;
	struct sw_err err;
	char *tables;
	long size;

	ct_ok("rule add br0 priority=5,actions=drop");
	tables = rig_tables();
	rig_stored();
	store_close();
	other = sw_bridge_create(&conf, &err); /* that has the name */
	assert_non_null(other);
	size = rig_file("rules.br0");
	assert_int_equal(store_open(ct_dir(), &err), 0);
	ct_settle();
	sw_bridge_destroy(other);
	assert_null(sw_bridge_by_name("br0"));
	ct_fails(SW_CODE_CONFLICT, "add-port br0 p3 -- set interface p3 type=dummy -- "
				   "set bridge br0 other_config:cross-connect=true");
	assert_null(sw_bridge_by_name("br0"));
	assert_int_equal(rig_file("rules.br0"), size);
	ct_ok("set bridge br0 external_ids:a=b");
	rig_expect(tables);
	rig_crash();
	rig_expect(tables);
	free(tables);
}

/* Its limits are those it was given before its rules come. */
static void test_limits(void **state)
{
	struct sw_bridge_conf conf = { .name = "br7",
		.mac_table_size = 16,
		.mac_aging_time = 300,
		.table_rules_max = 1500000 };
	struct sw_bridge *bridge = sw_bridge_create(&conf, NULL);
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(bridge), 3, &stats);
	assert_int_equal(stats.limit, 1500000);
	sw_bridge_destroy(bridge);
}

/* A crash came between the configuration and the file. */
static void test_left_behind(void **state)
{
	char from[128], to[128];

	ct_ok("rule add br0 priority=5,actions=drop");
	snprintf(from, sizeof(from), "%s/rules.br0", ct_dir());
	snprintf(to, sizeof(to), "%s/rules.br9", ct_dir());
	assert_int_equal(link(from, to), 0);
	ct_ok("del-br br0");
	ct_bridge("br0");
	ct_ok("set bridge br0 other_config:persist-rules=true");
	assert_int_equal(rename(to, from), 0); /* that of the bridge before */
	ct_restart();
	rig_expect("priority=0 actions=NORMAL\n");
	rig_stored();
	assert_int_equal(link(from, to), 0);
	ct_ok("set bridge br0 other_config:persist-rules=false");
	assert_int_equal(rename(to, from), 0);
	ct_restart();
	assert_int_equal(rig_file("rules.br0"), -1); /* this one keeps nothing */
}

/* Random rules, changed and deleted; crashes in between. */
static void test_random(void **state)
{
	uint64_t seed = swtest_seed(0x9e758);
	unsigned done = 0;

	for (unsigned i = 0; i < 1500; i++) {
		struct sw_str rule = { 0 };

		gen_rule(&rule, i % GEN_VERSIONS, &seed);
		if (rule.len < 4000 && !strchr(rule.s, '\'')) {
			if (swtest_rand(&seed) % 4)
				done += !ct_run("rule add br0 '%s'", rule.s);
			else
				ct_run("rule del br0 priority=%llu",
					(unsigned long long)swtest_rand(&seed) % 100);
		}
		free(rule.s);
		if (i % 100 == 99)
			crash_and_expect_the_same();
	}
	assert_true(done > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_setup, rig_teardown)
		TEST(test_comes_back),
		TEST(test_changes),
		TEST(test_in_other_words),
		TEST(test_chained_groups),
		TEST(test_timeouts),
		TEST(test_time_is_set),
		TEST(test_machine_starts),
		TEST(test_learned),
		TEST(test_on_and_off),
		TEST(test_undone),
		TEST(test_another_row),
		TEST(test_made_late),
		TEST(test_limits),
		TEST(test_left_behind),
		TEST(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
