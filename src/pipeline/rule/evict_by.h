/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * By what the rules of a table are grouped for eviction: bits of fields, as words of the match, and what must be matched for them to
 * be there.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_EVICT_BY_H
#define RULE_EVICT_BY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sw/action.h>
#include <sw/rule_table.h>

#define EVICT_KEY_MOST (SW_TABLE_GROUPS * 3) /* words; a field of 16 bytes is in three at most */

struct evict_by {
	unsigned n;
	struct evict_part {
		uint64_t bits;
		enum sw_prereq prereq;
		unsigned word;
	} part[];
};

/* NULL for none: all rules are one group. */
struct evict_by *evict_by_create(const struct sw_bits *bits, unsigned n);
struct evict_by *evict_by_copy(const struct evict_by *by);
bool evict_by_equal(const struct evict_by *a, const struct evict_by *b);

/* by->n words: 0 where the rule does not say anything of the field, or not of all of its bits. Returns their hash. */
uint64_t evict_by_key(const struct evict_by *by, const struct sw_rule *rule, uint64_t *key);

#endif
