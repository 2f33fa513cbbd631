/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules program: every packet of the port goes through the tables of its bridge.
 *
 * Workers. A burst's fields are read, table 0 is asked for all of them at once, and each packet's walk goes on from
 * there by itself; its list is run at once.
 */
#include "prog.h"

#include <sw/drop.h>
#include <sw/flow.h>
#include <sw/rcu.h>
#include <sw/stage.h>

#include "../field/extract.h"
#include "../frame.h"
#include "../l2.h"
#include "ahead.h"
#include "burst.h"
#include "cache_key.h"

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

/* So many keys are made, then their entries are fetched: they come while the next keys are made. */
#define KEYS_AT_ONCE 16

static uint64_t read_keys(const struct cache_reader *r, struct sw_lane *in, struct cache *c,
	struct burst *b, struct rte_mbuf **pkts, unsigned n)
{
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
			cache_key_make(key, r, m);
			if (likely(key->class != CACHE_NONE))
				cache_fetch(c, key);
			key++;
		}
		b->n = kept - b->pkt;
		burst_fetch(c, b, fetched, b->n);
		fetched = b->n;
	}
	return bytes;
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

void rules_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct rules_prog *self = (const struct rules_prog *)ingress;
	struct cache *c = sw_rcu_get(caches[w->id]);
	struct walk *walk = walk_of(w);
	uint64_t changes = c->changes;
	struct cache_reader r;
	struct burst b;

	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], void *));
	walk->prog = self;
	walk->reader = (struct rule_reader){ rules_version(self->rules), w->id, walk->marks };
	walk->second = w->now_s;
	walk->masks = sw_rcu_get(self->shared->masks); /* of that version, or a later one */
	r = cache_reader(walk->masks, cache_owner(self->id, walk->masks->serial));
	b.old = expects_old(c, walk->reader.version);
	b.sent = false;
	b.left = NULL;
	in->stats.rx_bytes += read_keys(&r, in, c, &b, pkts, n);
	in->stats.rx_packets += n;
	sw_stage_end(w, SW_ID(stage, parse), n);
	burst_find(c, &b, walk);
	sw_stage_end(w, SW_ID(stage, find), n);
	burst_forward(w, self, in, c, &b, changes);
	sw_stage_end(w, SW_ID(stage, forward), b.n);
}
