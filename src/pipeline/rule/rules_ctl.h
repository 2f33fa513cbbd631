/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge for the bridge itself: life, limits, and changes that no flow-mod asks for. All else is
 * in sw/rule.h; what workers ask, in lookup.h.
 *
 * room: pipeline (private). Thread: control.
 */
#ifndef RULE_RULES_CTL_H
#define RULE_RULES_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/rule.h>

/* Without rules. Counters are for as many workers as sw_worker_count() says now. */
struct sw_rules *rules_create(const char *name);

/* Nothing reads or changes it any more but workers in their turn. It goes in shares, by sw_rcu_poll(). */
void rules_destroy(struct sw_rules *rules);

/* Who must know of each commit: when everything is in place and no worker sees it yet; and when they do. `rest` comes by with each
 * sw_rules_expire(). */
struct rule_hooks {
	void (*before)(struct sw_rules *rules, void *arg);
	void (*after)(struct sw_rules *rules, void *arg);
	void (*rest)(struct sw_rules *rules, void *arg);
};
void rules_hook(struct sw_rules *rules, const struct rule_hooks *hooks, void *arg);

/* All bits that rules look at, in any table or by their ops, as staged; a mask. */
void rules_read(const struct sw_rules *rules, struct sw_fields *reads);

/* Is there one rule in table 0 that takes all, and it does NORMAL and nothing else, and no flow set by hand? As of the
 * last commit. */
bool rules_are_normal(const struct sw_rules *rules);
/* That is to be found out again; packets that the L2 program takes without looking at rules are counted by that rule. */
void rules_note_normal(struct sw_rules *rules);

/* At most so many rules in a table, or in all together (SW_TABLE_ALL). What is there stays. */
void rules_limit(struct sw_rules *rules, unsigned table, uint32_t most);

/* Do all tables evict, whatever controllers say? */
void rules_evict_all(struct sw_rules *rules, bool evict);

/* The version that the staging at hand will be seen at: it comes with the commit even if no rule changes. */
uint64_t rules_stage_version(struct sw_rules *rules);

/* From that version on packets are walked again, whatever the rules they met say. */
void rules_stage_void(struct sw_rules *rules);

/* The next version begins, though no rule is another one; voids: likewise. Nothing is staged that is yet to be seen. */
void rules_move(struct sw_rules *rules, bool voids);

/* Rules that use a group or a meter, as staged. */
uint32_t rules_using_group(const struct sw_rules *rules, uint32_t id);
uint32_t rules_using_meter(const struct sw_rules *rules, uint32_t id);

/* Lengths of packets that rules ask about (check_pkt_larger), and by how many bytes their actions make packets longer, as staged:
 * each once, good until the next change; the lengths ascend, and what makes packets shorter is below 0 as an int. Returns how many. */
unsigned rules_limits(const struct sw_rules *rules, const uint32_t **to);
unsigned rules_growths(const struct sw_rules *rules, const uint32_t **to);

/* The rules, if they are still there. */
struct sw_rules *rules_alive(const struct sw_rules *rules, uint32_t serial);

/* The rule that the change would make is there already and does the same: it is as if it were made now, and no worker
 * knows. false: it is not. */
bool rules_refresh(struct sw_rules *rules, const struct sw_rule_change *change);

/* Timeouts of the rule become these at most (0: stay), if it is still there. */
struct rule_ref;
void rules_shorten(
	struct sw_rules *rules, const struct rule_ref *ref, uint16_t idle, uint16_t hard);

/* Rules that ended, and what else waits for workers to let go of it. */
uint64_t rules_in_limbo(const struct sw_rules *rules);

#endif
