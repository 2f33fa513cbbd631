/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receiving. The hot path of the generator, like tx.c. A burst is gone through twice: first all packets are
 * found and their flows' lines of cache asked for, then each is judged.
 */
#include "rx.h"

#include <string.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "tx.h"

struct found {
	uint32_t id, seq, stamp;
};

static inline uint16_t get16(const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline uint32_t get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline bool is_tag(uint16_t type)
{
	return type == RTE_BE16(RTE_ETHER_TYPE_VLAN) || type == RTE_BE16(RTE_ETHER_TYPE_QINQ);
}

/* Our bytes in a frame; false when they are not there. What is read is in the buffer, however short the
 * frame: a buffer has room for the longest. */
static inline bool find(struct receiver *r, struct rte_mbuf *m, struct found *f, unsigned *tags)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	uint16_t type = get16(p + 12);
	unsigned l3 = RTE_ETHER_HDR_LEN;

	*tags = !!(m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED);
	while (is_tag(type) && *tags < 2) {
		type = get16(p + l3 + 2);
		l3 += RTE_VLAN_HLEN;
		++*tags;
	}
	p += l3 + r->data_of_l3;
	if (type != r->l3_type || m->data_len < l3 + r->data_of_l3 + PAYLOAD_LEN ||
		get16(p) != SWGEN_MAGIC)
		return false;
	f->id = get32(p + 2);
	f->seq = get32(p + 6);
	f->stamp = get32(p + 10);
	return true;
}

/* Ours, but not what is waited for here. */
static void count_astray(struct receiver *r, uint32_t id)
{
	if ((id ^ r->expect) >> RUN_SHIFT)
		r->n.stale++;
	else if ((id ^ r->expect) & DIRECTION_BIT)
		r->n.wrong_way++;
	else
		r->n.foreign++;
}

static inline void judge(struct receiver *r, const struct found *f, uint32_t now, unsigned tags)
{
	uint32_t flow = f->id ^ r->expect;
	int32_t delay = now - f->stamp;

	if (unlikely(flow >= r->flows)) {
		count_astray(r, f->id);
		return;
	}
	r->n.tags[tags]++;
	switch (track_see(&r->tracks[flow], f->seq)) {
	case TRACK_DUPLICATE:
		r->n.duplicates++;
		return;
	case TRACK_LATE:
		r->n.late++;
		r->n.reordered++;
		break;
	case TRACK_REORDERED:
		r->n.reordered++;
		break;
	case TRACK_IN_ORDER:
		break;
	}
	r->n.received++;
	latency_add(&r->latency, delay > 0 ? delay : 0);
	if ((int32_t)(f->stamp - r->since) >= 0)
		latency_add(&r->steady, delay > 0 ? delay : 0);
}

static void judge_burst(struct receiver *r, struct rte_mbuf **burst, unsigned n, uint32_t now)
{
	struct found found[BURST];
	unsigned tags[BURST];
	uint8_t at[BURST], ours = 0;

	for (unsigned i = 0; i < n; i++)
		__builtin_prefetch(rte_pktmbuf_mtod(burst[i], void *));
	for (unsigned i = 0; i < n; i++) {
		uint32_t flow;

		r->n.bytes += burst[i]->pkt_len;
		if (!find(r, burst[i], &found[i], &tags[i])) {
			r->n.foreign++;
			continue;
		}
		flow = found[i].id ^ r->expect;
		if (flow < r->flows)
			__builtin_prefetch(&r->tracks[flow], 1);
		at[ours++] = i;
	}
	for (unsigned i = 0; i < ours; i++)
		judge(r, &found[at[i]], now, tags[at[i]]);
}

static inline unsigned take(struct receiver *r, unsigned queue)
{
	struct rte_mbuf *burst[BURST];
	unsigned n = rte_eth_rx_burst(r->port_id, queue, burst, BURST);

	if (!n)
		return 0;
	r->n.frames += n;
	if (r->any) {
		for (unsigned i = 0; i < n; i++)
			r->n.bytes += burst[i]->pkt_len;
		r->n.received += n;
	} else {
		judge_burst(r, burst, n, stamp_of(rte_rdtsc()));
	}
	rte_pktmbuf_free_bulk(burst, n);
	return n;
}

/* Something else had the core: what was under way meanwhile waited for us, too. */
static void note_pause(struct receiver *r, uint64_t now)
{
	if (r->last_turn) {
		r->n.pauses++;
		r->n.paused += now - r->last_turn;
	}
	r->since = stamp_of(now);
}

unsigned rx_turn(struct receiver *r)
{
	uint64_t now = rte_rdtsc();
	unsigned n = 0;

	if (unlikely(now - r->last_turn > r->pause_cycles))
		note_pause(r, now);
	r->last_turn = now;
	for (unsigned i = 0; i < r->queues; i++)
		n += take(r, i);
	if (n)
		r->n.cycles += rte_rdtsc() - now;
	return n;
}
