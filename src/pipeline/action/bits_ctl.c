/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bits of fields: "reg0[0..15]", and fields by the names that actions use.
 *
 * Where the packet is not known, a name of several fields means what ovs-ofctl takes it for ("nw_src": IPv4). Open
 * vSwitch's in_port has 16 bits, ours 32: beside something of 16 bits, all of in_port means the lower ones.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/text.h>

SW_USE(field, in_port);

const struct sw_field *field_of(const char *name, struct sw_err *err)
{
	static const char *const meant[][2] = {
		{ "nw_src", "ip_src" },
		{ "nw_dst", "ip_dst" },
		{ "nw_proto", "nw_proto" },
		{ "tp_src", "tcp_src" },
		{ "tp_dst", "tcp_dst" },
		{ "icmp_type", "icmp_type" },
		{ "icmp_code", "icmp_code" },
	};

	for (unsigned i = 0; i < RTE_DIM(meant); i++)
		if (!strcmp(name, meant[i][0]))
			return sw_reg_find(&sw_reg_kind_field, meant[i][1]);
	return sw_field_find(name, NULL, err);
}

int field_writable(const struct sw_field *f, const char *what, struct sw_err *err)
{
	int rc;

	if (f->writable)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s: %s cannot be changed", what, f->name);
	sw_err_given(err, "%s", f->name);
	return rc;
}

static int fault(const char *text, unsigned width, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" are not bits of that field", text);

	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "[FIRST..LAST] or [BIT] from 0 to %u, [] for all", width - 1);
	return rc;
}

/* "[]", "[N]", "[N..M]" */
static bool read_range(const char *p, unsigned width, struct sw_bits *bits)
{
	unsigned from, to;
	int len = 0;

	if (!strcmp(p, "[]"))
		return true;
	if (sscanf(p, "[%5u..%5u]%n", &from, &to, &len) != 2 || !len) {
		if (sscanf(p, "[%5u]%n", &from, &len) != 1 || !len)
			return false;
		to = from;
	}
	if (p[len] || strpbrk(p, "+- \t") || from > to || to >= width)
		return false;
	bits->from = (uint16_t)from;
	bits->n = (uint16_t)(to - from + 1);
	return true;
}

int sw_bits_parse(const char *text, struct sw_bits *bits, struct sw_err *err)
{
	size_t len = strcspn(text, "[");
	char *name = sw_xasprintf("%.*s", (int)len, text);
	const struct sw_field *f = field_of(name, err);
	int rc = 0;

	free(name);
	if (!f)
		return err_rc(err);
	*bits = (struct sw_bits){ .field = f, .n = f->bits };
	if (text[len] && !read_range(text + len, f->bits, bits))
		rc = fault(text, f->bits, err);
	return rc;
}

void sw_bits_print(const struct sw_bits *bits, struct sw_str *out)
{
	sw_str_add(out, "%s[", bits->field->name);
	if (bits->n == 1)
		sw_str_add(out, "%u", bits->from);
	else if (bits->n < bits->field->bits)
		sw_str_add(out, "%u..%u", bits->from, bits->from + bits->n - 1);
	sw_str_add(out, "]");
}

int text_arrow(char *text, const char *usage, char **left, char **right, struct sw_err *err)
{
	char *arrow = strstr(text, "->");
	int rc;

	if (arrow && arrow > text && arrow[2]) {
		*arrow = '\0';
		*left = text;
		*right = arrow + 2;
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not %s", text, usage);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "%s", usage);
	return rc;
}

int bits_carried(const struct sw_bits *bits, const char *what, struct sw_err *err)
{
	int rc;

	if (bits->n <= 64)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s: %u bits of %s are too many", what, bits->n,
		bits->field->name);
	sw_err_given(err, "%s", bits->field->name);
	sw_err_allowed(err, "up to 64 bits: %s[0..63]", bits->field->name);
	return rc;
}

bool bits_equal(const struct sw_bits *a, const struct sw_bits *b)
{
	return a->field == b->field && a->from == b->from && a->n == b->n;
}

static bool all_of_in_port(const struct sw_bits *bits)
{
	return bits->field == &sw_field_in_port && bits->n == bits->field->bits;
}

int bits_same(struct sw_bits *a, struct sw_bits *b, struct sw_err *err)
{
	if (a->n == 16 && all_of_in_port(b))
		b->n = 16;
	if (b->n == 16 && all_of_in_port(a))
		a->n = 16;
	if (a->n == b->n)
		return 0;
	sw_err_set(err, SW_CODE_INVALID, "%s has %u bits and %s %u; they must have as many",
		a->field->name, a->n, b->field->name, b->n);
	sw_err_given(err, "%s", a->field->name);
	sw_err_hint(err, "name bits: %s[0..%u]", (a->n > b->n ? a : b)->field->name,
		(a->n > b->n ? b : a)->n - 1);
	return err_rc(err);
}

static bool bit_get(const uint8_t *bytes, unsigned size, unsigned bit)
{
	return bytes[size - 1 - bit / 8] >> bit % 8 & 1;
}

static void bit_set(uint8_t *bytes, unsigned size, unsigned bit)
{
	bytes[size - 1 - bit / 8] |= (uint8_t)(1u << bit % 8);
}

void bits_put(const struct sw_bits *bits, const uint8_t from[16], uint8_t *value, uint8_t *mask)
{
	unsigned size = sw_field_bytes(bits->field);

	for (unsigned i = 0; i < bits->n; i++) {
		bit_set(mask, size, bits->from + i);
		if (bit_get(from, 16, i))
			bit_set(value, size, bits->from + i);
	}
}

void bits_get(const struct sw_bits *bits, const uint8_t *value, uint8_t to[16])
{
	unsigned size = sw_field_bytes(bits->field);

	memset(to, 0, 16);
	for (unsigned i = 0; i < bits->n; i++)
		if (bit_get(value, size, bits->from + i))
			bit_set(to, 16, i);
}

void bits_of_mask(const struct sw_field *f, const uint8_t *mask, struct sw_bits *bits)
{
	unsigned size = sw_field_bytes(f), from = 0, n = 0;

	while (from < f->bits && !bit_get(mask, size, from))
		from++;
	while (from + n < f->bits && bit_get(mask, size, from + n))
		n++;
	*bits = (struct sw_bits){ .field = f, .from = (uint16_t)from, .n = (uint16_t)n };
}
