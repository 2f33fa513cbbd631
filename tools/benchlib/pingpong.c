/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far two cores are from each other: a cache line goes back and forth between two pinned threads for
 * 100 ms. Prints time-stamp counts of a round trip and the counter's frequency, as JSON.
 *
 * On a virtual machine the answer changes within seconds, as the host moves its cores about; figures of
 * two cores are only comparable within one answer. Batches of 32 trips, and of those the median: a
 * thread that was interrupted does not count.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <x86intrin.h>

#define TRIPS	32
#define BATCHES 65536
#define LAST_NS 100000000ull

static _Alignas(128) atomic_uint ball;
static _Alignas(128) atomic_bool over;
static uint64_t batch[BATCHES];

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int pin(int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

static void *answer(void *core)
{
	unsigned seen;

	if (pin(*(int *)core))
		exit(1);
	while (!atomic_load_explicit(&over, memory_order_relaxed)) {
		seen = atomic_load_explicit(&ball, memory_order_acquire);
		if (seen & 1)
			atomic_store_explicit(&ball, seen + 1, memory_order_release);
	}
	return NULL;
}

static void one_trip(void)
{
	unsigned sent = atomic_load_explicit(&ball, memory_order_relaxed) + 1;

	atomic_store_explicit(&ball, sent, memory_order_release);
	while (atomic_load_explicit(&ball, memory_order_acquire) == sent)
		;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void measure(void)
{
	uint64_t began_ns = now_ns(), began = __rdtsc(), ns, ticks;
	unsigned n = 0;

	do {
		uint64_t start = __rdtsc();

		for (unsigned i = 0; i < TRIPS; i++)
			one_trip();
		batch[n++] = __rdtsc() - start;
		ns = now_ns() - began_ns;
	} while (ns < LAST_NS && n < BATCHES);
	ticks = __rdtsc() - began;
	qsort(batch, n, sizeof(batch[0]), by_value);
	printf("{\"round_trip\": %.0f, \"tsc_hz\": %.0f}\n", (double)batch[n / 2] / TRIPS,
		(double)ticks * 1e9 / ns);
}

int main(int argc, char **argv)
{
	pthread_t other;
	int cores[2];

	if (argc != 3) {
		fprintf(stderr, "usage: pingpong CORE CORE\n");
		return 2;
	}
	for (int i = 0; i < 2; i++)
		cores[i] = atoi(argv[i + 1]);
	if (pin(cores[0])) {
		fprintf(stderr, "core %d is not to be had\n", cores[0]);
		return 1;
	}
	if (pthread_create(&other, NULL, answer, &cores[1]))
		return 1;
	measure();
	atomic_store(&over, true);
	pthread_join(other, NULL);
	return 0;
}
