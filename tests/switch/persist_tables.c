/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges whose rules persist: what controllers ask of tables (OpenFlow 1.4.1, 7.3.4.2: eviction, vacancy) comes back with the rules.
 */
#include "persist_peer.h"

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include <sw/bridge.h>
#include <sw/rule_table.h>

#define TABLE_STATUS 31
#define TABLE	     3
#define LIMIT	     10

static void table_mod(int fd, const char *body)
{
	op_say(fd, OF14, 17, 5, body);
	op_say(fd, OF14, 20, 6, "");
	assert_int_equal(op_hear_type(fd, 21)->xid, 6); /* it is on the disk */
}

static void expect_table(unsigned table, bool evict, bool vacancy, unsigned down, unsigned up)
{
	struct sw_rule_table_conf conf;

	sw_rules_table_conf(sw_bridge_rules(sw_bridge_by_name("br0")), table, &conf);
	assert_int_equal(conf.evict, evict);
	assert_int_equal(conf.vacancy, vacancy);
	assert_int_equal(conf.down, down);
	assert_int_equal(conf.up, up);
}

static void test_settings(void **state)
{
	int fd = op_dial_as("br0", OF14);

	table_mod(fd, "03 000000 0000000c 0003 0008 14320000");
	table_mod(fd, "05 000000 00000004");
	rig_crash();
	expect_table(TABLE, true, true, 20, 50);
	expect_table(4, false, false, 0, 0);
	expect_table(5, true, false, 0, 0);
	rig_stored(); /* in a new file */
	rig_crash();
	expect_table(TABLE, true, true, 20, 50);
	op_close(fd);
	fd = op_dial_as("br0", OF14);
	table_mod(fd, "05 000000 00000000");
	rig_crash();
	expect_table(TABLE, true, true, 20, 50);
	expect_table(5, false, false, 0, 0);
	op_close(fd);
	fd = op_dial_as("br0", OF14);
	table_mod(fd, "ff 000000 00000004");
	rig_crash();
	for (unsigned i = 0; i < SW_TABLES; i++)
		expect_table(i, true, false, 0, 0);
	op_close(fd);
}

static void add_rules(int fd, unsigned from, unsigned to)
{
	char text[100];

	for (unsigned i = from; i < to; i++) {
		snprintf(text, sizeof(text),
			"table=%u,priority=%u,importance=%u,hard_timeout=1000,actions=drop", TABLE,
			i + 1, i);
		or_flow_mod(fd, OF14, OR_ADD, text);
	}
	op_echo(fd, OF14);
}

/* A full table: who was evicted stays away, and evicting goes on. */
static void test_evicts(void **state)
{
	int fd = op_dial_as("br0", OF14);
	char *tables;

	ct_ok("set bridge br0 other_config:table-rules-max=%u", LIMIT);
	table_mod(fd, "03 000000 00000004");
	add_rules(fd, 0, 2 * LIMIT);
	assert_false(rig_has("priority=1 "));
	rig_stored();
	tables = rig_tables();
	rig_crash(); /* the file has all of them, and the ends of those that went */
	rig_expect(tables);
	rig_stored();
	assert_int_equal(rig_file("rules-damaged.1.br0"), -1); /* nothing was refused */
	op_close(fd);
	fd = op_dial_as("br0", OF14);
	add_rules(fd, 2 * LIMIT, 2 * LIMIT + 1);
	assert_false(rig_has("priority=11 "));
	assert_true(rig_has("priority=21 "));
	free(tables);
	op_close(fd);
}

/* Of tables, too. */
static void want_news(int fd)
{
	op_say(fd, OF14, 9, 5, "0000 ffff");
	op_say(fd, OF14, 28, 5, "0009 0008 00000018");
}

/* What was said of a table that is full is not said again, but that it is not any more. */
static void test_vacancy(void **state)
{
	int fd = op_dial_as("br0", OF14);

	ct_ok("set bridge br0 other_config:table-rules-max=%u", LIMIT);
	table_mod(fd, "03 000000 00000008 0003 0008 14320000");
	want_news(fd);
	add_rules(fd, 0, LIMIT - 2);
	or_flow_mod(fd, OF14, OR_ADD, "table=3,priority=100,actions=drop");
	assert_int_equal(op_hear_type(fd, TABLE_STATUS)->body[0], 3); /* down */
	op_echo(fd, OF14);
	rig_stored();
	rig_crash();
	op_close(fd);
	fd = op_dial_as("br0", OF14);
	want_news(fd);
	or_flow_mod(fd, OF14, OR_ADD, "table=3,priority=101,actions=drop");
	op_echo(fd, OF14);
	or_flow_mod(fd, OF14, OR_DELETE, "table=3");
	assert_int_equal(op_hear_type(fd, TABLE_STATUS)->body[0], 4); /* up */
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, pp_setup, pp_teardown)
		TEST(test_settings),
		TEST(test_evicts),
		TEST(test_vacancy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
