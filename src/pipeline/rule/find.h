/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding rules on control, as staged.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_FIND_H
#define RULE_FIND_H

#include "store.h"

/* The words of a match, and its mask as rules have it; on the stack. */
struct rule_match {
	uint64_t value[RULE_WORDS], bits[RULE_WORDS];
	struct rule_mask mask;
	uint64_t space[RULE_WORDS]; /* mask.word */
};
void rule_match_init(struct rule_match *m, const struct sw_match *from);

/* What a change asks for: a rule whose mask has all bits of the match's, the same value in them, the cookie, the
 * outputs. Strict: its mask and priority are those. */
struct rule_filter {
	struct rule_match match;
	uint64_t cookie, cookie_mask;
	uint32_t out_port, out_group;
	bool strict;
	uint16_t priority;
};
void rule_filter_init(struct rule_filter *f, const struct sw_rule_change *change);
bool rule_filter_takes(const struct rule_filter *f, const struct sw_rule *rule);

/* Is it installed, as staged? */
static inline bool rule_lives(const struct sw_rule *rule)
{
	return rule->linked && rule->end == RULE_FOREVER;
}

/* The one with this match, whose mask is interned, and priority, or NULL. */
struct sw_rule *rule_find_same(const struct rule_table *table, const struct rule_mask *mask,
	const struct rule_match *match, uint16_t priority);

/* A search, at once or in pieces. `looks`: rules that may be looked at one by one, those that are left in the end. Nobody else
 * searches in the table until it is over. */
struct rule_search {
	struct rule_table *table;
	struct rule_walking *walk; /* of zeros at first */
	unsigned *looks;
};

/* Would it look at more than that, from here on? */
bool rule_find_is_long(const struct rule_search *s, const struct rule_filter *f);
bool rule_overlap_is_long(const struct rule_search *s, const struct rule_match *match);

/* Call fn for each rule of the table that the filter takes; fn may end it. false: there may be more. */
bool rule_find_some(const struct rule_search *s, const struct rule_filter *f,
	void (*fn)(struct sw_rules *rules, struct sw_rule *rule, void *arg), struct sw_rules *rules,
	void *arg);

/* Into *found: one of the priority that takes some packet that the match takes, or NULL. false: it may still be found. */
bool rule_find_overlap(const struct rule_search *s, const struct rule_match *match,
	uint16_t priority, struct sw_rule **found);

#endif
