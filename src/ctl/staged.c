/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See staged.h. Control thread.
 */
#include "staged.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include <sw/bridge.h>
#include <sw/groups.h>
#include <sw/mem.h>
#include <sw/post.h>
#include <sw/rule_slices.h>

#include "loop.h"
#include "of/bridge.h"
#include "of/monitors.h"
#include "persist/persist.h"
#include "slice.h"
#include "switch/news.h"

#define AT_ONCE	   4096 /* changes whose end is one step: 0.2 ms, with rules that persist 0.6 */
#define PIECE	   256	/* changes before a look at the time */
#define WAIT_US	   1000 /* for peers that are behind, and how often */
#define WAITS_MOST 2000

struct ending {
	TAILQ_ENTRY(ending) chain;
	struct sw_bridge *bridge;
	bool commit, groups; /* groups: they are staged along with rules */
	bool unseen;	     /* it is to be committed, but other rules end with it */
	unsigned waits;	     /* how often it still waits */
	struct event *timer; /* NULL: there is no loop, or no memory */
};

static TAILQ_HEAD(, ending) endings = TAILQ_HEAD_INITIALIZER(endings);

static void drop(struct ending *e)
{
	TAILQ_REMOVE(&endings, e, chain);
	if (e->timer)
		event_free(e->timer);
	free(e);
}

static void is_over(struct ending *e)
{
	struct of_bridge *of = of_bridge_of(e->bridge);
	struct sw_bridge *bridge = e->bridge;

	if (of && e->commit)
		of_monitors_end(of);
	drop(e);
	persist_let_go(bridge);
	if (of)
		of_bridge_unpark(of);
}

/* What peers were told waits for them, and there is time to wait. */
static bool must_wait(struct ending *e)
{
	const struct of_bridge *of = of_bridge_of(e->bridge);

	if (!e->commit || e->unseen || !e->waits || !of || !sw_loop_base() ||
		of_bridge_keeps_up(of))
		return false;
	e->waits--;
	return true;
}

static void publish(struct sw_bridge *bridge, bool groups)
{
	if (groups)
		sw_groups_publish(sw_bridge_groups(bridge));
	else
		sw_rules_publish(sw_bridge_rules(bridge));
}

/* true: there is more. */
static bool piece(struct ending *e)
{
	struct sw_rules *rules = sw_bridge_rules(e->bridge);

	if (e->unseen && sw_rules_follow(rules, STAGED_LOOKS))
		return true;
	if (e->unseen)
		publish(e->bridge, e->groups);
	e->unseen = false;
	if (e->commit)
		return sw_rules_settle(rules, PIECE);
	if (sw_rules_take_back(rules, PIECE))
		return true;
	sw_rules_abort(rules);
	return false;
}

static void step_first(void *arg);

static void come_again(struct ending *e, bool wait)
{
	/* A timer of zero would be one more event of this round. */
	const struct timeval later = { .tv_usec = wait ? WAIT_US : 1 };

	if (!e->timer || event_add(e->timer, &later))
		sw_post(step_first, NULL);
}

static void step(struct ending *e)
{
	LOOP_STEP("rules told of");
	const struct slice slice = slice_begin();
	bool wait;

	do {
		wait = must_wait(e);
		if (!wait && !piece(e)) {
			is_over(e);
			return;
		}
	} while (!wait && !slice_over(&slice));
	come_again(e, wait);
}

static void step_event(evutil_socket_t fd, short what, void *arg)
{
	step(arg);
}

/* Where there are no timers: the first, which is the last then; a call is under way for each. */
static void step_first(void *arg)
{
	struct ending *e = TAILQ_FIRST(&endings);

	if (!e)
		return; /* its bridge is gone */
	TAILQ_REMOVE(&endings, e, chain);
	TAILQ_INSERT_TAIL(&endings, e, chain);
	step(e);
}

static struct ending *begin(struct sw_bridge *bridge, bool commit)
{
	struct ending *e = sw_xcalloc(1, sizeof(*e));

	e->bridge = bridge;
	e->commit = commit;
	e->waits = WAITS_MOST;
	if (sw_loop_base())
		e->timer = event_new(sw_loop_base(), -1, 0, step_event, e);
	TAILQ_INSERT_TAIL(&endings, e, chain);
	come_again(e, false);
	return e;
}

static void settle(struct sw_bridge *bridge)
{
	struct sw_rules *rules = sw_bridge_rules(bridge);
	struct of_bridge *of;

	if (sw_rules_staged(rules) > AT_ONCE) {
		begin(bridge, true);
		return;
	}
	sw_rules_settle(rules, UINT_MAX);
	of = of_bridge_of(bridge);
	if (of)
		of_monitors_end(of);
}

/* Rules that end with it, or are to be counted, may be many to look for: then it is seen when that is done. */
static void commit(struct sw_bridge *bridge, bool groups)
{
	struct ending *e;

	if (!sw_rules_follow(sw_bridge_rules(bridge), STAGED_LOOKS)) {
		publish(bridge, groups);
		settle(bridge);
		return;
	}
	e = begin(bridge, true);
	e->groups = groups;
	e->unseen = true;
}

void staged_commit(struct sw_bridge *bridge)
{
	commit(bridge, false);
}

void staged_abort(struct sw_bridge *bridge)
{
	struct sw_rules *rules = sw_bridge_rules(bridge);

	if (sw_rules_staged(rules) > AT_ONCE)
		begin(bridge, false);
	else
		sw_rules_abort(rules);
}

void staged_commit_all(struct sw_bridge *bridge)
{
	commit(bridge, true);
}

void staged_abort_all(struct sw_bridge *bridge)
{
	sw_groups_discard(sw_bridge_groups(bridge));
	staged_abort(bridge);
}

static bool group_goes(struct sw_bridge *bridge, const struct sw_group_change *change)
{
	uint32_t id = change->conf.id;

	return change->verb == SW_GROUP_DELETE &&
	       (id == SW_GROUP_ALL || sw_groups_has(sw_bridge_groups(bridge), id));
}

bool staged_group_takes(struct sw_bridge *bridge, const struct sw_group_change *change)
{
	return group_goes(bridge, change) &&
	       sw_rules_stage_gone(
		       sw_bridge_rules(bridge), SW_RULE_GROUP_GONE, change->conf.id, STAGED_LOOKS);
}

bool staged_group_takes_many(struct sw_bridge *bridge, const struct sw_group_change *change)
{
	return group_goes(bridge, change) &&
	       sw_rules_gone_are_many(
		       sw_bridge_rules(bridge), SW_RULE_GROUP_GONE, change->conf.id, STAGED_LOOKS);
}

static bool meter_goes(struct sw_bridge *bridge, enum sw_meter_verb verb, uint32_t id)
{
	return verb == SW_METER_DELETE &&
	       (id == SW_METER_ALL || sw_meters_has(sw_bridge_meters(bridge), id));
}

bool staged_meter_takes(struct sw_bridge *bridge, enum sw_meter_verb verb, uint32_t id)
{
	return meter_goes(bridge, verb, id) &&
	       sw_rules_stage_gone(sw_bridge_rules(bridge), SW_RULE_METER_GONE, id, STAGED_LOOKS);
}

bool staged_meter_takes_many(struct sw_bridge *bridge, enum sw_meter_verb verb, uint32_t id)
{
	return meter_goes(bridge, verb, id) && sw_rules_gone_are_many(sw_bridge_rules(bridge),
						       SW_RULE_METER_GONE, id, STAGED_LOOKS);
}

static const struct ending *ending_of(const struct sw_rules *rules)
{
	const struct ending *e;

	TAILQ_FOREACH (e, &endings, chain)
		if (sw_bridge_rules(e->bridge) == rules)
			return e;
	return NULL;
}

bool staged_is_under_way(const struct sw_rules *rules)
{
	return ending_of(rules);
}

bool staged_is_unseen(const struct sw_rules *rules)
{
	const struct ending *e = ending_of(rules);

	return e && e->unseen;
}

bool staged_is_idle(void)
{
	return TAILQ_EMPTY(&endings);
}

/* Its rules end what is left themselves. */
static void bridge_gone(struct sw_bridge *bridge)
{
	struct ending *e = (struct ending *)ending_of(sw_bridge_rules(bridge));

	if (e && e->unseen && e->groups)
		sw_groups_discard(sw_bridge_groups(bridge));
	if (e)
		drop(e);
}

static void nothing(struct sw_bridge *bridge)
{
}

SW_REGISTER(bridge_listener, staged) = {
	.name = "staged", /* behind those whose stagings end when the bridge goes */
	.help = "ends of large changes of rules",
	.made = nothing,
	.changed = nothing,
	.gone = bridge_gone,
};
