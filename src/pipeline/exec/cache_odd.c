/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keys of packets whose headers lie at no fixed place (ARP, fragments, options and extension headers, labels, headers that
 * several segments share): their fields under the mask of all that rules read, the words that are 0 left out, so that most
 * packets fit though rules look at much. What walks ask of a packet beside what rules and actions say they read, the
 * class says of others; here it is in the first word.
 *
 * And keys that have the class of the packet's length, too, as rules ask for it: a byte more among those of either kind.
 *
 * Workers.
 */
#include "cache_key.h"

#include "../field/extract.h"
#include "have.h"

#define WORDS (2 * CACHE_LANES)

_Static_assert(CACHE_ODD < CACHE_CLASSES, "the class has a number");
_Static_assert(CACHE_ODD_WORDS <= 32, "a bit for each word of the fields");
_Static_assert(CACHE_ODD_FIRST >= 8, "the class of the length is in the bits before them");

/* Is its TTL 0 or 1? Rules that count down lose it. */
static __rte_always_inline bool is_at_end(const struct sw_fields *f)
{
	if (have(f, SW_PRE_MPLS))
		return (rte_be_to_cpu_32(f->mpls_lse) & 0xff) <= CACHE_TTL_END;
	return f->ip_ttl <= CACHE_TTL_END && have(f, SW_PRE_IP);
}

/* Which headers it has. */
static __rte_always_inline uint64_t shape(const struct sw_fields *f, const struct rte_mbuf *m)
{
	uint64_t is = (uint64_t)f->eth_type << 32 | (uint64_t)f->ip_proto << 48 |
		      (uint64_t)f->ip_frag << 56 | (uint64_t)have_ip(f) << 59;

	if (unlikely(f->vlan_tci))
		is |= UINT64_C(1) << 58 |
		      (uint64_t)cache_has_two_tags(m, rte_pktmbuf_mtod(m, const uint8_t *)) << 60;
	if (unlikely(is_at_end(f)))
		is |= UINT64_C(1) << CACHE_ODD_END;
	return is;
}

/* How many words, or 0: there are too many. The last lane is whole. */
static __rte_always_inline unsigned gather(uint64_t *to, const struct sw_fields *fields,
	const struct cache_masks *masks, const struct rte_mbuf *m)
{
	const uint64_t *value = (const uint64_t *)fields;
	const uint64_t *mask = (const uint64_t *)&masks->reads;
	uint64_t head = shape(fields, m);
	unsigned n = 1;

	for (uint32_t left = masks->odd; left; left &= left - 1) {
		unsigned w = __builtin_ctz(left);
		uint64_t word = value[w] & mask[w];

		if (!word)
			continue;
		if (n == WORDS)
			return 0;
		head |= UINT64_C(1) << w;
		to[n++] = word;
	}
	to[0] = head;
	if (n % 2)
		to[n] = 0;
	return n;
}

/* All but its hash; false: it has none. */
static __rte_always_inline bool gather_key(
	struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m)
{
	struct sw_fields fields;
	unsigned n;

	key->class = CACHE_NONE;
	fields_extract(m, 0, &fields);
	key->lane[0] = key->lane[1] = (cache_lane){ 0 };
	n = gather((uint64_t *)key->lane, &fields, r->masks, m);
	if (!n)
		return false;
	key->class = CACHE_ODD;
	key->owner = r->owner;
	key->n = RTE_MAX((n + 1) / 2, (unsigned)CACHE_NEAR);
	return true;
}

void cache_key_odd(struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m)
{
	if (gather_key(key, r, m))
		key->hash = cache_hash_of(key, r->base);
}

void cache_key_odd_long(
	struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m)
{
	if (!gather_key(key, r, m))
		return;
	key->lane[0][0] |= cache_length_class(&r->masks->limits, m->pkt_len);
	key->hash = cache_hash_of(key, r->base);
}

/* As of any packet of its class, but with that byte. */
void cache_key_beside(struct cache_key *key, const struct cache_reader *r, const struct rte_mbuf *m,
	unsigned class)
{
	const struct cache_layout *layout = &r->masks->layout[class];

	if (unlikely(layout->beside != CACHE_BESIDE_LENGTH || !cache_key_fits(m))) {
		r->masks->key_odd(key, r, m);
		return;
	}
	key->class = class;
	cache_key_bytes(key, r, layout, rte_pktmbuf_mtod(m, const uint8_t *));
	((uint8_t *)key->lane)[layout->length_at] =
		cache_length_class(&r->masks->limits, m->pkt_len);
	key->hash = cache_hash_of(key, r->base);
}
