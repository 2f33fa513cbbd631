/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running the lists of kept flows.
 *
 * Workers. Where no two neighbours are of one list all that is done here is done for each packet, so it is little: counters
 * are at hand in the list, and those of tables are gathered.
 */
#include "kept.h"

#include "../rule/lookup.h"

static bool counts_alike(const struct cache_counts *a, const struct cache_counts *b)
{
	uint64_t differ = (a->all ^ b->all) | (a->n_hits ^ b->n_hits);

	for (unsigned i = 0; i < 4; i++)
		differ |= a->missed[i] ^ b->missed[i];
	return !differ;
}

void kept_tell(const struct kept_tally *tally)
{
	if (!tally->n)
		return;
	for (unsigned i = 0; i < tally->counts.n_hits; i++)
		rules_count_matches(tally->rules, tally->reader, tally->counts.table[i], tally->n);
	rules_count_misses(tally->rules, tally->reader, tally->counts.missed, tally->n);
}

static void note(struct kept_tally *tally, const struct cache_list *l, unsigned n)
{
	if (unlikely(!counts_alike(&tally->counts, &l->counts))) {
		kept_tell(tally);
		tally->counts = l->counts;
		tally->n = 0;
	}
	tally->n += n;
}

void kept_run(
	struct exec *x, struct cache *c, const struct cache_entry *e, struct kept_tally *tally)
{
	struct cache_list *l = cache_list_take(c, e);
	uint64_t bytes = sw_bytes(x->pkts, x->n);

	for (unsigned i = 0; i < l->counts.n_hits; i++)
		rule_count_to(l->count[i], x->w, x->n, bytes);
	note(tally, l, x->n);
	x->why = l->why;
	exec_ops(x, l->ops, l->n_ops);
	cache_list_put(c, l);
	exec_end(x);
}
