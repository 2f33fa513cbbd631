/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing one packet.
 *
 * Inline for the sending loop. The buffer's bytes behind the first 128 must be zero and stay so: checksums
 * reckon with it. Sums are of words as they lie in memory, which is right for any byte order (RFC 1071).
 */
#ifndef SWGEN_WRITE_H
#define SWGEN_WRITE_H

#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_memcpy.h>

#include "build.h"
#include "random.h"

static inline void put16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline void put32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static inline uint16_t build_fold(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum + (sum >> 16);
}

/* Stations of the flow, by side. */
static inline void build_stations(const struct build *b, uint32_t flow, uint32_t station[2])
{
	station[0] = flow < b->macs ? flow : flow % b->macs;
	station[1] = station[0];
	if (b->pattern == PATTERN_ANY)
		station[1] = random_below(random_mix(flow), b->macs);
	else if (b->pattern == PATTERN_SAME)
		station[1] = 0;
	else if (b->pattern == PATTERN_MESH)
		station[1] = flow / b->macs % b->macs;
	station[1] |= 1U << 24;
}

static inline void build_macs(const struct build *b, uint8_t *p, const struct build_packet *pkt)
{
	uint32_t station[2];

	build_stations(b, pkt->flow, station);
	if (b->mutate & MUTATE_DST_MAC)
		station[!b->reverse] = pkt->noise;
	if (b->mutate & MUTATE_SRC_MAC)
		station[b->reverse] = pkt->noise >> 32 ^ pkt->noise << 7;
	put32(p + 2, rte_cpu_to_be_32(station[!b->reverse]));
	put32(p + 8, rte_cpu_to_be_32(station[b->reverse]));
}

static inline void build_tags(const struct build *b, uint8_t *p, const struct build_packet *pkt)
{
	uint32_t at = b->mutate & MUTATE_VLAN ? pkt->noise >> 11 : pkt->flow;

	for (unsigned i = 0; i < b->at.tags; i++)
		put16(p + 14 + 4 * i, rte_cpu_to_be_16(b->vid[i] + at % b->vids[i]));
}

/* Addresses and ports; the sum of what was written, addresses in the lower half. */
static inline uint64_t build_tuple(
	const struct build *b, uint8_t *p, const struct build_packet *pkt, uint64_t *ip_sum)
{
	uint32_t src = rte_cpu_to_be_32(b->ip[b->reverse] + pkt->flow);
	uint32_t dst = rte_cpu_to_be_32(b->ip[!b->reverse] + pkt->flow);
	uint16_t side[2] = { 49152 + (random_mix(pkt->flow) & 0x3fff), 7 };

	if (unlikely(b->mutate)) {
		if (b->mutate & MUTATE_SRC_IP)
			src = rte_cpu_to_be_32(b->ip[b->reverse] + (pkt->noise >> 20 & 0xfffff));
		if (b->mutate & MUTATE_DST_IP)
			dst = rte_cpu_to_be_32(b->ip[!b->reverse] + (pkt->noise >> 44));
		if (b->mutate & MUTATE_SRC_PORT)
			side[b->reverse] = pkt->noise >> 3 | 1024;
		if (b->mutate & MUTATE_DST_PORT)
			side[!b->reverse] = pkt->noise >> 33 | 1024;
	}
	put32(p + b->at.src, src);
	put32(p + b->at.dst, dst);
	put16(p + b->at.l4, rte_cpu_to_be_16(side[b->reverse]));
	put16(p + b->at.l4 + 2, rte_cpu_to_be_16(side[!b->reverse]));
	*ip_sum = (uint64_t)src + dst;
	return *ip_sum + rte_cpu_to_be_16(side[0]) + rte_cpu_to_be_16(side[1]);
}

/* Our bytes; their sum. */
static inline uint64_t build_payload(
	const struct build *b, uint8_t *p, const struct build_packet *pkt)
{
	uint32_t id = b->id | pkt->flow;

	put16(p, SWGEN_MAGIC);
	put32(p + 2, id);
	put32(p + 6, pkt->seq);
	put32(p + 10, pkt->stamp);
	return (uint64_t)SWGEN_MAGIC + id + pkt->seq + pkt->stamp;
}

/* Write packet pkt of size number `size` to p. */
static inline void build_packet(
	const struct build *b, unsigned size, uint8_t *p, const struct build_packet *pkt)
{
	const struct build_template *t = &b->templates[size];
	uint64_t ip_sum, sum;
	uint16_t csum;

	rte_mov64(p, t->head);
	if (b->copies > 1)
		rte_mov64(p + 64, t->head + 64);
	build_macs(b, p, pkt);
	if (b->at.tags)
		build_tags(b, p, pkt);
	sum = build_tuple(b, p, pkt, &ip_sum);
	if (!b->at.v6)
		put16(p + b->at.l3 + 10, ~build_fold(ip_sum + t->ip_sum));
	csum = ~build_fold(sum + build_payload(b, p + b->at.data, pkt) + t->l4_sum);
	put16(p + b->at.l4_csum, csum ? csum : 0xffff);
}

/* A packet that waited gets a new stamp; the checksum follows (RFC 1624). */
static inline void build_stamp(const struct build *b, uint8_t *p, uint32_t stamp)
{
	uint32_t old;
	uint16_t csum;

	memcpy(&old, p + b->at.data + 10, sizeof(old));
	memcpy(&csum, p + b->at.l4_csum, sizeof(csum));
	csum = ~build_fold((uint64_t)(uint16_t)~csum + (uint32_t)~old + stamp);
	put32(p + b->at.data + 10, stamp);
	put16(p + b->at.l4_csum, csum ? csum : 0xffff);
}

#endif
