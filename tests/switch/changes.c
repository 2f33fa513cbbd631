/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes under traffic: ports, VLANs, bridges come and go between the turns while packets run on others,
 * which lose not one; what is destroyed with packets in flight leaves none behind; what is refused
 * changes nothing. And the cross-connect.
 */
#include "testswitch.h"

#include <errno.h>

#include <rte_mbuf.h>

static struct ts_bridge *br;
static struct sw_port *a, *b;

static int setup(void **state)
{
	ts_start(2);
	br = ts_bridge("br0");
	a = ts_member(br, "a", "trunk 10");
	b = ts_member(br, "b", "access 10");
	ts_apply(br);
	return 0;
}

static void turn_once(void)
{
	for (unsigned id = 0; id < sw_pmd_workers(); id++)
		sw_pmd_turn(id);
	sw_rcu_poll();
}

/* A few packets each way between a and b; all must arrive, in order. */
static void traffic(void)
{
	static uint32_t mark;

	for (unsigned i = 0; i < 10; i++) {
		struct ts_frame to_b = ts_frame(MAC(2), MAC(1), 10);
		struct ts_frame to_a = ts_frame(MAC(1), MAC(2), UNTAGGED);

		to_b.mark = to_a.mark = ++mark;
		ts_send(a, to_b);
		ts_send(b, to_a);
	}
	turn_once();
	mark -= 10;
	for (unsigned i = 0; i < 10; i++) {
		struct ts_frame at_b = ts_frame(MAC(2), MAC(1), UNTAGGED);
		struct ts_frame at_a = ts_frame(MAC(1), MAC(2), 10);

		at_b.mark = at_a.mark = ++mark;
		ts_expect(b, at_b);
		ts_expect(a, at_a);
	}
}

static void meet(void)
{
	ts_send(a, ts_frame(MAC(2), MAC(1), 10));
	ts_send(b, ts_frame(MAC(1), MAC(2), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(a);
	sw_dummy_sent_drop(b);
}

static void test_ports_come_and_go(void **state)
{
	struct sw_port *more[8] = { NULL };
	uint64_t seed = swtest_seed(7);
	char name[16];

	meet();
	for (unsigned round = 0; round < 400; round++) {
		unsigned i = swtest_rand(&seed) % 8;

		if (!more[i]) {
			snprintf(name, sizeof(name), "more%u", i);
			more[i] = ts_member(br, name, i & 1 ? "access 20" : "trunk 30,40");
			ts_apply(br);
		} else if (swtest_rand(&seed) & 1) {
			ts_conf(br, more[i])->tag ^= 4;
			ts_conf(br, more[i])->trunks[6] ^= 0xff;
			ts_apply(br);
		} else {
			ts_leave(br, more[i]);
			ts_apply(br);
			traffic();
			ts_port_gone(more[i]);
			more[i] = NULL;
		}
		for (unsigned k = 0; k < 8; k++)
			if (more[k] && swtest_rand(&seed) % 4 == 0)
				ts_send(more[k],
					ts_frame(TS_BROADCAST, MAC(50 + k), k & 1 ? UNTAGGED : 30));
		traffic();
		for (unsigned k = 0; k < 8; k++)
			if (more[k])
				sw_dummy_sent_drop(more[k]);
	}
	for (unsigned i = 0; i < 8; i++)
		if (more[i])
			sw_dummy_sent_drop(more[i]);
	assert_int_equal(ts_stats(a).rx_packets, ts_stats(b).rx_packets);
	assert_int_equal(ts_stats(b).tx_packets, ts_stats(a).tx_packets);
}

static void test_settings_change(void **state)
{
	meet();
	for (unsigned round = 0; round < 100; round++) {
		br->conf.mac_table_size = round % 2 ? 8192 : 20000;
		br->conf.mac_aging_time = 15 + round;
		br->conf.forward_bpdu = round & 1;
		ts_conf(br, a)->mac_limit = round;
		ts_conf(br, b)->flood = round & 1;
		br->conf.no_learn[50] = round;
		ts_apply(br);
		traffic();
	}
	sw_fdb_flush(sw_bridge_fdb(br->bridge));
	ts_conf(br, b)->flood = true;
	ts_apply(br);
	traffic(); /* floods to the one other member */
}

static void test_bridges_come_and_go(void **state)
{
	meet();
	for (unsigned round = 0; round < 50; round++) {
		struct ts_bridge *other = ts_bridge("other");
		struct sw_port *x, *y = ts_member(other, "y", "trunk");
		char name[16];

		snprintf(name, sizeof(name), "x%u", round);
		x = ts_member(other, name, "trunk");
		ts_apply(other);
		for (unsigned i = 0; i < 40; i++)
			ts_send(x, ts_frame(TS_BROADCAST, MAC(3), UNTAGGED));
		traffic();
		ts_bridge_gone(other); /* with packets waiting in x */
		traffic();
		assert_int_equal(sw_dummy_sent_drop(y), 32);
		assert_int_equal(ts_drops(x, "no_bridge"), 8);
		ts_port_gone(x);
		ts_port_gone(y);
	}
}

/* A station's port moves to another bridge: nothing of it stays in the first. */
static void test_port_changes_bridge(void **state)
{
	struct ts_bridge *other = ts_bridge("other");
	struct sw_port *c = ts_member(other, "c", "trunk");
	struct sw_err err = { 0 };

	meet();
	ts_add(other, b, "access 10");
	assert_int_equal(
		sw_bridge_set(other->bridge, &other->conf, other->members, other->n, &err), -EBUSY);
	assert_non_null(strstr(err.text, "br0"));
	traffic(); /* nothing changed */
	ts_leave(br, b);
	ts_apply(br);
	ts_apply(other);
	assert_int_equal(ts_where(br, 10, MAC(2)), -1);
	ts_send(b, ts_frame(MAC(1), MAC(2), UNTAGGED));
	ts_turn();
	ts_expect(c, ts_frame(MAC(1), MAC(2), 10));
	ts_quiet();
	assert_string_equal(sw_bridge_program_of(b), "l2");
}

static void refused(struct ts_bridge *bridge, const char *part, const char *allowed)
{
	struct sw_err err = { 0 };

	assert_true(
		sw_bridge_set(bridge->bridge, &bridge->conf, bridge->members, bridge->n, &err) < 0);
	if (!strstr(err.text, part) || (allowed && strcmp(err.allowed, allowed)))
		fail_msg("%s (allowed: %s)", err.text, err.allowed);
}

static void test_refusals(void **state)
{
	struct sw_bridge_conf good = br->conf;
	struct sw_err err = { 0 };

	meet();
	br->conf.mac_table_size = 9;
	refused(br, "mac-table-size 9", "10 to 1000000");
	br->conf.mac_table_size = 1000001;
	refused(br, "1000001", "10 to 1000000");
	br->conf = good;
	br->conf.mac_aging_time = 14;
	refused(br, "mac-aging-time 14", "15 to 3600");
	br->conf = good;
	ts_conf(br, b)->tag = 4096;
	refused(br, "port b: tag 4096", "0 to 4095");
	ts_conf(br, b)->tag = 10;
	ts_add(br, b, "trunk");
	refused(br, "port b is a member twice", NULL);
	ts_leave(br, b);
	ts_add(br, b, "access 10");
	ts_leave(br, b);
	assert_null(sw_bridge_create(&br->conf, &err));
	assert_int_equal(err.code, SW_CODE_EXISTS);
	assert_ptr_equal(sw_bridge_by_name("br0"), br->bridge);
	assert_null(sw_bridge_by_name("br1"));
	assert_string_equal(sw_bridge_name(br->bridge), "br0");
	traffic();
}

static void test_cross_connect(void **state)
{
	static const uint8_t odd[20] = { 0x01, 0x80, 0xc2, 0, 0, 0, 0x01 };
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), TS_TCI(7, 4095));
	struct ts_frame long_one = ts_frame(MAC(1), MAC(2), UNTAGGED);
	struct rte_mbuf *m;
	struct sw_port *c;

	br->conf.cross_connect = true;
	ts_apply(br);
	assert_string_equal(sw_bridge_program_of(a), "cross-connect");
	ts_send(a, f);
	ts_send_bytes(a, odd, 20);
	ts_turn();
	ts_expect(b, f);
	m = sw_dummy_sent(b);
	assert_int_equal(m->pkt_len, 20);
	assert_memory_equal(rte_pktmbuf_mtod(m, void *), odd, 20);
	rte_pktmbuf_free(m);
	ts_quiet();
	assert_int_equal(ts_stats(a).rx_packets, 2);
	assert_int_equal(ts_stats(a).rx_bytes, 84);
	assert_int_equal(ts_where(br, 10, MAC(1)), -1);
	for (unsigned i = 0; i < 100; i++) {
		f.mark = i;
		ts_send(b, f);
	}
	ts_turn();
	for (unsigned i = 0; i < 100; i++) {
		f.mark = i;
		ts_expect(a, f);
	}
	long_one.len = 1600;
	ts_send(a, long_one);
	ts_send(a, f);
	ts_turn();
	assert_int_equal(ts_drops(b, "tx_mtu_exceeded"), 1);
	ts_expect(b, f);
	c = ts_member(br, "c", "trunk");
	refused(br, "two ports, not 3", NULL);
	ts_leave(br, c);
	ts_leave(br, b);
	ts_apply(br);
	ts_send(a, f);
	ts_turn();
	assert_int_equal(ts_drops(a, "no_peer"), 1);
	br->conf.cross_connect = false;
	ts_add(br, b, "access 10");
	ts_apply(br);
	assert_string_equal(sw_bridge_program_of(a), "l2");
	meet();
	traffic();
}

/* The bridge goes while its packets wait in send buffers of a full port and in receive queues. */
static void test_destroyed_in_flight(void **state)
{
	for (unsigned i = 0; i < 100; i++)
		ts_send(a, ts_frame(TS_BROADCAST, MAC(1), 10));
	sw_dummy_set_tx_room(b, 5);
	sw_pmd_turn(0);
	sw_pmd_turn(1);
	ts_bridge_gone(br);
	sw_pmd_turn(0);
	ts_port_gone(b);
	ts_turn();
	assert_int_equal(ts_stats(a).rx_packets, 100);
	assert_int_equal(ts_drops(a, "no_bridge"), 100 - 32);
	br = ts_bridge("br0");
	a = ts_port("again");
	ts_add(br, a, "trunk");
	ts_apply(br);
	ts_send(a, ts_frame(MAC(1), MAC(9), 10)); /* of a MAC the old bridge knew */
	ts_turn();
	assert_int_equal(ts_drops(a, "no_flood_port"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ports_come_and_go, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_settings_change, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_bridges_come_and_go, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_port_changes_bridge, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_cross_connect, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_destroyed_in_flight, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
