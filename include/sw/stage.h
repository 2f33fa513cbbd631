/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a packet's cycles go, by stage of the packet path. One turn in SW_STAGE_EVERY is measured: at the end
 * of each stage the worker reads the time-stamp counter and charges the stage with what went by since the
 * one before. A turn that is not measured pays one test of a pointer a stage and burst.
 *
 * What does the work registers the stage, in its own file:
 *
 *	SW_REGISTER(stage, parse) = { .name = "parse", .help = "..." };
 *	...
 *	sw_stage_end(w, SW_ID(stage, parse), n);
 *
 * room: port. Thread: the worker; control reads the sums while they move.
 */
#ifndef SW_STAGE_H
#define SW_STAGE_H

#include <stdint.h>

#include <sw/reg.h>
#include <sw/worker.h>

#define SW_STAGE_MAX 16 /* stages at most; start-up refuses more */
#define SW_STAGE_EVERY \
	251 /* turns: a prime, so that it falls on no rhythm of the traffic's or ours */

struct sw_stage {
	const char *name;
	const char *help;
};
SW_REG_KIND_DECLARE(stage);

/* Sums of the measured turns. */
struct sw_stages {
	uint64_t tsc; /* the end of the stage before */
	uint64_t cycles[SW_STAGE_MAX];
	uint64_t packets[SW_STAGE_MAX];
};

/* Out of line: charge the stage. */
void sw_stage_charge(struct sw_stages *s, unsigned stage, unsigned n);

/* The stage is over for n packets. */
static inline void sw_stage_end(struct sw_worker *w, unsigned stage, unsigned n)
{
	if (unlikely(w->stages != NULL))
		sw_stage_charge(w->stages, stage, n);
}

#endif
