/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Private to the room: what a worker or a queue had counted at each of the last seconds. Two places of the
 * ring make a load.
 *
 * Thread: control.
 */
#ifndef PMD_LOAD_H
#define PMD_LOAD_H

#include <stdint.h>

#include <sw/pmd.h>

struct load_sample {
	uint64_t tsc, cycles, packets, bursts, held;
};

struct load_ring {
	unsigned n; /* samples taken; the last is at (n - 1) % size */
	struct load_sample at[SW_LOAD_SECONDS + 1];
};

void load_add(struct load_ring *ring, const struct load_sample *sample);

/* From the sample of so many seconds ago, or the oldest there is, to now. */
void load_since(const struct load_ring *ring, unsigned seconds, const struct load_sample *now,
	struct sw_load *load);

#endif
