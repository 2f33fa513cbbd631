/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions and instructions as text, in the syntax of ovs-ofctl and ovs-actions(7): "dec_ttl,output:2",
 * "meter:1,push_vlan:0x8100,set_field:4101->vlan_vid,output:3,goto_table:2". Whether packets of a match can bear
 * them is a check of its own, for actions that did not come as text, too.
 *
 * Errors name the word and, in err->path, its place: "column 12".
 *
 * room: pipeline. Thread: control. What is parsed is the caller's.
 */
#ifndef SW_ACTION_TEXT_H
#define SW_ACTION_TEXT_H

#include <sw/action.h>

struct sw_err;
struct sw_str;

#define SW_ACTIONS_MAX	 4000 /* of one list: more would not fit into an OpenFlow message */
#define SW_ACTIONS_DEPTH 8    /* clone in clone */

/* A list: separated by commas or white space; "drop" or nothing is *list NULL. */
int sw_actions_parse(const char *text, struct sw_actions **list, struct sw_err *err);
void sw_actions_print(const struct sw_actions *list, struct sw_str *out); /* NULL: "drop" */
void sw_action_print(const struct sw_action *a, struct sw_str *out);

/* Can all be done, one after the other, to packets of the match, as OpenFlow 1.1 and later ask
 * (OFPBAC_MATCH_INCONSISTENT)? The match becomes what they look like afterwards. A list that runs later, on packets
 * nobody knows yet (write_actions, buckets of groups), is not held to it: it does nothing to those that lack the
 * field. It must have a place in action sets. */
int sw_actions_check(const struct sw_actions *list, struct sw_match *match, struct sw_err *err);
int sw_actions_check_set(const struct sw_actions *list, struct sw_err *err);

/* What stands behind "actions=": instructions in the order in which they run (5.9), the actions of apply_actions bare
 * between meter and the rest. */
int sw_instructions_parse(const char *text, struct sw_instructions *does, struct sw_err *err);
void sw_instructions_print(const struct sw_instructions *does, struct sw_str *out);
/* A rule with conjunctions has nothing beside them but notes; no other list has any, those of packets of controllers among them. A
 * conjunction itself: 2 to SW_CONJUNCTION_DIMENSIONS of them, and one of these. */
int sw_conjunctions_check(const struct sw_instructions *does, struct sw_err *err);
bool sw_actions_conjunctive(const struct sw_actions *list);

/* How many learn are in the list, in a clone too. */
unsigned sw_actions_learn(const struct sw_actions *list);
int sw_conjunction_fault(const struct sw_action *a, struct sw_err *err);
/* All checks of above, and that no rule outputs to TABLE, which is for packets of a controller. */
int sw_instructions_check(
	const struct sw_instructions *does, const struct sw_match *match, struct sw_err *err);

/* Bits of a field: "reg0[0..15]", "reg0[3]", "reg0[]" or "reg0" for all. */
int sw_bits_parse(const char *text, struct sw_bits *bits, struct sw_err *err);
void sw_bits_print(const struct sw_bits *bits, struct sw_str *out);

#endif
