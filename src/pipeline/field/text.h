/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Between the files that turn fields into text and back. Values and masks are sw_field_bytes(f) bytes,
 * big-endian.
 *
 * room: pipeline (private). Thread: any but workers.
 */
#ifndef PIPELINE_FIELD_TEXT_H
#define PIPELINE_FIELD_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>

struct sw_err;
struct sw_str;

enum { FIELD_FOUND, FIELD_UNKNOWN, FIELD_NOT_THERE };

/* sw_field_find(), which also tells apart why there is none. */
int field_find(const char *name, const struct sw_match *match, const struct sw_field **out,
	struct sw_err *err);

/* sw_match_add(), which tells FIELD_NOT_THERE, too; *rc is what it returns but for FIELD_UNKNOWN. */
int match_add(
	struct sw_match *match, const char *name, const char *value, int *rc, struct sw_err *err);

/* The shorthand of an Ethertype, and of an IP protocol where proto >= 0; NULL: there is none. */
const char *text_kind(int type, int proto);

/* A value without a mask. 0 or negative. */
int text_number(const struct sw_field *f, const char *s, uint8_t *value, struct sw_err *err);
int text_port(const struct sw_field *f, const char *s, uint8_t *value, struct sw_err *err);

/* With or without one; mask NULL: all bits are needed. */
int text_frag(
	const struct sw_field *f, const char *s, uint8_t *value, uint8_t *mask, struct sw_err *err);
int text_flags(
	const struct sw_field *f, const char *s, uint8_t *value, uint8_t *mask, struct sw_err *err);

/* All of a field's bits. */
void text_full(const struct sw_field *f, uint8_t *mask);

void text_put_hex(const uint8_t *value, unsigned bytes, unsigned width, struct sw_str *out);
void text_put_decimal(const uint8_t *value, unsigned bytes, struct sw_str *out);
void text_put_port(uint32_t port, struct sw_str *out);
/* mask: 0xfff is exact. */
void text_put_flags(unsigned flags, unsigned mask, struct sw_str *out);
/* False: this value and mask have no name. */
bool text_put_frag(unsigned value, unsigned mask, struct sw_str *out);

#endif
