/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bridge whose one rule says NORMAL for all packets runs the L2 program, which looks at no rule; people see the rule's
 * counters go on all the same, as the rules program would count.
 */
#include "testrules.h"

#include <sw/bridge.h>
#include <sw/rule_text.h>
#include <sw/trace.h>

#include "packet.h"

#define PORTS 2
#define LEN   60

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	ts_start(1);
	br = tr_bridge("br0", port, PORTS);
	return 0;
}

static void send(unsigned n)
{
	static const struct tr_udp udp = {
		.src = 0x0a000001, .dst = 0x0a000002, .sport = 1, .dport = 2, .len = LEN
	};
	struct packet_bytes p;

	tr_udp(&p, &udp);
	while (n--)
		tr_send(port[1], &p);
	ts_turn();
	sw_dummy_sent_drop(port[2]);
}

static struct sw_rule_stats stats_of(unsigned priority)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	struct sw_rule_stats stats = { 0 };

	while ((rule = sw_rules_next(sw_bridge_rules(br->bridge), &cursor, NULL)))
		if (sw_rule_priority(rule) == priority)
			sw_rule_stats(rule, &stats);
	return stats;
}

static void expect(unsigned priority, const char *program, uint64_t packets)
{
	struct sw_rule_stats stats = stats_of(priority);

	assert_string_equal(sw_bridge_program_of(port[1]), program);
	assert_int_equal(stats.packets, packets);
	assert_int_equal(stats.bytes, packets * LEN);
}

/* Each packet once, whichever program took it. */
static void test_counts(void **state)
{
	struct sw_rule_table_stats table;

	send(3);
	expect(0, "l2", 3);
	tr_rule(br, "priority=9,tcp,actions=drop");
	send(1);
	expect(0, "rules", 4);
	tr_change(br, "tcp", SW_RULE_DELETE);
	send(2);
	expect(0, "l2", 6);
	sw_rules_table_stats(sw_bridge_rules(br->bridge), 0, &table);
	assert_int_equal(table.lookups, 6);
	assert_int_equal(table.matches, 6);
}

/* A rule in the place of another one, and one that is changed. */
static void test_replaced(void **state)
{
	send(1);
	tr_rule(br, "priority=5,actions=normal");
	tr_change(br, "priority=0", SW_RULE_DELETE_STRICT);
	send(2);
	expect(5, "l2", 2);
	tr_change(br, "cookie=7,actions=normal", SW_RULE_MODIFY);
	send(1);
	expect(5, "l2", 3);
	tr_change(br, "reset_counts,actions=normal", SW_RULE_MODIFY);
	expect(5, "l2", 0);
	send(1);
	expect(5, "l2", 1);
}

static bool expires(void)
{
	while (sw_rules_expire(sw_bridge_rules(br->bridge), 100))
		;
	return !tr_rule_count(br);
}

/* A rule that is used is not idle. */
static void test_idle(void **state)
{
	tr_no_rules(br);
	tr_rule(br, "idle_timeout=10,actions=normal");
	for (unsigned i = 0; i < 3; i++) {
		send(1);
		ts_warp(8);
		assert_false(expires());
	}
	expect(SW_RULE_PRIORITY, "l2", 3);
	ts_warp(4); /* seconds of use are rounded up */
	assert_true(expires());
}

static void on_enter(void *arg, const struct sw_port *from, const struct sw_fields *fields)
{
}

static void on_table(void *arg, const struct sw_trace_table *t)
{
}

static void on_normal(void *arg, const struct sw_trace_normal *n)
{
	++*(unsigned *)arg;
}

static void on_output(void *arg, const struct sw_port *to, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
}

/* A trace is no packet. */
static void test_trace(void **state)
{
	unsigned asked = 0;
	const struct sw_trace_ear ear = { .arg = &asked,
		.enter = on_enter,
		.table = on_table,
		.normal = on_normal,
		.output = on_output };
	struct tr_udp udp = { .src = 1, .dst = 2, .len = LEN };
	struct packet_bytes p;

	tr_udp(&p, &udp);
	send(1);
	assert_int_equal(sw_trace_run(&ear, port[1], p.b, p.len, NULL, NULL), 0);
	assert_int_equal(asked, 1);
	expect(0, "l2", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counts, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_replaced, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_idle, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_trace, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
