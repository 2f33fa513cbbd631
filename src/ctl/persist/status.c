/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a bridge's rules stand: Bridge.status, which OVS has for its spanning tree. Control thread.
 */
#include <sw/bridge.h>
#include <sw/rule.h>
#include <sw/table.h>

#include <stdio.h>

#include "../db.h"
#include "persist.h"

static void add_health(struct value *v, const struct persist *p)
{
	static const char *const names[] = { [PERSIST_LOADING] = "loading",
		[PERSIST_STORING] = "storing",
		[PERSIST_STORED] = "stored",
		[PERSIST_FAILED] = "failed" };
	struct persist_health health;

	persist_health(p, &health);
	value_add_pair(v, "persist-rules", names[health.state]);
	if (health.state == PERSIST_FAILED)
		value_add_pair(v, "persist-fault", health.fault);
}

/* Rules that no packet meets, but for the one that a bridge is made with. */
static uint64_t count_idle(struct sw_bridge *bridge)
{
	const struct sw_rules *rules = sw_bridge_rules(bridge);
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *first;
	uint64_t n = 0;

	for (unsigned t = 0; t < SW_TABLES; t++) {
		struct sw_rule_table_stats stats;

		sw_rules_table_stats(rules, t, &stats);
		n += stats.rules;
	}
	first = n == 1 ? sw_rules_next(rules, &cursor, NULL) : NULL;
	return first && !sw_rule_table(first) && !sw_rule_priority(first) ? 0 : n;
}

static void add_idle(struct value *v, struct sw_bridge *bridge)
{
	uint64_t n = sw_bridge_is_cross_connect(bridge) ? count_idle(bridge) : 0;
	char text[24];

	if (!n)
		return;
	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	value_add_pair(v, "rules-not-looked-at", text);
}

static struct value *get_status(const struct draft *draft, const struct row *row)
{
	struct sw_bridge *bridge = sw_bridge_by_name(row_name(row));
	const struct persist *p = bridge ? persist_of(bridge) : NULL;
	struct value *v = value_new((struct sw_type)SW_MAP);

	if (p)
		add_health(v, p);
	if (bridge)
		add_idle(v, bridge);
	return value_seal(v);
}

SW_REGISTER(column, bridge_status) = {
	.name = "Bridge.status",
	.help = "how its rules stand: those that are stored, where they persist; those of a cross-connect",
	.type = SW_MAP,
	.flags = SW_COL_STATUS,
	.status = get_status,
};
SW_REGISTER(key, bridge_status_persist) = {
	.name = "Bridge.status:persist-rules",
	.help = "loading: they are being put in; storing: changes are on their way to the disk; stored; "
		"failed: what is in force is not stored (not in OVS)",
	.type = SW_ATOM_STRING,
};
SW_REGISTER(key, bridge_status_idle) = {
	.name = "Bridge.status:rules-not-looked-at",
	.help = "so many rules are there from before the bridge was made a cross-connect, and no packet meets them; "
		"new ones are refused (not in OVS)",
	.type = SW_ATOM_INTEGER,
};
SW_REGISTER(key, bridge_status_fault) = {
	.name = "Bridge.status:persist-fault",
	.help = "why they cannot be stored (not in OVS)",
	.type = SW_ATOM_STRING,
};
