/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table: hash and lookup, inline for the programs, and what its writers (fdb.c on workers,
 * fdb_ctl.c on control) share. Layout and rules: fdb_table.h.
 *
 * room: pipeline (private). Thread: lookups any; the rest as each line says.
 */
#ifndef PIPELINE_FDB_H
#define PIPELINE_FDB_H

#include <rte_atomic.h>

#include "fdb_match.h"
#include "fdb_table.h"

static inline uint64_t fdb_key(uint16_t vid, uint64_t mac)
{
	return FDB_KEY_LIVE | (uint64_t)vid << FDB_VLAN_SHIFT | mac;
}

/*
 * Keyed, so that who does not know the secret cannot aim at a bucket: a 64x64 multiply folded, and one
 * more, because after a single one addresses that count up fall into a pattern for some secrets (seen:
 * five times as many full buckets as by chance).
 */
static inline uint64_t fdb_hash(const struct fdb_table *t, uint64_t key)
{
	unsigned __int128 product = (unsigned __int128)(key ^ t->secret[0]) * t->secret[1];

	return ((uint64_t)product ^ (uint64_t)(product >> 64)) * t->secret[2];
}

static inline struct fdb_bucket *fdb_first(const struct fdb_table *t, uint64_t hash)
{
	return &t->buckets[hash >> 32 & t->mask];
}

/* The other bucket of a key that lives, or may live, in b: never b itself, and the way back too. */
static inline struct fdb_bucket *fdb_other(
	const struct fdb_table *t, const struct fdb_bucket *b, uint64_t hash)
{
	return &t->buckets[((uint64_t)(b - t->buckets) ^ (hash >> 16 | 1)) & t->mask];
}

/* A slot of the bucket that holds the key, or -1; only a hint unless the bucket is locked. */
static inline int fdb_slot(const struct fdb_bucket *b, uint64_t key)
{
	for (int i = 0; i < FDB_WAYS; i++)
		if (__atomic_load_n(&b->key[i], __ATOMIC_RELAXED) == key)
			return i;
	return -1;
}

/* Second try, and the second bucket; out of line. */
uint32_t fdb_find_slow(const struct fdb_table *t, uint64_t key);

/* One bucket read once: the value or FDB_MISS, and the word it was read under. False: try again. */
static inline bool fdb_read(const struct fdb_bucket *b, uint64_t key, uint32_t *val, uint32_t *word)
{
	uint32_t before = __atomic_load_n(&b->word, __ATOMIC_ACQUIRE);
	unsigned hit = fdb_match(b, key);

	*val = hit ? __atomic_load_n(&b->val[__builtin_ctz(hit)], __ATOMIC_ACQUIRE) : FDB_MISS;
	*word = before;
	/* One jump for both: none is taken but when a writer is here. */
	return !((before & FDB_LOCKED) | (__atomic_load_n(&b->word, __ATOMIC_RELAXED) ^ before));
}

/* The value of a key, alive or not, or FDB_MISS. Worker or control. b is its first bucket. */
static inline uint32_t fdb_find(const struct fdb_table *t, const struct fdb_bucket *b, uint64_t key)
{
	uint32_t val, word;

	if (unlikely(!fdb_read(b, key, &val, &word) ||
		     (val == FDB_MISS && (word & FDB_OVERFLOW_MASK))))
		return fdb_find_slow(t, key);
	return val;
}

static inline bool fdb_alive(const struct fdb_table *t, uint32_t val)
{
	return val & FDB_STATIC ||
	       (val & FDB_STAMP_MASK) ==
		       __atomic_load_n(&t->stamp[val & FDB_PORT_MASK], __ATOMIC_RELAXED);
}

/* The value a station that is up to date has: seen this second on this port. */
static inline uint32_t fdb_fresh(const struct fdb_table *t, uint16_t port, uint32_t now_s)
{
	return __atomic_load_n(&t->stamp[port], __ATOMIC_RELAXED) | (now_s & FDB_AGE_MASK)
									    << FDB_AGE_SHIFT;
}

/* Seconds since the entry was seen. */
static inline uint32_t fdb_age(uint32_t val, uint32_t now_s)
{
	uint32_t age = (now_s - (val >> FDB_AGE_SHIFT)) & FDB_AGE_MASK;

	return age > FDB_AGE_MASK - FDB_FUTURE ? 0 : age;
}

/* Worker: the station was seen on the port and its value `seen` (as found) is not fresh: learn, refresh or
 * move it, or leave it when a bucket is busy. False when there was no room for it. */
bool fdb_learn(
	struct fdb_table *t, struct sw_worker *w, uint64_t key, uint32_t seen, uint16_t port);

/* Write one; counters is the caller's own, w NULL on control. */
enum fdb_result fdb_write(struct fdb_table *t, struct fdb_counters *counters, struct sw_worker *w,
	const struct fdb_put *put);

/* One more in a counter that control reads meanwhile. */
static inline void fdb_count(uint64_t *counter)
{
	__atomic_store_n(counter, *counter + 1, __ATOMIC_RELAXED);
}

bool fdb_trylock(struct fdb_bucket *b);
void fdb_unlock(struct fdb_bucket *b);

/* Of a locked bucket: empty a slot; take a learned, counted entry out; is a value counted? */
void fdb_clear_slot(struct fdb_table *t, struct fdb_bucket *b, unsigned slot);
void fdb_take_out(struct fdb_table *t, struct fdb_bucket *b, unsigned slot);
bool fdb_counted(const struct fdb_table *t, uint32_t val);

#endif
