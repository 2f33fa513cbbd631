/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lane: one worker's part of one port, its send buffer and its counters, written by that worker alone but for what a line says
 * that control writes.
 *
 * room: port. Thread: the worker itself; counters are read by control.
 */
#ifndef SW_LANE_H
#define SW_LANE_H

#include <rte_mbuf.h>

#include <sw/drop.h>

#define SW_BURST 32 /* packets of a burst; the most one vhost call takes */

struct sw_port;

/* Counters of a lane; control reads them while they move (each is a whole, aligned 64-bit word). */
struct sw_lane_stats {
	uint64_t rx_packets, rx_bytes, rx_multicast, rx_broadcast;
	uint64_t tx_packets, tx_bytes;
	uint64_t drops[SW_DROP_MAX]; /* by reason */
};

struct sw_lane {
	uint16_t n;	/* packets waiting in pkts */
	uint16_t dirty; /* is on the worker's list */
	uint32_t
		max_len; /* longest frame to send, without FCS: MTU + 18; 0: none; control writes */
	uint32_t rx_max_len; /* longest to receive: MTU + 18; control writes */
	uint16_t shut;	     /* why none is to be sent: a drop reason + 1, or 0; control writes */
	uint16_t lost;	     /* packets of this flush that sw_tx_drop lost, and their bytes */
	uint32_t lost_bytes;
	struct sw_port *port;
	struct sw_lane *next_dirty;
	struct rte_mbuf *pkts[SW_BURST];
	struct sw_lane_stats stats __rte_cache_aligned;
} __rte_cache_aligned;

/* The longest frame that the lane's port may send now, and receive. */
static inline uint32_t sw_lane_max_len(const struct sw_lane *lane)
{
	return __atomic_load_n(&lane->max_len, __ATOMIC_RELAXED);
}

static inline uint32_t sw_lane_rx_max_len(const struct sw_lane *lane)
{
	return __atomic_load_n(&lane->rx_max_len, __ATOMIC_RELAXED);
}

#endif
