/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control loop: posts, RCU work and signals reach it; slow steps are known by name; systemd is told.
 * Nothing here waits for time to pass but for what the loop itself waits for.
 */
#include "swtest.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/post.h>
#include <sw/rcu.h>

#include "../../src/ctl/loop.h"
#include "../../src/ctl/notify.h"

static char order[16];

static void note(char c)
{
	size_t len = strlen(order);

	assert_true(len + 1 < sizeof(order));
	order[len] = c;
}

static void on_freed(void *arg)
{
	note('f');
	sw_loop_stop();
}

static void on_posted(void *arg)
{
	note('p');
	sw_rcu_defer(on_freed, NULL);
	sw_pmd_turn(0); /* the only reader: quiescent, so the next poll finds it ripe */
}

static void *post_thread(void *arg)
{
	sw_post(on_posted, NULL);
	return NULL;
}

static int setup(void **state)
{
	struct sw_err err;

	swtest_eal();
	memset(order, 0, sizeof(order));
	assert_int_equal(sw_loop_init(&err), 0);
	assert_non_null(sw_loop_base());
	sw_loop_stats_clear();
	return sw_pmd_start(1, NULL, 0, &err);
}

static int teardown(void **state)
{
	sw_pmd_stop();
	sw_loop_fini();
	assert_null(sw_loop_base());
	return 0;
}

static void test_posts_and_rcu(void **state)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, post_thread, NULL), 0);
	assert_int_equal(sw_loop_run(), 0);
	pthread_join(thread, NULL);
	assert_string_equal(order, "pf");
}

static void on_late_turn(evutil_socket_t fd, short what, void *arg)
{
	note('t');
	sw_pmd_turn(0);
}

static void on_defer_only(void *arg)
{
	note('p');
	sw_rcu_defer(on_freed, NULL);
}

/* A worker that is quiescent only later: the loop looks again without being told. */
static void test_rcu_is_looked_at_again(void **state)
{
	struct timeval tv = { .tv_usec = 25000 };
	struct event *turn = event_new(sw_loop_base(), -1, 0, on_late_turn, NULL);

	sw_pmd_turn(0);
	event_add(turn, &tv);
	sw_post(on_defer_only, NULL);
	assert_int_equal(sw_loop_run(), 0);
	assert_string_equal(order, "ptf");
	event_free(turn);
}

static void raise_term(void *arg)
{
	raise(SIGTERM);
}

static void test_signal_stops(void **state)
{
	sw_post(raise_term, NULL);
	assert_int_equal(sw_loop_run(), SIGTERM);
}

/* What this thread had of a processor. */
static uint64_t processor_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

static void slow(void *arg)
{
	LOOP_STEP("a slow step");
	uint64_t begin = processor_us();

	/* Of the processor, so that a busy machine does not matter; more than is asked for, as clocks are cut and slewed. */
	while (processor_us() - begin < 13000)
		;
	sw_loop_stop();
}

static const struct sw_loop_step *step_named(struct sw_loop_step *steps, const char *name)
{
	unsigned n = sw_loop_steps(steps);

	for (unsigned i = 0; i < n; i++)
		if (!strcmp(steps[i].name, name))
			return &steps[i];
	return NULL;
}

static void test_slow_step_is_named(void **state)
{
	struct sw_loop_step steps[SW_LOOP_STEPS_MAX];
	const struct sw_loop_step *step;
	struct sw_loop_stats stats;

	sw_post(slow, NULL);
	assert_int_equal(sw_loop_run(), 0);
	sw_loop_stats(&stats);
	assert_true(stats.slow >= 2); /* it, and the step it ran in */
	assert_true(stats.worst_us >= 12000);
	assert_true(stats.steps >= 2);
	step = step_named(
		steps, stats.worst); /* whichever: any may have waited for the processor */
	assert_non_null(step);
	assert_int_equal(step->worst_us, stats.worst_us);
	step = step_named(steps, "a slow step");
	assert_non_null(step);
	assert_int_equal(step->count, 1);
	assert_int_equal(step->slow, 1);
	assert_true(step->worst_us >= 12000 && step->sum_us == step->worst_us);
	assert_true(step->worst_cpu_us >= 12000);
	/* The clock may be slewed against the processor's, by half of a thousandth. */
	assert_true(step->worst_cpu_us <= step->worst_us + step->worst_us / 1000);
	assert_true(stats.worst_cpu_us >= step->worst_cpu_us);
	sw_loop_stats_clear();
	assert_int_equal(sw_loop_steps(steps), 0);
	sw_loop_stats(&stats);
	assert_int_equal(stats.worst_us, 0);
	assert_null(stats.worst);
}

static int manager = -1;

static void expect(const char *want)
{
	char got[64] = "";

	assert_true(recv(manager, got, sizeof(got) - 1, 0) > 0);
	assert_string_equal(got, want);
}

/* A socket in the abstract namespace as systemd's. */
static void become_manager(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = 60 };
	char name[64];
	int len;

	len = snprintf(name, sizeof(name), "@swd-test-%d", (int)getpid());
	memcpy(addr.sun_path, name, len);
	addr.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	assert_int_equal(bind(manager, (struct sockaddr *)&addr,
				 offsetof(struct sockaddr_un, sun_path) + len),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static void test_systemd_is_told(void **state)
{
	struct sw_err err;
	char pid[16];

	sw_loop_fini();
	become_manager();
	setenv("WATCHDOG_USEC", "40000", 1);
	assert_int_equal(notify_watchdog_us(), 20000);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_us(), 20000);
	assert_int_equal(sw_loop_init(&err), 0);
	sw_post(slow, NULL); /* busy for 12 ms of the first 20 */
	assert_int_equal(sw_loop_run(), 0);
	expect("READY=1");
	expect("STOPPING=1");
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_us(), 0);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "never", 1);
	assert_int_equal(notify_watchdog_us(), 0);
	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1"); /* to nobody */
	unsetenv("WATCHDOG_USEC");
	close(manager);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_posts_and_rcu),
		T(test_rcu_is_looked_at_again),
		T(test_signal_stops),
		T(test_slow_step_is_named),
		T(test_systemd_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
