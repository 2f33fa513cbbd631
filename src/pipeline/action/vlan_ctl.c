/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions push_vlan and pop_vlan (OpenFlow 1.3.5, 5.12, 7.2.5). A new tag has the VLAN and priority of the one that
 * was outermost, 0 if there was none.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/text.h>

#include "ethertype.h"

SW_USE(action_type, pop_vlan);

static int push_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_ethertype("push_vlan", text, ETH_VLAN, ETH_QINQ, &a->ethertype, err);
}

static void push_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "push_vlan:0x%04x", rte_be_to_cpu_16(a->ethertype));
}

static int push_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	const rte_be16_t present = RTE_BE16(SW_VLAN_PRESENT);

	/* Whether there was a tag is not known: neither is what it hands on. */
	if (!(match->mask.vlan_tci & present))
		match->value.vlan_tci = match->mask.vlan_tci = 0;
	else if (!(match->value.vlan_tci & present))
		match->mask.vlan_tci = 0xffff;
	match->value.vlan_tci |= present;
	match->mask.vlan_tci |= present;
	return 0;
}

static int pop_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	a->type = &sw_action_type_pop_vlan;
	return arg_none("pop_vlan", text, err);
}

static int pop_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_VLAN, match, "pop_vlan", err);

	match->value.vlan_tci = match->mask.vlan_tci = 0; /* there may be one more */
	return rc;
}

SW_REGISTER(action_type, push_vlan) = {
	.name = "push_vlan",
	.help = "adds a VLAN tag outside of those that are there",
	.usage = "0x8100 or 0x88a8",
	.set_place = SW_PLACE_PUSH_VLAN,
	.parse = push_parse,
	.print = push_print,
	.check = push_check,
};

SW_REGISTER(action_type, pop_vlan) = {
	.name = "pop_vlan",
	.help = "takes the outermost VLAN tag off",
	.usage = "",
	.set_place = SW_PLACE_POP_VLAN,
	.parse = pop_parse,
	.check = pop_check,
};

SW_REGISTER(action_type, strip_vlan) = {
	.name = "strip_vlan",
	.help = "the same as pop_vlan",
	.usage = "",
	.parse = pop_parse,
};
