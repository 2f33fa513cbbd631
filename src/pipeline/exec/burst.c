/* SPDX-License-Identifier: BSD-3-Clause */
/* See burst.h. Workers. */
#include "burst.h"

#include <string.h>

#include <sw/bridge.h>
#include <sw/drop.h>
#include <sw/event.h>
#include <sw/flow.h>
#include <sw/rcu.h>

#include "../group/ways.h"
#include "ahead.h"
#include "kept.h"
#include "recirc.h"

SW_USE(event, flow_cache_full);
SW_USE(drop, rule_drop);
SW_USE(drop, rule_no_port);

struct walk *walks[SW_WORKER_MAX];

/* The entry of a packet, if it holds; else what is stale is noted. */
static inline struct cache_entry *find_one(
	struct cache *c, struct burst *b, unsigned i, const struct walk *walk)
{
	const struct cache_key *key = &b->key[i];
	struct cache_entry *e;

	b->stale[i] = NULL;
	if (unlikely(key->class == CACHE_NONE))
		return NULL;
	e = cache_find(c, key);
	if (unlikely(!e && c->looks))
		e = cache_bring(c, key);
	if (!e || cache_holds(c, e, walk))
		return e;
	b->stale[i] = e;
	return NULL;
}

static void find_again(struct cache *c, struct burst *b, unsigned i, const struct walk *walk)
{
	b->entry[i] = find_one(c, b, i, walk);
	if (b->entry[i])
		b->count[i] = b->entry[i]->count;
}

/* What tells whether those still hold that looked into the first table alone, which has changed. That of a key with the
 * same sign does no harm. */
static void fetch_stamps(const struct cache *c, const struct burst *b, const struct sw_rules *rules)
{
	uint64_t changed = rules_changed(rules, FIRST_TABLE);
	const struct rule_places *places[SW_BURST];
	unsigned n = 0;

	for (unsigned i = 0; i < b->n; i++) {
		const struct cache_entry *e = b->entry[i];

		if (e && e->version < changed && e->table == FIRST_TABLE &&
			!(e->flags & (CACHE_WIDE | CACHE_LATE | CACHE_LISTED)))
			places[n++] = &cache_rest(c, e)->places;
	}
	rules_fetch_stamps(rules, FIRST_TABLE, places, n);
}

void burst_find(struct cache *c, struct burst *b, const struct walk *walk)
{
	b->missing = 0;
	if (unlikely(b->old))
		fetch_stamps(c, b, walk->prog->rules);
	for (unsigned i = 0; i < b->n; i++) {
		struct cache_entry *e = b->entry[i];

		if (unlikely(!e || !cache_is_of(c, e, &b->key[i]) || !cache_holds(c, e, walk)))
			b->entry[i] = e = find_one(c, b, i, walk);
		b->missing += !e;
		if (unlikely(!e))
			cache_fetch_ghosts(c, &b->key[i]);
		else if (likely(!(e->flags & CACHE_LISTED)))
			rte_prefetch0(b->count[i] = e->count);
		else
			cache_fetch_list(c, e);
	}
}

static void tell_full(const struct sw_worker *w, struct cache *c)
{
	sw_event_post(w->events,
		&(struct sw_event_record){
			.type = SW_ID(event, flow_cache_full), .port = UINT16_MAX, .a = w->id });
	c->told = true;
	c->full = false;
}

static bool same_flow(const struct cache_key *a, const struct cache_key *b)
{
	return a->class != CACHE_NONE && a->class == b->class && a->hash == b->hash;
}

/* Do rules match what only a walk knows, what is in its action set? */
static bool reads_action_set(const struct rules_prog *self)
{
	return sw_rcu_get(self->shared->masks)->reads.actset_output;
}

/* Tables are asked at once for those that will be walked. Of neighbours of one flow the first alone is looked up: the others will
 * find what its walk came to. */
static void look_ahead(const struct rules_prog *self, struct walk *walk, const struct burst *b)
{
	uint8_t at[SW_BURST];
	unsigned n = 0;

	memset(walk->ahead.n, 0, sizeof(walk->ahead.n));
	if (likely(!b->missing) || reads_action_set(self))
		return;
	for (unsigned i = 0; i < b->n; i++)
		if (!b->entry[i] && !(n && same_flow(&b->key[i], &b->key[at[n - 1]])))
			at[n++] = i;
	walk_look_ahead(walk, b->pkt, at, n);
}

/* To the port, or nowhere (SW_OFPP_ANY). */
static void send_plainly(struct exec *x, uint32_t out, unsigned why)
{
	unsigned index = out == SW_OFPP_ANY ? PORT_NONE : of_port_index(x->prog->ports, out);
	struct sw_lane *lane = index == PORT_NONE ? NULL : sw_lane_of(x->w, index);

	if (unlikely(!lane)) {
		sw_drop_many(
			x->in, out == SW_OFPP_ANY ? why : SW_ID(drop, rule_no_port), x->pkts, x->n);
		return;
	}
	for (unsigned i = 0; i < x->n; i++)
		sw_send(x->w, lane, x->pkts[i]);
}

static void note_walk(const struct sw_worker *w, struct cache *c)
{
	c->misses++;
	if (unlikely(c->full))
		tell_full(w, c);
}

/* Is what comes of the packet to be kept? */
static bool is_to_be_kept(struct cache *c, const struct burst *b, unsigned i)
{
	const struct cache_key *key = &b->key[i];

	return likely(cache_keeps) &&
	       (b->stale[i] || (key->class != CACHE_NONE && cache_admits(c, key)));
}

/* Is all known that there is to do with the packet, as its rule of the first table is plain (struct code)? */
static bool is_plain(const struct rules_prog *self, const struct walk *walk, const struct burst *b,
	unsigned i, struct cache_plain *plain)
{
	const struct walk_ahead *ahead = &walk->ahead;
	const struct sw_rule *rule = ahead->n[i] ? ahead->rule[i][0] : NULL;

	if (unlikely(!rule || b->left || self->asked & SW_BRIDGE_DROP_FRAGMENTS ||
		     rules_has_table(self->rules, SW_TABLE_BY_HAND)))
		return false; /* something else comes first */
	*plain = (struct cache_plain){ rule, &ahead->fields[i],
		rule_code_at(rule, walk->reader.version)->ops->plain, ahead->mark[i] };
	return plain->out && plain->out != self->number;
}

/* Such a packet: what its walk would come to, without one. */
static void go_plainly(struct exec *x, struct cache *c, const struct rule_reader *reader,
	const struct burst *b, unsigned i, const struct cache_plain *plain)
{
	rule_count_add(plain->rule, x->w, 1, x->pkts[0]->pkt_len);
	if (is_to_be_kept(c, b, i))
		cache_keep_plain(c, &b->key[i], b->stale[i], reader, plain);
	note_walk(x->w, c);
	send_plainly(x, plain->out, SW_ID(drop, rule_drop));
}

/* From the first table on, with what was asked ahead. */
static void walk_first(struct exec *x, struct walk *walk, unsigned i)
{
	walk->found = walk->ahead.rule[i];
	walk->n_found = walk->ahead.n[i];
	walk->mark = walk->n_found ? walk->ahead.mark[i] : RULE_MARK_NONE;
	if (walk->n_found) {
		walk->x = x;
		walk->fields = walk->ahead.fields[i];
	} else {
		rules_fields(x, walk);
	}
	rules_walk(x, walk);
}

/* One packet by the tables to its end, or to where it is looked for again; what it came to is kept. */
static void walk_one(
	struct exec *x, struct cache *c, struct walk *walk, const struct burst *b, unsigned i)
{
	uint64_t changes = c->changes, number = 0;
	uint32_t bytes = b->left ? recirc_bytes(x) : x->pkts[0]->pkt_len;

	walk->keep = is_to_be_kept(c, b, i);
	if (unlikely(b->left))
		recirc_walk(x, walk, b->left);
	else
		walk_first(x, walk, i);
	for (unsigned k = 0; k < walk->n_hits; k++)
		rule_count_add(walk->hits[k], x->w, 1, bytes);
	if (walk->keep)
		number = cache_keep(c, &b->key[i],
			c->changes == changes ? b->stale[i] : cache_find(c, &b->key[i]), walk,
			x->why);
	note_walk(x->w, c);
	if (unlikely(walk->left))
		recirc_walked(x, c, walk, number);
	else
		rules_do(x, walk);
}

/* Do packets of both go the same way: the same list, or the same port, or are lost for the same reason? */
static bool goes_same_way(const struct cache_entry *a, const struct cache_entry *b)
{
	static const struct cache_entry way = {
		.why = UINT8_MAX, .flags = CACHE_LISTED, .out = UINT32_MAX
	};

	return !((a->way ^ b->way) & way.way);
}

/* How many packets from i on go the way of the first: neighbours with the same list, or the same port. */
static unsigned same_way(const struct burst *b, unsigned i)
{
	const struct cache_entry *first = b->entry[i];
	unsigned n = 1;

	while (i + n < b->n) {
		const struct cache_entry *e = b->entry[i + n];

		if (!e || !goes_same_way(e, first))
			break;
		n++;
	}
	return n;
}

/* Of the one rule of each. */
static void count(const struct sw_worker *w, const struct burst *b, unsigned i, unsigned n)
{
	for (; n; n--, i++)
		rule_count_to(b->count[i], w, 1, b->len[i]);
}

/* Ops of those before may have changed the rest. */
static inline void begin(struct exec *x, struct burst *b, unsigned i)
{
	x->pkts = &b->pkt[i];
	x->n = 1;
	x->sent = b->sent;
	x->spare = false;
	x->depth = 0;
	x->runs = 0;
	x->in_port = 0;
}

/*
 * In the order in which they came. A walk that is kept may take the entry of a packet behind it, and so may packets that are
 * looked for again, those that come back to this worker by a patch port, and entries that are brought from a smaller cache: when there
 * were `changes` more than before the first was looked for, all behind are found anew.
 */
void burst_forward(struct sw_worker *w, const struct rules_prog *self, struct sw_lane *in,
	struct cache *c, struct burst *b, uint64_t changes)
{
	struct walk *walk = walk_of(w);
	struct group_ways ways;
	struct exec x = { .w = w,
		.prog = self,
		.in = in,
		.version = walk->reader.version,
		.ways = &ways,
		.again = b->left != NULL };
	unsigned hits = 0, matches = 0;

	ways.used = 0;
	if (likely(!b->left))
		look_ahead(self, walk, b);
	for (unsigned i = 0, n; i < b->n; i += n) {
		bool moved = c->changes != changes;
		const struct cache_entry *e;

		begin(&x, b, i);
		n = 1;
		if (unlikely(moved))
			find_again(c, b, i, walk);
		e = b->entry[i];
		if (unlikely(!e)) {
			struct cache_plain plain;

			if (is_plain(self, walk, b, i, &plain)) {
				go_plainly(&x, c, &walk->reader, b, i, &plain);
				matches++;
			} else {
				walk_one(&x, c, walk, b, i);
			}
			continue;
		}
		if (likely(!moved))
			n = x.n = same_way(b, i);
		hits += n;
		if (e->flags & CACHE_LISTED) {
			if (likely(!(e->flags & CACHE_AGAIN)))
				kept_run(&x, c, e);
			else
				kept_run_again(&x, c, e);
			continue;
		}
		send_plainly(&x, e->out, e->why);
		count(w, b, i, n); /* last: the counters are on the way */
		matches += n;
	}
	c->hits += likely(!b->left) ? hits : 0;
	group_ways_count(&ways, w);
	rules_count_matches(self->rules, &walk->reader, FIRST_TABLE, matches);
}
