/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions that write a field: set_field (1.3.5, 7.2.5; with a mask from 1.5 on), Nicira's reg_load for some bits of one and
 * reg_load2 with a mask, set_tunnel, and write_metadata, which 1.0 has as an action. Control thread.
 */
#include "set.h"

#include <rte_common.h>

#include "../codec/port.h"

SW_USE(action_type, load);
SW_USE(action_type, set_field);
SW_USE(action_type, set_tunnel);
SW_USE(field, in_port);
SW_USE(field, metadata);
SW_USE(field, tun_id);
SW_USE(field, vlan_vid);

#define LOAD_BITS_MAX 64

typedef unsigned __int128 number;

static number get_wide(const uint8_t *bytes, unsigned n)
{
	number v = 0;

	for (unsigned i = 0; i < n; i++)
		v = v << 8 | bytes[i];
	return v;
}

static void put_wide(uint8_t *bytes, unsigned n, number v)
{
	for (; n--; v >>= 8)
		bytes[n] = (uint8_t)v;
}

/* --- set_field ---------------------------------------------------------------------------------------------- */

/* A VLAN is not written without the bit that says there is a tag. */
static void tag_is_there(struct sw_action *a)
{
	if (a->set.field == &sw_field_vlan_vid && a->set.mask[0] & SW_VLAN_PRESENT >> 8)
		a->set.value[0] |= SW_VLAN_PRESENT >> 8;
}

/* `rest` is what fills the action up to a multiple of 8. */
static enum of_error take(
	const struct of_oxm *oxm, const struct of_cursor *rest, struct sw_action *a)
{
	a->set.field = oxm->field;
	memcpy(a->set.value, oxm->value, sizeof(oxm->value));
	memcpy(a->set.mask, oxm->mask, sizeof(oxm->mask));
	tag_is_there(a);
	return of_left(rest) < 8 ? OF_FINE : OFPBAC_BAD_SET_LEN;
}

static enum of_error get_set_field(struct of_action_in *in, struct sw_action *a)
{
	struct of_oxm oxm;
	enum of_error error = of_action_error(of_get_oxm(&in->body, &oxm));

	if (error)
		return error;
	if (!oxm.field->writable)
		return OFPBAC_BAD_SET_TYPE;
	if (oxm.has_mask && in->version < OF15)
		return OFPBAC_BAD_SET_MASK;
	return take(&oxm, &in->body, a);
}

bool of_put_set_field(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	bool full = of_oxm_is_full(a->set.field, a->set.mask);

	if (!full && version < OF15)
		return false;
	of_put_oxm(out, a->set.field, version, a->set.value, full ? NULL : a->set.mask);
	return true;
}

static enum of_error get_reg_load2(struct of_action_in *in, struct sw_action *a)
{
	struct of_oxm oxm;
	enum of_error error = of_action_error(of_get_oxm(&in->body, &oxm));

	if (!error && !oxm.field->writable)
		error = OFPBAC_BAD_SET_ARGUMENT;
	if (!error)
		error = take(&oxm, &in->body, a);
	if (!error && !of_zeros(&in->body, of_left(&in->body)))
		error = NXBAC_MUST_BE_ZERO; /* Nicira's; in OpenFlow's own padding may be anything (1.3.5, 7.1.1) */
	return error;
}

bool of_put_reg_load2(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	bool full = of_oxm_is_full(a->set.field, a->set.mask);

	of_put_oxm(out, a->set.field, OF_NXM, a->set.value, full ? NULL : a->set.mask);
	return true;
}

/* Only what the standard action cannot say. */
static bool put_masked(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	if (version != OF10 && of_oxm_is_full(a->set.field, a->set.mask))
		return false;
	return of_put_reg_load2(out, a, version);
}

/* --- load --------------------------------------------------------------------------------------------------- */

/* All of in_port, which has 16 bits where it is named so. */
static bool is_port16(const struct sw_bits *bits)
{
	return bits->field == &sw_field_in_port && !bits->from && bits->n == 16;
}

static enum of_error load_bits(const struct sw_bits *bits, uint64_t value, struct sw_action *a)
{
	const struct sw_field *f = bits->field;
	unsigned n = sw_field_bytes(f);
	uint8_t own[OXM_VALUE_MAX];

	if (bits->n < LOAD_BITS_MAX && value >> bits->n)
		return OFPBAC_BAD_SET_ARGUMENT;
	put_wide(a->set.value, n, (number)value << bits->from);
	put_wide(a->set.mask, n, (~(number)0 >> (128 - bits->n)) << bits->from);
	sw_field_ones(f, own);
	for (unsigned i = 0; i < n; i++) {
		a->set.mask[i] &= own[i];
		if (a->set.value[i] & ~own[i])
			return OFPBAC_BAD_SET_ARGUMENT;
	}
	tag_is_there(a);
	return OF_FINE;
}

static enum of_error get_reg_load(struct of_action_in *in, struct sw_action *a)
{
	struct sw_bits bits;
	enum of_error error = of_get_bits(&in->body, &bits);
	uint64_t value = of_u64(&in->body);
	uint32_t port;

	if (error)
		return error;
	if (!bits.field->writable)
		return OFPBAC_BAD_SET_ARGUMENT;
	a->set.field = bits.field;
	if (!is_port16(&bits))
		return load_bits(&bits, value, a);
	if (value >> 16 || !of_port_from16(value, &port))
		return OFPBAC_BAD_SET_ARGUMENT;
	of_set_number(a, bits.field, port);
	return OF_FINE;
}

/* The one run of bits of the mask; false: there are several, or more than 64. */
static bool run_of(const struct sw_action *a, struct sw_bits *bits)
{
	number mask = get_wide(a->set.mask, sw_field_bytes(a->set.field));
	unsigned from = 0, n = 0;

	while (from < 128 && !(mask >> from & 1))
		from++;
	while (from + n < 128 && mask >> (from + n) & 1)
		n++;
	*bits = (struct sw_bits){ a->set.field, from, n };
	return n && n <= LOAD_BITS_MAX && !(from + n < 128 && mask >> (from + n));
}

static bool put_reg_load(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	number value = get_wide(a->set.value, sw_field_bytes(a->set.field));
	struct sw_bits bits;

	if (!run_of(a, &bits) || of_oxm_header_of(a->set.field, OF_NXM).experimenter)
		return false;
	value >>= bits.from;
	if (a->set.field == &sw_field_in_port && bits.n == 32) {
		bits.n = 16;
		value = of_port_to16(value);
	}
	of_put_u16(out, of_ofs_nbits(&bits));
	of_put_oxm_header(out, a->set.field, OF_NXM, false);
	of_put_u64(out, value);
	return true;
}

static bool put_wide_load(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	struct sw_bits bits;

	if (run_of(a, &bits) && !of_oxm_header_of(a->set.field, OF_NXM).experimenter)
		return false;
	return of_put_reg_load2(out, a, version);
}

/* --- tunnel, metadata ----------------------------------------------------------------------------------------- */

static enum of_error get_tunnel(struct of_action_in *in, struct sw_action *a)
{
	of_skip(&in->body, 2);
	of_set_number(a, &sw_field_tun_id, of_u32(&in->body));
	return OF_FINE;
}

static bool put_tunnel(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	uint64_t id = of_set_to_number(a);

	of_room(out, 2);
	of_put_u32(out, id);
	return id <= UINT32_MAX;
}

static enum of_error get_tunnel64(struct of_action_in *in, struct sw_action *a)
{
	of_skip(&in->body, 6);
	of_set_number(a, &sw_field_tun_id, of_u64(&in->body));
	return OF_FINE;
}

static bool put_tunnel64(struct of_buf *out, const struct sw_action *a, uint8_t version)
{
	of_room(out, 6);
	of_put_u64(out, of_set_to_number(a));
	return of_set_to_number(a) > UINT32_MAX;
}

static enum of_error get_metadata(struct of_action_in *in, struct sw_action *a)
{
	uint64_t value, mask;

	if (!of_zeros(&in->body, 6))
		return NXBAC_MUST_BE_ZERO;
	value = of_u64(&in->body);
	mask = of_u64(&in->body);
	of_set_number(a, &sw_field_metadata, value & mask);
	put_wide(a->set.mask, sizeof(mask), mask);
	return OF_FINE;
}

SW_REGISTER(of_action, set_field) = {
	.name = "set_field",
	.help = "a value into a field",
	.of = &sw_action_type_set_field,
	.ids = { { OF_V13_UP, 0, 25, 0 } },
	.get = get_set_field,
	.put = of_put_set_field,
};
SW_REGISTER(of_action, reg_load2) = {
	.name = "reg_load2",
	.help = "a value with a mask into a field",
	.of = &sw_action_type_set_field,
	.ids = { { OF_V10 | OF_V13_V14, OF_NICIRA, 33, 0 } },
	.get = get_reg_load2,
	.put = put_masked,
};
SW_REGISTER(of_action, reg_load) = {
	.name = "reg_load",
	.help = "a number into some bits of a field",
	.of = &sw_action_type_load,
	.ids = { { OF_V10 | OF_V13_V14, OF_NICIRA, 7, 24 } },
	.get = get_reg_load,
	.put = put_reg_load,
};
SW_REGISTER(of_action, load_as_reg_load2) = {
	.name = "load_as_reg_load2",
	.help = "a number of more than 64 bits",
	.of = &sw_action_type_load,
	.ids = { { OF_V10 | OF_V13_V14, OF_NICIRA, 33, 0 } },
	.put = put_wide_load,
	.use = OF_SENT,
};
OF_SENT_AS_SET_FIELD(load, OF_V15);
SW_REGISTER(of_action, set_tunnel) = {
	.name = "set_tunnel",
	.help = "key of tunnels, 32 bits",
	.of = &sw_action_type_set_tunnel,
	.ids = { { OF_ALL, OF_NICIRA, 2, 16 } },
	.get = get_tunnel,
	.put = put_tunnel,
};
SW_REGISTER(of_action, set_tunnel64) = {
	.name = "set_tunnel64",
	.help = "key of tunnels, 64 bits",
	.of = &sw_action_type_set_tunnel,
	.ids = { { OF_ALL, OF_NICIRA, 9, 24 } },
	.get = get_tunnel64,
	.put = put_tunnel64,
};
SW_REGISTER(of_action, write_metadata) = {
	.name = "write_metadata",
	.help = "metadata for the tables that follow, as an action",
	.of = &sw_action_type_set_field,
	.ids = { { OF_ALL, OF_NICIRA, 22, 32 } },
	.get = get_metadata,
	.use = OF_RECEIVED,
};
