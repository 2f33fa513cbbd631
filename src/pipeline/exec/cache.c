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
#include "cache_in.h"

SW_USE(drop, rule_drop);

struct cache *caches[SW_WORKER_MAX];
struct cache_secret cache_secret;
bool cache_keeps = true;

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

void cache_note_full(struct cache *c)
{
	c->full = !c->told && (c->used > c->entries / 2 || c->lists.used > c->lists.n / 2 ||
				      c->rooms.used > c->rooms.n / 2);
}

/* --- entries --- */

static void entry_void(struct cache *c, struct cache_entry *e)
{
	if (e->flags & CACHE_LISTED)
		cache_list_put(c, cache_list(c, e));
	e->flags = 0;
}

void cache_forget(struct cache *c, struct cache_entry *e)
{
	entry_void(c, e);
	e->class = CACHE_NONE;
	c->changes++;
}

void cache_age(struct cache_signs *signs)
{
	for (unsigned i = 0; i < CACHE_WAYS; i++)
		signs->of[i] &= ~CACHE_USED;
}

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
		cache_note_full(c);
	} else {
		c->hand++;
		if (!cache_ways(&b->signs, CACHE_USED, 0))
			cache_age(&b->signs);
		else if (was_here(c, key))
			b->signs.of[c->hand % CACHE_WAYS] &= ~CACHE_USED;
	}
	b->signs.of[p.way] = cache_sign(key);
	return e;
}

#define LOOKED_AT 4096 /* misses: so often it is looked whether what was kept by chance is of use */

/* Where hardly a packet finds its flow, as each is another one, fewer are kept. */
static void set_chance(struct cache *c)
{
	uint64_t hits = c->hits - c->seen_hits;

	c->chance =
		UINT32_MAX / (hits < LOOKED_AT / CACHE_CHANCE ? CACHE_CHANCE_SCAN : CACHE_CHANCE);
	c->seen_hits = c->hits;
	c->seen_misses = c->misses;
}

/* A few, whatever the order in which flows come. */
static bool is_chosen(struct cache *c)
{
	if (unlikely(c->misses - c->seen_misses >= LOOKED_AT))
		set_chance(c);
	return (uint32_t)c->misses * 0x9e3779b1u < c->chance;
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
	return walk->n_hits == 1 && walk->lookups == 1 && !walk->timed && !walk->left &&
	       !walk->resumed && (!walk->n_ops || (walk->n_ops == 1 && op_port(&walk->ops[0])));
}

/* From the cache before, an entry without a list: its lists are of that cache. */
struct cache_entry *cache_bring(struct cache *c, const struct cache_key *key)
{
	struct cache *old = sw_rcu_get(c->old);
	struct cache_entry *e, *was = old ? cache_find(old, key) : NULL;

	c->looks--;
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
static bool tells_length(const struct walk *walk)
{
	const struct cache_limits *limits = &walk->masks->limits;
	unsigned class = cache_length_class(limits, walk->x->pkts[0]->pkt_len);

	return (class ? limits->of[class - 1] : 0) >= walk->longer_than &&
	       (class < limits->n ? limits->of[class] : UINT32_MAX) <= walk->up_to;
}

uint64_t cache_keep(struct cache *c, const struct cache_key *key, struct cache_entry *e,
	const struct walk *walk, uint32_t why)
{
	uint32_t list = 0;
	bool plain = is_plain(walk);
	struct cache_rest *rest;

	if (walk->once || walk->too_long || walk->n_snaps || walk->n_ops > CACHE_OPS_MOST ||
		walk->n_hits > CACHE_HITS_MOST)
		goto cannot;
	if (unlikely(walk->asked_length) && !tells_length(walk))
		goto cannot;
	if (!plain) {
		list = cache_list_get(c, walk, why);
		if (!list)
			goto cannot;
	}
	e = renew(c, key, e);
	e->version = walk->asked_live || walk->timed ? 0 : walk->reader.version;
	e->flags = (list ? CACHE_LISTED : 0) | (walk->wide ? CACHE_WIDE : 0) |
		   (walk->asked_live ? CACHE_LIVE : 0) | (walk->timed ? CACHE_TIMED : 0) |
		   (list && walk->in_groups ? CACHE_GROUPS : 0) |
		   (list && walk->asked_groups ? CACHE_WATCHED : 0) |
		   (walk->left || walk->resumed ? CACHE_AGAIN : 0);
	rest = cache_rest(c, e);
	if (e->flags & CACHE_LATE) {
		rest->late.serial = walk->live;
		rest->late.version = walk->reader.version;
	} else {
		rest->places = walk->where;
		if (unlikely(!walk->lookups))
			rule_places_of(&walk->fields, &rest->places);
		if (unlikely(walk->mark))
			rule_places_set_mark(&rest->places, walk->mark);
	}
	e->count = plain ? rule_count(walk->hits[0], walk->reader.worker) : NULL;
	if (walk->timed)
		e->second = walk->second;
	if (unlikely(walk->resumed))
		e->prog = walk->prog->id;
	e->table = walk->first_table;
	e->why = !list && !walk->n_ops ? why : 0;
	e->out = list ? list : walk->n_ops ? op_port(&walk->ops[0]) : SW_OFPP_ANY;
	return list ? c->list[list - 1].recirc : 0;
cannot:
	c->uncached++;
	if (e)
		cache_forget(c, e);
	c->changes++;
	return 0;
}
