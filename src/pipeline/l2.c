/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The L2 program: VLAN admission, learning, forwarding (IEEE 802.1Q-2018 clauses 8.6-8.8).
 *
 * Workers. A burst goes through stages over small arrays: fetch headers; parse, admit and hash while
 * the table's lines come; find source and destination; learn what is not up to date; send. The straight
 * way has no test of a feature that is off: VLAN rules are one load a side, and a port that needs more
 * than this runs another program. What is rare is out of line, in l2_rare.c and flood.c.
 *
 * Every lookup of a burst comes before its learning, so all frames between two stations go the same way
 * and stay in order.
 */
#include "l2.h"

#include <sw/program.h>
#include <sw/stage.h>

#include "domain.h"
#include "fdb.h"
#include "frame.h"
#include "l2_four.h"

/* The build for wider vectors gives it another name. */
#ifndef L2_RUN
#define L2_RUN l2_run
#endif

/* A trace's learns nothing, and tells. */
#ifndef L2_DRY
#define L2_DRY 0
#endif

#define REFUSALS_A_BURST \
	4 /* attempts at a full table; the port's limit on what a MAC flood costs */

SW_USE(stage, forward);
SW_USE(stage, parse);
SW_USE(stage, find);
SW_USE(stage, learn);

/* Admit one frame and start fetching its table lines. */
static inline void admit(
	const struct l2 *self, struct sw_lane *in, struct l2_burst *b, struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	uint64_t dst = frame_load64(p), src = frame_load64(p + 6);
	unsigned i = b->n, rights = self->map->untagged;
	uint64_t tag = L2_TAG(self->map->native, VLAN_UNTAGGED, 0);

	if (unlikely(m->data_len < FRAME_MIN_TAGGED || m->pkt_len > b->max_len || src & 1)) {
		m = l2_odd(in, m);
		if (!m)
			return;
		p = rte_pktmbuf_mtod(m, const uint8_t *);
		dst = frame_load64(p);
		src = frame_load64(p + 6);
	}
	if (unlikely(dst & 1 || (dst & 0xffffff) == L2_EXTREME_OUI) &&
		l2_group(self, in, m, dst & FRAME_MAC_MASK))
		return;
	if (src >> 48 == L2_TYPE_TAGGED) {
		uint16_t tci = frame_tci(p), vid = tci & VLAN_VID_MASK;

		rights = self->map->in[vid];
		tag = L2_TAG(vid ? vid : self->map->native, vid ? VLAN_TAGGED : VLAN_PRIORITY, tci);
	}
	b->key[i][L2_SRC] = fdb_key(L2_VID(tag), src & FRAME_MAC_MASK);
	b->key[i][L2_DST] = fdb_key(L2_VID(tag), dst & FRAME_MAC_MASK);
	if (unlikely(rights != (VLAN_ENTER | VLAN_LEARN))) {
		if (!rights) {
			l2_not_admitted(self, in, m, tag);
			return;
		}
		b->key[i][L2_SRC] = b->key[i][L2_DST] =
			FDB_KEY_NONE; /* neither learned nor looked up: flooded */
	}
	b->pkt[i] = m;
	b->tag[i] = tag;
	b->at[i][L2_SRC] = fdb_first(self->fdb, fdb_hash(self->fdb, b->key[i][L2_SRC]));
	b->at[i][L2_DST] = fdb_first(self->fdb, fdb_hash(self->fdb, b->key[i][L2_DST]));
	l2_fetch(b, i);
	b->n++;
}

/* All of them; returns their bytes. */
static inline uint64_t admit_all(const struct l2 *self, struct sw_lane *in, struct l2_burst *b,
	struct rte_mbuf **pkts, unsigned n)
{
	uint64_t bytes = 0;
	unsigned i = 0;

#ifdef L2_FOUR
	l2_four_bytes fours = L2_FOUR_ZERO;

	for (; i + L2_FOUR <= n; i += L2_FOUR) {
		if (likely(l2_admit_four(self, b, &pkts[i], &fours)))
			continue;
		for (unsigned k = 0; k < L2_FOUR; k++)
			admit(self, in, b, pkts[i + k]);
	}
	bytes = l2_four_total(fours);
#endif
	for (; i < n; i++) {
		bytes += pkts[i]->pkt_len;
		admit(self, in, b, pkts[i]);
	}
	return bytes;
}

static void learn(
	struct sw_worker *w, const struct l2 *self, const struct l2_burst *b, uint32_t stale)
{
	unsigned refused = 0;

	for (; stale && refused < REFUSALS_A_BURST; stale &= stale - 1) {
		unsigned i = __builtin_ctz(stale);

		if (b->key[i][L2_SRC] != FDB_KEY_NONE &&
			!fdb_learn(self->fdb, w, b->key[i][L2_SRC], b->seen[i], self->port))
			refused++;
	}
}

static inline void find(struct sw_worker *w, const struct l2 *self, struct l2_burst *b)
{
	struct fdb_table *t = self->fdb;
	uint32_t fresh = fdb_fresh(t, self->port, w->now_s);
	uint64_t differ = 0;
	uint32_t stale = 0, ways = 0;

	for (unsigned i = 0; i < b->n; i++) {
		b->seen[i] = fdb_find(t, b->at[i][L2_SRC], b->key[i][L2_SRC]);
		b->to[i] = fdb_find(t, b->at[i][L2_DST], b->key[i][L2_DST]);
	}
	for (unsigned i = 0; i < b->n; i++) {
		stale |= (uint32_t)(b->seen[i] != fresh) << i;
		differ |= b->tag[i] ^ b->tag[0];
		ways |= b->to[i] ^ b->to[0];
	}
	b->one_way = !(differ | (ways & FDB_STAMP_MASK));
	sw_stage_end(w, SW_ID(stage, find), b->n);
	if (L2_DRY || likely(!stale))
		return;
	learn(w, self, b, stale);
	sw_stage_end(w, SW_ID(stage, learn), __builtin_popcount(stale));
}

/* n packets from i on, which go the same way. */
static inline void forward(struct sw_worker *w, const struct l2 *self, struct sw_lane *in,
	struct l2_burst *b, unsigned i, unsigned n)
{
	struct l2_run run = {
		.pkts = &b->pkt[i], .n = n, .port = b->to[i] & FDB_PORT_MASK, .tag = b->tag[i]
	};
	struct sw_lane *lane;

	if (L2_DRY)
		l2_tell(w, run.tag, fdb_alive(self->fdb, b->to[i]) ? b->to[i] : FDB_MISS,
			b->seen[i]);
	if (unlikely(b->to[i] == FDB_MISS || !fdb_alive(self->fdb, b->to[i]))) {
		for (unsigned k = 0; k < n; k++)
			l2_flood(w, self, in, run.pkts[k], run.tag);
		return;
	}
	lane = sw_lane_of(w, run.port);
	if (unlikely(self->out[run.port][L2_VID(run.tag)] != L2_SHAPE(run.tag) ||
		     run.port == self->port || !lane))
		l2_unicast(w, self, in, &run);
	else if (n > 1 && likely(sw_lane_max_len(lane) >= b->max_len))
		sw_send_many(w, lane, run.pkts, n);
	else
		for (unsigned k = 0; k < n; k++)
			sw_send(w, lane, run.pkts[k]);
}

void L2_RUN(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct l2 *self = (const struct l2 *)ingress;
	uint64_t bytes;
	struct l2_burst b;

	for (unsigned i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(pkts[i], void *));
	b.n = 0;
	b.max_len = sw_lane_rx_max_len(in);
	bytes = admit_all(self, in, &b, pkts, n);
	if (likely(self->rules))
		l2_count(w, self, in, n, bytes);
	sw_stage_end(w, SW_ID(stage, parse), n);
	find(w, self, &b);
	if (b.one_way && b.n)
		forward(w, self, in, &b, 0, b.n);
	else
		for (unsigned i = 0; i < b.n; i++)
			forward(w, self, in, &b, i, 1);
	sw_stage_end(w, SW_ID(stage, forward), b.n);
}
