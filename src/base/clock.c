/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clock: CLOCK_MONOTONIC, or a word that a test moves. Stopping is one way, so that no reader ever
 * sees time run backwards.
 *
 * Any thread.
 */
#include <sw/clock.h>

#include <stdbool.h>
#include <time.h>

static uint64_t stopped_ns; /* 0: the real clock */
static uint64_t tick_ns;    /* each reading moves a stopped clock by so much */

static uint64_t real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

uint64_t sw_clock_ns(void)
{
	uint64_t ns = __atomic_load_n(&stopped_ns, __ATOMIC_ACQUIRE);

	if (ns && __atomic_load_n(&tick_ns, __ATOMIC_RELAXED))
		return __atomic_add_fetch(&stopped_ns, tick_ns, __ATOMIC_ACQ_REL);
	return ns ? ns : real_ns();
}

uint64_t sw_clock_ms(void)
{
	return sw_clock_ns() / 1000000u;
}

uint32_t sw_clock_s(void)
{
	return sw_clock_ns() / 1000000000u;
}

void sw_clock_stop(void)
{
	if (!__atomic_load_n(&stopped_ns, __ATOMIC_ACQUIRE))
		__atomic_store_n(&stopped_ns, real_ns(), __ATOMIC_RELEASE);
}

void sw_clock_warp(uint64_t ms)
{
	__atomic_fetch_add(&stopped_ns, ms * 1000000u, __ATOMIC_ACQ_REL);
}

void sw_clock_tick(uint64_t ns)
{
	__atomic_store_n(&tick_ns, ns, __ATOMIC_RELAXED);
}
