/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timeouts of rules: a wheel of lists by tick. A rule is in the list of the tick at which it may be over, and is
 * looked at then: when packets came meanwhile, or the time is longer than the wheel, it goes into another
 * list. So a rule is looked at once in its idle timeout, however many packets it takes.
 *
 * Hard timeouts count from when the rule was added (OpenFlow 1.3.5, 6.4: a modification leaves them), of one that packets made from
 * when one last did; idle ones
 * from then or from the end of the second of the last packet.
 *
 * Control thread only.
 */
#include "timer.h"

#include <sw/clock.h>
#include <sw/mem.h>
#include <sw/rule_slices.h>

#include "evict.h"
#include "rules_ctl.h"
#include "slab.h"
#include "stage.h"

#define TICK_MS 128
#define LOOKS	8 /* rules looked at for one that may be taken out */
#define NO_TIME UINT64_MAX

struct due {
	uint64_t idle_ms, hard_ms; /* when; NO_TIME: never */
};

static struct due due_of(const struct sw_rule *rule)
{
	struct due due = { NO_TIME, NO_TIME };
	uint64_t used_ms;

	if (rule->hard_timeout)
		due.hard_ms = (rule->renewed ? rule->modified_ms : rule->created_ms) +
			      rule->hard_timeout * 1000ull;
	if (!rule->idle_timeout)
		return due;
	used_ms = rule_counts(rule).used_8;
	if (used_ms)
		used_ms = (used_ms + 1) * SW_EIGHTH_MS;
	due.idle_ms = RTE_MAX(rule->created_ms, used_ms) + rule->idle_timeout * 1000ull;
	return due;
}

uint64_t rule_timer_due(const struct sw_rule *rule)
{
	struct due due = due_of(rule);

	return RTE_MIN(due.idle_ms, due.hard_ms);
}

static void enter(struct sw_rule *rule, struct sw_rule **list)
{
	rule->timer.next = *list;
	rule->timer.at = list;
	if (*list)
		(*list)->timer.at = &rule->timer.next;
	*list = rule;
}

void rule_timer_stop(struct sw_rule *rule)
{
	if (!rule->timer.at)
		return;
	*rule->timer.at = rule->timer.next;
	if (rule->timer.next)
		rule->timer.next->timer.at = rule->timer.at;
	rule->timer.at = NULL;
}

void rule_timer_set(struct sw_rules *rules, struct sw_rule *rule)
{
	struct due due = due_of(rule);
	uint64_t tick = RTE_MIN(due.idle_ms, due.hard_ms);

	rule_timer_stop(rule);
	rule_evict_set(rules->table[rule->table], rule);
	if (tick == NO_TIME)
		return;
	if (!rules->wheel) {
		rules->wheel = sw_xcalloc(RULE_WHEEL, sizeof(rules->wheel[0]));
		rules->tick = sw_clock_ms() / TICK_MS;
	}
	tick = RTE_MAX(tick / TICK_MS + 1, rules->tick);
	enter(rule, &rules->wheel[tick % RULE_WHEEL]);
}

/* The next that may be over, off its list; NULL: none by now. */
static struct sw_rule *next_due(struct sw_rules *rules, uint64_t now)
{
	struct sw_rule *rule;

	if (now > rules->tick + RULE_WHEEL) /* nobody asked for a whole turn */
		rules->tick = now - RULE_WHEEL;
	while (!rules->due && rules->tick <= now) {
		struct sw_rule **list = &rules->wheel[rules->tick++ % RULE_WHEEL];

		rules->due = *list;
		*list = NULL;
		if (rules->due)
			rules->due->timer.at = &rules->due;
	}
	rule = rules->due;
	if (rule)
		rule_timer_stop(rule);
	return rule;
}

/* The next that is over by now, among `looks`; NULL: none. */
static struct sw_rule *next_over(
	struct sw_rules *rules, uint64_t now_ms, uint64_t *looks, enum sw_rule_news *why)
{
	while (*looks) {
		struct sw_rule *rule = next_due(rules, now_ms / TICK_MS);
		struct due due;

		--*looks;
		if (!rule)
			return NULL;
		due = due_of(rule);
		*why = due.hard_ms <= now_ms ? SW_RULE_HARD : SW_RULE_IDLE;
		if (due.hard_ms <= now_ms || due.idle_ms <= now_ms)
			return rule;
		rule_timer_set(rules, rule);
	}
	return NULL;
}

unsigned sw_rules_stage_expired(struct sw_rules *rules, unsigned most)
{
	uint64_t now_ms = sw_clock_ms(), looks = (uint64_t)most * LOOKS;
	enum sw_rule_news why;
	unsigned n = 0;

	if (rules->staging)
		return 0;
	if (rules->hooks && rules->hooks->rest)
		rules->hooks->rest(rules, rules->hooks_arg);
	while (rules->wheel && n < most) {
		struct sw_rule *rule = next_over(rules, now_ms, &looks, &why);

		if (!rule)
			break;
		if (!n++)
			sw_rules_begin(rules);
		rule_stage_went(rules, rule, why);
	}
	return n;
}

unsigned sw_rules_expire(struct sw_rules *rules, unsigned most)
{
	unsigned n = sw_rules_stage_expired(rules, most);

	if (n)
		sw_rules_commit(rules);
	return n;
}
