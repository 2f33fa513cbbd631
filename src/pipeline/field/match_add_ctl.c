/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One part of a match from text: a field or a kind of packet. Nothing is dropped: a field that packets of
 * the match need not have is refused, where ovs-ofctl would leave it out and match more than was meant.
 *
 * Any thread but workers; no state.
 */
#include <sw/field_text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/reg.h>
#include <sw/text.h>

#include "proto.h"
#include "text.h"
#include "wide.h"

SW_USE(field, eth_type);
SW_USE(field, nw_proto);
SW_USE(field, packet_type);
SW_USE(field, vlan_pcp);
SW_USE(field, vlan_tci);
SW_USE(field, vlan_vid);

/* What a name stands for that is no field. */
static const struct shorthand {
	const char *name;
	int type, proto; /* -1: none */
} shorthands[] = {
	{ "arp", ETH_ARP, -1 },
	{ "icmp", ETH_IPV4, IP_ICMP },
	{ "icmp6", ETH_IPV6, IP_ICMPV6 },
	{ "ip", ETH_IPV4, -1 },
	{ "ipv6", ETH_IPV6, -1 },
	{ "mpls", ETH_MPLS, -1 },
	{ "mplsm", ETH_MPLS_MCAST, -1 },
	{ "rarp", ETH_RARP, -1 },
	{ "sctp", ETH_IPV4, IP_SCTP },
	{ "sctp6", ETH_IPV6, IP_SCTP },
	{ "tcp", ETH_IPV4, IP_TCP },
	{ "tcp6", ETH_IPV6, IP_TCP },
	{ "udp", ETH_IPV4, IP_UDP },
	{ "udp6", ETH_IPV6, IP_UDP },
	{ "eth", -1, -1 },
};
#define N_SHORTHANDS (sizeof(shorthands) / sizeof(shorthands[0]))

const char *text_kind(int type, int proto)
{
	for (unsigned i = 0; i < N_SHORTHANDS; i++)
		if (shorthands[i].type == type && shorthands[i].proto == proto)
			return shorthands[i].name;
	return NULL;
}

/* The field's part of the match as it is. */
static void say_present(const struct sw_field *f, const struct sw_match *match, struct sw_str *out)
{
	uint8_t value[16], mask[16];

	sw_field_get(f, &match->value, value);
	sw_field_get(f, &match->mask, mask);
	sw_field_print(f, value, mask, out);
}

/* Let the match say this, too. */
static int merge(struct sw_match *match, const struct sw_field *f, const uint8_t *value,
	const uint8_t *mask, struct sw_err *err)
{
	struct sw_match more = { 0 };
	uint8_t *old = (uint8_t *)match, *new = (uint8_t *)&more;
	struct sw_str was = { 0 }, is = { 0 };
	int rc;

	sw_field_set(f, &more.value, value);
	sw_field_set(f, &more.mask, mask);
	for (unsigned i = f->offset; i < f->offset + f->size; i++) {
		unsigned m = i + offsetof(struct sw_match, mask);

		if ((old[i] ^ new[i]) & old[m] & new[m])
			goto contradiction;
	}
	for (unsigned i = f->offset; i < f->offset + f->size; i++) {
		old[i] |= new[i];
		old[i + offsetof(struct sw_match, mask)] |=
			new[i + offsetof(struct sw_match, mask)];
	}
	return 0;
contradiction:
	say_present(f, match, &was);
	sw_field_print(f, value, mask, &is);
	rc = sw_err_set(err, SW_CODE_INVALID,
		"no packet has %s both as %s, which the match says already, and as %s", f->name,
		was.s, is.s);
	sw_err_given(err, "%.100s", is.s);
	sw_err_hint(err, "say it once; two rules match what one or the other is to match");
	free(was.s);
	free(is.s);
	return rc;
}

static int merge_number(struct sw_match *match, const struct sw_field *f, unsigned v, unsigned m,
	struct sw_err *err)
{
	uint8_t value[16], mask[16];

	wide_store(value, sw_field_bytes(f), v);
	wide_store(mask, sw_field_bytes(f), m);
	return merge(match, f, value, mask, err);
}

static int add_shorthand(const struct shorthand *s, struct sw_match *match, struct sw_err *err)
{
	int rc = 0;

	if (s->type < 0)
		return merge_number(match, &sw_field_packet_type, 0, UINT32_MAX, err);
	rc = merge_number(match, &sw_field_eth_type, (unsigned)s->type, 0xffff, err);
	if (!rc && s->proto >= 0)
		rc = merge_number(match, &sw_field_nw_proto, (unsigned)s->proto, 0xff, err);
	return rc;
}

static int refuse_vlan(const char *name, const char *value, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "%s: \"%.60s\" is not allowed", name, value);

	sw_err_given(err, "%.100s", value);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

/* A number without a leading 0, see number_ctl.c. */
static bool small_number(const char *s, uint64_t most, uint64_t *v)
{
	return !(s[0] == '0' && s[1] >= '0' && s[1] <= '9') && !sw_parse_u64(s, 0, most, v);
}

/* dl_vlan of OpenFlow 1.0: a VLAN, or 65535 for no tag. */
static int add_dl_vlan(struct sw_match *match, const char *value, struct sw_err *err)
{
	uint64_t v;

	if (!small_number(value, 0xffff, &v) || (v > 0xfff && v != 0xffff))
		return refuse_vlan(
			"dl_vlan", value, "0 to 4095, or 65535 for packets without a tag", err);
	if (v == 0xffff)
		return merge_number(match, &sw_field_vlan_tci, 0, 0xffff, err);
	return merge_number(match, &sw_field_vlan_tci, (unsigned)v | SW_VLAN_PRESENT, 0x1fff, err);
}

/* A priority means that there is a tag. */
static int add_pcp(struct sw_match *match, const char *name, const char *value, struct sw_err *err)
{
	uint64_t v;

	if (!small_number(value, 7, &v))
		return refuse_vlan(name, value, "0 to 7", err);
	return merge_number(match, &sw_field_vlan_tci, (unsigned)v << 13 | SW_VLAN_PRESENT,
		0xe000 | SW_VLAN_PRESENT, err);
}

/* A VLAN of packets without a tag: what was meant is another number. */
static int check_vid(
	const uint8_t *value, const uint8_t *mask, const char *text, struct sw_err *err)
{
	unsigned v = (unsigned)wide_load(value, 2), m = (unsigned)wide_load(mask, 2);
	int rc;

	if (!(m & SW_VLAN_PRESENT) || v & SW_VLAN_PRESENT || !v)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"vlan_vid: %.60s is of packets without a tag, which have no VLAN", text);
	sw_err_given(err, "%.100s", text);
	sw_err_allowed(
		err, "4096 plus the VLAN (0x1000 to 0x1fff), or 0 for packets without a tag");
	sw_err_hint(err, "write vlan_vid=0x%x, or dl_vlan=%u", v | SW_VLAN_PRESENT, v);
	return rc;
}

static int add_field(
	struct sw_match *match, const struct sw_field *f, const char *text, struct sw_err *err)
{
	uint8_t value[16], mask[16];
	int rc;

	if (!strcmp(text, "*"))
		return 0;
	rc = sw_field_parse(f, text, value, mask, err);
	if (!rc && f == &sw_field_vlan_vid)
		rc = check_vid(value, mask, text, err);
	return rc ? rc : merge(match, f, value, mask, err);
}

static const struct shorthand *find_shorthand(const char *name)
{
	for (unsigned i = 0; i < N_SHORTHANDS; i++)
		if (!strcmp(shorthands[i].name, name))
			return &shorthands[i];
	return NULL;
}

static int no_value(const char *name, bool given, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID,
		given ? "%s is a kind of packet and takes no value" : "%s needs a value", name);

	sw_err_given(err, "%s", name);
	sw_err_allowed(err, given ? "%s" : "%s=VALUE", name);
	return rc;
}

/* The nearest of shorthands is as good as a field's. */
static void suggest(const char *name, const char *value, struct sw_err *err)
{
	const char *words[N_SHORTHANDS + 3];
	unsigned n = 0;
	int at;

	if (!*name) {
		sw_err_set(err, SW_CODE_NOT_FOUND,
			"the name of a field is missing before \"=%.60s\"", value ? value : "");
		sw_err_given(err, "=%.100s", value ? value : "");
	}
	if (!err || err->nearest[0] || !*name || strlen(name) > 40)
		return;
	for (; n < N_SHORTHANDS; n++)
		words[n] = shorthands[n].name;
	words[n++] = "dl_vlan";
	words[n++] = "dl_vlan_pcp";
	at = sw_nearest(name, words, n);
	sw_err_nearest(err, at >= 0 ? words[at] : NULL);
}

int match_add(
	struct sw_match *match, const char *name, const char *value, int *rc, struct sw_err *err)
{
	const struct shorthand *s = find_shorthand(name);
	bool pcp = !strcmp(name, "dl_vlan_pcp") || !strcmp(name, sw_field_vlan_pcp.name);
	const struct sw_field *f = NULL;
	int found = FIELD_FOUND;

	if (s) {
		*rc = value ? no_value(name, true, err) : add_shorthand(s, match, err);
		return FIELD_FOUND;
	}
	if (!pcp && strcmp(name, "dl_vlan"))
		found = field_find(name, match, &f, err);
	if (found == FIELD_UNKNOWN)
		suggest(name, value, err);
	*rc = -EINVAL;
	if (found != FIELD_FOUND)
		return found;
	if (!value || !*value)
		*rc = no_value(name, false, err);
	else if (pcp)
		*rc = add_pcp(match, name, value, err);
	else if (!f)
		*rc = add_dl_vlan(match, value, err);
	else
		*rc = add_field(match, f, value, err);
	return FIELD_FOUND;
}

int sw_match_add(struct sw_match *match, const char *name, const char *value, struct sw_err *err)
{
	int rc, found = match_add(match, name, value, &rc, err);

	return found == FIELD_UNKNOWN ? 1 : rc;
}
