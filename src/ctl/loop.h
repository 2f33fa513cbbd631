/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What callbacks of the control loop share: the mark that measures a step. The first line of a callback:
 *
 *	LOOP_STEP("api read");
 *
 * and the time until it returns is counted under that name (a string literal): by the clock, which is what
 * others wait, and of the processor, which is what the step itself costs however busy the machine is.
 * Steps may nest; each counts for itself. Control thread.
 */
#ifndef CTL_LOOP_H
#define CTL_LOOP_H

#include <stdint.h>

#include <sw/loop.h>

#define LOOP_STEP_LIMIT_US 10000 /* longer ones are counted as slow and logged */

struct loop_step {
	const char *name;
	uint64_t start_ns, start_cpu_ns;
};

struct loop_step loop_step_begin(const char *name);
void loop_step_end(struct loop_step *step);

/* Call fn(arg) once, in another round of the loop: sockets, signals and timers are looked at before it, and
 * posted calls, which are all one step, are not. Where there is no loop it is a posted call. */
void loop_again(void (*fn)(void *arg), void *arg);
void loop_again_fini(void); /* what has not come is forgotten */

/* The periodic timer came late. */
void loop_lag_count(uint64_t us);

#define LOOP_STEP(name)                                                                   \
	__attribute__((cleanup(loop_step_end), unused)) struct loop_step loop_step_here = \
		loop_step_begin(name)

#endif
