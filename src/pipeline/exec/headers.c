/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets made ready for ops that change them.
 *
 * Workers. Bytes are the sender's: every pointer is to a header that lies whole within the first segment.
 */
#include "headers.h"

#include <string.h>

#include <rte_byteorder.h>

#include <sw/drop.h>
#include <sw/pool.h>

#include "../field/proto.h"
#include "cache_class.h"
#include "op.h"

SW_USE(drop, copy_no_buffer);

/* The place of `len` bytes at an offset, or NULL. */
static uint8_t *bytes_at(const struct headers *h, unsigned at, unsigned len)
{
	return at && at + len <= h->m->data_len ? h->l2 + at : NULL;
}

static void find_l3(struct headers *h, const struct fields_at *at)
{
	switch (h->payload[-2] << 8 | h->payload[-1]) {
	case ETH_IPV4:
		h->ip4 = bytes_at(h, at->l3, 20);
		break;
	case ETH_IPV6:
		h->ip6 = bytes_at(h, at->l3, 40);
		break;
	case ETH_ARP:
	case ETH_RARP:
		h->arp = bytes_at(h, at->l3, 28);
		break;
	case ETH_MPLS:
	case ETH_MPLS_MCAST:
		h->mpls = bytes_at(h, at->l3, 4);
		break;
	case ETH_PBB:
		h->pbb = bytes_at(h, at->l3, 4);
		break;
	}
}

static void find_l4(struct headers *h, const struct fields_at *at)
{
	h->l4_len = at->end - at->l4;
	switch (at->l4_proto) {
	case IP_TCP:
		h->tcp = bytes_at(h, at->l4, 20);
		break;
	case IP_UDP:
		h->udp = bytes_at(h, at->l4, 8);
		break;
	case IP_SCTP:
		h->sctp = bytes_at(h, at->l4, 12);
		break;
	case IP_ICMP:
		h->icmp = bytes_at(h, at->l4, 4);
		break;
	case IP_ICMPV6:
		h->icmp6 = bytes_at(h, at->l4, 4);
		h->nd_sll = bytes_at(h, at->nd_sll, 6);
		h->nd_tll = bytes_at(h, at->nd_tll, 6);
		break;
	}
}

/* As find() for headers that lie at fixed places. False: they do not. */
static bool find_usual(struct headers *h)
{
	unsigned class = cache_class_of(h->m, h->l2), kind = class % CACHE_KINDS;
	bool v6 = kind >= CACHE_IP6_TCP;
	uint8_t *l3, *l4;

	if (class == CACHE_NONE || kind == CACHE_IP6_ICMP || kind == CACHE_OTHER)
		return false;
	if (class >= CACHE_KINDS)
		h->tag = h->l2 + 12;
	l3 = h->payload = h->l2 + 14 + 4 * (class / CACHE_KINDS);
	*(v6 ? &h->ip6 : &h->ip4) = l3;
	l4 = l3 + (v6 ? CACHE_IP6_LEN : CACHE_IP4_LEN);
	h->l4_len = v6 ? l3[4] << 8 | l3[5] : (l3[2] << 8 | l3[3]) - CACHE_IP4_LEN;
	if (kind == CACHE_IP4_TCP || kind == CACHE_IP6_TCP)
		h->tcp = l4;
	else if (kind == CACHE_IP4_PORTS || kind == CACHE_IP6_PORTS)
		*((v6 ? l3[6] : l3[9]) == IP_UDP ? &h->udp : &h->sctp) = l4;
	else if (kind == CACHE_IP4_ICMP)
		h->icmp = l4;
	return true;
}

static void find(struct headers *h)
{
	struct fields_at at;

	if (likely(find_usual(h)))
		return;
	fields_find(h->m, &at);
	h->payload = bytes_at(h, at.payload, 0);
	if (at.tags)
		h->tag = bytes_at(h, 12, 4);
	if (h->payload && at.l3)
		find_l3(h, &at);
	if (at.l4)
		find_l4(h, &at);
}

static bool have_nd(const struct headers *h, uint8_t type)
{
	return h->icmp6 && h->icmp6[0] == type && !h->icmp6[1];
}

bool headers_have(const struct headers *h, enum sw_prereq prereq)
{
	switch (prereq) {
	case SW_PRE_NONE:
	case SW_PRE_IN_PORT:
		return true;
	case SW_PRE_VLAN:
		return h->tag;
	case SW_PRE_MPLS:
		return h->mpls;
	case SW_PRE_PBB:
		return h->pbb;
	case SW_PRE_ARP:
		return h->arp;
	case SW_PRE_IP:
		return h->ip4 || h->ip6;
	case SW_PRE_IPV4:
		return h->ip4;
	case SW_PRE_IPV6:
		return h->ip6;
	case SW_PRE_TCP:
		return h->tcp;
	case SW_PRE_UDP:
		return h->udp;
	case SW_PRE_SCTP:
		return h->sctp;
	case SW_PRE_ICMPV4:
		return h->icmp;
	case SW_PRE_ICMPV6:
		return h->icmp6;
	case SW_PRE_ND:
		return have_nd(h, ND_SOLICIT) || have_nd(h, ND_ADVERT);
	case SW_PRE_ND_SOLICIT:
		return have_nd(h, ND_SOLICIT);
	case SW_PRE_ND_ADVERT:
		return have_nd(h, ND_ADVERT);
	}
	return false;
}

/* The packet, its first bytes together and ours to change; NULL: it was dropped. */
static inline struct rte_mbuf *writable(struct exec *x, struct rte_mbuf *m)
{
	if (likely(rte_mbuf_refcnt_read(m) == 1 && RTE_MBUF_DIRECT(m) &&
		    m->data_len >= RTE_MIN(m->pkt_len, HEADERS_MAX)))
		return m;
	return exec_copy(x, m);
}

/* All ops on one packet: it, or another one in its stead, or NULL. */
static struct rte_mbuf *change_one(
	struct exec *x, struct rte_mbuf *m, const struct op *ops, unsigned n)
{
	enum op_changed changed = OP_MOVED;
	struct headers h;

	m = writable(x, m);
	for (unsigned i = 0; i < n && m; i++) {
		if (changed == OP_MOVED) {
			h = (struct headers){ .m = m, .l2 = rte_pktmbuf_mtod(m, uint8_t *) };
			find(&h);
		}
		changed = ops[i].change(x, &m, &h, &ops[i]);
		if (changed == OP_LOST)
			return NULL;
	}
	return m;
}

void headers_change(struct exec *x, const struct op *ops, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < x->n; i++) {
		struct rte_mbuf *m = change_one(x, x->pkts[i], ops, n);

		if (m)
			x->pkts[kept++] = m;
	}
	x->n = kept;
}

bool headers_insert(struct exec *x, struct rte_mbuf **m, unsigned at, unsigned n)
{
	struct rte_mbuf *copy;
	uint8_t *p;

	if (unlikely(rte_pktmbuf_headroom(*m) < n)) {
		/* A copy begins behind the usual headroom. */
		copy = rte_pktmbuf_copy(*m, sw_pool(), 0, UINT32_MAX);
		if (!copy) {
			sw_drop_one(x->in, SW_ID(drop, copy_no_buffer), *m);
			return false;
		}
		rte_pktmbuf_free(*m);
		*m = copy;
	}
	p = rte_pktmbuf_mtod(*m, uint8_t *);
	memmove(p - n, p, at);
	rte_pktmbuf_prepend(*m, n);
	return true;
}

void headers_remove(struct rte_mbuf *m, unsigned at, unsigned n)
{
	uint8_t *p = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(p + n, p, at);
	rte_pktmbuf_adj(m, n);
}
