/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parts of hashes: words as they lie in memory, and two of them folded into one by a product. With words of a secret added
 * to both nobody can tell what meets (rule/tuple.h, exec/cache_key.h, group/select.c); with constants it is the same in each run
 * (exec/flow_hash.c).
 *
 * room: pipeline (private). Thread: any; pure.
 */
#ifndef PIPELINE_FOLD_H
#define PIPELINE_FOLD_H

#include <stdint.h>
#include <string.h>

static inline uint64_t fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint16_t fold_load16(const void *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t fold_load32(const void *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint64_t fold_load64(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

#endif
