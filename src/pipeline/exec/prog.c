/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules program: every packet of the port goes through the tables of its bridge.
 *
 * Workers. A burst's fields are read, table 0 is asked for all of them at once, and each packet's walk goes on from
 * there by itself; its list is run at once.
 */
#include "prog.h"

#include <string.h>

#include <sw/drop.h>
#include <sw/event.h>
#include <sw/flow.h>
#include <sw/rcu.h>
#include <sw/stage.h>

#include "../field/extract.h"
#include "../frame.h"
#include "../group/ways.h"
#include "../l2.h"
#include "ahead.h"
#include "cache_find.h"
#include "cache_key.h"
#include "kept.h"

SW_USE(event, flow_cache_full);
SW_USE(drop, rule_no_port);
SW_USE(drop, runt);
SW_USE(drop, rx_oversize);

SW_USE(stage, parse);
SW_USE(stage, find);
SW_USE(stage, forward);

SW_REGISTER(drop, table_miss) = {
	.name = "table_miss",
	.help = "no rule of the table matches it: a rule with priority 0 and no match takes all others (OpenFlow 1.3, "
		"5.4); swctl rule dump shows the tables",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, rule_drop) = {
	.name = "rule_drop",
	.help = "the rules that it matches send it nowhere: swctl rule dump shows which have packets",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, rule_too_long) = {
	.name = "rule_too_long",
	.help = "its rules have no end: more than 4096 resubmits, 64 of them within each other, more than 512 "
		"actions for one packet, or groups of groups more than 32 deep or with more than 16384 buckets",
	.as = SW_DROP_RX_DROPPED,
};

struct walk *walks[SW_WORKER_MAX];

/* Packets that cross a patch port come back in the middle of the walk that sent them. */
static struct walk *walk_of(const struct sw_worker *w)
{
	return &walks[w->id][w->depth];
}

/* What is known of a burst. */
struct burst {
	unsigned n;
	struct rte_mbuf *pkt[SW_BURST];
	struct cache_key key[SW_BURST];
	struct cache_entry *entry[SW_BURST]; /* that holds, or NULL; then */
	struct cache_entry *stale[SW_BURST]; /* one of the key that does not, or NULL */
	uint32_t len[SW_BURST];
	struct rule_count
		*count[SW_BURST]; /* where it counts; of a list nothing that means anything */
	unsigned missing;	  /* entries */
	bool old;		  /* entries are likely of an older version of the rules */
};

static void count_group(struct sw_lane *in, const struct rte_mbuf *m)
{
	uint64_t dst = frame_load64(rte_pktmbuf_mtod(m, const uint8_t *));

	if (unlikely(dst & 1))
		l2_count_group(in, dst & FRAME_MAC_MASK);
}

void rules_refuse(struct sw_lane *in, struct rte_mbuf *m)
{
	sw_drop_one(in, m->pkt_len < FRAME_MIN ? SW_ID(drop, runt) : SW_ID(drop, rx_oversize), m);
}

/* After a change: packets an entry until most have been seen; and how few entries are in the core's own cache, so that nothing is
 * gained by fetching them. */
#define OLD_TURNS  4
#define OLD_NEARBY 4096

/* Are entries to be expected that are of an older version of the rules, and far away? For a while after each change. */
static inline bool expects_old(struct cache *c, uint64_t version)
{
	if (unlikely(c->version != version)) {
		c->version = version;
		c->old_bursts = c->used < OLD_NEARBY ? 0 : c->used * OLD_TURNS / SW_BURST;
	}
	if (likely(!c->old_bursts))
		return false;
	c->old_bursts--;
	return true;
}

static inline void fetch_entries(struct cache *c, struct burst *b, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		b->entry[i] = likely(b->key[i].class != CACHE_NONE)
				      ? cache_fetch_entry(c, &b->key[i], b->old)
				      : NULL;
}

/* So many keys are made, then their entries are fetched: they come while the next keys are made. */
#define KEYS_AT_ONCE 16

static uint64_t read_keys(const struct rules_prog *self, struct sw_lane *in, struct cache *c,
	struct burst *b, struct rte_mbuf **pkts, unsigned n)
{
	const struct cache_reader r = cache_reader(sw_rcu_get(self->shared->masks), self->id);
	struct cache_key *key = b->key;
	struct rte_mbuf **kept = b->pkt, **end = pkts + n;
	unsigned fetched = 0;
	uint64_t bytes = 0;

	b->n = 0;
	while (pkts < end) {
		struct rte_mbuf **some = RTE_MIN(pkts + KEYS_AT_ONCE, end);

		for (; pkts < some; pkts++) {
			struct rte_mbuf *m = *pkts;

			bytes += m->pkt_len;
			if (unlikely(!rules_admit(in, m)))
				continue;
			count_group(in, m);
			b->len[kept - b->pkt] = m->pkt_len;
			*kept++ = m;
			cache_key_make(key, &r, m);
			if (likely(key->class != CACHE_NONE))
				cache_fetch(c, key);
			key++;
		}
		b->n = kept - b->pkt;
		fetch_entries(c, b, fetched, b->n);
		fetched = b->n;
	}
	return bytes;
}

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
	if (unlikely(!e && c->old))
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

/* Entries of all; what they and their rules' counters are in is on the way. */
static void find(struct cache *c, struct burst *b, const struct walk *walk)
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

void rules_fields(struct exec *x, struct walk *walk)
{
	walk->x = x;
	fields_extract(x->pkts[0], x->prog->number, &walk->fields);
}

void rules_walk(struct exec *x, struct walk *walk)
{
	x->why = SW_ID(drop, rule_drop);
	walk_run(walk, FIRST_TABLE);
	if (walk->too_long)
		x->why = SW_ID(drop, rule_too_long);
}

void rules_do(struct exec *x, const struct walk *walk)
{
	if (!walk->too_long)
		exec_ops(x, walk->ops, walk->n_ops);
	exec_end(x);
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

	return b->stale[i] || (key->class != CACHE_NONE && cache_admits(c, key));
}

/* Is all known that there is to do with the packet, as its rule of the first table is plain (struct code)? */
static bool is_plain(const struct rules_prog *self, const struct walk *walk, const struct burst *b,
	unsigned i, struct cache_plain *plain)
{
	const struct walk_ahead *ahead = &walk->ahead;
	const struct sw_rule *rule = ahead->n[i] ? ahead->rule[i][0] : NULL;

	if (unlikely(!rule || self->asked & SW_BRIDGE_DROP_FRAGMENTS ||
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

/* One packet by the tables, from 0 to its end; what it came to is kept. */
static void walk_one(
	struct exec *x, struct cache *c, struct walk *walk, const struct burst *b, unsigned i)
{
	const struct cache_key *key = &b->key[i];
	uint32_t bytes = x->pkts[0]->pkt_len;
	struct cache_entry *e = b->stale[i];
	uint64_t changes = c->changes;

	walk->found = walk->ahead.rule[i];
	walk->n_found = walk->ahead.n[i];
	walk->mark = walk->n_found ? walk->ahead.mark[i] : RULE_MARK_NONE;
	if (walk->n_found) {
		walk->x = x;
		walk->fields = walk->ahead.fields[i];
	} else {
		rules_fields(x, walk);
	}
	walk->keep = is_to_be_kept(c, b, i);
	rules_walk(x, walk);
	for (unsigned k = 0; k < walk->n_hits; k++)
		rule_count_add(walk->hits[k], x->w, 1, bytes);
	if (walk->keep)
		cache_keep(c, key, c->changes == changes ? e : cache_find(c, key), walk, x->why);
	note_walk(x->w, c);
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

/*
 * In the order in which they came. A walk that is kept may take the entry of a packet behind it, and so may packets that
 * come back to this worker by a patch port, and entries that are brought from a smaller cache: when there were `changes` more
 * than before the first was looked for, each is looked for again.
 */
static void forward(struct sw_worker *w, const struct rules_prog *self, struct sw_lane *in,
	struct cache *c, struct burst *b, uint64_t changes)
{
	struct walk *walk = walk_of(w);
	struct group_ways ways;
	unsigned matches = 0;

	ways.used = 0;
	look_ahead(self, walk, b);
	for (unsigned i = 0, n; i < b->n; i += n) {
		struct exec x = { .w = w,
			.prog = self,
			.in = in,
			.version = walk->reader.version,
			.ways = &ways,
			.pkts = &b->pkt[i],
			.n = 1 };

		bool moved = c->changes != changes;
		const struct cache_entry *e;

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
		c->hits += n;
		if (e->flags & CACHE_LISTED) {
			kept_run(&x, c, e);
			continue;
		}
		send_plainly(&x, e->out, e->why);
		count(w, b, i, n); /* last: the counters are on the way */
		matches += n;
	}
	group_ways_count(&ways, w);
	rules_count_matches(self->rules, &walk->reader, FIRST_TABLE, matches);
}

void rules_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct rules_prog *self = (const struct rules_prog *)ingress;
	struct cache *c = sw_rcu_get(caches[w->id]);
	struct walk *walk = walk_of(w);
	uint64_t changes = c->changes;
	struct burst b;

	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], void *));
	walk->prog = self;
	walk->reader = (struct rule_reader){ rules_version(self->rules), w->id, walk->marks };
	walk->second = w->now_s;
	b.old = expects_old(c, walk->reader.version);
	in->stats.rx_bytes += read_keys(self, in, c, &b, pkts, n);
	in->stats.rx_packets += n;
	sw_stage_end(w, SW_ID(stage, parse), n);
	find(c, &b, walk);
	sw_stage_end(w, SW_ID(stage, find), n);
	forward(w, self, in, c, &b, changes);
	sw_stage_end(w, SW_ID(stage, forward), b.n);
}
