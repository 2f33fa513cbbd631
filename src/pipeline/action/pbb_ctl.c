/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions push_pbb and pop_pbb: headers of provider backbone bridges, 802.1ah (OpenFlow 1.3.5, 7.2.5). The new
 * header is outside of everything, so tags are not at hand until it is taken off.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/text.h>

#include "ethertype.h"

static int push_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_ethertype("push_pbb", text, ETH_PBB, ETH_PBB, &a->ethertype, err);
}

static void push_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "push_pbb:0x%04x", rte_be_to_cpu_16(a->ethertype));
}

static int push_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	know_eth_type(match, a->ethertype);
	match->value.vlan_tci = 0; /* no tag outside of it */
	match->mask.vlan_tci = 0xffff;
	return 0;
}

static int pop_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return arg_none("pop_pbb", text, err);
}

static void forget_addresses(struct sw_fields *f)
{
	memset(f->eth_dst, 0, sizeof(f->eth_dst));
	memset(f->eth_src, 0, sizeof(f->eth_src));
	f->eth_type = f->vlan_tci = 0;
}

static int pop_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need(SW_PRE_PBB, match, "pop_pbb", err);

	know_eth_type(match, 0);
	forget_addresses(&match->value);
	forget_addresses(&match->mask);
	return rc;
}

SW_REGISTER(action_type, push_pbb) = {
	.name = "push_pbb",
	.help = "adds a backbone header; its addresses are those of the frame",
	.usage = "0x88e7",
	.set_place = SW_PLACE_PUSH_PBB,
	.parse = push_parse,
	.print = push_print,
	.check = push_check,
};

SW_REGISTER(action_type, pop_pbb) = {
	.name = "pop_pbb",
	.help = "takes the outermost backbone header off",
	.usage = "",
	.set_place = SW_PLACE_POP_PBB,
	.parse = pop_parse,
	.check = pop_check,
};
