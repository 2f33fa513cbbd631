/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Token buckets: filled by time, leased to workers, spent on packets.
 *
 * Workers. Filling: who moves `last` on adds what the time between is worth, so each cycle counts once; a worker whose
 * turn began before `last` adds nothing. A bucket never holds more than its size but for the moment between an
 * addition and the cut after it.
 */
#include "meter.h"

#include <string.h>

#include <sw/clock.h>

#define SMALLEST 60 /* bytes of a frame without FCS */

static void put_tokens(struct sw_meter *m, unsigned band, uint64_t n)
{
	uint64_t size = m->band[band].size;
	uint64_t now = __atomic_add_fetch(&m->tokens[band], n, __ATOMIC_RELAXED);

	while (now > size && !__atomic_compare_exchange_n(&m->tokens[band], &now, size, true,
				     __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static uint64_t take_tokens(struct sw_meter *m, unsigned band, uint64_t want)
{
	uint64_t now = __atomic_load_n(&m->tokens[band], __ATOMIC_RELAXED), n;

	do {
		n = now < want ? now : want;
		if (!n)
			return 0;
	} while (!__atomic_compare_exchange_n(
		&m->tokens[band], &now, now - n, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return n;
}

static void fill(struct sw_meter *m, uint64_t now)
{
	uint64_t last = __atomic_load_n(&m->last, __ATOMIC_RELAXED);

	if (last >= now || !__atomic_compare_exchange_n(
				   &m->last, &last, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	for (unsigned i = 0; i < m->n; i++) {
		const struct meter_band *b = &m->band[i];

		put_tokens(m, i, now - last >= b->full ? b->size : (now - last) * b->rate);
	}
}

/* What the buckets would hold now, for the cost of this once. */
static void look(const struct sw_meter *m, struct meter_part *part, uint64_t now)
{
	uint64_t last = __atomic_load_n(&m->last, __ATOMIC_RELAXED);
	uint64_t since = now > last ? now - last : 0;

	for (unsigned i = 0; i < m->n; i++) {
		const struct meter_band *b = &m->band[i];
		uint64_t held = __atomic_load_n(&m->tokens[i], __ATOMIC_RELAXED);
		uint64_t more = since >= b->full ? b->size : since * b->rate;

		part->band[i].left = RTE_MIN(held + more, b->size);
		part->band[i].wait = 0;
	}
}

/* Of bands that need it: what was leased and not spent goes back, so that the bucket's size bounds it; then the buckets are
 * filled, and given from. */
static void renew(struct sw_meter *m, struct meter_part *part, uint64_t now, uint64_t cost)
{
	bool over = now >= part->until;
	uint32_t bands = 0;

	if (unlikely(part->dry)) {
		look(m, part, now);
		return;
	}
	for (unsigned i = 0; i < m->n; i++) {
		if (now < part->band[i].wait || (!over && part->band[i].left >= cost))
			continue;
		put_tokens(m, i, part->band[i].left);
		bands |= 1u << i;
	}
	if (bands)
		fill(m, now);
	for (; bands; bands &= bands - 1) {
		unsigned i = __builtin_ctz(bands);

		part->band[i].left = take_tokens(m, i, cost + m->band[i].lease);
	}
	if (over)
		part->until = now + m->lease_cycles;
}

static inline bool has_for_all(
	const struct sw_meter *m, const struct meter_part *part, uint64_t cost)
{
	for (unsigned i = 0; i < m->n; i++)
		if (part->band[i].left < cost)
			return false;
	return true;
}

static uint64_t cost_of(const struct sw_meter *m, const struct rte_mbuf *pkt)
{
	return m->packets ? m->unit : m->unit * pkt->pkt_len;
}

/* A band that has given all it had is not asked before there is enough again, or another smallest frame. */
static void wait_for(const struct sw_meter *m, struct meter_part *part, unsigned band, uint64_t now,
	uint64_t cost)
{
	uint64_t least = m->packets ? m->unit : m->unit * SMALLEST;
	uint64_t need = RTE_MIN(least, cost - part->band[band].left);

	if (now >= part->band[band].wait)
		part->band[band].wait = now + (need + m->band[band].rate - 1) / m->band[band].rate;
}

/* Packet by packet; the band with the highest rate of those that have too little. */
static void spend_singly(struct sw_meter *m, struct meter_part *part, struct rte_mbuf *const *pkts,
	unsigned n, int8_t *hit, uint64_t now)
{
	memset(hit, -1, n);
	for (unsigned i = 0; i < m->n; i++) {
		uint64_t *left = &part->band[i].left, least = UINT64_MAX;

		for (unsigned k = 0; k < n; k++) {
			uint64_t cost = cost_of(m, pkts[k]);

			if (*left >= cost) {
				*left -= cost;
				continue;
			}
			least = RTE_MIN(least, cost);
			if (hit[k] < 0 || m->band[i].rate > m->band[hit[k]].rate)
				hit[k] = i;
		}
		if (least < UINT64_MAX)
			wait_for(m, part, i, now, least);
	}
}

static void count(struct meter_count *c, unsigned packets, uint64_t bytes)
{
	__atomic_store_n(&c->packets, c->packets + packets, __ATOMIC_RELAXED);
	__atomic_store_n(&c->bytes, c->bytes + bytes, __ATOMIC_RELAXED);
}

static void count_hits(
	struct meter_part *part, struct rte_mbuf *const *pkts, unsigned n, const int8_t *hit)
{
	for (unsigned i = 0; i < n; i++)
		if (hit[i] >= 0)
			count(&part->band[hit[i]].acted, 1, pkts[i]->pkt_len);
}

bool meter_pass(struct sw_meter *m, const struct sw_worker *w, struct rte_mbuf *const *pkts,
	unsigned n, int8_t *hit)
{
	struct meter_part *part = meter_part(m, w->id);
	uint64_t now = sw_clock_tsc(w->now_tsc), bytes = sw_bytes(pkts, n), cost;

	count(&part->in, n, bytes);
	cost = m->unit * (m->packets ? n : bytes);
	if (now >= part->until || !has_for_all(m, part, cost)) {
		renew(m, part, now, cost);
		if (!has_for_all(m, part, cost)) {
			spend_singly(m, part, pkts, n, hit, now);
			count_hits(part, pkts, n, hit);
			return true;
		}
	}
	for (unsigned i = 0; i < m->n; i++)
		part->band[i].left -= cost;
	return false;
}

bool meter_lets_in(const struct sw_meters *meters, uint64_t version, const struct sw_worker *w,
	uint32_t id, struct rte_mbuf *pkt)
{
	struct sw_meter *m = id ? meter_find_at(meters, id, version)
				: meter_at(sw_rcu_get(meters->controllers), version);
	int8_t hit;

	return !m || !meter_pass(m, w, &pkt, 1, &hit) || hit < 0 ||
	       m->band[hit].type != SW_METER_DROP;
}
