/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class "dummy", worker half: bounded rings between a test and the workers. What a test injected is
 * received in order, queue by queue; what is sent waits until the test takes it. Transmit takes as much
 * as the test left room for, and refuses the rest as a slow device does.
 *
 * Any thread; each ring has a lock of its own, since several workers send and a test reads meanwhile.
 */
#include "dummy.h"

unsigned dummy_put(struct dummy_ring *ring, struct rte_mbuf **pkts, unsigned n)
{
	rte_ticketlock_lock(&ring->lock);
	n = RTE_MIN(n, SW_DUMMY_RING - ring->n);
	for (unsigned i = 0; i < n; i++)
		ring->pkts[(ring->head + ring->n++) % SW_DUMMY_RING] = pkts[i];
	rte_ticketlock_unlock(&ring->lock);
	return n;
}

unsigned dummy_take(struct dummy_ring *ring, struct rte_mbuf **pkts, unsigned n)
{
	rte_ticketlock_lock(&ring->lock);
	n = RTE_MIN(n, ring->n);
	for (unsigned i = 0; i < n; i++)
		pkts[i] = ring->pkts[(ring->head + i) % SW_DUMMY_RING];
	ring->head = (ring->head + n) % SW_DUMMY_RING;
	ring->n -= n;
	rte_ticketlock_unlock(&ring->lock);
	return n;
}

unsigned dummy_waiting(struct dummy_ring *ring)
{
	unsigned n;

	rte_ticketlock_lock(&ring->lock);
	n = ring->n;
	rte_ticketlock_unlock(&ring->lock);
	return n;
}

unsigned dummy_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	return dummy_take(&dummy_of(port)->rings[queue], pkts, n);
}

/* Claim up to n places of the room the test left. */
static unsigned claim_room(struct dummy *d, unsigned n)
{
	uint32_t room = __atomic_load_n(&d->tx_room, __ATOMIC_RELAXED);

	do {
		if (room == UINT32_MAX)
			return n;
		n = RTE_MIN(n, room);
	} while (!__atomic_compare_exchange_n(
		&d->tx_room, &room, room - n, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return n;
}

unsigned dummy_tx(struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct dummy *d = dummy_of(port);

	return dummy_put(dummy_sent_ring(d), pkts, claim_room(d, n));
}
