/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Housekeeping: background work on tables that workers do in slices between turns, so that no table needs
 * a thread or a pause: ageing the FDB, sweeping caches. A task is registered by its room; pmd calls the
 * slice of one task at a time on worker 0 about every millisecond, and a slice stays under 20 us.
 *
 * room: port (workers' common ground). Thread: worker 0.
 */
#ifndef SW_HOUSEKEEP_H
#define SW_HOUSEKEEP_H

#include <stdint.h>

#include <sw/reg.h>

struct sw_worker;

struct sw_housekeep {
	const char *name;
	const char *help;
	void (*slice)(struct sw_worker *w); /* w->now_s is fresh */
};
SW_REG_KIND_DECLARE(housekeep);

/* Tasks that are not to wait for their time, a bit each: worker 0 does a slice of them when it next is between turns. */
extern uint64_t sw_housekeep_asked;

/* Ask for a slice soon. Any thread. */
static inline void sw_housekeep_ask(unsigned id)
{
	__atomic_or_fetch(&sw_housekeep_asked, 1ull << id, __ATOMIC_RELEASE);
}

#endif
