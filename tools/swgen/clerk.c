/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clerk. It reads counters that the polling cores write, one aligned word each.
 */
#include "clerk.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/exit.h>

#include "bench.h"

#define TICK_NS 5000000

static struct {
	pthread_t thread;
	atomic_bool stop;
	_Atomic uint64_t attach_end; /* 0: nothing is attached now */
	const char *_Atomic device;
	const struct bench *_Atomic bench;
	uint64_t interval_ns;
} clerk;

struct snapshot {
	uint64_t ns, sent, received;
};

/* The driver waits and cannot be told to stop. */
static void give_up_attach(bool interrupted)
{
	if (!interrupted)
		fprintf(stderr,
			"swgen: port %s: no one connected in time\n"
			"swgen: start the other side, or give it more time with --wait\n",
			clerk.device);
	port_abandon(clerk.device);
	port_remove_files();
	_exit(interrupted ? 128 + SIGINT : EXIT_DEVICE);
}

static uint64_t peek(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static struct snapshot look(const struct bench *b, uint64_t ns)
{
	struct snapshot s = { .ns = ns };

	for (unsigned i = 0; i < PORTS_MAX; i++) {
		s.sent += b->senders[i] ? peek(&b->senders[i]->n.sent) : 0;
		s.received += b->receivers[i] ? peek(&b->receivers[i]->n.received) : 0;
	}
	return s;
}

static void tell(const struct snapshot *old, const struct snapshot *new)
{
	double s = (new->ns - old->ns) / 1e9;

	/* counters begin anew with each run */
	if (new->sent < old->sent || new->received < old->received)
		return;
	fprintf(stderr, "sent %.3f Mpps, received %.3f Mpps; %llu sent, %llu received\n",
		(new->sent - old->sent) / s / 1e6, (new->received - old->received) / s / 1e6,
		(unsigned long long)new->sent, (unsigned long long)new->received);
}

static void *work(void *arg)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	struct snapshot last = { .ns = sw_clock_ns() };

	while (!clerk.stop) {
		uint64_t now = sw_clock_ns(), end = clerk.attach_end;
		const struct bench *b = clerk.bench;

		if (end && (now >= end || bench_stop))
			give_up_attach(bench_stop);
		if (b && now >= last.ns + clerk.interval_ns) {
			struct snapshot new = look(b, now);

			if (b->running)
				tell(&last, &new);
			last = new;
		}
		nanosleep(&tick, NULL);
	}
	return NULL;
}

int clerk_start(struct sw_err *err)
{
	int rc = pthread_create(&clerk.thread, NULL, work, NULL);

	return rc ? sw_err_set(err, SW_CODE_INTERNAL, "no thread to be had: %s", strerror(rc)) : 0;
}

void clerk_attaching(const char *device, double seconds)
{
	clerk.device = device;
	clerk.attach_end = sw_clock_ns() + (uint64_t)(seconds * 1e9);
}

void clerk_attached(void)
{
	clerk.attach_end = 0;
}

void clerk_watch(const struct bench *b, double seconds)
{
	clerk.interval_ns = seconds * 1e9;
	clerk.bench = b;
}

void clerk_stop(void)
{
	clerk.stop = true;
	pthread_join(clerk.thread, NULL);
}
