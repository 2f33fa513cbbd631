/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows set by hand (sw/flow.h): rules of a table before the first, which walk.c asks when there is one.
 *
 * Control thread only.
 */
#include <sw/flow.h>

#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/rule.h>

#include "../rule/lookup.h"

static int unfit(const struct sw_instructions *does, struct sw_err *err)
{
	int rc;

	if (does->goto_table == -1 && !does->write && !does->clear && !does->metadata_mask &&
		!does->meter)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "a flow set by hand has actions only");
	sw_err_hint(err, "resubmit(,TABLE) goes on with the rules of a table");
	return rc;
}

int sw_flow_stage(struct sw_bridge *bridge, struct sw_rule_change *change, struct sw_err *err)
{
	struct sw_rules *rules = sw_bridge_rules(bridge);
	bool adds = change->verb == SW_RULE_ADD, first = !rules_has_table(rules, SW_TABLE_BY_HAND);
	int rc = adds ? unfit(&change->conf.does, err) : 0;

	if (rc)
		return rc;
	change->conf.table = SW_TABLE_BY_HAND;
	change->by_hand = true;
	if (sw_rules_stage(rules, change, err))
		return sw_err_errno(err->code);
	if (first && adds) /* walks have not asked the table so far; from now on they do */
		sw_flow_forget(bridge);
	return 0;
}

struct sw_rule_change sw_flow_all(void)
{
	return (struct sw_rule_change){
		.verb = SW_RULE_DELETE,
		.conf.table = SW_TABLE_BY_HAND,
		.by_hand = true,
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY,
	};
}
