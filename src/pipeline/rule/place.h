/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which packets a change of rules can concern, told without comparing: places. What a packet's fields say of some fixed
 * sets of fields (its conversation, its destination, a prefix of it, its port, ...) is hashed to a place each. A rule that
 * matches all of one set can only take packets with its place there, so a commit stamps that one place with its version; a
 * rule that matches no set whole stamps the table. What was found for a packet holds for as long as neither its
 * places nor its tables' stamps are younger: changes of other rules do not touch it, however many there are.
 *
 * room: pipeline (private). Places: any thread. Stamps: control writes, workers read.
 */
#ifndef RULE_PLACE_H
#define RULE_PLACE_H

#include <rte_common.h>

#include <sw/field.h>

#include "../fold.h"

enum rule_place {
	PLACE_TALK, /* addresses and ports of both ends */
	PLACE_IP_DST,
	PLACE_IP_SRC,
	PLACE_NET_DST, /* the first 16 bits */
	PLACE_NET_SRC,
	PLACE_ETH_DST,
	PLACE_ETH_SRC,
	PLACE_IN_PORT,
	PLACE_FIELDS,		   /* those before it are of fields */
	PLACE_CONJ = PLACE_FIELDS, /* the conjunction whose dimensions the packet meets */
	PLACES,
	PLACE_NONE = PLACES /* the rule could take any packet */
};

#define PLACE_SLOTS 32768

/* 15 bits each. Their highest bits together are the mark of conjunctions. */
struct rule_places {
	uint16_t of[PLACE_FIELDS];
};

/* Of a bridge, one for each kind that its rules have: the version that changed what is here last. Tables share them. */
struct rule_stamps {
	uint64_t slot[PLACE_SLOTS];
	uint64_t many[PLACE_SLOTS / 64]; /* control's: those that a large staging is to stamp */
};

static inline uint64_t place_ip(const uint8_t *p)
{
	return fold_load64(p) + fold_load64(p + 8) * 0xd6e8feb86659fd93ull;
}

static inline uint16_t place_hash(uint64_t v, unsigned kind)
{
	v = (v ^ (kind + 1) * 0xa0761d6478bd642full) * 0x9e3779b97f4a7c15ull;
	v = (v ^ v >> 32) * 0xe7037ed1a0b428dbull;
	return v >> 49;
}

static inline void rule_places_of(const struct sw_fields *f, struct rule_places *p)
{
	uint64_t dst = place_ip(f->ip_dst), src = place_ip(f->ip_src);
	uint64_t eth_dst = 0, eth_src = 0;

	memcpy(&eth_dst, f->eth_dst, sizeof(f->eth_dst));
	memcpy(&eth_src, f->eth_src, sizeof(f->eth_src));
	p->of[PLACE_TALK] = place_hash(dst * 3 + (src ^ src >> 29) * 0x2545f4914f6cdd1dull +
					       ((uint64_t)f->tp_src << 16 | f->tp_dst),
		PLACE_TALK);
	p->of[PLACE_IP_DST] = place_hash(dst, PLACE_IP_DST);
	p->of[PLACE_IP_SRC] = place_hash(src, PLACE_IP_SRC);
	p->of[PLACE_NET_DST] = place_hash(f->ip_dst[0] << 8 | f->ip_dst[1], PLACE_NET_DST);
	p->of[PLACE_NET_SRC] = place_hash(f->ip_src[0] << 8 | f->ip_src[1], PLACE_NET_SRC);
	p->of[PLACE_ETH_DST] = place_hash(eth_dst, PLACE_ETH_DST);
	p->of[PLACE_ETH_SRC] = place_hash(eth_src, PLACE_ETH_SRC);
	p->of[PLACE_IN_PORT] = place_hash(f->in_port, PLACE_IN_PORT);
}

/* Marks: which conjunction a packet was looked up again for, hashed to a few values. What was found holds for rules that match the
 * conj_id of others, and where it met none, for rules that match any. */
#define RULE_MARK_NONE 0
#define RULE_MARK_MANY 255

static inline uint8_t rule_mark_of(uint32_t id)
{
	return 1 + fold(id ^ 0xa0761d6478bd642full, 0xe7037ed1a0b428dbull) % (RULE_MARK_MANY - 1);
}

static inline uint8_t rule_marks(uint8_t a, uint8_t b)
{
	return !a || a == b ? b : !b ? a : RULE_MARK_MANY;
}

static inline void rule_places_set_mark(struct rule_places *p, uint8_t mark)
{
	for (unsigned i = 0; i < PLACE_FIELDS; i++)
		p->of[i] = (p->of[i] & (PLACE_SLOTS - 1)) | (mark >> i & 1) * PLACE_SLOTS;
}

static inline uint8_t rule_places_mark(const struct rule_places *p)
{
	unsigned mark = 0;

	for (unsigned i = 0; i < PLACE_FIELDS; i++)
		mark |= p->of[i] / PLACE_SLOTS << i;
	return mark;
}

/* All that places are made of: fields that have the same have the same places. */
struct rule_place_bytes {
	uint64_t of[7];
};

static inline void rule_place_bytes_of(const struct sw_fields *f, struct rule_place_bytes *b)
{
	b->of[0] = fold_load64(f->eth_dst);
	b->of[1] = (uint64_t)fold_load32(f->eth_src + 2) << 32 | f->in_port;
	b->of[2] = (uint64_t)f->tp_src << 16 | f->tp_dst;
	b->of[3] = fold_load64(f->ip_src);
	b->of[4] = fold_load64(f->ip_src + 8);
	b->of[5] = fold_load64(f->ip_dst);
	b->of[6] = fold_load64(f->ip_dst + 8);
}

/* Have these fields the same? */
static inline bool rule_place_bytes_are(const struct rule_place_bytes *b, const struct sw_fields *f)
{
	struct rule_place_bytes now;

	rule_place_bytes_of(f, &now);
	return !((b->of[0] ^ now.of[0]) | (b->of[1] ^ now.of[1]) | (b->of[2] ^ now.of[2]) |
		 (b->of[3] ^ now.of[3]) | (b->of[4] ^ now.of[4]) | (b->of[5] ^ now.of[5]) |
		 (b->of[6] ^ now.of[6]));
}

static inline unsigned place_slot_of(unsigned place, unsigned table)
{
	return (place ^ table * 0x6b43u) % PLACE_SLOTS;
}

static inline unsigned place_slot(const struct rule_places *p, unsigned kind, unsigned table)
{
	return place_slot_of(kind == PLACE_CONJ ? rule_places_mark(p) : p->of[kind], table);
}

#endif
