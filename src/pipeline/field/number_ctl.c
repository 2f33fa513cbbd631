/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers of up to 128 bits as text. ovs-ofctl takes a leading 0 for octal in some fields and not in others;
 * here it is refused.
 *
 * Any thread but workers; no state.
 */
#include "text.h"

#include <ctype.h>
#include <string.h>

#include <sw/err.h>
#include <sw/text.h>

#include "wide.h"

static int refuse(const struct sw_field *f, const char *s, const char *why, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "%s: \"%.60s\" %s", f->name, s, why);

	sw_err_given(err, "%.100s", s);
	if (f->unused)
		sw_err_allowed(err, "multiples of %u up to %u", 1u << f->unused,
			(unsigned)(wide_ones(f->bits) - wide_ones(f->unused)));
	else if (f->bits <= 32)
		sw_err_allowed(err, "0 to %u (0x%x)", (unsigned)wide_ones(f->bits),
			(unsigned)wide_ones(f->bits));
	else
		sw_err_allowed(err, "a number of at most %u bits, like 5 or 0x5", f->bits);
	return rc;
}

int text_number(const struct sw_field *f, const char *s, uint8_t *value, struct sw_err *err)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	const char *p = hex ? s + 2 : s;
	wide v = 0, most = wide_ones(f->bits);

	if (!hex && p[0] == '0' && p[1])
		return refuse(f, s, "begins with 0, which some read as octal", err);
	do {
		int c = tolower((unsigned char)*p);
		unsigned digit = isdigit(c) ? c - '0' : c - 'a' + 10;

		if (!(hex ? isxdigit(c) : isdigit(c)))
			return refuse(f, s, "is no number", err);
		if (digit > most || v > (most - digit) / (hex ? 16 : 10))
			return refuse(f, s, "is too large", err);
		v = v * (hex ? 16 : 10) + digit;
	} while (*++p);
	if (f->unused && v & wide_ones(f->unused))
		return refuse(f, s, "has bits that are not of this field", err);
	wide_store(value, sw_field_bytes(f), v);
	return 0;
}

void text_full(const struct sw_field *f, uint8_t *mask)
{
	wide_store(mask, sw_field_bytes(f),
		wide_ones(f->bits) - (f->unused ? wide_ones(f->unused) : 0));
}

void text_put_hex(const uint8_t *value, unsigned bytes, unsigned width, struct sw_str *out)
{
	wide v = wide_load(value, bytes);

	if (v >> 64)
		sw_str_add(
			out, "0x%llx%016llx", (unsigned long long)(v >> 64), (unsigned long long)v);
	else
		sw_str_add(out, "0x%0*llx", (int)width, (unsigned long long)v);
}

void text_put_decimal(const uint8_t *value, unsigned bytes, struct sw_str *out)
{
	sw_str_add(out, "%llu", (unsigned long long)wide_load(value, bytes));
}
