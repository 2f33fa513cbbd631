/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arguments of actions: numbers in their range, choices of words, ports, bytes. Every refusal names the argument,
 * what was given and what is allowed.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "ethertype.h"

SW_USE(field, in_port);

int err_rc(const struct sw_err *err)
{
	return err && err->code ? sw_err_errno(err->code) : -EINVAL;
}

int arg_missing(const char *what, struct sw_err *err)
{
	return sw_err_set(err, SW_CODE_INVALID, "%s needs a value", what);
}

int arg_none(const char *what, const char *text, struct sw_err *err)
{
	int rc;

	if (!*text)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s takes no value", what);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "%s", what);
	return rc;
}

int arg_number(const char *what, const char *text, uint64_t max, uint64_t *out, struct sw_err *err)
{
	int rc;

	if (!*text)
		return arg_missing(what, err);
	if (!sw_parse_u64(text, 0, max, out))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s: %s is not a number from 0 to %llu", what, text,
		(unsigned long long)max);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "0 to %llu", (unsigned long long)max);
	return rc;
}

int arg_u16(const char *what, const char *text, uint16_t *out, struct sw_err *err)
{
	uint64_t v = 0;
	int rc = arg_number(what, text, UINT16_MAX, &v, err);

	*out = (uint16_t)v;
	return rc;
}

int arg_u32(const char *what, const char *text, uint32_t *out, struct sw_err *err)
{
	uint64_t v = 0;
	int rc = arg_number(what, text, UINT32_MAX, &v, err);

	*out = (uint32_t)v;
	return rc;
}

int arg_unknown(const char *what, const char *given, const char *const *words, struct sw_err *err)
{
	struct sw_str list = { 0 };
	unsigned n = 0;
	int rc, at;

	for (; words[n]; n++)
		sw_str_add(&list, "%s%s", n ? ", " : "", words[n]);
	rc = sw_err_set(err, SW_CODE_INVALID, "%s: \"%s\" is none of %s", what, given, list.s);
	sw_err_given(err, "%s", given);
	sw_err_allowed(err, "%s", list.s);
	at = sw_nearest(given, words, n);
	if (at >= 0)
		sw_err_nearest(err, words[at]);
	free(list.s);
	return rc;
}

int arg_choice(const char *what, const char *given, const char *const *words, struct sw_err *err)
{
	for (unsigned i = 0; words[i]; i++)
		if (!strcmp(given, words[i]))
			return (int)i;
	return arg_unknown(what, given, words, err);
}

int arg_port(const char *what, const char *text, uint32_t *out, struct sw_err *err)
{
	size_t len = strlen(text);
	bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';
	char *name = sw_xstrdup(text + quoted);
	rte_be32_t port;
	int rc;

	if (quoted)
		name[len - 2] = '\0';
	rc = *name ? sw_field_parse(&sw_field_in_port, name, (uint8_t *)&port, NULL, err)
		   : arg_missing(what, err);
	if (!rc)
		*out = rte_be_to_cpu_32(port);
	else if (*name)
		sw_err_prefix(err, "%s", what);
	free(name);
	return rc;
}

int arg_ethertype(const char *what, const char *text, uint16_t one, uint16_t other, rte_be16_t *out,
	struct sw_err *err)
{
	uint16_t type;
	int rc = arg_u16(what, text, &type, err);

	if (rc)
		return rc;
	*out = rte_cpu_to_be_16(type);
	if (one ? type == one || type == other : type >= ETH_TYPE_MIN)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s: %s is no Ethertype for it", what, text);
	sw_err_given(err, "%s", text);
	if (!one)
		sw_err_allowed(err, "0x%04x to 0xffff", ETH_TYPE_MIN);
	else if (one == other)
		sw_err_allowed(err, "0x%04x", one);
	else
		sw_err_allowed(err, "0x%04x or 0x%04x", one, other);
	return rc;
}

void port_print(uint32_t port, struct sw_str *out)
{
	rte_be32_t value = rte_cpu_to_be_32(port);

	sw_field_print(&sw_field_in_port, (const uint8_t *)&value, NULL, out);
}

static int digit(char c)
{
	if (!isxdigit((unsigned char)c))
		return -1;
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

int arg_bytes(const char *what, const char *text, uint8_t **out, uint16_t *len, struct sw_err *err)
{
	size_t n = 0, most = strlen(text) / 2;
	uint8_t *bytes = sw_xcalloc(most + 1, 1);
	const char *p = text;
	int rc;

	while (digit(p[0]) >= 0 && digit(p[1]) >= 0) {
		bytes[n++] = (uint8_t)(digit(p[0]) << 4 | digit(p[1]));
		p += 2;
		p += *p == '.' && p[1];
	}
	if (!*p && n <= UINT16_MAX) {
		*len = (uint16_t)n;
		*out = bytes;
		return 0;
	}
	free(bytes);
	rc = *p ? sw_err_set(err, SW_CODE_INVALID, "%s: \"%.20s\" is no pair of hexadecimal digits",
			  what, p)
		: sw_err_set(err, SW_CODE_LIMIT, "%s has %zu bytes, at most %u are allowed", what,
			  n, UINT16_MAX);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "pairs of hexadecimal digits, points between them: 01.0a.ff");
	return rc;
}

void bytes_print(const uint8_t *bytes, unsigned len, struct sw_str *out)
{
	for (unsigned i = 0; i < len; i++)
		sw_str_add(out, "%s%02x", i ? "." : "", bytes[i]);
}

/* Hexadecimal digits, whole, into the lowest of 16 bytes. */
static bool read_hex(const char *digits, uint8_t out[16])
{
	size_t n = strlen(digits);

	while (n > 1 && *digits == '0') {
		digits++;
		n--;
	}
	if (!n || n > 32)
		return false;
	for (size_t i = 0; i < n; i++) {
		int d = digit(digits[n - 1 - i]);

		if (d < 0)
			return false;
		out[15 - i / 2] |= (uint8_t)(d << (i % 2 * 4));
	}
	return true;
}

static bool fits(const uint8_t value[16], unsigned bits)
{
	for (unsigned i = bits; i < 128; i++)
		if (value[15 - i / 8] >> i % 8 & 1)
			return false;
	return true;
}

int arg_wide(const char *what, const char *text, unsigned bits, uint8_t out[16], struct sw_err *err)
{
	bool good, hex = text[0] == '0' && (text[1] | 0x20) == 'x';
	uint64_t v;
	int rc;

	memset(out, 0, 16);
	if (hex) {
		good = read_hex(text + 2, out);
	} else {
		good = !sw_parse_u64(text, 0, UINT64_MAX, &v);
		for (unsigned i = 0; good && i < 8; i++)
			out[15 - i] = (uint8_t)(v >> 8 * i);
	}
	if (good && fits(out, bits))
		return 0;
	rc = good ? sw_err_set(err, SW_CODE_INVALID, "%s: %s does not fit into %u bits", what, text,
			    bits)
		  : sw_err_set(err, SW_CODE_INVALID, "%s: \"%s\" is not a number", what, text);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "a number of %u bits, decimal or 0x and hexadecimal", bits);
	return rc;
}

void wide_print(const uint8_t value[16], struct sw_str *out)
{
	unsigned i = 0;

	while (i < 15 && !value[i])
		i++;
	sw_str_add(out, "%#x", value[i]); /* 0 is "0", as ovs-ofctl has it */
	while (++i < 16)
		sw_str_add(out, "%02x", value[i]);
}
