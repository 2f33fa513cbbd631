/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stations by real packets: unknown is flooded, known goes to one port, stations move, age by a warped
 * clock, are limited; static ones stay; what a change of the bridge makes it forget.
 */
#include "testswitch.h"

#include <errno.h>

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

/* Send, and let it be seen by these ports and no other. */
static void goes(struct sw_port *from, struct ts_frame f, struct sw_port *to, struct sw_port *too)
{
	ts_send(from, f);
	ts_turn();
	if (to)
		ts_expect(to, f);
	if (too)
		ts_expect(too, f);
	ts_quiet();
}

static void test_learns_and_forwards(void **state)
{
	struct ts_frame f = ts_frame(MAC(2), MAC(1), UNTAGGED);
	struct ts_frame r = ts_frame(MAC(1), MAC(2), UNTAGGED);

	assert_string_equal(sw_bridge_program_of(a), "l2");
	goes(a, f, b, c);
	assert_int_equal(ts_where(br, 0, MAC(1)), a->index);
	goes(b, r, a, NULL);
	goes(a, f, b, NULL);
	assert_int_equal(ts_stats(a).rx_packets, 2);
	assert_int_equal(ts_stats(a).rx_bytes, 120);
	assert_int_equal(ts_stats(a).tx_packets, 1);
	assert_int_equal(ts_stats(a).tx_bytes, 60);
	goes(a, ts_frame(TS_BROADCAST, MAC(1), UNTAGGED), b, c);
	goes(a, ts_frame(0x01005e000001ull, MAC(1), 7), b, c);
	assert_int_equal(ts_stats(a).rx_broadcast, 1);
	assert_int_equal(ts_stats(a).rx_multicast, 1);
}

/* Two stations on one port: nothing to do, and counted as that. */
static void test_hairpin(void **state)
{
	goes(a, ts_frame(MAC(9), MAC(1), UNTAGGED), b, c);
	goes(a, ts_frame(MAC(1), MAC(2), UNTAGGED), NULL, NULL);
	assert_int_equal(ts_drops(a, "hairpin"), 1);
	assert_int_equal(ts_where(br, 0, MAC(2)), a->index);
}

static void test_moves(void **state)
{
	struct sw_fdb_stats s;

	goes(a, ts_frame(MAC(9), MAC(1), UNTAGGED), b, c);
	goes(b, ts_frame(MAC(9), MAC(1), UNTAGGED), a, c);
	goes(c, ts_frame(MAC(1), MAC(3), UNTAGGED), b, NULL);
	sw_fdb_stats(sw_bridge_fdb(br->bridge), &s);
	assert_int_equal(s.moved, 1);
	assert_int_equal(s.learned, 2);
	assert_int_equal(s.current, 2);
}

/* In one burst: the first frame of a station and many after it, and its neighbour's. */
static void test_burst(void **state)
{
	for (unsigned i = 0; i < 40; i++) {
		struct ts_frame f = ts_frame(MAC(100 + i % 2), MAC(i % 3), UNTAGGED);

		f.mark = i;
		ts_send(a, f);
	}
	ts_turn();
	for (unsigned i = 0; i < 40; i++) {
		struct ts_frame f = ts_frame(MAC(100 + i % 2), MAC(i % 3), UNTAGGED);

		f.mark = i;
		ts_expect(b, f); /* in order */
		ts_expect(c, f);
	}
	ts_quiet();
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(ts_where(br, 0, MAC(i)), a->index);
}

static void test_ageing(void **state)
{
	struct ts_frame to_1 = ts_frame(MAC(1), MAC(3), UNTAGGED);
	struct sw_fdb_entry e;

	goes(a, ts_frame(MAC(9), MAC(1), UNTAGGED), b, c);
	ts_warp(200);
	assert_true(ts_station(br, 0, MAC(1), &e));
	assert_int_equal(e.age_s, 200);
	goes(c, to_1, a, NULL);
	goes(a, ts_frame(MAC(9), MAC(1), UNTAGGED), b, c); /* is seen again */
	assert_true(ts_station(br, 0, MAC(1), &e));
	assert_int_equal(e.age_s, 0);
	ts_warp(300);
	goes(c, to_1, a, NULL);
	ts_warp(1);
	goes(c, to_1, a, b);
	br->conf.mac_aging_time = 15;
	ts_apply(br);
	ts_warp(16);
	assert_int_equal(ts_where(br, 0, MAC(3)), -1);
}

static void test_static(void **state)
{
	struct rte_ether_addr mac = ts_ether(MAC(5));
	struct sw_fdb *fdb = sw_bridge_fdb(br->bridge);
	struct sw_fdb_entry e;
	struct sw_err err;

	assert_int_equal(sw_fdb_add_static(fdb, 0, &mac, b->index, &err), 0);
	goes(a, ts_frame(MAC(5), MAC(1), UNTAGGED), b, NULL);
	goes(c, ts_frame(MAC(1), MAC(5), UNTAGGED), a, NULL); /* does not move it */
	goes(a, ts_frame(MAC(5), MAC(1), UNTAGGED), b, NULL);
	ts_warp(1000);
	sw_fdb_flush(fdb);
	sw_fdb_flush_port(fdb, b->index);
	assert_true(ts_station(br, 0, MAC(5), &e));
	assert_true(e.is_static);
	assert_int_equal(e.age_s, 0);
	goes(a, ts_frame(MAC(5), MAC(1), UNTAGGED), b, NULL);
	assert_int_equal(sw_fdb_del(fdb, 0, &mac, &err), 0);
	goes(a, ts_frame(MAC(5), MAC(1), UNTAGGED), b, c);
	assert_int_equal(sw_fdb_del(fdb, 0, &mac, &err), -ENOENT);
}

static void test_port_limit(void **state)
{
	struct sw_fdb_stats s;

	ts_conf(br, a)->mac_limit = 3;
	ts_apply(br);
	for (unsigned i = 0; i < 100; i++)
		ts_send(a, ts_frame(MAC(999), MAC(i), UNTAGGED));
	ts_send(b, ts_frame(MAC(999), MAC(500), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(a);
	assert_int_equal(sw_dummy_sent_drop(c), 101); /* not learned is forwarded all the same */
	sw_dummy_sent_drop(b);
	sw_fdb_stats(sw_bridge_fdb(br->bridge), &s);
	assert_int_equal(s.current, 4);
	assert_true(s.refused_limit > 0);
	assert_int_equal(ts_where(br, 0, MAC(500)), b->index);
	goes(a, ts_frame(MAC(999), MAC(500), UNTAGGED), b, c); /* nor does it steal one */
	assert_int_equal(ts_where(br, 0, MAC(500)), b->index);
}

/* One port fills the table; the stations of another find room. */
static void test_full_table(void **state)
{
	struct sw_fdb_stats s;
	unsigned found = 0;

	br->conf.mac_table_size = 100;
	ts_apply(br);
	for (unsigned i = 0; i < 600; i++)
		ts_send(a, ts_frame(MAC(9999), MAC(1000 + i), UNTAGGED));
	for (unsigned i = 0; i < 5; i++)
		ts_turn();
	for (unsigned i = 0; i < 20; i++) {
		ts_send(b, ts_frame(MAC(9999), MAC(i), UNTAGGED));
		ts_turn();
	}
	sw_dummy_sent_drop(a);
	sw_dummy_sent_drop(b);
	sw_dummy_sent_drop(c);
	sw_fdb_stats(sw_bridge_fdb(br->bridge), &s);
	assert_int_equal(s.current, 100);
	assert_true(s.refused_full > 0);
	for (unsigned i = 0; i < 20; i++)
		found += ts_where(br, 0, MAC(i)) == b->index;
	assert_int_equal(found, 20);
	assert_int_equal(s.evicted, 20);
}

static void test_no_learn_vlan(void **state)
{
	struct rte_ether_addr mac = ts_ether(MAC(7));
	struct sw_err err;

	goes(a, ts_frame(MAC(9), MAC(1), 10), b, c);
	assert_int_equal(ts_where(br, 10, MAC(1)), a->index);
	br->conf.no_learn[10 / 8] |= 1 << 10 % 8;
	ts_apply(br);
	assert_int_equal(ts_where(br, 10, MAC(1)), -1); /* forgotten */
	sw_fdb_add_static(sw_bridge_fdb(br->bridge), 10, &mac, b->index, &err);
	goes(a, ts_frame(MAC(9), MAC(1), 10), b, c);
	goes(a, ts_frame(MAC(7), MAC(1), 10), b, c); /* floods, whatever is known */
	assert_int_equal(ts_where(br, 10, MAC(1)), -1);
	goes(a, ts_frame(MAC(9), MAC(1), 11), b, c);
	assert_int_equal(ts_where(br, 11, MAC(1)), a->index);
}

static void test_forgets_with_membership(void **state)
{
	struct rte_ether_addr mac = ts_ether(MAC(8));
	struct sw_err err;

	goes(a, ts_frame(MAC(9), MAC(1), 10), b, c);
	goes(a, ts_frame(MAC(9), MAC(1), 20), b, c);
	goes(b, ts_frame(MAC(9), MAC(2), 10), a, c);
	sw_fdb_add_static(sw_bridge_fdb(br->bridge), 10, &mac, b->index, &err);
	ts_conf(br, a)->all_vlans = false;
	ts_conf(br, a)->trunks[20 / 8] = 1 << 20 % 8;
	ts_apply(br);
	assert_int_equal(ts_where(br, 10, MAC(1)), -1);
	assert_int_equal(ts_where(br, 20, MAC(1)), a->index);
	assert_int_equal(ts_where(br, 10, MAC(2)), b->index);
	ts_leave(br, b);
	ts_apply(br);
	assert_int_equal(ts_where(br, 10, MAC(2)), -1);
	assert_int_equal(ts_where(br, 10, MAC(8)), -1);
	assert_string_equal(sw_bridge_program_of(b), "none");
	ts_send(b, ts_frame(MAC(1), MAC(2), 20));
	ts_turn();
	ts_quiet();
	assert_int_equal(ts_drops(b, "no_bridge"), 1);
}

/* A table of another size keeps what is known. */
static void test_resize(void **state)
{
	for (unsigned i = 0; i < 50; i++)
		ts_send(a, ts_frame(MAC(99), MAC(i), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(b);
	sw_dummy_sent_drop(c);
	br->conf.mac_table_size = 200000;
	ts_apply(br);
	goes(b, ts_frame(MAC(30), MAC(60), UNTAGGED), a, NULL);
	ts_warp(290);
	assert_int_equal(ts_where(br, 0, MAC(31)), a->index);
	ts_warp(11);
	assert_int_equal(ts_where(br, 0, MAC(31)), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_learns_and_forwards, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_hairpin, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_moves, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_burst, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_ageing, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_static, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_port_limit, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_full_table, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_no_learn_vlan, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_forgets_with_membership, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_resize, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
