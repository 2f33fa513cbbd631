/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many rules of a bridge use a group or a meter, as staged, and about where they are; and how many ask whether packets are
 * longer than a limit, or make them longer.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_USES_H
#define RULE_USES_H

#include "store.h"

/* What instructions name: a group, a meter, a limit of lengths, or so many bytes that they add to packets. */
struct rule_use {
	uint32_t id;
	enum rule_used kind;
};

/* The uses of code->does; free(code->uses) when it goes. */
void rule_uses_find(struct rule_code *code);

void rule_uses_init(struct sw_rules *rules);
void rule_uses_fini(struct sw_rules *rules);

/* A rule does this from here on (by 1), or no more (by -1). */
void rule_uses_count(
	struct sw_rules *rules, const struct sw_rule *rule, const struct rule_code *code, int by);

/* Where users of groups and meters are: each slab of a table has a bit for what its rules use, several ids one. Bits are set when rules come, and
 * right again when somebody looks through the slab: he clears them and notes what is there. */
uint64_t rule_uses_bit(uint32_t id, enum rule_used kind);
void rule_uses_note(const struct sw_rule *rule, const struct rule_code *code);

#endif
