/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A run: senders and receivers by turns on one core, or receivers on a second one. Then nothing is sent any
 * more until all came back or nothing did for the time of --drain.
 */
#include "bench.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_pause.h>

#include <sw/err.h>

#define LEARN_WINDOW 64
#define LEARN_TRIES  5	 /* once something came through */
#define LEARN_S	     30	 /* a try */
#define LEARN_LOST_S 0.1 /* in place of --drain: where no path is that is to be found out soon */
#define LEAST_US     2	 /* packets are gathered for so long, at most 16 */
#define LEAST_MOST   16
#define PAUSE_US     15 /* between two looks at a port: it was not our doing */

atomic_bool bench_stop;

struct way {
	struct sender *s;
	struct receiver *r;
	uint64_t given_up; /* under way for too long: no longer waited for */
	uint64_t last_received, last_news;
};

struct run {
	struct bench *b;
	const struct plan *plan;
	struct way ways[PORTS_MAX];
	unsigned n_ways;
	bool one_core;
};

static void clear_sender(struct bench *b, struct sender *s, const struct plan *plan)
{
	double least = plan->pps * LEAST_US / 1e6;

	memset(&s->n, 0, sizeof(s->n));
	memset(s->seq, 0, b->o->flows * sizeof(*s->seq));
	memset(&s->replay_at, 0, sizeof(s->replay_at));
	s->dist = plan->flows ? DIST_SEQUENTIAL : b->o->dist;
	s->turn_flow = 0;
	s->build.flows = plan->flows ? plan->flows : b->o->flows;
	s->build.pattern = plan->flows ? PATTERN_PAIRS : b->o->pattern;
	s->build.mutate = plan->flows ? 0 : b->o->mutate;
	s->limit = plan->packets ? plan->packets : UINT64_MAX;
	s->least = least < 1 ? 1 : RTE_MIN((unsigned)least, (unsigned)LEAST_MOST);
	build_run(&s->build, b->run);
	pace_start(&s->pace, plan->pps, b->hz, rte_rdtsc());
}

static void clear_receiver(struct bench *b, unsigned way, bool used)
{
	struct receiver *r = b->receivers[way];

	memset(&r->n, 0, sizeof(r->n));
	latency_clear(&r->latency);
	latency_clear(&r->steady);
	r->last_turn = 0;
	r->pause_cycles = b->hz / 1000000 * PAUSE_US;
	r->expect = (uint32_t)b->run << RUN_SHIFT | (way ? DIRECTION_BIT : 0);
	r->any = used && b->o->pcap;
	r->flows = used ? b->o->flows : 0;
	if (used)
		memset(r->tracks, 0, b->o->flows * sizeof(*r->tracks));
}

static unsigned receive(struct bench *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n_receivers; i++)
		n += rx_turn(b->receivers[i]);
	return n;
}

static int receive_core(void *arg)
{
	struct bench *b = arg;

	while (atomic_load_explicit(&b->receive, memory_order_acquire))
		if (!receive(b))
			rte_pause();
	return 0;
}

static uint64_t received(const struct way *w)
{
	return __atomic_load_n(&w->r->n.received, __ATOMIC_RELAXED);
}

static uint64_t under_way(const struct way *w)
{
	uint64_t over = received(w) + w->given_up;

	return w->s->n.sent > over ? w->s->n.sent - over : 0;
}

/* Notes when something came back last; how long that is ago. */
static uint64_t quiet_for(struct way *w, uint64_t now)
{
	uint64_t n = received(w);

	if (n != w->last_received) {
		w->last_received = n;
		w->last_news = now;
	}
	return now - w->last_news;
}

/* Nothing came for so long: what is under way is lost. */
static uint64_t stuck_after(const struct run *run)
{
	return (run->plan->flows ? LEARN_LOST_S : run->b->o->drain_s) * run->b->hz;
}

/* How many more may be under way. A window that is given up leaves the next one as long a time. */
static unsigned window_left(struct run *run, struct way *w, uint64_t now)
{
	uint32_t window = run->plan->window;
	uint64_t out;

	if (!window)
		return BURST;
	out = under_way(w);
	if (out < window) {
		if (!out)
			w->last_news = now;
		return window - out;
	}
	if (quiet_for(w, now) < stuck_after(run))
		return 0;
	w->given_up += out;
	w->last_news = now;
	return window;
}

/* Learning where no path is: not worth the rest. */
static bool hopeless(const struct run *run, const struct way *w)
{
	return run->plan->flows && w->given_up && !received(w);
}

static bool send_turn(struct run *run, uint64_t now)
{
	bool done = true;

	for (unsigned i = 0; i < run->n_ways; i++) {
		struct way *w = &run->ways[i];

		if (tx_done(w->s) || hopeless(run, w))
			continue;
		done = false;
		tx_turn(w->s, now, window_left(run, w, now));
	}
	return done;
}

/* Until the time is over, all is sent or somebody stops it. */
static uint64_t send_phase(struct run *run)
{
	uint64_t began = rte_rdtsc(), now = began;
	uint64_t end = began + (uint64_t)(run->plan->seconds * run->b->hz);

	do {
		now = rte_rdtsc();
		if (run->one_core)
			receive(run->b);
		if (send_turn(run, now))
			break;
	} while (now < end && !atomic_load_explicit(&bench_stop, memory_order_relaxed));
	for (unsigned i = 0; i < run->n_ways; i++)
		tx_drop_pending(run->ways[i].s);
	return now - began;
}

static void drain_phase(struct run *run)
{
	uint64_t patience = run->b->o->drain_s * run->b->hz, now = rte_rdtsc();
	bool waits;

	for (unsigned i = 0; i < run->n_ways; i++) {
		run->ways[i].last_news = now;
		run->ways[i].given_up = 0;
	}
	do {
		now = rte_rdtsc();
		waits = false;
		if (run->one_core)
			receive(run->b);
		else
			rte_pause();
		for (unsigned i = 0; i < run->n_ways; i++)
			waits |= under_way(&run->ways[i]) &&
				 quiet_for(&run->ways[i], now) < patience;
	} while (waits);
}

static void begin(struct run *run)
{
	struct bench *b = run->b;

	b->run++;
	run->n_ways = run->plan->both && b->o->n_ports == PORTS_MAX ? 2 : 1;
	for (unsigned i = 0; i < b->n_receivers; i++)
		clear_receiver(b, i, i < run->n_ways);
	for (unsigned i = 0; i < run->n_ways; i++) {
		clear_sender(b, b->senders[i], run->plan);
		run->ways[i] = (struct way){ .s = b->senders[i], .r = b->receivers[i] };
	}
	run->one_core = b->o->rx_core < 0;
	atomic_store(&b->receive, true);
	if (!run->one_core)
		rte_eal_remote_launch(receive_core, b, 1);
	atomic_store(&b->running, true);
}

void bench_run(struct bench *b, const struct plan *plan, struct result *r)
{
	struct run run = { .b = b, .plan = plan };

	begin(&run);
	r->seconds = (double)send_phase(&run) / b->hz;
	drain_phase(&run);
	atomic_store(&b->running, false);
	atomic_store_explicit(&b->receive, false, memory_order_release);
	rte_eal_mp_wait_lcore();
	r->pps = plan->pps;
	r->n_ways = run.n_ways;
	for (unsigned i = 0; i < run.n_ways; i++)
		result_read(&r->way[i], run.ways[i].s, run.ways[i].r);
}

static int not_learned(
	const struct bench *b, const struct result *r, uint32_t flows, struct sw_err *err)
{
	unsigned long long all = (unsigned long long)flows * r->n_ways;
	int rc;

	if (result_received(r))
		rc = sw_err_set(err, SW_CODE_DEVICE,
			"--learn: of %llu packets that announce the stations %llu arrived", all,
			(unsigned long long)result_received(r));
	else
		rc = sw_err_set(err, SW_CODE_DEVICE,
			"--learn: of %llu packets that announce the stations none arrived within %g s",
			all, b->o->wait_s);
	sw_err_hint(err,
		"are both ports in one bridge and one VLAN, is its FDB large enough, and does the "
		"switch send on more queues than --rx-queues? --wait gives it more time");
	return rc;
}

int bench_learn(struct bench *b, struct result *r, struct sw_err *err)
{
	/* a range of VLANs has a station in several: every flow speaks */
	bool ranges = b->o->vlan.to > b->o->vlan.from || b->o->outer.to > b->o->outer.from;
	uint32_t flows = ranges ? b->o->flows : b->o->macs;
	struct plan plan = { .packets = flows,
		.seconds = LEARN_S,
		.window = LEARN_WINDOW,
		.flows = flows,
		.both = true };
	uint64_t patience = rte_rdtsc() + (uint64_t)(b->o->wait_s * b->hz);
	unsigned tries = LEARN_TRIES;

	/* a link is up before the switch behind it forwards: it may be setting up its queues, or STP listens */
	while (tries && !bench_stop) {
		bench_run(b, &plan, r);
		if (result_received(r) == (uint64_t)flows * r->n_ways)
			return 0;
		if (result_received(r))
			tries--;
		else if (rte_rdtsc() >= patience)
			break;
	}
	return bench_stop ? 0 : not_learned(b, r, flows, err);
}
