/* SPDX-License-Identifier: BSD-3-Clause */
/* See table_rows.h. Control thread. */
#include "table_rows.h"

#include <string.h>

#include <sw/action_text.h>
#include <sw/rule_table.h>

#include "../columns.h"
#include "../db.h"
#include "../store.h"
#include "bridge.h"

SW_USE(table, flow_table);
SW_USE(column, bridge_flow_tables);
SW_USE(column, flow_table_name);
SW_USE(column, flow_table_flow_limit);
SW_USE(column, flow_table_overflow_policy);
SW_USE(column, flow_table_groups);

static void read_own(struct sw_rule_table_own *own, const struct row *row,
	struct sw_bits groups[SW_TABLE_GROUPS])
{
	const struct value *words = ROW(row, flow_table_groups);
	const char *policy = value_get_string(ROW(row, flow_table_overflow_policy), NULL);

	own->limited = ROW(row, flow_table_flow_limit)->n;
	own->limit = value_get_integer(ROW(row, flow_table_flow_limit), 0);
	own->overflow = !policy			   ? SW_OVERFLOW_AS_BRIDGE
			: !strcmp(policy, "evict") ? SW_OVERFLOW_EVICT
						   : SW_OVERFLOW_REFUSE;
	own->groups = groups;
	own->n_groups = words->n;
	for (unsigned i = 0; i < words->n; i++)
		sw_bits_parse(words->keys[i].string, &groups[i], NULL); /* as the column took it */
}

/* The row of a table, or NULL. */
static const struct row *row_of(const struct value *tables, unsigned table)
{
	int at = value_find(tables, &(union atom){ .integer = table });

	return at < 0 ? NULL
		      : rows_find(
				store_db()->tables[TABLE(flow_table)->id], value_uuid(tables, at));
}

void of_table_rows_sync(struct of_bridge *of, const struct row *bridge)
{
	const struct value *tables = ROW(bridge, bridge_flow_tables);

	for (unsigned i = 0; i < SW_TABLES; i++) {
		const struct row *row = tables->n ? row_of(tables, i) : NULL;
		struct sw_rule_table_own own = { 0 };
		struct sw_bits groups[SW_TABLE_GROUPS];

		if (row)
			read_own(&own, row, groups);
		sw_rules_table_own(of->rules, i, &own);
		of_bridge_call_table(
			of, i, row ? value_get_string(ROW(row, flow_table_name), "") : "");
	}
}
