/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of fields out of struct sw_fields and into it, and what is known of all fields together.
 *
 * Any thread; the indexes are filled by constructors before main. A field is some bits of one
 * big-endian number of up to 16 bytes; all is done on that number.
 */
#include "define.h"

#include <string.h>

#include "wide.h"

SW_REG_KIND_DEFINE(field);

/* The field's own bits of the number that holds it. */
static wide own_bits(const struct sw_field *f)
{
	return wide_ones(f->bits - f->unused) << (f->shift + f->unused);
}

void sw_field_get(const struct sw_field *f, const struct sw_fields *from, uint8_t *value)
{
	wide v = wide_load((const uint8_t *)from + f->offset, f->size);

	wide_store(value, sw_field_bytes(f), (v & own_bits(f)) >> f->shift);
}

void sw_field_set(const struct sw_field *f, struct sw_fields *to, const uint8_t *value)
{
	uint8_t *at = (uint8_t *)to + f->offset;
	wide own = own_bits(f), v = wide_load(at, f->size) & ~own;

	wide_store(at, f->size, v | (wide_load(value, sw_field_bytes(f)) << f->shift & own));
}

void sw_field_ones(const struct sw_field *f, uint8_t *value)
{
	wide_store(value, sw_field_bytes(f), own_bits(f) >> f->shift);
}

void sw_field_add(const struct sw_field *f, struct sw_fields *mask)
{
	uint8_t *at = (uint8_t *)mask + f->offset;

	wide_store(at, f->size, wide_load(at, f->size) | own_bits(f));
}

bool sw_field_is_zero(const struct sw_field *f, const struct sw_fields *mask)
{
	return !(wide_load((const uint8_t *)mask + f->offset, f->size) & own_bits(f));
}

bool sw_field_is_full(const struct sw_field *f, const struct sw_fields *mask)
{
	return !(~wide_load((const uint8_t *)mask + f->offset, f->size) & own_bits(f));
}

/* By class and number. */
#define NUMBERS 128
static const struct sw_field *basic[NUMBERS], *regs[NUMBERS], *nxm_0[NUMBERS], *nxm_1[NUMBERS];

static const struct sw_field **find(uint32_t header)
{
	unsigned n = header >> 9 & (NUMBERS - 1);

	switch (header >> 16) {
	case 0:
		return &nxm_0[n];
	case 1:
		return &nxm_1[n];
	case OXM_CLASS_BASIC:
		return &basic[n];
	case OXM_CLASS_REGS:
		return &regs[n];
	default:
		return NULL;
	}
}

struct sw_fields field_bits_of[SW_PRE_ND_ADVERT + 1];

void field_index(const struct sw_field *f)
{
	sw_field_add(f, &field_bits_of[f->prereq]);
	if (f->oxm)
		*find(f->oxm) = f;
	if (f->nxm)
		*find(f->nxm) = f;
}

const struct sw_field *sw_field_by_oxm(uint32_t header)
{
	const struct sw_field **at = find(header);

	return at ? *at : NULL;
}
