/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Steps of the control loop by name: how many, how long. Names are literals and few, so a search through
 * them costs less than the two readings of the clock around the step. Control thread.
 */
#include "loop.h"

#include <string.h>

static struct sw_loop_step steps[SW_LOOP_STEPS_MAX];
static unsigned n_steps;

static struct sw_loop_step *find(const char *name)
{
	for (unsigned i = 0; i < n_steps; i++)
		if (steps[i].name == name || !strcmp(steps[i].name, name))
			return &steps[i];
	if (n_steps == SW_LOOP_STEPS_MAX)
		return &steps[SW_LOOP_STEPS_MAX - 1];
	steps[n_steps].name = n_steps == SW_LOOP_STEPS_MAX - 1 ? "other" : name;
	return &steps[n_steps++];
}

void loop_step_count(const char *name, uint64_t us)
{
	struct sw_loop_step *step = find(name);

	step->count++;
	step->sum_us += us;
	if (us > step->worst_us)
		step->worst_us = us;
	step->slow += us >= LOOP_STEP_LIMIT_US;
}

void loop_steps_clear(void)
{
	memset(steps, 0, sizeof(steps));
	n_steps = 0;
}

unsigned sw_loop_steps(struct sw_loop_step *out)
{
	memcpy(out, steps, n_steps * sizeof(*steps));
	return n_steps;
}
