/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How loaded workers and queues are: once a second control notes what each had counted, and keeps a minute
 * of it. Workers know nothing of that: they count up, and the difference of two notes is the load. The time
 * between them is the time-stamp counter's, so a worker that sleeps is not busy meanwhile.
 *
 * A queue that moved takes its history along. Control thread.
 */
#include "load.h"

#include <string.h>

#include <rte_cycles.h>

#include "place.h"

static struct load_ring workers[SW_WORKER_MAX];

void load_add(struct load_ring *ring, const struct load_sample *sample)
{
	ring->at[ring->n++ % (SW_LOAD_SECONDS + 1)] = *sample;
}

void load_since(const struct load_ring *ring, unsigned seconds, const struct load_sample *now,
	struct sw_load *load)
{
	/* The last sample is of up to a second ago: one more makes it as long as was asked for. */
	unsigned back = RTE_MIN(RTE_MIN(seconds, (unsigned)SW_LOAD_SECONDS) + 1, ring->n);
	const struct load_sample *then;

	memset(load, 0, sizeof(*load));
	if (!back)
		return;
	then = &ring->at[(ring->n - back) % (SW_LOAD_SECONDS + 1)];
	load->span = now->tsc - then->tsc;
	load->cycles = now->cycles - then->cycles;
	load->packets = now->packets - then->packets;
	load->bursts = now->bursts - then->bursts;
	load->held = now->held - then->held;
}

/* The worker counts on meanwhile: each word is right by itself. */
__attribute__((no_sanitize("thread"))) static struct load_sample of_worker(
	const struct pmd_worker *pw)
{
	return (struct load_sample){
		.tsc = rte_rdtsc(),
		.cycles = __atomic_load_n(&pw->busy_cycles, __ATOMIC_RELAXED),
		.packets = __atomic_load_n(&pw->packets, __ATOMIC_RELAXED),
		.bursts = __atomic_load_n(&pw->busy_turns, __ATOMIC_RELAXED),
	};
}

__attribute__((no_sanitize("thread"))) static struct load_sample of_queue(const struct pmd_queue *q)
{
	return (struct load_sample){
		.tsc = rte_rdtsc(),
		.cycles = __atomic_load_n(&q->cycles, __ATOMIC_RELAXED),
		.packets = __atomic_load_n(&q->packets, __ATOMIC_RELAXED),
		.bursts = __atomic_load_n(&q->bursts, __ATOMIC_RELAXED),
		.held = __atomic_load_n(&q->held, __ATOMIC_RELAXED),
	};
}

static void sample_all(void)
{
	struct load_sample sample;

	for (unsigned id = 0; id < pmd_n_workers; id++) {
		sample = of_worker(pmd_workers[id]);
		load_add(&workers[id], &sample);
	}
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		const struct placement *pl = pmd_places[i] ? pmd_places[i]->now : NULL;

		for (unsigned k = 0; pl && k < pl->n_queues; k++) {
			sample = of_queue(pl->queues[k]);
			load_add(&pl->loads[k], &sample);
		}
	}
}

void sw_pmd_second(void)
{
	sample_all();
	pmd_stages_second();
	pmd_balance_second();
}

void pmd_load_reset(void)
{
	memset(workers, 0, sizeof(workers));
}

void sw_pmd_worker_load(unsigned id, unsigned seconds, struct sw_load *load)
{
	struct load_sample now;

	memset(load, 0, sizeof(*load));
	if (id >= pmd_n_workers)
		return;
	now = of_worker(pmd_workers[id]);
	load_since(&workers[id], seconds, &now, load);
}

void sw_pmd_queue_load(
	const struct sw_port *port, unsigned queue, unsigned seconds, struct sw_load *load)
{
	const struct place *place = pmd_place_of(port);
	const struct placement *pl = place ? place->now : NULL;
	struct load_sample now;

	memset(load, 0, sizeof(*load));
	if (!pl || queue >= pl->n_queues)
		return;
	now = of_queue(pl->queues[queue]);
	load_since(&pl->loads[queue], seconds, &now, load);
}
