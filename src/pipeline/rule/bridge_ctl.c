/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a bridge asks of its rules: what they look at, and whether they say more than NORMAL.
 *
 * Control thread only.
 */
#include <string.h>

#include "code.h"
#include "find.h"
#include "rules_ctl.h"
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

void rules_note_normal(struct sw_rules *rules)
{
	const struct rule_table *table = rules->table[0], *by_hand = rules->table[SW_TABLE_BY_HAND];
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule = NULL;

	if (table && table->rules == 1 && !(by_hand && by_hand->rules))
		rule = sw_rules_next(rules, &cursor, NULL);
	if (rule && (rule->table || rule->mask->n || !does_normal(&rule_code_last(rule)->does)))
		rule = NULL;
	sw_rcu_set(rules->normal, (struct sw_rule *)rule);
}

bool rules_are_normal(const struct sw_rules *rules)
{
	return rules->normal != NULL;
}
