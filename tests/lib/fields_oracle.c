/* SPDX-License-Identifier: BSD-3-Clause */
/* See fields_oracle.h. */
#include "fields_oracle.h"

#include <assert.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What is left of the packet, as the header above has it. */
struct rest {
	const uint8_t *packet;
	size_t at, end;
};

struct result {
	struct sw_fields *f;
	struct oracle_at *at;
};

static bool has(const struct rest *r, size_t n)
{
	return r->end - r->at >= n;
}

static unsigned byte(struct rest *r)
{
	assert(r->at < r->end);
	return r->packet[r->at++];
}

static uint64_t number(struct rest *r, unsigned bytes)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < bytes; i++)
		v = v * 256 + byte(r);
	return v;
}

static void skip(struct rest *r, size_t n)
{
	while (n--)
		byte(r);
}

static void put_bytes(struct result *to, const char *name, const uint8_t *value)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, name);

	assert(f);
	sw_field_set(f, to->f, value);
}

static void put(struct result *to, const char *name, uint64_t v)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, name);
	uint8_t value[16] = { 0 };

	assert(f);
	for (unsigned i = sw_field_bytes(f); i && v; v /= 256)
		value[--i] = (uint8_t)(v % 256);
	put_bytes(to, name, value);
}

/* n bytes straight into a field of as many. */
static void take(struct rest *r, struct result *to, const char *name, unsigned n)
{
	uint8_t value[16];

	for (unsigned i = 0; i < n; i++)
		value[i] = (uint8_t)byte(r);
	put_bytes(to, name, value);
}

static void ports(struct rest *r, struct result *to, const char *src, const char *dst, size_t least)
{
	if (!has(r, least))
		return;
	to->at->l4 = (uint32_t)r->at;
	take(r, to, src, 2);
	take(r, to, dst, 2);
	if (least == 20) {
		skip(r, 8);
		put(to, "tcp_flags", number(r, 2) % 4096);
	}
}

/* Where the address of each of the two kinds of option is; false: one is there twice. */
static bool addresses(struct rest *r, size_t found[3])
{
	for (unsigned n = 0; n < 16 && has(r, 8); n++) {
		size_t start = r->at;
		unsigned kind = byte(r), units = byte(r);

		if (units == 0 || !has(r, units * 8 - 2))
			return true;
		if (units == 1 && (kind == 1 || kind == 2)) {
			if (found[kind])
				return false;
			found[kind] = start + 2;
		}
		r->at = start + units * 8;
	}
	return true;
}

static void neighbour(struct rest *r, struct result *to, unsigned type)
{
	size_t found[3] = { 0 };
	struct rest target = *r;

	if (!has(r, 16))
		return;
	skip(r, 16);
	if (!addresses(r, found))
		return;
	take(&target, to, "nd_target", 16);
	if (type == 135 && found[1]) {
		put_bytes(to, "nd_sll", r->packet + found[1]);
		to->at->nd_sll = (uint32_t)found[1];
	}
	if (type == 136 && found[2]) {
		put_bytes(to, "nd_tll", r->packet + found[2]);
		to->at->nd_tll = (uint32_t)found[2];
	}
}

static void above(struct rest *r, struct result *to, unsigned proto, int version)
{
	unsigned type, code;

	if (proto == 6)
		ports(r, to, "tcp_src", "tcp_dst", 20);
	else if (proto == 17)
		ports(r, to, "udp_src", "udp_dst", 8);
	else if (proto == 132)
		ports(r, to, "sctp_src", "sctp_dst", 12);
	else if (proto == (version == 4 ? 1 : 58) && has(r, 8)) {
		to->at->l4 = (uint32_t)r->at;
		type = byte(r);
		code = byte(r);
		put(to, version == 4 ? "icmp_type" : "icmpv6_type", type);
		put(to, version == 4 ? "icmp_code" : "icmpv6_code", code);
		skip(r, 6);
		if (version == 6 && code == 0 && (type == 135 || type == 136))
			neighbour(r, to, type);
	}
}

static void internet(struct rest *r, struct result *to)
{
	size_t start = r->at, len, total;
	unsigned first, frag, proto;

	if (!has(r, 20))
		return;
	first = byte(r);
	skip(r, 1);
	total = number(r, 2);
	len = (first % 16) * 4;
	r->at = start;
	if (first / 16 != 4 || len < 20 || total < len || !has(r, total))
		return;
	r->end = start + total;
	to->at->l3 = (uint32_t)start;
	to->at->end = (uint32_t)r->end;
	skip(r, 1);
	first = byte(r);
	put(to, "ip_dscp", first / 4);
	put(to, "nw_ecn", first % 4);
	skip(r, 4);
	frag = (unsigned)number(r, 2) % 0x4000;
	put(to, "ip_frag", frag == 0 ? 0 : frag % 0x2000 ? 3 : 1);
	take(r, to, "nw_ttl", 1);
	to->at->proto = (uint32_t)r->at;
	proto = byte(r);
	put(to, "nw_proto", proto);
	skip(r, 2);
	take(r, to, "ip_src", 4);
	take(r, to, "ip_dst", 4);
	skip(r, len - 20);
	if (!(frag % 0x2000))
		above(r, to, proto, 4);
}

/* What kinds of extension headers there are, in their order, as letters. */
static char initial(unsigned proto)
{
	static const struct {
		unsigned proto;
		char letter;
	} kinds[] = { { 0, 'H' }, { 43, 'R' }, { 44, 'F' }, { 50, 'E' }, { 51, 'A' }, { 59, 'N' },
		{ 60, 'D' } };

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].proto == proto)
			return kinds[i].letter;
	return 0;
}

static unsigned judge(const char *letters)
{
	static const char order[] = "NEADFRH"; /* by bit of OFPIEH_* */
	static regex_t in_order;
	static bool compiled;
	unsigned bits = 0;

	if (!compiled)
		regcomp(&in_order, "^H*D?R*F*A*E*D*N?$", REG_EXTENDED | REG_NOSUB);
	compiled = true;
	for (unsigned i = 0; order[i]; i++) {
		unsigned count = 0;

		for (const char *l = letters; *l; l++)
			count += *l == order[i];
		if (count && (order[i] != 'H' || letters[0] == 'H'))
			bits |= 1u << i;
		if (count > (order[i] == 'D' ? 2 : 1))
			bits |= 1u << 7;
	}
	if (regexec(&in_order, letters, 0, NULL, 0))
		bits |= 1u << 8;
	return bits;
}

/* One extension header is passed; false: it is cut short or the last one. */
static bool pass(struct rest *r, struct result *to, unsigned *proto)
{
	size_t start = r->at, len;
	unsigned next, units, frag;

	if (*proto == 50 || *proto == 59 || !has(r, 8))
		return false;
	next = byte(r);
	units = byte(r);
	len = *proto == 44 ? 8 : *proto == 51 ? (units + 2) * 4 : (units + 1) * 8;
	if (*proto == 44) {
		frag = (unsigned)number(r, 2);
		if (frag / 8) {
			put(to, "ip_frag", 3);
			return false;
		}
		if (frag % 2)
			put(to, "ip_frag", 1);
	}
	r->at = start;
	if (!has(r, len))
		return false;
	skip(r, len);
	to->at->proto = (uint32_t)start;
	*proto = next;
	return true;
}

static void internet_six(struct rest *r, struct result *to)
{
	size_t start = r->at, payload;
	char letters[20] = "";
	unsigned proto, n = 0;
	uint64_t first;

	if (!has(r, 40))
		return;
	first = number(r, 4);
	payload = number(r, 2);
	if (first >> 28 != 6 || r->end - start - 40 < payload)
		return;
	r->end = start + 40 + payload;
	to->at->l3 = (uint32_t)start;
	to->at->end = (uint32_t)r->end;
	put(to, "nw_tos", first >> 20 & 0xfc);
	put(to, "nw_ecn", first >> 20 & 3);
	put(to, "ipv6_label", first % (1 << 20));
	to->at->proto = (uint32_t)r->at;
	proto = byte(r);
	take(r, to, "nw_ttl", 1);
	take(r, to, "ipv6_src", 16);
	take(r, to, "ipv6_dst", 16);
	while (initial(proto)) {
		letters[n++] = initial(proto);
		if (n == 17 || !pass(r, to, &proto))
			break;
	}
	put(to, "ipv6_exthdr", judge(letters));
	put(to, "nw_proto", proto);
	if (!initial(proto))
		above(r, to, proto, 6);
}

static void resolution(struct rest *r, struct result *to)
{
	size_t start = r->at;

	if (!has(r, 28) || number(r, 2) != 1 || number(r, 2) != 0x800 || byte(r) != 6 ||
		byte(r) != 4)
		return;
	to->at->l3 = (uint32_t)start;
	take(r, to, "arp_op", 2);
	take(r, to, "arp_sha", 6);
	take(r, to, "arp_spa", 4);
	take(r, to, "arp_tha", 6);
	take(r, to, "arp_tpa", 4);
}

static void one_word(struct rest *r, struct result *to, unsigned type)
{
	uint64_t v;

	if (!has(r, 4))
		return;
	to->at->l3 = (uint32_t)r->at;
	v = number(r, 4);
	if (type == 0x88e7) {
		put(to, "pbb_isid", v % (1 << 24));
		put(to, "pbb_uca", v >> 27 & 1);
		return;
	}
	put(to, "mpls_label", v >> 12);
	put(to, "mpls_tc", v >> 9 & 7);
	put(to, "mpls_bos", v >> 8 & 1);
	put(to, "mpls_ttl", v & 255);
}

/* A frame with a length: its type if it has one by SNAP. */
static unsigned by_length(struct rest *r)
{
	struct rest back = *r;

	if (has(r, 8) && number(r, 3) == 0xaaaa03 && number(r, 3) == 0) {
		unsigned type = (unsigned)number(r, 2);

		if (type >= 0x600)
			return type;
	}
	*r = back;
	return 0x5ff;
}

static void frame(struct rest *r, struct result *to)
{
	unsigned type, tci;

	take(r, to, "eth_dst", 6);
	take(r, to, "eth_src", 6);
	type = (unsigned)number(r, 2);
	while ((type == 0x8100 || type == 0x88a8) && to->at->tags < 2 && has(r, 4)) {
		tci = (unsigned)number(r, 2);
		if (to->at->tags++ == 0) {
			put(to, "vlan_pcp", tci >> 13);
			put(to, "vlan_vid", 0x1000 | tci % 0x1000);
		}
		type = (unsigned)number(r, 2);
	}
	if (type < 0x600)
		type = by_length(r);
	put(to, "eth_type", type);
	to->at->payload = (uint32_t)r->at;
	if (type == 0x800)
		internet(r, to);
	else if (type == 0x86dd)
		internet_six(r, to);
	else if (type == 0x806 || type == 0x8035)
		resolution(r, to);
	else if (type == 0x8847 || type == 0x8848 || type == 0x88e7)
		one_word(r, to, type);
}

void oracle_fields(const uint8_t *packet, size_t len, uint32_t in_port, struct sw_fields *f,
	struct oracle_at *at)
{
	struct result to = { f, at };
	struct rest r = { packet, 0, len };

	memset(f, 0, sizeof(*f));
	memset(at, 0, sizeof(*at));
	at->end = (uint32_t)len;
	put(&to, "in_port", in_port);
	put(&to, "in_phy_port", in_port);
	if (len >= 14)
		frame(&r, &to);
}
