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

/* Stop the clock where it is (tests); it then moves by sw_clock_warp only. There is no way back. */
void sw_clock_stop(void);

/* Move a stopped clock forward. */
void sw_clock_warp(uint64_t ms);

/* From now on each reading moves a stopped clock by so much, as if all work took its time; 0: none does. */
void sw_clock_tick(uint64_t ns);

#endif
