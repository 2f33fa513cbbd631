/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every reason for which the L2 program loses a packet, each provoked and found under its name and no
 * other; and what is close to a reason but none.
 */
#include "testswitch.h"

#include <rte_mbuf.h>

static struct ts_bridge *br;
static struct sw_port *a, *b, *c;

static int setup(void **state)
{
	ts_start(1);
	br = ts_bridge("br0");
	a = ts_member(br, "a", "trunk 0,10,20");
	b = ts_member(br, "b", "trunk 0,10");
	c = ts_member(br, "c", "access 10");
	ts_apply(br);
	return 0;
}

static uint64_t all_drops(const struct sw_port *port)
{
	struct sw_lane_stats s = ts_stats(port);
	uint64_t sum = 0;

	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		sum += s.drops[i];
	return sum;
}

/* What was sent into the port since is lost for this reason alone, n times. */
static void lost(struct sw_port *port, const char *reason, unsigned n)
{
	uint64_t before = ts_drops(port, reason), all = all_drops(port);

	ts_turn();
	if (ts_drops(port, reason) - before != n)
		fail_msg("%s: %u of %u lost as %s", port->name,
			(unsigned)(ts_drops(port, reason) - before), n, reason);
	assert_int_equal(all_drops(port) - all, n);
	ts_quiet();
}

static void test_runt(void **state)
{
	uint8_t bytes[64];

	ts_bytes(bytes, ts_frame(TS_BROADCAST, MAC(1), UNTAGGED));
	for (unsigned len = 1; len < 14; len++)
		ts_send_bytes(a, bytes, len);
	lost(a, "runt", 13);
	ts_send_bytes(a, bytes, 14);
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(b), 1);
	assert_int_equal(ts_where(br, 0, MAC(1)), a->index);
}

static void test_truncated_tag(void **state)
{
	uint8_t bytes[64];

	ts_bytes(bytes, ts_frame(TS_BROADCAST, MAC(1), 10));
	for (unsigned len = 14; len < 18; len++)
		ts_send_bytes(a, bytes, len);
	lost(a, "vlan_truncated", 4);
	ts_send_bytes(a, bytes, 18);
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(b), 1);
	assert_int_equal(sw_dummy_sent_drop(c), 1); /* 14 bytes without the tag */
}

static void test_oversize(void **state)
{
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), 10);

	f.len = 1519;
	ts_send(a, f);
	lost(a, "rx_oversize", 1);
	f.len = 1518;
	ts_send(a, f);
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(b) + sw_dummy_sent_drop(c), 2);
}

static void test_source_group(void **state)
{
	ts_send(a, ts_frame(MAC(2), 0x01005e000001ull, UNTAGGED));
	ts_send(a, ts_frame(MAC(2), TS_BROADCAST, UNTAGGED));
	lost(a, "source_group", 2);
}

static void test_vlan(void **state)
{
	ts_send(a, ts_frame(MAC(2), MAC(1), 30));
	lost(a, "vlan_not_allowed", 1);
	ts_send(c, ts_frame(MAC(2), MAC(1), 10));
	lost(c, "vlan_not_allowed", 1);
	ts_send(a, ts_frame(MAC(2), MAC(1), 4095));
	lost(a, "vlan_reserved", 1);
	assert_int_equal(ts_where(br, 30, MAC(1)), -1); /* nor learned */
	assert_int_equal(ts_where(br, 10, MAC(1)), -1);
}

static void test_no_flood_port(void **state)
{
	ts_send(a, ts_frame(MAC(2), MAC(1), 20));
	lost(a, "no_flood_port", 1);
	assert_int_equal(ts_where(br, 20, MAC(1)), a->index);
	ts_conf(br, a)->flood = false;
	ts_conf(br, b)->flood = false;
	ts_apply(br);
	ts_send(c, ts_frame(TS_BROADCAST, MAC(3), UNTAGGED));
	lost(c, "no_flood_port", 1);
	ts_send(b, ts_frame(MAC(3), MAC(4), 10)); /* a known one is not a flood */
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(c), 1);
}

static void test_vlan_not_carried(void **state)
{
	struct rte_ether_addr mac = ts_ether(MAC(2));
	struct sw_err err;

	sw_fdb_add_static(sw_bridge_fdb(br->bridge), 20, &mac, b->index, &err);
	ts_send(a, ts_frame(MAC(2), MAC(1), 20));
	lost(a, "vlan_not_carried", 1);
}

static void test_protected(void **state)
{
	struct sw_port *d = ts_member(br, "d", "access 10");

	ts_conf(br, b)->protect = true;
	ts_conf(br, c)->protect = true;
	ts_apply(br);
	ts_send(c, ts_frame(TS_BROADCAST, MAC(1), UNTAGGED));
	ts_send(a, ts_frame(TS_BROADCAST, MAC(4), 10));
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(a), 1);
	assert_int_equal(sw_dummy_sent_drop(d), 2);
	assert_int_equal(sw_dummy_sent_drop(b), 1); /* from a, not from c */
	assert_int_equal(sw_dummy_sent_drop(c), 1);
	ts_send(b, ts_frame(MAC(1), MAC(2), 10));
	lost(b, "protected_port", 1);
	ts_send(b, ts_frame(MAC(4), MAC(2), 10));
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(a), 1);
}

static const uint64_t reserved[] = {
	0x0180c2000000ull,
	0x0180c2000001ull,
	0x0180c2000002ull,
	0x0180c200000eull,
	0x0180c200000full,
	0x00e02b000000ull,
	0x00e02b000004ull,
	0x00e02b000006ull,
	0x01000c000000ull,
	0x01000cccccccull,
	0x01000ccccccdull,
	0x01000ccdcdcdull,
	0x01000cccccc0ull,
	0x01000cccccc7ull,
};
static const uint64_t not_reserved[] = {
	0x0180c2000010ull,
	0x0180c2000100ull,
	0x00e02b000001ull,
	0x00e02b000005ull,
	0x00e02b000104ull,
	0x01000c000001ull,
	0x01000cccccc8ull,
	0x01000ccccccbull,
	0x01000ccdcdccull,
	0x01005e000001ull,
};

static void test_reserved(void **state)
{
	unsigned n = sizeof(reserved) / sizeof(reserved[0]);
	unsigned others = sizeof(not_reserved) / sizeof(not_reserved[0]);

	for (unsigned i = 0; i < n; i++)
		ts_send(a, ts_frame(reserved[i], MAC(1), i & 1 ? UNTAGGED : 10));
	lost(a, "reserved_address", n);
	assert_int_equal(ts_where(br, 10, MAC(1)), -1);
	for (unsigned i = 0; i < others; i++)
		ts_send(a, ts_frame(not_reserved[i], MAC(1), 10));
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(b), others);
	assert_int_equal(sw_dummy_sent_drop(c), others);
	br->conf.forward_bpdu = true;
	ts_apply(br);
	for (unsigned i = 0; i < n; i++)
		ts_send(a, ts_frame(reserved[i], MAC(1), 10));
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(b), n);
	assert_int_equal(sw_dummy_sent_drop(c), n);
}

/* The port of a destination is gone for workers, while the bridge still names it. */
static void test_port_gone(void **state)
{
	bool done = false;
	struct sw_err err;

	ts_send(c, ts_frame(TS_BROADCAST, MAC(3), UNTAGGED));
	ts_turn();
	sw_dummy_sent_drop(a);
	sw_dummy_sent_drop(b);
	sw_pmd_detach(c, NULL, &done);
	ts_send(a, ts_frame(MAC(3), MAC(1), 10));
	lost(a, "port_gone", 1);
	ts_send(a, ts_frame(TS_BROADCAST, MAC(1), 10));
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(b), 1);
	assert_int_equal(sw_pmd_attach(c, &err), 0);
}

/* A port that takes nothing, or not so long frames, loses its own. */
static void test_output(void **state)
{
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), 10);

	sw_dummy_set_tx_room(b, 1);
	ts_send(a, f);
	ts_send(a, f);
	ts_turn();
	assert_int_equal(sw_dummy_sent_drop(c), 2);
	assert_int_equal(sw_dummy_sent_drop(b), 1);
	assert_int_equal(ts_drops(b, "tx_full"), 1);
	assert_int_equal(all_drops(a), 0);
}

/* No buffer for a copy that is needed. */
static void test_no_buffer(void **state)
{
	static struct rte_mbuf *all[TS_BUFFERS];
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), 10);
	unsigned n = 0;

	ts_send(a, f);
	while ((all[n] = rte_pktmbuf_alloc(sw_pool())))
		n++;
	ts_turn();
	ts_expect(b, f); /* as it came: needs none */
	assert_int_equal(ts_drops(c, "flood_no_buffer"), 1);
	while (n)
		rte_pktmbuf_free(all[--n]);
	ts_quiet();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_runt, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_truncated_tag, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_oversize, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_source_group, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_vlan, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_no_flood_port, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_vlan_not_carried, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_protected, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_reserved, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_port_gone, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_output, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_no_buffer, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
