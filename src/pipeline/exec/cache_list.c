/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow cache: lists of what walks came to, shared by entries.
 *
 * The worker that it is of.
 */
#include <string.h>

#include <sw/drop.h>

#include "cache_find.h"
#include "cache_in.h"
#include "coded.h"
#include "pause.h"

SW_USE(drop, fragment);

#define SWEEP 2 /* buckets that are looked at for a list or a room, at most, when there is none */

static uint32_t mix(uint32_t hash, uint64_t v)
{
	v = (v ^ hash) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(v >> 32) ^ (uint32_t)v;
}

static bool is_out(const struct cache_stock *s)
{
	return !s->back && s->begun == s->n;
}

/* Of a stock that is not out; next: after the first that came back, if one did. */
static uint32_t take_one(struct cache_stock *s, uint32_t next)
{
	uint32_t index = s->back ? s->back : ++s->begun;

	s->back = next;
	s->used++;
	return index;
}

static uint32_t take_list(struct cache *c)
{
	uint32_t back = c->lists.back;

	return take_one(&c->lists, back ? c->list[back - 1].next : 0);
}

static uint32_t take_room(struct cache *c)
{
	uint32_t back = c->rooms.back;

	return take_one(&c->rooms, back ? c->room[back - 1].next : 0);
}

static void give_back(struct cache_stock *s, uint32_t index, uint32_t *next)
{
	s->used--;
	*next = s->back;
	s->back = index;
}

static uint32_t hash_walk(const struct walk *walk, uint32_t why)
{
	uint32_t hash = mix(why, walk->n_ops << 16 | walk->n_hits);

	for (unsigned i = 0; i < walk->n_ops; i++)
		for (unsigned k = 0; k < sizeof(struct op) / 8; k++)
			hash = mix(hash, ((const uint64_t *)&walk->ops[i])[k]);
	for (unsigned i = 0; i < walk->n_hits; i++)
		hash = mix(hash, (uintptr_t)walk->hits[i]);
	for (unsigned k = 0; unlikely(walk->left) && k < walk->left->size / 8; k++)
		hash = mix(hash, ((const uint64_t *)walk->left)[k]);
	return hash;
}

/* The serial of masks that it holds for alone. */
static uint32_t masks_of(const struct walk *walk)
{
	return unlikely(walk->left || walk->resumed) ? walk->masks->serial : 0;
}

/* What is left points to ops of the codes that it owns. They are those that the list was made with if none is younger. */
static bool leaves_same(const struct cache_list *l, const struct sw_pause *left)
{
	if (!left)
		return !l->recirc;
	if (!l->recirc || cache_list_left(l)->size != left->size ||
		memcmp(cache_list_left(l), left, left->size))
		return false;
	for (unsigned i = 0; i < left->n_owners; i++)
		if (pause_owners(left)[i]->serial > l->born)
			return false;
	return true;
}

struct tables {
	uint64_t bit[4];
};

/* Those that have to stay as they are: that it looked into, and one of those that brought packets to where they are looked for again, as what
 * makes all void is noted by tables. */
static struct tables holds_by(const struct walk *walk)
{
	struct tables t;
	uint8_t from;

	memcpy(t.bit, walk->tables, sizeof(t.bit));
	if (likely(!walk->resumed))
		return t;
	from = pause_frames(walk->resumed)->table;
	t.bit[from / 64] |= 1ull << from % 64;
	return t;
}

static bool list_is(
	const struct cache *c, const struct cache_list *l, const struct walk *walk, uint32_t why)
{
	const struct tables tables = holds_by(walk);

	return l->why == why && l->n_ops == walk->n_ops && l->n_hits == walk->n_hits &&
	       l->rules == walk->prog->rules && l->masks == masks_of(walk) &&
	       !memcmp(l->tables, tables.bit, sizeof(l->tables)) &&
	       !memcmp(l->ops, walk->ops, walk->n_ops * sizeof(l->ops[0])) &&
	       !memcmp(cache_hits(c, l), walk->hits, walk->n_hits * sizeof(walk->hits[0])) &&
	       leaves_same(l, walk->left);
}

void cache_list_free(struct cache *c, struct cache_list *l)
{
	uint32_t index = l - c->list + 1, *at = &c->list_head[l->hash & (c->lists.n - 1)];

	if (unlikely(l->room))
		give_back(&c->rooms, l->room, &c->room[l->room - 1].next);
	while (*at != index)
		at = &c->list[*at - 1].next;
	*at = l->next;
	give_back(&c->lists, index, &l->next);
}

/* Is there one? When all are taken a hand goes round until one comes back, and entries that were not used since it came last give
 * theirs. */
static bool have_one(struct cache *c, const struct cache_stock *s)
{
	for (unsigned n = 0; n < SWEEP && is_out(s); n++) {
		uint64_t b = c->sweep++ & c->mask;
		struct cache_signs *signs = &c->bucket[b].signs;

		for (unsigned way = 0; way < CACHE_WAYS; way++) {
			struct cache_entry *e = cache_at(c, b, way);

			if (signs->of[way] && !(signs->of[way] & CACHE_USED) &&
				e->flags & CACHE_LISTED)
				cache_forget(c, e);
		}
		cache_age(signs);
	}
	return !is_out(s);
}

/* The tables that count its packets: one that was looked into again and again counts once where no rule was hit. */
static void note_missed(struct cache_list *l, const struct walk *walk)
{
	memcpy(l->missed, walk->tables, sizeof(l->missed));
	for (unsigned i = 0; i < walk->n_hits; i++)
		l->missed[walk->hits[i]->table / 64] &= ~(1ull << walk->hits[i]->table % 64);
	if (l->why == SW_ID(drop, fragment)) /* dropped before the first */
		memset(l->missed, 0, sizeof(l->missed));
}

/* By a number of its own. */
static void fill_left(struct cache_list *l, struct op *ops, const struct walk *walk)
{
	static uint64_t last[SW_WORKER_MAX];

	l->recirc = 0;
	if (likely(!walk->left))
		return;
	memcpy(ops + walk->n_ops, walk->left, walk->left->size);
	l->recirc = ++last[walk->reader.worker];
	l->born = __atomic_load_n(&code_serial, __ATOMIC_ACQUIRE);
}

static void fill_list(struct cache *c, struct cache_list *l, const struct walk *walk)
{
	struct cache_room *room = l->room ? &c->room[l->room - 1] : NULL;
	struct op *ops = room ? room->ops : l->few_ops;
	const struct tables tables = holds_by(walk);

	memcpy(ops, walk->ops, walk->n_ops * sizeof(*ops));
	memcpy(room ? room->hits : l->few_hits, walk->hits, walk->n_hits * sizeof(walk->hits[0]));
	memcpy(l->tables, tables.bit, sizeof(l->tables));
	l->ops = ops;
	l->n_ops = walk->n_ops;
	l->n_hits = walk->n_hits;
	l->rules = walk->prog->rules;
	l->masks = masks_of(walk);
	fill_left(l, ops, walk);
	note_missed(l, walk);
}

/* A list with room for all of the walk; NULL: there is none. */
static struct cache_list *new_list(struct cache *c, const struct walk *walk)
{
	bool large = walk->n_ops > CACHE_OPS || walk->n_hits > CACHE_HITS || walk->left;
	struct cache_list *l;

	if ((unlikely(large) && !have_one(c, &c->rooms)) || !have_one(c, &c->lists))
		return NULL;
	l = &c->list[take_list(c) - 1];
	l->room = unlikely(large) ? take_room(c) : 0;
	cache_note_full(c);
	return l;
}

uint32_t cache_list_get(struct cache *c, const struct walk *walk, uint32_t why)
{
	uint32_t hash = hash_walk(walk, why), *head = &c->list_head[hash & (c->lists.n - 1)];
	struct cache_list *l;

	for (uint32_t index = *head; index; index = l->next) {
		l = &c->list[index - 1];
		if (l->hash == hash && list_is(c, l, walk, why)) {
			l->refs++;
			return index;
		}
	}
	l = new_list(c, walk);
	if (!l)
		return 0;
	l->refs = 1;
	l->hash = hash;
	l->why = why;
	fill_list(c, l, walk);
	l->next = *head;
	*head = l - c->list + 1;
	return *head;
}
