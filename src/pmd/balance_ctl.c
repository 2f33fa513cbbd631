/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues by load. The plan is greedy and moves little: as long as it helps, the queue goes from the busiest
 * worker to the idlest that makes the busier of the two least busy; each queue once. What it is judged by is
 * the variance of the loads over the last minute, as OVS does (ovs-vswitchd.conf.db(5), pmd-auto-lb).
 *
 * A queue whose device is on a NUMA node goes to workers of that node only, and without one to any.
 *
 * Control thread only.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/clock.h>
#include <sw/event.h>
#include <sw/log.h>
#include <sw/mem.h>

#include "place.h"

#define MINUTE 60

SW_LOG_USE(pmd);

struct item {
	struct place *place;
	struct pmd_queue *q;
	uint16_t from, to;
	uint64_t load; /* cycles of the last minute */
};

struct plan {
	unsigned n;
	struct item *items;
	uint64_t load[SW_WORKER_MAX];
	uint64_t span;
};

static struct sw_pmd_balance settings;
static uint32_t balanced_s, since_s; /* the last time; when it was turned on */

void sw_pmd_balance_set(const struct sw_pmd_balance *balance)
{
	if (balance->on && !settings.on)
		since_s = sw_clock_s();
	settings = *balance;
}

void pmd_balance_reset(void)
{
	memset(&settings, 0, sizeof(settings));
	balanced_s = since_s = 0;
}

static void add_items(struct plan *plan, struct place *place)
{
	struct placement *pl = place->now;

	plan->items = sw_xrealloc(plan->items, plan->n + pl->n_queues, sizeof(*plan->items));
	for (unsigned k = 0; k < pl->n_queues; k++) {
		struct pmd_queue *q = pl->queues[k];
		struct sw_load load;

		if (q->worker == PMD_NOBODY)
			continue;
		sw_pmd_queue_load(q->port, k, MINUTE, &load);
		plan->items[plan->n++] =
			(struct item){ place, q, q->worker, q->worker, load.cycles };
		plan->load[q->worker] += load.cycles;
		plan->span = RTE_MAX(plan->span, load.span);
	}
}

static bool may_go(const struct item *item, unsigned worker)
{
	int numa = item->q->port->numa, here = pmd_workers[worker]->w.numa;

	return numa < 0 || here < 0 || numa == here;
}

/* How much of the busier load a move takes away. */
static uint64_t gain(const struct plan *plan, const struct item *item, unsigned to)
{
	uint64_t from_load = plan->load[item->from], after = plan->load[to] + item->load;
	uint64_t rest = from_load - item->load;

	after = RTE_MAX(after, rest);
	return after < from_load ? from_load - after : 0;
}

static unsigned busiest(const struct plan *plan)
{
	unsigned most = 0;

	for (unsigned id = 1; id < pmd_n_workers; id++)
		if (plan->load[id] > plan->load[most])
			most = id;
	return most;
}

/* The best move from the busiest worker; false when none helps by a twentieth of its load. */
static bool improve(struct plan *plan)
{
	unsigned from = busiest(plan), to = 0;
	uint64_t most = plan->load[from] / 20;
	struct item *best = NULL;

	for (unsigned i = 0; i < plan->n; i++) {
		struct item *item = &plan->items[i];

		if (item->to != from || item->from != from || !item->load)
			continue;
		for (unsigned id = 0; id < pmd_n_workers; id++) {
			if (id == from || !may_go(item, id) || gain(plan, item, id) <= most)
				continue;
			most = gain(plan, item, id);
			best = item;
			to = id;
		}
	}
	if (!best)
		return false;
	plan->load[from] -= best->load;
	plan->load[to] += best->load;
	best->to = to;
	return true;
}

static double variance(const struct plan *plan)
{
	double sum = 0, mean, squares = 0;

	for (unsigned id = 0; id < pmd_n_workers; id++)
		sum += plan->load[id];
	mean = sum / pmd_n_workers;
	for (unsigned id = 0; id < pmd_n_workers; id++)
		squares += (plan->load[id] - mean) * (plan->load[id] - mean);
	return squares / pmd_n_workers;
}

/* By how many percent the variance falls. */
static unsigned plan_make(struct plan *plan)
{
	double before;

	memset(plan, 0, sizeof(*plan));
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		if (pmd_places[i] && pmd_places[i]->now)
			add_items(plan, pmd_places[i]);
	before = variance(plan);
	for (unsigned moves = 0; moves < plan->n && improve(plan); moves++)
		;
	return before > 0 ? 100 * (before - variance(plan)) / before : 0;
}

static unsigned percent(uint64_t load, uint64_t span)
{
	return span ? (100 * load + span / 2) / span : 0;
}

SW_REGISTER(event, queue_moved) = {
	.name = "queue-moved",
	.help = "a queue was moved to another worker by load: port, queue, from, to, load in percent of a "
		"worker",
};

static void tell(const struct sw_queue_move *m, unsigned from_load, unsigned to_load)
{
	sw_info("%s queue %u goes from worker %u (%u %% busy with packets) to worker %u (%u %%): it "
		"is %u %% of a worker",
		m->port->name, m->queue, m->from, from_load, m->to, to_load, m->load);
	sw_event_tell(&sw_event_queue_moved,
		(struct sw_event_field[]){ { "port", m->port->name, 0 },
			{ "queue", NULL, m->queue }, { "from", NULL, m->from },
			{ "to", NULL, m->to }, { "load", NULL, m->load }, { 0 } },
		"port %s queue %u goes from worker %u to worker %u: it is %u %% of a worker",
		m->port->name, m->queue, m->from, m->to, m->load);
}

/* What the workers' loads were before the moves. */
static uint64_t load_before(const struct plan *plan, unsigned worker)
{
	uint64_t load = 0;

	for (unsigned i = 0; i < plan->n; i++)
		load += plan->items[i].from == worker ? plan->items[i].load : 0;
	return load;
}

static unsigned carry_out(const struct plan *plan, bool dry_run,
	void (*fn)(void *arg, const struct sw_queue_move *move), void *arg)
{
	unsigned n = 0;

	for (unsigned i = 0; i < plan->n; i++) {
		const struct item *item = &plan->items[i];
		struct sw_queue_move move = { item->q->port, item->q->queue, item->from, item->to,
			percent(item->load, plan->span) };

		if (item->from == item->to)
			continue;
		if (!dry_run && !pmd_queue_move(item->place, item->q->queue, item->to))
			continue;
		if (!dry_run)
			tell(&move, percent(load_before(plan, item->from), plan->span),
				percent(load_before(plan, item->to), plan->span));
		if (fn)
			fn(arg, &move);
		n++;
	}
	return n;
}

unsigned sw_pmd_rebalance(
	bool dry_run, void (*fn)(void *arg, const struct sw_queue_move *move), void *arg)
{
	struct plan plan;
	unsigned n;

	plan_make(&plan);
	n = carry_out(&plan, dry_run, fn, arg);
	free(plan.items);
	return n;
}

static bool is_overloaded(void)
{
	for (unsigned id = 0; id < pmd_n_workers; id++) {
		struct sw_load load;

		sw_pmd_worker_load(id, MINUTE, &load);
		if (load.span && percent(load.cycles, load.span) >= settings.threshold)
			return true;
	}
	return false;
}

void pmd_balance_second(void)
{
	uint32_t now_s = sw_clock_s();
	struct plan plan;

	if (!settings.on || pmd_n_workers < 2 || now_s - since_s < MINUTE ||
		now_s - balanced_s < settings.interval_s || !is_overloaded())
		return;
	if (plan_make(&plan) >= settings.improvement && carry_out(&plan, false, NULL, NULL))
		balanced_s = now_s;
	free(plan.items);
}
