/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules as text: options of each verb, fields in any order, errors and their places, rules as a dump shows them.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/rule_text.h>
#include <sw/text.h>

SW_USE(field, tcp_dst);

static struct sw_rule_change parse(const char *text, enum sw_rule_verb verb)
{
	struct sw_rule_change c;
	struct sw_err err = { 0 };

	if (sw_rule_parse(text, verb, &c, &err))
		fail_msg("%s: %s (%s)", text, err.text, err.path);
	assert_int_equal(c.verb, verb);
	return c;
}

static void drop(struct sw_rule_change *c)
{
	sw_instructions_fini(&c->conf.does);
}

static struct sw_err refuses(const char *text, enum sw_rule_verb verb, const char *place)
{
	struct sw_rule_change c;
	struct sw_err err = { 0 };

	if (!sw_rule_parse(text, verb, &c, &err))
		fail_msg("\"%s\" was accepted", text);
	assert_true(err.text[0]);
	if (place && strcmp(place, err.path))
		fail_msg("\"%s\": %s at %s, not at %s", text, err.text, err.path, place);
	assert_null(c.conf.does.apply);
	return err;
}

static void test_add(void **state)
{
	struct sw_rule_change c = parse("actions=drop", SW_RULE_ADD);

	assert_int_equal(c.conf.table, 0);
	assert_int_equal(c.conf.priority, 32768);
	assert_int_equal(c.conf.does.goto_table, -1);
	assert_int_equal(c.out_port, SW_OFPP_ANY);
	assert_int_equal(c.conf.flags, 0);
	drop(&c);
	c = parse(
		"table=3,priority=5,cookie=0x12,idle_timeout=6,hard_timeout=7,importance=8,send_flow_rem,"
		"check_overlap,reset_counts,no_packet_counts,no_byte_counts,tcp,tp_dst=80,actions=2",
		SW_RULE_ADD);
	assert_int_equal(c.conf.table, 3);
	assert_int_equal(c.conf.priority, 5);
	assert_int_equal(c.conf.cookie, 0x12);
	assert_int_equal(c.conf.idle_timeout, 6);
	assert_int_equal(c.conf.hard_timeout, 7);
	assert_int_equal(c.conf.importance, 8);
	assert_int_equal(c.conf.flags,
		SW_RULE_SEND_REMOVED | SW_RULE_NO_PACKET_COUNTS | SW_RULE_NO_BYTE_COUNTS);
	assert_true(c.check_overlap && c.reset_counts && !c.set_cookie);
	assert_int_equal(c.conf.match.value.tp_dst, rte_cpu_to_be_16(80));
	assert_true(sw_field_is_full(&sw_field_tcp_dst, &c.conf.match.mask));
	assert_int_equal(c.conf.does.apply->n, 1);
	drop(&c);
	/* White space is as good as commas; what a dump has besides is read over. */
	c = parse(
		" cookie=0x0, duration=5.1s, table=1, n_packets=3, n_bytes=4, idle_age=1, hard_age=2, "
		"send_flow_rem priority=9,udp actions=NORMAL",
		SW_RULE_ADD);
	assert_int_equal(c.conf.table, 1);
	assert_int_equal(c.conf.priority, 9);
	assert_int_equal(c.conf.flags, SW_RULE_SEND_REMOVED);
	assert_int_equal(c.conf.match.value.ip_proto, 17);
	drop(&c);
	c = parse("priority=0x10 action=", SW_RULE_ADD);
	assert_int_equal(c.conf.priority, 16);
	assert_null(c.conf.does.apply);
	drop(&c);
}

/* A field may stand before what it needs. */
static void test_order(void **state)
{
	static const char *const same[] = { "tcp,tp_dst=80,nw_src=1.2.3.4,actions=1",
		"tp_dst=80,tcp,nw_src=1.2.3.4,actions=1", "nw_src=1.2.3.4,tp_dst=80,tcp,actions=1",
		"tp_dst=80,nw_proto=6,ip_src=1.2.3.4,dl_type=0x800,priority=32768,actions=1",
		"nw_proto=6,tcp_dst=80,eth_type=0x0800,nw_src=1.2.3.4 actions=1" };
	struct sw_rule_change first = parse(same[0], SW_RULE_ADD), c;

	for (unsigned i = 1; i < RTE_DIM(same); i++) {
		c = parse(same[i], SW_RULE_ADD);
		assert_memory_equal(&c.conf.match, &first.conf.match, sizeof(c.conf.match));
		drop(&c);
	}
	drop(&first);
}

static void test_modify(void **state)
{
	struct sw_rule_change c =
		parse("table=2,cookie=0x10/0xf0,cookie=7,tcp,actions=3", SW_RULE_MODIFY);

	assert_int_equal(c.conf.table, 2);
	assert_int_equal(c.cookie, 0x10);
	assert_int_equal(c.cookie_mask, 0xf0);
	assert_true(c.set_cookie);
	assert_int_equal(c.conf.cookie, 7);
	drop(&c);
	c = parse("cookie=5/-1,actions=3", SW_RULE_MODIFY_STRICT);
	assert_int_equal(c.cookie, 5);
	assert_int_equal(c.cookie_mask, UINT64_MAX);
	assert_false(c.set_cookie);
	assert_int_equal(c.conf.table, 0);
	assert_false(c.or_add);
	drop(&c);
	refuses("table=255,actions=2", SW_RULE_MODIFY, "column 1");
	refuses("tcp", SW_RULE_MODIFY, "");
	refuses("importance=3,actions=2", SW_RULE_MODIFY, "column 1");
	refuses("cookie=1,cookie=2,actions=2", SW_RULE_MODIFY, "column 10");
	refuses("cookie=1/1,cookie=2/3,actions=2", SW_RULE_MODIFY, "column 12");
	refuses("cookie=3/1,actions=2", SW_RULE_MODIFY, "column 1");
}

static void test_delete(void **state)
{
	struct sw_rule_change c = parse("", SW_RULE_DELETE);
	struct sw_err err;

	assert_int_equal(c.conf.table, SW_TABLE_ALL);
	assert_int_equal(c.cookie_mask, 0);
	c = parse("table=0,cookie=5/7,out_port=LOCAL,out_group=9,udp", SW_RULE_DELETE);
	assert_int_equal(c.conf.table, 0);
	assert_int_equal(c.cookie, 5);
	assert_int_equal(c.cookie_mask, 7);
	assert_int_equal(c.out_port, SW_OFPP_LOCAL);
	assert_int_equal(c.out_group, 9);
	assert_int_equal(c.conf.match.value.ip_proto, 17);
	c = parse("table=255,priority=7", SW_RULE_DELETE_STRICT);
	assert_int_equal(c.conf.table, SW_TABLE_ALL);
	assert_int_equal(c.conf.priority, 7);
	err = refuses("cookie=5", SW_RULE_DELETE, "column 1");
	assert_string_equal(err.hint, "write cookie=5/-1");
	refuses("priority=5", SW_RULE_DELETE, "column 1");
	refuses("tcp,actions=2", SW_RULE_DELETE, "column 13");
	refuses("tcp,idle_timeout=3", SW_RULE_DELETE, "column 5");
	refuses("check_overlap", SW_RULE_DELETE, "column 1");
	refuses("table=254", SW_RULE_DELETE, "column 1");
}

static void test_refused(void **state)
{
	struct sw_err err = refuses("tcp,tp_dst=80", SW_RULE_ADD, "");

	assert_non_null(strstr(err.hint, "actions="));
	err = refuses("priorty=5,actions=2", SW_RULE_ADD, "column 1");
	assert_string_equal(err.nearest, "priority");
	err = refuses("table=1,tcp,tcp_dts=80,actions=2", SW_RULE_ADD, "column 13");
	assert_string_equal(err.nearest, "tcp_dst");
	refuses("table=1,priority=65536,actions=2", SW_RULE_ADD, "column 9");
	refuses("table=254,actions=2", SW_RULE_ADD, "column 1");
	refuses("table=255,actions=2", SW_RULE_ADD, "column 1");
	refuses("idle_timeout=65536,actions=2", SW_RULE_ADD, "column 1");
	refuses("priority=,actions=2", SW_RULE_ADD, "column 1");
	refuses("priority,actions=2", SW_RULE_ADD, "column 1");
	refuses("send_flow_rem=1,actions=2", SW_RULE_ADD, "column 1");
	refuses("priority=1,priority=1,actions=2", SW_RULE_ADD, "column 12");
	refuses("cookie=1,cookie=2,actions=2", SW_RULE_ADD, "column 10");
	refuses("out_port=1,actions=2", SW_RULE_ADD, "column 1");
	refuses("cookie=1/1,actions=2", SW_RULE_ADD, "column 1");
	refuses("cookie=-1,actions=2", SW_RULE_ADD, "column 1");
	/* What would have matched all IP. */
	refuses("ip,tcp_dst=80,actions=2", SW_RULE_ADD, "column 4");
	refuses("tp_dst=80,actions=2", SW_RULE_ADD, "column 1");
	refuses("nw_src=1.2.3.4,actions=2", SW_RULE_ADD, "column 1");
	refuses("in_port=x,actions=2", SW_RULE_ADD, "column 1");
	/* Actions: their place in the whole line; what they lack. */
	refuses("tcp,actions=2,foo", SW_RULE_ADD, "column 15");
	refuses("tcp, actions=clone(2,foo)", SW_RULE_ADD, "column 22");
	refuses("actions=2,priority=3", SW_RULE_ADD, "column 11");
	err = refuses("ip,actions=mod_tp_dst:80", SW_RULE_ADD, "actions[0]");
	assert_string_equal(err.given, "mod_tp_dst:80");
	refuses("tcp),actions=2", SW_RULE_ADD, "column 4");
	refuses("in_port=\"x,actions=2", SW_RULE_ADD, "column 1");
}

static void test_line(void **state)
{
	struct sw_rule_change c;
	struct sw_err err;

	assert_int_equal(sw_rule_parse_line("tcp,actions=2", &c, NULL), 0);
	assert_int_equal(c.verb, SW_RULE_ADD);
	drop(&c);
	assert_int_equal(sw_rule_parse_line(" add table=3,actions=2", &c, NULL), 0);
	assert_int_equal(c.verb, SW_RULE_ADD);
	assert_int_equal(c.conf.table, 3);
	drop(&c);
	assert_int_equal(sw_rule_parse_line("delete", &c, NULL), 0);
	assert_int_equal(c.verb, SW_RULE_DELETE);
	assert_int_equal(sw_rule_parse_line("delete_strict\ttcp", &c, NULL), 0);
	assert_int_equal(c.verb, SW_RULE_DELETE_STRICT);
	assert_int_equal(sw_rule_parse_line("modify tcp actions=3", &c, NULL), 0);
	assert_int_equal(c.verb, SW_RULE_MODIFY);
	drop(&c);
	assert_int_equal(sw_rule_parse_line("modify_strict tcp actions=3", &c, NULL), 0);
	assert_int_equal(c.verb, SW_RULE_MODIFY_STRICT);
	drop(&c);
	assert_int_equal(sw_rule_parse_line("delete foo=3", &c, &err), -ENOENT);
	assert_string_equal(err.path, "column 8");
	assert_int_equal(sw_rule_parse_line("remove tcp", &c, &err), -ENOENT);
	assert_string_equal(err.path, "column 1");
}

static void prints(
	const char *in, const struct sw_rule_stats *stats, unsigned show, const char *out)
{
	struct sw_rule_change c = parse(in, SW_RULE_ADD);
	struct sw_str text = { 0 };

	sw_rule_print(&c.conf, stats, 100000, show, &text);
	assert_string_equal(text.s, out);
	free(text.s);
	drop(&c);
}

static void test_print(void **state)
{
	struct sw_rule_stats stats = { .packets = 5,
		.bytes = 600,
		.created_ms = 94877,
		.used_ms = 99001,
		.modified_ms = 94877 };

	prints("actions=drop", NULL, SW_RULE_SHOW_RULE, "actions=drop");
	prints("priority=5,actions=2", NULL, SW_RULE_SHOW_RULE, "priority=5 actions=output:2");
	prints("in_port=3,actions=2", NULL, SW_RULE_SHOW_RULE, "in_port=3 actions=output:2");
	prints("in_port=3,priority=1,table=2,cookie=7,actions=2", NULL, SW_RULE_SHOW_RULE,
		"cookie=0x7, table=2, priority=1,in_port=3 actions=output:2");
	prints("in_port=3,priority=1,table=2,cookie=7,actions=2", NULL, 0,
		"priority=1,in_port=3 actions=output:2");
	prints("actions=2", &stats, SW_RULE_SHOW_ALL,
		"cookie=0x0, duration=5.123s, table=0, n_packets=5, n_bytes=600, idle_age=0, actions=output:2");
	stats.created_ms = 50;
	stats.used_ms = 88000;
	prints("idle_timeout=6,hard_timeout=7,importance=8,send_flow_rem,no_packet_counts,no_byte_counts,"
	       "priority=3,actions=2",
		&stats, SW_RULE_SHOW_ALL,
		"cookie=0x0, duration=99.950s, table=0, n_packets=5, n_bytes=600, idle_timeout=6, "
		"hard_timeout=7, send_flow_rem no_packet_counts no_byte_counts importance=8, idle_age=12, "
		"hard_age=5, priority=3 actions=output:2");
	stats.created_ms = 98000;
	prints("actions=2", &stats, SW_RULE_SHOW_DURATION, "duration=2s, actions=output:2");
	stats.created_ms = 100001; /* clocks differ */
	prints("actions=2", &stats, SW_RULE_SHOW_DURATION, "duration=0s, actions=output:2");
}

/* Words may be said again, if not without end. */
static void test_many(void **state)
{
	struct sw_str text = { 0 };
	struct sw_rule_change c;

	for (unsigned i = 0; i < 500; i++)
		sw_str_add(&text, "tp_dst=80,");
	sw_str_add(&text, "nw_proto=6,dl_type=0x800,actions=2");
	c = parse(text.s, SW_RULE_ADD);
	assert_int_equal(c.conf.match.value.tp_dst, rte_cpu_to_be_16(80));
	drop(&c);
	text.len = 0;
	for (unsigned i = 0; i < 100000; i++)
		sw_str_add(&text, "foo%u=80,", i);
	assert_int_equal(refuses(text.s, SW_RULE_DELETE, "column 5011").code, SW_CODE_LIMIT);
	free(text.s);
}

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_modify),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
