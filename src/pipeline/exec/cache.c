/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow cache: finding, keeping, replacing.
 *
 * The worker that it is of.
 */
#include "cache_find.h"

#include <string.h>

#include <sw/drop.h>

#include "../group/group.h"

SW_USE(drop, fragment);
SW_USE(drop, rule_drop);

struct cache *caches[SW_WORKER_MAX];
struct cache_secret cache_secret;

bool cache_tables_hold(const struct cache_entry *e, const struct cache_rest *rest,
	const uint64_t *tables, const struct sw_rules *rules)
{
	bool placed = !(e->flags & (CACHE_WIDE | CACHE_LATE));
	const struct rule_places *places = placed ? &rest->places : NULL;
	uint64_t version = e->flags & CACHE_LATE ? rest->late.version : e->version;

	if (!tables)
		return !rules_changed_at(rules, e->table, version, places);
	for (unsigned i = 0; i < 4; i++)
		for (uint64_t left = tables[i]; left; left &= left - 1)
			if (rules_changed_at(
				    rules, i * 64 + __builtin_ctzll(left), version, places))
				return false;
	return true;
}

/* Are groups that the walk went through, and those whose buckets it watched, as they were? */
static bool groups_are_same(const struct cache *c, const struct cache_entry *e, uint64_t version,
	const struct walk *walk)
{
	const struct sw_groups *groups = walk->prog->groups;
	const struct cache_list *l = cache_list(c, e);

	return !(e->flags & CACHE_WATCHED && !groups_same(groups, version)) &&
	       groups_hold(groups, l->ops, l->n_ops, version, walk->reader.version);
}

bool cache_still_holds(struct cache *c, struct cache_entry *e, const struct walk *walk)
{
	const uint64_t *tables = e->flags & CACHE_LISTED ? cache_list(c, e)->tables : NULL;
	struct cache_rest *rest = cache_rest(c, e);
	uint64_t *version = e->flags & CACHE_LATE ? &rest->late.version : &e->version;

	if (e->flags & CACHE_LIVE && rest->late.serial != ports_serial(walk->prog))
		return false;
	if (e->flags & CACHE_TIMED && e->second != walk->second)
		return false;
	if (*version == walk->reader.version)
		return true;
	if (!cache_tables_hold(e, rest, tables, walk->prog->rules))
		return false;
	if (e->flags & CACHE_GROUPS && !groups_are_same(c, e, *version, walk))
		return false;
	*version = walk->reader.version;
	return true;
}

/* Is more than half of it in use? It is told once. */
static void note_full(struct cache *c)
{
	c->full = !c->told && (c->used > c->entries / 2 || c->lists.used > c->lists.n / 2 ||
				      c->rooms.used > c->rooms.n / 2);
}

/* --- lists --- */

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
	return hash;
}

static bool list_is(
	const struct cache *c, const struct cache_list *l, const struct walk *walk, uint32_t why)
{
	return l->why == why && l->n_ops == walk->n_ops && l->n_hits == walk->n_hits &&
	       l->rules == walk->prog->rules &&
	       !memcmp(l->tables, walk->tables, sizeof(l->tables)) &&
	       !memcmp(l->ops, walk->ops, walk->n_ops * sizeof(l->ops[0])) &&
	       !memcmp(cache_hits(c, l), walk->hits, walk->n_hits * sizeof(walk->hits[0]));
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

static void entry_void(struct cache *c, struct cache_entry *e)
{
	if (e->flags & CACHE_LISTED)
		cache_list_put(c, cache_list(c, e));
	e->flags = 0;
}

/* Nobody finds it any more; its place is given to another one day. */
static void forget(struct cache *c, struct cache_entry *e)
{
	entry_void(c, e);
	e->class = CACHE_NONE;
	c->changes++;
}

/* From now on only those of a bucket that are used again were used. */
static void age(struct cache_signs *signs)
{
	for (unsigned i = 0; i < CACHE_WAYS; i++)
		signs->of[i] &= ~CACHE_USED;
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
				forget(c, e);
		}
		age(signs);
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

static void fill_list(struct cache *c, struct cache_list *l, const struct walk *walk)
{
	struct cache_room *room = l->room ? &c->room[l->room - 1] : NULL;
	struct op *ops = room ? room->ops : l->few_ops;

	memcpy(ops, walk->ops, walk->n_ops * sizeof(*ops));
	memcpy(room ? room->hits : l->few_hits, walk->hits, walk->n_hits * sizeof(walk->hits[0]));
	memcpy(l->tables, walk->tables, sizeof(l->tables));
	l->ops = ops;
	l->n_ops = walk->n_ops;
	l->n_hits = walk->n_hits;
	l->rules = walk->prog->rules;
	note_missed(l, walk);
}

/* A list with room for all of the walk; NULL: there is none. */
static struct cache_list *new_list(struct cache *c, const struct walk *walk)
{
	bool large = walk->n_ops > CACHE_OPS || walk->n_hits > CACHE_HITS;
	struct cache_list *l;

	if ((unlikely(large) && !have_one(c, &c->rooms)) || !have_one(c, &c->lists))
		return NULL;
	l = &c->list[take_list(c) - 1];
	l->room = unlikely(large) ? take_room(c) : 0;
	note_full(c);
	return l;
}

/* Index + 1 of the list of the walk, with one more reference; 0: there is no room. */
static uint32_t list_get(struct cache *c, const struct walk *walk, uint32_t why)
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

/* --- entries --- */

static unsigned first_from(unsigned ways, unsigned hand)
{
	hand %= CACHE_WAYS;
	ways = (ways >> hand | ways << (CACHE_WAYS - hand)) & ((1u << CACHE_WAYS) - 1);
	return (__builtin_ctz(ways) + hand) % CACHE_WAYS;
}

/* A way of a bucket. */
struct place {
	uint64_t b;
	unsigned way;
	bool free; /* it has no entry yet: the next of its piece */
};

/* Where a new entry goes: a free way of either bucket, else one of the first that was not used lately, if there is one. */
static struct place place_of(const struct cache *c, const struct cache_key *key)
{
	uint64_t b[2] = { key->hash & c->mask, cache_second(c, key) };
	unsigned ways;

	for (unsigned i = 0; i < 2; i++) {
		ways = cache_ways(&c->bucket[b[i]].signs, UINT16_MAX, 0);
		if (ways)
			return (struct place){ b[i], __builtin_ctz(ways), true };
	}
	ways = cache_ways(&c->bucket[b[0]].signs, CACHE_USED, 0);
	return (struct place){ b[0], first_from(ways ? ways : ~0u, c->hand), false };
}

static struct cache_entry *entry_of(const struct cache *c, const struct place *p)
{
	return p->free ? cache_entry(c, p->b, c->taken[p->b >> CACHE_PIECE_BUCKETS])
		       : cache_at(c, p->b, p->way);
}

static void fetch_place(const struct cache *c, const struct cache_key *key)
{
	const struct place p = place_of(c, key);
	const struct cache_entry *e = entry_of(c, &p);

	__builtin_prefetch(e, 1);
	__builtin_prefetch(cache_rest(c, e), 1);
}

/* Not long ago, without an entry. */
static bool was_here(const struct cache *c, const struct cache_key *key)
{
	return cache_signed(&c->ghosts[key->hash & c->mask], cache_sign(key));
}

/* Who comes again finds more and more places of flows that ended, one by one; else such flows would push out each other, as long as
 * one place of the bucket was not used. Who comes once does not. */
static struct cache_entry *take(struct cache *c, const struct cache_key *key)
{
	const struct place p = place_of(c, key);
	struct cache_entry *e = entry_of(c, &p);
	struct cache_bucket *b = &c->bucket[p.b];

	if (p.free) {
		b->at[p.way] = c->taken[p.b >> CACHE_PIECE_BUCKETS]++;
		c->used++;
		note_full(c);
	} else {
		c->hand++;
		if (!cache_ways(&b->signs, CACHE_USED, 0))
			age(&b->signs);
		else if (was_here(c, key))
			b->signs.of[c->hand % CACHE_WAYS] &= ~CACHE_USED;
	}
	b->signs.of[p.way] = cache_sign(key);
	return e;
}

/* One of CACHE_CHANCE, whatever the order in which flows come. */
static bool is_chosen(const struct cache *c)
{
	return (uint32_t)c->misses * 0x9e3779b1u < UINT32_MAX / CACHE_CHANCE;
}

/* If not, it is remembered that the key was here. */
static bool admits(struct cache *c, const struct cache_key *key)
{
	struct cache_signs *g = &c->ghosts[key->hash & c->mask];

	if (c->used < c->entries / CACHE_EASY)
		return true;
	if (was_here(c, key) || is_chosen(c))
		return true;
	memmove(&g->of[1], &g->of[0], sizeof(g->of) - sizeof(g->of[0]));
	g->of[0] = cache_sign(key);
	c->ghostly++;
	return false;
}

bool cache_admits(struct cache *c, const struct cache_key *key)
{
	if (!admits(c, key))
		return false;
	fetch_place(c, key);
	return true;
}

static bool is_plain(const struct walk *walk)
{
	return walk->n_hits == 1 && walk->lookups == 1 && !walk->timed &&
	       (!walk->n_ops || (walk->n_ops == 1 && op_port(&walk->ops[0])));
}

/* From the cache before, an entry without a list: its lists are of that cache. */
struct cache_entry *cache_bring(struct cache *c, const struct cache_key *key)
{
	struct cache *old = sw_rcu_get(c->old);
	struct cache_entry *e, *was = old ? cache_find(old, key) : NULL;

	if (!was || was->flags & CACHE_LISTED)
		return NULL;
	e = take(c, key);
	entry_void(c, e);
	*e = *was;
	*cache_rest(c, e) = *cache_rest(old, was);
	c->changes++;
	return e;
}

/* The void entry of the key, or a new one: its key is in it, the rest is to be written. */
static struct cache_entry *renew(
	struct cache *c, const struct cache_key *key, struct cache_entry *e)
{
	if (!e)
		e = take(c, key);
	entry_void(c, e);
	c->changes++;
	e->owner = key->owner;
	e->class = key->class;
	memcpy(e->lane, key->lane, sizeof(e->lane));
	memcpy(cache_rest(c, e)->lane, key->lane + CACHE_NEAR,
		(key->n - CACHE_NEAR) * sizeof(key->lane[0]));
	return e;
}

void cache_keep_plain(struct cache *c, const struct cache_key *key, struct cache_entry *e,
	const struct rule_reader *reader, const struct cache_plain *plain)
{
	struct rule_places *places;

	e = renew(c, key, e);
	e->version = reader->version;
	places = &cache_rest(c, e)->places;
	rule_places_of(plain->fields, places);
	if (unlikely(plain->mark))
		rule_places_set_mark(places, plain->mark);
	e->count = rule_count(plain->rule, reader->worker);
	e->table = plain->rule->table;
	e->why = plain->out == SW_OFPP_ANY ? SW_ID(drop, rule_drop) : 0;
	e->out = plain->out;
}

/* Does what the walk found of the packet's length hold for all of its key? */
static bool tells_length(const struct walk *walk, const struct cache_key *key)
{
	const struct cache_masks *masks = sw_rcu_get(walk->prog->shared->masks);
	const struct cache_limits *limits = &masks->limits;
	unsigned class;

	if (key->owner != cache_owner(walk->prog->id, masks->serial))
		return false; /* they are others than its key was made by */
	class = cache_length_class(limits, walk->x->pkts[0]->pkt_len);
	return (class ? limits->of[class - 1] : 0) >= walk->longer_than &&
	       (class < limits->n ? limits->of[class] : UINT32_MAX) <= walk->up_to;
}

void cache_keep(struct cache *c, const struct cache_key *key, struct cache_entry *e,
	const struct walk *walk, uint32_t why)
{
	uint32_t list = 0;
	bool plain = is_plain(walk);
	struct cache_rest *rest;

	if (walk->once || walk->too_long || walk->n_snaps || walk->n_ops > CACHE_OPS_MOST ||
		walk->n_hits > CACHE_HITS_MOST)
		goto cannot;
	if (unlikely(walk->asked_length) && !tells_length(walk, key))
		goto cannot;
	if (unlikely(walk->asked_tags) && key->class == CACHE_ODD)
		goto cannot; /* those of other classes say how many tags there are */
	if (!plain) {
		list = list_get(c, walk, why);
		if (!list)
			goto cannot;
	}
	e = renew(c, key, e);
	e->version = walk->asked_live || walk->timed ? 0 : walk->reader.version;
	e->flags = (list ? CACHE_LISTED : 0) | (walk->wide ? CACHE_WIDE : 0) |
		   (walk->asked_live ? CACHE_LIVE : 0) | (walk->timed ? CACHE_TIMED : 0) |
		   (list && walk->in_groups ? CACHE_GROUPS : 0) |
		   (list && walk->asked_groups ? CACHE_WATCHED : 0);
	rest = cache_rest(c, e);
	if (e->flags & CACHE_LATE) {
		rest->late.serial = walk->live;
		rest->late.version = walk->reader.version;
	} else {
		rest->places = walk->where;
		if (unlikely(walk->mark))
			rule_places_set_mark(&rest->places, walk->mark);
	}
	e->count = plain ? rule_count(walk->hits[0], walk->reader.worker) : NULL;
	if (walk->timed)
		e->second = walk->second;
	e->table = walk->first_table;
	e->why = !list && !walk->n_ops ? why : 0;
	e->out = list ? list : walk->n_ops ? op_port(&walk->ops[0]) : SW_OFPP_ANY;
	return;
cannot:
	c->uncached++;
	if (e)
		forget(c, e);
	c->changes++;
}
