/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bits from one field to another: Nicira's reg_move, ONF's copy_field for 1.3 and 1.4 (extension 320), the standard copy_field of
 * 1.5 (7.2.6.8); and Nicira's stack. Control thread.
 */
#include "action.h"

SW_USE(action_type, move);
SW_USE(action_type, pop);
SW_USE(action_type, push);

/* The headers behind n_bits, src_ofs and dst_ofs, and the padding. */
static enum of_error get_headers(
	struct of_cursor *c, const uint16_t numbers[3], struct sw_action *a)
{
	enum of_error error = of_get_bits_of(c, numbers[1], numbers[0], &a->move.from);

	if (!error)
		error = of_get_bits_of(c, numbers[2], numbers[0], &a->move.to);
	if (error)
		return error;
	if (!a->move.to.field->writable)
		return OFPBAC_BAD_SET_ARGUMENT;
	if (of_left(c) >= 8)
		return OFPBAC_BAD_LEN;
	return of_zeros(c, of_left(c)) ? OF_FINE : NXBAC_MUST_BE_ZERO;
}

static void get_numbers(struct of_cursor *c, uint16_t numbers[3])
{
	for (unsigned i = 0; i < 3; i++)
		numbers[i] = of_u16(c);
}

static void put_numbers(struct of_buf *out, const struct sw_action *a)
{
	of_put_u16(out, a->move.to.n);
	of_put_u16(out, a->move.from.from);
	of_put_u16(out, a->move.to.from);
}

static enum of_error get_move(struct of_action_in *in, struct sw_action *a)
{
	uint16_t numbers[3];

	get_numbers(&in->body, numbers);
	return get_headers(&in->body, numbers, a);
}

static bool put_move(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	put_numbers(out, a);
	of_put_oxm_header(out, a->move.from.field, of_header_version(&a->move.from), false);
	of_put_oxm_header(out, a->move.to.field, of_header_version(&a->move.to), false);
	return true;
}

static enum of_error get_copy(struct of_action_in *in, struct sw_action *a)
{
	uint16_t numbers[3];

	get_numbers(&in->body, numbers);
	of_skip(&in->body, 2);
	return get_headers(&in->body, numbers, a);
}

static bool put_copy(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	put_numbers(out, a);
	of_room(out, 2);
	of_put_oxm_header(out, a->move.from.field, version, false);
	of_put_oxm_header(out, a->move.to.field, version, false);
	return true;
}

static enum of_error get_onf_copy(struct of_action_in *in, struct sw_action *a)
{
	of_skip(&in->body, 2);
	return get_copy(in, a);
}

/* --- the stack ------------------------------------------------------------------------------------------------ */

static enum of_error get_stack(struct of_action_in *in, struct sw_action *a)
{
	uint16_t from = of_u16(&in->body), n;
	struct of_cursor header = in->body;
	struct of_oxm oxm;
	enum of_error error = of_action_error(of_get_oxm_header(&in->body, &oxm));

	n = of_u16(&in->body);
	if (!error)
		error = of_get_bits_of(&header, from, n, &a->stack);
	of_widen_port(&a->stack);
	return error					 ? error
	       : of_zeros(&in->body, of_left(&in->body)) ? OF_FINE
							 : NXBAC_MUST_BE_ZERO;
}

static enum of_error get_pop(struct of_action_in *in, struct sw_action *a)
{
	enum of_error error = get_stack(in, a);

	return error ? error : a->stack.field->writable ? OF_FINE : OFPBAC_BAD_SET_ARGUMENT;
}

static bool put_stack(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	struct sw_bits sent = of_narrow_port(&a->stack);
	size_t at = out->len;

	of_put_u16(out, sent.from);
	of_put_oxm_header(out, a->stack.field, OF_NXM, false);
	of_put_u16(out, sent.n);
	of_room(out, 14 - (out->len - at)); /* 24 in all */
	return true;
}

SW_REGISTER(of_action, reg_move) = {
	.name = "reg_move",
	.help = "bits of one field to another",
	.of = &sw_action_type_move,
	.ids = { { OF_V10 | OF_V13_V14, OF_NICIRA, 6, 0 } },
	.get = get_move,
	.put = put_move,
};
SW_REGISTER(of_action, onf_copy_field) = {
	.name = "onf_copy_field",
	.help = "bits of one field to another",
	.of = &sw_action_type_move,
	.ids = { { OF_V13_V14, OF_ONF, 3200, 0 } },
	.get = get_onf_copy,
	.use = OF_RECEIVED,
};
SW_REGISTER(of_action, copy_field) = {
	.name = "copy_field",
	.help = "bits of one field to another",
	.of = &sw_action_type_move,
	.ids = { { OF_V15, 0, 28, 0 } },
	.get = get_copy,
	.put = put_copy,
};
SW_REGISTER(of_action, stack_push) = {
	.name = "stack_push",
	.help = "bits of a field onto the stack",
	.of = &sw_action_type_push,
	.ids = { { OF_ALL, OF_NICIRA, 27, 24 } },
	.get = get_stack,
	.put = put_stack,
};
SW_REGISTER(of_action, stack_pop) = {
	.name = "stack_pop",
	.help = "bits of a field from the stack",
	.of = &sw_action_type_pop,
	.ids = { { OF_ALL, OF_NICIRA, 28, 24 } },
	.get = get_pop,
	.put = put_stack,
};
