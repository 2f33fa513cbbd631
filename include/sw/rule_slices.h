/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stagings that are too much for one step of the control loop: a change of a million rules, a commit of a million
 * changes, in pieces. A staging is under way from sw_rules_begin() until all of it is over (sw_rules_busy): nobody
 * else begins one in between, and rules that were there at its beginning do not go.
 *
 * room: pipeline. Thread: control.
 */
#ifndef SW_RULE_SLICES_H
#define SW_RULE_SLICES_H

#include <stdbool.h>

#include <sw/rule.h>

/* sw_rules_stage() in pieces, of `looks` rules at most. SW_RULE_MORE: call it again with the same change before anything
 * else, or abort. A change that has to look at more from the start says so before it stages anything. */
enum sw_rule_fault sw_rules_stage_some(
	struct sw_rules *rules, struct sw_rule_change *change, unsigned looks, struct sw_err *err);

/* The end of all rules that use a group (SW_RULE_GROUP_GONE; any: SW_GROUP_ALL) or a meter (SW_RULE_METER_GONE; any:
 * SW_METER_ALL), in pieces likewise; false: it is staged. Would that look at more than `looks`, or
 * may any number of others have to be looked for, as there are rules with delete_learned? */
bool sw_rules_stage_gone(
	struct sw_rules *rules, enum sw_rule_news why, uint32_t id, unsigned looks);
bool sw_rules_gone_are_many(
	const struct sw_rules *rules, enum sw_rule_news why, uint32_t id, unsigned looks);

/* sw_rules_expire() and sw_rules_evict() without their commit, which is the caller's where any rule is staged, n of them; of evicted ones, those
 * of one table. Where none is, no staging is begun. */
unsigned sw_rules_stage_expired(struct sw_rules *rules, unsigned most);
bool sw_rules_stage_evicted(struct sw_rules *rules, unsigned most, unsigned *n);

/* What a commit ends besides, since nobody learns it any more (delete_learned), and what rules that begin to learn up to a limit have to
 * count, in pieces of `looks` rules; true: there is more. Behind it only a commit or an abort; who leaves it out has it all done by
 * the commit. */
bool sw_rules_follow(struct sw_rules *rules, unsigned looks);

/* Who commits what packets asked for (learn, by sw_packet_in_run()), which may be in pieces: while it is under way, no more is done of what
 * they ask of these rules. NULL: sw_rules_commit(), as before this is called. */
void sw_rules_learned_by(void (*commit)(struct sw_rules *rules));

/* sw_rules_commit() in pieces: all that is staged is seen by workers at once; then listeners hear of `most` of the changes
 * that are left, in their order, and what these ended goes. false: none is left, and it is over. */
void sw_rules_publish(struct sw_rules *rules);
bool sw_rules_settle(struct sw_rules *rules, unsigned most);

/* Before sw_rules_abort(): the last `most` changes are taken back; false: none is left. */
bool sw_rules_take_back(struct sw_rules *rules, unsigned most);

#endif
