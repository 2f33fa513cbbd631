/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What callbacks of the control loop share: the mark that measures a step. The first line of a callback:
 *
 *	LOOP_STEP("api read");
 *
 * and the time until it returns is counted under that name (a string literal). Steps may nest; each
 * counts for itself. Control thread.
 */
#ifndef CTL_LOOP_H
#define CTL_LOOP_H

#include <stdint.h>

#include <sw/loop.h>

#define LOOP_STEP_LIMIT_US 10000 /* longer ones are counted as slow and logged */

struct loop_step {
	const char *name;
	uint64_t start_ns;
};

struct loop_step loop_step_begin(const char *name);
void loop_step_end(struct loop_step *step);

/* loop_steps.c: count a step under its name; forget them all. */
void loop_step_count(const char *name, uint64_t us);
void loop_steps_clear(void);

#define LOOP_STEP(name)                                                                   \
	__attribute__((cleanup(loop_step_end), unused)) struct loop_step loop_step_here = \
		loop_step_begin(name)

#endif
