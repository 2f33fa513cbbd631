/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Workers: pinned threads that poll queues, and which of them polls what. Placement: a queue goes to the
 * worker with the fewest queues (lowest id first) on the device's NUMA node; it stays there while both
 * live, and comes back to it when it goes for a while, unless it is moved by load. Each worker reads an
 * immutable list of its queues, published by RCU: a change to one port loses nothing on another and nobody
 * stops.
 *
 * Stepped workers have no thread: a test calls sw_pmd_turn() itself, on one thread, with a warped clock.
 *
 * room: pmd. Thread: control.
 */
#ifndef SW_PMD_H
#define SW_PMD_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rcu.h>

struct sw_boot;
struct sw_err;
struct sw_port;
struct sw_port_counters;
struct sw_worker;

/* Start n pinned workers on cores[], or n stepped ones (cores NULL). idle_sleep_us as in boot. */
int sw_pmd_start(unsigned n, const uint16_t *cores, unsigned idle_sleep_us, struct sw_err *err);

/* Stop and join all workers; ports must be detached. */
void sw_pmd_stop(void);

/* Stepped: one turn of worker id: poll each queue once, flush, report quiescent, one housekeeping slice. */
void sw_pmd_turn(unsigned id);

/* Give each worker a lane for the port and place its queues. */
int sw_pmd_attach(struct sw_port *port, struct sw_err *err);

/* Place again after n_rxq changed. */
void sw_pmd_refresh(struct sw_port *port);

/* Stop polling and sending; done(arg) comes on control after no worker can touch the port. NULL: nobody
 * asks. A port that is not attached is told the same way. */
void sw_pmd_detach(struct sw_port *port, void (*done)(void *arg), void *arg);

/* Sum of the lanes of a port, plus what the lanes of its earlier placements had counted. */
struct sw_lane_stats;
void sw_pmd_port_stats(const struct sw_port *port, struct sw_lane_stats *sum);

struct sw_worker_info {
	uint16_t id, core;
	int numa;
	bool stepped;
	uint64_t turns, busy_turns;	   /* a turn is busy when it got a packet */
	uint64_t busy_cycles, idle_cycles; /* time-stamp counter; idle without sleep */
	uint64_t sleep_us;
	uint64_t packets;
	uint64_t events_lost;
	unsigned n_queues;
};
unsigned sw_pmd_workers(void);
int sw_pmd_worker_info(unsigned id, struct sw_worker_info *info); /* -ENOENT */

struct sw_queue_info {
	const struct sw_port *port;
	uint16_t queue, worker;
	uint64_t packets, cycles; /* since placed; cycles of bursts that had packets */
};
/* Call fn for every placed queue, by port index and queue. */
void sw_pmd_each_queue(void (*fn)(void *arg, const struct sw_queue_info *q), void *arg);

/* What was done over the last seconds, or since the first sample where that is less; all 0 before it. */
#define SW_LOAD_SECONDS 60
struct sw_load {
	uint64_t span;	 /* time-stamp counts that went by, ... */
	uint64_t cycles; /* ... and those of them that packets took */
	uint64_t packets;
	uint64_t bursts; /* of a queue; of a worker: busy turns */
	uint64_t
		held; /* of a queue: turns that passed it over, as others waited that had had less time */
};
void sw_pmd_worker_load(unsigned id, unsigned seconds, struct sw_load *load);
void sw_pmd_queue_load(
	const struct sw_port *port, unsigned queue, unsigned seconds, struct sw_load *load);

/* A stage's part of the packets that were measured over the last seconds, as of a load. */
struct sw_stage_load {
	const char *name, *help;
	uint64_t cycles, packets;
};
/* Fill stages[SW_STAGE_MAX], in the order of names; *received: packets measured. Returns how many. */
unsigned sw_pmd_stages(
	unsigned id, unsigned seconds, struct sw_stage_load *stages, uint64_t *received);

/* Once a second: take a sample of every worker and queue, and balance where that is on and due. */
void sw_pmd_second(void);

/* Queues move to other workers when one was busier than `threshold` percent over the last minute and the
 * variance of the workers' loads would fall by `improvement` percent; at most once in `interval_s`. */
struct sw_pmd_balance {
	bool on;
	unsigned interval_s, threshold, improvement;
};
void sw_pmd_balance_set(const struct sw_pmd_balance *balance);

struct sw_queue_move {
	const struct sw_port *port;
	uint16_t queue, from, to;
	unsigned load; /* of the queue, percent of a worker over the last minute */
};
/* Move queues so that loads even out, whatever the threshold; fn is told each, and with dry_run that is all.
 * A queue is polled by nobody for a grace period, well under a millisecond. Returns how many. */
unsigned sw_pmd_rebalance(
	bool dry_run, void (*fn)(void *arg, const struct sw_queue_move *move), void *arg);

/* Drain the event rings of all workers. Control, each 100 ms. */
void sw_pmd_events(void);

#endif
