/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP flags ("+syn-ack", "syn|ack", 0x12) and fragments ("later") as text, as ovs-fields(7) has them.
 *
 * Any thread but workers; no state.
 */
#include "text.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sw/err.h>
#include <sw/text.h>

#define ALL_FLAGS 0xfffu

static const char *const flag_names[] = { "fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr",
	"ns", "[200]", "[400]", "[800]" };
#define N_FLAGS (sizeof(flag_names) / sizeof(flag_names[0]))

/* What a mask of two bits can ask of fragments. */
static const struct {
	const char *name;
	uint8_t value, mask;
} frags[] = {
	{ "no", 0, 3 },
	{ "yes", SW_FRAG_ANY, SW_FRAG_ANY },
	{ "first", SW_FRAG_ANY, 3 },
	{ "later", 3, 3 },
	{ "not_later", 0, SW_FRAG_LATER },
};
#define N_FRAGS (sizeof(frags) / sizeof(frags[0]))

static int refuse_flags(const char *s, const char *why, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "tcp_flags: \"%.60s\" %s", s, why);

	sw_err_given(err, "%.100s", s);
	sw_err_allowed(err,
		"+syn-ack (those set and unset), syn|ack (all others unset), or a number; "
		"fin syn rst psh ack urg ece cwr ns [200] [400] [800]");
	return rc;
}

/* The flag at s, n bytes; 0: none is called so. */
static unsigned flag_of(const char *s, size_t n)
{
	for (unsigned i = 0; i < N_FLAGS; i++)
		if (strlen(flag_names[i]) == n && !strncmp(s, flag_names[i], n))
			return 1u << i;
	return 0;
}

/* "+syn-ack", or "syn|ack" with `signs` only "|". Returns why not, or NULL. */
static const char *flag_list(const char *s, const char *signs, unsigned *flags, unsigned *mask)
{
	bool signed_ones = *signs != '|';

	*flags = *mask = 0;
	for (;;) {
		char sign = signed_ones ? *s++ : '|';
		size_t n = strcspn(s, signs);
		unsigned bit = flag_of(s, n);

		if (!bit)
			return "has a flag that is unknown";
		if (*mask & bit)
			return "has a flag twice";
		*mask |= bit;
		if (sign != '-')
			*flags |= bit;
		s += n;
		if (!*s)
			return NULL;
		s += !signed_ones;
	}
}

static void put16(uint8_t *to, unsigned v)
{
	to[0] = (uint8_t)(v >> 8);
	to[1] = (uint8_t)v;
}

int text_flags(
	const struct sw_field *f, const char *s, uint8_t *value, uint8_t *mask, struct sw_err *err)
{
	bool masked = *s == '+' || *s == '-';
	unsigned flags, cared;
	const char *why = flag_list(s, masked ? "+-" : "|", &flags, &cared);

	if (why)
		return refuse_flags(s, why, err);
	if (masked && !mask)
		return refuse_flags(s, "says of some flags only, where all are needed", err);
	put16(value, flags);
	if (mask)
		put16(mask, masked ? cared : ALL_FLAGS);
	return 0;
}

void text_put_flags(unsigned flags, unsigned mask, struct sw_str *out)
{
	bool exact = mask == ALL_FLAGS, any = false;

	for (unsigned i = 0; i < N_FLAGS; i++) {
		bool set = flags >> i & 1;

		if (exact ? !set : !(mask >> i & 1))
			continue;
		sw_str_add(out, "%s%s", !exact ? set ? "+" : "-" : any ? "|" : "", flag_names[i]);
		any = true;
	}
	if (!any)
		sw_str_add(out, exact ? "0" : "0/0");
}

int text_frag(
	const struct sw_field *f, const char *s, uint8_t *value, uint8_t *mask, struct sw_err *err)
{
	int rc;

	for (unsigned i = 0; i < N_FRAGS; i++) {
		if (strcasecmp(s, frags[i].name) || (!mask && frags[i].mask != 3))
			continue;
		*value = frags[i].value;
		if (mask)
			*mask = frags[i].mask;
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_INVALID, "ip_frag: \"%.60s\" is no kind of fragment", s);
	sw_err_given(err, "%.100s", s);
	sw_err_allowed(err, "no, yes, first, later, not_later, or bits as VALUE/MASK");
	return rc;
}

bool text_put_frag(unsigned value, unsigned mask, struct sw_str *out)
{
	for (unsigned i = 0; i < N_FRAGS; i++) {
		if (value != frags[i].value || mask != frags[i].mask)
			continue;
		sw_str_add(out, "%s", frags[i].name);
		return true;
	}
	return false;
}
