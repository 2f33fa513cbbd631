/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of a burst on their way through the rules program: their keys made, their entries are found, and each is sent on by its
 * entry, or walks. They came in (prog.c), or are looked for again (recirc.c).
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_EXEC_BURST_H
#define PIPELINE_EXEC_BURST_H

#include "cache_find.h"

/* Packets that cross a patch port come back in the middle of the walk that sent them. */
static inline struct walk *walk_of(const struct sw_worker *w)
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
		*count[SW_BURST];    /* where it counts; of a list nothing that means anything */
	unsigned missing;	     /* entries */
	bool old;		     /* entries are likely of an older version of the rules */
	bool sent;		     /* copies of them were sent already */
	const struct sw_pause *left; /* what is left to do with them; NULL: they came in */
};

/* Entries of keys whose buckets are on the way. */
static inline void burst_fetch(struct cache *c, struct burst *b, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		b->entry[i] = likely(b->key[i].class != CACHE_NONE)
				      ? cache_fetch_entry(c, &b->key[i], b->old)
				      : NULL;
}

/* Entries of all; what they and their rules' counters are in is on the way. */
void burst_find(struct cache *c, struct burst *b, const struct walk *walk);

/* Each packet by its entry, or by the tables; consumes them. `changes`: of the cache, before the first was looked for. */
void burst_forward(struct sw_worker *w, const struct rules_prog *self, struct sw_lane *in,
	struct cache *c, struct burst *b, uint64_t changes);

#endif
