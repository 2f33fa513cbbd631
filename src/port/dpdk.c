/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "dpdk", worker half: the bursts of an Ethernet device of DPDK, and nothing else. No offload is
 * asked for, so no packet is looked at here.
 *
 * A transmit queue belongs to the worker of its number. Where the device has fewer queues than there are
 * workers, they share: behind a spinlock for the length of a burst, since the driver's queue is for one
 * thread. What the device's ring does not take is the caller's (tx_full): retrying would make a full
 * port slow down all others of this worker.
 */
#include "dpdk.h"

#include <string.h>

#include <sw/pool.h>

SW_REGISTER(drop, tx_segmented) = {
	.name = "tx_segmented",
	.help = "longer than one packet buffer, and the device sends packets of one buffer only: lower the MTU of the port it came from",
	.as = SW_DROP_TX_DROPPED,
};

unsigned dpdk_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane, struct rte_mbuf **pkts,
	unsigned n)
{
	return rte_eth_rx_burst(dpdk_of(port)->id, queue, pkts, n);
}

static inline unsigned send_burst(
	struct dpdk *d, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	uint16_t queue = w->id < d->n_txq ? w->id : w->id % d->n_txq;
	unsigned sent;

	if (likely(!d->lock_txq))
		return rte_eth_tx_burst(d->id, queue, pkts, n);
	rte_spinlock_lock(&d->txq[queue].lock);
	sent = rte_eth_tx_burst(d->id, queue, pkts, n);
	rte_spinlock_unlock(&d->txq[queue].lock);
	return sent;
}

/* The packet in one buffer of its own, or NULL when it does not fit one or there is none. */
static struct rte_mbuf *join_segments(struct rte_mbuf *m)
{
	struct rte_mempool *pool = sw_pool();
	struct rte_mbuf *copy = NULL;

	if (m->pkt_len <= rte_pktmbuf_data_room_size(pool) - RTE_PKTMBUF_HEADROOM)
		copy = rte_pktmbuf_copy(m, pool, 0, UINT32_MAX);
	if (copy)
		rte_pktmbuf_free(m);
	return copy;
}

/* Make every packet one buffer; those that cannot be are lost. Returns how many are left. */
static unsigned join_all(struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < n; i++) {
		struct rte_mbuf *m = pkts[i];

		if (m->nb_segs > 1)
			m = join_segments(m);
		if (m)
			pkts[kept++] = m;
		else
			sw_tx_drop(w, SW_ID(drop, tx_segmented), &pkts[i], 1);
	}
	return kept;
}

/* As dpdk_tx; what stays the caller's is moved to the end of pkts, where it looks for it. */
static unsigned send_joined(struct dpdk *d, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	unsigned kept = join_all(w, pkts, n);
	unsigned sent = send_burst(d, w, pkts, kept);
	unsigned rest = kept - sent;

	memmove(pkts + n - rest, pkts + sent, rest * sizeof(*pkts));
	return n - rest;
}

unsigned dpdk_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct dpdk *d = dpdk_of(port);

	if (unlikely(d->one_segment))
		return send_joined(d, w, pkts, n);
	return send_burst(d, w, pkts, n);
}
