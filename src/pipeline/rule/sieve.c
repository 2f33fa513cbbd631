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
	uint64_t left[SW_BURST][RULE_PLACE_WORDS] __rte_aligned(
		32); /* tuples it is still to be looked for in */
	unsigned n, n_again;
	uint8_t again[SW_BURST],
		full[SW_BURST]; /* packets with more tuples left than there was room for; choose() */
	struct rule_spot spot[ROUND * SW_BURST];
};

/* Where the packets' sets of each column are. */
typedef const uint64_t *packet_sets[RULE_COLUMNS][SW_BURST];

/*
 * left: what is in the sets of all columns, or open there. Returns which of its words have bits. Words change one by one
 * while they are read, so that it does not matter how many are read at once.
 */
static inline __attribute__((always_inline)) unsigned sift_words(
	struct work *k, packet_sets set, unsigned packet, unsigned words)
{
	const struct rule_sieve *s = k->view->sieve;
	unsigned full = 0;

	for (unsigned w = 0; w < words; w++) {
		uint64_t left = k->view->places[w];

		for (unsigned c = 0; c < s->columns; c++)
			left &= __atomic_load_n(&set[c][packet][w], __ATOMIC_RELAXED) |
				__atomic_load_n(&s->column[c].open[w], __ATOMIC_RELAXED);
		k->left[packet][w] = left;
		full |= (unsigned)(left != 0) << w;
	}
	return full;
}

#if defined(__SANITIZE_THREAD__) || !defined(__SSE2__)
#define sift_two(k, set, packet)  sift_words(k, set, packet, 2)
#define sift_four(k, set, packet) sift_words(k, set, packet, 4)
#else
typedef uint64_t two __attribute__((vector_size(16), aligned(8)));
typedef uint64_t four __attribute__((vector_size(32), aligned(8)));

static inline unsigned sift_two(struct work *k, packet_sets set, unsigned packet)
{
	const struct rule_sieve *s = k->view->sieve;
	two left = *(const two *)k->view->places;

	for (unsigned c = 0; c < s->columns; c++)
		left &= *(const two *)set[c][packet] | *(const two *)s->column[c].open;
	*(two *)k->left[packet] = left;
	return (left[0] != 0) | (left[1] != 0) << 1;
}

static inline unsigned sift_four(struct work *k, packet_sets set, unsigned packet)
{
	const struct rule_sieve *s = k->view->sieve;
	four left = *(const four *)k->view->places;

	for (unsigned c = 0; c < s->columns; c++)
		left &= *(const four *)set[c][packet] | *(const four *)s->column[c].open;
	*(four *)k->left[packet] = left;
#ifdef __AVX2__
	return _mm256_movemask_pd((__m256d)(left != 0));
#else
	return (left[0] != 0) | (left[1] != 0) << 1 | (left[2] != 0) << 2 | (left[3] != 0) << 3;
#endif
}
#endif

static inline __attribute__((always_inline)) unsigned sift(
	struct work *k, packet_sets set, unsigned packet, unsigned words)
{
	switch (words) {
	case 2:
		return sift_two(k, set, packet);
	case 4:
		return sift_four(k, set, packet);
	default:
		return sift_words(k, set, packet, words);
	}
}

static inline __attribute__((always_inline)) void put(
	struct work *k, unsigned packet, const struct rule_tuple *t)
{
	struct rule_spot *spot = &k->spot[k->n++];

	spot->hash = rule_hash_any(t->mask, k->look->key[packet]);
	spot->packet = packet;
	rule_spot_fetch(spot, t, sw_rcu_get(t->hash));
}

/* The next few tuples of a packet; `full`: words of those left that have bits. One loop for all, so that its end is all that
 * the CPU has to guess. */
static inline __attribute__((always_inline)) void choose(
	struct work *k, unsigned packet, unsigned full)
{
	uint64_t *left = k->left[packet];
	unsigned room = ROUND;

	while (full) {
		unsigned w = __builtin_ctz(full);
		const struct rule_tuple *t = k->view->tuple[w * 64 + __builtin_ctzll(left[w])];

		if (!room--) {
			k->again[k->n_again] = packet;
			k->full[k->n_again++] = full;
			return;
		}
		left[w] &= left[w] - 1;
		full &= ~((unsigned)(left[w] == 0) << w);
		if (__atomic_load_n(&t->best, __ATOMIC_RELAXED) > k->best[packet])
			put(k, packet, t);
	}
}

static inline void try_all(struct work *k)
{
	k->look->probes += k->n;
	rule_try_spots(k->look, k->best, k->spot, rule_spots_signed(k->spot, k->n));
	k->n = 0;
}

static inline __attribute__((always_inline)) void look_by(struct work *k, unsigned words)
{
	const struct rule_sieve *s = k->view->sieve;
	const struct rule_look *look = k->look;
	packet_sets set;

	for (unsigned c = 0; c < s->columns; c++) {
		const struct rule_column *column = &s->column[c];

		for (unsigned i = 0; i < look->n; i++) {
			set[c][i] = column->set +
				    rule_set_of(column, look->key[i][column->word], words);
			rte_prefetch0(set[c][i]);
		}
	}
	for (unsigned i = 0; i < look->n; i++)
		choose(k, i, sift(k, set, i, words));
	try_all(k);
	while (unlikely(k->n_again)) {
		unsigned n = k->n_again;

		k->n_again = 0;
		for (unsigned i = 0; i < n; i++)
			choose(k, k->again[i], k->full[i]);
		try_all(k);
	}
}

void RULE_LOOK_SIEVE(const struct rule_view *view, struct rule_look *look)
{
	struct work k;

	k.look = look;
	k.view = view;
	k.n = k.n_again = 0;
	for (unsigned i = 0; i < look->n; i++)
		k.best[i] = -1;
	switch (view->sieve->words) {
	case 1:
		look_by(&k, 1);
		break;
	case 2:
		look_by(&k, 2);
		break;
	default:
		look_by(&k, 4);
	}
	if (view->n)
		RULE_LOOK_REST(view, look, k.best);
}
