/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The measuring of the control loop's steps, in all and by name: how many, how long by the clock, and how
 * much of that on the processor. The second costs a system call at each end (0.2 us), and is what tells
 * work of ours from a machine that was busy with something else.
 *
 * Names are literals and few, so a search through them costs less than the clocks. Control thread.
 */
#include "loop.h"

#include <string.h>
#include <time.h>

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/log.h>

SW_LOG(loop, "the control loop: signals, slow steps");

static struct sw_loop_stats stats;
static struct sw_loop_step steps[SW_LOOP_STEPS_MAX];
static unsigned n_steps;

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

struct loop_step loop_step_begin(const char *name)
{
	return (struct loop_step){ name, sw_clock_ns(), cpu_ns() };
}

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

static void count(const char *name, uint64_t us, uint64_t cpu_us)
{
	struct sw_loop_step *step = find(name);

	step->count++;
	step->sum_us += us;
	step->worst_us = RTE_MAX(step->worst_us, us);
	step->worst_cpu_us = RTE_MAX(step->worst_cpu_us, cpu_us);
	step->slow += us >= LOOP_STEP_LIMIT_US;
}

void loop_step_end(struct loop_step *step)
{
	uint64_t cpu_us = (cpu_ns() - step->start_cpu_ns) / 1000;
	uint64_t us = (sw_clock_ns() - step->start_ns) / 1000;

	count(step->name, us, cpu_us);
	stats.steps++;
	if (us > stats.worst_us || !stats.worst) {
		stats.worst_us = us;
		stats.worst = step->name;
	}
	stats.worst_cpu_us = RTE_MAX(stats.worst_cpu_us, cpu_us);
	if (us < LOOP_STEP_LIMIT_US)
		return;
	stats.slow++;
	sw_debug("the step \"%s\" held the control loop for %llu us, %llu of them on the processor",
		step->name, (unsigned long long)us, (unsigned long long)cpu_us);
}

void loop_lag_count(uint64_t us)
{
	stats.worst_lag_us = RTE_MAX(stats.worst_lag_us, us);
}

void sw_loop_stats(struct sw_loop_stats *out)
{
	*out = stats;
}

unsigned sw_loop_steps(struct sw_loop_step *out)
{
	memcpy(out, steps, n_steps * sizeof(*steps));
	return n_steps;
}

void sw_loop_stats_clear(void)
{
	memset(&stats, 0, sizeof(stats));
	memset(steps, 0, sizeof(steps));
	n_steps = 0;
}
