/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reading end of the workers' event rings. Bounded by what was waiting at the start, so that a
 * worker that keeps posting cannot hold the control thread.
 *
 * Control thread only.
 */
#include <sw/event.h>

SW_REG_KIND_DEFINE(event);

unsigned sw_event_drain(struct sw_event_ring *ring)
{
	uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE);
	uint32_t tail = ring->tail;
	unsigned n = head - tail;

	while (tail != head) {
		const struct sw_event_record *rec = &ring->rec[tail % SW_EVENT_RING];
		const struct sw_event *event = sw_reg_get(&sw_reg_kind_event, rec->type);

		if (event && event->handle)
			event->handle(rec);
		__atomic_store_n(&ring->tail, ++tail, __ATOMIC_RELEASE);
	}
	return n;
}
