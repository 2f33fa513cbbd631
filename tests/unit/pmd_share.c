/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How queues share the cycles of their worker: turns by a made-up clock, queues that packets come to at some rate and
 * that cost so much a packet.
 */
#include "swtest.h"

#include "../../src/pmd/share.h"

#define QUEUES 3
#define RING   1024

static struct pmd_share share;
static uint64_t now;

static struct source {
	unsigned cost;	/* cycles a packet */
	unsigned every; /* cycles from one packet to the next; 0: as many as fit */
	uint64_t from;	/* when it begins */

	struct pmd_queue q;
	uint64_t taken, had, lost; /* packets received, cycles, packets that found the ring full */
	uint64_t waiting, came;
} sources[QUEUES];

static void start(unsigned cost_a, unsigned every_a, unsigned cost_b, unsigned every_b)
{
	memset(sources, 0, sizeof(sources));
	share = (struct pmd_share){ .limit = UINT64_MAX, .dearest = PMD_DEAREST };
	now = 0;
	sources[0].cost = cost_a;
	sources[0].every = every_a;
	sources[1].cost = cost_b;
	sources[1].every = every_b;
}

static void arrive(struct source *s)
{
	uint64_t n;

	if (!s->cost || now < s->from)
		return;
	n = s->every ? (now - s->from) / s->every - s->came : RING - s->waiting;
	s->came += n;
	s->waiting += n;
	if (s->waiting > RING) {
		s->lost += s->waiting - RING;
		s->waiting = RING;
	}
}

static void turn(void)
{
	struct pmd_turn_share t = { .low = UINT64_MAX };

	now += 50;
	for (struct source *s = sources; s < sources + QUEUES; s++) {
		unsigned n;

		arrive(s);
		if (!share_may_poll(&share, &s->q))
			continue;
		n = RTE_MIN(s->waiting, (uint64_t)SW_BURST);
		if (!n)
			continue;
		now += (uint64_t)n * s->cost;
		s->waiting -= n;
		s->taken += n;
		s->had += (uint64_t)n * s->cost;
		share_charge(&share, &t, &s->q, n, (uint64_t)n * s->cost);
	}
	share_turn(&share, &t);
}

/* So many cycles; what was taken and had counts from here. */
static void run(uint64_t cycles)
{
	uint64_t end = now + cycles;

	for (struct source *s = sources; s < sources + QUEUES; s++)
		s->taken = s->had = s->lost = 0;
	while (now < end)
		turn();
}

/* Percent of the cycles that all had. */
static unsigned part(unsigned i)
{
	uint64_t all = 0;

	for (struct source *s = sources; s < sources + QUEUES; s++)
		all += s->had;
	return 100 * sources[i].had / all;
}

/* An attack as fast as it can; the other wants 40 of 100 cycles, gets them and loses nothing. */
static void test_attack(void **state)
{
	start(1400, 0, 100, 250);
	run(100000000);
	assert_int_equal(sources[1].lost, 0);
	assert_in_range(part(1), 39, 41);
	assert_true(sources[0].q.held > 0);
	assert_int_equal(sources[1].q.held, 0);
}

/* Who never has a full burst, but spends more than the other that waits, is held back, too. */
static void test_short_bursts(void **state)
{
	start(1400, 1500, 100, 0);
	run(100000000);
	assert_in_range(part(0), 48, 52);
}

static void test_equal_parts(void **state)
{
	start(1400, 0, 100, 0);
	sources[2].cost = 300;
	run(100000000);
	for (unsigned i = 0; i < QUEUES; i++)
		assert_in_range(part(i), 32, 35);
}

/* Time for all: nobody is held back, whatever they cost. */
static void test_no_load(void **state)
{
	start(1400, 3000, 100, 250);
	run(100000000);
	assert_int_equal(sources[0].q.held + sources[1].q.held, 0);
	assert_int_equal(sources[0].lost + sources[1].lost, 0);
}

/* Silence saves nothing up. */
static void test_silence(void **state)
{
	start(1400, 0, 100, 0);
	sources[1].from = 500000000;
	run(499000000);
	assert_int_equal(part(0), 100);
	run(1000000);
	run(1000000);
	assert_in_range(part(0), 45, 55);
}

/* Nor is who had all the time there was, as nobody wanted it, made to wait for that later. */
static void test_forgotten(void **state)
{
	start(1000, 1100, 100, 100000);
	sources[2].cost = 100;
	sources[2].from = 500000000;
	run(500000000);
	assert_int_equal(sources[0].q.held, 0);
	run(1000000);
	assert_in_range(part(0), 45, 55);
}

/* A worker that lost its core while it had a burst of one queue. */
static void test_lost_core(void **state)
{
	struct pmd_turn_share t = { .low = UINT64_MAX };

	start(100, 0, 100, 0);
	run(1000000);
	share_charge(&share, &t, &sources[0].q, SW_BURST, 10000000);
	share_turn(&share, &t);
	run(1000000);
	assert_in_range(part(0), 40, 50);
}

/* Steps by hand: time does not matter. */
static void test_steps(void **state)
{
	start(1400, 0, 100, 0);
	share.dearest = 0;
	run(10000000);
	assert_int_equal(sources[0].q.held + sources[1].q.held, 0);
	assert_in_range(part(0), 93, 94);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attack),
		cmocka_unit_test(test_short_bursts),
		cmocka_unit_test(test_equal_parts),
		cmocka_unit_test(test_no_load),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_forgotten),
		cmocka_unit_test(test_lost_core),
		cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
