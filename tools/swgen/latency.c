/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The histogram of delays: reading it.
 */
#include "latency.h"

#include <math.h>
#include <string.h>

void latency_clear(struct latency *l)
{
	memset(l, 0, sizeof(*l));
	l->min = UINT32_MAX;
}

void latency_merge(struct latency *l, const struct latency *from)
{
	l->n += from->n;
	l->sum += from->sum;
	if (from->min < l->min)
		l->min = from->min;
	if (from->max > l->max)
		l->max = from->max;
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++)
		l->bucket[i] += from->bucket[i];
}

/* The middle of a bucket. */
static uint32_t bucket_value(unsigned bucket)
{
	unsigned shift;

	if (bucket < 2 * LATENCY_SUB)
		return bucket;
	shift = bucket / LATENCY_SUB - 1;
	return ((uint32_t)(bucket - shift * LATENCY_SUB) << shift) + (1U << shift) / 2;
}

uint32_t latency_percentile(const struct latency *l, double percent)
{
	uint64_t rank = ceil(l->n * (percent / 100)), below = 0;
	uint32_t value;
	unsigned i;

	if (!l->n)
		return 0;
	for (i = 0; i < LATENCY_BUCKETS - 1; i++) {
		below += l->bucket[i];
		if (below >= rank && below)
			break;
	}
	value = bucket_value(i);
	if (value < l->min)
		return l->min;
	return value > l->max ? l->max : value;
}
