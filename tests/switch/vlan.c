/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The VLAN truth table by real packets: every pair of port configurations, every kind of tag, flooded and
 * to a known station, against rules on single frames. And what is no tag of ours.
 */
#include "testswitch.h"

#include "vlan_oracle.h"

#define CONFS_MAX 200
#define TAGS_MAX  32

static struct sw_member_conf confs[CONFS_MAX];
static unsigned n_confs;
static int tags[TAGS_MAX];
static unsigned n_tags;
static struct ts_bridge *br;
static struct sw_port *a, *b;

static int setup(void **state)
{
	n_confs = oracle_ports(confs, CONFS_MAX);
	n_tags = oracle_tags(tags, TAGS_MAX);
	ts_start(1);
	br = ts_bridge("br0");
	a = ts_member(br, "a", "trunk");
	b = ts_member(br, "b", "trunk");
	ts_apply(br);
	return 0;
}

static void configure(struct sw_port *port, const struct sw_member_conf *conf)
{
	struct sw_member_conf *m = ts_conf(br, port);

	*m = *conf;
	m->port = port;
}

static struct ts_frame retagged(struct ts_frame f, int tag)
{
	f.len += (tag != UNTAGGED) * 4 - (f.tci != UNTAGGED) * 4;
	f.tci = tag;
	return f;
}

/* One frame from a; b sends it as the rules say, or a counts why not. */
static void one(
	const struct sw_member_conf *in, const struct sw_member_conf *out, int tag, uint64_t dst)
{
	struct ts_frame f = ts_frame(dst, MAC(1), tag);
	int vlan = oracle_enters(in, tag);
	int expected = vlan == ORACLE_DROP ? ORACLE_DROP : oracle_leaves(out, vlan, tag);
	char name[2][100];
	unsigned n;

	ts_send(a, f);
	sw_pmd_turn(0);
	n = sw_dummy_sent_waiting(b);
	if (n != (expected != ORACLE_DROP))
		fail_msg("%s -> %s, tag %#x: %u packets, expected tag %#x",
			oracle_name(in, name[0], 100), oracle_name(out, name[1], 100), tag, n,
			expected);
	if (n)
		ts_expect(b, retagged(f, expected));
}

static uint64_t all_drops(const struct sw_port *port)
{
	struct sw_lane_stats s = ts_stats(port);
	uint64_t sum = 0;

	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		sum += s.drops[i];
	return sum;
}

static void pair(const struct sw_member_conf *in, const struct sw_member_conf *out)
{
	struct rte_ether_addr mac = ts_ether(MAC(2));
	uint64_t received = ts_stats(a).rx_packets, sent = ts_stats(b).tx_packets;
	uint64_t lost = all_drops(a);
	struct sw_err err;

	configure(a, in);
	configure(b, out);
	ts_apply(br);
	for (unsigned i = 0; i < n_tags; i++)
		one(in, out, tags[i], TS_BROADCAST);
	for (unsigned i = 0; i < n_tags; i++) {
		int vlan = oracle_enters(in, tags[i]);

		if (vlan >= 0)
			sw_fdb_add_static(sw_bridge_fdb(br->bridge), vlan, &mac, b->index, &err);
		one(in, out, tags[i], MAC(2));
	}
	for (unsigned i = 0; i < 2; i++)
		sw_pmd_turn(0);
	sw_rcu_poll();
	/* Each packet left or was counted, once. */
	assert_int_equal(ts_stats(a).rx_packets - received, 2 * n_tags);
	assert_int_equal(ts_stats(b).tx_packets - sent + all_drops(a) - lost, 2 * n_tags);
}

static void test_truth_table(void **state)
{
	for (unsigned i = 0; i < n_confs; i++) {
		if (confs[i].priority_tags != SW_PTAGS_NEVER)
			continue; /* says nothing on the way in */
		for (unsigned k = 0; k < n_confs; k++)
			pair(&confs[i], &confs[k]);
	}
	ts_quiet();
}

/* A service tag (802.1ad) is an EtherType like any other, whatever is behind it; so is what follows
 * our own tag. */
static void test_foreign_tags(void **state)
{
	struct sw_member_conf access = { .mode = SW_VLAN_ACCESS, .tag = 10, .flood = true };
	struct rte_mbuf *m;
	uint8_t bytes[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x88, 0xa8, 0,
		20, 0x81, 0, 0, 30, 0x08, 0 };
	uint8_t twice[64] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x81, 0, 0, 10,
		0x81, 0, 0, 30, 0x08, 0 };

	configure(a, &access);
	ts_apply(br);
	ts_send_bytes(a, bytes, 64);
	ts_turn();
	m = sw_dummy_sent(b);
	assert_int_equal(m->pkt_len, 68);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, uint8_t *, 12), "\x81\x00\x00\x0a", 4);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, uint8_t *, 16), bytes + 12, 52);
	rte_pktmbuf_free(m);
	ts_send_bytes(b, twice, 64);
	ts_turn();
	m = sw_dummy_sent(a);
	assert_int_equal(m->pkt_len, 60);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, uint8_t *, 12), twice + 16, 48);
	rte_pktmbuf_free(m);
}

/* Stations of different VLANs are different stations. */
static void test_vlans_apart(void **state)
{
	struct sw_port *c = ts_member(br, "c", "access 20");
	struct ts_frame f;

	ts_conf(br, b)->mode = SW_VLAN_ACCESS;
	ts_conf(br, b)->tag = 10;
	ts_apply(br);
	ts_send(b, ts_frame(MAC(9), MAC(1), UNTAGGED));
	ts_send(c, ts_frame(MAC(9), MAC(1), UNTAGGED));
	ts_turn();
	ts_expect(a, ts_frame(MAC(9), MAC(1), 10));
	ts_expect(a, ts_frame(MAC(9), MAC(1), 20));
	ts_quiet();
	assert_int_equal(ts_where(br, 10, MAC(1)), b->index);
	assert_int_equal(ts_where(br, 20, MAC(1)), c->index);
	f = ts_frame(MAC(1), MAC(7), 20);
	ts_send(a, f);
	ts_turn();
	ts_expect(c, retagged(f, UNTAGGED));
	ts_quiet();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_truth_table, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_foreign_tags, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_vlans_apart, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
