/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stamps: a commit says where packets may find something else from its version on.
 *
 * Control thread only.
 */
#include "place_ctl.h"

#include <string.h>

#include <sw/mem.h>

#include "../field/proto.h"
#include "mask.h"
#include "place.h"

static bool all(const uint8_t *mask, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (mask[i] != 0xff)
			return false;
	return true;
}

/* The narrowest set of fields that a mask has whole. Of IPv4 and ARP addresses that is four bytes: the others are 0. */
static enum rule_place narrowest(const struct sw_fields *mask, bool short_ip)
{
	unsigned n = short_ip ? 4 : 16;
	bool dst = all(mask->ip_dst, n), src = all(mask->ip_src, n);

	if (dst && src && mask->tp_src == 0xffff && mask->tp_dst == 0xffff)
		return PLACE_TALK;
	if (dst)
		return PLACE_IP_DST;
	if (src)
		return PLACE_IP_SRC;
	if (all(mask->eth_dst, sizeof(mask->eth_dst)))
		return PLACE_ETH_DST;
	if (all(mask->eth_src, sizeof(mask->eth_src)))
		return PLACE_ETH_SRC;
	if (mask->conj_id == UINT32_MAX)
		return PLACE_CONJ;
	if (all(mask->ip_dst, 2))
		return PLACE_NET_DST;
	if (all(mask->ip_src, 2))
		return PLACE_NET_SRC;
	return mask->in_port == UINT32_MAX ? PLACE_IN_PORT : PLACE_NONE;
}

#define SHORT_SHIFT 4
#define FEW	    4096 /* steps of a staging that are stamped one by one */

void rule_mask_note_places(struct rule_mask *mask)
{
	struct sw_fields bits;

	RTE_BUILD_BUG_ON(PLACES >= 1 << SHORT_SHIFT);
	rule_mask_words(mask, (uint64_t *)&bits);
	mask->places = narrowest(&bits, false) | narrowest(&bits, true) << SHORT_SHIFT;
}

static void find_place(struct rule_staged *step)
{
	const struct sw_rule *rule = step->rule;
	struct sw_fields value = { 0 };
	struct rule_places places;
	rte_be16_t type;

	for (unsigned i = 0; i < rule->mask->n; i++)
		((uint64_t *)&value)[rule->mask->at[i]] = rule->value[i];
	type = rte_be_to_cpu_16(value.eth_type);
	step->table = rule->table;
	step->place = rule->mask->places;
	if (type == ETH_IPV4 || type == ETH_ARP || type == ETH_RARP)
		step->place >>= SHORT_SHIFT;
	step->place &= (1 << SHORT_SHIFT) - 1;
	if (step->place == PLACE_CONJ) {
		step->slot = rule_mark_of(rte_be_to_cpu_32(value.conj_id));
		/* Packets that meet no conjunction, whose conj_id is 0, are everywhere. */
		step->place = value.conj_id ? PLACE_CONJ : PLACE_NONE;
	} else if (step->place != PLACE_NONE) {
		rule_places_of(&value, &places);
		step->slot = places.of[step->place];
	}
}

static struct rule_stamps *stamps_of(struct sw_rules *rules, enum rule_place place)
{
	struct rule_stamps *stamps = rules->stamps[place];

	if (!stamps) {
		stamps = sw_xcalloc(1, sizeof(*stamps));
		sw_rcu_set(rules->stamps[place], stamps);
	}
	return stamps;
}

static void stamp_place(
	struct sw_rules *rules, enum rule_place kind, unsigned place, struct rule_table *table)
{
	__atomic_store_n(&stamps_of(rules, kind)->slot[place_slot_of(place, table->id)],
		rules->version + 1, __ATOMIC_RELAXED);
	if (!(table->places >> kind & 1))
		__atomic_store_n(&table->places, table->places | 1u << kind, __ATOMIC_RELEASE);
}

static void note_many(struct sw_rules *rules, const struct rule_staged *step, unsigned place)
{
	struct rule_table *table = rules->table[step->table];
	unsigned slot = place_slot_of(place, step->table);

	rules->many = true;
	table->many |= 1u << step->place;
	if (step->place != PLACE_NONE)
		stamps_of(rules, step->place)->many[slot / 64] |= 1ull << slot % 64;
}

void rule_place_note(struct sw_rules *rules, struct rule_staged *step)
{
	find_place(step);
	if (rules->n_staged < FEW)
		return;
	note_many(rules, step, step->slot);
	if (step->place == PLACE_CONJ)
		note_many(rules, step, RULE_MARK_MANY);
}

static void stamp_many(struct sw_rules *rules, struct rule_stamps *stamps)
{
	for (unsigned i = 0; i < RTE_DIM(stamps->many); i++) {
		for (uint64_t bits = stamps->many[i]; bits; bits &= bits - 1)
			__atomic_store_n(&stamps->slot[i * 64 + __builtin_ctzll(bits)],
				rules->version + 1, __ATOMIC_RELAXED);
		stamps->many[i] = 0;
	}
}

static void stamp_table(struct sw_rules *rules, struct rule_table *table)
{
	uint32_t kinds = table->many & ((1u << PLACES) - 1);

	if (!table->many)
		return;
	if (table->many >> PLACE_NONE & 1)
		__atomic_store_n(&table->changed_wide, rules->version + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&table->places, table->places | kinds, __ATOMIC_RELEASE);
	__atomic_store_n(&table->changed, rules->version + 1, __ATOMIC_RELAXED);
	table->many = 0;
}

static void stamp(struct sw_rules *rules, const struct rule_staged *step)
{
	struct rule_table *table = rules->table[step->table];

	if (step->place == PLACE_NONE)
		__atomic_store_n(&table->changed_wide, rules->version + 1, __ATOMIC_RELAXED);
	else
		stamp_place(rules, step->place, step->slot, table);
	if (step->place == PLACE_CONJ)
		stamp_place(rules, PLACE_CONJ, RULE_MARK_MANY, table);
	__atomic_store_n(&table->changed, rules->version + 1, __ATOMIC_RELAXED);
}

void rule_places_stamp_all(struct sw_rules *rules)
{
	for (unsigned i = 0; i < RULE_TABLES; i++) {
		struct rule_table *table = rules->table[i];

		if (!table)
			continue;
		__atomic_store_n(&table->changed_wide, rules->version + 1, __ATOMIC_RELAXED);
		__atomic_store_n(&table->changed, rules->version + 1, __ATOMIC_RELAXED);
	}
}

void rule_places_stamp(struct sw_rules *rules)
{
	if (rules->voids)
		rule_places_stamp_all(rules);
	for (unsigned i = 0; i < RTE_MIN(rules->n_staged, (unsigned)FEW); i++)
		stamp(rules, &rules->staged[i]);
	if (!rules->many)
		return;
	for (unsigned i = 0; i < PLACES; i++)
		if (rules->stamps[i])
			stamp_many(rules, rules->stamps[i]);
	for (unsigned i = 0; i < RULE_TABLES; i++)
		if (rules->table[i])
			stamp_table(rules, rules->table[i]);
	rules->many = false;
}

void rule_places_forget(struct sw_rules *rules)
{
	if (!rules->many)
		return;
	for (unsigned i = 0; i < PLACES; i++)
		if (rules->stamps[i])
			memset(rules->stamps[i]->many, 0, sizeof(rules->stamps[i]->many));
	for (unsigned i = 0; i < RULE_TABLES; i++)
		if (rules->table[i])
			rules->table[i]->many = 0;
	rules->many = false;
}
