/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Columns of sieves: each field, and each part of a field that masks of tuples look at (a prefix), can be one. They
 * are chosen one after the other: the next is the one that shows the tuples most bits which those before it do not.
 *
 * Control thread only.
 */
#include "columns.h"

#include <string.h>

#include "mask.h"

#define PARTS \
	64 /* columns that are considered; more than fields times prefixes in any real table */

#define FIELD(member)                                                                       \
	{                                                                                   \
		offsetof(struct sw_fields, member), sizeof(((struct sw_fields *)0)->member) \
	}

/* Where fields of a word begin, and their bytes; one that lies in several words is several. */
static const struct {
	uint16_t at, size;
} fields[] = {
	FIELD(metadata),
	FIELD(tunnel_id),
	FIELD(in_port),
	FIELD(in_phy_port),
	FIELD(actset_output),
	FIELD(packet_type),
	FIELD(pkt_mark),
	FIELD(pbb_isid),
	FIELD(eth_dst),
	FIELD(eth_src),
	FIELD(eth_type),
	FIELD(vlan_tci),
	FIELD(mpls_lse),
	FIELD(ip_proto),
	FIELD(ip_tos),
	FIELD(ip_ttl),
	FIELD(ip_frag),
	FIELD(ip_src),
	FIELD(ip_dst),
	FIELD(tp_src),
	FIELD(tp_dst),
	FIELD(tcp_flags),
	FIELD(ipv6_exthdr),
	FIELD(ipv6_label),
	FIELD(arp_op),
	FIELD(nd_target),
	FIELD(arp_sha),
	FIELD(arp_tha),
	FIELD(conj_id),
};

struct part {
	uint64_t mask;
	uint8_t word;
};

struct parts {
	struct part part[PARTS];
	unsigned n;
};

static void note(struct parts *parts, unsigned word, uint64_t mask)
{
	for (unsigned i = 0; i < parts->n; i++)
		if (parts->part[i].word == word && parts->part[i].mask == mask)
			return;
	if (mask && parts->n < PARTS)
		parts->part[parts->n++] = (struct part){ mask, word };
}

/* The bytes of a word that are of a field. */
static uint64_t bytes_in(unsigned word, unsigned at, unsigned size)
{
	uint8_t byte[8];

	for (unsigned i = 0; i < 8; i++)
		byte[i] = word * 8 + i >= at && word * 8 + i < at + size ? 0xff : 0;
	return *(const uint64_t *)memcpy(&(uint64_t){ 0 }, byte, 8);
}

static void note_field(
	struct parts *parts, const struct rule_mask *mask, unsigned at, unsigned size)
{
	for (unsigned w = at / 8; w <= (at + size - 1) / 8; w++)
		note(parts, w, rule_mask_word(mask, w) & bytes_in(w, at, size));
}

static void note_tuple(struct parts *parts, const struct rule_mask *mask)
{
	for (unsigned i = 0; i < RTE_DIM(fields); i++)
		note_field(parts, mask, fields[i].at, fields[i].size);
	for (unsigned i = 0; i < SW_REGS; i++)
		note_field(parts, mask, offsetof(struct sw_fields, reg) + i * 4, 4);
}

/* Bits that the part would show of a tuple, beyond what columns show already. */
static unsigned shows(
	const struct rule_sieve *s, const struct part *part, const struct rule_mask *mask)
{
	uint64_t known = 0;

	if ((rule_mask_word(mask, part->word) & part->mask) != part->mask)
		return 0;
	for (unsigned c = 0; c < s->columns; c++)
		if (s->column[c].word == part->word &&
			!(s->column[c].mask & ~rule_mask_word(mask, part->word)))
			known |= s->column[c].mask;
	return __builtin_popcountll(part->mask & ~known);
}

static bool add_best(struct rule_sieve *s, const struct parts *parts,
	struct rule_tuple *const *tuple, unsigned n)
{
	const struct part *best = NULL;
	unsigned most = 0;

	for (unsigned i = 0; i < parts->n; i++) {
		unsigned sum = 0;

		for (unsigned k = 0; k < n; k++)
			sum += shows(s, &parts->part[i], tuple[k]->mask);
		if (sum <= most)
			continue;
		most = sum;
		best = &parts->part[i];
	}
	if (!best)
		return false;
	s->column[s->columns++] = (struct rule_column){ .word = best->word, .mask = best->mask };
	return true;
}

void rule_columns_choose(struct rule_sieve *sieve, struct rule_tuple *const *tuple, unsigned n)
{
	struct parts parts = { .n = 0 };

	for (unsigned i = 0; i < n; i++)
		note_tuple(&parts, tuple[i]->mask);
	while (sieve->columns < RULE_COLUMNS && add_best(sieve, &parts, tuple, n))
		;
}
