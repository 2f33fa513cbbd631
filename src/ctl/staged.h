/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of a staging of rules (sw/rule_slices.h), which may be of a million changes: what is committed is seen by
 * packets at once, behind a look for rules that end with it; who is told of it, and what goes with it, follows in slices, and so does what is taken back. Nobody has to
 * stay for it: a client may go, and a bridge. Until it is over the rules are busy: who would change them comes later.
 *
 * Peers that are told of rules and do not take it as fast as it is made are waited for, all together two seconds a
 * commit: else who deletes many rules that ask for a flow-removed each would lose each controller.
 *
 * Thread: control.
 */
#ifndef CTL_STAGED_H
#define CTL_STAGED_H

#include <stdbool.h>

#include <sw/meters.h>
#include <sw/rule.h>

/* Rules looked at, or changed, in a piece: half a millisecond at most. */
#define STAGED_LOOKS 2048

/* Instead of sw_rules_commit() and sw_rules_abort(). Few changes are over when it returns; where many rules have to be looked at for what
 * follows (sw_rules_follow), it is not even seen by packets then. */
void staged_commit(struct sw_bridge *bridge);
void staged_abort(struct sw_bridge *bridge);
/* The same of groups, meters and rules: instead of sw_groups_commit() and sw_groups_abort(). */
void staged_commit_all(struct sw_bridge *bridge);
void staged_abort_all(struct sw_bridge *bridge);

/* A group or a meter that is deleted, as far as it is there, takes along the rules that use it: a piece of their end is staged, before that of
 * its own. false: none is left. And have these to be looked for among more rules than a piece? */
struct sw_group_change;
bool staged_group_takes(struct sw_bridge *bridge, const struct sw_group_change *change);
bool staged_group_takes_many(struct sw_bridge *bridge, const struct sw_group_change *change);
bool staged_meter_takes(struct sw_bridge *bridge, enum sw_meter_verb verb, uint32_t id);
bool staged_meter_takes_many(struct sw_bridge *bridge, enum sw_meter_verb verb, uint32_t id);

/* Is it still under way; not yet seen by packets? Connections that wait for it are woken at its end. */
bool staged_is_under_way(const struct sw_rules *rules);
bool staged_is_unseen(const struct sw_rules *rules);
bool staged_is_idle(void); /* of no bridge */

#endif
