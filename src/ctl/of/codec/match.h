/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matches on the wire to struct sw_match and back: struct ofp_match of 1.0 with its wildcards, that of 1.2 and later
 * around a list of OXM fields, and Nicira's list without a head (nx_match).
 *
 * What comes out of a decoder is consistent: prerequisites are met, bits of a value outside its mask are 0.
 *
 * Thread: control.
 */
#ifndef CTL_OF_MATCH_H
#define CTL_OF_MATCH_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>

#include "buf.h"
#include "cursor.h"
#include "error.h"

#define OF10_MATCH 40 /* bytes of 1.0's */

/* 1.0, 5.2.3. Fields that packets of the match do not have are ignored, as it says there. */
enum of_error of_get_match10(struct of_cursor *c, struct sw_match *out);
/* Has the match ahead no wildcards at all? */
bool of_is_exact10(struct of_cursor c);
/* What it cannot say is left out; then false is returned. */
bool of_put_match10(struct of_buf *out, const struct sw_match *match);

/* 1.3.5, 7.2.3.1: type, length, fields, padding to 8 bytes. */
enum of_error of_get_match(struct of_cursor *c, struct sw_match *out);
void of_put_match(struct of_buf *out, const struct sw_match *match, uint8_t version);

/* `len` bytes of fields, and padding to 8. Among them may be Nicira's cookie to look for, which is no field of
 * packets; NULL: it may not. */
struct of_cookie {
	uint64_t value, mask;
};
enum of_error of_get_nxm(
	struct of_cursor *c, size_t len, struct sw_match *out, struct of_cookie *cookie);
/* Returns the bytes of the fields; the padding follows. */
size_t of_put_nxm(struct of_buf *out, const struct sw_match *match);

/* Fields alone, to the end of the cursor. loose: also those of packets that do not have them, for packet-outs. */
enum of_error of_get_fields(struct of_cursor *c, bool loose, struct sw_match *out);
/* With the headers of a version, or OF_NXM. out->inexact: they are read back as another match. */
void of_put_fields(struct of_buf *out, const struct sw_match *match, uint8_t version);

#endif
