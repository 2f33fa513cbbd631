/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending. The hot path of the generator: no memory but buffers from their pool, no system call of its own.
 */
#include "tx.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <sw/prefetch.h>

#include "write.h"

#define VIRTIO_HEADER 12 /* which that driver writes before the frame */

static inline uint32_t draw_flow(struct sender *s)
{
	uint64_t bits;

	if (s->dist == DIST_SEQUENTIAL) {
		uint32_t flow = s->turn_flow++;

		if (s->turn_flow == s->build.flows)
			s->turn_flow = 0;
		return flow;
	}
	bits = random_next(&s->random);
	if (s->dist == DIST_ZIPF)
		return zipf_draw(s->zipf, bits);
	return random_below(bits >> 32, s->build.flows);
}

static inline unsigned draw_size(struct sender *s)
{
	unsigned size = s->mix->order[s->turn_size];

	if (++s->turn_size == s->mix->round)
		s->turn_size = 0;
	return size;
}

static inline void set_len(struct rte_mbuf *m, uint16_t len)
{
	m->data_len = len;
	m->pkt_len = len;
}

static void build_burst(struct sender *s, unsigned n)
{
	uint32_t flows[BURST];
	uint32_t stamp = stamp_of(rte_rdtsc());

	for (unsigned i = 0; i < n; i++) {
		flows[i] = draw_flow(s);
		__builtin_prefetch(&s->seq[flows[i]], 1);
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned size = draw_size(s);
		struct build_packet pkt = {
			.flow = flows[i], .seq = s->seq[flows[i]]++, .stamp = stamp
		};

		if (unlikely(s->build.mutate))
			pkt.noise = random_next(&s->random);
		build_packet(&s->build, size, rte_pktmbuf_mtod(s->burst[i], uint8_t *), &pkt);
		set_len(s->burst[i], s->build.templates[size].len);
	}
}

static void copy_burst(struct sender *s, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct replay_frame *f = replay_next(s->replay, &s->replay_at);

		rte_memcpy(rte_pktmbuf_mtod(s->burst[i], void *), s->replay->bytes + f->at, f->len);
		set_len(s->burst[i], f->len);
	}
}

/* How many of `most` packets are due. */
static unsigned due(struct sender *s, uint64_t now, unsigned most)
{
	unsigned n;

	if (s->limit - s->n.sent < most)
		most = s->limit - s->n.sent;
	if (s->replay)
		most = replay_due(s->replay, &s->replay_at, now, most);
	n = pace_due(&s->pace, now, most);
	return n < s->least && n < most ? 0 : n;
}

/* Have buffers for the next burst. Another core has read what was in them last, so their lines are far. */
static bool look_ahead(struct sender *s)
{
	unsigned first = s->n_ahead;

	if (first == BURST)
		return true;
	if (unlikely(rte_pktmbuf_alloc_bulk(s->pool, s->ahead + first, BURST - first)))
		return false;
	s->n_ahead = BURST;
	for (unsigned i = first; i < BURST; i++) {
		sw_prefetch_write(rte_pktmbuf_mtod(s->ahead[i], void *));
		sw_prefetch_write(rte_pktmbuf_mtod(s->ahead[i], uint8_t *) - VIRTIO_HEADER);
	}
	return true;
}

static unsigned prepare(struct sender *s, uint64_t now, unsigned most)
{
	unsigned n = due(s, now, most);

	if (!n)
		return 0;
	if (unlikely(!look_ahead(s))) {
		s->n.no_buffer++;
		return 0;
	}
	s->n_ahead -= n;
	memcpy(s->burst, s->ahead + s->n_ahead, n * sizeof(s->burst[0]));
	if (s->replay)
		copy_burst(s, n);
	else
		build_burst(s, n);
	s->first = 0;
	s->pending = n;
	pace_spend(&s->pace, n);
	return n;
}

static void stamp_again(struct sender *s)
{
	uint32_t stamp = stamp_of(rte_rdtsc());

	if (s->replay)
		return;
	for (unsigned i = s->first; i < s->first + s->pending; i++)
		build_stamp(&s->build, rte_pktmbuf_mtod(s->burst[i], uint8_t *), stamp);
}

unsigned tx_turn(struct sender *s, uint64_t now, unsigned most)
{
	uint64_t began = rte_rdtsc();
	uint32_t bytes[BURST];
	unsigned n;

	if (s->pending)
		stamp_again(s);
	else if (!prepare(s, now, most < BURST ? most : BURST))
		return 0;
	for (unsigned i = 0; i < s->pending; i++)
		bytes[i] = s->burst[s->first + i]->pkt_len;
	n = rte_eth_tx_burst(s->port_id, 0, s->burst + s->first, s->pending);
	for (unsigned i = 0; i < n; i++)
		s->n.bytes += bytes[i];
	s->n.turns++;
	s->n.full += n < s->pending;
	s->n.sent += n;
	s->first += n;
	s->pending -= n;
	if (!s->pending)
		look_ahead(s);
	if (n)
		s->n.cycles += rte_rdtsc() - began;
	return n;
}

bool tx_done(const struct sender *s)
{
	if (s->pending)
		return false;
	return s->n.sent >= s->limit || (s->replay && replay_over(s->replay, &s->replay_at));
}

/* Its number goes back: no packet of the flow was sent after it. */
static void take_back(struct sender *s, struct rte_mbuf *m)
{
	uint32_t id;

	memcpy(&id, rte_pktmbuf_mtod(m, uint8_t *) + s->build.at.data + 2, sizeof(id));
	s->seq[id & (FLOWS_MAX - 1)]--;
}

void tx_drop_pending(struct sender *s)
{
	while (s->pending) {
		if (!s->replay)
			take_back(s, s->burst[s->first]);
		rte_pktmbuf_free(s->burst[s->first++]);
		s->pending--;
	}
	rte_pktmbuf_free_bulk(s->ahead, s->n_ahead);
	s->n_ahead = 0;
}
