/* SPDX-License-Identifier: BSD-3-Clause */
/* See swtest.h. */
#include "swtest.h"

#include <rte_eal.h>
#include <rte_errno.h>

#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/reg.h>

void swtest_eal(void)
{
	static char *argv[] = { (char *)"swtest", (char *)"--no-huge", (char *)"--no-pci",
		(char *)"--no-telemetry", (char *)"--no-shconf", (char *)"-m", (char *)"256",
		(char *)"--log-level=lib.eal:error", (char *)"-l", NULL, NULL };
	static int up;
	struct sw_err err = { 0 };
	char cpus[16];
	cpu_set_t set;
	int first = 0;

	if (up++)
		return;
	sched_getaffinity(0, sizeof(set), &set);
	while (!CPU_ISSET(first, &set))
		first++;
	snprintf(cpus, sizeof(cpus), "%d", first);
	argv[9] = cpus;
	if (rte_eal_init(10, argv) < 0) {
		fprintf(stderr, "EAL: %s\n", rte_strerror(rte_errno));
		abort();
	}
	if (sw_reg_seal(&err) || sw_rcu_init(&err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

int swtest_setup_eal(void **state)
{
	swtest_eal();
	return 0;
}

uint64_t swtest_seed(uint64_t preset)
{
	const char *env = getenv("SWTEST_SEED");
	uint64_t seed = env ? strtoull(env, NULL, 0) : preset;

	if (!seed)
		seed = 1; /* xorshift has no zero */
	fprintf(stderr, "SWTEST_SEED=%#llx\n", (unsigned long long)seed);
	return seed;
}

uint64_t swtest_rand(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1dull;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void swtest_sort(uint64_t *value, size_t n)
{
	qsort(value, n, sizeof(*value), by_value);
}
