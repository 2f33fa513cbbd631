/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every build of the L2 program does the same: two switches, one compiled for what each CPU has, one for what
 * this CPU has, get the same random bursts, and give the same frames, counters and stations. Bursts run
 * from all alike to all odd, since frames that are alike take another way than others.
 */
#include "testswitch.h"

#include <sw/simd.h>

#define MEMBERS	 4
#define STATIONS 48
#define ROUNDS	 60
#define BURSTS	 40 /* a round, on one configuration */

static struct ts_bridge *br[SW_SIMD_COUNT];
static struct sw_port *port[SW_SIMD_COUNT][MEMBERS];
static enum sw_simd wide;
static uint64_t seed;

static unsigned rnd(unsigned n)
{
	return (swtest_rand(&seed) >> 33) % n;
}

static void make(enum sw_simd simd)
{
	static const char *const names[SW_SIMD_COUNT][MEMBERS + 1] = {
		{ "a0", "a1", "a2", "a3", "a" }, { "b0", "b1", "b2", "b3", "b" }
	};

	br[simd] = ts_bridge(names[simd][MEMBERS]);
	for (unsigned i = 0; i < MEMBERS; i++)
		port[simd][i] = ts_member(br[simd], names[simd][i], "trunk");
}

static int setup(void **state)
{
	ts_start(1);
	wide = sw_simd();
	seed = swtest_seed(7);
	make(SW_SIMD_BASE);
	make(SW_SIMD_AVX2);
	return 0;
}

static int teardown(void **state)
{
	sw_simd_limit(SW_SIMD_COUNT - 1);
	ts_stop();
	return 0;
}

static void compile(enum sw_simd simd)
{
	sw_simd_limit(simd);
	assert_int_equal(sw_simd(), simd);
	ts_apply(br[simd]);
}

/* A random configuration, the same for both. */
static void configure(void)
{
	struct sw_member_conf m[MEMBERS];
	bool bpdu = !rnd(4), quiet_vlan = !rnd(3);

	for (unsigned i = 0; i < MEMBERS; i++) {
		m[i] = (struct sw_member_conf){ .flood = rnd(8), .protect = !rnd(6) };
		m[i].mode = rnd(2) ? SW_VLAN_TRUNK : rnd(4);
		m[i].tag = m[i].mode == SW_VLAN_TRUNK ? 0 : 10 * rnd(3);
		m[i].priority_tags = rnd(3);
		m[i].all_vlans = rnd(3);
		m[i].trunks[10 / 8] |= 1 << 10 % 8;
		m[i].trunks[0] |= 1;
	}
	for (enum sw_simd s = 0; s < SW_SIMD_COUNT; s++) {
		br[s]->conf.forward_bpdu = bpdu;
		br[s]->conf.no_learn[20 / 8] = quiet_vlan << 20 % 8;
		for (unsigned i = 0; i < MEMBERS; i++) {
			*ts_conf(br[s], port[s][i]) = m[i];
			br[s]->members[i].port = port[s][i];
		}
		compile(s);
	}
}

static uint64_t address(bool odd)
{
	static const uint64_t special[] = { TS_BROADCAST, 0x0180c2000000, 0x0180c2000010,
		0x01000ccccccc, 0x00e02b000004, 0x00e02b000005, 0x00e04c000001, 0x01005e000001, 0 };

	return odd ? special[rnd(RTE_DIM(special))] : MAC(rnd(STATIONS));
}

static int some_tag(void)
{
	static const int vids[] = { 0, 10, 20, 30, 4094, 4095 };

	return rnd(2) ? UNTAGGED : TS_TCI(rnd(8), vids[rnd(RTE_DIM(vids))]) | rnd(2) << 12;
}

static unsigned some_len(int tag)
{
	static const unsigned lens[] = { 14, 15, 16, 17, 18, 19, 60, 64, 1514, 1518, 1519, 1522,
		9000 };
	unsigned len = lens[rnd(RTE_DIM(lens))];

	return tag == UNTAGGED || len >= 18 ? len : 18;
}

/* Both get it: whole, or its first bytes in a segment of their own. */
static void arrive(unsigned member, const uint8_t *bytes, unsigned len, unsigned first)
{
	for (enum sw_simd s = 0; s < SW_SIMD_COUNT; s++) {
		struct rte_mbuf *head, *tail;

		if (!first) {
			ts_send_bytes(port[s][member], bytes, len);
			continue;
		}
		head = rte_pktmbuf_alloc(sw_pool());
		tail = rte_pktmbuf_alloc(sw_pool());
		memcpy(rte_pktmbuf_append(head, first), bytes, first);
		memcpy(rte_pktmbuf_append(tail, len - first), bytes + first, len - first);
		rte_pktmbuf_chain(head, tail);
		assert_int_equal(sw_dummy_rx_mbuf(port[s][member], 0, head), 0);
	}
}

/* One burst into one member; odd: how many frames of a hundred are. */
static void burst(unsigned odd)
{
	static uint32_t mark;
	unsigned member = rnd(MEMBERS), n = 1 + rnd(SW_BURST);
	int tag = some_tag();

	for (unsigned i = 0; i < n; i++) {
		struct ts_frame f = ts_frame(address(rnd(100) < odd), MAC(rnd(STATIONS)), tag);
		uint8_t bytes[9800];
		unsigned len, first = 0;

		if (rnd(100) < odd)
			f.tci = some_tag();
		else if (tag != UNTAGGED)
			f.tci = TS_TCI(rnd(8), rnd(2) ? 10 : tag & 0xfff);
		if (rnd(100) < odd)
			f.len = some_len(f.tci);
		if (rnd(100) < odd && !rnd(4))
			f.src = TS_BROADCAST;
		f.mark = mark++;
		len = ts_bytes(bytes, f);
		if (rnd(100) < odd && len < 1500)
			first = 1 + rnd(RTE_MIN(len - 1, 20u));
		if (!odd || rnd(200))
			arrive(member, bytes, len, first);
		else
			arrive(member, bytes, 13, 0);
	}
}

static void same_frames(unsigned member)
{
	for (;;) {
		struct rte_mbuf *x = sw_dummy_sent(port[SW_SIMD_BASE][member]);
		struct rte_mbuf *y = sw_dummy_sent(port[SW_SIMD_AVX2][member]);
		uint8_t bytes[2][9800];

		assert_int_equal(!x, !y);
		if (!x)
			return;
		assert_int_equal(x->pkt_len, y->pkt_len);
		assert_memory_equal(rte_pktmbuf_read(x, 0, x->pkt_len, bytes[0]),
			rte_pktmbuf_read(y, 0, y->pkt_len, bytes[1]), x->pkt_len);
		rte_pktmbuf_free(x);
		rte_pktmbuf_free(y);
	}
}

static int member_of(enum sw_simd s, uint16_t vid, uint64_t mac)
{
	int index = ts_where(br[s], vid, mac);

	for (unsigned i = 0; i < MEMBERS; i++)
		if (port[s][i]->index == index)
			return i;
	return -1;
}

static void same_state(void)
{
	static const uint16_t vids[] = { 0, 10, 20, 30 };

	for (unsigned i = 0; i < MEMBERS; i++) {
		struct sw_lane_stats x = ts_stats(port[SW_SIMD_BASE][i]);
		struct sw_lane_stats y = ts_stats(port[SW_SIMD_AVX2][i]);

		assert_memory_equal(&x, &y, sizeof(x));
	}
	for (unsigned v = 0; v < RTE_DIM(vids); v++)
		for (unsigned i = 0; i < STATIONS; i++)
			assert_int_equal(member_of(SW_SIMD_BASE, vids[v], MAC(i)),
				member_of(SW_SIMD_AVX2, vids[v], MAC(i)));
}

static void test_same(void **state)
{
	static const unsigned odd[] = { 0, 0, 2, 10, 60 };

	if (wide == SW_SIMD_BASE) {
		print_message("only the base build runs here: %s\n", sw_simd_text());
		skip();
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		configure();
		for (unsigned i = 0; i < BURSTS; i++) {
			burst(odd[round % RTE_DIM(odd)]);
			ts_turn();
			for (unsigned k = 0; k < MEMBERS; k++)
				same_frames(k);
		}
		same_state();
		sw_clock_warp(1000 * rnd(3));
	}
	/* The rounds were about something. */
	assert_true(ts_stats(port[SW_SIMD_AVX2][0]).tx_packets > 1000);
	assert_true(ts_drops(port[SW_SIMD_AVX2][0], "vlan_not_allowed") > 0);
}

static void test_choice(void **state)
{
	sw_simd_limit(SW_SIMD_BASE);
	assert_int_equal(sw_simd(), SW_SIMD_BASE);
	assert_memory_equal(sw_simd_text(), "baseline: ", 10);
	sw_simd_limit(SW_SIMD_COUNT - 1);
	assert_int_equal(sw_simd(), wide);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_choice, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
