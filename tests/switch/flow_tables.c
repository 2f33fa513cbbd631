/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows of Flow_Table: as ovs-vsctl's users make, name and share them, in documents, and over a restart; names that controllers
 * see; limits, what happens at them, and when they fall.
 */
#include "persist_peer.h"

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include <sw/bridge.h>
#include <sw/rule_table.h>

#include "../../src/ctl/of/conn/server.h"

#define CREATE "--id=@t create Flow_Table"

static unsigned count(unsigned table)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(sw_bridge_by_name("br0")), table, &stats);
	return stats.rules;
}

static unsigned limit(unsigned table)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(sw_bridge_by_name("br0")), table, &stats);
	return stats.limit;
}

static void add(unsigned table, unsigned from, unsigned to, const char *more)
{
	for (unsigned i = from; i < to; i++)
		ct_ok("rule add br0 table=%u,priority=%u,%sactions=drop", table, i, more);
}

static void test_rows(void **state)
{
	char *uuid;

	ct_ok("set Bridge br0 flow_tables:1=@t -- " CREATE " name=acl flow_limit=5");
	uuid = strdup(ct_text("get bridge br0 flow_tables:1"));
	assert_string_equal(ct_text("get flow_table acl _uuid"), uuid);
	assert_string_equal(ct_text("get flow_table acl flow_limit overflow_policy"), "5\n[]\n");
	ct_ok("set flow-table acl overflow_policy=evict external_ids:a=b");
	assert_string_equal(ct_text("get flow_table acl overflow_policy"), "evict\n");
	/* One row may be about several tables, of several bridges. */
	ct_bridge("br1");
	ct_ok("--id=@t get flow_table acl -- set bridge br0 flow_tables:7=@t -- set bridge br1 flow_tables={2=@t,3=@t}");
	assert_int_equal(limit(1), 5);
	assert_int_equal(limit(7), 5);
	assert_int_equal(limit(2), 1000000);
	ct_ok("remove bridge br0 flow_tables 1 7 -- clear bridge br1 flow_tables");
	ct_fails(SW_CODE_NOT_FOUND, "get flow_table acl _uuid"); /* nothing referred to it */
	assert_string_equal(ct_text("get bridge br0 flow_tables"), "{}\n");
	assert_int_equal(limit(1), 1000000);
	free(uuid);
	/* Two of a name have none. */
	ct_ok("add bridge br0 flow_tables 1=@a 2=@b -- --id=@a create flow_table name=x -- --id=@b create flow_table name=x");
	ct_fails(SW_CODE_NOT_FOUND, "set flow_table x flow_limit=1");
	assert_non_null(strstr(ct.err.text, "2 records"));
	ct_ok("del-br br1");
}

static void test_refused(void **state)
{
	char *uuid;

	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables:254=@t -- " CREATE);
	assert_non_null(strstr(ct.err.allowed, "0 to 253"));
	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables:x=@t -- " CREATE);
	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables:1=x");
	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables=1");
	ct_fails(SW_CODE_NOT_FOUND, "set bridge br0 flow_tables:1=@t");
	ct_fails(SW_CODE_INVALID, CREATE " name=x"); /* of no bridge */
	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables:1=@t -- " CREATE " flow_limit=-1");
	assert_string_equal(ct.err.path, "commands[1]: Flow_Table.flow_limit");
	ct_fails(SW_CODE_INVALID,
		"set bridge br0 flow_tables:1=@t -- " CREATE " flow_limit=16000001");
	ct_fails(SW_CODE_INVALID,
		"set bridge br0 flow_tables:1=@t -- " CREATE " overflow_policy=drop");
	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables:1=@t -- " CREATE " name=\"\"");
	ct_fails(SW_CODE_INVALID, "set bridge br0 flow_tables:1=@t -- " CREATE
				  " name=a2345678901234567890123456789012");
	ct_fails(SW_CODE_UNSUPPORTED,
		"set bridge br0 flow_tables:1=@t -- " CREATE " prefixes=ip_dst");
	assert_non_null(strstr(ct.err.hint, "leave it out"));
	ct_fails(SW_CODE_NOT_FOUND,
		"set bridge br0 flow_tables:1=@t -- " CREATE " groups=NXM_OF_IN_PROT");
	assert_string_equal(ct.err.path, "commands[1]: Flow_Table.groups");
	ct_fails(SW_CODE_INVALID,
		"set bridge br0 flow_tables:1=@t -- " CREATE " groups='\"ip_src[30..32]\"'");
	ct_fails(SW_CODE_INVALID,
		"set bridge br0 flow_tables:1=@t -- " CREATE " groups=in_port[]"); /* no quotes */
	/* A row that is still referred to stays; the hint works. */
	ct_ok("set bridge br0 flow_tables:1=@t -- " CREATE " name=a234567890123456789012345678901");
	uuid = strdup(ct_text("get bridge br0 flow_tables:1"));
	ct_fails(SW_CODE_CONFLICT, "destroy flow_table %s", uuid);
	assert_non_null(strstr(ct.err.hint, "-- remove Bridge br0 flow_tables 1"));
	ct_ok("destroy flow_table %s -- remove Bridge br0 flow_tables 1", uuid);
	ct_fails(SW_CODE_NOT_FOUND, "get bridge br0 flow_tables:1");
	free(uuid);
}

static char *exported(void)
{
	ct_ok("config export");
	return json_dumps(json_object_get(json_array_get(ct.results, 0), "value"), JSON_COMPACT);
}

static void test_document(void **state)
{
	char *with, *without = exported(), *now;

	ct_ok("set Bridge br0 flow_tables:1=@t flow_tables:2=@t -- " CREATE
	      " name=acl flow_limit=5");
	with = exported();
	assert_non_null(strstr(with, "\"flow_limit\":5,\"name\":\"acl\""));
	assert_non_null(strstr(with, "\"flow_tables\":{\"1\":\""));
	assert_non_null(strstr(ct_text("config diff %llu", (unsigned long long)ct.generation - 1),
		"+     flow_tables: 1="));
	ct_input(without);
	ct_ok("config apply test.json --prune");
	assert_int_equal(limit(2), 1000000);
	ct_input(with);
	ct_ok("config apply test.json");
	assert_int_equal(limit(2), 5);
	now = exported();
	assert_string_equal(now, with);
	free(now);
	ct_ok("set flow_table acl flow_limit=6");
	ct_ok("config rollback %llu", (unsigned long long)ct.generation - 1);
	now = exported();
	assert_string_equal(now, with);
	assert_int_equal(limit(2), 5);
	free(now);
	free(with);
	free(without);
}

static void expect_name(unsigned table, const char *name)
{
	int fd = op_dial_as("br0", OF10);
	const struct op_message *m;

	op_say(fd, OF10, 16, 1, "0003 0000");
	m = op_hear_type(fd, 17);
	assert_string_equal((const char *)m->body + 4 + 64 * table + 4, name);
	op_close(fd);
}

static void test_names(void **state)
{
	ct_ok("set Bridge br0 flow_tables:1=@t -- " CREATE " name=acl");
	expect_name(1, "acl");
	expect_name(2, "");
	assert_non_null(strstr(ct_text("rule tables br0"), "\"refuse\",\"acl\"]"));
	ct_ok("set flow_table acl name=other");
	expect_name(1, "other");
	rig_crash();
	expect_name(1, "other");
	ct_ok("clear flow_table other name");
	expect_name(1, "");
}

static void test_limits(void **state)
{
	ct_ok("set Bridge br0 flow_tables:1=@t -- " CREATE " name=acl flow_limit=5");
	add(1, 0, 5, "idle_timeout=100,importance=1,");
	ct_fails(SW_CODE_LIMIT, "rule add br0 table=1,priority=9,actions=drop");
	assert_non_null(strstr(ct.err.text, "table 1 is full (5 rules)"));
	assert_non_null(strstr(ct.err.hint, "flow_tables:1"));
	add(2, 0, 6, "");
	/* Where it falls, those that are there stay, also over a restart; new ones do not come. */
	ct_ok("set flow_table acl flow_limit=2");
	of_server_expire(NULL);
	rig_stored();
	rig_crash();
	assert_int_equal(count(1), 5);
	rig_stored();
	assert_int_equal(rig_file("rules-damaged.1.br0"), -1);
	ct_fails(SW_CODE_LIMIT, "rule add br0 table=1,priority=9,actions=drop");
	/* Or they go, but for those without an end. */
	add(2, 6, 7, "");
	ct_ok("rule mod br0 --strict table=1,priority=0,actions=output:1");
	ct_ok("set flow_table acl overflow_policy=evict");
	of_server_expire(NULL);
	assert_int_equal(count(1), 2);
	ct_ok("rule add br0 table=1,priority=9,actions=drop");
	assert_int_equal(count(1), 2);
	ct_ok("rule add br0 table=1,priority=10,actions=drop");
	ct_fails(SW_CODE_LIMIT, "rule add br0 table=1,priority=11,actions=drop");
	/* The bridge's policy holds where the table has none; and a limit of 0 takes nothing. */
	ct_ok("set bridge br0 other_config:overflow-policy=evict -- clear flow_table acl overflow_policy");
	assert_non_null(strstr(ct_text("rule tables br0"), "\"evict\",\"acl\"]"));
	ct_ok("set flow_table acl overflow_policy=refuse");
	assert_non_null(strstr(ct_text("rule tables br0"), "\"refuse\",\"acl\"]"));
	ct_ok("rule del br0 table=1");
	ct_ok("set flow_table acl flow_limit=0 overflow_policy=evict");
	ct_fails(SW_CODE_LIMIT, "rule add br0 table=1,hard_timeout=9,actions=drop");
	ct_ok("remove bridge br0 flow_tables 1");
	add(1, 0, 7, "");
	assert_int_equal(count(2), 7);
}

static unsigned count_of(const char *part)
{
	char *tables = rig_tables();
	unsigned n = 0;

	for (const char *p = tables; (p = strstr(p, part)); p++)
		n++;
	free(tables);
	return n;
}

/* One port's rules make room for another's, until both have as many. */
static void test_groups(void **state)
{
	ct_ok("set Bridge br0 flow_tables:1=@t -- " CREATE
	      " name=acl flow_limit=8 overflow_policy=evict groups='\"NXM_OF_IN_PORT[]\"'");
	assert_string_equal(ct_text("get flow_table acl groups"), "[\"NXM_OF_IN_PORT[]\"]\n");
	add(1, 1, 9, "in_port=1,hard_timeout=100,importance=7,");
	add(1, 11, 21, "in_port=2,hard_timeout=100,");
	assert_int_equal(count_of("in_port=1 "), 4);
	assert_int_equal(count_of("in_port=2 "), 4);
	/* Over a restart; and without groups importance alone counts. */
	rig_stored();
	rig_crash();
	add(1, 21, 31, "in_port=3,hard_timeout=100,");
	assert_in_range(count_of("in_port=1 "), 2, 3);
	assert_in_range(count_of("in_port=2 "), 2, 3);
	assert_in_range(count_of("in_port=3 "), 2, 3);
	assert_int_equal(count(1), 8);
	ct_ok("clear flow_table acl groups -- set flow_table acl flow_limit=1");
	of_server_expire(NULL);
	assert_int_equal(count(1), 1);
	assert_true(rig_has("in_port=1 "));
}

/* What is refused has driven nothing out. */
static void test_undone(void **state)
{
	ct_ok("set Bridge br0 flow_tables:1=@t -- " CREATE
	      " name=acl flow_limit=5 overflow_policy=evict");
	add(1, 0, 5, "idle_timeout=100,");
	ct_fails(SW_CODE_DEVICE,
		"set flow_table acl flow_limit=1 -- add-port br0 p9 -- set interface p9 type=system");
	of_server_expire(NULL);
	assert_int_equal(count(1), 5);
	assert_int_equal(limit(1), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, pp_setup, pp_teardown)
		TEST(test_rows),
		TEST(test_refused),
		TEST(test_document),
		TEST(test_names),
		TEST(test_limits),
		TEST(test_groups),
		TEST(test_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
