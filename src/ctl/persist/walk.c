/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of a bridge as entries, a slice at a time, while they change: see keeper.h. Control thread.
 */
#include "keeper.h"

#include <sw/rule_mark.h>

#include "../of/controller/fail.h"
#include "entry.h"

#define LOOKS 64 /* rules a piece */

bool persist_keeps(const struct sw_rule *rule)
{
	return !sw_rule_is_learned(rule) && !of_fail_is_own(rule);
}

void persist_keep_rule(struct of_buf *out, const struct sw_rule *rule)
{
	struct sw_rule_stats stats;
	struct sw_rule_conf conf;

	sw_rule_get(rule, &conf);
	sw_rule_stats(rule, &stats);
	persist_put_rule(out, &conf, stats.created_ms);
}

static bool put_meter(struct persist *p)
{
	const struct sw_meter *m = sw_meters_next(p->meters, p->id);
	struct of_buf *buf;

	if (!m)
		return false;
	buf = persist_entry_begin(&p->fresh);
	persist_put_meter(buf, sw_meter_conf(m));
	persist_entry_end(&p->fresh, buf);
	p->id = sw_meter_conf(m)->id;
	return true;
}

static bool put_group(struct persist *p)
{
	const struct sw_group *g = sw_groups_next(p->groups, p->id);
	struct of_buf *buf;

	if (!g)
		return false;
	buf = persist_entry_begin(&p->fresh);
	persist_put_group(buf, sw_group_conf(g));
	persist_entry_end(&p->fresh, buf);
	p->id = sw_group_conf(g)->id;
	return true;
}

static bool put_rules(struct persist *p)
{
	const struct sw_rule *rule;
	struct of_buf *buf;

	for (unsigned i = 0; i < LOOKS; i++) {
		p->cursor.looks = LOOKS;
		rule = sw_rules_next(p->rules, &p->cursor, NULL);
		if (!rule)
			return !p->cursor.looks;
		sw_rule_set_stored(rule, persist_keeps(rule));
		if (!sw_rule_is_stored(rule))
			continue;
		buf = persist_entry_begin(&p->fresh);
		persist_keep_rule(buf, rule);
		persist_entry_end(&p->fresh, buf);
	}
	return true;
}

/* The next that a controller has asked something of. */
static bool put_table(struct persist *p)
{
	struct sw_rule_table_conf conf;
	struct of_buf *buf;

	do {
		if (++p->id >= SW_TABLES)
			return false;
		sw_rules_table_conf(p->rules, p->id, &conf);
	} while (!conf.evict && !conf.vacancy);
	buf = persist_entry_begin(&p->fresh);
	persist_put_table(buf, p->id, &conf);
	persist_entry_end(&p->fresh, buf);
	return true;
}

/* A piece; false: there are no more of the kind. */
static bool piece(struct persist *p)
{
	static bool (*const put[])(struct persist * p) = { [WALK_TABLES] = put_table,
		[WALK_METERS] = put_meter,
		[WALK_GROUPS] = put_group,
		[WALK_RULES] = put_rules };

	return put[p->walk](p);
}

void persist_walk_begin(struct persist *p)
{
	p->walk = WALK_TABLES;
	p->id = -1;
	p->cursor = (struct sw_rule_cursor){ 0 };
}

void persist_walk(struct persist *p, const struct slice *slice)
{
	while (p->walk != WALK_DONE) {
		if (piece(p)) {
			if (slice_over(slice))
				return;
			continue;
		}
		p->walk++;
		p->id = -1;
	}
}
