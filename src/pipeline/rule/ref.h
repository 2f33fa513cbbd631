/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Naming a rule that may be gone when it is looked for: by its place in memory, which it keeps, and the version it came with. What comes
 * to that place later begins at a later version.
 *
 * room: pipeline (private). Thread: any; control finds the rule (rules_shorten).
 */
#ifndef RULE_REF_H
#define RULE_REF_H

#include "rule.h"

struct rule_ref {
	uint64_t begin; /* 0: no rule */
	uint32_t pos;	/* of its slab in the table */
	uint8_t slot, table;
};

static inline struct rule_ref rule_ref(const struct sw_rule *rule)
{
	return (struct rule_ref){ __atomic_load_n(&rule->begin, __ATOMIC_RELAXED),
		rule_slab_of(rule)->pos, rule->slot, rule->table };
}

#endif
