/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flooding: one buffer a tag form however many ports, every copy right, none leaked, a packet others
 * hold never changed; long frames in segments; a thousand ports. And packets across patch ports, where a
 * flooded packet meets a second bridge.
 */
#include "testswitch.h"

#include <rte_mbuf.h>

static struct ts_bridge *br;

static int setup(void **state)
{
	ts_start(1);
	br = ts_bridge("br0");
	return 0;
}

static int teardown(void **state)
{
	ts_stop(); /* fails when a buffer is missing */
	return 0;
}

static unsigned buffers_out(void)
{
	return rte_mempool_in_use_count(sw_pool());
}

static struct ts_frame tagged(struct ts_frame f, int tci)
{
	f.len += (tci != UNTAGGED) * 4 - (f.tci != UNTAGGED) * 4;
	f.tci = tci;
	return f;
}

/* Every mode among the outputs, every form of the input. */
static void test_forms(void **state)
{
	struct sw_port *in = ts_member(br, "in", "native-untagged 10");
	struct sw_port *acc[3], *trunk[3], *prio[2];
	struct ts_frame f[3] = { ts_frame(TS_BROADCAST, MAC(1), UNTAGGED),
		ts_frame(TS_BROADCAST, MAC(1), TS_TCI(3, 0)),
		ts_frame(TS_BROADCAST, MAC(1), TS_TCI(3, 10)) };

	for (unsigned i = 0; i < 3; i++) {
		char name[2][8];

		snprintf(name[0], 8, "acc%u", i);
		snprintf(name[1], 8, "trunk%u", i);
		acc[i] = ts_member(br, name[0], "access 10");
		trunk[i] = ts_member(br, name[1], "trunk 10");
	}
	ts_member(br, "other", "access 11");
	prio[0] = ts_member(br, "prio0", "access 10");
	prio[1] = ts_member(br, "prio1", "access 10");
	ts_conf(br, prio[0])->priority_tags = SW_PTAGS_ALWAYS;
	ts_conf(br, prio[1])->priority_tags = SW_PTAGS_IF_NONZERO;
	ts_apply(br);
	for (unsigned i = 0; i < 3; i++) {
		int priority = i ? TS_TCI(3, 0) : 0;

		assert_int_equal(buffers_out(), 0);
		ts_send(in, f[i]);
		ts_turn();
		assert_int_equal(buffers_out(), 3); /* untagged, tagged, priority-tagged */
		for (unsigned k = 0; k < 3; k++) {
			ts_expect(acc[k], tagged(f[i], UNTAGGED));
			ts_expect(trunk[k], tagged(f[i], priority | 10));
		}
		ts_expect(prio[0], tagged(f[i], priority));
		ts_expect(prio[1], tagged(f[i], priority ? priority : UNTAGGED));
		ts_quiet();
	}
}

/* All outputs want one other form: the packet itself is changed, no second buffer. */
static void test_one_other_form(void **state)
{
	struct sw_port *in = ts_member(br, "in", "access 10");
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), UNTAGGED);
	struct sw_port *t[4];

	for (unsigned i = 0; i < 4; i++)
		t[i] = ts_member(br, (const char *[]){ "t0", "t1", "t2", "t3" }[i], "trunk");
	ts_apply(br);
	ts_send(in, f);
	ts_turn();
	assert_int_equal(buffers_out(), 1);
	for (unsigned i = 0; i < 4; i++)
		ts_expect(t[i], tagged(f, 10));
	ts_quiet();
}

/* Without room in front for a tag. */
static void test_no_headroom(void **state)
{
	struct sw_port *in = ts_member(br, "in", "access 10"), *t = ts_member(br, "t", "trunk");
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), UNTAGGED);
	uint8_t bytes[64];

	ts_apply(br);
	for (unsigned unicast = 0; unicast < 2; unicast++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

		m->data_off = 2;
		ts_bytes(bytes, f);
		memcpy(rte_pktmbuf_append(m, 60), bytes, 60);
		assert_int_equal(sw_dummy_rx_mbuf(in, 0, m), 0);
		ts_turn();
		ts_expect(t, tagged(f, 10));
		ts_quiet();
		ts_send(t, ts_frame(MAC(1), MAC(2), 10));
		ts_turn();
		sw_dummy_sent_drop(in);
		f.dst = MAC(2);
	}
}

/* Jumbo frames are chains of segments; each segment is held as often as the first. */
static void test_segments(void **state)
{
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), UNTAGGED);
	struct sw_port *port[4];

	for (unsigned i = 0; i < 4; i++) {
		struct sw_port_conf conf = { .type = "dummy", .mtu = 9000 };
		struct sw_err err;

		conf.name = (const char *[]){ "a", "b", "c", "d" }[i];
		port[i] = ts_port(conf.name);
		if (sw_port_set(port[i], &conf, &err))
			fail_msg("%s", err.text);
		ts_add(br, port[i], i < 2 ? "access 10" : "trunk");
	}
	sw_pmd_refresh(port[0]);
	ts_apply(br);
	ts_turn();
	f.len = 8000;
	ts_send(port[0], f);
	ts_turn();
	ts_expect(port[1], f);
	ts_expect(port[2], tagged(f, 10));
	ts_expect(port[3], tagged(f, 10));
	ts_quiet();
}

/* A header that is spread over segments, as a driver may deliver it. */
static void test_header_in_pieces(void **state)
{
	struct sw_port *in = ts_member(br, "in", "trunk"), *out = ts_member(br, "out", "access 10");
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), 10);
	uint8_t bytes[64];

	ts_apply(br);
	ts_bytes(bytes, f);
	for (unsigned cut = 1; cut < 20; cut++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());
		struct rte_mbuf *tail = rte_pktmbuf_alloc(sw_pool());

		memcpy(rte_pktmbuf_append(m, cut), bytes, cut);
		memcpy(rte_pktmbuf_append(tail, 64 - cut), bytes + cut, 64 - cut);
		assert_int_equal(rte_pktmbuf_chain(m, tail), 0);
		assert_int_equal(sw_dummy_rx_mbuf(in, 0, m), 0);
		ts_turn();
		ts_expect(out, tagged(f, UNTAGGED));
		ts_quiet();
	}
}

/* A thousand ports: one buffer, and not one copy missing. */
static void test_many_ports(void **state)
{
	static struct sw_port *port[1000];
	char name[16];

	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		port[i] = ts_member(br, name, i % 2 ? "access 7" : "access 8");
	}
	ts_apply(br);
	ts_send(port[1], ts_frame(TS_BROADCAST, MAC(1), UNTAGGED));
	for (unsigned i = 0; i < 32; i++)
		sw_pmd_turn(0);
	assert_int_equal(buffers_out(), 1);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(sw_dummy_sent_drop(port[i]), i % 2 && i != 1);
}

/* Two bridges joined by patch ports: a flood crosses once, the second bridge changes its own copy. */
static void test_patch(void **state)
{
	struct ts_bridge *far = ts_bridge("far");
	struct sw_port *a = ts_member(br, "a", "access 10"), *b = ts_member(br, "b", "access 10");
	struct sw_port *c = ts_member(far, "c", "access 10"), *d = ts_member(far, "d", "trunk");
	struct ts_frame f = ts_frame(MAC(2), MAC(1), UNTAGGED), r = ts_frame(MAC(1), MAC(2), 10);
	struct sw_port *near_end = ts_patch("pn", "pf"), *far_end = ts_patch("pf", "pn");

	ts_add(br, near_end, "access 10");
	ts_add(far, far_end, "access 10");
	ts_apply(br);
	ts_apply(far);
	ts_send(a, f);
	ts_turn();
	ts_expect(b, f);
	ts_expect(c, f);
	ts_expect(d, tagged(f, 10));
	ts_quiet();
	assert_int_equal(ts_where(far, 10, MAC(1)), far_end->index);
	ts_send(d, r);
	ts_turn();
	ts_expect(a, tagged(r, UNTAGGED));
	ts_quiet();
	assert_int_equal(ts_where(br, 10, MAC(2)), near_end->index);
	assert_int_equal(ts_stats(far_end).rx_packets, 1);
	assert_int_equal(ts_stats(far_end).tx_packets, 1);
	assert_int_equal(ts_stats(near_end).rx_packets, 1);
}

/* Two patch pairs between two bridges are a loop: it ends, in a turn, and every packet is accounted. */
static void test_patch_loop(void **state)
{
	struct ts_bridge *far = ts_bridge("far");
	struct sw_port *a = ts_member(br, "a", "trunk"), *b = ts_member(br, "b", "trunk");
	struct sw_port *end[4] = { ts_patch("n1", "f1"), ts_patch("n2", "f2"), ts_patch("f1", "n1"),
		ts_patch("f2", "n2") };
	struct ts_frame f = ts_frame(TS_BROADCAST, MAC(1), UNTAGGED);
	uint64_t dropped = 0;

	for (unsigned i = 0; i < 4; i++)
		ts_add(i < 2 ? br : far, end[i], "trunk");
	ts_apply(br);
	ts_apply(far);
	ts_send(a, f);
	sw_pmd_turn(0);
	assert_int_equal(ts_stats(a).rx_packets, 1);
	for (unsigned i = 0; i < 4; i++)
		dropped += ts_drops(end[i], "patch_loop");
	assert_true(dropped > 0);
	assert_true(sw_dummy_sent_drop(b) > 0);
	sw_dummy_sent_drop(a);
	for (unsigned i = 0; i < 4; i++) {
		sw_pmd_turn(0);
		ts_quiet(); /* nothing goes on by itself */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_forms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_other_form, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_headroom, setup, teardown),
		cmocka_unit_test_setup_teardown(test_segments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_header_in_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_ports, setup, teardown),
		cmocka_unit_test_setup_teardown(test_patch, setup, teardown),
		cmocka_unit_test_setup_teardown(test_patch_loop, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
