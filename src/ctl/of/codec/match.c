/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of OXM fields; see match.h.
 *
 * A part of the packet may be named by several fields (a VLAN tag by vlan_vid and vlan_pcp, or by vlan_tci), so what
 * is sent is a walk over the fields in the order of their headers that takes from a copy of the mask what each
 * says. The order also puts prerequisites before what needs them, as both OXM and NXM ask for.
 *
 * Thread: control.
 */
#include "match.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "oxm.h"
#include "version.h"

SW_USE(field, vlan_vid);

#define OFPMT_OXM      1
#define MATCH_HEAD     4
#define FIELDS_MAX     256 /* registered fields; a list of a match has each once */
#define REGISTER_BYTES 4
#define NXM_COOKIE     0x00013c08
#define NXM_COOKIE_W   0x00013d10
#define VID_BITS       0x1fff

/* A VLAN without the bit that says there is a tag: no packet has one (1.3.5, 7.2.3.7, table 12). */
static bool is_vlan_of_none(const struct of_oxm *oxm)
{
	unsigned vid = oxm->value[0] << 8 | oxm->value[1], mask = oxm->mask[0] << 8 | oxm->mask[1];

	return oxm->field == &sw_field_vlan_vid && vid && mask & ~vid & SW_VLAN_PRESENT;
}

static enum of_error add_field(const struct of_oxm *oxm, struct sw_match *out)
{
	const struct sw_field *f = oxm->field;
	uint8_t value[OXM_VALUE_MAX], mask[OXM_VALUE_MAX];

	if (is_vlan_of_none(oxm))
		return OFPBMC_BAD_VALUE;
	sw_field_get(f, &out->value, value);
	sw_field_get(f, &out->mask, mask);
	for (unsigned i = 0; i < sw_field_bytes(f); i++) {
		if ((value[i] ^ oxm->value[i]) & mask[i] & oxm->mask[i])
			return OFPBMC_BAD_VALUE; /* two fields of the same bits that differ */
		value[i] |= oxm->value[i];
		mask[i] |= oxm->mask[i];
	}
	sw_field_set(f, &out->value, value);
	sw_field_set(f, &out->mask, mask);
	return OF_FINE;
}

/* NXM_NX_COOKIE, which has its number in common with a field, but not its length. */
static bool is_cookie(const struct of_cursor *c)
{
	struct of_cursor header = *c;
	uint32_t h = of_u32(&header);

	return h == NXM_COOKIE || h == NXM_COOKIE_W;
}

static enum of_error read_cookie(struct of_cursor *c, struct of_cookie *cookie)
{
	uint32_t header = of_u32(c);

	if (cookie->mask)
		return OFPBMC_DUP_FIELD;
	cookie->value = of_u64(c);
	cookie->mask = header == NXM_COOKIE ? UINT64_MAX : of_u64(c);
	if (c->over)
		return OFPBMC_BAD_LEN;
	return cookie->value & ~cookie->mask ? OFPBMC_BAD_WILDCARDS : OF_FINE;
}

static enum of_error get_fields(
	struct of_cursor *c, bool loose, struct sw_match *out, struct of_cookie *cookie)
{
	const struct sw_field *seen[FIELDS_MAX];
	enum of_error error = OF_FINE;
	struct of_oxm oxm;
	unsigned n = 0;

	memset(out, 0, sizeof(*out));
	while (of_left(c) && !error) {
		if (cookie && is_cookie(c)) {
			error = read_cookie(c, cookie);
			continue;
		}
		error = of_get_oxm(c, &oxm);
		for (unsigned i = 0; i < n && !error; i++)
			if (seen[i] == oxm.field)
				error = OFPBMC_DUP_FIELD;
		/* What a field needs stands before it (1.3.5, 7.2.3.8). */
		if (!error && !loose && !sw_prereq_met(oxm.field->prereq, out))
			error = OFPBMC_BAD_PREREQ;
		if (!error)
			error = add_field(&oxm, out);
		if (!error)
			seen[n++] = oxm.field;
	}
	for (unsigned i = 0; i < n && !error && !loose; i++)
		if (!sw_prereq_met(seen[i]->prereq, out))
			error = OFPBMC_BAD_PREREQ;
	return error;
}

enum of_error of_get_fields(struct of_cursor *c, bool loose, struct sw_match *out)
{
	return get_fields(c, loose, out, NULL);
}

enum of_error of_get_match(struct of_cursor *c, struct sw_match *out)
{
	uint16_t type = of_u16(c), len = of_u16(c);
	struct of_cursor fields;

	if (c->over)
		return OFPBMC_BAD_LEN;
	if (type != OFPMT_OXM)
		return OFPBMC_BAD_TYPE;
	if (len < MATCH_HEAD)
		return OFPBMC_BAD_LEN;
	fields = of_sub(c, len - MATCH_HEAD);
	of_skip(c, -len & 7);
	return c->over ? OFPBMC_BAD_LEN : of_get_fields(&fields, false, out);
}

enum of_error of_get_nxm(
	struct of_cursor *c, size_t len, struct sw_match *out, struct of_cookie *cookie)
{
	struct of_cursor fields = of_sub(c, len);

	of_skip(c, -len & 7);
	return c->over ? OFPBMC_BAD_LEN : get_fields(&fields, false, out, cookie);
}

/* --- the other way ------------------------------------------------------------------------------------ */

/* All fields that have a header, in the order of their headers. */
struct order {
	unsigned n;
	const struct sw_field *fields[FIELDS_MAX];
};
static struct order orders[2]; /* NXM, OXM */

static uint64_t rank(const struct sw_field *f, bool oxm)
{
	uint32_t first = oxm ? f->oxm : f->nxm;

	return first ? first : 1ull << 32 | (oxm ? f->nxm : f->oxm);
}

static int by_oxm(const void *a, const void *b)
{
	uint64_t x = rank(*(const struct sw_field *const *)a, true);
	uint64_t y = rank(*(const struct sw_field *const *)b, true);

	return x < y ? -1 : x > y;
}

static int by_nxm(const void *a, const void *b)
{
	uint64_t x = rank(*(const struct sw_field *const *)a, false);
	uint64_t y = rank(*(const struct sw_field *const *)b, false);

	return x < y ? -1 : x > y;
}

/* Registers are told one by one, whatever longer names they have together. */
static bool is_several(const struct sw_field *f)
{
	return f->offset >= offsetof(struct sw_fields, reg) &&
	       f->offset < offsetof(struct sw_fields, reg) + sizeof(((struct sw_fields *)0)->reg) &&
	       f->size > REGISTER_BYTES;
}

static const struct order *order_of(uint8_t version)
{
	struct order *order = &orders[version != OF_NXM];
	const struct sw_field *f;

	if (order->n)
		return order;
	SW_REG_FOREACH (field, const struct sw_field *, f)
		if (of_oxm_is_there(f) && !is_several(f) && order->n < FIELDS_MAX)
			order->fields[order->n++] = f;
	qsort(order->fields, order->n, sizeof(*order->fields), version == OF_NXM ? by_nxm : by_oxm);
	return order;
}

/* Without a tag there is no priority: vlan_vid says what matters. True: it is read back as something else. */
static bool cut_untagged(const struct sw_match *match, struct sw_fields *left)
{
	rte_be16_t was = left->vlan_tci;

	left->vlan_tci &= RTE_BE16(VID_BITS);
	return left->vlan_tci != was || match->value.vlan_tci;
}

static bool any_left(const struct sw_fields *left)
{
	const uint8_t *bytes = (const uint8_t *)left;

	return bytes[0] || memcmp(bytes, bytes + 1, sizeof(*left) - 1);
}

void of_put_fields(struct of_buf *out, const struct sw_match *match, uint8_t version)
{
	static const uint8_t none[OXM_VALUE_MAX];
	const struct order *order = order_of(version);
	uint8_t value[OXM_VALUE_MAX], mask[OXM_VALUE_MAX];
	struct sw_fields left = match->mask;

	if (version != OF_NXM &&
		(left.vlan_tci & ~match->value.vlan_tci & RTE_BE16(SW_VLAN_PRESENT)))
		out->inexact |= cut_untagged(match, &left);
	for (unsigned i = 0; i < order->n; i++) {
		const struct sw_field *f = order->fields[i];
		bool full;

		if (sw_field_is_zero(f, &left) || !sw_prereq_met(f->prereq, match))
			continue;
		full = sw_field_is_full(f, &left);
		if (!full && !f->maskable)
			continue;
		sw_field_get(f, &match->value, value);
		sw_field_get(f, &left, mask);
		for (unsigned b = 0; b < sw_field_bytes(f); b++)
			value[b] &= mask[b];
		of_put_oxm(out, f, version, value, full ? NULL : mask);
		sw_field_set(f, &left, none);
	}
	out->inexact |= any_left(&left);
}

void of_put_match(struct of_buf *out, const struct sw_match *match, uint8_t version)
{
	size_t at = out->len;

	of_put_u16(out, OFPMT_OXM);
	of_put_u16(out, 0);
	of_put_fields(out, match, version);
	of_patch_u16(out, at + 2, out->len - at);
	of_pad8(out, at);
}

size_t of_put_nxm(struct of_buf *out, const struct sw_match *match)
{
	size_t at = out->len, len;

	of_put_fields(out, match, OF_NXM);
	len = out->len - at;
	of_pad8(out, at);
	return len;
}
