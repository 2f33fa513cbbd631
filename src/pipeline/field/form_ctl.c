/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values of fields and their masks as text: which form a field's are written in, and what holds of all.
 *
 * Any thread but workers; no state. inet_pton() and inet_ntop() are the one use of sockets' headers.
 */
#include <sw/field_text.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "text.h"
#include "wide.h"

static bool is_address(const struct sw_field *f)
{
	return f->form == SW_FORM_IPV4 || f->form == SW_FORM_IPV6;
}

static int refuse(const struct sw_field *f, const char *s, const char *why, const char *allowed,
	struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "%s: \"%.60s\" %s", f->name, s, why);

	sw_err_given(err, "%.100s", s);
	if (*allowed)
		sw_err_allowed(err, "%s", allowed);
	return rc;
}

static int parse_packet_type(
	const struct sw_field *f, const char *s, uint8_t *value, struct sw_err *err)
{
	char space[24], type[24], end;
	uint64_t ns, ty;

	if (sscanf(s, "(%20[0-9a-fA-Fx],%20[0-9a-fA-Fx]%c", space, type, &end) != 3 || end != ')' ||
		s[strlen(space) + strlen(type) + 3] || sw_parse_u64(space, 0, UINT16_MAX, &ns) ||
		sw_parse_u64(type, 0, UINT16_MAX, &ty))
		return refuse(
			f, s, "is no packet type", "(NAMESPACE,TYPE), (0,0) for Ethernet", err);
	wide_store(value, 4, ns << 16 | ty);
	return 0;
}

/* A value alone, or a mask in the same form. */
static int parse_plain(const struct sw_field *f, const char *s, uint8_t *value, struct sw_err *err)
{
	struct rte_ether_addr mac;

	switch (f->form) {
	case SW_FORM_MAC:
		if (sw_parse_mac(s, &mac))
			return refuse(
				f, s, "is no Ethernet address", "like 00:1a:2b:3c:4d:5e", err);
		memcpy(value, &mac, sizeof(mac));
		return 0;
	case SW_FORM_IPV4:
		if (inet_pton(AF_INET, s, value) != 1)
			return refuse(f, s, "is no IPv4 address", "like 192.0.2.1", err);
		return 0;
	case SW_FORM_IPV6:
		if (inet_pton(AF_INET6, s, value) != 1)
			return refuse(f, s, "is no IPv6 address", "like 2001:db8::1", err);
		return 0;
	case SW_FORM_PORT:
		return text_port(f, s, value, err);
	case SW_FORM_PACKET_TYPE:
		return parse_packet_type(f, s, value, err);
	default:
		return text_number(f, s, value, err);
	}
}

static int parse_mask(const struct sw_field *f, const char *s, uint8_t *mask, struct sw_err *err)
{
	bool digits = s[0] && strspn(s, "0123456789") == strlen(s);
	uint64_t len;

	if (is_address(f) && digits) {
		if (sw_parse_u64(s, 0, f->bits, &len))
			return refuse(f, s, "is no prefix length",
				f->bits == 32 ? "/0 to /32" : "/0 to /128", err);
		wide_store(mask, f->bits / 8, len ? ~(wide)0 << (f->bits - len) : 0);
		return 0;
	}
	if (f->form == SW_FORM_PORT)
		return text_number(f, s, mask, err);
	return parse_plain(f, s, mask, err);
}

/* A mask that the field may have, and a value that has no bits outside it. */
static int check_mask(const struct sw_field *f, const char *text, uint8_t *value, uint8_t *mask,
	struct sw_err *err)
{
	unsigned n = sw_field_bytes(f);
	wide m = wide_load(mask, n), v = wide_load(value, n), full;
	struct sw_str as = { 0 };
	uint8_t most[16];
	int rc;

	text_full(f, most);
	full = wide_load(most, n);
	if (!f->maskable && m && m != full) {
		rc = refuse(f, text,
			"has a mask, and this field is matched as a whole or not at all",
			"a value without a mask", err);
		return rc;
	}
	if (!(v & ~m))
		return 0;
	wide_store(value, n, v & m);
	sw_field_print(f, value, mask, &as);
	rc = refuse(f, text, "has bits outside its mask", "", err);
	sw_err_hint(err, "write %s if that is what is meant", as.s);
	free(as.s);
	return rc;
}

/* Forms that are no "VALUE" or "VALUE/MASK": true when text is in one of them. */
static bool special(const struct sw_field *f, const char *text)
{
	return (f->form == SW_FORM_TCP_FLAGS || f->form == SW_FORM_FRAG) &&
	       !isdigit((unsigned char)*text);
}

int sw_field_parse(const struct sw_field *f, const char *text, uint8_t *value, uint8_t *mask,
	struct sw_err *err)
{
	char head[128];
	const char *slash = strchr(text, '/');
	size_t n = slash ? (size_t)(slash - text) : strlen(text);
	int rc;

	if (special(f, text))
		return f->form == SW_FORM_FRAG ? text_frag(f, text, value, mask, err)
					       : text_flags(f, text, value, mask, err);
	if (!n || n >= sizeof(head))
		return refuse(f, text, n ? "is too long" : "is no value", "", err);
	if (slash && !slash[1])
		return refuse(f, text, "has no mask behind its /", "", err);
	memcpy(head, text, n);
	head[n] = '\0';
	if (slash && !mask)
		return refuse(f, text, "has a mask, and none is allowed here",
			"a value without a mask", err);
	rc = parse_plain(f, head, value, err);
	if (rc || !mask)
		return rc;
	if (!slash) {
		text_full(f, mask);
		return 0;
	}
	rc = parse_mask(f, slash + 1, mask, err);
	return rc ? rc : check_mask(f, text, value, mask, err);
}

/* Bits of a prefix, or -1: the mask is none. */
static int prefix_len(const uint8_t *mask, unsigned bytes)
{
	unsigned len = 0;

	while (len < bytes * 8 && mask[len / 8] >> (7 - len % 8) & 1)
		len++;
	for (unsigned i = len; i < bytes * 8; i++)
		if (mask[i / 8] >> (7 - i % 8) & 1)
			return -1;
	return (int)len;
}

static void put_plain(const struct sw_field *f, const uint8_t *value, struct sw_str *out)
{
	unsigned n = sw_field_bytes(f);
	char text[INET6_ADDRSTRLEN];

	switch (f->form) {
	case SW_FORM_MAC:
		sw_str_add(out, "%s", sw_format_mac(text, (const struct rte_ether_addr *)value));
		return;
	case SW_FORM_IPV4:
		sw_str_add(out, "%s", inet_ntop(AF_INET, value, text, sizeof(text)));
		return;
	case SW_FORM_IPV6:
		sw_str_add(out, "%s", inet_ntop(AF_INET6, value, text, sizeof(text)));
		return;
	case SW_FORM_PORT:
		text_put_port((uint32_t)wide_load(value, n), out);
		return;
	case SW_FORM_PACKET_TYPE:
		sw_str_add(out, "(%u,", (unsigned)wide_load(value, 2));
		sw_str_add(out, "%#x)", (unsigned)wide_load(value + 2, 2));
		return;
	case SW_FORM_HEX:
		if (wide_load(value, n))
			text_put_hex(value, n, 1, out);
		else
			sw_str_add(out, "0");
		return;
	default:
		text_put_decimal(value, n, out);
	}
}

static void put_mask(const struct sw_field *f, const uint8_t *mask, struct sw_str *out)
{
	unsigned n = sw_field_bytes(f);
	int len = is_address(f) ? prefix_len(mask, n) : -1;

	if (len >= 0)
		sw_str_add(out, "/%d", len);
	else if (is_address(f) || f->form == SW_FORM_MAC) {
		sw_str_add(out, "/");
		put_plain(f, mask, out);
	} else {
		sw_str_add(out, "/");
		text_put_hex(mask, n, 1, out);
	}
}

void sw_field_print(
	const struct sw_field *f, const uint8_t *value, const uint8_t *mask, struct sw_str *out)
{
	unsigned n = sw_field_bytes(f);
	uint8_t full[16];
	bool partly;

	text_full(f, full);
	partly = mask && memcmp(mask, full, n);
	if (f->form == SW_FORM_TCP_FLAGS) {
		text_put_flags((unsigned)wide_load(value, n),
			(unsigned)wide_load(partly ? mask : full, n), out);
		return;
	}
	if (f->form == SW_FORM_FRAG && text_put_frag(value[0], partly ? mask[0] : full[0], out))
		return;
	put_plain(f, value, out);
	if (partly)
		put_mask(f, mask, out);
}
