/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * No posted call is forgotten: threads post while control runs calls in slices that end after any call, and waits for
 * nothing but the descriptor, as the control loop does. A wake-up that is lost leaves calls behind and nothing that
 * would ever tell of them. The same for jobs, whose ends come that way.
 */
#include "swtest.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>

#include <sw/err.h>
#include <sw/post.h>

#include "../../src/ctl/job.h"

#define THREADS	 4
#define CALLS	 30000 /* of each */
#define JOBS	 20000
#define LIMIT_MS 60000 /* of one wait: a failure, however busy the machine is */

static unsigned ran, order[THREADS];

static void more(void *arg)
{
	ran++;
}

/* Calls of a thread come in order; one in seven posts another. */
static void call(void *arg)
{
	uintptr_t n = (uintptr_t)arg;
	unsigned thread = n / CALLS;

	assert_int_equal(order[thread]++, n % CALLS);
	ran++;
	if (n % 7 == 0)
		sw_post(more, NULL);
}

static void *post_all(void *arg)
{
	uintptr_t first = (uintptr_t)arg * CALLS;

	for (uintptr_t n = first; n < first + CALLS; n++)
		sw_post(call, (void *)n);
	return NULL;
}

static bool is_readable(int ms)
{
	struct pollfd p = { .fd = sw_post_fd(), .events = POLLIN };

	return poll(&p, 1, ms) == 1;
}

/* One round of a loop; how long its slice is is drawn: nothing at all, or some calls. */
static void one_round(uint64_t *rng)
{
	if (!is_readable(LIMIT_MS))
		fail_msg("after %u calls nothing tells of the others", ran);
	sw_post_run_for(swtest_rand(rng) % 4 ? 0 : swtest_rand(rng) % 50000);
}

static void test_posts(void **state)
{
	uint64_t rng = swtest_seed(20261130);
	pthread_t threads[THREADS];
	unsigned all = THREADS * CALLS, again = 0;

	for (uintptr_t n = 0; n < all; n++)
		again += n % 7 == 0;
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, post_all, (void *)i), 0);
	while (ran < all + again)
		one_round(&rng);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* It may tell of a call that was taken while it was posted: once more than needed, not for ever. */
	assert_int_equal(sw_post_run(), 0);
	assert_false(is_readable(0));
	assert_int_equal(ran, all + again);
}

static unsigned jobs_given, jobs_done;
static unsigned worked; /* the job thread's, and control's when all is done */

static void work(void *arg)
{
	worked++;
}

static void done(void *arg)
{
	jobs_done++;
	ran++;
	if (jobs_given < JOBS) {
		jobs_given++;
		job_run(work, done, NULL);
	}
}

/* A few at a time, each given when another has ended, while a thread posts, too. */
static void test_jobs(void **state)
{
	uint64_t rng = swtest_seed(20261131);
	struct sw_err err;
	pthread_t thread;

	ran = order[0] = 0;
	assert_int_equal(job_start(&err), 0);
	assert_int_equal(pthread_create(&thread, NULL, post_all, (void *)0), 0);
	for (jobs_given = 0; jobs_given < 3; jobs_given++)
		job_run(work, done, NULL);
	while (jobs_done < JOBS || order[0] < CALLS)
		one_round(&rng);
	pthread_join(thread, NULL);
	job_stop();
	sw_post_run();
	assert_int_equal(worked, JOBS);
	assert_int_equal(jobs_given, JOBS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_posts),
		cmocka_unit_test(test_jobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
