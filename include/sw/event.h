/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * News from workers to the control thread, as data: small fixed records in a ring a worker. A full ring
 * loses the record and counts it; nothing ever waits. Who wants to hear of a kind puts a handler in its
 * descriptor; the control thread drains all rings every 100 ms and calls it.
 *
 * room: base. Thread: post from the worker that owns the ring; the rest control.
 */
#ifndef SW_EVENT_H
#define SW_EVENT_H

#include <stdint.h>

#include <sw/reg.h>

struct sw_event_record {
	uint16_t type; /* SW_ID(event, ...) */
	uint16_t port; /* port index, or UINT16_MAX */
	uint32_t arg;
	uint64_t a, b;
};

struct sw_event {
	const char *name; /* "fdb_move" */
	const char *help;
	void (*handle)(const struct sw_event_record *rec); /* control thread; may be NULL */
};
SW_REG_KIND_DECLARE(event);

#define SW_EVENT_RING 256 /* records a worker may have waiting */

/* Single producer, single consumer. */
struct sw_event_ring {
	uint32_t head __attribute__((aligned(64))); /* written by the worker */
	uint64_t lost;
	uint32_t tail __attribute__((aligned(64))); /* written by control */
	struct sw_event_record rec[SW_EVENT_RING] __attribute__((aligned(64)));
};

static inline void sw_event_post(struct sw_event_ring *ring, const struct sw_event_record *rec)
{
	uint32_t head = ring->head;

	if (head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) == SW_EVENT_RING) {
		ring->lost++;
		return;
	}
	ring->rec[head % SW_EVENT_RING] = *rec;
	__atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
}

/* Hand every waiting record to its kind's handler; control. Returns how many. */
unsigned sw_event_drain(struct sw_event_ring *ring);

#endif
