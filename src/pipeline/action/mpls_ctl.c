/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions on MPLS label stacks: push_mpls, pop_mpls, and the names of OpenFlow 1.1 for two of its fields (OpenFlow
 * 1.3.5, 7.2.5; ovs-actions(7)).
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/text.h>

#include "ethertype.h"

SW_USE(action_type, set_field);
SW_USE(field, mpls_label);
SW_USE(field, mpls_tc);

static int push_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_ethertype("push_mpls", text, ETH_MPLS, ETH_MPLS_MCAST, &a->ethertype, err);
}

static void push_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "push_mpls:0x%04x", rte_be_to_cpu_16(a->ethertype));
}

static int push_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	know_eth_type(match, a->ethertype);
	return 0;
}

static int pop_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_ethertype("pop_mpls", text, 0, 0, &a->ethertype, err);
}

static void pop_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "pop_mpls:0x%04x", rte_be_to_cpu_16(a->ethertype));
}

static int pop_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_MPLS, match, "pop_mpls", err);

	know_eth_type(match, a->ethertype);
	return rc;
}

static int set_parse(
	struct sw_action *a, const struct sw_field *f, const char *text, struct sw_err *err)
{
	int rc = sw_field_parse(f, text, a->set.value, NULL, err);

	if (rc)
		sw_err_prefix(err, "%s", a->type->name);
	a->type = &sw_action_type_set_field;
	a->set.field = f;
	set_mask_all(a);
	return rc;
}

static int set_label_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return set_parse(a, &sw_field_mpls_label, text, err);
}

static int set_tc_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return set_parse(a, &sw_field_mpls_tc, text, err);
}

SW_REGISTER(action_type, push_mpls) = {
	.name = "push_mpls",
	.help = "adds an MPLS label: that of the outermost one, else 0, or 2 for IPv6",
	.usage = "0x8847 or 0x8848",
	.set_place = SW_PLACE_PUSH_MPLS,
	.parse = push_parse,
	.print = push_print,
	.check = push_check,
};

SW_REGISTER(action_type, pop_mpls) = {
	.name = "pop_mpls",
	.help = "takes the outermost MPLS label off; what follows is of that Ethertype",
	.usage = "ETHERTYPE",
	.set_place = SW_PLACE_POP_MPLS,
	.parse = pop_parse,
	.print = pop_print,
	.check = pop_check,
};

SW_REGISTER(action_type, set_mpls_label) = {
	.name = "set_mpls_label",
	.help = "the same as set_field:LABEL->mpls_label",
	.usage = "LABEL",
	.parse = set_label_parse,
};

SW_REGISTER(action_type, set_mpls_tc) = {
	.name = "set_mpls_tc",
	.help = "the same as set_field:TC->mpls_tc",
	.usage = "TC",
	.parse = set_tc_parse,
};
