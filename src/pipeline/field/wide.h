/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Big-endian numbers of up to 16 bytes, as fields are.
 *
 * room: pipeline (private). Thread: any.
 */
#ifndef PIPELINE_FIELD_WIDE_H
#define PIPELINE_FIELD_WIDE_H

#include <stdint.h>

typedef unsigned __int128 wide;

static inline wide wide_load(const void *from, unsigned n)
{
	const uint8_t *p = from;
	wide v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static inline void wide_store(void *to, unsigned n, wide v)
{
	uint8_t *p = to;

	for (; n--; v >>= 8)
		p[n] = (uint8_t)v;
}

/* The lowest n bits, 1 to 128. */
static inline wide wide_ones(unsigned n)
{
	return ~(wide)0 >> (128 - n);
}

#endif
