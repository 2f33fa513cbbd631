/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What waits for workers: rules that ended, views, buckets, tuples that were replaced. Items link themselves, so
 * nothing is allocated here, and one call of sw_rcu_defer at a time stands for all that came since the last.
 * They are taken in the order in which they came, a share a call; the rest waits for the next grace period,
 * which gives the control loop back in between.
 *
 * Control thread only.
 */
#include "limbo.h"

#include <sw/clock.h>

#include "store.h"
#include "view_ctl.h"

#define SHARE	 2048	 /* items a call, about a millisecond of rules that are not in the cache; */
#define SHARE_NS 1000000 /* not longer, however many they are */
#define LOOK	 64	 /* items between two looks at the clock */

static void queue_init(struct rule_queue *q)
{
	q->first = NULL;
	q->last = &q->first;
}

static void queue_move(struct rule_queue *to, struct rule_queue *from)
{
	if (!from->first)
		return;
	*to->last = from->first;
	to->last = from->last;
	queue_init(from);
}

void rule_limbo_init(struct sw_rules *rules)
{
	queue_init(&rules->fresh);
	queue_init(&rules->waiting);
	queue_init(&rules->ripe);
}

static void take_share(struct sw_rules *rules)
{
	struct rule_queue *q = &rules->ripe;

	uint64_t end_ns = sw_clock_ns() + SHARE_NS;

	/* A large heap is taken in larger shares, so that it shrinks whatever comes meanwhile. */
	for (uint64_t i = RTE_MAX((uint64_t)SHARE, rules->in_limbo / 16); i && q->first; i--) {
		struct rule_limbo *item = q->first;

		if (!(i % LOOK) && sw_clock_ns() > end_ns)
			break;
		q->first = item->next;
		if (!q->first)
			q->last = &q->first;
		rules->in_limbo--;
		item->ripe(rules, item);
	}
}

bool rule_limbo_drain(struct sw_rules *rules)
{
	queue_move(&rules->ripe, &rules->waiting);
	queue_move(&rules->ripe, &rules->fresh);
	take_share(rules);
	return rules->in_limbo;
}

static void on_grace(void *arg)
{
	struct sw_rules *rules = arg;

	rules->grace = false;
	if (rules->dying)
		return;
	queue_move(&rules->ripe, &rules->waiting);
	take_share(rules);
	rule_views_refresh(rules);
	rule_limbo_kick(rules);
}

void rule_limbo_kick(struct sw_rules *rules)
{
	if (rules->grace || (!rules->fresh.first && !rules->ripe.first))
		return;
	queue_move(&rules->waiting, &rules->fresh);
	rules->grace = true;
	sw_rcu_defer(on_grace, rules);
}

void rule_limbo_add(struct sw_rules *rules, struct rule_limbo *item,
	void (*ripe)(struct sw_rules *rules, struct rule_limbo *item))
{
	item->next = NULL;
	item->ripe = ripe;
	*rules->fresh.last = item;
	rules->fresh.last = &item->next;
	rules->in_limbo++;
}
