/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Template: tuples, one or many. Each is asked for all packets of the burst that may still find better there
 * than what they have: hash them all while their buckets come, look for signs while the rules come, then
 * compare. One tuple, a table whose rules have one mask, is the same way without a second round.
 *
 * Workers.
 */
#include "chain.h"

#ifndef RULE_LOOK_TUPLES
#define RULE_LOOK_TUPLES rule_look_tuples
#define RULE_LOOK_REST	 rule_look_rest
#endif

struct burst {
	struct rule_look *look;
	unsigned n;
	uint8_t at[SW_BURST]; /* packets that are asked for, n of them */
	int32_t *best;	      /* by packet: priority found, -1 */
	struct rule_spot spot[SW_BURST];
};

static inline __attribute__((always_inline)) void hash_n(struct burst *b,
	const struct rule_tuple *tuple, const struct rule_buckets *buckets, unsigned n)
{
	for (unsigned i = 0; i < b->n; i++) {
		struct rule_spot *spot = &b->spot[i];

		spot->hash = rule_hash_n(tuple->mask, b->look->key[b->at[i]], n);
		spot->packet = b->at[i];
		rule_spot_fetch(spot, tuple, buckets);
	}
}

static inline void hash_all(
	struct burst *b, const struct rule_tuple *tuple, const struct rule_buckets *buckets)
{
	switch (tuple->mask->n) {
	case 1:
		hash_n(b, tuple, buckets, 1);
		break;
	case 2:
		hash_n(b, tuple, buckets, 2);
		break;
	case 3:
		hash_n(b, tuple, buckets, 3);
		break;
	case 4:
		hash_n(b, tuple, buckets, 4);
		break;
	case 5:
		hash_n(b, tuple, buckets, 5);
		break;
	case 6:
		hash_n(b, tuple, buckets, 6);
		break;
	default:
		hash_n(b, tuple, buckets, tuple->mask->n);
	}
}

static inline void ask(struct burst *b, const struct rule_tuple *tuple)
{
	unsigned n;

	b->look->probes += b->n;
	hash_all(b, tuple, sw_rcu_get(tuple->hash));
	n = rule_spots_signed(b->spot, b->n);
	rule_try_spots(b->look, b->best, b->spot, n);
}

/* Who may find better in what has at most this priority? */
static inline void keep_askers(struct burst *b, uint32_t most)
{
	unsigned n = 0;

	for (unsigned i = 0; i < b->n; i++) {
		unsigned packet = b->at[i];

		b->at[n] = packet;
		n += b->best[packet] < (int32_t)most;
	}
	b->n = n;
}

/* A packet alone, as a walk has it behind the tables that were asked ahead: there is nothing to do meanwhile. */
static __rte_noinline void look_alone(
	const struct rule_view *view, struct rule_look *look, int32_t *best)
{
	for (unsigned i = 0; i < view->n && *best < (int32_t)view->probe[i].best; i++) {
		const struct rule_tuple *tuple = view->probe[i].tuple;
		struct rule_spot spot = { .hash = rule_hash_of(tuple->mask, look->key[0]) };

		look->probes++;
		rule_spot_fetch(&spot, tuple, sw_rcu_get(tuple->hash));
		if (!rule_spots_signed(&spot, 1))
			continue;
		do
			rule_try(look, best, &spot);
		while (spot.rule);
	}
}

void RULE_LOOK_REST(const struct rule_view *view, struct rule_look *look, int32_t *best)
{
	struct burst b;

	if (look->n == 1) {
		look_alone(view, look, best);
		return;
	}
	b.look = look;
	b.best = best;
	b.n = look->n;
	for (unsigned i = 0; i < look->n; i++)
		b.at[i] = i;
	for (unsigned i = 0; i < view->n; i++) {
		keep_askers(&b, view->probe[i].best);
		if (!b.n)
			break;
		ask(&b, view->probe[i].tuple);
	}
}

void RULE_LOOK_TUPLES(const struct rule_view *view, struct rule_look *look)
{
	int32_t best[SW_BURST];

	best[0] = -1; /* by itself: of one, no memset() is called */
	for (unsigned i = 1; i < look->n; i++)
		best[i] = -1;
	RULE_LOOK_REST(view, look, best);
}
