/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue of calls for the control thread behind a mutex, with an eventfd that tells of it. Rare by
 * nature (a link change, a finished job), so a list of small blocks will do.
 *
 * Post: any thread but workers. Run, cancel: control.
 */
#include <sw/post.h>

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include <sw/clock.h>
#include <sw/mem.h>

struct call {
	void (*fn)(void *arg);
	void *arg;
	STAILQ_ENTRY(call) next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static STAILQ_HEAD(, call) waiting = STAILQ_HEAD_INITIALIZER(waiting);
static int fd = -1;

/* With the lock held. */
static int open_fd(void)
{
	if (fd < 0)
		fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (fd < 0)
		abort(); /* no descriptor for our own thread: nothing can work */
	return fd;
}

int sw_post_fd(void)
{
	int out;

	pthread_mutex_lock(&lock);
	out = open_fd();
	pthread_mutex_unlock(&lock);
	return out;
}

/* Make the descriptor readable; with the lock held. */
static void tell(void)
{
	uint64_t one = 1;
	ssize_t rc = write(open_fd(), &one, sizeof(one));

	(void)rc; /* full counter: it is readable already */
}

void sw_post(void (*fn)(void *arg), void *arg)
{
	struct call *call = sw_xcalloc(1, sizeof(*call));

	call->fn = fn;
	call->arg = arg;
	pthread_mutex_lock(&lock);
	STAILQ_INSERT_TAIL(&waiting, call, next);
	tell();
	pthread_mutex_unlock(&lock);
}

unsigned sw_post_cancel(void *arg)
{
	STAILQ_HEAD(, call) keep = STAILQ_HEAD_INITIALIZER(keep);
	unsigned n = 0;

	pthread_mutex_lock(&lock);
	while (!STAILQ_EMPTY(&waiting)) {
		struct call *call = STAILQ_FIRST(&waiting);

		STAILQ_REMOVE_HEAD(&waiting, next);
		if (call->arg == arg) {
			free(call);
			n++;
		} else {
			STAILQ_INSERT_TAIL(&keep, call, next);
		}
	}
	STAILQ_CONCAT(&waiting, &keep);
	pthread_mutex_unlock(&lock);
	return n;
}

static struct call *take(void)
{
	struct call *call;

	pthread_mutex_lock(&lock);
	call = STAILQ_FIRST(&waiting);
	if (call)
		STAILQ_REMOVE_HEAD(&waiting, next);
	pthread_mutex_unlock(&lock);
	return call;
}

/* Calls are left, which were told of before: the descriptor says so once more. */
static void tell_of_rest(void)
{
	pthread_mutex_lock(&lock);
	if (!STAILQ_EMPTY(&waiting))
		tell();
	pthread_mutex_unlock(&lock);
}

static void silence(void)
{
	uint64_t count;
	ssize_t rc = read(sw_post_fd(), &count, sizeof(count));

	(void)rc; /* empty: nothing was posted since */
}

unsigned sw_post_run_for(uint64_t limit_ns)
{
	uint64_t since = sw_clock_ns();
	struct call *call;
	unsigned n = 0;

	silence();
	while ((call = take())) {
		call->fn(call->arg);
		free(call);
		n++;
		if (sw_clock_ns() - since >= limit_ns)
			break;
	}
	tell_of_rest();
	return n;
}

unsigned sw_post_run(void)
{
	return sw_post_run_for(UINT64_MAX);
}
