/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The control loop: one libevent base on the thread that calls sw_loop_run(), which is the control
 * thread. It runs posted calls, ripe RCU work, the workers' events, signals and the service manager's
 * watchdog; everything else on the control side hangs its own events on the same base.
 *
 * room: ctl. Thread: control, unless a line says otherwise.
 */
#ifndef SW_LOOP_H
#define SW_LOOP_H

#include <stdint.h>

struct event_base;
struct sw_err;

/* Make the base and what always hangs on it. Before modules; no thread runs yet. */
int sw_loop_init(struct sw_err *err);

/* Run until sw_loop_stop(). Tells systemd that we are ready, keeps its watchdog quiet, and tells it when
 * we stop. SIGTERM, SIGINT and SIGHUP stop the loop. Returns 0, or the signal that stopped it. */
int sw_loop_run(void);

/* Have sw_loop_run() return after the step in hand. */
void sw_loop_stop(void);

/* Free the base; every event on it is gone by then. */
void sw_loop_fini(void);

/* The base, for events of modules; NULL before sw_loop_init(). */
struct event_base *sw_loop_base(void);

/* How well the loop keeps its promise to come round within 10 ms. */
struct sw_loop_stats {
	uint64_t steps;	   /* callbacks that said who they are */
	uint64_t worst_us; /* the longest of them */
	const char *worst; /* its name, or NULL */
	uint64_t slow;	   /* how many were above 10 ms */
	uint64_t
		worst_cpu_us; /* the most that one used of the processor: the rest was waiting for it */
	uint64_t worst_lag_us; /* the latest a periodic timer came: catches what did not say so */
};
void sw_loop_stats(struct sw_loop_stats *stats);
void sw_loop_stats_clear(void);

/* The same by name of the step. */
#define SW_LOOP_STEPS_MAX 64 /* names that are told apart; further ones are counted as "other" */
struct sw_loop_step {
	const char *name;
	uint64_t count, sum_us, worst_us, worst_cpu_us, slow;
};
/* Fill steps[SW_LOOP_STEPS_MAX]; returns how many. */
unsigned sw_loop_steps(struct sw_loop_step *steps);

#endif
