/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands on groups and meters: all of a command or nothing, what is shown reads back, statistics, and what packets do; and
 * that a large command of rules lets the control loop come round and no packet see half of it.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <sw/rule.h>
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
	ct_ok("rule del br0");
	return 0;
}

static json_t *rows(const char *line)
{
	ct_ok("%s", line);
	return json_object_get(json_object_get(json_array_get(ct.results, 0), "value"), "rows");
}

/* Cell by row and column; "" where it is null. */
static const char *cell(json_t *rows, unsigned row, unsigned column)
{
	static char text[32];
	json_t *c = json_array_get(json_array_get(rows, row), column);

	if (json_is_string(c))
		return json_string_value(c);
	snprintf(text, sizeof(text), json_is_integer(c) ? "%lld" : "",
		(long long)json_integer_value(c));
	return text;
}

/* The rows of a dump, each a line. */
static void expect(const char *line, const char *want)
{
	json_t *found = rows(line);
	struct sw_str text = { 0 };

	sw_str_add(&text, "%s", "");
	for (size_t i = 0; i < json_array_size(found); i++)
		sw_str_add(&text, "%s\n", cell(found, i, 0));
	assert_string_equal(text.s, want);
	free(text.s);
}

static struct ts_frame frame(void)
{
	return ts_frame(MAC(2), MAC(1), UNTAGGED);
}

static void test_groups(void **state)
{
	json_t *found;

	ct_ok("group add br0 group_id=1,type=all,bucket=output:p2,bucket=bucket_id:7,output:3 "
	      "group_id=2,type=indirect,bucket=group:1");
	expect("group dump br0", "group_id=1,type=all,bucket=bucket_id:0,actions=output:2,"
				 "bucket=bucket_id:7,actions=output:3\n"
				 "group_id=2,type=indirect,bucket=bucket_id:0,actions=group:1\n");
	expect("group dump br0 2 --names",
		"group_id=2,type=indirect,bucket=bucket_id:0,actions=group:1\n");
	expect("group dump br0 group_id=1 --names",
		"group_id=1,type=all,bucket=bucket_id:0,actions=output:p2,"
		"bucket=bucket_id:7,actions=output:p3\n");
	expect("group dump br0 --limit=1", "group_id=1,type=all,bucket=bucket_id:0,actions="
					   "output:2,bucket=bucket_id:7,actions=output:3\n");
	ct_ok("rule add br0 in_port=1,actions=group:2");
	ts_send(p1, frame());
	ts_turn();
	ts_expect(p2, frame());
	ts_expect(p3, frame());
	ts_quiet();
	found = rows("group stats br0 1");
	assert_int_equal(json_array_size(found), 3);
	assert_string_equal(cell(found, 0, 3), "1"); /* packets */
	assert_string_equal(cell(found, 0, 5), "0"); /* rules */
	assert_string_equal(cell(found, 0, 6), "1"); /* groups */
	assert_string_equal(cell(found, 2, 2), "7");
	assert_string_equal(cell(found, 2, 3), "1");
	ct_ok("group remove-buckets br0 group_id=1,command_bucket_id=7");
	ct_ok("group insert-buckets br0 group_id=1,command_bucket_id=last,bucket=output:3");
	found = rows("group stats br0 1");
	assert_string_equal(cell(found, 1, 3), "1"); /* it stayed */
	assert_string_equal(cell(found, 2, 3), "0");
	ct_ok("group mod br0 --may-create group_id=1,type=all,bucket=output:3 "
	      "group_id=9,type=ff,bucket=watch_port:2,output:2");
	ts_send(p1, frame());
	ts_turn();
	ts_expect(p3, frame());
	ts_quiet();
	ct_ok("group del br0 group_id=2 group_id=1"); /* in this order nobody sends to one that goes */
	expect("group dump br0",
		"group_id=9,type=ff,bucket=bucket_id:0,watch_port:2,actions=output:2\n");
	expect("rule dump br0 --no-stats", "");
	ct_ok("group del br0");
	expect("group dump br0", "");
}

static void test_all_groups_or_none(void **state)
{
	const char *before = "group_id=1,type=indirect,bucket=bucket_id:0,actions=output:2\n"
			     "group_id=2,type=indirect,bucket=bucket_id:0,actions=group:1\n";

	ct_ok("group add br0 group_id=1,type=indirect,bucket=output:2 group_id=2,type=indirect,bucket=group:1");
	ct_fails(SW_CODE_EXISTS,
		"group add br0 group_id=3,type=all group_id=4,type=all,bucket=group:3 group_id=1,type=all");
	assert_non_null(strstr(ct.err.text, "group_id=1,type=all: group 1 is there already"));
	ct_fails(SW_CODE_NOT_FOUND,
		"group add br0 group_id=3,type=all,bucket=group:4 group_id=4,type=all");
	ct_fails(SW_CODE_INVALID, "group add br0 group_id=3,type=all group_id=4");
	ct_fails(SW_CODE_NOT_FOUND,
		"group mod br0 group_id=1,type=all,bucket=output:3 group_id=7,type=all");
	ct_fails(SW_CODE_INVALID,
		"group mod br0 group_id=2,type=all,bucket=output:3 group_id=1,type=all,bucket=group:2 "
		"group_id=2,type=all,bucket=group:1");
	ct_fails(SW_CODE_INVALID,
		"group insert-buckets br0 group_id=1,command_bucket_id=last,bucket=output:3");
	ct_fails(SW_CODE_CONFLICT, "group del br0 group_id=1 group_id=2");
	ct_fails(SW_CODE_NOT_FOUND, "group dump br0 5");
	ct_fails(SW_CODE_NOT_FOUND, "group dump br9");
	ct_fails(SW_CODE_INVALID, "group dump br0 --limit=0");
	ct_fails(SW_CODE_INVALID, "group dump br0 --from=1:2x");
	expect("group dump br0", before);
	/* A rule names what is there. */
	ct_fails(SW_CODE_NOT_FOUND,
		"rule add br0 in_port=1,actions=output:2 in_port=2,actions=group:5");
	ct_fails(SW_CODE_NOT_FOUND, "rule add br0 in_port=1,actions=meter:5,output:2");
	assert_string_equal(ct.err.text, "in_port=1,actions=meter:5,output:2: there is no meter 5");
	expect("rule dump br0 --no-stats", "");
}

static void test_meters(void **state)
{
	const char *both = "meter=1 pktps burst bands=type=drop rate=5 burst_size=2\n"
			   "meter=4 kbps bands=type=dscp_remark rate=7 prec_level=1\n";
	json_t *found;

	ct_ok("meter add br0 meter=1,pktps,burst,bands=type=drop,rate=5,burst_size=2 "
	      "'meter=4 kbps bands=type=dscp_remark rate=7 prec_level=1'");
	expect("meter dump br0", both);
	expect("meter dump br0 4", "meter=4 kbps bands=type=dscp_remark rate=7 prec_level=1\n");
	ct_fails(SW_CODE_EXISTS,
		"meter add br0 meter=5,kbps,band=type=drop,rate=5 meter=3,kbps,band=type=drop,rate=5 meter=5,kbps,band=type=drop,rate=5");
	ct_fails(SW_CODE_EXISTS,
		"meter add br0 meter=2,kbps,band=type=drop,rate=5 meter=4,kbps,band=type=drop,rate=5");
	ct_fails(SW_CODE_NOT_FOUND,
		"meter mod br0 meter=1,kbps,band=type=drop,rate=5 meter=2,kbps,band=type=drop,rate=5");
	ct_fails(SW_CODE_INVALID, "meter add br0 meter=2,kbps,band=type=drop,rate=5 meter=3,kbps");
	ct_fails(SW_CODE_NOT_FOUND, "meter stats br0 meter=2");
	expect("meter dump br0", both);
	ct_ok("rule add br0 in_port=1,actions=meter:1,output:2");
	for (unsigned i = 0; i < 4; i++)
		ts_send(p1, frame());
	ts_turn();
	ts_expect(p2, frame());
	ts_expect(p2, frame());
	ts_quiet();
	assert_int_equal(ts_drops(p1, "meter"), 2);
	found = rows("meter stats br0 1");
	assert_string_equal(cell(found, 0, 2), "4");
	assert_string_equal(cell(found, 0, 4), "1"); /* rules */
	assert_string_equal(cell(found, 1, 1), "0"); /* band */
	assert_string_equal(cell(found, 1, 2), "2");
	ct_ok("meter mod br0 --may-create meter=1,pktps,band=type=drop,rate=9 meter=2,kbps,band=type=drop,rate=5");
	ct_ok("meter del br0 meter=1 meter=4 meter=77");
	expect("meter dump br0", "meter=2 kbps bands=type=drop rate=5\n");
	expect("rule dump br0 --no-stats", "");
	ct_ok("meter del br0");
	expect("meter dump br0", "");
}

/* --- a large command: as many rules as a command has words --- */

#define MANY 4000

static void words(struct sw_str *line, const char *last)
{
	sw_str_add(line, "rule add br0");
	for (unsigned i = 0; i < MANY; i++)
		sw_str_add(line, " table=%u,priority=%u,tcp,tp_dst=%u,actions=output:2", i % 3,
			i % 7 + 1, i);
	sw_str_add(line, " %s", last);
}

static unsigned count_rules(void)
{
	struct sw_rules *rules = sw_bridge_rules(sw_bridge_by_name("br0"));
	struct sw_rule_cursor cursor = { 0 };
	unsigned n = 0;

	while (sw_rules_next(rules, &cursor, NULL))
		n++;
	return n;
}

static void test_many_rules(void **state)
{
	struct sw_str line = { 0 };

	words(&line, "in_port=1,actions=goto_table:0");
	ct_fails(SW_CODE_INVALID, "%s", line.s);
	assert_int_equal(count_rules(), 0);
	free(line.s);
	line = (struct sw_str){ 0 };
	words(&line, "in_port=1,actions=output:3");
	ct_ok("%s", line.s);
	free(line.s);
	assert_int_equal(count_rules(), MANY + 1);
	ts_send(p1, frame());
	ts_turn();
	ts_expect(p3, frame());
	ct_ok("rule del br0");
	assert_int_equal(count_rules(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_groups, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_all_groups_or_none, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_meters, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_many_rules, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
