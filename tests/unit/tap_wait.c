/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How long idle kernel interfaces are left alone, on a clock of the test: few are read each 200 us, many take
 * no more than their part of a worker, and one that had a packet is read again at once.
 */
#include "../../src/port/tap_wait.h"
#include "swtest.h"

#define PER_US 2000
#define COST   3500 /* of a read */
#define TURN   400  /* of a worker without them */
#define N_MOST 1000

struct seen {
	double share; /* of the time, spent on reading */
	uint32_t longest;
};

/* n interfaces and nothing to read, for so many milliseconds. */
static struct seen idle_for(unsigned n, unsigned ms, struct tap_idle *idle, uint32_t *wait)
{
	static uint64_t next[N_MOST];
	uint64_t now = idle->since, begin = now, spent = 0;
	struct seen seen = { 0 };

	memset(next, 0, sizeof(next));
	while (now - begin < (uint64_t)ms * 1000 * PER_US) {
		now += TURN;
		for (unsigned i = 0; i < n; i++) {
			if (now < next[i])
				continue;
			now += COST;
			spent += COST;
			if (wait[i] >= TAP_WAIT_MAX_US)
				tap_idle_note(idle, now, COST, PER_US);
			wait[i] = tap_idle_wait(idle, wait[i]);
			next[i] = now + (uint64_t)wait[i] * PER_US;
		}
	}
	for (unsigned i = 0; i < n; i++)
		seen.longest = wait[i] > seen.longest ? wait[i] : seen.longest;
	seen.share = (double)spent / (now - begin);
	return seen;
}

static void few(void **state)
{
	uint32_t wait[N_MOST] = { 0 };
	struct tap_idle idle = { 0 };
	struct seen seen = idle_for(8, 500, &idle, wait);

	assert_int_equal(seen.longest, TAP_WAIT_MAX_US);
	assert_true(seen.share < 0.08);
}

static void many(void **state)
{
	const unsigned numbers[] = { 64, 256, N_MOST };

	for (unsigned k = 0; k < 3; k++) {
		uint32_t wait[N_MOST] = { 0 };
		struct tap_idle idle = { 0 };
		struct seen seen;

		idle_for(numbers[k], 100, &idle, wait); /* until it has settled */
		seen = idle_for(numbers[k], 1000, &idle, wait);
		if (seen.share > 1.0 / TAP_SHARE_MOST)
			fail_msg(
				"%u idle interfaces take %.3f of a worker", numbers[k], seen.share);
		assert_true(seen.longest > TAP_WAIT_MAX_US);
		assert_true(seen.longest <= TAP_WAIT_DEAR_US);
	}
}

/* Most of them go: the others are read as often as before. */
static void fewer_again(void **state)
{
	uint32_t wait[N_MOST] = { 0 };
	struct tap_idle idle = { 0 };
	struct seen seen;

	idle_for(256, 500, &idle, wait);
	seen = idle_for(8, 500, &idle, wait);
	assert_int_equal(seen.longest, TAP_WAIT_MAX_US);
	assert_int_equal(tap_idle_wait(&idle, 0), TAP_WAIT_MIN_US);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few),
		cmocka_unit_test(many),
		cmocka_unit_test(fewer_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
