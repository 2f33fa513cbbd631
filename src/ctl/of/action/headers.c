/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions that add and take headers, and those of TTLs (1.3.5, 7.2.5; Nicira's for MPLS and TTLs in 1.0). Control thread.
 */
#include "set.h"

#include <stdlib.h>

#include <rte_byteorder.h>

#include <sw/mem.h>

SW_USE(action_type, copy_ttl_in);
SW_USE(action_type, copy_ttl_out);
SW_USE(action_type, dec_mpls_ttl);
SW_USE(action_type, dec_ttl);
SW_USE(action_type, mod_nw_ttl);
SW_USE(action_type, pop_mpls);
SW_USE(action_type, pop_pbb);
SW_USE(action_type, pop_vlan);
SW_USE(action_type, push_mpls);
SW_USE(action_type, push_pbb);
SW_USE(action_type, push_vlan);
SW_USE(action_type, set_field);
SW_USE(action_type, set_mpls_ttl);
SW_USE(field, mpls_label);
SW_USE(field, mpls_tc);
SW_USE(field, nw_ttl);

#define ETH_VLAN      0x8100
#define ETH_VLAN_OUT  0x88a8
#define ETH_MPLS      0x8847
#define ETH_MPLS_MANY 0x8848
#define ETH_PBB	      0x88e7
#define LABEL_MAX     0xfffff
#define TC_MAX	      7

/* --- an Ethertype ------------------------------------------------------------------------------------------- */

static enum of_error get_type(
	struct of_action_in *in, struct sw_action *a, uint16_t one, uint16_t other)
{
	uint16_t type = of_u16(&in->body);

	a->ethertype = rte_cpu_to_be_16(type);
	return !one || type == one || type == other ? OF_FINE : OFPBAC_BAD_ARGUMENT;
}

static enum of_error get_push_vlan(struct of_action_in *in, struct sw_action *a)
{
	return get_type(in, a, ETH_VLAN, ETH_VLAN_OUT);
}

static enum of_error get_push_mpls(struct of_action_in *in, struct sw_action *a)
{
	return get_type(in, a, ETH_MPLS, ETH_MPLS_MANY);
}

static enum of_error get_push_pbb(struct of_action_in *in, struct sw_action *a)
{
	return get_type(in, a, ETH_PBB, ETH_PBB);
}

static enum of_error get_pop_mpls(struct of_action_in *in, struct sw_action *a)
{
	return get_type(in, a, 0, 0);
}

static bool put_type(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put(out, &a->ethertype, sizeof(a->ethertype));
	of_room(out, 2);
	return true;
}

/* --- nothing but its number ----------------------------------------------------------------------------------- */

static enum of_error get_nothing(struct of_action_in *in, struct sw_action *a)
{
	return OF_FINE; /* padding, which nobody looks at */
}

static bool put_nothing(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_room(out, 4);
	return true;
}

/* --- TTL ------------------------------------------------------------------------------------------------------ */

static enum of_error get_ttl(struct of_action_in *in, struct sw_action *a)
{
	a->ttl = of_u8(&in->body);
	return OF_FINE;
}

static bool put_ttl(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u8(out, a->ttl);
	of_room(out, 3);
	return true;
}

/* Only when no other controllers than those of id 0 are told. */
static bool put_dec_ttl(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_room(out, 4);
	return !a->controllers.n;
}

static enum of_error get_dec_ttl_ids(struct of_action_in *in, struct sw_action *a)
{
	uint16_t n = of_u16(&in->body);
	struct of_cursor ids;
	uint16_t *list;

	if (!of_zeros(&in->body, 4))
		return NXBAC_MUST_BE_ZERO;
	ids = of_sub(&in->body, 2 * (size_t)n);
	if (ids.over || !n)
		return n ? OFPBAC_BAD_LEN : OFPBAC_BAD_ARGUMENT;
	if (n > SW_DEC_TTL_CONTROLLERS)
		return OFPBAC_TOO_MANY;
	list = sw_xcalloc(n, sizeof(*list));
	for (unsigned i = 0; i < n; i++)
		list[i] = of_u16(&ids);
	a->controllers.n = n;
	a->controllers.ids = list;
	return OF_FINE;
}

static bool put_dec_ttl_ids(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, a->controllers.n);
	of_room(out, 4);
	for (unsigned i = 0; i < a->controllers.n; i++)
		of_put_u16(out, a->controllers.ids[i]);
	return a->controllers.n;
}

/* --- MPLS labels of Nicira -------------------------------------------------------------------------------------- */

static enum of_error get_label(struct of_action_in *in, struct sw_action *a)
{
	uint32_t label;

	of_skip(&in->body, 2);
	label = of_u32(&in->body);
	of_set_number(a, &sw_field_mpls_label, label & LABEL_MAX);
	return label > LABEL_MAX ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

static enum of_error get_tc(struct of_action_in *in, struct sw_action *a)
{
	uint8_t tc = of_u8(&in->body);

	of_set_number(a, &sw_field_mpls_tc, tc & TC_MAX);
	return tc > TC_MAX ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

#define FORM(ident, takes, get_fn, put_fn, ...)           \
	SW_REGISTER(of_action, ident) = { .name = #ident, \
		.help = takes,                            \
		.of = &sw_action_type_##ident,            \
		.ids = { __VA_ARGS__ },                   \
		.get = get_fn,                            \
		.put = put_fn }

FORM(push_vlan, "a tag", get_push_vlan, put_type, { OF_V13_UP, 0, 17, 8 });
FORM(pop_vlan, "the outermost tag off", get_nothing, put_nothing, { OF_V10, 0, 3, 8 },
	{ OF_V13_UP, 0, 18, 8 });
FORM(push_mpls, "a label", get_push_mpls, put_type, { OF_V13_UP, 0, 19, 8 },
	{ OF_V10, OF_NICIRA, 23, 16 });
FORM(pop_mpls, "the outermost label off", get_pop_mpls, put_type, { OF_V13_UP, 0, 20, 8 },
	{ OF_V10, OF_NICIRA, 24, 16 });
FORM(push_pbb, "a backbone header", get_push_pbb, put_type, { OF_V13_UP, 0, 26, 8 });
FORM(pop_pbb, "the backbone header off", get_nothing, put_nothing, { OF_V13_UP, 0, 27, 8 });
FORM(copy_ttl_out, "TTL to the outermost header", get_nothing, put_nothing,
	{ OF_V13_UP, 0, 11, 8 });
FORM(copy_ttl_in, "TTL from the outermost header", get_nothing, put_nothing,
	{ OF_V13_UP, 0, 12, 8 });
FORM(set_mpls_ttl, "TTL of MPLS", get_ttl, put_ttl, { OF_V13_UP, 0, 15, 8 },
	{ OF_V10, OF_NICIRA, 25, 16 });
FORM(dec_mpls_ttl, "TTL of MPLS less 1", get_nothing, put_nothing, { OF_V13_UP, 0, 16, 8 },
	{ OF_V10, OF_NICIRA, 26, 16 });
FORM(mod_nw_ttl, "TTL of IP", get_ttl, put_ttl, { OF_V13_UP, 0, 23, 8 });
FORM(dec_ttl, "TTL of IP less 1", get_nothing, put_dec_ttl, { OF_V13_UP, 0, 24, 8 },
	{ OF_V10, OF_NICIRA, 18, 16 });

SW_REGISTER(of_action, dec_ttl_cnt_ids) = {
	.name = "dec_ttl_cnt_ids",
	.help = "TTL of IP less 1, and who is told when it is 0",
	.of = &sw_action_type_dec_ttl,
	.ids = { { OF_ALL, OF_NICIRA, 21, 0 } },
	.get = get_dec_ttl_ids,
	.put = put_dec_ttl_ids,
};
SW_REGISTER(of_action, nx_set_mpls_label) = {
	.name = "nx_set_mpls_label",
	.help = "the outermost label",
	.of = &sw_action_type_set_field,
	.ids = { { OF_V10, OF_NICIRA, 30, 16 } },
	.get = get_label,
	.use = OF_RECEIVED,
};
SW_REGISTER(of_action, nx_set_mpls_tc) = {
	.name = "nx_set_mpls_tc",
	.help = "traffic class of the outermost label",
	.of = &sw_action_type_set_field,
	.ids = { { OF_V10, OF_NICIRA, 31, 16 } },
	.get = get_tc,
	.use = OF_RECEIVED,
};

static bool put_ttl_as_load(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_oxm(out, &sw_field_nw_ttl, OF_NXM, &a->ttl, NULL);
	return true;
}

SW_REGISTER(of_action, mod_nw_ttl_as_reg_load2) = {
	.name = "mod_nw_ttl_as_reg_load2",
	.help = "TTL of IP, where 1.0 has no action for it",
	.of = &sw_action_type_mod_nw_ttl,
	.ids = { { OF_V10, OF_NICIRA, 33, 0 } },
	.put = put_ttl_as_load,
	.use = OF_SENT,
};
