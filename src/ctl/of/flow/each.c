/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All rules of a bridge, in slices. Control thread.
 */
#include "each.h"

#include "../bridge.h"
#include "../conn/conn.h"

#define LOOKS 1024 /* rules a piece: about 20 us where none is meant */

int of_each_rule(struct of_conn *c, struct sw_rule_cursor *cursor,
	const struct sw_rule_change *filter, const struct slice *slice,
	void (*fn)(struct of_conn *c, void *arg, const struct sw_rule *rule), void *arg)
{
	const struct sw_rule *rule;

	do {
		cursor->looks = LOOKS;
		rule = sw_rules_next(c->bridge->rules, cursor, filter);
		if (rule)
			fn(c, arg, rule);
		else if (cursor->looks)
			return 0;
	} while (!slice_over(slice) && !of_conn_is_full(c));
	return SLICE_MORE;
}
