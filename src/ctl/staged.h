/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of a staging of rules (sw/rule_slices.h), which may be of a million changes: what is committed is seen by
 * packets at once; who is told of it, and what goes with it, follows in slices, and so does what is taken back. Nobody has to
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

#include <sw/rule.h>

/* Rules looked at, or changed, in a piece: half a millisecond at most. */
#define STAGED_LOOKS 2048

/* Instead of sw_rules_commit() and sw_rules_abort(). Few changes are over when it returns. */
void staged_commit(struct sw_bridge *bridge);
void staged_abort(struct sw_bridge *bridge);
/* Behind sw_groups_publish(). */
void staged_settle(struct sw_bridge *bridge);

/* Is it still under way? Connections that wait for it are woken at its end. */
bool staged_is_under_way(const struct sw_rules *rules);
bool staged_is_idle(void); /* of no bridge */

#endif
