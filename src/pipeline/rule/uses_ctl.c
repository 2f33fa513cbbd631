/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counting the rules that use groups and meters: by the ids that instructions name, whether or not there is such a thing.
 *
 * Control thread only. A count lies in a map of ids in the place of an object, twice itself, since those are even; 0 is none.
 */
#include "uses.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "../exec/code.h"
#include "learned.h"
#include "rules_ctl.h"

static void name(struct rule_code *code, uint32_t id, bool meter)
{
	for (unsigned i = 0; i < code->n_uses; i++)
		if (code->uses[i].id == id && code->uses[i].meter == meter)
			return;
	code->uses = sw_xrealloc(code->uses, code->n_uses + 1, sizeof(code->uses[0]));
	code->uses[code->n_uses++] = (struct rule_use){ id, meter };
}

static void name_list(struct rule_code *code, const struct sw_actions *list)
{
	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (!strcmp(a->type->name, "group"))
			name(code, a->id, false);
		else if (!strcmp(a->type->name, "meter"))
			name(code, a->id, true);
		else if (!strcmp(a->type->name, "clone"))
			name_list(code, a->nested.list);
		else if (!strcmp(a->type->name, "learn"))
			code->learns = true;
	}
}

void rule_uses_find(struct rule_code *code)
{
	if (code->does.meter)
		name(code, code->does.meter, true);
	name_list(code, code->does.apply);
	name_list(code, code->does.write);
}

void rule_uses_init(struct sw_rules *rules)
{
	id_map_init(&rules->group_uses, false);
	id_map_init(&rules->meter_uses, false);
}

void rule_uses_fini(struct sw_rules *rules)
{
	id_map_fini(&rules->group_uses);
	id_map_fini(&rules->meter_uses);
}

uint64_t rule_uses_bit(uint32_t id, bool meter)
{
	return 1ull << ((2 * id + meter) * 0x9e3779b1u >> 26);
}

void rule_uses_note(const struct sw_rule *rule, const struct rule_code *code)
{
	const struct rule_slab *slab = rule_slab_of(rule);

	for (unsigned i = 0; i < code->n_uses; i++)
		slab->table->slab_uses[slab->pos] |=
			rule_uses_bit(code->uses[i].id, code->uses[i].meter);
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
		struct id_map *map = code->uses[i].meter ? &rules->meter_uses : &rules->group_uses;
		uintptr_t n = (uintptr_t)id_map_find(map, code->uses[i].id) + 2l * by;

		if (n)
			id_map_set(map, code->uses[i].id, (void *)n);
		else
			id_map_remove(map, code->uses[i].id);
	}
}

uint32_t rules_using_group(const struct sw_rules *rules, uint32_t id)
{
	return (uintptr_t)id_map_find(&rules->group_uses, id) / 2;
}

uint32_t rules_using_meter(const struct sw_rules *rules, uint32_t id)
{
	return (uintptr_t)id_map_find(&rules->meter_uses, id) / 2;
}
