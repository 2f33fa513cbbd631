/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rule of a full table makes room for another.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_EVICT_H
#define RULE_EVICT_H

#include "evict_by.h"
#include "store.h"

/* The table may have to choose from now on, among groups (NULL: one), whose way may be another than before. Its rules are sorted in in
 * shares: rule_evict_prepare, until it says false. */
void rule_evict_begin(struct rule_table *table, const struct evict_by *by);
bool rule_evict_prepare(struct rule_table *table);
/* Its rules are freed already. At most `most` pages of 64 KiB in a call; false: it is over. */
bool rule_evict_end(struct rule_table *table, unsigned most);

/* A rule came, or its timeouts or its importance are others; it went. Nothing where the table need not choose. */
void rule_evict_set(struct rule_table *table, struct sw_rule *rule);
void rule_evict_drop(struct rule_table *table, struct sw_rule *rule);

/* The rule to go, or NULL: none has a timeout. */
struct sw_rule *rule_evict_choose(struct rule_table *table);

/* table_ctl.c: how many rules the table takes at most. */
uint32_t rule_table_limit(const struct sw_rules *rules, unsigned table);
/* A table was made. And may another rule be added; where the table evicts, after others went? */
void rule_table_watch(struct sw_rules *rules, struct rule_table *table);
bool rule_table_make_room(struct sw_rules *rules, struct rule_table *table);
/* Before that: are those known that may go? false: a step was made to find them, for some of `*looks`; ask again. */
bool rule_table_room_known(const struct sw_rules *rules, struct rule_table *table, unsigned *looks);

/* Has it found one that can be chosen, or looked through the table, a step costing as many of `*looks` as it looks at? false: it
 * may still find one. */
bool rule_evict_ready(struct rule_table *table, unsigned *looks);

#endif
