/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control loop. Hung on its base from the start:
 *   - the descriptor of <sw/post.h>: calls from other threads;
 *   - signals that mean "stop";
 *   - every 100 ms the workers' event rings;
 *   - every 10 ms RCU work, while some waits: what was retired by a callback of ours is looked at when that
 *     returns, what another thread retired within 100 ms;
 *   - the watchdog of the service manager, from the same loop on purpose: a stuck loop is restarted.
 *
 * It keeps no step above 10 ms a secret: callbacks are measured by name (LOOP_STEP), and the lateness
 * of the periodic timer tells of those that have no mark.
 */
#include "loop.h"

#include <event2/event.h>

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/log.h>
#include <sw/pmd.h>
#include <sw/post.h>
#include <sw/rcu.h>

#include "notify.h"
#include "slice.h"

SW_LOG_USE(loop);

#define EVENTS_MS    100
/* A worker's turn is 1 to 50 us: most grace periods are over at once; others are asked for less often. */
#define RCU_BRISK_US 200
#define RCU_FIRST_US 1000
#define RCU_LAST_US  10000
#define N_SIGNALS    3
#define LARGE_BYTES  (1 << 20)
#define TRIM_BYTES   (8 << 20)

static struct event_base *base;
static struct event *post_event, *tick_event, *rcu_event, *watchdog_event;
static struct event *signal_event[N_SIGNALS];
static const int stop_signals[N_SIGNALS] = { SIGTERM, SIGINT, SIGHUP };
static uint64_t next_tick_ns;
static bool stopping;
static int stopped_by;

struct event_base *sw_loop_base(void)
{
	return base;
}

static struct timeval us_timeval(uint64_t us)
{
	return (struct timeval){ .tv_sec = us / 1000000, .tv_usec = us % 1000000 };
}

static void on_post(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("posted calls");

	sw_post_run_for(SLICE_NS);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	LOOP_STEP("worker events");
	uint64_t now = sw_clock_ns();

	if (next_tick_ns && now > next_tick_ns)
		loop_lag_count((now - next_tick_ns) / 1000);
	next_tick_ns = now + EVENTS_MS * 1000000ull;
	sw_pmd_events();
}

static void on_rcu(evutil_socket_t fd, short what, void *arg)
{
	/* The poll after each round does it; this only makes the round happen. */
}

static unsigned free_some(void)
{
	LOOP_STEP("memory freed or fetched"); /* arrays of rules that grow, a huge page at a time */
	return sw_rcu_poll();
}

/* Free what readers have let go of; while they hold something, see to it that there is another round. */
static void poll_rcu(void)
{
	static uint64_t since_ns, wait_us;
	struct timeval tv = { 0, 0 };
	uint64_t now = sw_clock_ns();

	if (!free_some()) {
		since_ns = 0;
		return;
	}
	if (!since_ns) {
		since_ns = now;
		wait_us = RCU_FIRST_US;
	}
	if (event_pending(rcu_event, EV_TIMEOUT, NULL))
		return;
	if (now - since_ns > RCU_BRISK_US * 1000) {
		tv.tv_usec = wait_us;
		wait_us = RTE_MIN(wait_us * 2, RCU_LAST_US);
	}
	event_add(rcu_event, &tv);
}

static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	notify_send("WATCHDOG=1");
}

static void on_signal(evutil_socket_t number, short what, void *arg)
{
	sw_info("stopping: %s", strsignal(number));
	stopped_by = number;
	sw_loop_stop();
}

static int every(struct event **event, event_callback_fn fn, uint64_t us)
{
	struct timeval tv = us_timeval(us);

	*event = event_new(base, -1, EV_PERSIST, fn, NULL);
	return *event && !event_add(*event, &tv) ? 0 : -ENOMEM;
}

/* A signal that is ignored when we start (nohup) stays ignored. */
static int watch_signals(void)
{
	for (unsigned i = 0; i < N_SIGNALS; i++) {
		struct sigaction now;

		if (!sigaction(stop_signals[i], NULL, &now) && now.sa_handler == SIG_IGN)
			continue;
		signal_event[i] = evsignal_new(base, stop_signals[i], on_signal, NULL);
		if (!signal_event[i] || event_add(signal_event[i], NULL))
			return -ENOMEM;
	}
	signal(SIGPIPE, SIG_IGN); /* a client that went away is an error of write(2), not our end */
	return 0;
}

static int hang_events(void)
{
	uint64_t watchdog_us = notify_watchdog_us();

	post_event = event_new(base, sw_post_fd(), EV_READ | EV_PERSIST, on_post, NULL);
	rcu_event = event_new(base, -1, 0, on_rcu, NULL);
	if (!post_event || !rcu_event || event_add(post_event, NULL))
		return -ENOMEM;
	if (every(&tick_event, on_tick, EVENTS_MS * 1000))
		return -ENOMEM;
	if (watchdog_us && every(&watchdog_event, on_watchdog, watchdog_us))
		return -ENOMEM;
	return watch_signals();
}

/* The C library's allocator does in one call what many left to do: a million small pieces that were freed one by one are joined when somebody
 * asks for a large one (12 ms), and a large array that grows is copied, once one of its size was freed (10 ms with its page faults). So pieces
 * are joined as they are freed, and large arrays have pages of their own, which move without a copy. */
static void no_long_allocations(void)
{
	mallopt(M_MXFAST, 0);
	mallopt(M_MMAP_THRESHOLD, LARGE_BYTES);
	mallopt(M_TRIM_THRESHOLD, TRIM_BYTES);
}

int sw_loop_init(struct sw_err *err)
{
	no_long_allocations();
	base = event_base_new();
	stopping = false;
	stopped_by = 0;
	next_tick_ns = 0;
	if (base && !hang_events())
		return 0;
	sw_loop_fini();
	return sw_err_set(
		err, SW_CODE_INTERNAL, "the control loop cannot be made: %s", strerror(errno));
}

int sw_loop_run(void)
{
	notify_send("READY=1");
	while (!stopping) {
		event_base_loop(base, EVLOOP_ONCE);
		poll_rcu();
	}
	notify_send("STOPPING=1");
	return stopped_by;
}

void sw_loop_stop(void)
{
	stopping = true;
}

static void drop_event(struct event **event)
{
	if (*event)
		event_free(*event);
	*event = NULL;
}

void sw_loop_fini(void)
{
	loop_again_fini();
	for (unsigned i = 0; i < N_SIGNALS; i++)
		drop_event(&signal_event[i]);
	drop_event(&post_event);
	drop_event(&tick_event);
	drop_event(&rcu_event);
	drop_event(&watchdog_event);
	if (base)
		event_base_free(base);
	base = NULL;
}
