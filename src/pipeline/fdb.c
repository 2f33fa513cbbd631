/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The station table as workers write it: learning, refreshing, moving.
 *
 * Any worker, several at once. What is kept true:
 * - A key is in at most one slot: whoever inserts it holds its first bucket, and looks in both.
 * - Locks are only tried. A busy bucket means "not now"; the next packet of the station learns. So no
 *   worker ever waits for another, and no order of locks is needed.
 * - `current` is reserved before a slot is written and given back after it is cleared, and each
 *   learned station is counted on its port in the generation it carries; so a flush, which takes the
 *   port's whole count at once, and a late clearing of one of its stations never count it twice.
 * - Refreshing an age is one compare-and-swap on the value, without the lock: if the slot was given to
 *   another station meanwhile the values differ, and if they do not, that station is as fresh.
 *
 * IEEE 802.1Q-2018 clauses 8.7 (learning) and 8.8 (filtering database).
 */
#include "fdb.h"

#include <rte_pause.h>

#include <sw/event.h>

SW_USE(event, fdb_move);
SW_USE(event, fdb_refused);

#define EVENTS_PER_SECOND 16 /* of one table from one worker */
#define VICTIM_BUCKETS	  16 /* looked at, beyond the station's own two, for room in a full table */

/* One station on its way into the table. */
struct insert {
	struct fdb_table *t;
	struct fdb_counters *counters;
	uint64_t key, hash;
	struct fdb_bucket *first;  /* locked */
	struct fdb_bucket *second; /* locked when has_second */
	bool has_second;
	uint16_t port;
	uint32_t now_s;
	uint32_t val; /* to write */
};

bool fdb_trylock(struct fdb_bucket *b)
{
	uint32_t word = __atomic_load_n(&b->word, __ATOMIC_RELAXED);

	return !(word & FDB_LOCKED) &&
	       __atomic_compare_exchange_n(&b->word, &word, word | FDB_LOCKED, false,
		       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

void fdb_unlock(struct fdb_bucket *b)
{
	__atomic_fetch_add(&b->word, FDB_LOCKED, __ATOMIC_RELEASE); /* carries into the sequence */
}

/* Count keys of b that live in their second bucket; sticks at the largest. Needs no lock. */
static void overflow_add(struct fdb_bucket *b, int delta)
{
	uint32_t word = __atomic_load_n(&b->word, __ATOMIC_RELAXED);

	do {
		if ((word & FDB_OVERFLOW_MASK) == FDB_OVERFLOW_MASK)
			return;
	} while (!__atomic_compare_exchange_n(
		&b->word, &word, word + delta, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
}

/* Release order: a reader that sees the new key or value also sees the lock bit taken before. */
static void slot_write(struct fdb_bucket *b, unsigned slot, uint64_t key, uint32_t val)
{
	__atomic_store_n(&b->val[slot], val, __ATOMIC_RELEASE);
	__atomic_store_n(&b->key[slot], key, __ATOMIC_RELEASE);
}

void fdb_clear_slot(struct fdb_table *t, struct fdb_bucket *b, unsigned slot)
{
	uint64_t key = b->key[slot];
	struct fdb_bucket *first;

	if (!key)
		return;
	first = fdb_first(t, fdb_hash(t, key));
	__atomic_store_n(&b->key[slot], 0, __ATOMIC_RELEASE);
	if (first != b)
		overflow_add(first, -1);
}

uint32_t fdb_find_slow(const struct fdb_table *t, uint64_t key)
{
	uint64_t hash = fdb_hash(t, key);
	const struct fdb_bucket *first = fdb_first(t, hash);
	const struct fdb_bucket *second = fdb_other(t, first, hash);
	uint32_t val, word;

	/* Bounded: a writer may have lost its core with the lock held. The packet is flooded then. */
	for (unsigned i = 0; i < FDB_RETRIES; i++) {
		bool good = fdb_read(first, key, &val, &word);

		if (good && val == FDB_MISS && (word & FDB_OVERFLOW_MASK))
			good = fdb_read(second, key, &val, &word);
		if (good)
			return val;
		rte_pause();
	}
	return FDB_MISS;
}

/* Count one more station on the port: its stamp, or FDB_MISS when the port is at its limit. */
static uint32_t port_take(struct fdb_table *t, uint16_t port)
{
	uint64_t holds = __atomic_load_n(&t->holds[port], __ATOMIC_RELAXED);
	uint32_t limit = __atomic_load_n(&t->limit[port], __ATOMIC_RELAXED);

	do {
		if ((uint32_t)holds >= limit)
			return FDB_MISS;
	} while (!__atomic_compare_exchange_n(
		&t->holds[port], &holds, holds + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return port | (uint32_t)(holds >> 32 & FDB_GEN_MASK) << FDB_GEN_SHIFT;
}

/* One less on the port of this value; false when a flush had taken it from the count already. */
static bool port_release(struct fdb_table *t, uint32_t val)
{
	uint64_t *at = &t->holds[val & FDB_PORT_MASK];
	uint64_t holds = __atomic_load_n(at, __ATOMIC_RELAXED);

	do {
		if ((holds >> 32 & FDB_GEN_MASK) != (val >> FDB_GEN_SHIFT & FDB_GEN_MASK))
			return false;
	} while (!__atomic_compare_exchange_n(
		at, &holds, holds - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

static uint32_t port_count(const struct fdb_table *t, uint16_t port)
{
	return (uint32_t)__atomic_load_n(&t->holds[port], __ATOMIC_RELAXED);
}

static bool reserve(struct fdb_table *t)
{
	if (__atomic_fetch_add(&t->current, 1, __ATOMIC_RELAXED) < t->max)
		return true;
	__atomic_fetch_sub(&t->current, 1, __ATOMIC_RELAXED);
	return false;
}

static void unreserve(struct fdb_table *t)
{
	__atomic_fetch_sub(&t->current, 1, __ATOMIC_RELAXED);
}

void fdb_take_out(struct fdb_table *t, struct fdb_bucket *b, unsigned slot)
{
	uint32_t val = __atomic_load_n(&b->val[slot], __ATOMIC_RELAXED);

	fdb_clear_slot(t, b, slot);
	if (port_release(t, val))
		unreserve(t);
}

/* As fdb_alive(), but by the count that flushes change first: a writer may overwrite what is not
 * counted, and only that, or the count would keep it for ever. */
bool fdb_counted(const struct fdb_table *t, uint32_t val)
{
	uint64_t holds = __atomic_load_n(&t->holds[val & FDB_PORT_MASK], __ATOMIC_RELAXED);

	return val & FDB_STATIC ||
	       (holds >> 32 & FDB_GEN_MASK) == (val >> FDB_GEN_SHIFT & FDB_GEN_MASK);
}

static bool is_free(const struct fdb_table *t, const struct fdb_bucket *b, unsigned slot)
{
	return !b->key[slot] || !fdb_counted(t, __atomic_load_n(&b->val[slot], __ATOMIC_RELAXED));
}

static int free_slot(const struct fdb_table *t, const struct fdb_bucket *b)
{
	for (int i = 0; i < FDB_WAYS; i++)
		if (is_free(t, b, i))
			return i;
	return -1;
}

/* Put a key into a free slot of a locked bucket. */
static void fill_slot(
	struct fdb_table *t, struct fdb_bucket *b, unsigned slot, uint64_t key, uint32_t val)
{
	fdb_clear_slot(t, b, slot); /* what a flush left there */
	slot_write(b, slot, key, val);
	if (fdb_first(t, fdb_hash(t, key)) != b)
		overflow_add(fdb_first(t, fdb_hash(t, key)), 1);
}

static bool lock_second(struct insert *in)
{
	if (!in->has_second)
		in->has_second = fdb_trylock(in->second);
	return in->has_second;
}

/* Both buckets are full: send one entry of the first to its other bucket. The slot it left, or -1. */
static int displace(struct insert *in)
{
	struct fdb_bucket *b = in->first;

	for (int i = 0; i < FDB_WAYS; i++) {
		uint64_t key = b->key[i];
		struct fdb_bucket *other = fdb_other(in->t, b, fdb_hash(in->t, key));
		int slot;

		if (other == in->second || !fdb_trylock(other))
			continue;
		slot = free_slot(in->t, other);
		if (slot >= 0) {
			uint32_t val = __atomic_load_n(&b->val[i], __ATOMIC_RELAXED);

			fill_slot(in->t, other, slot, key, val);
			fdb_clear_slot(in->t, b, i);
			fdb_unlock(other);
			return i;
		}
		fdb_unlock(other);
	}
	return -1;
}

/* Write the key somewhere; first is locked. */
static enum fdb_result place(struct insert *in)
{
	int slot = free_slot(in->t, in->first);

	if (slot < 0 && !lock_second(in))
		return FDB_BUSY;
	if (slot < 0) {
		slot = free_slot(in->t, in->second);
		if (slot >= 0) {
			fill_slot(in->t, in->second, slot, in->key, in->val);
			return FDB_DONE;
		}
		slot = displace(in);
	}
	if (slot < 0)
		return FDB_FULL;
	fill_slot(in->t, in->first, slot, in->key, in->val);
	return FDB_DONE;
}

/* A learned entry of a locked bucket that has to give way: an expired one, else the oldest of a port
 * with more stations than the learner's (any port for a static entry). The slot, or -1. */
static int victim_in(const struct insert *in, const struct fdb_bucket *b)
{
	uint32_t mine = in->val & FDB_STATIC ? 0 : port_count(in->t, in->port);
	uint32_t oldest = 0;
	int found = -1;

	for (int i = 0; i < FDB_WAYS; i++) {
		uint32_t val = __atomic_load_n(&b->val[i], __ATOMIC_RELAXED);
		uint32_t age = fdb_age(val, in->now_s);

		if (is_free(in->t, b, i) || val & FDB_STATIC)
			continue;
		if (age <= in->t->ageing && port_count(in->t, val & FDB_PORT_MASK) <= mine)
			continue;
		if (found < 0 || age > oldest) {
			oldest = age;
			found = i;
		}
	}
	return found;
}

static bool evict_from(struct insert *in, struct fdb_bucket *b)
{
	int slot = victim_in(in, b);

	if (slot < 0)
		return false;
	/* The lock is on the bucket, but ages are refreshed without it. */
	if (fdb_age(__atomic_load_n(&b->val[slot], __ATOMIC_RELAXED), in->now_s) > in->t->ageing)
		fdb_count(&in->counters->expired);
	else
		fdb_count(&in->counters->evicted);
	fdb_take_out(in->t, b, slot);
	return true;
}

/* Make room in a full table: in the station's own buckets first, where it also frees a slot. */
static bool evict(struct insert *in, bool anywhere)
{
	uint64_t at = in->first - in->t->buckets;

	if (evict_from(in, in->first) || (lock_second(in) && evict_from(in, in->second)))
		return true;
	for (unsigned i = 1; anywhere && i <= VICTIM_BUCKETS; i++) {
		struct fdb_bucket *b = &in->t->buckets[(at + i) & in->t->mask];
		bool done;

		if (b == in->second || b == in->first || !fdb_trylock(b))
			continue;
		done = evict_from(in, b);
		fdb_unlock(b);
		if (done)
			return true;
	}
	return false;
}

/* A key that is not in the table; first is locked. */
static enum fdb_result insert_new(struct insert *in)
{
	struct fdb_table *t = in->t;
	bool is_static = in->val & FDB_STATIC;
	enum fdb_result result;

	if (!is_static &&
		port_count(t, in->port) >= __atomic_load_n(&t->limit[in->port], __ATOMIC_RELAXED))
		return FDB_LIMIT;
	if (!reserve(t) && !(evict(in, true) && reserve(t)))
		return FDB_FULL;
	if (!is_static) {
		uint32_t stamp = port_take(t, in->port);

		if (stamp == FDB_MISS) {
			unreserve(t);
			return FDB_LIMIT;
		}
		in->val = stamp | (in->val & ~FDB_STAMP_MASK);
	}
	result = place(in);
	if (result == FDB_FULL && evict(in, false))
		result = place(in);
	if (result == FDB_DONE) {
		if (is_static)
			__atomic_fetch_add(&t->statics, 1, __ATOMIC_RELAXED);
		return FDB_DONE;
	}
	if (is_static || port_release(t, in->val))
		unreserve(t);
	return result;
}

static void post_event(struct insert *in, struct sw_worker *w, unsigned type, uint16_t from)
{
	struct sw_event_record rec = {
		.type = type, .port = in->port, .arg = in->t->id, .a = in->key, .b = from
	};

	if (!w || !w->events)
		return;
	if (in->counters->event_s != w->now_s) {
		in->counters->event_s = w->now_s;
		in->counters->event_n = 0;
	}
	if (in->counters->event_n++ < EVENTS_PER_SECOND)
		sw_event_post(w->events, &rec);
}

/* The key is in a locked bucket already, learned and alive. */
static enum fdb_result update(
	struct insert *in, struct sw_worker *w, struct fdb_bucket *b, int slot)
{
	uint32_t old = __atomic_load_n(&b->val[slot], __ATOMIC_RELAXED);
	uint32_t stamp = old & FDB_STAMP_MASK;
	bool moves = (old & FDB_PORT_MASK) != in->port;

	if (in->val & FDB_STATIC) {
		slot_write(b, slot, in->key, in->val);
		__atomic_fetch_add(&in->t->statics, 1, __ATOMIC_RELAXED);
		if (!port_release(in->t, old))
			__atomic_fetch_add(&in->t->current, 1, __ATOMIC_RELAXED);
		return FDB_DONE;
	}
	if (moves)
		stamp = port_take(in->t, in->port);
	if (stamp == FDB_MISS)
		return FDB_LIMIT;
	slot_write(b, slot, in->key, stamp | (in->val & ~FDB_STAMP_MASK));
	if (!moves)
		return FDB_DONE;
	/* Between a flush of the old port and now it was not counted in `current`: count it. */
	if (!port_release(in->t, old))
		__atomic_fetch_add(&in->t->current, 1, __ATOMIC_RELAXED);
	fdb_count(&in->counters->moved);
	post_event(in, w, SW_ID(event, fdb_move), old & FDB_PORT_MASK);
	return FDB_DONE;
}

/* Over a static entry: a static one changes its port, a learner has nothing to say. */
static enum fdb_result update_static(struct insert *in, struct fdb_bucket *b, int slot)
{
	if (in->val & FDB_STATIC)
		slot_write(b, slot, in->key, in->val);
	return FDB_DONE;
}

static enum fdb_result write_locked(struct insert *in, struct sw_worker *w)
{
	struct fdb_bucket *b = in->first;
	int slot = fdb_slot(b, in->key);
	enum fdb_result result;

	if (slot < 0 && (__atomic_load_n(&b->word, __ATOMIC_RELAXED) & FDB_OVERFLOW_MASK)) {
		if (!lock_second(in))
			return FDB_BUSY;
		b = in->second;
		slot = fdb_slot(b, in->key);
	}
	if (slot >= 0) {
		uint32_t old = __atomic_load_n(&b->val[slot], __ATOMIC_RELAXED);

		if (old & FDB_STATIC)
			return update_static(in, b, slot);
		if (fdb_counted(in->t, old))
			return update(in, w, b, slot);
		fdb_clear_slot(in->t, b, slot);
	}
	result = insert_new(in);
	if (result == FDB_DONE && w)
		fdb_count(&in->counters->learned);
	return result;
}

enum fdb_result fdb_write(struct fdb_table *t, struct fdb_counters *counters, struct sw_worker *w,
	const struct fdb_put *put)
{
	struct insert in = {
		.t = t,
		.counters = counters,
		.key = put->key,
		.hash = fdb_hash(t, put->key),
		.port = put->port,
		.now_s = put->seen_s,
		.val = (put->seen_s & FDB_AGE_MASK) << FDB_AGE_SHIFT,
	};
	enum fdb_result result;

	if (put->is_static)
		in.val = FDB_STATIC | put->port;
	in.first = fdb_first(t, in.hash);
	in.second = fdb_other(t, in.first, in.hash);
	if (!fdb_trylock(in.first))
		return FDB_BUSY;
	result = write_locked(&in, w);
	if (result == FDB_LIMIT || result == FDB_FULL) {
		if (result == FDB_LIMIT)
			fdb_count(&counters->refused_limit);
		else
			fdb_count(&counters->refused_full);
		post_event(&in, w, SW_ID(event, fdb_refused), result);
	}
	if (in.has_second)
		fdb_unlock(in.second);
	fdb_unlock(in.first);
	return result;
}

/* Only the age is old: no lock, see the head of this file. */
static void refresh(struct fdb_table *t, uint64_t key, uint32_t seen, uint32_t fresh)
{
	uint64_t hash = fdb_hash(t, key);
	struct fdb_bucket *b = fdb_first(t, hash);
	int slot = fdb_slot(b, key);

	if (slot < 0) {
		b = fdb_other(t, b, hash);
		slot = fdb_slot(b, key);
	}
	if (slot >= 0)
		__atomic_compare_exchange_n(
			&b->val[slot], &seen, fresh, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

bool fdb_learn(struct fdb_table *t, struct sw_worker *w, uint64_t key, uint32_t seen, uint16_t port)
{
	uint32_t fresh = fdb_fresh(t, port, w->now_s);
	struct fdb_put put = { .key = key, .port = port, .seen_s = w->now_s };
	enum fdb_result result;

	if (seen != FDB_MISS && !((seen ^ fresh) & FDB_STAMP_MASK)) {
		refresh(t, key, seen, fresh);
		return true;
	}
	if (seen != FDB_MISS && (seen & FDB_STATIC))
		return true;
	result = fdb_write(t, &t->counters[w->id], w, &put);
	return result == FDB_DONE || result == FDB_BUSY;
}
