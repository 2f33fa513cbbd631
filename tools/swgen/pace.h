/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When packets are due: credit that grows with the time-stamp counter. Who falls behind catches up with at
 * most PACE_BEHIND packets or PACE_BEHIND_US microseconds of them: a generator that was held up must not make
 * a burst that nobody asked for. What was due beyond it is missed, and counted.
 *
 * Inline for the sending loop; one owner.
 */
#ifndef SWGEN_PACE_H
#define SWGEN_PACE_H

#include <stdint.h>

#define PACE_BEHIND    64
#define PACE_BEHIND_US 100

struct pace {
	double per_cycle; /* packets; 0: always as many as fit */
	double credit, cap, missed;
	uint64_t last;
};

static inline void pace_start(struct pace *p, double pps, uint64_t hz, uint64_t now)
{
	double cap = pps * PACE_BEHIND_US / 1e6;

	*p = (struct pace){
		.per_cycle = pps / hz, .cap = cap > PACE_BEHIND ? cap : PACE_BEHIND, .last = now
	};
}

/* Packets due now, at most `most`. */
static inline unsigned pace_due(struct pace *p, uint64_t now, unsigned most)
{
	if (!p->per_cycle)
		return most;
	p->credit += (now - p->last) * p->per_cycle;
	p->last = now;
	if (p->credit > p->cap) {
		p->missed += p->credit - p->cap;
		p->credit = p->cap;
	}
	return p->credit < most ? (unsigned)p->credit : most;
}

/* So many were sent. */
static inline void pace_spend(struct pace *p, unsigned n)
{
	if (p->per_cycle)
		p->credit -= n;
}

#endif
