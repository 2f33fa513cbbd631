/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Eviction (OpenFlow 1.4.1, 5.5 and 6.4; which rule: as Open vSwitch): of rules with a timeout the one of the lowest importance, of these the
 * one that would be over first.
 *
 * A heap by both, as they were when the rule was put there. Packets put off the end of an idle timeout and tell nobody, so
 * what is at the top is looked at anew and goes down if its end is later now. No rule ends earlier than the heap has it: who
 * shortens a timeout says so. So the choice is exact, unless LOOKS of those at the top have been used meanwhile: then it is
 * the best of them.
 *
 * Control thread only.
 */
#include "evict.h"

#include <stdlib.h>

#include <rte_common.h>

#include <sw/mem.h>

#include "find.h"
#include "slab.h"
#include "stage.h"
#include "timer.h"

#define LOOKS 1024
#define END   ((1ull << 48) - 1) /* bits of a rank */
#define SHARE 2048		 /* rules looked through in a step */
#define FIRST 256		 /* places of a heap at first */

struct entry {
	uint64_t rank; /* importance above, end in milliseconds below */
	struct sw_rule *rule;
};

struct rule_evict {
	struct entry *heap;
	unsigned n, size;
	uint64_t walk; /* where the look through the table is */
	bool walked;   /* it is over */
};

static uint64_t rank_of(const struct sw_rule *rule)
{
	return (uint64_t)rule->importance << 48 | (rule_timer_due(rule) & END);
}

static void put(struct rule_evict *e, unsigned at, struct entry entry)
{
	e->heap[at] = entry;
	entry.rule->evict_at = at + 1;
}

static void sift_up(struct rule_evict *e, unsigned at, struct entry entry)
{
	while (at && e->heap[(at - 1) / 2].rank > entry.rank) {
		put(e, at, e->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(e, at, entry);
}

static void sift_down(struct rule_evict *e, unsigned at, struct entry entry)
{
	for (;;) {
		unsigned child = 2 * at + 1;

		if (child + 1 < e->n && e->heap[child + 1].rank < e->heap[child].rank)
			child++;
		if (child >= e->n || e->heap[child].rank >= entry.rank)
			break;
		put(e, at, e->heap[child]);
		at = child;
	}
	put(e, at, entry);
}

static void move(struct rule_evict *e, unsigned at, struct entry entry)
{
	if (at && e->heap[(at - 1) / 2].rank > entry.rank)
		sift_up(e, at, entry);
	else
		sift_down(e, at, entry);
}

void rule_evict_set(struct rule_table *table, struct sw_rule *rule)
{
	struct rule_evict *e = table->evict;

	if (!e)
		return;
	if (!rule->idle_timeout && !rule->hard_timeout) {
		rule_evict_drop(table, rule);
		return;
	}
	if (!rule->evict_at) {
		if (e->n == e->size) {
			e->size = RTE_MAX(FIRST, 2 * e->size);
			e->heap = sw_xrealloc(e->heap, e->size, sizeof(e->heap[0]));
		}
		rule->evict_at = ++e->n;
	}
	move(e, rule->evict_at - 1, (struct entry){ rank_of(rule), rule });
}

void rule_evict_drop(struct rule_table *table, struct sw_rule *rule)
{
	struct rule_evict *e = table->evict;
	unsigned at = rule->evict_at;
	struct entry last;

	if (!e || !at)
		return;
	rule->evict_at = 0;
	last = e->heap[--e->n];
	if (last.rule != rule)
		move(e, at - 1, last);
}

void rule_evict_begin(struct rule_table *table)
{
	if (!table->evict)
		table->evict = sw_xcalloc(1, sizeof(*table->evict));
}

bool rule_evict_prepare(struct rule_table *table)
{
	struct rule_evict *e = table->evict;
	struct sw_rule *rule;

	if (!e || e->walked)
		return false;
	for (unsigned i = 0; i < SHARE; i++) {
		rule = rule_walk(table, &e->walk);
		if (!rule) {
			e->walked = true;
			return false;
		}
		if (rule_lives(rule) && !rule->evict_at)
			rule_evict_set(table, rule);
	}
	return true;
}

bool rule_evict_ready(struct rule_table *table, unsigned *looks)
{
	const struct rule_evict *e = table->evict;

	while (e && !e->n && !e->walked) {
		if (*looks < SHARE)
			return false;
		*looks -= SHARE;
		rule_evict_prepare(table);
	}
	return true;
}

void rule_evict_end(struct rule_table *table)
{
	if (table->evict)
		free(table->evict->heap);
	free(table->evict);
}

struct sw_rule *rule_evict_choose(struct rule_table *table)
{
	struct rule_evict *e = table->evict;
	struct entry best = { UINT64_MAX, NULL };

	if (!e)
		return NULL;
	while (!e->n && rule_evict_prepare(table))
		;
	for (unsigned i = 0; e->n && i < LOOKS; i++) {
		struct entry top = { rank_of(e->heap[0].rule), e->heap[0].rule };

		if (top.rank <= e->heap[0].rank)
			return top.rule;
		if (top.rank < best.rank)
			best = top;
		sift_down(e, 0, top);
	}
	return best.rule;
}
