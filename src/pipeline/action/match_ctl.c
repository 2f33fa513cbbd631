/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a match says about its packets, kept true while actions are gone through one after the other: what an action
 * sets is known, what it may have changed is not.
 *
 * Control thread; no state.
 */
#include "action.h"

#include <string.h>

#include <sw/err.h>

SW_USE(field, vlan_vid);

static int lacking(enum sw_prereq prereq, const char *action, const char *what, struct sw_err *err)
{
	const char *needs = sw_prereq_text(prereq);
	int rc = sw_err_set(err, SW_CODE_INVALID,
		"%s: not all packets of this match have %s; it needs %s", action, what, needs);

	sw_err_allowed(err, "only with %s", needs);
	sw_err_hint(err, "say so in the match, or leave it out");
	return rc;
}

int need(
	enum sw_prereq prereq, const struct sw_match *match, const char *action, struct sw_err *err)
{
	return sw_prereq_met(prereq, match) ? 0 : lacking(prereq, action, "what it changes", err);
}

int need_field(const struct sw_field *f, const struct sw_match *match, const char *action,
	struct sw_err *err)
{
	return sw_prereq_met(f->prereq, match) ? 0 : lacking(f->prereq, action, f->name, err);
}

int need_target(const struct sw_field *f, const struct sw_match *match, const char *action,
	struct sw_err *err)
{
	int rc = need_field(f, match, action, err);

	return !rc && f == &sw_field_vlan_vid ? need(SW_PRE_VLAN, match, action, err) : rc;
}

/* Bits of mask in the field become those of value, and known or not. */
static void put(struct sw_match *match, const struct sw_field *f, const uint8_t *value,
	const uint8_t *mask, bool known)
{
	uint8_t v[16], m[16];

	sw_field_get(f, &match->value, v);
	sw_field_get(f, &match->mask, m);
	for (unsigned i = 0; i < sw_field_bytes(f); i++) {
		uint8_t bits = mask ? mask[i] : 0xff;

		v[i] = (uint8_t)((v[i] & ~bits) | (known ? value[i] & bits : 0));
		m[i] = (uint8_t)(known ? m[i] | bits : m[i] & ~bits);
	}
	sw_field_set(f, &match->value, v);
	sw_field_set(f, &match->mask, m);
}

void know(
	struct sw_match *match, const struct sw_field *f, const uint8_t *value, const uint8_t *mask)
{
	put(match, f, value, mask, true);
}

/* What a match says of [from, to) in the packet's fields. */
static void forget_between(struct sw_match *match, size_t from, size_t to)
{
	memset((uint8_t *)&match->value + from, 0, to - from);
	memset((uint8_t *)&match->mask + from, 0, to - from);
}

#define AT(member) offsetof(struct sw_fields, member)

static void forget_behind_type(struct sw_match *match)
{
	forget_between(match, AT(pbb_isid), AT(eth_dst));
	forget_between(match, AT(mpls_lse), sizeof(struct sw_fields));
}

/* What the bytes behind a field are that says so. IPv6 has its protocol behind headers that may be others then. */
static void forget_behind(struct sw_match *match, const struct sw_field *f)
{
	if (f->offset == AT(eth_type))
		forget_behind_type(match);
	if (f->offset == AT(ip_proto))
		forget_between(match, AT(tp_src), AT(ipv6_label));
	if (f->offset == AT(ip_proto) || f->prereq == SW_PRE_ICMPV6)
		forget_between(match, AT(nd_target), AT(conj_id));
}

static bool knows(const struct sw_match *match, const struct sw_field *f, const uint8_t *value,
	const uint8_t *mask)
{
	uint8_t v[16], m[16];

	sw_field_get(f, &match->value, v);
	sw_field_get(f, &match->mask, m);
	for (unsigned i = 0; i < sw_field_bytes(f); i++)
		if (mask[i] & ~m[i] || (v[i] ^ value[i]) & mask[i])
			return false;
	return true;
}

void know_target(
	struct sw_match *match, const struct sw_field *f, const uint8_t *value, const uint8_t *mask)
{
	if (knows(match, f, value, mask))
		return;
	know(match, f, value, mask);
	forget_behind(match, f);
}

void forget_bits(struct sw_match *match, const struct sw_bits *bits)
{
	static const uint8_t zero[16];
	uint8_t v[16] = { 0 }, m[16] = { 0 };

	bits_put(bits, zero, v, m);
	put(match, bits->field, v, m, false);
}

void forget_target(struct sw_match *match, const struct sw_bits *bits)
{
	rte_be16_t tag = match->mask.vlan_tci & match->value.vlan_tci & RTE_BE16(SW_VLAN_PRESENT);

	forget_bits(match, bits);
	forget_behind(match, bits->field);
	if (bits->field == &sw_field_vlan_vid) {
		match->value.vlan_tci |= tag;
		match->mask.vlan_tci |= tag;
	}
}

void know_eth_type(struct sw_match *match, rte_be16_t type)
{
	match->value.eth_type = type;
	match->mask.eth_type = 0xffff;
	forget_behind_type(match);
}
