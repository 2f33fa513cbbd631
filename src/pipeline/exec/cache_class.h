/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classes of packets whose headers lie at fixed places: so many tags, then one of these. A packet is of a class only when the
 * parser of fields (../field/extract.h) would take its headers for whole and right, so that each field is just some bits at a
 * known place, or the class itself says it (that it is no fragment, say).
 *
 * room: pipeline (private). Thread: any.
 */
#ifndef PIPELINE_EXEC_CACHE_CLASS_H
#define PIPELINE_EXEC_CACHE_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "../field/proto.h"
#include "../fold.h"

enum cache_kind {
	CACHE_IP4_TCP,
	CACHE_IP4_PORTS, /* UDP, SCTP */
	CACHE_IP4_ICMP,
	CACHE_IP4_OTHER, /* a protocol without fields */
	CACHE_IP6_TCP,
	CACHE_IP6_PORTS,
	CACHE_IP6_ICMP,
	CACHE_IP6_OTHER,
	CACHE_OTHER, /* an EtherType without fields */
	CACHE_KINDS
};
#define CACHE_TAGS		2 /* at most */
#define CACHE_NONE		UINT8_MAX
#define CACHE_CLASS(tags, kind) ((tags)*CACHE_KINDS + (kind))
#define CACHE_ODD		CACHE_CLASS(CACHE_TAGS + 1, 0) /* none of these: its key is made of its fields */

#define CACHE_IP4_LEN  20
#define CACHE_IP6_LEN  40
#define CACHE_TTL_END  1 /* rules that count down lose those packets: they are of no class */
#define CACHE_ICMP_LEN 8

/* What follows IP: the header must be there whole, within what IP says is its own. */
static __rte_always_inline unsigned cache_kind_of_l4(unsigned proto, uint32_t left, bool v6)
{
	unsigned base = v6 ? CACHE_IP6_TCP : CACHE_IP4_TCP;

	switch (proto) {
	case IP_TCP:
		return left >= 20 ? base : CACHE_NONE;
	case IP_UDP:
		return left >= 8 ? base + 1 : CACHE_NONE;
	case IP_SCTP:
		return left >= 12 ? base + 1 : CACHE_NONE;
	case IP_ICMP:
		return v6 ? base + 3 : left >= CACHE_ICMP_LEN ? base + 2 : CACHE_NONE;
	case IP_ICMPV6:
		return !v6 ? base + 3 : left >= CACHE_ICMP_LEN ? base + 2 : CACHE_NONE;
	case IP_HOP:
	case IP_ROUTING:
	case IP_FRAGMENT:
	case IP_ESP:
	case IP_AUTH:
	case IP_NONE:
	case IP_DSTOPTS:
		return v6 ? CACHE_NONE : base + 3;
	default:
		return base + 3;
	}
}

/* `left` bytes from p on are in the first segment, `all` in the packet. */
static __rte_always_inline unsigned cache_kind_of_ip4(const uint8_t *p, uint32_t left, uint32_t all)
{
	uint32_t total;

	if (unlikely(left < CACHE_IP4_LEN || p[0] != 0x45 ||
		     fold_load16(p + 6) & RTE_BE16(0x3fff) || p[8] <= CACHE_TTL_END))
		return CACHE_NONE;
	total = __builtin_bswap16(fold_load16(p + 2));
	if (unlikely(total < CACHE_IP4_LEN || total > all))
		return CACHE_NONE;
	return cache_kind_of_l4(p[9], RTE_MIN(total, left) - CACHE_IP4_LEN, false);
}

static __rte_always_inline unsigned cache_kind_of_ip6(const uint8_t *p, uint32_t left, uint32_t all)
{
	uint32_t total;

	if (unlikely(left < CACHE_IP6_LEN || p[0] >> 4 != 6 || p[7] <= CACHE_TTL_END))
		return CACHE_NONE;
	total = CACHE_IP6_LEN + __builtin_bswap16(fold_load16(p + 4));
	if (unlikely(total > all))
		return CACHE_NONE;
	return cache_kind_of_l4(p[6], RTE_MIN(total, left) - CACHE_IP6_LEN, true);
}

static inline bool cache_is_tag(rte_be16_t type)
{
	return type == RTE_BE16(ETH_VLAN) || type == RTE_BE16(ETH_QINQ);
}

/* Of a packet with a tag: is there another one behind it, or may there be? */
static inline bool cache_has_two_tags(const struct rte_mbuf *m, const uint8_t *p)
{
	return m->data_len < 18 || cache_is_tag(fold_load16(p + 16));
}

/* Behind so many tags, p + at - 2 is the EtherType. */
static __rte_always_inline unsigned cache_class_behind(
	const struct rte_mbuf *m, const uint8_t *p, unsigned tags, unsigned at)
{
	rte_be16_t type = fold_load16(p + at - 2);
	unsigned kind;

	if (likely(type == RTE_BE16(ETH_IPV4)))
		kind = cache_kind_of_ip4(p + at, m->data_len - at, m->pkt_len - at);
	else if (type == RTE_BE16(ETH_IPV6))
		kind = cache_kind_of_ip6(p + at, m->data_len - at, m->pkt_len - at);
	else if (rte_be_to_cpu_16(type) < ETH_TYPE_MIN || type == RTE_BE16(ETH_ARP) ||
		 type == RTE_BE16(ETH_RARP) || type == RTE_BE16(ETH_MPLS) ||
		 type == RTE_BE16(ETH_MPLS_MCAST) || type == RTE_BE16(ETH_PBB) ||
		 cache_is_tag(type))
		kind = CACHE_NONE;
	else
		kind = CACHE_OTHER;
	return kind == CACHE_NONE ? CACHE_NONE : CACHE_CLASS(tags, kind);
}

static inline unsigned cache_class_tagged(const struct rte_mbuf *m, const uint8_t *p)
{
	unsigned tags = 1;

	while (m->data_len >= 14 + 4 * tags && cache_is_tag(fold_load16(p + 12 + 4 * tags)))
		tags++;
	if (m->data_len < 14 + 4 * tags || tags > CACHE_TAGS)
		return CACHE_NONE;
	return cache_class_behind(m, p, tags, 14 + 4 * tags);
}

static __rte_always_inline unsigned cache_class_of(const struct rte_mbuf *m, const uint8_t *p)
{
	if (unlikely(m->data_len < 14))
		return CACHE_NONE;
	if (likely(!cache_is_tag(fold_load16(p + 12))))
		return cache_class_behind(m, p, 0, 14);
	return cache_class_tagged(m, p);
}

#endif
