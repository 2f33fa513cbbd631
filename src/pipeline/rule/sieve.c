/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Template: many tuples behind a sieve. First the sets of all packets and columns are fetched, then they leave each
 * packet some tuples, whose buckets and rules are fetched in rounds of a few a packet for the whole burst. A round asks
 * no tuple that cannot better what was found before it. Tuples without a place in the sieve come last.
 *
 * Workers.
 */
#include "chain.h"

#include <string.h>

#ifndef RULE_LOOK_SIEVE
#define RULE_LOOK_SIEVE rule_look_sieve
#define RULE_LOOK_REST	rule_look_rest
#endif

#define ROUND 4 /* tuples that are probed for a packet in a round */

struct work {
	struct rule_look *look;
	const struct rule_view *view;
	int32_t best[SW_BURST]; /* by packet: priority found, -1 */
	uint64_t left[SW_BURST][RULE_PLACE_WORDS];
	unsigned n;
	struct rule_spot spot[ROUND * SW_BURST];
};

/* left &= set | open */
static inline __attribute__((always_inline)) void keep_of(
	uint64_t *left, const uint64_t *set, const uint64_t *open, unsigned words)
{
#if defined(__AVX2__) && !defined(__SANITIZE_THREAD__)
	if (words == 4) {
		__m256i of = _mm256_or_si256(_mm256_loadu_si256((const __m256i *)set),
			_mm256_loadu_si256((const __m256i *)open));

		_mm256_storeu_si256((__m256i *)left,
			_mm256_and_si256(_mm256_loadu_si256((const __m256i *)left), of));
		return;
	}
#endif
	for (unsigned w = 0; w < words; w++)
		left[w] &= __atomic_load_n(&set[w], __ATOMIC_RELAXED) |
			   __atomic_load_n(&open[w], __ATOMIC_RELAXED);
}

static inline __attribute__((always_inline)) void sift_by(struct work *k, unsigned words)
{
	const struct rule_sieve *s = k->view->sieve;
	const struct rule_look *look = k->look;
	const uint64_t *set[RULE_COLUMNS][SW_BURST];

	for (unsigned c = 0; c < s->columns; c++) {
		const struct rule_column *column = &s->column[c];

		for (unsigned i = 0; i < look->n; i++) {
			set[c][i] = column->set +
				    rule_set_of(column, look->key[i][column->word], words);
			rte_prefetch0(set[c][i]);
		}
	}
	for (unsigned i = 0; i < look->n; i++) {
		uint64_t left[RULE_PLACE_WORDS] __rte_aligned(32);

		memcpy(left, k->view->places, words * sizeof(left[0]));
		for (unsigned c = 0; c < s->columns; c++)
			keep_of(left, set[c][i], s->column[c].open, words);
		memcpy(k->left[i], left, words * sizeof(left[0]));
	}
}

static inline void sift(struct work *k)
{
	switch (k->view->sieve->words) {
	case 1:
		sift_by(k, 1);
		break;
	case 2:
		sift_by(k, 2);
		break;
	default:
		sift_by(k, 4);
	}
}

static inline void put(struct work *k, unsigned packet, const struct rule_tuple *t)
{
	struct rule_spot *spot = &k->spot[k->n++];

	spot->hash = rule_hash_fast(t->mask, k->look->key[packet]);
	spot->packet = packet;
	rule_spot_fetch(spot, t, sw_rcu_get(t->hash));
}

/* The next few tuples of a packet. */
static inline void choose(struct work *k, unsigned packet)
{
	unsigned words = k->view->sieve->words, room = ROUND;

	for (unsigned w = 0; w < words; w++)
		for (uint64_t left = k->left[packet][w]; left;) {
			const struct rule_tuple *t = k->view->tuple[w * 64 + __builtin_ctzll(left)];

			left &= left - 1;
			k->left[packet][w] = left;
			if (__atomic_load_n(&t->best, __ATOMIC_RELAXED) <= k->best[packet])
				continue;
			put(k, packet, t);
			if (!--room)
				return;
		}
}

/* Was there anything to probe? */
static inline bool probe(struct work *k)
{
	unsigned n;

	k->n = 0;
	for (unsigned i = 0; i < k->look->n; i++)
		choose(k, i);
	k->look->probes += k->n;
	n = rule_spots_signed(k->spot, k->n);
	for (unsigned i = 0; i < n; i++)
		rule_try_spot(k->look, k->best, &k->spot[i]);
	return k->n;
}

void RULE_LOOK_SIEVE(const struct rule_view *view, struct rule_look *look)
{
	struct work k;

	k.look = look;
	k.view = view;
	for (unsigned i = 0; i < look->n; i++)
		k.best[i] = -1;
	sift(&k);
	while (probe(&k))
		;
	if (view->n)
		RULE_LOOK_REST(view, look, k.best);
}
