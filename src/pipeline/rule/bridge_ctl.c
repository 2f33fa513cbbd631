/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a bridge asks of its rules: what they look at, and whether they say more than NORMAL.
 *
 * Control thread only.
 */
#include <string.h>

#include "code.h"
#include "find.h"
#include "group.h"
#include "mask.h"
#include "rules_ctl.h"
#include "tuple_ctl.h"
#include "view.h"

void rules_hook(struct sw_rules *rules, const struct rule_hooks *hooks, void *arg)
{
	rules->hooks = hooks;
	rules->hooks_arg = arg;
}

void rules_read(const struct sw_rules *rules, struct sw_fields *reads)
{
	uint64_t *to = (uint64_t *)reads;

	*reads = rules->ops_read;
	for (unsigned t = 0; t < RULE_TABLES; t++) {
		const struct rule_table *table = rules->table[t];
		const uint64_t *from =
			table && table->view ? (const uint64_t *)&table->view->reads : NULL;

		for (unsigned i = 0; from && i < RULE_WORDS; i++)
			to[i] |= from[i];
	}
}

static bool does_normal(const struct sw_instructions *does)
{
	const struct sw_actions *list = does->apply;

	return !does->meter && !does->write && !does->clear && !does->metadata_mask &&
	       does->goto_table == -1 && list && list->n == 1 &&
	       !strcmp(list->a[0].type->name, "output") && list->a[0].output.port == SW_OFPP_NORMAL;
}

/* One that takes every packet, or NULL. Looked up, as those that ended may be many. */
static const struct sw_rule *find_for_all(const struct rule_table *table)
{
	const uint64_t none[RULE_WORDS] = { 0 };
	const struct rule_mask *mask = rule_mask_find(none);
	const struct rule_group *g = mask ? rule_group_find(table, mask) : NULL;

	for (unsigned link = 0; g && link < 2; link++) {
		const struct sw_rule *rule = NULL;

		if (g->tuple[link])
			rule = rule_tuple_chain(g->tuple[link], none);
		for (; rule; rule = rule->next[link])
			if (rule->mask == mask && rule_lives(rule))
				return rule;
	}
	return NULL;
}

void rules_note_normal(struct sw_rules *rules)
{
	const struct rule_table *table = rules->table[0], *by_hand = rules->table[SW_TABLE_BY_HAND];
	const struct sw_rule *rule = NULL;

	if (table && table->rules == 1 && !(by_hand && by_hand->rules))
		rule = find_for_all(table);
	if (rule && !does_normal(&rule_code_last(rule)->does))
		rule = NULL;
	sw_rcu_set(rules->normal, (struct sw_rule *)rule);
}

bool rules_are_normal(const struct sw_rules *rules)
{
	return rules->normal != NULL;
}
