/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Idle workers. Where sleeping is allowed, after 256 empty turns the worker sleeps between single turns, 1 us at
 * first, twice as long after every 16 sleeps, up to the limit; about 8 ms of silence lead to 500 us. While
 * it sleeps it is offline for RCU, so grace periods go on.
 */
#include "pmd.h"

#include <rte_cycles.h>

#define EMPTY_BATCHES 4	 /* batches without a packet before the first sleep */
#define SLEEPS_A_STEP 16 /* sleeps of one length */

/* Nothing came for a while: sleep, longer with every step, offline for RCU meanwhile. */
static void sleep_idle(struct pmd_worker *pw)
{
	uint64_t start = rte_rdtsc();
	unsigned step = (pw->empty_batches - EMPTY_BATCHES) / SLEEPS_A_STEP;

	pw->sleep_us = step < 20 ? RTE_MIN(1u << step, pw->idle_sleep_us) : pw->idle_sleep_us;
	sw_rcu_offline(pw->w.id);
	pmd_sleep(pw->sleep_us);
	sw_rcu_online(pw->w.id);
	pw->w.now_tsc = rte_rdtsc();
	pw->sleep_cycles += pw->w.now_tsc - start;
}

void pmd_rest_if_idle(struct pmd_worker *pw, unsigned packets)
{
	if (packets) {
		pw->empty_batches = 0;
		pw->sleep_us = 0;
	} else if (pw->idle_sleep_us && ++pw->empty_batches > EMPTY_BATCHES) {
		sleep_idle(pw);
	}
}
