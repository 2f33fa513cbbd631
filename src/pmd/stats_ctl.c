/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sums over workers. The workers keep counting meanwhile: every counter is a whole aligned word, so each
 * value is right by itself, and two of them may be a few packets apart.
 *
 * Control thread only.
 */
#include "place.h"

#include <string.h>

/* The race with the counting worker is meant (see above), hence no word to the sanitizer about it. */
__attribute__((no_sanitize("thread"))) static void words_add(
	uint64_t *sum, const uint64_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum[i] += __atomic_load_n(&words[i], __ATOMIC_RELAXED);
}

static void stats_add(struct sw_lane_stats *sum, const struct sw_lane_stats *stats)
{
	_Static_assert(sizeof(*sum) % sizeof(uint64_t) == 0, "lane statistics are words");
	words_add((uint64_t *)sum, (const uint64_t *)stats, sizeof(*sum) / sizeof(uint64_t));
}

void pmd_placement_sum(const struct placement *pl, struct sw_lane_stats *sum)
{
	for (unsigned id = 0; id < SW_WORKER_MAX; id++) {
		if (pl->lanes[id])
			stats_add(sum, &pl->lanes[id]->stats);
	}
}

void sw_pmd_port_stats(const struct sw_port *port, struct sw_lane_stats *sum)
{
	const struct place *place = pmd_place_of(port);

	memset(sum, 0, sizeof(*sum));
	if (!place)
		return;
	stats_add(sum, &place->gone);
	if (place->now)
		pmd_placement_sum(place->now, sum);
	for (const struct placement *pl = place->leaving; pl; pl = pl->next)
		pmd_placement_sum(pl, sum);
}

__attribute__((no_sanitize("thread"))) static struct sw_queue_info queue_info(
	const struct pmd_queue *q)
{
	return (struct sw_queue_info){
		.port = q->port,
		.queue = q->queue,
		.worker = q->worker,
		.packets = __atomic_load_n(&q->packets, __ATOMIC_RELAXED),
		.cycles = __atomic_load_n(&q->cycles, __ATOMIC_RELAXED),
	};
}

void sw_pmd_each_queue(void (*fn)(void *arg, const struct sw_queue_info *q), void *arg)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		const struct placement *pl = pmd_places[i] ? pmd_places[i]->now : NULL;

		for (unsigned k = 0; pl && k < pl->n_queues; k++) {
			struct sw_queue_info info = queue_info(pl->queues[k]);

			fn(arg, &info);
		}
	}
}
