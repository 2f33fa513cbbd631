/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names and numbers of errors, and the message that carries one: struct ofp_error_msg; for what 1.0 cannot say
 * Nicira's struct nx_vendor_error behind it; later struct ofp_error_experimenter_msg.
 *
 * Thread: control.
 */
#include "error.h"

#include <rte_common.h>

#include "head.h"
#include "version.h"

#define OFPET_EXPERIMENTER 0xffff
#define NXET_VENDOR	   0xb0c2 /* with code 0 */

/* A number in 64 bits: form, type, code. */
enum { FORM_NONE, FORM_STANDARD, FORM_NICIRA10, FORM_NICIRA, FORM_ONF };
#define NUMBER(form, type, code) ((uint64_t)(form) << 32 | (type) << 16 | (code))
#define S(type, code)		 NUMBER(FORM_STANDARD, type, code)
#define N(type, code)		 NUMBER(FORM_NICIRA10, type, code)
#define X(type)			 NUMBER(FORM_NICIRA, type, 0)
#define O(type)			 NUMBER(FORM_ONF, type, 0)

#define E(name, v10, v13, v14, v15) { #name, { v10, v13, v14, v15 } },
#define E3(name, v10, later)	    { #name, { v10, later, later, later } },
static const struct {
	const char *name;
	uint64_t number[4];
} rows[OF_ERRORS] = {
	{ "no error", { 0 } },
#include "errors.def"
};

const char *of_error_name(enum of_error error)
{
	return rows[error < OF_ERRORS ? error : OF_FINE].name;
}

static unsigned column(uint8_t version)
{
	return version < OF13 ? 0 : version == OF13 ? 1 : version == OF14 ? 2 : 3;
}

/* What 1.0 says in place of an error that came later, by the type it has there. */
static uint64_t nearest_of_10(uint64_t later)
{
	switch ((later >> 16) & 0xffff) {
	case 2:
		return S(2, 5); /* OFPBAC_BAD_ARGUMENT */
	case 3:
	case 5:
		return S(3, 5); /* OFPFMFC_UNSUPPORTED */
	case 4:
		return N(1, 256); /* NXBRC_NXM_INVALID */
	case 7:
	case 10:
		return S(1, 5); /* OFPBRC_EPERM */
	default:
		return N(1, 521); /* NXBRC_UNENCODABLE_ERROR */
	}
}

static uint64_t number_of(enum of_error error, uint8_t version)
{
	const uint64_t *number = rows[error].number;
	unsigned at = column(version);

	if (number[at])
		return number[at];
	return at ? X(10) : nearest_of_10(number[1]);
}

struct of_error_number of_error_number(enum of_error error, uint8_t version)
{
	uint64_t n = number_of(error, version);
	unsigned form = n >> 32;

	return (struct of_error_number){
		.experimenter = form == FORM_STANDARD ? 0
				: form == FORM_ONF    ? OF_ONF
						      : OF_NICIRA,
		.type = n >> 16,
		.code = n,
	};
}

void of_put_error(struct of_buf *out, enum of_error error, uint8_t version, uint32_t xid,
	const void *data, size_t len)
{
	struct of_error_number number = of_error_number(error, version);
	size_t at = of_begin(out, version, OFPT_ERROR, xid);

	if (!number.experimenter) {
		of_put_u16(out, number.type);
		of_put_u16(out, number.code);
	} else if (version < OF13) {
		of_put_u16(out, NXET_VENDOR);
		of_put_u16(out, 0);
		of_put_u32(out, number.experimenter);
		of_put_u16(out, number.type);
		of_put_u16(out, number.code);
	} else {
		of_put_u16(out, OFPET_EXPERIMENTER);
		of_put_u16(out, number.type);
		of_put_u32(out, number.experimenter);
	}
	of_put(out, data, RTE_MIN(len, (size_t)OF_ERROR_DATA));
	of_end(out, at);
}
