/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions set_field and load: a value into a field or some of its bits (OpenFlow 1.5.1, 7.2.6.7; NXAST_REG_LOAD).
 * Both carry a value and a mask; they differ in how they are written.
 *
 * A VLAN is not written without the bit that says there is a tag: 5 and 4101 are both VLAN 5.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/text.h>

SW_USE(field, vlan_vid);

void set_mask_all(struct sw_action *a)
{
	sw_field_ones(a->set.field, a->set.mask);
}

static bool whole(const struct sw_action *a)
{
	struct sw_fields mask = { 0 };

	sw_field_set(a->set.field, &mask, a->set.mask);
	return sw_field_is_full(a->set.field, &mask);
}

/* The bit of SW_VLAN_PRESENT goes with each VLAN that is written. */
static void tag_is_there(struct sw_action *a)
{
	const uint8_t present = SW_VLAN_PRESENT >> 8;

	if (a->set.field == &sw_field_vlan_vid && a->set.mask[0] & present)
		a->set.value[0] |= present;
}

static int set_value(struct sw_action *a, const char *value, const char *name, struct sw_err *err)
{
	const struct sw_field *f;
	int rc;

	if (strchr(name, '[')) {
		rc = sw_err_set(err, SW_CODE_INVALID, "set_field takes a field, not bits of one");
		sw_err_given(err, "%s", name);
		sw_err_hint(err, "set_field:VALUE/MASK->FIELD, or load:VALUE->FIELD[BITS]");
		return rc;
	}
	f = field_of(name, err);
	if (!f)
		return err_rc(err);
	rc = field_writable(f, "set_field", err);
	if (rc)
		return rc;
	a->set.field = f;
	rc = sw_field_parse(f, value, a->set.value, a->set.mask, err);
	if (rc)
		sw_err_prefix(err, "set_field");
	else
		tag_is_there(a);
	return rc;
}

static int set_field_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	char *copy = sw_xstrdup(text), *value, *name;
	int rc = text_arrow(copy, "VALUE[/MASK]->FIELD", &value, &name, err);

	if (!rc)
		rc = set_value(a, value, name, err);
	free(copy);
	return rc;
}

void set_print(const struct sw_action *a, struct sw_str *out)
{
	sw_field_print(a->set.field, a->set.value, whole(a) ? NULL : a->set.mask, out);
}

static void set_field_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "set_field:");
	set_print(a, out);
	sw_str_add(out, "->%s", a->set.field->name);
}

static int check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = field_writable(a->set.field, a->type->name, err);

	if (!rc)
		rc = need_target(a->set.field, match, a->type->name, err);
	know_target(match, a->set.field, a->set.value, a->set.mask);
	return rc;
}

/* Bits that only seem to be the field's. */
static int check_unused(const struct sw_bits *bits, const uint8_t *value, struct sw_err *err)
{
	const struct sw_field *f = bits->field;
	unsigned low = value[sw_field_bytes(f) - 1] & ((1u << f->unused) - 1);
	int rc;

	if (!low)
		return 0;
	rc = sw_err_set(
		err, SW_CODE_INVALID, "load: the lowest %u bits of %s stay 0", f->unused, f->name);
	sw_err_given(err, "%u", low);
	return rc;
}

static int load_value(struct sw_action *a, const char *value, const char *dst, struct sw_err *err)
{
	struct sw_bits bits;
	uint8_t number[16];
	int rc = sw_bits_parse(dst, &bits, err);

	if (!rc)
		rc = field_writable(bits.field, "load", err);
	if (!rc)
		rc = arg_wide("load", value, bits.n, number, err);
	if (rc)
		return rc;
	a->set.field = bits.field;
	bits_put(&bits, number, a->set.value, a->set.mask);
	tag_is_there(a);
	return check_unused(&bits, a->set.value, err);
}

static int load_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	char *copy = sw_xstrdup(text), *value, *dst;
	int rc = text_arrow(copy, "VALUE->FIELD[BITS]", &value, &dst, err);

	if (!rc)
		rc = load_value(a, value, dst, err);
	free(copy);
	return rc;
}

static void load_print(const struct sw_action *a, struct sw_str *out)
{
	struct sw_bits bits;
	uint8_t number[16];

	bits_of_mask(a->set.field, a->set.mask, &bits);
	bits_get(&bits, a->set.value, number);
	sw_str_add(out, "load:");
	wide_print(number, out);
	sw_str_add(out, "->");
	sw_bits_print(&bits, out);
}

SW_REGISTER(action_type, set_field) = {
	.name = "set_field",
	.help = "writes a value, or the bits of a mask, into a field",
	.usage = "VALUE[/MASK]->FIELD",
	.set_place = SW_PLACE_SET,
	.parse = set_field_parse,
	.print = set_field_print,
	.check = check,
};

SW_REGISTER(action_type, load) = {
	.name = "load",
	.help = "writes a number into some bits of a field",
	.usage = "VALUE->FIELD[BITS]",
	.set_place = SW_PLACE_SET,
	.parse = load_parse,
	.print = load_print,
	.check = check,
};
