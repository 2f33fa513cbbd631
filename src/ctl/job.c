/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The job thread: a list under a mutex and a condition. Jobs run in the order they were given; each end
 * goes to the control loop through sw_post, so `done` never runs at the same time as other control code.
 */
#include "job.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/post.h>

struct job {
	void (*fn)(void *arg);
	void (*done)(void *arg);
	void *arg;
	struct job *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static struct job *first, **last = &first;
static bool running, stopping;
static pthread_t thread;

static struct job *next_job(void)
{
	struct job *job;

	pthread_mutex_lock(&lock);
	while (!first && !stopping)
		pthread_cond_wait(&wake, &lock);
	job = first;
	if (job) {
		first = job->next;
		if (!first)
			last = &first;
	}
	pthread_mutex_unlock(&lock);
	return job;
}

static void *job_main(void *arg)
{
	struct job *job;

	while ((job = next_job())) {
		job->fn(job->arg);
		sw_post(job->done, job->arg);
		free(job);
	}
	return NULL;
}

int job_start(struct sw_err *err)
{
	sigset_t all, old;
	int rc;

	if (running)
		return 0;
	stopping = false;
	sigfillset(&all); /* signals are the control thread's */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&thread, NULL, job_main, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc)
		return sw_err_set(err, SW_CODE_INTERNAL, "the job thread cannot be started: %s",
			strerror(rc));
	pthread_setname_np(thread, "swd-job");
	running = true;
	return 0;
}

void job_stop(void)
{
	if (!running)
		return;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_signal(&wake);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	running = false;
}

void job_run(void (*fn)(void *arg), void (*done)(void *arg), void *arg)
{
	struct job *job = sw_xcalloc(1, sizeof(*job));

	job->fn = fn;
	job->done = done;
	job->arg = arg;
	pthread_mutex_lock(&lock);
	*last = job;
	last = &job->next;
	pthread_cond_signal(&wake);
	pthread_mutex_unlock(&lock);
}
