/* SPDX-License-Identifier: BSD-3-Clause */
/* See wish.h. Workers. */
#include "wish.h"

#include <sw/learn.h>

#include "../rule/limit.h"
#include "../rule/store.h"
#include "packet_in.h"
#include "run_move.h"
#include "walk.h"

struct wish_ring *wish_rings[SW_WORKER_MAX + 1];

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* Under the mask. */
static uint64_t copy_fields(
	struct sw_fields *to, const struct sw_fields *from, const struct sw_fields *mask)
{
	const uint64_t *f = (const uint64_t *)from, *m = (const uint64_t *)mask;
	uint64_t *t = (uint64_t *)to, h = 1;

	for (unsigned i = 0; i < sizeof(*to) / 8; i++) {
		t[i] = f[i] & m[i];
		h = mix(h, t[i]);
	}
	return h;
}

static bool was_asked(const struct wish_ring *ring, uint64_t hash, uint64_t changed, uint32_t now_s)
{
	const struct wish_recent *r = &ring->recent[hash % WISH_RECENT];

	return r->hash == hash && r->changed == changed && r->second == now_s;
}

static void note_asked(struct wish_ring *ring, uint64_t hash, uint64_t changed, uint32_t now_s)
{
	ring->recent[hash % WISH_RECENT] = (struct wish_recent){ hash, changed, now_s };
}

/* Does a wish wait that has a place of the limit for what is asked? Older ones are behind younger in a chain, and done before. */
static bool is_waiting(const struct wish_ring *ring, uint64_t hash, uint32_t limit)
{
	uint32_t waiting = ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE);
	uint32_t at = ring->chain[hash % WISH_RECENT];

	for (unsigned n = 0; n < WISH_RING && ring->head - 1 - at < waiting; n++) {
		const struct wish_asked *a = &ring->asked[at % WISH_RING];

		if (a->hash == hash && a->limit == limit)
			return true;
		at = a->before;
	}
	return false;
}

static void note_waiting(struct wish_ring *ring, uint64_t hash, uint32_t limit)
{
	uint32_t *chain = &ring->chain[hash % WISH_RECENT];

	ring->asked[ring->head % WISH_RING] = (struct wish_asked){ hash, limit, *chain };
	*chain = ring->head;
}

static void tell(struct sw_worker *w, struct wish_ring *ring)
{
	__atomic_store_n(&ring->head, ring->head + 1, __ATOMIC_RELEASE);
	__atomic_store_n(&ring->told, ring->told + 1, __ATOMIC_RELAXED);
	ring->late.run = packet_in_wake;
	sw_late_add(w, &ring->late);
}

/* The next of the ring with what all have, or NULL: full. */
static struct wish *next(struct walk *walk, struct wish_ring *ring)
{
	struct wish *wish = &ring->wish[ring->head % WISH_RING];

	if (unlikely(ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) == WISH_RING)) {
		__atomic_store_n(&ring->lost, ring->lost + 1, __ATOMIC_RELAXED);
		return NULL;
	}
	wish->rules = walk->prog->rules;
	wish->serial = walk->prog->rules->serial;
	return wish;
}

uint32_t wish_place(const struct sw_worker *w)
{
	const struct wish_ring *ring = wish_rings[w->id];

	return ring ? ring->head : 0;
}

bool wish_has_room(const struct sw_worker *w, unsigned n)
{
	const struct wish_ring *ring = wish_rings[w->id];
	uint32_t used = ring ? ring->head - __atomic_load_n(&ring->tail, __ATOMIC_ACQUIRE) : 0;

	return used + RTE_MIN(n, (unsigned)WISH_RING) <= WISH_RING;
}

/* What the rule would match. */
static bool is_there(struct walk *walk, const struct learner *learner)
{
	const struct sw_learn *l = learner->learn;
	struct sw_match match = { .mask = learner->mask };

	for (unsigned i = 0; i < l->n; i++)
		if (l->specs[i].what == SW_LEARN_MATCH)
			walk_spec(walk, &l->specs[i], &match.value);
	return rule_is_there(
		walk->prog->rules, walk->reader.version, l->table, &match, l->priority, l->cookie);
}

enum room { ROOM, ROOM_WAITS, ROOM_NONE };

/* For one rule more, or for what is there already, or for what a wish that waits has a place for; one may be taken for it (id, or 0). */
static enum room make_room(
	struct walk *walk, const struct learner *learner, uint64_t hash, uint32_t *id)
{
	const struct wish_ring *ring = wish_rings[walk->x->w->id];
	const struct sw_learn *l = learner->learn;
	struct rule_limit *limit;

	*id = 0;
	if (!l->limit)
		return ROOM;
	limit = rule_limit_find(walk->prog->rules, l->table, l->cookie);
	if (!limit)
		return ROOM_NONE;
	if (is_there(walk, learner))
		return ROOM;
	if (is_waiting(ring, hash, limit->id))
		return ROOM_WAITS;
	if (!rule_limit_take(limit, l->limit))
		return ROOM_NONE;
	*id = limit->id;
	return ROOM;
}

static uint64_t hash_asked(
	const struct walk *walk, const struct learner *learner, struct sw_fields *fields)
{
	return mix(copy_fields(fields, &walk->fields, &learner->reads), learner->id);
}

/* As it would be, without a wish. */
static bool would_learn(struct walk *walk, const struct learner *learner)
{
	const struct sw_learn *l = learner->learn;
	const struct rule_limit *limit;
	struct sw_fields fields;

	if (!l->limit)
		return true;
	limit = rule_limit_find(walk->prog->rules, l->table, l->cookie);
	if (!limit || is_there(walk, learner))
		return limit;
	return walk->ear
		       ? walk->ear->place(walk, limit, l->limit, hash_asked(walk, learner, &fields))
		       : rule_limit_has_room(limit, l->limit);
}

bool wish_learn(struct walk *walk, const struct learner *learner)
{
	struct sw_worker *w = walk->x->w;
	struct wish_ring *ring = wish_rings[w->id];
	struct wish *wish = unlikely(!ring) ? NULL : next(walk, ring);
	uint64_t hash, changed = rules_changed(walk->prog->rules, learner->learn->table);
	enum room room;

	walk->timed = true;
	walk->once |= !wish; /* the next packet asks again */
	if (!wish)
		return !ring && would_learn(walk, learner);
	wish->learner = learner->id;
	hash = hash_asked(walk, learner, &wish->fields);
	if (was_asked(ring, hash, changed, w->now_s))
		return true;
	wish->table = learner->learn->table;
	wish->cookie = learner->learn->cookie;
	room = make_room(walk, learner, hash, &wish->limit);
	if (room == ROOM_NONE)
		return false;
	note_asked(ring, hash, changed, w->now_s);
	if (room == ROOM_WAITS)
		return true;
	if (wish->limit)
		note_waiting(ring, hash, wish->limit);
	tell(w, ring);
	return true;
}

/* The rule whose actions are done: of a packet that was resumed it may be gone. */
static struct rule_ref acting(const struct walk *walk)
{
	if (walk->rule)
		return rule_ref(walk->rule);
	return walk->as ? walk->as->rule : (struct rule_ref){ 0 };
}

void wish_fin(struct walk *walk, uint16_t idle, uint16_t hard)
{
	struct sw_worker *w = walk->x->w;
	struct wish_ring *ring = wish_rings[w->id];
	struct wish *wish = unlikely(!ring) ? NULL : next(walk, ring);
	struct rule_ref rule = acting(walk);
	uint64_t hash, changed;

	walk->timed = true;
	walk->once |= !wish;
	if (!wish || !rule.begin)
		return;
	hash = mix(mix((uintptr_t)walk->prog->rules, rule.begin),
		(uint64_t)rule.pos << 16 | rule.slot << 8 | rule.table);
	hash = mix(hash, (uint64_t)idle << 16 | hard);
	changed = rules_changed(walk->prog->rules, rule.table);
	if (was_asked(ring, hash, changed, w->now_s))
		return;
	wish->learner = wish->limit = 0;
	wish->rule = rule;
	wish->idle = idle;
	wish->hard = hard;
	note_asked(ring, hash, changed, w->now_s);
	tell(w, ring);
}
