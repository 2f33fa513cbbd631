/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands on rules: added, changed, deleted and shown as people type them; all of a command or nothing; what packets then
 * do; and that a bridge is a learning switch again when only NORMAL is left.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <rte_mbuf.h>

#include <sw/action.h>
#include <sw/packet_in.h>
#include <sw/text.h>

static struct sw_port *p1, *p2, *p3;

static int setup(void **state)
{
	struct sw_port *port[4];

	ct_setup(state);
	ct_bridge("br0");
	ct_ports("br0", port, 3);
	p1 = port[1];
	p2 = port[2];
	p3 = port[3];
	return 0;
}

static json_t *rows(const char *line)
{
	ct_ok("%s", line);
	return json_object_get(json_object_get(json_array_get(ct.results, 0), "value"), "rows");
}

/* The only column of the dump without statistics. */
static void expect_rules(const char *const *want)
{
	json_t *found = rows("rule dump br0 --no-stats");
	size_t n = 0;

	for (; want[n]; n++)
		assert_string_equal(
			json_string_value(json_array_get(json_array_get(found, n), 0)), want[n]);
	assert_int_equal(json_array_size(found), n);
}
#define RULES(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

static struct ts_frame frame(void)
{
	return ts_frame(MAC(2), MAC(1), UNTAGGED);
}

static size_t count_rules(void)
{
	return json_array_size(rows("rule dump br0"));
}

static void test_new_bridge_is_normal(void **state)
{
	expect_rules(RULES("priority=0 actions=NORMAL"));
	assert_string_equal(sw_bridge_program_of(p1), "l2");
	ct_ok("rule add br0 in_port=1,actions=output:2");
	assert_string_equal(sw_bridge_program_of(p1), "rules");
	ct_ok("rule del br0 in_port=1");
	assert_string_equal(sw_bridge_program_of(p1), "l2");
}

static void test_packets_follow(void **state)
{
	ct_ok("rule add br0 priority=10,in_port=p1,actions=output:p2,output:3 in_port=2,actions=drop");
	ts_send(p1, frame());
	ts_send(p2, frame());
	ts_turn();
	ts_expect(p2, frame());
	ts_expect(p3, frame());
	ts_quiet();
	assert_int_equal(ts_drops(p2, "rule_drop"), 1);
	expect_rules(RULES("priority=0 actions=NORMAL",
		"priority=10,in_port=1 actions=output:2,output:3", "in_port=2 actions=drop"));
	ct_ok("rule mod br0 in_port=p1,actions=output:3");
	ts_send(p1, frame());
	ts_turn();
	ts_expect(p3, frame());
	ts_quiet();
	assert_int_equal(json_integer_value(json_array_get(
				 json_array_get(rows("rule dump br0 in_port=1"), 0), 0)),
		2);
	ct_ok("rule del br0");
	ts_send(p1, frame());
	ts_turn();
	ts_quiet();
	assert_int_equal(ts_drops(p1, "table_miss"), 1);
	assert_int_equal(json_array_size(rows("rule dump br0")), 0);
}

static void test_all_or_nothing(void **state)
{
	ct_ok("rule del br0");
	ct_fails(SW_CODE_INVALID,
		"rule add br0 in_port=1,actions=output:2 in_port=2,actions=goto_table:0");
	ct_fails(SW_CODE_INVALID,
		"rule add br0 in_port=1,actions=output:2 ip,tcp_dst=80,actions=output:2");
	ct_fails(SW_CODE_UNSUPPORTED,
		"rule add br0 in_port=1,actions=output:2 in_port=2,actions=ct(commit)");
	ct_fails(SW_CODE_NOT_FOUND, "rule add br9 actions=drop");
	expect_rules(RULES(NULL));
}

static struct sw_packet_in heard_in;
static unsigned n_heard, heard_len;

static void hear(const struct sw_packet_in *in)
{
	heard_in = *in;
	heard_len = in->m->pkt_len;
	n_heard++;
}

SW_REGISTER(
	packet_in_listener, test) = { .name = "test", .help = "remembers the last", .heard = hear };

static void expect_heard(uint64_t cookie, uint8_t table, uint16_t max_len, unsigned reason)
{
	sw_packet_in_run(64);
	assert_int_equal(n_heard, 1);
	assert_int_equal(heard_in.cookie, cookie);
	assert_int_equal(heard_in.table, table);
	assert_int_equal(heard_in.max_len, max_len);
	assert_int_equal(heard_in.reason, reason);
	assert_int_equal(heard_in.controller, 0);
	assert_int_equal(rte_be_to_cpu_32(heard_in.fields.in_port), 1);
	assert_int_equal(heard_len, frame().len);
	n_heard = 0;
}

static void test_to_controllers(void **state)
{
	ct_ok("rule del br0");
	ct_ok("rule add br0 priority=0,actions=CONTROLLER:77");
	ts_send(p1, frame());
	ts_turn();
	expect_heard(0, 0, 77, SW_PACKET_IN_NO_MATCH);
	ct_ok("rule add br0 cookie=9,in_port=1,actions=set_field:5->metadata,goto_table:3 "
	      "cookie=8,table=3,actions=output:2,controller");
	ts_send(p1, frame());
	ts_turn();
	ts_expect(p2, frame());
	expect_heard(8, 3, SW_NO_BUFFER, SW_PACKET_IN_ACTION);
	assert_int_equal(rte_be_to_cpu_64(heard_in.fields.metadata), 5);
	/* More than a ring holds: the rest is lost to controllers, counted, and nothing else. */
	ct_ok("rule add br0 in_port=1,actions=controller");
	for (unsigned i = 0; i < 600; i++) {
		ts_send(p1, frame());
		if (i % 100 == 99)
			ts_turn();
	}
	ts_turn();
	while (sw_packet_in_run(64))
		;
	assert_int_equal(n_heard, 512);
	assert_int_equal(sw_packet_in_lost(), 88);
	assert_int_equal(ts_drops(p1, "controller_full"), 88);
}

static bool counts_nothing(unsigned at)
{
	json_t *row = json_array_get(rows("rule dump br0"), 0), *n = json_array_get(row, at);

	return json_is_integer(n) && !json_integer_value(n);
}

/* A rule that no packet took yet says 0, the only one, too; what looks at no rules says nothing. */
static void test_not_looked_at(void **state)
{
	json_t *row;

	assert_true(counts_nothing(0) && counts_nothing(1));
	ct_ok("del-port br0 p3 -- set bridge br0 other_config:cross-connect=true");
	row = json_array_get(rows("rule dump br0"), 0);
	assert_true(json_is_null(json_array_get(row, 0)) && json_is_null(json_array_get(row, 1)));
	ct_fails(SW_CODE_CONFLICT, "rule add br0 in_port=1,actions=drop");
	ct_fails(SW_CODE_CONFLICT, "rule mod br0 in_port=1,actions=drop");
	assert_string_equal(ct.err.hint, "swctl remove bridge br0 other_config cross-connect");
	ct_ok("rule del br0 in_port=1");
	ct_ok("remove bridge br0 other_config cross-connect");
	ct_ok("rule add br0 in_port=1,actions=drop");
	assert_true(counts_nothing(0));
	ct_ok("rule del br0 in_port=1");
	assert_true(counts_nothing(0));
	ts_send(p1, frame());
	ts_turn();
	row = json_array_get(rows("rule dump br0"), 0);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), 1);
}

/* By the names of ovs-ofctl and ovs-appctl. */
static void test_other_names(void **state)
{
	ct_ok("del-flows br0");
	ct_ok("add-flow br0 in_port=1,actions=output:2");
	ct_ok("mod-flows br0 --strict in_port=1,actions=output:3");
	assert_int_equal(json_array_size(rows("dump-flows br0 --no-stats")), 1);
	expect_rules(RULES("in_port=1 actions=output:3"));
	ct_ok("add-group br0 group_id=1,type=all,bucket=output:2");
	ct_ok("mod-group br0 --may-create group_id=2,type=all");
	assert_int_equal(json_array_size(rows("dump-groups br0")), 2);
	ct_ok("del-groups br0 group_id=1");
	ct_ok("add-meter br0 meter=1,kbps,band=type=drop,rate=5");
	assert_int_equal(json_array_size(rows("dump-meters br0")), 1);
	assert_non_null(strstr(ct_text("ofproto/trace br0 in_port=1"), "verdict: p3"));
	assert_int_equal(json_array_size(rows("fdb/show br0")), 0);
	ct_ok("fdb/flush br0");
	ct_fails(SW_CODE_UNSUPPORTED, "dump-ports br0 x");
	ct_fails(SW_CODE_UNSUPPORTED, "queue-stats br0 x");
	assert_non_null(strstr(ct.err.hint, "ovs-ofctl"));
	ct_fails(SW_CODE_USAGE, "add-flow br0");
}

/* More than a page holds. */
/* The lines of a file, as ovs-ofctl reads them: all or none, and an error tells the line. */
static void test_files(void **state)
{
	ct_input("# of tests\n\n"
		 "priority=5,ip,actions=output:2 # behind it, too\r\n"
		 "  add priority=6,arp,actions=output:3\n"
		 "add priority=7,tcp,actions=drop\n"
		 "modify_strict priority=5,ip,actions=output:p3\n"
		 "delete tcp\n"
		 "delete_strict priority=0\n"
		 "add group_id=1,type=all");
	ct_fails(SW_CODE_NOT_FOUND, "rule load br0 my-rules");
	assert_int_equal(strncmp(ct.err.text, "my-rules:9: ", 12), 0);
	assert_string_equal(ct.err.path, "line 9");
	assert_int_equal(count_rules(), 1);
	ct_input("priority=5,ip,actions=output:2 # behind it, too\r\n"
		 "  add\tpriority=6,arp,actions=output:3\n"
		 "add priority=7,tcp,actions=drop\n"
		 "modify_strict priority=5,ip,actions=output:p3\n"
		 "delete tcp\n"
		 "delete_strict priority=0");
	ct_ok("rule load br0 my-rules");
	assert_int_equal(count_rules(), 2);
	assert_non_null(strstr(ct_text("rule dump br0"), "priority=5,ip actions=output:3"));
	ct_input("# nothing\n\n");
	ct_ok("rule load br0 my-rules");
	ct_input(
		"group_id=1,type=all,bucket=output:2\nadd group_id=2,type=all,bucket=output:2\n"
		"insert_bucket group_id=2,command_bucket_id=last,bucket=output:3\ndelete group_id=1");
	ct_ok("group load br0 f");
	assert_non_null(strstr(ct_text("group dump br0"), "bucket=bucket_id:1,actions=output:3"));
	assert_null(strstr(ct_text("group dump br0"), "group_id=1,"));
	ct_input("group_id=3,type=all,bucket=output:2\ngroup_id=2,type=all");
	ct_fails(SW_CODE_EXISTS, "group load br0 f");
	assert_int_equal(strncmp(ct.err.text, "f:2: ", 5), 0);
	assert_null(strstr(ct_text("group dump br0"), "group_id=3,"));
	ct_input(
		"meter=1 pktps bands=type=drop rate=5\nmodify meter=1 pktps bands=type=drop rate=6");
	ct_ok("meter load br0 f");
	assert_non_null(strstr(ct_text("meter dump br0"), "rate=6"));
	ct_input(
		"delete meter=1\nmeter=1 pktps bands=type=drop rate=7\nmodify meter=2 pktps bands=type=drop rate=8");
	ct_fails(SW_CODE_NOT_FOUND, "meter load br0 f");
	assert_int_equal(strncmp(ct.err.text, "f:3: there is no meter 2", 24), 0);
	assert_non_null(strstr(ct_text("meter dump br0"), "rate=6"));
	ct_input(
		"delete meter=1\nmeter=1 pktps bands=type=drop rate=7\nmeter=2 pktps bands=type=drop rate=8\n"
		"delete meter=all\nmeter=3 pktps bands=type=drop rate=9");
	ct_ok("meter load br0 f");
	assert_non_null(strstr(ct_text("meter dump br0"), "rate=9"));
	assert_null(strstr(ct_text("meter dump br0"), "rate=7"));
	ct_input(NULL);
	ct_fails(SW_CODE_USAGE, "rule load br0 f");
	ct_ok("set bridge br0 other_config:cross-connect=true -- del-port p3");
	ct_input("ip,actions=output:2");
	ct_fails(SW_CODE_CONFLICT, "rule load br0 f");
	ct_input(NULL);
}

/* What is the same in the file stays and goes on counting; all else is as the file has it, at once. */
static void test_replace(void **state)
{
	ct_ok("rule del br0");
	ct_ok("rule add br0 priority=5,dl_type=0x88b5,actions=output:2 priority=6,arp,actions=drop table=3,udp,actions=drop");
	ts_send(p1, ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(p2);
	ct_input(
		"priority=5,dl_type=0x88b5,actions=output:p2\npriority=6,arp,actions=output:3\ntable=1,ip,actions=drop");
	ct_ok("rule diff br0 f");
	assert_int_equal(ct.exit_status, 10);
	assert_string_equal(ct_text("rule diff br0 f"),
		"-priority=6,arp actions=drop\n+priority=6,arp actions=output:3\n+table=1, ip actions=drop\n"
		"-table=3, udp actions=drop\n");
	ct_ok("rule replace br0 f");
	assert_int_equal(count_rules(), 3);
	assert_non_null(strstr(ct_text("rule dump br0"), "[1,60,"));
	ct_ok("rule diff br0 f");
	assert_int_equal(ct.exit_status, 0);
	assert_string_equal(ct_text("rule diff br0 f"), "");
	ct_input("priority=5,ip,actions=output:2\nip,actions=group:9");
	ct_fails(SW_CODE_NOT_FOUND, "rule replace br0 f");
	assert_int_equal(strncmp(ct.err.text, "f:2: ", 5), 0);
	ct_input("delete ip");
	ct_fails(SW_CODE_NOT_FOUND, "rule replace br0 f");
	assert_int_equal(count_rules(), 3);
	assert_non_null(strstr(ct_text("rule dump br0"), "[1,60,"));
	ct_input("# x\npriority=5,ip,actions=output:2\ntable=1,priority=3,arp,actions=output:3\n");
	ct_ok("rule replace br0 f");
	assert_int_equal(count_rules(), 2);
	ct_input("");
	ct_ok("rule replace br0 f");
	assert_int_equal(count_rules(), 0);
	ct_input(NULL);
	ct_fails(SW_CODE_USAGE, "rule replace br0 f");
}

static void test_pages(void **state)
{
	json_t *first;

	ct_ok("rule del br0");
	for (unsigned i = 0; i < 450; i += 50) {
		struct sw_str line = { 0 };

		sw_str_add(&line, "rule add br0");
		for (unsigned k = i; k < i + 50; k++)
			sw_str_add(&line, " table=%u,tcp,tp_dst=%u,actions=output:2", k / 100, k);
		ct_ok("%s", line.s);
		free(line.s);
	}
	first = rows("rule dump br0");
	assert_int_equal(json_array_size(first), 200);
	assert_int_equal(json_array_size(rows("rule dump br0 --limit=7")), 7);
	assert_int_equal(json_array_size(rows("rule dump br0 table=2 --no-stats")), 100);
	assert_int_equal(json_array_size(rows("rule tables br0")), 5);
	ct_ok("rule del br0 table=2");
	assert_int_equal(json_array_size(rows("rule dump br0 table=2")), 0);
	assert_int_equal(json_array_size(rows("flow stats")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_bridge_is_normal, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_packets_follow, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_all_or_nothing, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_to_controllers, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_not_looked_at, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_other_names, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_files, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_replace, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_pages, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
