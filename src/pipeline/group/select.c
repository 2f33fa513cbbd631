/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a packet's fields to a bucket of a select group.
 *
 * Workers. The hash is keyed at start by products of words and secrets, folded: who sends packets cannot tell which
 * connections meet. Each end's addresses and port are hashed by themselves and summed, so that directions are alike.
 */
#include "group.h"
#include "live.h"

#include <string.h>

#include <rte_byteorder.h>

#include "../field/extract.h"
#include "../field/proto.h"
#include "../fold.h"

uint64_t select_secret[4];

/* A MAC address, as far as `macs` says, and a port in one word; two bytes behind the address are read, too. */
static inline uint64_t place(const uint8_t *mac, uint64_t macs, rte_be16_t port)
{
	return (fold_load64(mac) << 16 & macs) | port;
}

static uint64_t hash_end(const uint8_t *address, uint64_t place)
{
	uint64_t h = fold(fold_load64(address) ^ select_secret[0],
		fold_load64(address + 8) ^ select_secret[1]);

	return fold(h ^ place, select_secret[2]);
}

static bool is_ip(rte_be16_t type)
{
	return type == RTE_BE16(ETH_IPV4) || type == RTE_BE16(ETH_IPV6);
}

static inline bool has_ports(uint8_t proto)
{
	return proto == IP_TCP || proto == IP_UDP || proto == IP_SCTP;
}

/* A fragment's ports may be in another one; ARP has addresses where IP has them. */
static uint64_t hash_connection(const struct select *s, const struct sw_fields *f)
{
	bool ip = is_ip(f->eth_type), ports = ip && !f->ip_frag && has_ports(f->ip_proto);
	uint64_t macs = ip ? s->macs : SELECT_MACS;
	uint64_t ends = hash_end(f->ip_src, place(f->eth_src, macs, ports ? f->tp_src : 0)) +
			hash_end(f->ip_dst, place(f->eth_dst, macs, ports ? f->tp_dst : 0));

	if (ip)
		return ends ^ f->ip_proto;
	return ends ^ f->eth_type ^ ((uint64_t)f->mpls_lse & RTE_BE32(0xfffff000)) << 16;
}

static uint64_t hash_words(const struct select *s, const struct sw_fields *f)
{
	const uint64_t *words = (const uint64_t *)f;
	uint64_t h = select_secret[0];

	for (unsigned i = 0; i < s->n_words; i++)
		h = fold(h ^ (words[s->at[i]] & s->word[i]), select_secret[1] + 2 * i);
	return h;
}

static inline uint64_t finish(const struct select *s, uint64_t h)
{
	return fold(h ^ s->basis, select_secret[3]);
}

static uint64_t hash_fields(const struct select *s, const struct sw_fields *f)
{
	return finish(s, s->n_words ? hash_words(s, f) : hash_connection(s, f));
}

/* The same of an address of IPv4, which is 4 bytes and zeros among the fields. */
static inline uint64_t hash_end4(const uint8_t *address, uint64_t place)
{
	uint64_t h = fold(fold_load32(address) ^ select_secret[0], select_secret[1]);

	return fold(h ^ place, select_secret[2]);
}

/* Where IPv4 begins, when no more than one tag is before it and it is as nearly all of it is: without options, no fragment,
 * and so long that its ports are there whatever they are of. 0: it is not. */
static inline unsigned usual_ip4(const struct rte_mbuf *m, const uint8_t *p)
{
	unsigned at = 14, total;

	if (m->data_len < 18 + 40)
		return 0;
	if (fold_load16(p + 12) == RTE_BE16(ETH_VLAN))
		at = 18;
	if (fold_load16(p + at - 2) != RTE_BE16(ETH_IPV4) || p[at] != 0x45 ||
		fold_load16(p + at + 6) & RTE_BE16(0x3fff) || !has_ports(p[at + 9]))
		return 0;
	total = rte_be_to_cpu_16(fold_load16(p + at + 2));
	return total >= 40 && total <= m->pkt_len - at ? at : 0;
}

static inline uint64_t hash_packet(const struct select *s, const struct rte_mbuf *m)
{
	const uint8_t *p = rte_pktmbuf_mtod(m, const uint8_t *);
	unsigned at = s->n_words ? 0 : usual_ip4(m, p);
	struct sw_fields f;

	if (likely(at))
		return finish(s,
			(hash_end4(p + at + 12, place(p + 6, s->macs, fold_load16(p + at + 20))) +
				hash_end4(
					p + at + 16, place(p, s->macs, fold_load16(p + at + 22)))) ^
				p[at + 9]);
	fields_extract(m, 0, &f);
	return hash_fields(s, &f);
}

/* A share of the hash for each live one by its weight. */
static int among_live(
	const struct rules_prog *prog, uint64_t version, const struct sw_group *g, uint64_t hash)
{
	uint8_t live[SW_BUCKETS_MAX];
	uint64_t sum = 0, at;

	for (unsigned i = 0; i < g->n; i++) {
		live[i] = g->bucket[i].weight && bucket_is_live(prog, version, &g->bucket[i]);
		sum += live[i] ? g->bucket[i].weight : 0;
	}
	at = (hash >> 32) * sum >> 32;
	for (unsigned i = 0; i < g->n; i++) {
		if (!live[i])
			continue;
		if (at < g->bucket[i].weight)
			return i;
		at -= g->bucket[i].weight;
	}
	return -1;
}

static inline int bucket_of(
	const struct rules_prog *prog, uint64_t version, const struct sw_group *g, uint64_t hash)
{
	const struct select *s = g->select;
	unsigned i;

	if (unlikely(!s->slots))
		return -1;
	i = s->slot[hash & (s->slots - 1)];
	if (likely(bucket_is_live(prog, version, &g->bucket[i])))
		return i;
	return among_live(prog, version, g, fold(hash ^ select_secret[2], select_secret[0]));
}

int select_by_fields(const struct rules_prog *prog, uint64_t version, const struct sw_group *g,
	const struct sw_fields *f)
{
	return bucket_of(prog, version, g, hash_fields(g->select, f));
}

int select_by_packet(const struct rules_prog *prog, uint64_t version, const struct sw_group *g,
	const struct rte_mbuf *m)
{
	uint64_t hash =
		likely(g->n > 1) ? hash_packet(g->select, m) : 0; /* one bucket has no choice */

	return bucket_of(prog, version, g, hash);
}
