/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets to controllers, out of the worker.
 *
 * Workers. Control is woken once at the end of a turn: a write to an eventfd, which never blocks.
 */
#include "packet_in.h"

#include <unistd.h>

struct packet_in_ring *packet_in_rings[SW_WORKER_MAX + 1];
int packet_in_fd = -1;

void packet_in_wake(struct sw_late *late)
{
	uint64_t one = 1;
	ssize_t rc;

	__atomic_store_n(&late->asked, 0, __ATOMIC_RELEASE);
	rc = write(packet_in_fd, &one, sizeof(one));
	(void)rc; /* full counter: it is readable already */
}

struct sw_packet_in *packet_in_next(struct sw_worker *w)
{
	struct packet_in_ring *ring = packet_in_rings[w->id];

	if (unlikely(ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) ==
		     PACKET_IN_RING)) {
		__atomic_store_n(&ring->lost, ring->lost + 1, __ATOMIC_RELAXED);
		return NULL;
	}
	return &ring->in[ring->head % PACKET_IN_RING];
}

void packet_in_post(struct sw_worker *w)
{
	struct packet_in_ring *ring = packet_in_rings[w->id];

	__atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
	ring->late.run = packet_in_wake;
	sw_late_add(w, &ring->late);
}
