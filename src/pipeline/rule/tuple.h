/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tuple: a hash of the rules whose masks have at least the bits of the tuple's, by the packet's bits under
 * it. A slot of a bucket is a chain of the rules that agree in those bits, highest priority first, and 16 bits
 * of their hash. Rules of one mask alone, no two alike, have chains of one.
 *
 * Readers take no lock and see each slot and each link whole; they need nothing of the order in which they change:
 * what is visible at a version is in place before the version comes, and stays until nobody reads it.
 *
 * room: pipeline (private). Writer: control. Readers: workers.
 */
#ifndef RULE_TUPLE_H
#define RULE_TUPLE_H

#ifdef __SSE4_1__
#include <immintrin.h>
#endif

#include "hash.h"
#include "ready.h"

#define RULE_SLOTS	7
#define RULE_SIGN_SHIFT 48
#define RULE_POINTER	((1ull << RULE_SIGN_SHIFT) - 1)

struct rule_bucket {
	uint64_t slot[RULE_SLOTS]; /* sign << 48 | first rule of the chain; 0: free */
	struct rule_bucket *more;  /* where it was full */
} __rte_cache_aligned;

struct rule_buckets {
	uint64_t mask;	 /* buckets - 1 */
	uint64_t mapped; /* from here control's: bytes, when it is no piece of the heap */
	struct rule_limbo limbo;
	struct rule_more *more; /* buckets for where one is full */
	struct rule_ready ready;
	struct rule_bucket bucket[] __rte_cache_aligned;
};

struct rule_tuple {
	struct rule_buckets *hash;
	const struct rule_mask *mask;
	uint8_t link; /* which of sw_rule.next */

	uint16_t best; /* no rule has a higher priority, */

	uint32_t n_best;   /* from here control's: and so many have it; 0: it may be less */
	uint16_t place[2]; /* in the sieve of that side */
	uint32_t left;	   /* rules that went since that was found out */
	uint32_t keys, rules, groups;
	struct rule_buckets
		*growing; /* what hash will be; its buckets below moved are there already */
	uint64_t moved;
	struct rule_limbo limbo;
	struct rule_tuple *next, **at; /* of the table */
};

/* The low bits choose the bucket, the high ones are the sign in its place in a slot, never 0. */
static inline uint64_t rule_sign(uint64_t hash)
{
	return (hash | 1ull << RULE_SIGN_SHIFT) & ~RULE_POINTER;
}

/* Which slots have the sign, as bits. */
static inline unsigned rule_signed(const struct rule_bucket *b, uint64_t sign)
{
#if defined(__AVX2__) && !defined(__SANITIZE_THREAD__)
	__m256i want = _mm256_set1_epi64x((int64_t)(sign >> RULE_SIGN_SHIFT));
	__m256i low =
		_mm256_srli_epi64(_mm256_load_si256((const __m256i *)&b->slot[0]), RULE_SIGN_SHIFT);
	__m256i high =
		_mm256_srli_epi64(_mm256_load_si256((const __m256i *)&b->slot[4]), RULE_SIGN_SHIFT);
	unsigned hit = _mm256_movemask_pd((__m256d)_mm256_cmpeq_epi64(low, want));

	hit |= _mm256_movemask_pd((__m256d)_mm256_cmpeq_epi64(high, want)) << 4;
	return hit; /* `more` is no match: its high bits are 0 */
#elif defined(__SSE4_1__) && !defined(__SANITIZE_THREAD__)
	__m128i want = _mm_set1_epi64x((int64_t)(sign >> RULE_SIGN_SHIFT));
	unsigned hit = 0;

	for (unsigned i = 0; i < 8; i += 2) {
		__m128i two = _mm_srli_epi64(
			_mm_load_si128((const __m128i *)&b->slot[i]), RULE_SIGN_SHIFT);

		hit |= (unsigned)_mm_movemask_pd((__m128d)_mm_cmpeq_epi64(two, want)) << i;
	}
	return hit;
#else
	unsigned hit = 0;

	for (unsigned i = 0; i < RULE_SLOTS; i++)
		hit |= (unsigned)(__atomic_load_n(&b->slot[i], __ATOMIC_RELAXED) >>
					  RULE_SIGN_SHIFT ==
				  sign >> RULE_SIGN_SHIFT)
		       << i;
	return hit;
#endif
}

static inline struct sw_rule *rule_in_slot(const struct rule_bucket *b, unsigned i)
{
	return (struct sw_rule *)(__atomic_load_n(&b->slot[i], __ATOMIC_ACQUIRE) & RULE_POINTER);
}

#endif
