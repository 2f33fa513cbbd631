/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles that are to be committed at a time to come (OpenFlow 1.5.1, 6.9: scheduled bundles). Times are nanoseconds of
 * sw_clock_tai_ns(). Each connection has bounds of its own on how far from now a time may be; what it scheduled are
 * bundles of it, which cost no more than others, and go with it.
 *
 * A timer wakes the connection; the time itself is looked at in its turn, and each second, since that clock may be set.
 *
 * Thread: control.
 */
#ifndef CTL_OF_SCHEDULE_H
#define CTL_OF_SCHEDULE_H

#include <stdint.h>

#include "../codec/error.h"

struct event;
struct of_bundle;
struct of_conn;
struct of_msg;

#define OF_SCHEDULE_NS	    UINT64_C(1000000000)	   /* both bounds, when nothing is said */
#define OF_SCHEDULE_MOST_NS (86400 * UINT64_C(1000000000)) /* that a controller may set them to */
#define OF_SCHEDULE_ACCURACY_NS \
	UINT64_C(10000000) /* a step of the loop; the machine may add to it */

struct of_schedule {
	uint64_t max_future_ns, max_past_ns;
	struct event *timer; /* NULL: nothing was scheduled yet */
};

void of_schedule_init(struct of_conn *c);
void of_schedule_fini(struct of_conn *c);
/* Set the bounds; what is above the most is the most. */
void of_schedule_bound(struct of_conn *c, uint64_t max_future_ns, uint64_t max_past_ns);

/* Is the time within the bounds? OFPBFC_SCHED_FUTURE, OFPBFC_SCHED_PAST. */
enum of_error of_schedule_check(const struct of_conn *c, uint64_t at_ns);
/* Commit it then; `msg` is the request that will be answered. It takes no more messages. */
void of_schedule_put(
	struct of_conn *c, struct of_bundle *b, uint64_t at_ns, const struct of_msg *msg);

/* The first of those whose time has come (of one time: in the order they were scheduled), or NULL. */
struct of_bundle *of_schedule_due(const struct of_conn *c);
/* At the end of a turn: be woken when the next one is due. */
void of_schedule_arm(struct of_conn *c);

#endif
