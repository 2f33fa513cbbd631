/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Long work of the control thread in slices: it looks at the time after each piece (a row, a command, a
 * port; well below a millisecond), and when the slice is over returns SLICE_MORE with what it needs to go
 * on. Whoever called it comes again in another round of the loop (loop_again), so that nobody waits for
 * more than a slice and a piece. Tests of it warp the clock instead of working long.
 *
 * Thread: control.
 */
#ifndef CTL_SLICE_H
#define CTL_SLICE_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/clock.h>

#define SLICE_NS   (2 * 1000000ull)
#define SLICE_MORE 1 /* beside 0 (done) and negative errors */

struct slice {
	uint64_t end_ns;
};

static inline struct slice slice_begin(void)
{
	return (struct slice){ sw_clock_ns() + SLICE_NS };
}

/* Is it over? NULL is a slice without an end: of work that nobody waits for. */
static inline bool slice_over(const struct slice *slice)
{
	return slice && sw_clock_ns() > slice->end_ns;
}

#endif
