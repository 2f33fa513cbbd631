/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See oxm.h. A field of 1.5 is ONF's experimenter field of the same number in 1.3 and 1.4 (extensions 233, 320).
 * NXM carries in_port in 16 bits. Thread: control.
 */
#include "oxm.h"

#include <rte_common.h>

#include "port.h"
#include "version.h"

#define OXM_CLASS_BASIC	       0x8000u
#define OXM_CLASS_REGS	       0x8001u
#define OXM_CLASS_EXPERIMENTER 0xffffu
#define OXM_FIRST_OF_15	       42 /* of the basic class: tcp_flags */
#define OXM_LAST_OF_ONF \
	43 /* actset_output; packet_type has no other form, Open vSwitch tells it in all versions */
#define OXM_HAS_MASK	  0x100u
#define EXPERIMENTER_SIZE 4

static unsigned class_of(uint32_t header)
{
	return header >> 16;
}

static unsigned number_of(uint32_t header)
{
	return (header >> 9) & 0x7f;
}

/* Bytes of a value behind this header of the field. */
static unsigned len_of(const struct sw_field *f, uint32_t header)
{
	return (header >> 9 == f->nxm >> 9 ? f->nxm : f->oxm) & 0xff;
}

static bool is_port16(const struct sw_field *f, unsigned wire)
{
	return f->form == SW_FORM_PORT && wire == 2;
}

/* The header of class 0xffff has 4 bytes more, which its length counts. */
static enum of_error read_header(struct of_cursor *c, struct of_oxm *out, unsigned *len)
{
	uint32_t header = of_u32(c), experimenter;

	memset(out, 0, sizeof(*out));
	if (c->over)
		return OFPBMC_BAD_LEN;
	*len = header & 0xff;
	out->has_mask = header & OXM_HAS_MASK;
	if (class_of(header) == OXM_CLASS_EXPERIMENTER) {
		experimenter = of_u32(c);
		if (c->over || *len < EXPERIMENTER_SIZE)
			return OFPBMC_BAD_LEN;
		if (experimenter != OF_ONF || number_of(header) < OXM_FIRST_OF_15)
			return OFPBMC_BAD_FIELD;
		*len -= EXPERIMENTER_SIZE;
		header = OXM_CLASS_BASIC << 16 | number_of(header) << 9;
	}
	out->field = sw_field_by_oxm(header);
	if (!out->field)
		return OFPBMC_BAD_FIELD;
	out->wire = len_of(out->field, header);
	/* Open vSwitch has this class of 1.5 in all versions; to 1.3 what is no register of it is no field. */
	if (class_of(header) == OXM_CLASS_REGS && *len != out->wire << out->has_mask)
		return OFPBMC_BAD_FIELD;
	return OF_FINE;
}

enum of_error of_get_oxm_header(struct of_cursor *c, struct of_oxm *out)
{
	unsigned len;
	enum of_error error = read_header(c, out, &len);

	if (error)
		return error;
	return len == out->wire << out->has_mask ? OF_FINE : OFPBMC_BAD_LEN;
}

/* From the wire's bytes to the field's; false: bits are set that it does not have. */
static bool narrow(const struct of_oxm *oxm, const uint8_t *wire, uint8_t *value)
{
	unsigned n = sw_field_bytes(oxm->field), more = oxm->wire > n ? oxm->wire - n : 0;
	uint8_t own[OXM_VALUE_MAX], excess = 0;

	sw_field_ones(oxm->field, own);
	for (unsigned i = 0; i < more; i++)
		excess |= wire[i];
	memset(value, 0, n);
	memcpy(value + (oxm->wire < n ? n - oxm->wire : 0), wire + more, RTE_MIN(n, oxm->wire));
	for (unsigned i = 0; i < n; i++) {
		excess |= value[i] & ~own[i];
		value[i] &= own[i];
	}
	return !excess;
}

static bool narrow_port(const uint8_t *wire, uint8_t *value)
{
	uint32_t port;
	bool is_port = of_port_from16(wire[0] << 8 | wire[1], &port);

	for (unsigned i = 0; i < 4; i++)
		value[i] = port >> (24 - 8 * i);
	return is_port;
}

static bool is_within(const struct of_oxm *oxm)
{
	for (unsigned i = 0; i < sw_field_bytes(oxm->field); i++)
		if (oxm->value[i] & ~oxm->mask[i])
			return false;
	return true;
}

bool of_oxm_is_full(const struct sw_field *f, const uint8_t *mask)
{
	uint8_t all[OXM_VALUE_MAX];

	sw_field_ones(f, all);
	return !memcmp(all, mask, sw_field_bytes(f));
}

/* False: a part of a field that is matched whole or not at all. */
static bool read_mask(struct of_oxm *out, const uint8_t *wire)
{
	if (is_port16(out->field, out->wire))
		return wire[0] == 0xff && wire[1] == 0xff;
	narrow(out, wire, out->mask);
	return out->field->maskable || of_oxm_is_full(out->field, out->mask);
}

static enum of_error read_value(struct of_cursor *c, struct of_oxm *out, unsigned len)
{
	const uint8_t *wire = of_take(c, len);
	bool good;

	if (!wire || len != out->wire << out->has_mask)
		return OFPBMC_BAD_LEN;
	sw_field_ones(out->field, out->mask);
	if (is_port16(out->field, out->wire))
		good = narrow_port(wire, out->value);
	else
		good = narrow(out, wire, out->value);
	if (!good)
		return OFPBMC_BAD_VALUE;
	if (out->has_mask && !read_mask(out, wire + out->wire))
		return OFPBMC_BAD_MASK;
	return is_within(out) ? OF_FINE : OFPBMC_BAD_WILDCARDS;
}

enum of_error of_get_oxm(struct of_cursor *c, struct of_oxm *out)
{
	unsigned len;
	enum of_error error = read_header(c, out, &len);

	return error ? error : read_value(c, out, len);
}

struct of_oxm_header of_oxm_header_of(const struct sw_field *f, uint8_t version)
{
	uint32_t header = version == OF_NXM && f->nxm ? f->nxm : f->oxm ? f->oxm : f->nxm;
	bool later = class_of(header) == OXM_CLASS_BASIC && number_of(header) >= OXM_FIRST_OF_15 &&
		     number_of(header) <= OXM_LAST_OF_ONF;
	struct of_oxm_header h = { .header = header, .len = header & 0xff };

	if (later && version < OF15) {
		h.header = OXM_CLASS_EXPERIMENTER << 16 | number_of(header) << 9;
		h.header |= h.len + EXPERIMENTER_SIZE;
		h.experimenter = OF_ONF;
	}
	return h;
}

void of_put_oxm_header(struct of_buf *out, const struct sw_field *f, uint8_t version, bool mask)
{
	struct of_oxm_header h = of_oxm_header_of(f, version);

	of_put_u32(out, mask ? (h.header | OXM_HAS_MASK) + h.len : h.header);
	if (h.experimenter)
		of_put_u32(out, h.experimenter);
}

/* From the field's bytes to the wire's. */
static void put_wide(
	struct of_buf *out, const struct sw_field *f, unsigned len, const uint8_t *value)
{
	unsigned n = sw_field_bytes(f);

	if (is_port16(f, len)) {
		of_put_u16(out, of_port_to16((uint32_t)value[0] << 24 | value[1] << 16 |
					     value[2] << 8 | value[3]));
		return;
	}
	if (len > n)
		of_room(out, len - n);
	of_put(out, value + (n > len ? n - len : 0), RTE_MIN(n, len));
}

void of_put_oxm(struct of_buf *out, const struct sw_field *f, uint8_t version, const uint8_t *value,
	const uint8_t *mask)
{
	unsigned len = of_oxm_header_of(f, version).len;

	of_put_oxm_header(out, f, version, mask);
	put_wide(out, f, len, value);
	if (mask)
		put_wide(out, f, len, mask);
}
