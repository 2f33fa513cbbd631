/* SPDX-License-Identifier: BSD-3-Clause */
/* See flow_hash.h. Products of words and constants, folded; both ends of a connection are hashed by themselves and summed. */
#include "flow_hash.h"

#include <string.h>

#include "../field/proto.h"
#include "../fold.h"

static const uint64_t odd[] = { 0x9e3779b97f4a7c15ull, 0xc2b2ae3d27d4eb4full, 0x165667b19e3779f9ull,
	0xd6e8feb86659fd93ull };

static uint64_t hash_address(const uint8_t *address)
{
	return fold(fold_load64(address) ^ odd[0], fold_load64(address + 8) ^ odd[1]);
}

static uint64_t hash_end(const uint8_t *address, rte_be16_t port)
{
	return fold(hash_address(address) ^ port, odd[2]);
}

static uint64_t hash_mac(const uint8_t *mac)
{
	uint64_t v = 0;

	memcpy(&v, mac, 6);
	return fold(v ^ odd[0], odd[1]);
}

static bool is_ip(const struct sw_fields *f)
{
	return f->eth_type == RTE_BE16(ETH_IPV4) || f->eth_type == RTE_BE16(ETH_IPV6);
}

static uint64_t hash_connection(const struct sw_fields *f, bool udp)
{
	bool ports = !f->ip_frag && (f->ip_proto == IP_TCP || f->ip_proto == IP_SCTP ||
					    (udp && f->ip_proto == IP_UDP));

	return (hash_end(f->ip_src, ports ? f->tp_src : 0) +
		       hash_end(f->ip_dst, ports ? f->tp_dst : 0)) ^
	       f->ip_proto;
}

static uint64_t hash_frame(const struct sw_fields *f)
{
	return (hash_mac(f->eth_src) + hash_mac(f->eth_dst)) ^
	       ((uint64_t)(f->vlan_tci & RTE_BE16(0xfff)) << 16 | f->eth_type);
}

static uint64_t hash_of(const struct sw_fields *f, enum sw_hash_fields what)
{
	if (what == SW_HASH_ETH_SRC)
		return hash_mac(f->eth_src);
	if (what == SW_HASH_SYMMETRIC_L4)
		return fold(hash_frame(f) ^ odd[3], odd[2]) +
		       (is_ip(f) ? hash_connection(f, false) : 0);
	if (!is_ip(f))
		return 0;
	switch (what) {
	case SW_HASH_NW_SRC:
		return hash_address(f->ip_src);
	case SW_HASH_NW_DST:
		return hash_address(f->ip_dst);
	case SW_HASH_SYMMETRIC_L3:
		return hash_end(f->ip_src, 0) + hash_end(f->ip_dst, 0);
	default:
		return hash_connection(f, what == SW_HASH_SYMMETRIC_L3L4_UDP);
	}
}

static uint32_t mix(uint64_t a, uint64_t b)
{
	uint64_t h = fold(a ^ odd[3], b ^ odd[0]);

	return (uint32_t)(h >> 32 ^ h);
}

uint32_t flow_hash(const struct sw_fields *f, enum sw_hash_fields what, uint16_t basis)
{
	return mix(hash_of(f, what), fold(basis + 1ull, odd[1]));
}

uint32_t flow_hash_again(uint32_t hash, uint32_t i)
{
	return mix(fold(hash + 1ull, odd[2]), fold(i + 1ull, odd[1]));
}

static void reads_ip(struct sw_fields *mask, bool src, bool dst)
{
	mask->eth_type = UINT16_MAX;
	if (src)
		memset(mask->ip_src, 0xff, sizeof(mask->ip_src));
	if (dst)
		memset(mask->ip_dst, 0xff, sizeof(mask->ip_dst));
}

void flow_hash_reads(struct sw_fields *mask, enum sw_hash_fields what)
{
	if (what == SW_HASH_ETH_SRC || what == SW_HASH_SYMMETRIC_L4)
		memset(mask->eth_src, 0xff, sizeof(mask->eth_src));
	if (what == SW_HASH_SYMMETRIC_L4) {
		memset(mask->eth_dst, 0xff, sizeof(mask->eth_dst));
		mask->vlan_tci |= RTE_BE16(0xfff | SW_VLAN_PRESENT);
	}
	if (what != SW_HASH_ETH_SRC)
		reads_ip(mask, what != SW_HASH_NW_DST, what != SW_HASH_NW_SRC);
	if (what == SW_HASH_SYMMETRIC_L4 || what == SW_HASH_SYMMETRIC_L3L4 ||
		what == SW_HASH_SYMMETRIC_L3L4_UDP) {
		mask->ip_proto = mask->ip_frag = UINT8_MAX;
		mask->tp_src = mask->tp_dst = UINT16_MAX;
	}
}
