/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "patch", worker half: what is sent to a patch port enters the bridge of its peer, on the same
 * worker, in the same turn, without a copy.
 *
 * The peer is known by index and found through the worker's own lanes, which outlive the turn; it counts
 * only when it is a patch port that names this one back. So a peer that goes, or an index that is used
 * again, loses packets with a reason and reaches nobody else's port.
 *
 * Loops of bridges end: a packet crosses SW_DEPTH_MAX patch ports at most, and since a flood may double
 * at each of them, a turn lets SW_CROSS_MAX packets in all cross a second one.
 */
#include "patch.h"

#include <string.h>

SW_REGISTER(drop, patch_loop) = {
	.name = "patch_loop",
	.help = "patch ports form a loop between bridges: take one out, or block the flood on it",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, patch_no_peer) = {
	.name = "patch_no_peer",
	.help = "the peer of the patch port does not exist or names another port as its peer",
	.as = SW_DROP_TX_DROPPED,
};
SW_USE(drop, no_bridge);
SW_USE(port_class, patch);

unsigned patch_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	return 0; /* n_rxq is 0: its packets come by patch_tx of the peer */
}

/* This worker's lane of the peer, or NULL. */
static struct sw_lane *peer_lane(struct sw_worker *w, struct sw_port *port)
{
	uint32_t index = __atomic_load_n(&patch_of(port)->peer, __ATOMIC_RELAXED);
	struct sw_lane *lane = index < SW_PORT_MAX ? sw_lane_of(w, index) : NULL;

	if (!lane || lane->port->cls != &sw_port_class_patch)
		return NULL;
	index = __atomic_load_n(&patch_of(lane->port)->peer, __ATOMIC_RELAXED);
	return index == port->index ? lane : NULL;
}

static bool may_cross(struct sw_worker *w, unsigned n)
{
	if (!w->depth)
		return true;
	w->crossed += n;
	return w->depth < SW_DEPTH_MAX && w->crossed <= SW_CROSS_MAX;
}

/* An ingress program counts what it receives; here is none to do it. */
static void drop_no_bridge(struct sw_lane *in, struct rte_mbuf **pkts, unsigned n)
{
	in->stats.rx_packets += n;
	in->stats.rx_bytes += sw_bytes(pkts, n);
	sw_drop_many(in, SW_ID(drop, no_bridge), pkts, n);
}

/* pkts is the send buffer of our own lane, which the peer's bridge may fill again. */
static void enter(struct sw_worker *w, struct sw_lane *in, struct rte_mbuf **pkts, unsigned n)
{
	const struct sw_ingress *ingress = sw_rcu_get(in->port->ingress);
	struct rte_mbuf *own[SW_BURST];

	if (!ingress) {
		drop_no_bridge(in, pkts, n);
		return;
	}
	memcpy(own, pkts, n * sizeof(*own));
	w->depth++;
	ingress->run(w, ingress, in, own, n);
	w->depth--;
}

unsigned patch_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct sw_lane *peer = peer_lane(w, port);

	if (unlikely(!peer))
		sw_tx_drop(w, SW_ID(drop, patch_no_peer), pkts, n);
	else if (unlikely(!may_cross(w, n)))
		sw_tx_drop(w, SW_ID(drop, patch_loop), pkts, n);
	else
		enter(w, peer, pkts, n);
	return n;
}
