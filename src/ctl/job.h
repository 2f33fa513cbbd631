/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Jobs: what may block (disk, device attach, name look-up) runs on one thread of its own, in order, and
 * its end comes back to the control loop.
 *
 * Thread: control, except fn.
 */
#ifndef CTL_JOB_H
#define CTL_JOB_H

struct sw_err;

/* Start and stop the thread. Stopping waits for the jobs that were given; their done calls are made by
 * the control loop (or sw_post_run). */
int job_start(struct sw_err *err);
void job_stop(void);

/* Have fn(arg) called on the job thread, then done(arg) on the control loop. Never fails. */
void job_run(void (*fn)(void *arg), void (*done)(void *arg), void *arg);

#endif
