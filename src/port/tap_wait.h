/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long an empty kernel interface is left alone. Reading one costs a system call, some 1.5 us. A pause doubles
 * from 5 to 200 us, and further, to 16 ms, while reading idle interfaces takes a worker more than an eighth of
 * its time: two hundred of them would take all of it, and the ports that have traffic would pay. It comes
 * down to 200 us again when they take less than a thirty-second.
 *
 * A worker's own; times are counts of its time-stamp counter.
 */
#ifndef PORT_TAP_WAIT_H
#define PORT_TAP_WAIT_H

#include <stdint.h>

enum {
	TAP_WAIT_MIN_US = 5,
	TAP_WAIT_MAX_US = 200,
	TAP_WAIT_DEAR_US = 16000,
	TAP_SPAN_US = 1000, /* of time, at least, over which the share is taken */
	TAP_SHARE_MOST = 8, /* one of so many parts of a worker's time */
	TAP_SHARE_LEAST = 32,
};

/* What one worker spends on interfaces that have been idle for long. */
struct tap_idle {
	uint64_t since, spent; /* of the span under way */
	enum { TAP_FAIR, TAP_DEAR, TAP_CHEAP } state;
};

/* A read brought nothing and took `cost`. */
static inline void tap_idle_note(
	struct tap_idle *idle, uint64_t now, uint64_t cost, uint64_t per_us)
{
	uint64_t span = now - idle->since;

	idle->spent += cost;
	if (span < TAP_SPAN_US * per_us)
		return;
	if (idle->spent * TAP_SHARE_MOST > span)
		idle->state = TAP_DEAR;
	else
		idle->state = idle->spent * TAP_SHARE_LEAST < span ? TAP_CHEAP : TAP_FAIR;
	idle->since = now;
	idle->spent = 0;
}

/* The pause after one of wait_us (0: there was a packet) that brought nothing. */
static inline uint32_t tap_idle_wait(const struct tap_idle *idle, uint32_t wait_us)
{
	if (!wait_us)
		return TAP_WAIT_MIN_US;
	if (wait_us < TAP_WAIT_MAX_US)
		return wait_us * 2 < TAP_WAIT_MAX_US ? wait_us * 2 : TAP_WAIT_MAX_US;
	if (idle->state == TAP_DEAR)
		return wait_us * 2 < TAP_WAIT_DEAR_US ? wait_us * 2 : TAP_WAIT_DEAR_US;
	if (idle->state == TAP_CHEAP)
		return wait_us / 2 > TAP_WAIT_MAX_US ? wait_us / 2 : TAP_WAIT_MAX_US;
	return wait_us;
}

#endif
