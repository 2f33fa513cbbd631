/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a worker's cycles go: sums by stage, noted once a second like the loads (load_ctl.c). The worker
 * counts on meanwhile; each word is right by itself. Control thread.
 */
#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "pmd.h"

SW_USE(stage, receive);

struct ring {
	unsigned n;
	struct sw_stages at[SW_LOAD_SECONDS + 1];
};

static struct ring *rings[SW_WORKER_MAX]; /* 17 KiB each: made when they are needed */

__attribute__((no_sanitize("thread"))) static void read_sums(
	const struct pmd_worker *pw, struct sw_stages *to)
{
	for (unsigned i = 0; i < SW_STAGE_MAX; i++) {
		to->cycles[i] = __atomic_load_n(&pw->stages.cycles[i], __ATOMIC_RELAXED);
		to->packets[i] = __atomic_load_n(&pw->stages.packets[i], __ATOMIC_RELAXED);
	}
}

void pmd_stages_second(void)
{
	for (unsigned id = 0; id < pmd_n_workers; id++) {
		if (!rings[id])
			rings[id] = sw_xcalloc(1, sizeof(*rings[id]));
		read_sums(pmd_workers[id], &rings[id]->at[rings[id]->n++ % (SW_LOAD_SECONDS + 1)]);
	}
}

void pmd_stages_reset(void)
{
	for (unsigned id = 0; id < SW_WORKER_MAX; id++) {
		free(rings[id]);
		rings[id] = NULL;
	}
}

/* The sums of so many seconds ago; zeros where there is no sample. */
static const struct sw_stages *sums_of(unsigned id, unsigned seconds)
{
	static const struct sw_stages none;
	const struct ring *ring = rings[id];
	unsigned back;

	if (!ring || !ring->n)
		return &none;
	back = RTE_MIN(RTE_MIN(seconds, (unsigned)SW_LOAD_SECONDS) + 1, ring->n);
	return &ring->at[(ring->n - back) % (SW_LOAD_SECONDS + 1)];
}

unsigned sw_pmd_stages(
	unsigned id, unsigned seconds, struct sw_stage_load *stages, uint64_t *received)
{
	unsigned n = sw_reg_kind_stage.count;
	const struct sw_stages *then;
	struct sw_stages now;

	*received = 0;
	if (id >= pmd_n_workers)
		return 0;
	then = sums_of(id, seconds);
	read_sums(pmd_workers[id], &now);
	for (unsigned i = 0; i < n; i++) {
		const struct sw_stage *stage = sw_reg_get(&sw_reg_kind_stage, i);

		stages[i] = (struct sw_stage_load){ stage->name, stage->help,
			now.cycles[i] - then->cycles[i], now.packets[i] - then->packets[i] };
	}
	*received = stages[SW_ID(stage, receive)].packets;
	return n;
}
