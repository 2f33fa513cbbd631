/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Open vSwitch's test of a packet's length (NXAST_CHECK_PKT_LARGER, 49): 16 bits each for the length and the place of a bit, and the header
 * of the field that has it. Control thread.
 */
#include "action.h"

SW_USE(action_type, check_pkt_larger);

static enum of_error get_larger(struct of_action_in *in, struct sw_action *a)
{
	enum of_error error;
	uint16_t at;

	a->larger.len = of_u16(&in->body);
	at = of_u16(&in->body);
	error = of_get_bits_of(&in->body, at, 1, &a->larger.to);
	if (error)
		return error;
	if (!a->larger.to.field->writable)
		return OFPBAC_BAD_SET_ARGUMENT;
	if (of_left(&in->body) >= 8)
		return OFPBAC_BAD_LEN;
	return of_zeros(&in->body, of_left(&in->body)) ? OF_FINE : NXBAC_MUST_BE_ZERO;
}

static bool put_larger(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_put_u16(out, a->larger.len);
	of_put_u16(out, a->larger.to.from);
	of_put_oxm_header(out, a->larger.to.field, of_header_version(&a->larger.to), false);
	return true;
}

SW_REGISTER(of_action, check_pkt_larger) = {
	.name = "check_pkt_larger",
	.help = "is the packet longer than so many bytes, into a bit",
	.of = &sw_action_type_check_pkt_larger,
	.ids = { { OF_ALL, OF_NICIRA, 49, 0 } },
	.get = get_larger,
	.put = put_larger,
};
