/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The five keys of a bucket against one, with the vectors that this build has.
 *
 * 512 bits take the whole bucket in one comparison, and with them the rest, too, is no faster than with 256.
 *
 * room: pipeline (private). Thread: any.
 */
#ifndef PIPELINE_FDB_MATCH_H
#define PIPELINE_FDB_MATCH_H

#ifdef __SSE4_1__
#include <immintrin.h>
#endif

#include <rte_atomic.h>

#include "fdb_table.h"

/* Which slots hold the key, as bits. Loads are in order with those of the word before and after. */
static inline unsigned fdb_match(const struct fdb_bucket *b, uint64_t key)
{
#if defined(__SSE4_1__) && !defined(__SANITIZE_THREAD__)
	__m128i want = _mm_set1_epi64x((int64_t)key);
	/* Zero beside the last: no key is. A test of it alone the compiler would make a jump. */
	__m128i k4 = _mm_cmpeq_epi64(_mm_loadl_epi64((const __m128i *)&b->key[4]), want);
#ifdef __AVX2__
	__m256i k0123 = _mm256_cmpeq_epi64(
		_mm256_load_si256((const __m256i *)&b->key[0]), _mm256_broadcastq_epi64(want));
	unsigned hit = _mm256_movemask_pd((__m256d)k0123);
#else
	__m128i k01 = _mm_cmpeq_epi64(_mm_load_si128((const __m128i *)&b->key[0]), want);
	__m128i k23 = _mm_cmpeq_epi64(_mm_load_si128((const __m128i *)&b->key[2]), want);
	unsigned hit = _mm_movemask_ps(_mm_shuffle_ps((__m128)k01, (__m128)k23, 0x88));
#endif

	rte_compiler_barrier();
	return hit | _mm_movemask_pd((__m128d)k4) << 4;
#else
	unsigned hit = 0;

	for (unsigned i = 0; i < FDB_WAYS; i++)
		hit |= (unsigned)(__atomic_load_n(&b->key[i], __ATOMIC_ACQUIRE) == key) << i;
	return hit;
#endif
}

#endif
