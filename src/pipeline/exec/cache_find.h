/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding entries of the flow cache: a burst's buckets are fetched first, then the entries their signs point to, then these
 * are compared.
 *
 * room: pipeline (private). Thread: the worker that the cache is of.
 */
#ifndef PIPELINE_EXEC_CACHE_FIND_H
#define PIPELINE_EXEC_CACHE_FIND_H

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "cache.h"

/* Have the bucket of a key on the way; then, when it is there, the entry that the sign of the key points to. */
static inline void cache_fetch(const struct cache *c, const struct cache_key *key)
{
	rte_prefetch0(&c->bucket[key->hash & c->mask]);
}

#define CACHE_USED 1 /* in a sign */

/* Without CACHE_USED, and never 0. */
static inline uint16_t cache_sign(const struct cache_key *key)
{
	return ((uint16_t)(key->hash >> 48) & ~CACHE_USED) | 2;
}

/* In which ways a sign under the mask is this one: a bit each. */
static inline unsigned cache_ways(const struct cache_signs *signs, uint16_t mask, uint16_t sign)
{
#ifdef __SSE2__
	__m128i all = _mm_load_si128((const __m128i *)signs->of);
	__m128i same = _mm_cmpeq_epi16(
		_mm_and_si128(all, _mm_set1_epi16((short)mask)), _mm_set1_epi16((short)sign));

	return _mm_movemask_epi8(_mm_packs_epi16(same, _mm_setzero_si128()));
#else
	unsigned found = 0;

	for (unsigned i = 0; i < CACHE_WAYS; i++)
		found |= (unsigned)((signs->of[i] & mask) == sign) << i;
	return found;
#endif
}

static inline unsigned cache_signed(const struct cache_signs *signs, uint16_t sign)
{
	return cache_ways(signs, (uint16_t)~CACHE_USED, sign);
}

/* A sign that is there is never taken away but by another: a bucket that is full stays so. */
static inline bool cache_is_full(const struct cache_bucket *b)
{
	return !cache_ways(&b->signs, UINT16_MAX, 0);
}

/* Where an entry goes when its bucket is full; seldom, as a cache grows when it is half full. */
static inline uint64_t cache_second(const struct cache *c, const struct cache_key *key)
{
	return (key->hash ^ cache_sign(key) * 0x9e3779b1ull) & c->mask;
}

static inline void cache_use(struct cache_bucket *b, unsigned way)
{
	if (unlikely(!(b->signs.of[way] & CACHE_USED)))
		b->signs.of[way] |= CACHE_USED;
}

/* Of a way with a sign. */
static inline struct cache_entry *cache_at(const struct cache *c, uint64_t b, unsigned way)
{
	return cache_entry(c, b, c->bucket[b].at[way]);
}

/* Most likely the entry of the key, not looked at yet; NULL: it is not in its first bucket. whole: what tells whether it still holds
 * is fetched, too. */
static inline struct cache_entry *cache_fetch_entry(
	struct cache *c, const struct cache_key *key, bool whole)
{
	uint64_t b = key->hash & c->mask;
	unsigned ways = cache_signed(&c->bucket[b].signs, cache_sign(key)), way;
	struct cache_entry *e;

	if (unlikely(!ways))
		return NULL;
	way = __builtin_ctz(ways);
	e = cache_at(c, b, way);
	rte_prefetch0(e);
	if (whole || key->n > CACHE_NEAR)
		rte_prefetch0(cache_rest(c, e));
	cache_use(&c->bucket[b], way);
	return e;
}

/* What says whether a key was seen lately that has no entry. */
static inline void cache_fetch_ghosts(const struct cache *c, const struct cache_key *key)
{
	if (key->class != CACHE_NONE)
		rte_prefetch0(&c->ghosts[key->hash & c->mask]);
}

static inline bool cache_is_of(
	const struct cache *c, const struct cache_entry *e, const struct cache_key *key)
{
	cache_lane near = (e->lane[0] ^ key->lane[0]) | (e->lane[1] ^ key->lane[1]);
	uint64_t other = (e->owner ^ key->owner) | (uint64_t)(e->class ^ key->class);

	for (unsigned i = CACHE_NEAR; unlikely(i < key->n); i++)
		near |= cache_rest(c, e)->lane[i - CACHE_NEAR] ^ key->lane[i];
	return !(other | near[0] | near[1]);
}

static inline struct cache_entry *cache_find_in(
	struct cache *c, uint64_t b, const struct cache_key *key)
{
	unsigned ways = cache_signed(&c->bucket[b].signs, cache_sign(key));

	for (; ways; ways &= ways - 1) {
		unsigned way = __builtin_ctz(ways);
		struct cache_entry *e = cache_at(c, b, way);

		if (unlikely(!cache_is_of(c, e, key)))
			continue;
		cache_use(&c->bucket[b], way);
		return e;
	}
	return NULL;
}

/* The entry of the key, whether or not it still holds, or NULL. */
static inline struct cache_entry *cache_find(struct cache *c, const struct cache_key *key)
{
	uint64_t b = key->hash & c->mask;
	struct cache_entry *e = cache_find_in(c, b, key);

	if (e || likely(!cache_is_full(&c->bucket[b])))
		return e;
	return cache_find_in(c, cache_second(c, key), key);
}

/* Does the entry hold for rules of the version that a walk would read? */
static inline bool cache_holds(struct cache *c, struct cache_entry *e, const struct walk *walk)
{
	return likely(e->version == walk->reader.version) || cache_still_holds(c, e, walk);
}

#endif
