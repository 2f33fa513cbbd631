/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the room: a worker with its accounting, a placed queue, and the list that joins them.
 *
 * Kind (B): counters of worker and queue are written by the worker that owns them, as whole 64-bit
 * words; control reads them while they move. The list is kind (A): control publishes a new one, the
 * worker picks it up at its next turn.
 */
#ifndef PMD_PMD_H
#define PMD_PMD_H

#include <stdbool.h>
#include <stdint.h>

#include <pthread.h>
#include <semaphore.h>

#include <sw/event.h>
#include <sw/late.h>
#include <sw/pmd.h>
#include <sw/port.h>
#include <sw/stage.h>
#include <sw/worker.h>

#define PMD_QUIESCENT_TURNS 64	       /* turns between two reports to RCU */
#define PMD_NO_CORE	    UINT16_MAX /* a stepped worker's core */
#define PMD_NOBODY	    UINT16_MAX /* no worker polls the queue */

/* One queue of one port on one worker: what the worker owns while it is listed; a turn touches the first cache line. */
struct pmd_queue {
	struct sw_port *port;
	unsigned (*rx)(struct sw_port *port, unsigned queue, struct sw_lane *lane,
		struct rte_mbuf **pkts, unsigned n);
	struct sw_lane *lane; /* the worker's lane of the port */
	uint16_t queue;
	uint16_t worker; /* PMD_NOBODY while it moves */
	uint64_t packets;
	uint64_t cycles;
	uint64_t bursts;
	uint64_t spent; /* share.h */
	uint64_t held;	/* turns that passed it over */
} __rte_cache_aligned;

#define PMD_DEAREST 4096 /* cycles that a packet is charged at most */

/* How the queues of a worker share its cycles (share.h). */
struct pmd_share {
	uint64_t floor;	  /* who has spent less counts as this */
	uint64_t limit;	  /* who has spent more is not polled */
	uint64_t dearest; /* PMD_DEAREST, or 0: nobody is held back */
};

/* What a worker polls, in this order. Immutable. */
struct pmd_list {
	unsigned n;
	struct pmd_queue *queues[];
};

struct pmd_worker {
	struct sw_worker w; /* first: what the packet path sees */

	/* The worker's own. */
	const struct pmd_list *list __rte_cache_aligned; /* rcu */
	uint64_t turns, busy_turns;
	uint64_t busy_cycles, idle_cycles;
	uint64_t packets;
	uint64_t next_ms_tsc; /* when the once-a-millisecond work is due */
	uint64_t sleep_cycles;
	struct pmd_share share;
	uint32_t empty_batches; /* since the last packet */
	uint32_t sleep_us;	/* the next sleep; 0 while awake */
	unsigned next_task;	/* housekeeping */
	unsigned measure_in;	/* turns until one is measured by stage */
	struct sw_stages stages;

	/* Set by control before the thread starts. */
	uint64_t ms_cycles __rte_cache_aligned; /* time-stamp counts of a millisecond */
	unsigned idle_sleep_us;			/* longest sleep, 0 never */
	uint16_t core;
	bool stepped;
	int stop; /* atomic */

	/* Control's own. */
	pthread_t thread;
	sem_t started;
	int start_error; /* errno of the thread's start */
	unsigned n_queues;
	bool list_stale; /* placement changed since the list was published */
	struct sw_event_ring ring;
};

/* loop.c: poll each queue once and flush; returns packets. Then turns until pw->stop. */
unsigned pmd_turn(struct pmd_worker *pw);
void pmd_housekeep(struct pmd_worker *pw);
void pmd_housekeep_asked(struct pmd_worker *pw);
void pmd_run(struct pmd_worker *pw);

/* idle.c: after a batch of turns with so many packets: sleep if there was nothing for long enough. */
void pmd_rest_if_idle(struct pmd_worker *pw, unsigned packets);

/* worker_ctl.c: the sleep of an idle worker; the worker itself. */
void pmd_sleep(unsigned us);

/* worker_ctl.c: the workers, ids 0..n-1. */
extern struct pmd_worker *pmd_workers[SW_WORKER_MAX];
extern unsigned pmd_n_workers;
extern const struct pmd_list pmd_empty_list;

/* place_ctl.c: forget every placement; no worker runs any more. */
void pmd_place_reset(void);

/* load_ctl.c, stages_ctl.c and balance_ctl.c: forget what was sampled, and the settings; each second. */
void pmd_load_reset(void);
void pmd_stages_reset(void);
void pmd_stages_second(void);
void pmd_balance_reset(void);
void pmd_balance_second(void); /* after a sample: balance if it is on and due */

/* mem_ctl.c: cache-aligned zeroed memory on a NUMA node (-1 any); NULL when there is none. */
void *pmd_alloc(size_t size, int numa);
void pmd_free(void *p);

/* Between batches, last. */
static inline void pmd_quiescent(struct pmd_worker *pw)
{
	if (pw->w.settle)
		sw_settle_all(&pw->w);
	sw_rcu_quiescent(pw->w.id);
}

#endif
