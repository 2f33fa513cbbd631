/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules that may be evicted, in groups, and which of them goes first: of the largest group the one of the lowest rank; where groups are as
 * large, of all of these.
 *
 * A rule is in the heap of its group, by rank, and a group in a heap of all, by size and the rank of its first; so whatever
 * happens to one rule costs the logarithms of how many there are. Groups are found by a hash that grows a chain at a time.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_EVICT_GROUPS_H
#define RULE_EVICT_GROUPS_H

#include "evict_by.h"
#include "rule.h"

struct evict_groups;

/* Takes `by`. A table has two of them at most at a time, one of which is odd: a rule in one knows in which. */
struct evict_groups *evict_groups_create(struct evict_by *by, bool odd);
bool evict_groups_are_empty(const struct evict_groups *e);
bool evict_groups_are_by(const struct evict_groups *e, const struct evict_by *by);
bool evict_groups_are_odd(const struct evict_groups *e);
bool evict_groups_have(const struct evict_groups *e, const struct sw_rule *rule);

/* Put a rule in that is in none, or move one whose rank is another; take one out that is in. */
void evict_groups_set(struct evict_groups *e, struct sw_rule *rule);
void evict_groups_drop(struct evict_groups *e, struct sw_rule *rule);

/* The rule to go first, as of now; it stays in. NULL: there is none. */
struct sw_rule *evict_groups_choose(struct evict_groups *e);

/* It is emptied, and nobody chooses any more: another rule that was in, or NULL; and one that is to be in no longer. */
struct sw_rule *evict_groups_take(struct evict_groups *e);
void evict_groups_forget(struct evict_groups *e, struct sw_rule *rule);

/* Free it, at most `most` pages of 64 KiB in a call, after the first of which it is good for nothing else; rules are not touched.
 * true: there are more. */
bool evict_groups_free(struct evict_groups *e, unsigned most);

#endif
