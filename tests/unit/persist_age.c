/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How old stored rules are, whatever was done to the clocks.
 */
#include "swtest.h"

#include <sw/clock.h>

#include "../../src/ctl/persist/age.h"

#define DAY_2026 UINT64_C(1764547200000)
#define DAY_1970 UINT64_C(86400000)
#define MOST	 UINT64_MAX

static void ages(void **state)
{
	static const struct {
		uint64_t made, last_up, last_wall, now_up, now_wall;
		bool same;
		uint64_t age;
	} cases[] = {
		/* the machine runs on: what the time of day says is nothing */
		{ 1000, 2000, DAY_2026, 5000, DAY_2026 + 3000, true, 4000 },
		{ 1000, 2000, DAY_2026, 5000, DAY_1970, true, 4000 },
		{ 1000, 2000, DAY_1970, 5000, DAY_2026, true, 4000 },
		{ 6000, 2000, DAY_2026, 5000, DAY_2026, true, 0 },
		/* it started: up to the last batch by the one, from then on by the other */
		{ 1000, 9000, DAY_2026, 50, DAY_2026 + 700, false, 8700 },
		{ 1000, 9000, DAY_2026, 70000, DAY_2026 + 700, false, 8700 },
		/* made after that batch was begun */
		{ 9500, 9000, DAY_2026, 50, DAY_2026 + 700, false, 200 },
		{ 9500, 9000, DAY_2026, 50, DAY_2026 + 400, false, 0 },
		/* the time of day was set back, or is not set yet */
		{ 1000, 9000, DAY_2026, 50, DAY_2026 - 1, false, 8000 },
		{ 1000, 9000, DAY_2026, 50, DAY_1970, false, 8000 },
		{ 1000, 9000, DAY_2026, 50, 0, false, 8000 },
		/* it was not set before */
		{ 1000, 9000, DAY_1970, 50, DAY_2026, false, 8000 },
		{ 1000, 9000, 0, 50, DAY_2026, false, 8000 },
		{ 1000, 9000, DAY_1970, 50, DAY_1970 + 5, false, 8000 },
		/* years: the machine was off, or it was set; nobody knows */
		{ 1000, 9000, DAY_2026, 50, 2 * DAY_2026, false, 8000 + DAY_2026 },
		/* the same start, and another clock: another time namespace */
		{ 1000, 9000, DAY_2026, 50, DAY_2026 + 700, true, 8700 },
		/* what a damaged file may say */
		{ 0, MOST, DAY_2026, 50, MOST, false, MOST },
		{ MOST, 0, DAY_2026, 50, MOST, false, 0 },
		{ MOST, MOST, MOST, MOST, MOST, false, 0 },
		{ 0, 0, 0, 0, 0, false, 0 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct persist_moment last = { cases[i].last_up, cases[i].last_wall };
		struct persist_moment now = { cases[i].now_up, cases[i].now_wall };
		uint64_t age = persist_age(cases[i].made, &last, &now, cases[i].same);

		if (age != cases[i].age)
			fail_msg("case %u: %llu", i, (unsigned long long)age);
	}
}

static void boots(void **state)
{
	struct uuid boot = persist_boot(), again = persist_boot(), none = { { 0 } };
	struct uuid other = { { 1 } };

	assert_int_equal(uuid_cmp(&boot, &again), 0);
	assert_true(persist_boot_is(&boot));
	assert_false(persist_boot_is(&other));
	persist_boot_use(&other);
	assert_false(persist_boot_is(&boot));
	assert_true(persist_boot_is(&other));
	persist_boot_use(&none); /* not known: none is the same */
	assert_false(persist_boot_is(&none));
	persist_boot_use(NULL);
	assert_true(persist_boot_is(&boot));
}

/* The time of day is set, and the other clock does not care. */
static void set_by_hand(void **state)
{
	struct persist_moment was, now;

	sw_clock_stop();
	was = persist_now();
	sw_clock_set_wall(-5000);
	now = persist_now();
	assert_true(now.up_ms == was.up_ms);
	assert_true(now.wall_ms == was.wall_ms - 5000);
	sw_clock_set_wall(5000);
	sw_clock_warp(70);
	now = persist_now();
	assert_true(now.up_ms == was.up_ms + 70);
	assert_true(now.wall_ms == was.wall_ms + 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages),
		cmocka_unit_test(boots),
		cmocka_unit_test(set_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
