/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Memory that is fetched from the kernel before it is used. At the first touch the kernel clears a huge page, which takes 0.35 ms, and
 * 6 to 7 where the host of a virtual machine has to find it first: what needs several at once would keep control from everybody
 * else. So they are touched here, at most one in a round of the control loop (sw_rcu_poll), for all who wait in turn.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_READY_H
#define RULE_READY_H

#include <stdbool.h>
#include <stddef.h>

struct rule_ready {
	char *at, *end; /* what is not touched yet */
	void (*done)(struct rule_ready *r);
	struct rule_ready *next, **link; /* link NULL: it does not wait */
};

/* Touch fresh zeros of rule_map(), which must stay zeros until then; then `done` is called, in a later round. */
void rule_ready_begin(
	struct rule_ready *r, void *start, size_t size, void (*done)(struct rule_ready *r));

/* It is not called any more; nothing happens where it was, or was never to be. */
void rule_ready_cancel(struct rule_ready *r);

static inline bool rule_ready_waits(const struct rule_ready *r)
{
	return r->link != NULL;
}

#endif
