/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running the lists of kept flows.
 *
 * Workers. Where no two neighbours are of one list all that is done here is done for each packet, so it is little: a list sums
 * its own packets, and its rules and tables count them once in a batch of turns.
 */
#include "kept.h"

#include <sw/mem.h>

#include "../rule/lookup.h"
#include "recirc.h"

/* It has a reference more until it is counted, so nobody frees it while it is run: that may come back to this cache by a patch port. */
static void put_off(struct sw_worker *w, struct cache *c, struct cache_list *l)
{
	l->refs++;
	l->later = c->later;
	if (!c->later)
		sw_settle_add(w, &c->settle);
	c->later = l - c->list + 1;
}

/* Its list, which is of x's packets from now on. */
static inline struct cache_list *begin(
	struct exec *x, struct cache *c, const struct cache_entry *e, uint64_t bytes)
{
	struct cache_list *l = cache_list(c, e);

	if (!l->packets)
		put_off(x->w, c, l);
	l->packets += x->n;
	l->bytes += bytes;
	x->why = l->why;
	return l;
}

void kept_run(struct exec *x, struct cache *c, const struct cache_entry *e)
{
	const struct cache_list *l = begin(x, c, e, sw_bytes(x->pkts, x->n));

	if (l->n_ops == 1 && !l->ops[0].changes)
		l->ops[0].run(x, l->ops); /* as exec_ops() would */
	else
		exec_ops(x, l->ops, l->n_ops);
	exec_end(x);
}

void kept_run_again(struct exec *x, struct cache *c, const struct cache_entry *e)
{
	const struct cache_list *l;

	recirc_mark(x);
	l = begin(x, c, e, recirc_bytes(x));
	exec_ops(x, l->ops, l->n_ops);
	if (l->recirc) /* it stays until its packets are counted */
		recirc_run(x, c, cache_list_left(l), l->recirc);
	else
		exec_end(x);
}

static void count(const struct sw_worker *w, const struct cache *c, const struct cache_list *l)
{
	const struct rule_reader reader = { .worker = w->id };
	const struct sw_rule *const *hits = cache_hits(c, l);

	for (unsigned i = 0; i < l->n_hits; i++) {
		rule_count_add(hits[i], w, l->packets, l->bytes);
		rules_count_matches(l->rules, &reader, hits[i]->table, l->packets);
	}
	rules_count_misses(l->rules, &reader, l->missed, l->packets);
}

void kept_settle(struct sw_worker *w, struct sw_settle *settle)
{
	struct cache *c = sw_container_of(settle, struct cache, settle);
	uint32_t later = c->later;

	c->later = 0;
	while (later) {
		struct cache_list *l = &c->list[later - 1];

		later = l->later;
		count(w, c, l);
		l->packets = 0;
		l->bytes = 0;
		cache_list_put(c, l);
	}
}
