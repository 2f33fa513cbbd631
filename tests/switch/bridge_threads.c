/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two real workers switch between two ports while control does all it can to their bridge: a third port
 * comes, changes its VLANs and goes, the table changes its size, stations are flushed, added, deleted,
 * walked, the bridge turns into a cross-connect and back. Not one packet of the two is lost or doubled,
 * and (under the thread and address sanitizers) nobody touches what is gone.
 */
#include "realworkers.h"

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/fdb.h>
#include <sw/pmd.h>
#include <sw/port.h>

#define ROUNDS 150
#define EACH   20 /* packets a round and direction */

static struct sw_bridge *bridge;
static struct sw_bridge_conf conf = {
	.name = "br0", .mac_table_size = 8192, .mac_aging_time = 300
};
static struct sw_member_conf member[3];
static struct sw_port *a, *b, *c;

/* Stations 1..n behind one port speak to those behind the other. */
static void inject(struct sw_port *port, uint8_t own, uint8_t other)
{
	uint8_t frame[60] = { 2, 0, 0, 0, other, 0, 2, 0, 0, 0, own, 0, 0x88, 0xb5 };

	for (unsigned i = 0; i < EACH; i++) {
		frame[5] = frame[11] = i;
		assert_int_equal(sw_dummy_rx(port, 0, frame, sizeof(frame)), 0);
	}
}

static void apply(unsigned n)
{
	struct sw_err err = { 0 };

	if (sw_bridge_set(bridge, &conf, member, n, &err))
		fail_msg("%s", err.text);
}

static void walk(void)
{
	struct sw_fdb_entry e[32];
	uint64_t cursor = 0;

	do {
		unsigned n = sw_fdb_walk(sw_bridge_fdb(bridge), &cursor, e, 32);

		while (n--)
			assert_true(e[n].mac.addr_bytes[4] == 1 ? e[n].port == a->index
								: e[n].port == b->index);
	} while (cursor);
}

/* A change of the bridge, while packets are on their way. */
static void change(unsigned round)
{
	struct sw_fdb *fdb = sw_bridge_fdb(bridge);
	struct rte_ether_addr mac = { { 2, 0, 0, 0, 1, round % EACH } };
	struct sw_err err;

	switch (round % 8) {
	case 0:
		conf.mac_table_size = conf.mac_table_size == 8192 ? 30000 : 8192;
		apply(3);
		break;
	case 1:
		sw_fdb_flush(sw_bridge_fdb(bridge));
		break;
	case 2:
		sw_fdb_flush_port(fdb, a->index);
		sw_fdb_flush_vlan(fdb, 10);
		break;
	case 3:
		assert_int_equal(sw_fdb_add_static(fdb, 10, &mac, a->index, &err), 0);
		break;
	case 4:
		sw_fdb_del(fdb, 10, &mac, &err);
		break;
	case 5:
		conf.cross_connect = true;
		apply(2);
		conf.cross_connect = false;
		break;
	case 6:
		member[0].mac_limit = round % 3 * 5;
		member[2].tag = 10 + round % 3;
		apply(3);
		break;
	default:
		walk();
	}
}

static void one_round(unsigned round)
{
	inject(a, 1, 2);
	c = rw_port("c");
	member[2] = (struct sw_member_conf){
		.port = c, .mode = SW_VLAN_ACCESS, .tag = 10 + round % 2, .flood = true
	};
	apply(3);
	inject(b, 2, 1);
	change(round);
	rw_wait_sent(EACH, &b, 1);
	apply(2);
	sw_dummy_sent_drop(c);
	rw_wait_sent(EACH, &a, 1);
	rw_port_gone(c);
}

static void test_bridge_changes_under_traffic(void **state)
{
	struct sw_lane_stats sum;
	struct sw_err err;

	a = rw_port("a");
	b = rw_port("b");
	bridge = sw_bridge_create(&conf, &err);
	assert_non_null(bridge);
	for (unsigned i = 0; i < 2; i++)
		member[i] = (struct sw_member_conf){
			.port = i ? b : a, .mode = SW_VLAN_ACCESS, .tag = 10, .flood = true
		};
	apply(2);
	for (unsigned round = 0; round < ROUNDS; round++)
		one_round(round);
	sw_pmd_port_stats(a, &sum);
	assert_int_equal(sum.rx_packets, EACH * ROUNDS);
	assert_int_equal(sum.tx_packets, EACH * ROUNDS);
	sw_pmd_port_stats(b, &sum);
	assert_int_equal(sum.rx_packets, EACH * ROUNDS);
	assert_int_equal(sum.tx_packets, EACH * ROUNDS);
	sw_bridge_destroy(bridge);
	rw_port_gone(a);
	rw_port_gone(b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bridge_changes_under_traffic),
	};

	return cmocka_run_group_tests(tests, rw_setup, rw_teardown);
}
