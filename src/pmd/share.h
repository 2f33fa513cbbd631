/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may be polled: queues that have more waiting than a burst share the cycles of their worker evenly. A queue whose
 * packets are dear (each a flow of its own, say) is passed over while others wait, until they have had as much as it. Nobody is held back
 * while there is time for all: when no burst of a turn was full, what was before is forgotten.
 *
 * Each queue has what it spent; `floor` is the least that one of those that wait has, and who has spent less counts as
 * if it had that much, so that silence saves nothing up. It is a fair queue by virtual time, with the one that is furthest
 * behind for the clock (start-time fair queueing, Goyal, Vin and Cheng, 1996).
 *
 * room: pmd (private). Thread: the worker that polls.
 */
#ifndef PMD_SHARE_H
#define PMD_SHARE_H

#include "pmd.h"

#define PMD_AHEAD \
	16384 /* cycles that a queue may be ahead of one that waits: bursts of usual cost */

/* What a turn finds out. */
struct pmd_turn_share {
	uint64_t
		low; /* the least that a queue with a full burst has spent; UINT64_MAX: there is none */
	uint64_t high; /* the most of all */
};

static inline bool share_may_poll(const struct pmd_share *share, struct pmd_queue *q)
{
	if (likely(q->spent <= share->limit))
		return true;
	q->held++;
	return false;
}

/* A burst of n packets took so many cycles. A worker that lost its core in the middle does not make its queue pay for that: what a
 * packet may cost is limited. */
static inline void share_charge(const struct pmd_share *share, struct pmd_turn_share *turn,
	struct pmd_queue *q, unsigned n, uint64_t cycles)
{
	q->spent = RTE_MAX(q->spent, share->floor) + RTE_MIN(cycles, n * share->dearest);
	turn->high = RTE_MAX(turn->high, q->spent);
	if (n == SW_BURST)
		turn->low = RTE_MIN(turn->low, q->spent);
}

static inline void share_turn(struct pmd_share *share, const struct pmd_turn_share *turn)
{
	if (likely(turn->low == UINT64_MAX)) {
		share->floor = RTE_MAX(share->floor, turn->high);
		share->limit = UINT64_MAX;
	} else {
		share->floor = RTE_MAX(share->floor, turn->low);
		share->limit = turn->low + PMD_AHEAD;
	}
}

#endif
