/* SPDX-License-Identifier: BSD-3-Clause */
/* Patch ports: peers that come, go and change, bridges in a chain, and loops of bridges, which end. */
#include "port_hand.h"

#include <errno.h>

#include <sw/post.h>

#include "../../src/port/patch.h"

SW_USE(drop, no_bridge);
SW_USE(drop, tx_mtu_exceeded);
SW_USE(drop, patch_loop);
SW_USE(drop, patch_no_peer);

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

/* Two bridges and one pair of patch ports between them. */
static void patch_carries(void **state)
{
	struct sw_port *in = hand_add("in", "dummy", NULL, NULL),
		       *out = hand_add("out", "dummy", NULL, NULL);
	struct sw_port *a = hand_add("pa", "patch", "peer", "pb"),
		       *b = hand_add("pb", "patch", "peer", "pa");
	struct hub left = { 0 }, right = { 0 };

	hub_add(&left, in);
	hub_add(&left, a);
	hub_add(&right, b);
	hub_add(&right, out);
	hand_send(a, 70, 60);
	sw_flush(&hand_worker);
	assert_int_equal(sw_dummy_sent_waiting(out), 70);
	assert_int_equal(hand_lane(a)->stats.tx_packets, 70);
	assert_int_equal(hand_lane(b)->stats.rx_packets, 70);
	assert_int_equal(right.deepest, 1);
	assert_int_equal(hand_worker.depth, 0);
	hand_send(a, 1, 2000); /* longer than a port by default: no patch port's business */
	sw_flush(&hand_worker);
	assert_int_equal(hand_lane(b)->stats.rx_packets, 71);
	assert_int_equal(hand_drops(out, SW_ID(drop, tx_mtu_exceeded)), 1);
	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		assert_int_equal(hand_lane(a)->stats.drops[i] + hand_lane(b)->stats.drops[i], 0);
	hand_del(a);
	hand_del(b);
	hand_del(in);
	hand_del(out);
}

static void patch_without_bridge(void **state)
{
	struct sw_port *a = hand_add("pa", "patch", "peer", "pb"),
		       *b = hand_add("pb", "patch", "peer", "pa");

	hand_send(a, 5, 60);
	sw_flush(&hand_worker);
	assert_int_equal(hand_drops(b, SW_ID(drop, no_bridge)), 5);
	assert_int_equal(hand_lane(b)->stats.rx_packets, 5);
	assert_int_equal(hand_lane(b)->stats.rx_bytes, 300);
	assert_int_equal(hand_lane(a)->stats.tx_packets, 5);
	hand_del(a);
	hand_del(b);
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
	struct sw_port *a = hand_add("pa", "patch", "peer", "pb"), *b, *c;

	expect_error(a, false, "its peer pb does not exist or is not a patch port");
	c = hand_add("pc", "patch", "peer", "pa");
	expect_error(c, false, "its peer pa has options:peer=pb, not pc");
	hand_send(c, 3, 60);
	hand_send(a, 4, 60);
	sw_flush(&hand_worker);
	assert_int_equal(hand_drops(c, SW_ID(drop, patch_no_peer)), 3);
	assert_int_equal(hand_drops(a, SW_ID(drop, patch_no_peer)), 4);
	assert_int_equal(hand_lane(a)->stats.tx_packets, 0);
	assert_int_equal(hand_lane(a)->stats.tx_bytes, 0);
	b = hand_add("pb", "patch", "peer", "pa");
	expect_error(a, true, "");
	expect_error(b, true, "");
	hand_del(b);
	expect_error(a, false, "its peer pb does not exist or is not a patch port");
	hand_del(a);
	hand_del(c);
}

static void peer_changes(void **state)
{
	struct sw_port *a = hand_add("pa", "patch", "peer", "pb"),
		       *b = hand_add("pb", "patch", "peer", "pa");
	struct sw_port *c = hand_add("pc", "patch", "peer", "pa");
	const char *opts[][2] = { { "peer", "pc" } };
	struct sw_port_conf conf = {
		.name = "pa", .type = "patch", .n_options = 1, .options = opts
	};

	assert_int_equal(sw_port_set(a, &conf, &hand_err), 0);
	expect_error(a, true, "");
	expect_error(c, true, "");
	expect_error(b, false, "its peer pa has options:peer=pc, not pb");
	opts[0][1] = "pa";
	assert_int_equal(sw_port_set(a, &conf, &hand_err), -EINVAL);
	assert_string_equal(hand_err.text, "port pa: a patch port cannot be its own peer");
	expect_error(a, true, "");
	hand_del(b);
	expect_error(a, true, "");
	hand_del(a);
	expect_error(c, false, "its peer pa does not exist or is not a patch port");
	hand_del(c);
	sw_post_run();
}

/* An index that is used again reaches nobody: the lane of the new port is there, its peer is not us. */
static void index_used_again(void **state)
{
	struct sw_port *a = hand_add("pa", "patch", "peer", "pb"),
		       *b = hand_add("pb", "patch", "peer", "pa"), *d;
	unsigned index = b->index;

	hand_del(b);
	d = hand_add("pd", "dummy", NULL, NULL);
	assert_int_equal(d->index, index);
	sw_dummy_set_tx_room(d, a->index); /* its bytes even look like a peer's */
	__atomic_store_n(&patch_of(a)->peer, index, __ATOMIC_RELAXED); /* as a worker may see it */
	hand_send(a, 2, 60);
	sw_flush(&hand_worker);
	assert_int_equal(hand_drops(a, SW_ID(drop, patch_no_peer)), 2);
	assert_int_equal(hand_lane(d)->stats.rx_packets, 0);
	hand_del(d);
	d = hand_add("pd", "patch", "peer", "px");
	assert_int_equal(d->index, index);
	hand_send(a, 2, 60);
	sw_flush(&hand_worker);
	assert_int_equal(hand_drops(a, SW_ID(drop, patch_no_peer)), 4);
	assert_int_equal(hand_lane(d)->stats.rx_packets, 0);
	hand_del(a);
	hand_del(d);
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
		hand_send(t->to, SW_BURST - 1, 100);
	for (unsigned i = 0; i < n; i++)
		t->received += pkts[i]->pkt_len;
	rte_pktmbuf_free_bulk(pkts, n);
}

static void buffer_filled_while_flushed(void **state)
{
	struct sw_port *a = hand_add("pa", "patch", "peer", "pb"),
		       *b = hand_add("pb", "patch", "peer", "pa");
	struct talkback talk = { .ingress.run = talkback_run, .to = a };

	b->ingress = &talk.ingress;
	hand_send(a, 10, 60);
	sw_flush(&hand_worker);
	assert_int_equal(talk.runs, 2);
	assert_int_equal(talk.received, 10 * 60 + (SW_BURST - 1) * 100);
	assert_int_equal(hand_lane(a)->stats.tx_packets, 10 + SW_BURST - 1);
	assert_int_equal(hand_lane(a)->stats.tx_bytes, talk.received);
	hand_del(a);
	hand_del(b);
}

/* A chain of 9 bridges, joined by 8 pairs, is no loop. */
static void long_chain_passes(void **state)
{
	struct sw_port *out = hand_add("out", "dummy", NULL, NULL), *a[8], *b[8];
	struct hub hubs[9] = { 0 };
	char one[8], two[8];

	for (unsigned i = 0; i < 8; i++) {
		snprintf(one, sizeof(one), "a%u", i);
		snprintf(two, sizeof(two), "b%u", i);
		a[i] = hand_add(one, "patch", "peer", two);
		b[i] = hand_add(two, "patch", "peer", one);
		hub_add(&hubs[i], a[i]);
		hub_add(&hubs[i + 1], b[i]);
	}
	hub_add(&hubs[8], out);
	hand_send(a[0], 40, 60);
	sw_flush(&hand_worker);
	assert_int_equal(sw_dummy_sent_waiting(out), 40);
	for (unsigned i = 0; i < 8; i++) {
		assert_int_equal(hand_drops(a[i], SW_ID(drop, patch_loop)), 0);
		hand_del(a[i]);
		hand_del(b[i]);
	}
	hand_del(out);
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
		a[i] = hand_add(one, "patch", "peer", two);
		b[i] = hand_add(two, "patch", "peer", one);
		hub_add(&left, a[i]);
		hub_add(&right, b[i]);
	}
	hand_send(a[0], packets, 60);
	sw_flush(&hand_worker);
	assert_null(hand_worker.dirty);
	assert_int_equal(hand_worker.depth, 0);
	assert_int_equal(hand_worker.crossed, 0);
	for (unsigned i = 0; i < pairs; i++) {
		crossed += hand_lane(a[i])->stats.tx_packets + hand_lane(b[i])->stats.tx_packets;
		lost += hand_drops(a[i], SW_ID(drop, patch_loop)) +
			hand_drops(b[i], SW_ID(drop, patch_loop));
	}
	assert_true(lost >= packets);
	assert_in_range(crossed, packets, packets + SW_CROSS_MAX);
	assert_true(left.deepest <= SW_DEPTH_MAX && right.deepest <= SW_DEPTH_MAX);
	for (unsigned i = 0; i < pairs; i++) {
		hand_del(a[i]);
		hand_del(b[i]);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		HAND_TEST(patch_carries),
		HAND_TEST(patch_without_bridge),
		HAND_TEST(peers_name_each_other),
		HAND_TEST(peer_changes),
		HAND_TEST(index_used_again),
		HAND_TEST(buffer_filled_while_flushed),
		HAND_TEST(long_chain_passes),
		HAND_TEST(loops_end),
		HAND_TEST(doubling_loops_end),
		HAND_TEST(storm_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, hand_setup, NULL);
}
