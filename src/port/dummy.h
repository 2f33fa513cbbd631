/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside of a dummy port; see dummy.c. */
#ifndef PORT_DUMMY_H
#define PORT_DUMMY_H

#include <rte_ticketlock.h>

#include <sw/dummy.h>
#include <sw/port.h>

/* Packets that wait, oldest at head. A lock made of plain atomics, which thread checkers understand. */
struct dummy_ring {
	rte_ticketlock_t lock;
	uint32_t head, n;
	struct rte_mbuf *pkts[SW_DUMMY_RING];
};

struct dummy {
	struct sw_port port;
	uint32_t tx_room; /* atomic; UINT32_MAX: any number */
	uint32_t link_resets;
	bool link_up;		  /* atomic */
	struct dummy_ring *rings; /* SW_WORKER_MAX receive queues, then what was sent */
};

static inline struct dummy *dummy_of(struct sw_port *port)
{
	return (struct dummy *)port;
}

static inline struct dummy_ring *dummy_sent_ring(struct dummy *d)
{
	return &d->rings[SW_WORKER_MAX];
}

/* The class's worker half. */
unsigned dummy_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n);
unsigned dummy_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n);

/* Append up to n; returns how many fitted. Take up to n; returns how many there were. */
unsigned dummy_put(struct dummy_ring *ring, struct rte_mbuf **pkts, unsigned n);
unsigned dummy_take(struct dummy_ring *ring, struct rte_mbuf **pkts, unsigned n);
unsigned dummy_waiting(struct dummy_ring *ring);

#endif
