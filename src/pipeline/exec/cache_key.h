/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a packet to its key: which class, then its first bytes under the mask of the class, hashed. The hash is keyed at
 * start, so that nobody can aim at a bucket: products of pairs of words, folded and summed, and one more
 * multiplication.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_CACHE_KEY_H
#define PIPELINE_EXEC_CACHE_KEY_H

#include <string.h>

#include "../fold.h"
#include "cache.h"
#include "cache_class.h"

/* Whose keys are made. */
struct cache_reader {
	const struct cache_masks *masks;
	uint64_t owner, base; /* base: its part of all hashes */
};

static inline struct cache_reader cache_reader(const struct cache_masks *masks, uint64_t owner)
{
	return (struct cache_reader){ masks, owner,
		fold(cache_secret.owner[0] ^ owner, cache_secret.owner[1]) };
}

static inline uint64_t cache_hash_lane(const struct cache_key *key, unsigned i)
{
	const uint64_t *s = &cache_secret.lane[2 * i];

	return fold(s[0] ^ key->lane[i][0], s[1] ^ key->lane[i][1]);
}

static inline uint64_t cache_hash_of(const struct cache_key *key, uint64_t base)
{
	uint64_t sum = base + cache_secret.class[key->class] + cache_hash_lane(key, 0) +
		       cache_hash_lane(key, 1);

	for (unsigned i = CACHE_NEAR; unlikely(i < key->n); i++)
		sum += cache_hash_lane(key, i);
	sum *= cache_secret.end;
	return sum ^ sum >> 32;
}

/* Of a packet of no class, where rules ask for lengths or not, and of one whose key is not its bytes alone; in a file of its own, as it is
 * long and seldom. */
void cache_key_odd(struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m);
void cache_key_odd_long(
	struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m);
void cache_key_beside(struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m,
	unsigned class);

static inline void cache_key_lane(
	struct cache_key *key, const struct cache_layout *layout, const uint8_t *p, unsigned i)
{
	cache_lane lane;

	memcpy(&lane, p + layout->at[i] * sizeof(lane), sizeof(lane));
	key->lane[i] = lane & layout->mask[i];
}

/* All but its hash. */
static __rte_always_inline void cache_key_bytes(struct cache_key *key, const struct cache_reader *r,
	const struct cache_layout *layout, const uint8_t *p)
{
	key->owner = r->owner;
	key->n = layout->n;
	cache_key_lane(key, layout, p, 0);
	cache_key_lane(key, layout, p, 1);
	for (unsigned i = CACHE_NEAR; unlikely(i < layout->n); i++)
		cache_key_lane(key, layout, p, i);
}

static inline bool cache_key_fits(const struct rte_mbuf *m)
{
	return m->data_off + CACHE_LANES * sizeof(cache_lane) <= m->buf_len;
}

/*
 * Bytes behind the packet that are loaded are of its buffer, and under no mask: a class has the headers it reads. A buffer
 * is longer than what is loaded, wherever in its headroom the packet begins.
 */
static inline void cache_key_make(
	struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned class = cache_class_of(m, p);

	if (unlikely(class == CACHE_NONE)) {
		r->masks->key_odd(key, r, m);
		return;
	}
	if (unlikely(r->masks->layout[class].beside || !cache_key_fits(m))) {
		cache_key_beside(key, r, m, class);
		return;
	}
	key->class = class;
	cache_key_bytes(key, r, &r->masks->layout[class], p);
	key->hash = cache_hash_of(key, r->base);
}

#endif
