/* SPDX-License-Identifier: BSD-3-Clause */
/* Send buffers: what is sent, in which order, and what is lost and why; and the rings of dummy ports. */
#include "port_hand.h"

#include <errno.h>
#include <limits.h>

SW_USE(drop, tx_full);
SW_USE(drop, tx_mtu_exceeded);

static void buffers_flush_when_full(void **state)
{
	struct sw_port *port = hand_add("p0", "dummy", NULL, NULL);
	struct rte_mbuf *m;

	hand_send(port, SW_BURST - 1, 60);
	assert_int_equal(sw_dummy_sent_waiting(port), 0);
	hand_send(port, 1, 61);
	assert_int_equal(sw_dummy_sent_waiting(port), SW_BURST);
	hand_send(port, 3, 60);
	assert_int_equal(sw_dummy_sent_waiting(port), SW_BURST);
	sw_flush(&hand_worker);
	assert_null(hand_worker.dirty);
	assert_int_equal(sw_dummy_sent_waiting(port), SW_BURST + 3);
	assert_int_equal(hand_lane(port)->stats.tx_packets, SW_BURST + 3);
	assert_int_equal(hand_lane(port)->stats.tx_bytes, (SW_BURST + 3) * 60 + 1);
	for (unsigned i = 0; i < SW_BURST + 3; i++) { /* in order */
		m = sw_dummy_sent(port);
		assert_int_equal(m->pkt_len, i == SW_BURST - 1 ? 61 : 60);
		rte_pktmbuf_free(m);
	}
	sw_flush(&hand_worker);
	assert_int_equal(hand_lane(port)->stats.tx_packets, SW_BURST + 3);
	hand_del(port);
}

/* Many at once: any mix of sizes leaves in the order it came. */
static void many_keep_their_order(void **state)
{
	static const unsigned sizes[] = { 32, 5, 32, 27, 32, 1, 31, 32, 3, 29 };
	struct sw_port *port = hand_add("p0", "dummy", NULL, NULL);
	struct rte_mbuf *pkts[SW_BURST], *m;
	unsigned len = 60, waiting = 0;

	for (unsigned i = 0; i < RTE_DIM(sizes); i++) {
		for (unsigned k = 0; k < sizes[i]; k++)
			pkts[k] = hand_packet(len++);
		sw_send_many(&hand_worker, hand_lane(port), pkts, sizes[i]);
		waiting = (waiting + sizes[i]) % SW_BURST;
		assert_int_equal(hand_lane(port)->n, waiting);
	}
	sw_flush(&hand_worker);
	assert_int_equal(hand_lane(port)->stats.tx_packets, len - 60);
	for (unsigned i = 60; i < len; i++) {
		m = sw_dummy_sent(port);
		assert_int_equal(m->pkt_len, i);
		rte_pktmbuf_free(m);
	}
	hand_del(port);
}

static void flush_reaches_every_lane(void **state)
{
	struct sw_port *ports[5];
	char name[8];

	for (unsigned i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		ports[i] = hand_add(name, "dummy", NULL, NULL);
		hand_send(ports[i], i + 1, 60);
		hand_send(ports[0], 1, 60);
	}
	sw_flush(&hand_worker);
	for (unsigned i = 1; i < 5; i++)
		assert_int_equal(sw_dummy_sent_waiting(ports[i]), i + 1);
	assert_int_equal(sw_dummy_sent_waiting(ports[0]), 6);
	for (unsigned i = 0; i < 5; i++)
		hand_del(ports[i]);
}

static void too_long_is_lost(void **state)
{
	struct sw_port *port = hand_add("p0", "dummy", NULL, NULL);

	hand_send(port, 1, 1518);
	hand_send(port, 2, 1519);
	sw_flush(&hand_worker);
	assert_int_equal(sw_dummy_sent_waiting(port), 1);
	assert_int_equal(hand_drops(port, SW_ID(drop, tx_mtu_exceeded)), 2);
	assert_int_equal(hand_lane(port)->stats.tx_packets, 1);
	hand_del(port);
}

static void full_port_loses_the_rest(void **state)
{
	struct sw_port *port = hand_add("p0", "dummy", "tx_room", "40");

	hand_send(port, 100, 60);
	sw_flush(&hand_worker);
	assert_int_equal(sw_dummy_sent_waiting(port), 40);
	assert_int_equal(hand_drops(port, SW_ID(drop, tx_full)), 60);
	assert_int_equal(hand_lane(port)->stats.tx_packets, 40);
	assert_int_equal(hand_lane(port)->stats.tx_bytes, 40 * 60);
	sw_dummy_set_tx_room(port, UINT_MAX);
	hand_send(port, 2, 60);
	sw_flush(&hand_worker);
	assert_int_equal(hand_lane(port)->stats.tx_packets, 42);
	hand_del(port);
}

static void ring_is_bounded(void **state)
{
	struct sw_port *port = hand_add("p0", "dummy", NULL, NULL);
	uint8_t bytes[60] = { 0 };
	unsigned n = 0;

	while (!sw_dummy_rx(port, 0, bytes, sizeof(bytes)))
		n++;
	assert_int_equal(n, SW_DUMMY_RING);
	assert_int_equal(sw_dummy_rx(port, 0, bytes, sizeof(bytes)), -ENOSPC);
	assert_int_equal(sw_dummy_rx_waiting(port, 0), SW_DUMMY_RING);
	hand_del(port); /* frees what waits */
}

static void long_frames_are_chains(void **state)
{
	struct sw_port *port = hand_add("p0", "dummy", NULL, NULL);
	uint8_t bytes[9000], back[9000];
	struct rte_mbuf *m;

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 7;
	assert_int_equal(sw_dummy_rx(port, 0, bytes, sizeof(bytes)), 0);
	assert_int_equal(port->cls->rx(port, 0, hand_lane(port), &m, 1), 1);
	assert_int_equal(m->pkt_len, sizeof(bytes));
	assert_true(m->nb_segs > 1);
	rte_mbuf_sanity_check(m, 1);
	assert_memory_equal(rte_pktmbuf_read(m, 0, sizeof(back), back), bytes, sizeof(bytes));
	rte_pktmbuf_free(m);
	hand_del(port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HAND_TEST(buffers_flush_when_full),
		HAND_TEST(many_keep_their_order),
		HAND_TEST(flush_reaches_every_lane),
		HAND_TEST(too_long_is_lost),
		HAND_TEST(full_port_loses_the_rest),
		HAND_TEST(ring_is_bounded),
		HAND_TEST(long_frames_are_chains),
	};

	return cmocka_run_group_tests(tests, hand_setup, NULL);
}
