/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The feed: keeps the views of those who subscribed equal to what is. It hears of stored changes, events and
 * link changes, looks at computed columns at the interval each view asks for, and works in steps of
 * FEED_STEP_NS. When changes come faster than it can tell them, it compares all rows instead.
 *
 * room: ctl. Thread: control.
 */
#ifndef CTL_FEED_H
#define CTL_FEED_H

#include <stdbool.h>

#include "view.h"

#define FEED_STEP_NS	 (2 * 1000000ull)
#define FEED_WAITING_MAX 65536 /* changed rows that wait to be told */
#define FEED_VIEWS_MAX	 64
#define FEED_LINGER_MS	 60000 /* a view without readers stays this long, for one who comes back */

/* The view of these topics, for one reader more; takes the topics. NULL with err: too many views. */
struct view *feed_join(struct topics *topics, struct sw_err *err);
void feed_leave(struct view *v);

/* `fn` is called when some view has something new. */
void feed_on_news(void (*fn)(void));

/* Look at the computed columns of an interface now. */
void feed_look(const char *interface);

/* One step of work, and whether there is more; looks at computed columns whose time has come. The module's
 * timers call these; tests may. */
bool feed_step(void);
void feed_tick(void);

/* Forget all views. */
void feed_stop(void);

/* sample.c: looking at computed columns. */
void sample_begin(struct view *v, uint64_t now_ms);
/* Go on until `until_ns`; false: the pass is over. */
bool sample_step(struct view *v, uint64_t until_ns);

#endif
