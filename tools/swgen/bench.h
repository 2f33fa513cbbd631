/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole generator: ports, a sender and a receiver for each direction, and runs over them. A run has a
 * number in its packets, so that what a former run left in the switch is not taken for this one's.
 *
 * Direction 0 goes from the first port to the second, or back into the only one; direction 1 the other way.
 * Both ports are polled always, whatever is sent.
 */
#ifndef SWGEN_BENCH_H
#define SWGEN_BENCH_H

#include <stdatomic.h>

#include "options.h"
#include "port.h"
#include "rx.h"
#include "tx.h"

#define WORST_FLOWS 5

struct sw_err;

struct plan {
	double pps;	  /* each direction; 0: as fast as can be */
	uint64_t packets; /* each direction; 0: until the time is over */
	double seconds;
	uint32_t window; /* under way at most; 0: no limit */
	uint32_t flows;	 /* 0: those of the options, drawn as these say; else in turn */
	bool both;
};

struct worst_flow {
	uint32_t flow, sent, lost;
};

struct result_way {
	struct tx_counters tx;
	struct rx_counters rx;
	struct latency latency, steady;
	double missed; /* due, but the generator was not in time */
	uint64_t lost;
	uint32_t flows_used, flows_lost, flows_reordered, flows_duplicated;
	unsigned n_worst;
	struct worst_flow worst[WORST_FLOWS]; /* most lost first */
};

struct result {
	double pps, seconds; /* asked for; how long was sent */
	unsigned n_ways;
	struct result_way way[PORTS_MAX];
};

struct bench {
	const struct options *o;
	unsigned n_ports, n_receivers;
	struct port ports[PORTS_MAX];
	struct sender *senders[PORTS_MAX];
	struct receiver *receivers[PORTS_MAX];
	struct rte_mempool *pool;
	struct zipf zipf;
	struct replay replay;
	uint8_t run;
	uint64_t hz;
	/* of the run in hand */
	atomic_bool receive; /* the second core goes on */
	atomic_bool running;
};

/* Ctrl-C or the end of all patience: ends the run in hand; later ones end at once. */
extern atomic_bool bench_stop;

/* Everything but the ports: after DPDK's start. */
int bench_init(struct bench *b, const struct options *o, struct sw_err *err);
int bench_open(struct bench *b, struct sw_err *err);
void bench_fini(struct bench *b);

/* The rate asked for in packets a second and direction; 0: as fast as can be. */
int bench_rate(const struct bench *b, double *pps, struct sw_err *err);

/* Send, receive, drain; the result replaces what was in r (a big struct: keep it off the stack). */
void bench_run(struct bench *b, const struct plan *plan, struct result *r);

/* Every station says once where it is, so that a learning switch knows it. */
int bench_learn(struct bench *b, struct result *r, struct sw_err *err);

/* What became of each flow: the parts of the result that need the tables. */
void result_read(struct result_way *w, const struct sender *s, const struct receiver *r);

/* Packets sent, received and lost in all directions. */
uint64_t result_sent(const struct result *r);
uint64_t result_received(const struct result *r);
uint64_t result_lost(const struct result *r);
double result_loss(const struct result *r); /* percent of what was sent */

#endif
