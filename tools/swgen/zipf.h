/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers 0..n-1 drawn by Zipf's law: number k with a share of 1/(k+1)^s. Walker's alias table in Vose's
 * form: exact but for the rounding of 32 bits, one table entry a draw whatever s and n are, 8 bytes a number.
 */
#ifndef SWGEN_ZIPF_H
#define SWGEN_ZIPF_H

#include <stdint.h>

#include "random.h"

struct zipf_entry {
	uint32_t keep; /* of 2^32 draws of this entry so many are its own number */
	uint32_t alias;
};

struct zipf {
	struct zipf_entry *entries;
	uint32_t n;
};

/* Heap; end of the process when there is none. */
void zipf_init(struct zipf *z, uint32_t n, double s);
void zipf_fini(struct zipf *z);

/* Of 64 random bits: the upper choose the entry, the lower which of its two numbers. */
static inline uint32_t zipf_draw(const struct zipf *z, uint64_t bits)
{
	uint32_t at = random_below(bits >> 32, z->n);
	const struct zipf_entry *e = &z->entries[at];

	return (uint32_t)bits < e->keep ? at : e->alias;
}

#endif
