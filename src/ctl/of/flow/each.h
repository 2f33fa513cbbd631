/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All rules of a bridge for an answer: there may be a million, so in slices, and not faster than the peer takes it.
 *
 * Thread: control.
 */
#ifndef CTL_OF_FLOW_EACH_H
#define CTL_OF_FLOW_EACH_H

#include <sw/rule.h>

#include "../../slice.h"

struct of_conn;

/* Those that the filter means (NULL: all) from the cursor on. SLICE_MORE, or 0: that was the last. What is changed meanwhile is
 * met as it is then. */
int of_each_rule(struct of_conn *c, struct sw_rule_cursor *cursor,
	const struct sw_rule_change *filter, const struct slice *slice,
	void (*fn)(struct of_conn *c, void *arg, const struct sw_rule *rule), void *arg);

#endif
