/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is done later. What a port class does once at the end of a worker's turn, however often it asked for it in the turn: to
 * call a guest that got several bursts, say. The class owns the struct and keeps it until no worker holds
 * the port any more. Several workers may ask at once: the one that was first runs it.
 *
 * room: port. Thread: workers. Cost: one atomic exchange to ask and one to run.
 */
#ifndef SW_LATE_H
#define SW_LATE_H

#include <sw/worker.h>

struct sw_late {
	void (*run)(struct sw_late *late); /* it may be asked for again from then on */
	struct sw_late *next;		   /* of the worker that is to run it */
	uint32_t asked;			   /* atomic */
};

/* Ask for it. What the caller did before is seen by whoever runs it. */
static inline void sw_late_add(struct sw_worker *w, struct sw_late *late)
{
	if (__atomic_exchange_n(&late->asked, 1, __ATOMIC_ACQ_REL))
		return;
	late->next = w->late;
	w->late = late;
}

/*
 * What a room puts off until its worker reports quiescent (rcu.h), some turns later, however often there is something to do until
 * then: summing up. Pointers that sw_rcu_get() gave hold until it is run. Of one worker.
 */
struct sw_settle {
	void (*run)(struct sw_worker *w, struct sw_settle *settle);
	struct sw_settle *next;
};

/* Ask for it, once until it is run. */
static inline void sw_settle_add(struct sw_worker *w, struct sw_settle *settle)
{
	settle->next = w->settle;
	w->settle = settle;
}

/* Whoever reports quiescent for the worker, just before. */
void sw_settle_all(struct sw_worker *w);

#endif
