/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counting the rules that use groups and meters: by the ids that instructions name, whether or not there is such a thing; and
 * those that ask for lengths of packets, or make them longer, by how many bytes.
 *
 * Control thread only. A count lies in a map of ids in the place of an object, twice itself, since those are even; 0 is none.
 */
#include "uses.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <sw/mem.h>

#include "../exec/code.h"
#include "learned.h"
#include "rules_ctl.h"

static void name(struct rule_code *code, uint32_t id, enum rule_used kind)
{
	for (unsigned i = 0; i < code->n_uses; i++)
		if (code->uses[i].id == id && code->uses[i].kind == kind)
			return;
	code->uses = sw_xrealloc(code->uses, code->n_uses + 1, sizeof(code->uses[0]));
	code->uses[code->n_uses++] = (struct rule_use){ id, kind };
}

/* Bytes that the action makes packets longer by, or below 0 shorter; 0: neither, or those packets' walks are not kept. */
static int growth_of(const char *action)
{
	static const struct {
		const char *action;
		int bytes;
	} growths[] = { { "push_vlan", 4 }, { "mod_vlan_vid", 4 }, { "mod_vlan_pcp", 4 },
		{ "push_mpls", 4 }, { "push_pbb", 18 }, { "pop_vlan", -4 }, { "strip_vlan", -4 } };

	for (unsigned i = 0; i < RTE_DIM(growths); i++)
		if (!strcmp(action, growths[i].action))
			return growths[i].bytes;
	return 0;
}

static void name_list(struct rule_code *code, const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];
		int growth = growth_of(a->type->name);

		if (growth)
			name(code, growth, RULE_USED_GROWTH);
		else if (!strcmp(a->type->name, "check_pkt_larger"))
			name(code, a->larger.len, RULE_USED_LIMIT);
		else if (!strcmp(a->type->name, "group"))
			name(code, a->id, RULE_USED_GROUP);
		else if (!strcmp(a->type->name, "meter"))
			name(code, a->id, RULE_USED_METER);
		else if (!strcmp(a->type->name, "clone"))
			name_list(code, a->nested.list);
		else if (!strcmp(a->type->name, "learn"))
			code->learns = true;
	}
}

void rule_uses_find(struct rule_code *code)
{
	if (code->does.meter)
		name(code, code->does.meter, RULE_USED_METER);
	name_list(code, code->does.apply);
	name_list(code, code->does.write);
}

void rule_uses_init(struct sw_rules *rules)
{
	for (unsigned kind = 0; kind < RULE_USED_KINDS; kind++)
		id_map_init(
			&rules->uses[kind], kind == RULE_USED_LIMIT || kind == RULE_USED_GROWTH);
}

void rule_uses_fini(struct sw_rules *rules)
{
	for (unsigned kind = 0; kind < RULE_USED_KINDS; kind++)
		id_map_fini(&rules->uses[kind]);
}

uint64_t rule_uses_bit(uint32_t id, enum rule_used kind)
{
	return 1ull << ((2 * id + kind) * 0x9e3779b1u >> 26);
}

void rule_uses_note(const struct sw_rule *rule, const struct rule_code *code)
{
	const struct rule_slab *slab = rule_slab_of(rule);

	for (unsigned i = 0; i < code->n_uses; i++)
		if (code->uses[i].kind <= RULE_USED_METER)
			slab->table->slab_uses[slab->pos] |=
				rule_uses_bit(code->uses[i].id, code->uses[i].kind);
}

void rule_uses_count(
	struct sw_rules *rules, const struct sw_rule *rule, const struct rule_code *code, int by)
{
	if (by > 0)
		rule_uses_note(rule, code);
	if (code->learns) {
		rule_learners_count(rules, code->does.apply, by);
		code_used(code->ops, by);
	}
	rules->clauses += by * (int64_t)code->n_clauses;
	for (unsigned i = 0; i < code->n_uses; i++) {
		struct id_map *map = &rules->uses[code->uses[i].kind];
		uintptr_t n = (uintptr_t)id_map_find(map, code->uses[i].id) + 2l * by;

		if (n)
			id_map_set(map, code->uses[i].id, (void *)n);
		else
			id_map_remove(map, code->uses[i].id);
	}
}

uint32_t rules_using_group(const struct sw_rules *rules, uint32_t id)
{
	return (uintptr_t)id_map_find(&rules->uses[RULE_USED_GROUP], id) / 2;
}

uint32_t rules_using_meter(const struct sw_rules *rules, uint32_t id)
{
	return (uintptr_t)id_map_find(&rules->uses[RULE_USED_METER], id) / 2;
}

unsigned rules_growths(const struct sw_rules *rules, const uint32_t **to)
{
	*to = rules->uses[RULE_USED_GROWTH].ids;
	return rules->uses[RULE_USED_GROWTH].n;
}

unsigned rules_limits(const struct sw_rules *rules, const uint32_t **to)
{
	*to = rules->uses[RULE_USED_LIMIT].ids;
	return rules->uses[RULE_USED_LIMIT].n;
}
