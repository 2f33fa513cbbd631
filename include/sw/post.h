/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * News from other threads to the control thread: a queue of calls and a file descriptor that becomes
 * readable. For threads that may allocate (job thread, vhost library's thread); workers use <sw/event.h>.
 *
 * room: base.
 */
#ifndef SW_POST_H
#define SW_POST_H

/* Have fn(arg) called on the control thread soon, in order of posting. Thread: any but workers. */
void sw_post(void (*fn)(void *arg), void *arg);

/* Drop every waiting call with this arg (before the object goes); control thread. Returns how many. */
unsigned sw_post_cancel(void *arg);

/* The descriptor to wait on (readable = calls are waiting), and running them; control thread. */
int sw_post_fd(void);
unsigned sw_post_run(void);

#endif
