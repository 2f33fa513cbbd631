/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * News from other threads to the control thread: a queue of calls and a file descriptor that becomes
 * readable. For threads that may allocate (job thread, vhost library's thread); workers use <sw/event.h>.
 *
 * room: base.
 */
#ifndef SW_POST_H
#define SW_POST_H

#include <stdint.h>

/* Have fn(arg) called on the control thread soon, in order of posting. Thread: any but workers. */
void sw_post(void (*fn)(void *arg), void *arg);

/* Drop every waiting call with this arg (before the object goes); control thread. Returns how many. */
unsigned sw_post_cancel(void *arg);

/* The descriptor to wait on: readable means calls are waiting. Control thread. */
int sw_post_fd(void);

/*
 * Run the waiting calls, and those that they post, until none is left or limit_ns (of sw_clock_ns) are over: at least
 * one, and no other is begun after the limit. The descriptor stays readable while some are left. Returns how
 * many ran. Control thread.
 */
unsigned sw_post_run_for(uint64_t limit_ns);
unsigned sw_post_run(void); /* without a limit: for start-up and tests, where nobody waits */

#endif
