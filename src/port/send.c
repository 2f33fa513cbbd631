/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The way out: send buffers handed to port classes, and the end of packets that go nowhere.
 *
 * Worker code, on the worker that owns the lanes. A flush empties a lane before its class sees the
 * packets, because a patch port's transmit may append to that same lane. Flushing goes in rounds: what
 * patch ports cause in one round is sent in the next, one step deeper, and beyond SW_DEPTH_MAX patch
 * ports only drop, so a loop of bridges ends after as many rounds.
 */
#include <sw/worker.h>

#include <sw/late.h>
#include <sw/port.h>
#include <sw/stage.h>

SW_REGISTER(stage, forward) = {
	.name = "forward",
	.help = "packets are sorted into the send buffers of the ports they leave by",
};
SW_REGISTER(stage, transmit) = {
	.name = "transmit",
	.help = "the output port's driver takes them: copies to guests, system calls, free buffers",
};

SW_REGISTER(drop, tx_full) = {
	.name = "tx_full",
	.help = "the port's device, ring or guest did not take it: it is slower than what is sent to it",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, tx_mtu_exceeded) = {
	.name = "tx_mtu_exceeded",
	.help = "longer than the MTU of the port it was to leave by: raise mtu_request there or lower the senders'",
	.as = SW_DROP_TX_DROPPED,
};
SW_REGISTER(drop, no_bridge) = {
	.name = "no_bridge",
	.help = "came in on a port that is in no bridge",
	.as = SW_DROP_RX_DROPPED,
};

void sw_drop_many(struct sw_lane *lane, unsigned reason, struct rte_mbuf **pkts, unsigned n)
{
	lane->stats.drops[reason] += n;
	rte_pktmbuf_free_bulk(pkts, n);
}

void sw_send_too_long(struct sw_lane *lane, struct rte_mbuf *m)
{
	unsigned shut = __atomic_load_n(&lane->shut, __ATOMIC_RELAXED);

	sw_drop_one(lane, shut ? shut - 1 : SW_ID(drop, tx_mtu_exceeded), m);
}

void sw_tx_drop(struct sw_worker *w, unsigned reason, struct rte_mbuf **pkts, unsigned n)
{
	struct sw_lane *lane = w->tx_lane;

	lane->lost += n;
	lane->lost_bytes += sw_bytes(pkts, n);
	sw_drop_many(lane, reason, pkts, n);
}

void sw_lane_transmit(struct sw_worker *w, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n)
{
	struct sw_lane *outer = w->tx_lane;
	uint64_t bytes = sw_bytes(pkts, n);
	unsigned sent;

	sw_stage_end(w, SW_ID(stage, forward), 0);
	w->tx_lane = lane;
	sent = lane->port->cls->tx(lane->port, w, pkts, n);
	w->tx_lane = outer;
	sw_stage_end(w, SW_ID(stage, transmit), n);
	if (unlikely(sent < n)) {
		bytes -= sw_bytes(pkts + sent, n - sent);
		sw_drop_many(lane, SW_ID(drop, tx_full), pkts + sent, n - sent);
	}
	lane->stats.tx_packets += sent - lane->lost;
	lane->stats.tx_bytes += bytes - lane->lost_bytes;
	lane->lost = 0;
	lane->lost_bytes = 0;
}

void sw_lane_flush(struct sw_worker *w, struct sw_lane *lane)
{
	unsigned n = lane->n;

	if (unlikely(!n))
		return;
	lane->n = 0;
	sw_lane_transmit(w, lane, lane->pkts, n);
}

static void run_late(struct sw_worker *w)
{
	struct sw_late *late = w->late;

	w->late = NULL;
	while (late) {
		struct sw_late *next = late->next;

		__atomic_exchange_n(&late->asked, 0, __ATOMIC_ACQ_REL);
		late->run(late);
		late = next;
	}
}

void sw_settle_all(struct sw_worker *w)
{
	while (w->settle) {
		struct sw_settle *first = w->settle;

		w->settle = first->next;
		first->run(w, first);
	}
}

void sw_flush(struct sw_worker *w)
{
	uint16_t depth = w->depth;

	while (w->dirty) {
		struct sw_lane *lane = w->dirty;

		w->dirty = NULL;
		while (lane) {
			struct sw_lane *next = lane->next_dirty;

			lane->dirty = 0;
			sw_lane_flush(w, lane);
			lane = next;
		}
		w->depth++;
	}
	w->depth = depth;
	w->crossed = 0;
	if (w->late)
		run_late(w);
}
