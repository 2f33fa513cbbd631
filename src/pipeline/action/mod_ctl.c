/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions of OpenFlow 1.0 and 1.1 that set one field, and set_tunnel: mod_dl_src, mod_nw_tos, ... (ovs-actions(7)).
 * They keep their names, as ovs-ofctl shows them, and carry what set_field carries. Two do more than set_field:
 * mod_vlan_vid and mod_vlan_pcp add a tag where there is none. mod_tp_src and _dst mean TCP, UDP or SCTP.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/action_set.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/text.h>

SW_USE(field, eth_dst);
SW_USE(field, eth_src);
SW_USE(field, ip_dst);
SW_USE(field, ip_src);
SW_USE(field, nw_ecn);
SW_USE(field, nw_tos);
SW_USE(field, tcp_dst);
SW_USE(field, tcp_src);
SW_USE(field, tun_id);
SW_USE(field, vlan_pcp);
SW_USE(field, vlan_vid);
SW_USE(action_type, set_tunnel);

static int set(struct sw_action *a, const struct sw_field *f, const char *text, struct sw_err *err)
{
	int rc = *text ? sw_field_parse(f, text, a->set.value, NULL, err)
		       : arg_missing(a->type->name, err);

	if (rc && *text)
		sw_err_prefix(err, "%s", a->type->name);
	a->set.field = f;
	set_mask_all(a);
	return rc;
}

static void print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "%s:", a->type->name);
	set_print(a, out);
}

static int check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need_field(a->set.field, match, a->type->name, err);

	know(match, a->set.field, a->set.value, a->set.mask);
	return rc;
}

#define MOD(ident, set_this, what, takes)                                                   \
	static int ident##_parse(struct sw_action *a, const char *text, struct sw_err *err) \
	{                                                                                   \
		return set(a, &sw_field_##set_this, text, err);                             \
	}                                                                                   \
	SW_REGISTER(action_type, ident) = { .name = #ident,                                 \
		.help = what,                                                               \
		.usage = takes,                                                             \
		.set_place = SW_PLACE_SET,                                                  \
		.parse = ident##_parse,                                                     \
		.print = print,                                                             \
		.check = check }

MOD(mod_dl_src, eth_src, "sets the Ethernet source", "MAC");
MOD(mod_dl_dst, eth_dst, "sets the Ethernet destination", "MAC");
MOD(mod_nw_src, ip_src, "sets the IPv4 source", "IP");
MOD(mod_nw_dst, ip_dst, "sets the IPv4 destination", "IP");
MOD(mod_nw_tos, nw_tos, "sets the DSCP of IP, given as the byte of the header", "a multiple of 4");
MOD(mod_nw_ecn, nw_ecn, "sets the congestion notification of IP", "0 to 3");

/* --- ports --- */

static int check_tp(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	static const enum sw_prereq any[] = { SW_PRE_TCP, SW_PRE_UDP, SW_PRE_SCTP };
	bool met = false;
	int rc = 0;

	for (unsigned i = 0; i < RTE_DIM(any); i++)
		met |= sw_prereq_met(any[i], match);
	if (!met) {
		rc = sw_err_set(err, SW_CODE_INVALID,
			"%s: not all packets of this match have ports; it needs tcp, udp or sctp",
			a->type->name);
		sw_err_allowed(err, "only with tcp, tcp6, udp, udp6, sctp or sctp6");
		sw_err_hint(err, "say so in the match, or leave it out");
	}
	know(match, a->set.field, a->set.value, a->set.mask);
	return rc;
}

#define MOD_TP(way, what)                                                                          \
	static int mod_tp_##way##_parse(struct sw_action *a, const char *text, struct sw_err *err) \
	{                                                                                          \
		return set(a, &sw_field_tcp_##way, text, err);                                     \
	}                                                                                          \
	SW_REGISTER(action_type, mod_tp_##way) = { .name = "mod_tp_" #way,                         \
		.help = what,                                                                      \
		.usage = "PORT",                                                                   \
		.set_place = SW_PLACE_SET,                                                         \
		.parse = mod_tp_##way##_parse,                                                     \
		.print = print,                                                                    \
		.check = check_tp }

MOD_TP(src, "sets the source port of TCP, UDP or SCTP");
MOD_TP(dst, "sets the destination port of TCP, UDP or SCTP");

/* --- VLAN --- */

#define VID_MASK 0xfff
#define PCP_MASK 0xe000

static void print_vid(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "mod_vlan_vid:%u", (a->set.value[0] << 8 | a->set.value[1]) & VID_MASK);
}

static int parse_vid(struct sw_action *a, const char *text, struct sw_err *err)
{
	uint64_t vid = 0;
	int rc = arg_number("mod_vlan_vid", text, VID_MASK, &vid, err);

	vid |= SW_VLAN_PRESENT;
	a->set.field = &sw_field_vlan_vid;
	a->set.value[0] = (uint8_t)(vid >> 8);
	a->set.value[1] = (uint8_t)vid;
	set_mask_all(a);
	return rc;
}

/* A tag that is added has 0 in what is not set. */
static int check_vlan(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	const rte_be16_t present = RTE_BE16(SW_VLAN_PRESENT);
	bool untagged = match->mask.vlan_tci & ~match->value.vlan_tci & present;

	if (!sw_prereq_met(SW_PRE_VLAN, match)) {
		match->value.vlan_tci = present;
		match->mask.vlan_tci = untagged ? RTE_BE16(VID_MASK | PCP_MASK) | present : present;
	}
	know(match, a->set.field, a->set.value, a->set.mask);
	return 0;
}

static int parse_pcp(struct sw_action *a, const char *text, struct sw_err *err)
{
	return set(a, &sw_field_vlan_pcp, text, err);
}

SW_REGISTER(action_type, mod_vlan_vid) = {
	.name = "mod_vlan_vid",
	.help = "sets the VLAN of the outermost tag, or adds a tag",
	.usage = "VLAN",
	.set_place = SW_PLACE_SET,
	.parse = parse_vid,
	.print = print_vid,
	.check = check_vlan,
};

SW_REGISTER(action_type, mod_vlan_pcp) = {
	.name = "mod_vlan_pcp",
	.help = "sets the priority of the outermost tag, or adds a tag of VLAN 0",
	.usage = "0 to 7",
	.set_place = SW_PLACE_SET,
	.parse = parse_pcp,
	.print = print,
	.check = check_vlan,
};

/* --- tunnel --- */

static int parse_tunnel(struct sw_action *a, const char *text, struct sw_err *err)
{
	a->type = &sw_action_type_set_tunnel;
	return set(a, &sw_field_tun_id, text, err);
}

static void print_tunnel(const struct sw_action *a, struct sw_str *out)
{
	uint32_t high;

	memcpy(&high, a->set.value, sizeof(high));
	sw_str_add(out, high ? "set_tunnel64:" : "set_tunnel:");
	set_print(a, out);
}

SW_REGISTER(action_type, set_tunnel) = {
	.name = "set_tunnel",
	.help = "sets the key of tunnels that the packet is sent by",
	.usage = "KEY",
	.set_place = SW_PLACE_SET,
	.parse = parse_tunnel,
	.print = print_tunnel,
	.check = check,
};

SW_REGISTER(action_type, set_tunnel64) = {
	.name = "set_tunnel64",
	.help = "the same as set_tunnel",
	.usage = "KEY",
	.parse = parse_tunnel,
};
