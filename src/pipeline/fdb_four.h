/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash of the station table for four keys at once. Empty without AVX2.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_FDB_FOUR_H
#define PIPELINE_FDB_FOUR_H

#include "fdb_table.h"

#ifdef __AVX2__
#include <immintrin.h>

/* fdb_hash() of four keys, its upper halves: 64x64 bits multiplied by parts of 32. */
static inline __m256i fdb_hash_four(const struct fdb_table *t, __m256i key)
{
	const __m256i zero = _mm256_setzero_si256();
	const __m256i b = _mm256_set1_epi64x((int64_t)t->secret[1]);
	const __m256i b_high = _mm256_set1_epi64x((int64_t)(t->secret[1] >> 32));
	const __m256i c = _mm256_set1_epi64x((int64_t)t->secret[2]);
	const __m256i c_high = _mm256_set1_epi64x((int64_t)(t->secret[2] >> 32));
	__m256i a = _mm256_xor_si256(key, _mm256_set1_epi64x((int64_t)t->secret[0]));
	__m256i a_high = _mm256_srli_epi64(a, 32);
	__m256i low = _mm256_mul_epu32(a, b);
	__m256i mid = _mm256_add_epi64(_mm256_mul_epu32(a, b_high), _mm256_srli_epi64(low, 32));
	__m256i mid2 =
		_mm256_add_epi64(_mm256_mul_epu32(a_high, b), _mm256_blend_epi32(mid, zero, 0xaa));
	__m256i high = _mm256_add_epi64(_mm256_mul_epu32(a_high, b_high),
		_mm256_add_epi64(_mm256_srli_epi64(mid, 32), _mm256_srli_epi64(mid2, 32)));
	__m256i fold =
		_mm256_xor_si256(_mm256_blend_epi32(low, _mm256_slli_epi64(mid2, 32), 0xaa), high);
	__m256i crossed = _mm256_add_epi64(
		_mm256_mul_epu32(fold, c_high), _mm256_mul_epu32(_mm256_srli_epi64(fold, 32), c));

	/* Above 32 bits is what does not fit the product. */
	return _mm256_add_epi64(crossed, _mm256_srli_epi64(_mm256_mul_epu32(fold, c), 32));
}

#endif
#endif
