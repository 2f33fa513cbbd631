/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Send buffers and patch ports on one worker made by hand: what is sent, what is lost and why, and that
 * no packet buffer is lost with it.
 */
#include "swtest.h"

#include <errno.h>
#include <limits.h>

#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/pool.h>
#include <sw/port.h>
#include <sw/post.h>

#include "../../src/port/patch.h"

SW_USE(drop, tx_full);
SW_USE(drop, tx_mtu_exceeded);
SW_USE(drop, no_bridge);
SW_USE(drop, patch_loop);
SW_USE(drop, patch_no_peer);

static struct sw_err err;
static struct sw_worker worker;
static struct sw_lane lanes[32];
static unsigned held_before;

static struct sw_port *add(const char *name, const char *type, const char *key, const char *value)
{
	const char *opts[][2] = { { key, value } };
	struct sw_port_conf conf = {
		.name = name, .type = type, .n_options = key ? 1 : 0, .options = opts
	};
	struct sw_port *port = sw_port_new(&conf, &err);
	struct sw_lane *lane;

	if (!port || sw_port_open(port, &err))
		fail_msg("%s", err.text);
	lane = &lanes[port->index];
	memset(lane, 0, sizeof(*lane));
	lane->port = port;
	lane->max_len = port->mtu + 18;
	worker.lanes[port->index] = lane;
	return port;
}

static void del(struct sw_port *port)
{
	worker.lanes[port->index] = NULL;
	sw_port_close(port);
	sw_port_free(port);
}

static struct sw_lane *lane_of(const struct sw_port *port)
{
	return &lanes[port->index];
}

static uint64_t dropped(const struct sw_port *port, unsigned reason)
{
	return lane_of(port)->stats.drops[reason];
}

static struct rte_mbuf *packet(unsigned len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(sw_pool());

	assert_non_null(m);
	memset(rte_pktmbuf_append(m, len), 0x5a, len);
	return m;
}

static void send(struct sw_port *port, unsigned n, unsigned len)
{
	while (n--)
		sw_send(&worker, lane_of(port), packet(len));
}

/* A bridge of the simplest kind: everything goes out of all its ports but the one it came in on. */
struct hub {
	struct sw_ingress ingress;
	struct sw_port *ports[8];
	unsigned n;
	uint64_t runs, deepest;
};

static void hub_run(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	struct hub *hub = (struct hub *)(uintptr_t)self;

	hub->runs++;
	hub->deepest = RTE_MAX(hub->deepest, w->depth);
	in->stats.rx_packets += n;
	for (unsigned i = 0; i < n; i++) {
		for (unsigned k = 0; k < hub->n; k++) {
			if (hub->ports[k] == in->port)
				continue;
			rte_mbuf_refcnt_update(pkts[i], 1);
			sw_send(w, sw_lane_of(w, hub->ports[k]->index), pkts[i]);
		}
		rte_pktmbuf_free(pkts[i]);
	}
}

static void hub_add(struct hub *hub, struct sw_port *port)
{
	hub->ingress.run = hub_run;
	hub->ports[hub->n++] = port;
	port->ingress = &hub->ingress;
}

static void buffers_flush_when_full(void **state)
{
	struct sw_port *port = add("p0", "dummy", NULL, NULL);
	struct rte_mbuf *m;

	send(port, SW_BURST - 1, 60);
	assert_int_equal(sw_dummy_sent_waiting(port), 0);
	send(port, 1, 61);
	assert_int_equal(sw_dummy_sent_waiting(port), SW_BURST);
	send(port, 3, 60);
	assert_int_equal(sw_dummy_sent_waiting(port), SW_BURST);
	sw_flush(&worker);
	assert_null(worker.dirty);
	assert_int_equal(sw_dummy_sent_waiting(port), SW_BURST + 3);
	assert_int_equal(lane_of(port)->stats.tx_packets, SW_BURST + 3);
	assert_int_equal(lane_of(port)->stats.tx_bytes, (SW_BURST + 3) * 60 + 1);
	for (unsigned i = 0; i < SW_BURST + 3; i++) { /* in order */
		m = sw_dummy_sent(port);
		assert_int_equal(m->pkt_len, i == SW_BURST - 1 ? 61 : 60);
		rte_pktmbuf_free(m);
	}
	sw_flush(&worker);
	assert_int_equal(lane_of(port)->stats.tx_packets, SW_BURST + 3);
	del(port);
}

/* Many at once: any mix of sizes leaves in the order it came. */
static void many_keep_their_order(void **state)
{
	static const unsigned sizes[] = { 32, 5, 32, 27, 32, 1, 31, 32, 3, 29 };
	struct sw_port *port = add("p0", "dummy", NULL, NULL);
	struct rte_mbuf *pkts[SW_BURST], *m;
	unsigned len = 60, waiting = 0;

	for (unsigned i = 0; i < RTE_DIM(sizes); i++) {
		for (unsigned k = 0; k < sizes[i]; k++)
			pkts[k] = packet(len++);
		sw_send_many(&worker, lane_of(port), pkts, sizes[i]);
		waiting = (waiting + sizes[i]) % SW_BURST;
		assert_int_equal(lane_of(port)->n, waiting);
	}
	sw_flush(&worker);
	assert_int_equal(lane_of(port)->stats.tx_packets, len - 60);
	for (unsigned i = 60; i < len; i++) {
		m = sw_dummy_sent(port);
		assert_int_equal(m->pkt_len, i);
		rte_pktmbuf_free(m);
	}
	del(port);
}

static void flush_reaches_every_lane(void **state)
{
	struct sw_port *ports[5];
	char name[8];

	for (unsigned i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		ports[i] = add(name, "dummy", NULL, NULL);
		send(ports[i], i + 1, 60);
		send(ports[0], 1, 60);
	}
	sw_flush(&worker);
	for (unsigned i = 1; i < 5; i++)
		assert_int_equal(sw_dummy_sent_waiting(ports[i]), i + 1);
	assert_int_equal(sw_dummy_sent_waiting(ports[0]), 6);
	for (unsigned i = 0; i < 5; i++)
		del(ports[i]);
}

static void too_long_is_lost(void **state)
{
	struct sw_port *port = add("p0", "dummy", NULL, NULL);

	send(port, 1, 1518);
	send(port, 2, 1519);
	sw_flush(&worker);
	assert_int_equal(sw_dummy_sent_waiting(port), 1);
	assert_int_equal(dropped(port, SW_ID(drop, tx_mtu_exceeded)), 2);
	assert_int_equal(lane_of(port)->stats.tx_packets, 1);
	del(port);
}

static void full_port_loses_the_rest(void **state)
{
	struct sw_port *port = add("p0", "dummy", "tx_room", "40");

	send(port, 100, 60);
	sw_flush(&worker);
	assert_int_equal(sw_dummy_sent_waiting(port), 40);
	assert_int_equal(dropped(port, SW_ID(drop, tx_full)), 60);
	assert_int_equal(lane_of(port)->stats.tx_packets, 40);
	assert_int_equal(lane_of(port)->stats.tx_bytes, 40 * 60);
	sw_dummy_set_tx_room(port, UINT_MAX);
	send(port, 2, 60);
	sw_flush(&worker);
	assert_int_equal(lane_of(port)->stats.tx_packets, 42);
	del(port);
}

static void ring_is_bounded(void **state)
{
	struct sw_port *port = add("p0", "dummy", NULL, NULL);
	uint8_t bytes[60] = { 0 };
	unsigned n = 0;

	while (!sw_dummy_rx(port, 0, bytes, sizeof(bytes)))
		n++;
	assert_int_equal(n, SW_DUMMY_RING);
	assert_int_equal(sw_dummy_rx(port, 0, bytes, sizeof(bytes)), -ENOSPC);
	assert_int_equal(sw_dummy_rx_waiting(port, 0), SW_DUMMY_RING);
	del(port); /* frees what waits */
}

static void long_frames_are_chains(void **state)
{
	struct sw_port *port = add("p0", "dummy", NULL, NULL);
	uint8_t bytes[9000], back[9000];
	struct rte_mbuf *m;

	for (unsigned i = 0; i < sizeof(bytes); i++)
		bytes[i] = i * 7;
	assert_int_equal(sw_dummy_rx(port, 0, bytes, sizeof(bytes)), 0);
	assert_int_equal(port->cls->rx(port, 0, lane_of(port), &m, 1), 1);
	assert_int_equal(m->pkt_len, sizeof(bytes));
	assert_true(m->nb_segs > 1);
	rte_mbuf_sanity_check(m, 1);
	assert_memory_equal(rte_pktmbuf_read(m, 0, sizeof(back), back), bytes, sizeof(bytes));
	rte_pktmbuf_free(m);
	del(port);
}

/* Two bridges and one pair of patch ports between them. */
static void patch_carries(void **state)
{
	struct sw_port *in = add("in", "dummy", NULL, NULL), *out = add("out", "dummy", NULL, NULL);
	struct sw_port *a = add("pa", "patch", "peer", "pb"), *b = add("pb", "patch", "peer", "pa");
	struct hub left = { 0 }, right = { 0 };

	hub_add(&left, in);
	hub_add(&left, a);
	hub_add(&right, b);
	hub_add(&right, out);
	send(a, 70, 60);
	sw_flush(&worker);
	assert_int_equal(sw_dummy_sent_waiting(out), 70);
	assert_int_equal(lane_of(a)->stats.tx_packets, 70);
	assert_int_equal(lane_of(b)->stats.rx_packets, 70);
	assert_int_equal(right.deepest, 1);
	assert_int_equal(worker.depth, 0);
	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		assert_int_equal(lane_of(a)->stats.drops[i] + lane_of(b)->stats.drops[i], 0);
	del(a);
	del(b);
	del(in);
	del(out);
}

static void patch_without_bridge(void **state)
{
	struct sw_port *a = add("pa", "patch", "peer", "pb"), *b = add("pb", "patch", "peer", "pa");

	send(a, 5, 60);
	sw_flush(&worker);
	assert_int_equal(dropped(b, SW_ID(drop, no_bridge)), 5);
	assert_int_equal(lane_of(b)->stats.rx_packets, 5);
	assert_int_equal(lane_of(b)->stats.rx_bytes, 300);
	assert_int_equal(lane_of(a)->stats.tx_packets, 5);
	del(a);
	del(b);
}

static void expect_error(struct sw_port *port, bool up, const char *text)
{
	struct sw_port_status status = { 0 };

	port->cls->status(port, &status);
	assert_int_equal(status.link_up, up);
	if (strcmp(status.error, text))
		fail_msg("\"%s\" is not \"%s\"", status.error, text);
}

static void peers_name_each_other(void **state)
{
	struct sw_port *a = add("pa", "patch", "peer", "pb"), *b, *c;

	expect_error(a, false, "its peer pb does not exist or is not a patch port");
	c = add("pc", "patch", "peer", "pa");
	expect_error(c, false, "its peer pa has options:peer=pb, not pc");
	send(c, 3, 60);
	send(a, 4, 60);
	sw_flush(&worker);
	assert_int_equal(dropped(c, SW_ID(drop, patch_no_peer)), 3);
	assert_int_equal(dropped(a, SW_ID(drop, patch_no_peer)), 4);
	assert_int_equal(lane_of(a)->stats.tx_packets, 0);
	assert_int_equal(lane_of(a)->stats.tx_bytes, 0);
	b = add("pb", "patch", "peer", "pa");
	expect_error(a, true, "");
	expect_error(b, true, "");
	del(b);
	expect_error(a, false, "its peer pb does not exist or is not a patch port");
	del(a);
	del(c);
}

static void peer_changes(void **state)
{
	struct sw_port *a = add("pa", "patch", "peer", "pb"), *b = add("pb", "patch", "peer", "pa");
	struct sw_port *c = add("pc", "patch", "peer", "pa");
	const char *opts[][2] = { { "peer", "pc" } };
	struct sw_port_conf conf = {
		.name = "pa", .type = "patch", .n_options = 1, .options = opts
	};

	assert_int_equal(sw_port_set(a, &conf, &err), 0);
	expect_error(a, true, "");
	expect_error(c, true, "");
	expect_error(b, false, "its peer pa has options:peer=pc, not pb");
	opts[0][1] = "pa";
	assert_int_equal(sw_port_set(a, &conf, &err), -EINVAL);
	assert_string_equal(err.text, "port pa: a patch port cannot be its own peer");
	expect_error(a, true, "");
	del(b);
	expect_error(a, true, "");
	del(a);
	expect_error(c, false, "its peer pa does not exist or is not a patch port");
	del(c);
	sw_post_run();
}

/* An index that is used again reaches nobody: the lane of the new port is there, its peer is not us. */
static void index_used_again(void **state)
{
	struct sw_port *a = add("pa", "patch", "peer", "pb"), *b = add("pb", "patch", "peer", "pa"),
		       *d;
	unsigned index = b->index;

	del(b);
	d = add("pd", "dummy", NULL, NULL);
	assert_int_equal(d->index, index);
	sw_dummy_set_tx_room(d, a->index); /* its bytes even look like a peer's */
	__atomic_store_n(&patch_of(a)->peer, index, __ATOMIC_RELAXED); /* as a worker may see it */
	send(a, 2, 60);
	sw_flush(&worker);
	assert_int_equal(dropped(a, SW_ID(drop, patch_no_peer)), 2);
	assert_int_equal(lane_of(d)->stats.rx_packets, 0);
	del(d);
	d = add("pd", "patch", "peer", "px");
	assert_int_equal(d->index, index);
	send(a, 2, 60);
	sw_flush(&worker);
	assert_int_equal(dropped(a, SW_ID(drop, patch_no_peer)), 4);
	assert_int_equal(lane_of(d)->stats.rx_packets, 0);
	del(a);
	del(d);
}

/* A program that fills the very send buffer whose packets it is given. */
struct talkback {
	struct sw_ingress ingress;
	struct sw_port *to;
	unsigned runs, received;
};

static void talkback_run(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	struct talkback *t = (struct talkback *)(uintptr_t)self;

	if (!t->runs++)
		send(t->to, SW_BURST - 1, 100);
	for (unsigned i = 0; i < n; i++)
		t->received += pkts[i]->pkt_len;
	rte_pktmbuf_free_bulk(pkts, n);
}

static void buffer_filled_while_flushed(void **state)
{
	struct sw_port *a = add("pa", "patch", "peer", "pb"), *b = add("pb", "patch", "peer", "pa");
	struct talkback talk = { .ingress.run = talkback_run, .to = a };

	b->ingress = &talk.ingress;
	send(a, 10, 60);
	sw_flush(&worker);
	assert_int_equal(talk.runs, 2);
	assert_int_equal(talk.received, 10 * 60 + (SW_BURST - 1) * 100);
	assert_int_equal(lane_of(a)->stats.tx_packets, 10 + SW_BURST - 1);
	assert_int_equal(lane_of(a)->stats.tx_bytes, talk.received);
	del(a);
	del(b);
}

/* A chain of 9 bridges, joined by 8 pairs, is no loop. */
static void long_chain_passes(void **state)
{
	struct sw_port *out = add("out", "dummy", NULL, NULL), *a[8], *b[8];
	struct hub hubs[9] = { 0 };
	char one[8], two[8];

	for (unsigned i = 0; i < 8; i++) {
		snprintf(one, sizeof(one), "a%u", i);
		snprintf(two, sizeof(two), "b%u", i);
		a[i] = add(one, "patch", "peer", two);
		b[i] = add(two, "patch", "peer", one);
		hub_add(&hubs[i], a[i]);
		hub_add(&hubs[i + 1], b[i]);
	}
	hub_add(&hubs[8], out);
	send(a[0], 40, 60);
	sw_flush(&worker);
	assert_int_equal(sw_dummy_sent_waiting(out), 40);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(dropped(a[i], SW_ID(drop, patch_loop)), 0);
		del(a[i]);
		del(b[i]);
	}
	del(out);
}

/* `pairs` pairs between two hubs: with two a packet goes round, with three it also doubles. */
static void loop(unsigned pairs, unsigned packets)
{
	struct sw_port *a[4], *b[4];
	struct hub left = { 0 }, right = { 0 };
	uint64_t crossed = 0, lost = 0;
	char one[8], two[8];

	for (unsigned i = 0; i < pairs; i++) {
		snprintf(one, sizeof(one), "a%u", i);
		snprintf(two, sizeof(two), "b%u", i);
		a[i] = add(one, "patch", "peer", two);
		b[i] = add(two, "patch", "peer", one);
		hub_add(&left, a[i]);
		hub_add(&right, b[i]);
	}
	send(a[0], packets, 60);
	sw_flush(&worker);
	assert_null(worker.dirty);
	assert_int_equal(worker.depth, 0);
	assert_int_equal(worker.crossed, 0);
	for (unsigned i = 0; i < pairs; i++) {
		crossed += lane_of(a[i])->stats.tx_packets + lane_of(b[i])->stats.tx_packets;
		lost += dropped(a[i], SW_ID(drop, patch_loop)) +
			dropped(b[i], SW_ID(drop, patch_loop));
	}
	assert_true(lost >= packets);
	assert_in_range(crossed, packets, packets + SW_CROSS_MAX);
	assert_true(left.deepest <= SW_DEPTH_MAX && right.deepest <= SW_DEPTH_MAX);
	for (unsigned i = 0; i < pairs; i++) {
		del(a[i]);
		del(b[i]);
	}
}

static void loops_end(void **state)
{
	loop(2, 1);
	loop(2, 33);
	loop(2, 500);
}

static void doubling_loops_end(void **state)
{
	loop(3, 1);
	loop(3, 64);
	loop(4, 64);
}

/* After a storm the next turn is as good as new. */
static void storm_leaves_no_trace(void **state)
{
	loop(4, 64);
	patch_carries(state);
}

static int begin(void **state)
{
	held_before = rte_mempool_in_use_count(sw_pool());
	return 0;
}

static int end(void **state)
{
	unsigned held = rte_mempool_in_use_count(sw_pool());

	for (unsigned i = 0; i < SW_PORT_MAX; i++) { /* after a failure */
		if (sw_port_by_index(i))
			del(sw_port_by_index(i));
	}
	if (held != held_before)
		fprintf(stderr, "%u packet buffers are lost\n", held - held_before);
	return held != held_before;
}

static int setup(void **state)
{
	swtest_eal();
	return sw_pool_create(4095, &err);
}

#define CHECKED(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHECKED(buffers_flush_when_full),
		CHECKED(many_keep_their_order),
		CHECKED(flush_reaches_every_lane),
		CHECKED(too_long_is_lost),
		CHECKED(full_port_loses_the_rest),
		CHECKED(ring_is_bounded),
		CHECKED(long_frames_are_chains),
		CHECKED(patch_carries),
		CHECKED(patch_without_bridge),
		CHECKED(peers_name_each_other),
		CHECKED(peer_changes),
		CHECKED(index_used_again),
		CHECKED(buffer_filled_while_flushed),
		CHECKED(long_chain_passes),
		CHECKED(loops_end),
		CHECKED(doubling_loops_end),
		CHECKED(storm_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
