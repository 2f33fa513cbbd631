/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram of delays: buckets exact below 128 units, then 64 to each doubling, so that what is read from
 * it is at most 0.8 % off, over the whole range of 32 bits, in 14 KB. The unit is the sender's stamp's
 * (stamp.h).
 *
 * latency_add is inline for the receiving loop; one writer.
 */
#ifndef SWGEN_LATENCY_H
#define SWGEN_LATENCY_H

#include <stdint.h>

#define LATENCY_SUB	64
#define LATENCY_BUCKETS (26 * LATENCY_SUB + LATENCY_SUB)

struct latency {
	uint64_t n, sum;
	uint32_t min, max; /* of nothing: UINT32_MAX, 0 */
	uint64_t bucket[LATENCY_BUCKETS];
};

static inline unsigned latency_bucket(uint32_t value)
{
	unsigned shift;

	if (value < 2 * LATENCY_SUB)
		return value;
	shift = 31 - __builtin_clz(value) - 6;
	return shift * LATENCY_SUB + (value >> shift);
}

static inline void latency_add(struct latency *l, uint32_t value)
{
	l->n++;
	l->sum += value;
	if (value < l->min)
		l->min = value;
	if (value > l->max)
		l->max = value;
	l->bucket[latency_bucket(value)]++;
}

void latency_clear(struct latency *l);

/* Put the values of `from` to those of l. */
void latency_merge(struct latency *l, const struct latency *from);

/* The value that `percent` of all do not exceed (nearest rank): the middle of its bucket, within min and
 * max. 0 when there is none. */
uint32_t latency_percentile(const struct latency *l, double percent);

#endif
