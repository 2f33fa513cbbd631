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

#include <rte_cycles.h>

#define WALL_STOPPED_MS \
	UINT64_C(1764000000000) /* of the wall clock, where a stopped one begins at 0 */

uint64_t sw_clock_stopped_ns; /* 0: the real clock */
static uint64_t tick_ns;      /* each reading moves a stopped clock by so much */
static int64_t wall_set_ms;   /* what the time of day was set by, in a test */

static uint64_t read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + ts.tv_nsec;
}

static uint64_t real_ns(void)
{
	return read_ns(CLOCK_MONOTONIC);
}

uint64_t sw_clock_ns(void)
{
	uint64_t ns = __atomic_load_n(&sw_clock_stopped_ns, __ATOMIC_ACQUIRE);

	if (ns && __atomic_load_n(&tick_ns, __ATOMIC_RELAXED))
		return __atomic_add_fetch(&sw_clock_stopped_ns, tick_ns, __ATOMIC_ACQ_REL);
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

/* Since 1970, by a clock that may be set. */
static uint64_t day_ns(clockid_t id)
{
	uint64_t stopped = __atomic_load_n(&sw_clock_stopped_ns, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&wall_set_ms, __ATOMIC_RELAXED) * 1000000 +
	       (stopped ? WALL_STOPPED_MS * 1000000u + stopped : read_ns(id));
}

uint64_t sw_clock_wall_ms(void)
{
	return day_ns(CLOCK_REALTIME) / 1000000u;
}

uint64_t sw_clock_tai_ns(void)
{
	return day_ns(CLOCK_TAI);
}

uint64_t sw_clock_stopped_tsc(void)
{
	uint64_t ns = __atomic_load_n(&sw_clock_stopped_ns, __ATOMIC_RELAXED);

	return (unsigned __int128)ns * rte_get_tsc_hz() / 1000000000u;
}

void sw_clock_stop(void)
{
	if (!__atomic_load_n(&sw_clock_stopped_ns, __ATOMIC_ACQUIRE))
		__atomic_store_n(&sw_clock_stopped_ns, real_ns(), __ATOMIC_RELEASE);
}

void sw_clock_set_wall(int64_t by_ms)
{
	__atomic_fetch_add(&wall_set_ms, by_ms, __ATOMIC_RELAXED);
}

void sw_clock_warp(uint64_t ms)
{
	__atomic_fetch_add(&sw_clock_stopped_ns, ms * 1000000u, __ATOMIC_ACQ_REL);
}

void sw_clock_tick(uint64_t ns)
{
	__atomic_store_n(&tick_ns, ns, __ATOMIC_RELAXED);
}
