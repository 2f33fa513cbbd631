/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One field with its value as OXM and NXM carry it (1.3.5, 7.2.3.2; ovs-fields(7)): a header of class, number,
 * has-mask bit and length, behind class 0xffff an experimenter, then value and mask. Fields and headers meet in
 * the registry of <sw/field.h>; nothing here knows a field by name.
 *
 * Thread: control.
 */
#ifndef CTL_OF_OXM_H
#define CTL_OF_OXM_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>

#include "buf.h"
#include "cursor.h"
#include "error.h"

#define OXM_VALUE_MAX 16

/* Which header a field is given where it has several: Nicira's messages carry NXM; others OXM as of a version. */
#define OF_NXM 0 /* in place of a version */

struct of_oxm {
	const struct sw_field *field;
	bool has_mask;
	uint8_t wire;		      /* bytes of the value on the wire, 0: header alone */
	uint8_t value[OXM_VALUE_MAX]; /* sw_field_bytes(field) each */
	uint8_t mask[OXM_VALUE_MAX];  /* all ones without one */
};

/* The header alone, as actions name a field: BAD_FIELD, BAD_LEN. */
enum of_error of_get_oxm_header(struct of_cursor *c, struct of_oxm *out);

/* Header, value and mask. BAD_LEN, BAD_FIELD, BAD_MASK (has one and may not), BAD_VALUE (no value of the field),
 * BAD_WILDCARDS (bits of the value outside the mask). */
enum of_error of_get_oxm(struct of_cursor *c, struct of_oxm *out);

/* 32 bits, or for an experimenter's field 64. Bytes of a value: sw_field_bytes or what the header says. */
struct of_oxm_header {
	uint32_t header, experimenter; /* without has-mask bit; 0: none */
	uint8_t len;		       /* of the value */
};
struct of_oxm_header of_oxm_header_of(const struct sw_field *f, uint8_t version);

void of_put_oxm_header(struct of_buf *out, const struct sw_field *f, uint8_t version, bool mask);
/* mask NULL: none. */
void of_put_oxm(struct of_buf *out, const struct sw_field *f, uint8_t version, const uint8_t *value,
	const uint8_t *mask);

/* Are all bits of the field in the mask, of its bytes? */
bool of_oxm_is_full(const struct sw_field *f, const uint8_t *mask);

/* Is there a way to say it? (All of 1.3 and later, NXM) */
static inline bool of_oxm_is_there(const struct sw_field *f)
{
	return f->oxm || f->nxm;
}

#endif
