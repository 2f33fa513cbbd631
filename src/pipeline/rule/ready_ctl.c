/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See ready.h: one list of all that wait, one call of sw_rcu_defer under way while there is any.
 *
 * Control thread only.
 */
#include "ready.h"

#include <rte_common.h>

#include <sw/rcu.h>

#define PIECE (2u << 20)
#define PAGE  4096 /* where the kernel has no huge page to give */

static struct rule_ready *first, **last = &first;
static bool under_way;

static void take_out(struct rule_ready *r)
{
	*r->link = r->next;
	if (r->next)
		r->next->link = r->link;
	else
		last = r->link;
	r->link = NULL;
}

static void touch_some(struct rule_ready *r)
{
	char *stop = RTE_MIN(r->end, (char *)RTE_ALIGN_CEIL((uintptr_t)r->at + 1, PIECE));

	for (; r->at < stop; r->at += PAGE)
		*(volatile char *)r->at = 0;
}

static void step(void *arg)
{
	struct rule_ready *r = first;

	under_way = false;
	if (!r)
		return;
	touch_some(r);
	if (r->at >= r->end)
		take_out(r);
	if (first) {
		under_way = true;
		sw_rcu_defer(step, NULL);
	}
	if (!rule_ready_waits(r))
		r->done(r);
}

void rule_ready_begin(
	struct rule_ready *r, void *start, size_t size, void (*done)(struct rule_ready *r))
{
	*r = (struct rule_ready){ start, (char *)start + size, done, NULL, last };
	*last = r;
	last = &r->next;
	if (!under_way)
		sw_rcu_defer(step, NULL);
	under_way = true;
}

void rule_ready_cancel(struct rule_ready *r)
{
	if (rule_ready_waits(r))
		take_out(r);
}
