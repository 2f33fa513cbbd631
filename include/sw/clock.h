/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Time that a test can hold and move. Real: CLOCK_MONOTONIC. Warped: stands still until sw_clock_warp().
 *
 * room: base. Thread: any. Workers do not call it per packet: they read worker->now_s, refreshed by
 * pmd from the time-stamp counter between turns.
 */
#ifndef SW_CLOCK_H
#define SW_CLOCK_H

#include <stdint.h>

/* Nanoseconds, milliseconds, seconds since an arbitrary start; never run backwards. */
uint64_t sw_clock_ns(void);
uint64_t sw_clock_ms(void);
uint32_t sw_clock_s(void);

#define SW_EIGHTH_MS 125 /* of a second: how exactly the last use of a rule is known */

/* Milliseconds since 1970, as the machine has it: it may be set forward and back. Stopped with the clock it moves with it. */
uint64_t sw_clock_wall_ms(void);

/* Nanoseconds since 1970-01-01 00:00:00 TAI, as the machine has it (CLOCK_TAI, which may be set, too). Where nobody told the kernel how
 * far TAI is before UTC (ptp4l and chronyd do) it is UTC. It moves with a stopped clock. */
uint64_t sw_clock_tai_ns(void);

/* Stop the clock where it is (tests); it then moves by sw_clock_warp only. There is no way back. */
void sw_clock_stop(void);

/* Set the time of day alone, and TAI with it, by so much, forward or back, as an administrator does (tests). */
void sw_clock_set_wall(int64_t by_ms);

/* Move a stopped clock forward. */
void sw_clock_warp(uint64_t ms);

/* What a time-stamp counter that reads `tsc` says of a clock that is stopped: it stands where that stands. Workers
 * pass worker->now_tsc; while the clock runs that is what they get. */
extern uint64_t sw_clock_stopped_ns; /* atomic; 0: the clock runs */
uint64_t sw_clock_stopped_tsc(void);
static inline uint64_t sw_clock_tsc(uint64_t tsc)
{
	return __builtin_expect(__atomic_load_n(&sw_clock_stopped_ns, __ATOMIC_RELAXED) != 0, 0)
		       ? sw_clock_stopped_tsc()
		       : tsc;
}

/* From now on each reading moves a stopped clock by so much, as if all work took its time; 0: none does. */
void sw_clock_tick(uint64_t ns);

#endif
