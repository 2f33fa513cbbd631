/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * News from workers to the control thread, as data: small fixed records in a ring a worker. A full ring
 * loses the record and counts it; nothing ever waits. Who wants to hear of a kind puts a handler in its
 * descriptor; the control thread drains all rings every 100 ms and calls it.
 *
 * What came of it is told in words and fields (sw_event_tell), by these handlers and by control code of its
 * own: the last of each kind are kept for people who look later, and listeners hear of each.
 *
 * room: base. Thread: post from the worker that owns the ring; the rest control.
 */
#ifndef SW_EVENT_H
#define SW_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

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
	bool every; /* each is told, however many come; else SW_EVENT_RATE a second */
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

#define SW_EVENT_KEPT 256 /* of each kind */
#define SW_EVENT_RATE 100 /* told a second of a kind; the rest is told as a number */

/* A part of what is told; text NULL: the number. */
struct sw_event_field {
	const char *name;
	const char *text;
	int64_t number;
};

struct sw_event_told {
	uint64_t number;      /* grows by one with each event */
	struct timespec time; /* CLOCK_REALTIME */
	const struct sw_event *kind;
	const char *text;
	unsigned n;
	struct sw_event_field fields[];
};

/* Tell an event in one sentence; fields are ended by name NULL and copied, NULL for none. */
void sw_event_tell(const struct sw_event *kind, const struct sw_event_field *fields,
	const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Tell the numbers of what went over the rate; each second. */
void sw_event_settle(void);

/* The oldest kept event with a number above `after`, or NULL. Valid until the next one is told. */
const struct sw_event_told *sw_event_after(uint64_t after);

/* Forget all that is kept (tests). */
void sw_event_forget(void);

/* Who wants to hear of each event when it is told; must not tell one itself. */
struct sw_event_listener {
	const char *name;
	const char *help;
	void (*hear)(const struct sw_event_told *told);
};
SW_REG_KIND_DECLARE(event_listener);

#endif
