/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stagings: changes that are in place but visible to no worker until commit moves the version; or that are taken
 * back (OpenFlow 1.3.5, 6.4).
 *
 * A rule that comes begins at the next version, one that goes ends there. An ADD of a rule that is there already
 * changes that one: it keeps its place, its counters and whatever workers know of it, and does something
 * else from the next version on. After the commit what ended waits: for workers to reach the version, then it
 * leaves its tuples; for workers to leave it, then it is freed.
 *
 * Control thread only.
 */
#include "stage.h"

#include <rte_debug.h>
#include <rte_errno.h>

#include <limits.h>
#include <stdlib.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "clause.h"
#include "code.h"
#include "evict.h"
#include "find.h"
#include "group.h"
#include "learned.h"
#include "limbo.h"
#include "limit.h"
#include "mask.h"
#include "place_ctl.h"
#include "rules_ctl.h"
#include "slab.h"
#include "timer.h"
#include "uses.h"
#include "view_ctl.h"

SW_REG_KIND_DEFINE(rule_listener);

#define STAGED_KEPT 1024 /* entries for which memory is kept between stagings */

static void log_step(struct sw_rules *rules, struct rule_staged step)
{
	if (rules->n_staged == rules->staged_size) {
		rules->staged_size = RTE_MAX(16u, rules->staged_size * 2);
		rules->staged =
			sw_xrealloc(rules->staged, rules->staged_size, sizeof(rules->staged[0]));
	}
	rule_place_note(rules, &step);
	rules->staged[rules->n_staged++] = step;
}

static void rule_dead(struct sw_rules *rules, struct rule_limbo *item)
{
	struct sw_rule *rule = sw_container_of(item, struct sw_rule, limbo);

	RTE_ASSERT(!rule->changed);
	rule_clauses_count(rules, rule->table, rule->code, -1);
	rule_code_put(rule->code);
	rule_mask_put((struct rule_mask *)rule->mask);
	rule_free(rule);
}

static void rule_left(struct sw_rules *rules, struct rule_limbo *item)
{
	rule_unlink(rules, sw_container_of(item, struct sw_rule, limbo));
	rule_limbo_add(rules, item, rule_dead);
}

static void change_dead(struct sw_rules *rules, struct rule_limbo *item)
{
	free(sw_container_of(item, struct rule_change, limbo));
}

static void change_undone(struct sw_rules *rules, struct rule_limbo *item)
{
	struct rule_change *c = sw_container_of(item, struct rule_change, limbo);

	rule_clauses_count(rules, c->rule->table, c->code, -1);
	rule_code_put(c->code);
	free(c);
}

/* No worker reads a version before the change: what was done until then is not needed any more. Readers see
 * either the change or, without it, the code it brought; so the code goes first. */
static void change_settled(struct sw_rules *rules, struct rule_limbo *item)
{
	struct rule_change *c = sw_container_of(item, struct rule_change, limbo), **at;
	struct rule_code *old = c->rule->code;

	for (at = &c->rule->changed; *at != c; at = &(*at)->older)
		;
	RTE_ASSERT(!c->older);
	sw_rcu_set(c->rule->code, c->code);
	sw_rcu_set(*at, NULL);
	rule_clauses_count(rules, c->rule->table, old, -1);
	rule_code_put(old);
	rule_limbo_add(rules, item, change_dead);
}

void rule_stage_came(struct sw_rules *rules, struct rule_table *table, struct sw_rule *rule)
{
	rule->begin = rules->version + 1;
	rule->end = RULE_FOREVER;
	table->rules++;
	rules->total++;
	rule_link(rules, table, rule);
	rule_clauses_count(rules, rule->table, rule->code, 1);
	rule_timer_set(rules, rule);
	rule_limit_count(rules, rule->table, rule->cookie, 1);
	rule_uses_count(rules, rule, rule->code, 1);
	log_step(rules, (struct rule_staged){ rule, NULL, RULE_CAME, SW_RULE_ADDED });
}

void rule_stage_went(struct sw_rules *rules, struct sw_rule *rule, enum sw_rule_news news)
{
	__atomic_store_n(&rule->end, rules->version + 1, __ATOMIC_RELAXED);
	rules->table[rule->table]->rules--;
	rules->total--;
	rule_evict_drop(rules->table[rule->table], rule);
	rule_limit_count(rules, rule->table, rule->cookie, -1);
	rule_uses_count(rules, rule, rule_code_last(rule), -1);
	log_step(rules, (struct rule_staged){ rule, NULL, RULE_WENT, news });
}

void rule_cookie_set(struct sw_rules *rules, struct sw_rule *rule, uint64_t cookie)
{
	rule_limit_count(rules, rule->table, rule->cookie, -1);
	__atomic_store_n(&rule->cookie, cookie, __ATOMIC_RELAXED);
	rule_limit_count(rules, rule->table, rule->cookie, 1);
}

void rule_stage_shifted(struct sw_rules *rules, struct sw_rule *rule, struct rule_code *code)
{
	struct rule_change *c = sw_xcalloc(1, sizeof(*c));

	c->rule = rule;
	c->begin = rules->version + 1;
	c->code = code;
	c->older = rule->changed;
	c->was.cookie = rule->cookie;
	c->was.created_ms = rule->created_ms;
	c->was.modified_ms = rule->modified_ms;
	c->was.idle_timeout = rule->idle_timeout;
	c->was.hard_timeout = rule->hard_timeout;
	c->was.importance = rule->importance;
	c->was.flags = rule->flags;
	c->was.learned = rule->learned;
	c->was.renewed = rule->renewed;
	c->was.base = rule_counts_based(rule);
	rule_uses_count(rules, rule, rule_code_last(rule), -1);
	rule_uses_count(rules, rule, code, 1);
	rule_clauses_count(rules, rule->table, code, 1);
	sw_rcu_set(rule->changed, c);
	log_step(rules, (struct rule_staged){ rule, c, RULE_SHIFTED, SW_RULE_CHANGED });
}

static void shift_back(struct sw_rules *rules, struct rule_change *c)
{
	struct sw_rule *rule = c->rule;

	RTE_ASSERT(rule->changed == c);
	rule_cookie_set(rules, rule, c->was.cookie);
	rule->created_ms = c->was.created_ms;
	rule->modified_ms = c->was.modified_ms;
	rule->idle_timeout = c->was.idle_timeout;
	rule->hard_timeout = c->was.hard_timeout;
	rule->importance = c->was.importance;
	rule->flags = c->was.flags;
	rule->learned = c->was.learned;
	rule->renewed = c->was.renewed;
	rule_counts_base(rule, &c->was.base);
	rule_timer_set(rules, rule);
	rule_uses_count(rules, rule, c->code, -1);
	sw_rcu_set(rule->changed, c->older);
	rule_uses_count(rules, rule, rule_code_last(rule), 1);
	rule_limbo_add(rules, &c->limbo, change_undone);
}

/* Never visible to anybody: out of its tuples at once. */
static void never_came(struct sw_rules *rules, struct sw_rule *rule)
{
	__atomic_store_n(&rule->begin, RULE_FOREVER, __ATOMIC_RELAXED);
	__atomic_store_n(&rule->end, 0, __ATOMIC_RELAXED);
	rules->table[rule->table]->rules--;
	rules->total--;
	rule_timer_stop(rule);
	rule_evict_drop(rules->table[rule->table], rule);
	rule_limit_count(rules, rule->table, rule->cookie, -1);
	rule_uses_count(rules, rule, rule->code, -1);
	rule_unlink(rules, rule);
	rule_limbo_add(rules, &rule->limbo, rule_dead);
}

static void take_back(struct sw_rules *rules, const struct rule_staged *step)
{
	switch (step->step) {
	case RULE_CAME:
		never_came(rules, step->rule);
		break;
	case RULE_WENT:
		__atomic_store_n(&step->rule->end, RULE_FOREVER, __ATOMIC_RELAXED);
		rules->table[step->rule->table]->rules++;
		rules->total++;
		rule_evict_set(rules->table[step->rule->table], step->rule);
		rule_limit_count(rules, step->rule->table, step->rule->cookie, 1);
		rule_uses_count(rules, step->rule, rule_code_last(step->rule), 1);
		break;
	case RULE_SHIFTED:
		shift_back(rules, step->change);
	}
}

static void finish(struct sw_rules *rules, const struct rule_staged *step)
{
	if (step->step == RULE_SHIFTED)
		rule_limbo_add(rules, &step->change->limbo, change_settled);
	if (step->step != RULE_WENT)
		return;
	rule_timer_stop(step->rule);
	rule_limbo_add(rules, &step->rule->limbo, rule_left);
}

static void tell(struct sw_rules *rules, const struct rule_staged *step)
{
	const struct sw_rule_listener *l;

	if (step->rule->table == SW_TABLE_BY_HAND)
		return; /* nobody's but of those who set it */
	SW_REG_FOREACH (rule_listener, const struct sw_rule_listener *, l)
		l->heard(rules, step->rule, step->news);
}

/* The log of a small staging is kept for the next. */
static void end_staging(struct sw_rules *rules)
{
	rules->staging = rules->published = false;
	rules->n_staged = 0;
	if (rules->staged_size <= STAGED_KEPT)
		return;
	free(rules->staged);
	rules->staged = NULL;
	rules->staged_size = 0;
}

bool sw_rules_busy(const struct sw_rules *rules)
{
	return rules->staging;
}

void sw_rules_begin(struct sw_rules *rules)
{
	RTE_ASSERT(!rules->staging);
	rules->staging = true;
	rules->moves = rules->voids = false;
	rules->part = (struct rule_part){ 0 };
}

uint64_t rules_stage_version(struct sw_rules *rules)
{
	RTE_ASSERT(rules->staging);
	rules->moves = true;
	return rules->version + 1;
}

void rules_stage_void(struct sw_rules *rules)
{
	RTE_ASSERT(rules->staging);
	rules->moves = rules->voids = true;
}

static void next_version(struct sw_rules *rules)
{
	__atomic_store_n(&rules->version, rules->version + 1, __ATOMIC_RELEASE);
}

void rules_move(struct sw_rules *rules, bool voids)
{
	RTE_ASSERT(!rules->staging || rules->published);
	if (voids)
		rule_places_stamp_all(rules);
	if (rules->hooks)
		rules->hooks->before(rules, rules->hooks_arg);
	next_version(rules);
}

void sw_rules_publish(struct sw_rules *rules)
{
	RTE_ASSERT(rules->staging && !rules->published);
	rule_learners_settle(rules, true);
	rule_views_refresh(rules);
	rule_places_stamp(rules);
	if (rules->hooks)
		rules->hooks->before(rules, rules->hooks_arg);
	if (rules->n_staged || rules->moves)
		next_version(rules);
	rules_note_normal(rules); /* before a rule that ended begins to wait for workers */
	rules->published = true;
	rules->n_settled = 0;
	if (rules->hooks)
		rules->hooks->after(rules, rules->hooks_arg);
}

bool sw_rules_settle(struct sw_rules *rules, unsigned most)
{
	RTE_ASSERT(rules->published);
	for (; most && rules->n_settled < rules->n_staged; most--) {
		const struct rule_staged *step = &rules->staged[rules->n_settled++];

		tell(rules, step);
		finish(rules, step);
	}
	rule_limbo_kick(rules);
	if (rules->n_settled < rules->n_staged)
		return true;
	end_staging(rules);
	return false;
}

void sw_rules_commit(struct sw_rules *rules)
{
	sw_rules_publish(rules);
	sw_rules_settle(rules, UINT_MAX);
}

bool sw_rules_take_back(struct sw_rules *rules, unsigned most)
{
	RTE_ASSERT(rules->staging && !rules->published);
	while (rules->n_staged && most--)
		take_back(rules, &rules->staged[--rules->n_staged]);
	return rules->n_staged;
}

void sw_rules_abort(struct sw_rules *rules)
{
	sw_rules_take_back(rules, UINT_MAX);
	rule_learners_settle(rules, false);
	rule_places_forget(rules);
	end_staging(rules);
	rule_views_refresh(rules);
	rule_limbo_kick(rules);
}

bool rule_stage_drop(struct sw_rules *rules, unsigned most)
{
	if (!rules->published)
		return sw_rules_take_back(rules, most);
	for (; most && rules->n_settled < rules->n_staged; most--)
		finish(rules, &rules->staged[rules->n_settled++]);
	return rules->n_settled < rules->n_staged;
}
