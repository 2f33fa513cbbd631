/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stamps: a commit says where packets may find something else from its version on.
 *
 * Control thread only.
 */
#include "place_ctl.h"

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

/* Masks come in runs: what the last one came to. */
struct last_mask {
	const struct rule_mask *mask;
	enum rule_place place[2]; /* by short_ip */
};

static void look_at(struct last_mask *last, const struct rule_mask *mask)
{
	struct sw_fields bits;

	rule_mask_words(mask, (uint64_t *)&bits);
	last->mask = mask;
	for (unsigned i = 0; i < 2; i++)
		last->place[i] = narrowest(&bits, i);
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
	__atomic_store_n(&table->places, table->places | 1u << kind, __ATOMIC_RELEASE);
}

/* Packets that meet no conjunction, whose conj_id is 0, are everywhere. */
static void stamp_conj(struct sw_rules *rules, uint32_t id, struct rule_table *table)
{
	stamp_place(rules, PLACE_CONJ, rule_mark_of(id), table);
	stamp_place(rules, PLACE_CONJ, RULE_MARK_MANY, table);
}

static void stamp(struct sw_rules *rules, const struct sw_rule *rule, struct last_mask *last)
{
	struct rule_table *table = rules->table[rule->table];
	struct sw_fields value = { 0 };
	struct rule_places places;
	enum rule_place place;
	rte_be16_t type;

	if (rule->mask != last->mask)
		look_at(last, rule->mask);
	for (unsigned i = 0; i < rule->mask->n; i++)
		((uint64_t *)&value)[rule->mask->at[i]] = rule->value[i];
	type = rte_be_to_cpu_16(value.eth_type);
	place = last->place[type == ETH_IPV4 || type == ETH_ARP || type == ETH_RARP];
	if (place == PLACE_NONE || (place == PLACE_CONJ && !value.conj_id)) {
		__atomic_store_n(&table->changed_wide, rules->version + 1, __ATOMIC_RELAXED);
	} else if (place == PLACE_CONJ) {
		stamp_conj(rules, rte_be_to_cpu_32(value.conj_id), table);
	} else {
		rule_places_of(&value, &places);
		stamp_place(rules, place, places.of[place], table);
	}
	__atomic_store_n(&table->changed, rules->version + 1, __ATOMIC_RELAXED);
}

void rule_places_stamp(struct sw_rules *rules)
{
	struct last_mask last = { 0 };

	for (unsigned i = 0; i < rules->n_staged; i++)
		stamp(rules, rules->staged[i].rule, &last);
}
