/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every stage of the packet path knows of the worker it runs on, and how a packet leaves: it is
 * appended to this worker's send buffer of the output port and flushed when the buffer is full or at the
 * end of the turn. A "lane" is one worker's part of one port: send buffer and counters, written by that
 * worker only.
 *
 * room: port. Thread: the worker itself, unless a line says control. Cost of sw_send: about 5 cycles.
 */
#ifndef SW_WORKER_H
#define SW_WORKER_H

#include <rte_mbuf.h>

#include <sw/clock.h>
#include <sw/drop.h>
#include <sw/event.h>
#include <sw/lane.h>
#include <sw/rcu.h>

#define SW_PORT_MAX  1024 /* ports at most; indices 0..SW_PORT_MAX-1 */
#define SW_DEPTH_MAX 16	  /* patch ports one packet may cross in a turn */
#define SW_CROSS_MAX 8192 /* packets that may cross a second or later patch port in a turn */

struct sw_port;
struct sw_stages;

struct sw_worker {
	uint16_t id;	  /* 0..SW_WORKER_MAX-1; also the rcu reader */
	uint16_t depth;	  /* patch ports crossed on the way to here */
	uint32_t crossed; /* packets that crossed a patch port at depth > 0 since sw_flush */
	uint32_t now_s;	  /* coarse clock in seconds, for ages */
	uint32_t now_8;	  /* the same in eighths of a second (SW_EIGHTH_MS) */
	uint64_t now_tsc; /* start of this turn */
	int numa;
	struct sw_lane *dirty;	  /* lanes with packets waiting */
	struct sw_lane *tx_lane;  /* the lane whose packets a class's tx has in hand */
	struct sw_late *late;	  /* what is to be done at the end of the turn (late.h) */
	struct sw_settle *settle; /* likewise before it reports quiescent */
	struct sw_stages *stages; /* in a measured turn (stage.h), else NULL */
	struct sw_event_ring *events;
	struct sw_lane *lanes[SW_PORT_MAX]; /* control publishes (rcu), NULL where no port is */
};

/* Read the clock for the worker's ages. Whoever runs it, each millisecond. */
static inline void sw_worker_read_clock(struct sw_worker *w)
{
	uint64_t ms = sw_clock_ms();

	w->now_s = ms / 1000;
	w->now_8 = ms / SW_EIGHTH_MS;
}

/* This worker's lane of a port index, or NULL when the port is gone. */
static inline struct sw_lane *sw_lane_of(struct sw_worker *w, unsigned index)
{
	return sw_rcu_get(w->lanes[index]);
}

/* Lose one packet, or n, for a reason counted on a lane. */
static inline void sw_drop_one(struct sw_lane *lane, unsigned reason, struct rte_mbuf *m)
{
	lane->stats.drops[reason]++;
	rte_pktmbuf_free(m);
}
void sw_drop_many(struct sw_lane *lane, unsigned reason, struct rte_mbuf **pkts, unsigned n);
/* For a class's tx: lose packets it has taken (part of what it returns) for a reason of its own. They
 * are not counted as sent. */
void sw_tx_drop(struct sw_worker *w, unsigned reason, struct rte_mbuf **pkts, unsigned n);

/* Hand packets to the lane's port now; what it does not take is dropped as tx_full on that lane. Nothing
 * may wait in the lane, or the order is lost. n <= SW_BURST; the array is scratch afterwards. */
void sw_lane_transmit(
	struct sw_worker *w, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n);

/* Hand over what waits in a lane; in every lane, until none is left (a patch port may fill another), then run w->late. */
void sw_lane_flush(struct sw_worker *w, struct sw_lane *lane);
void sw_flush(struct sw_worker *w);

/* The packet is too long for the lane, or the port is shut: dropped there for that reason. */
void sw_send_too_long(struct sw_lane *lane, struct rte_mbuf *m);

static inline uint64_t sw_bytes(struct rte_mbuf *const *pkts, unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += pkts[i]->pkt_len;
	return sum;
}

/* There is something to flush. */
static inline void sw_lane_mark(struct sw_worker *w, struct sw_lane *lane)
{
	if (lane->dirty)
		return;
	lane->dirty = 1;
	lane->next_dirty = w->dirty;
	w->dirty = lane;
}

/* Append a packet to a lane; consumes it. A packet may wait on several lanes at once (refcnt > 1) and is
 * read-only then, for ingress programs behind patch ports too: who wants to change its bytes, data_off
 * or lengths copies it first. */
static inline void sw_send(struct sw_worker *w, struct sw_lane *lane, struct rte_mbuf *m)
{
	if (unlikely(m->pkt_len > sw_lane_max_len(lane))) {
		sw_send_too_long(lane, m);
		return;
	}
	sw_lane_mark(w, lane);
	lane->pkts[lane->n++] = m;
	if (lane->n == SW_BURST)
		sw_lane_flush(w, lane);
}

/* Append n packets, none longer than lane->max_len. A full burst on an empty lane goes out at once,
 * without a copy of the pointers; the array is scratch afterwards. */
static inline void sw_send_many(
	struct sw_worker *w, struct sw_lane *lane, struct rte_mbuf **pkts, unsigned n)
{
	if (n == SW_BURST && !lane->n) {
		sw_lane_transmit(w, lane, pkts, n);
		return;
	}
	while (n) {
		unsigned k = RTE_MIN(n, (unsigned)SW_BURST - lane->n);

		sw_lane_mark(w, lane);
		for (unsigned i = 0; i < k; i++)
			lane->pkts[lane->n + i] = pkts[i];
		lane->n += k;
		pkts += k;
		n -= k;
		if (lane->n == SW_BURST)
			sw_lane_flush(w, lane);
	}
}

/* How many workers there are, for classes that size their queues by it: told by pmd before it starts
 * them; SW_WORKER_MAX until then. Control; read by any thread. */
void sw_worker_count_set(unsigned n);
unsigned sw_worker_count(void);

#endif
