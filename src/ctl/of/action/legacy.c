/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenFlow 1.0's actions that write one field each (1.0.1, 5.2.4). Later versions get them as set_field. Control thread.
 */
#include "set.h"

SW_USE(action_type, mod_dl_dst);
SW_USE(action_type, mod_dl_src);
SW_USE(action_type, mod_nw_dst);
SW_USE(action_type, mod_nw_ecn);
SW_USE(action_type, mod_nw_src);
SW_USE(action_type, mod_nw_tos);
SW_USE(action_type, mod_tp_dst);
SW_USE(action_type, mod_tp_src);
SW_USE(action_type, mod_vlan_pcp);
SW_USE(action_type, mod_vlan_vid);
SW_USE(field, eth_dst);
SW_USE(field, eth_src);
SW_USE(field, ip_dst);
SW_USE(field, ip_src);
SW_USE(field, nw_tos);
SW_USE(field, tcp_dst);
SW_USE(field, tcp_src);
SW_USE(field, vlan_pcp);
SW_USE(field, vlan_vid);

#define VID_MASK 0xfff
#define PCP_MAX	 7
#define ECN_MASK 3

static enum of_error get_vid(struct of_action_in *in, struct sw_action *a)
{
	uint16_t vid = of_u16(&in->body);

	of_set_number(a, &sw_field_vlan_vid, SW_VLAN_PRESENT | (vid & VID_MASK));
	return vid & ~VID_MASK ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

static bool put_vid(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, of_set_to_number(a) & VID_MASK);
	return true;
}

static enum of_error get_pcp(struct of_action_in *in, struct sw_action *a)
{
	uint8_t pcp = of_u8(&in->body);

	of_set_number(a, &sw_field_vlan_pcp, pcp & PCP_MAX);
	return pcp > PCP_MAX ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

static enum of_error get_tos(struct of_action_in *in, struct sw_action *a)
{
	uint8_t tos = of_u8(&in->body);

	of_set_number(a, &sw_field_nw_tos, tos & ~ECN_MASK);
	return tos & ECN_MASK ? OFPBAC_BAD_ARGUMENT : OF_FINE;
}

/* The bytes of the field as they are. */
static bool put_bytes(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put(out, a->set.value, sw_field_bytes(a->set.field));
	return true;
}

#define LEGACY(ident, number, size, get_fn, put_fn)       \
	SW_REGISTER(of_action, ident) = { .name = #ident, \
		.help = "of 1.0",                         \
		.of = &sw_action_type_##ident,            \
		.ids = { { OF_V10, 0, number, size } },   \
		.get = get_fn,                            \
		.put = put_fn };                          \
	OF_SENT_AS_SET_FIELD(ident, OF_V13_UP)

/* One that is the field's bytes. */
#define LEGACY_BYTES(ident, fld, number, size)                                         \
	static enum of_error get_##ident(struct of_action_in *in, struct sw_action *a) \
	{                                                                              \
		of_set_number(a, &sw_field_##fld,                                      \
			of_number(&in->body, sw_field_bytes(&sw_field_##fld)));        \
		return OF_FINE;                                                        \
	}                                                                              \
	LEGACY(ident, number, size, get_##ident, put_bytes)

LEGACY(mod_vlan_vid, 1, 8, get_vid, put_vid);
LEGACY(mod_vlan_pcp, 2, 8, get_pcp, put_bytes);
LEGACY(mod_nw_tos, 8, 8, get_tos, put_bytes);
LEGACY_BYTES(mod_dl_src, eth_src, 4, 16);
LEGACY_BYTES(mod_dl_dst, eth_dst, 5, 16);
LEGACY_BYTES(mod_nw_src, ip_src, 6, 8);
LEGACY_BYTES(mod_nw_dst, ip_dst, 7, 8);
LEGACY_BYTES(mod_tp_src, tcp_src, 9, 8);
LEGACY_BYTES(mod_tp_dst, tcp_dst, 10, 8);

OF_SENT_AS_SET_FIELD(mod_nw_ecn, OF_V13_UP);
OF_SENT_AS_REG_LOAD2(mod_nw_ecn, OF_V10);
