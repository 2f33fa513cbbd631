/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What changes, as entries: rules after each commit, groups and meters after each change. Control thread.
 */
#include "keeper.h"

#include <sw/rule_mark.h>

#include "../of/bridge.h"
#include "../staged.h"
#include "entry.h"

/* Of these rules, groups or meters; NULL: they do not persist, or are just being loaded. */
static struct persist *keeper_of(const void *tables)
{
	struct persist *p = NULL;

	while ((p = persist_next(p)))
		if (p->rules == tables || p->groups == tables || p->meters == tables)
			return p->load || p->ending ? NULL : p;
	return NULL;
}

/* One more entry: where it is put first; NULL: nowhere, what there is will be written anew. */
static struct persist_list *take(struct persist *p)
{
	const struct of_bridge *of = of_bridge_of(p->bridge);

	p->heard++;
	p->torn |= (of && of->locked_by) || staged_is_under_way(p->rules);
	persist_turn_soon(p);
	if (++p->burst > PERSIST_BURST) {
		persist_leave_out(p);
		return NULL;
	}
	return persist_may_append(p) ? &p->change : p->rewriting ? &p->fresh : NULL;
}

static void put(
	struct persist *p, void (*fn)(struct of_buf *out, const void *what), const void *what)
{
	struct persist_list *list = take(p);
	struct of_buf *buf, *too;
	size_t at;

	if (!list)
		return;
	buf = persist_entry_begin(list);
	at = buf->len;
	fn(buf, what);
	persist_entry_end(list, buf);
	if (list == &p->fresh || !p->rewriting)
		return;
	too = persist_entry_begin(&p->fresh);
	of_put(too, buf->bytes + at, buf->len - at);
	persist_entry_end(&p->fresh, too);
}

struct asked {
	const struct sw_rules *rules;
	unsigned table;
};

static void put_rule(struct of_buf *out, const void *rule)
{
	persist_keep_rule(out, rule);
}

static void put_rule_gone(struct of_buf *out, const void *rule)
{
	struct sw_rule_conf conf;

	sw_rule_get(rule, &conf);
	persist_put_rule_gone(out, &conf);
}

static void put_group(struct of_buf *out, const void *group)
{
	persist_put_group(out, sw_group_conf(group));
}

static void put_group_gone(struct of_buf *out, const void *id)
{
	persist_put_gone(out, PERSIST_GROUP_GONE, *(const uint32_t *)id);
}

static void put_meter(struct of_buf *out, const void *meter)
{
	persist_put_meter(out, sw_meter_conf(meter));
}

static void put_meter_gone(struct of_buf *out, const void *id)
{
	persist_put_gone(out, PERSIST_METER_GONE, *(const uint32_t *)id);
}

static void put_table(struct of_buf *out, const void *table)
{
	const struct asked *a = table;
	struct sw_rule_table_conf conf;

	sw_rules_table_conf(a->rules, a->table, &conf);
	persist_put_table(out, a->table, &conf);
}

void persist_table(const struct sw_rules *rules, unsigned table)
{
	struct persist *p = keeper_of(rules);

	if (p)
		put(p, put_table, &(struct asked){ rules, table });
}

static void heard_rule(struct sw_rules *rules, const struct sw_rule *rule, enum sw_rule_news news)
{
	struct persist *p = keeper_of(rules);
	bool keep;

	if (!p)
		return;
	keep = (news == SW_RULE_ADDED || news == SW_RULE_CHANGED) && persist_keeps(rule);
	if (keep || sw_rule_is_stored(rule))
		put(p, keep ? put_rule : put_rule_gone, rule);
	sw_rule_set_stored(rule, keep);
}

static void heard_group(const struct sw_groups *groups, uint32_t id)
{
	const struct sw_group *g = sw_groups_find(groups, id);
	struct persist *p = keeper_of(groups);

	if (p && g)
		put(p, put_group, g);
	else if (p)
		put(p, put_group_gone, &id);
}

static void heard_meter(const struct sw_meters *meters, uint32_t id)
{
	const struct sw_meter *m = sw_meters_find(meters, id);
	struct persist *p = keeper_of(meters);

	if (p && m)
		put(p, put_meter, m);
	else if (p)
		put(p, put_meter_gone, &id);
}

SW_REGISTER(rule_listener, persist) = {
	.name = "persist",
	.help = "stores rules of bridges that ask for it",
	.heard = heard_rule,
};
SW_REGISTER(group_listener, persist) = {
	.name = "persist",
	.help = "stores groups of bridges that ask for it",
	.heard = heard_group,
};
SW_REGISTER(meter_listener, persist) = {
	.name = "persist",
	.help = "stores meters of bridges that ask for it",
	.heard = heard_meter,
};
