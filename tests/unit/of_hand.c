/* SPDX-License-Identifier: BSD-3-Clause */
/* See of_hand.h. */
#include "of_hand.h"

#include <ctype.h>

#include <rte_byteorder.h>

struct of_bytes of_hex(const char *text)
{
	struct of_bytes b = { .len = 0 };
	unsigned digits = 0;

	for (; *text; text++) {
		if (isspace((unsigned char)*text) || *text == '/')
			continue;
		assert_true(isxdigit((unsigned char)*text));
		assert_true(b.len < sizeof(b.bytes));
		b.bytes[b.len] =
			b.bytes[b.len] << 4 |
			(isdigit((unsigned char)*text) ? *text - '0' : (*text | 32) - 'a' + 10);
		b.len += ++digits % 2 == 0;
	}
	assert_int_equal(digits % 2, 0);
	return b;
}

void of_hex_buf(struct of_buf *out, const char *text)
{
	struct of_bytes b = of_hex(text);

	of_put(out, b.bytes, b.len);
}

struct of_cursor of_at(const struct of_bytes *b)
{
	return of_cursor(b->bytes, b->len);
}

/* --- random matches ------------------------------------------------------------------------------------- */

static void set_whole(struct sw_match *m, const char *name, uint64_t number)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, name);
	uint8_t value[16], mask[16];
	unsigned n = sw_field_bytes(f);

	for (unsigned i = n; i--; number >>= 8)
		value[i] = number;
	memset(mask, 0xff, n);
	sw_field_set(f, &m->value, value);
	sw_field_set(f, &m->mask, mask);
}

/* What makes other fields possible. */
static void random_frame(uint64_t *seed, struct sw_match *m)
{
	static const uint16_t types[] = { 0, 0x0800, 0x0800, 0x86dd, 0x86dd, 0x0806, 0x8035, 0x8847,
		0x8848, 0x88e7, 0x1234 };
	static const uint8_t protos[] = { 0, 1, 6, 17, 58, 58, 132, 47 };
	uint16_t type = types[swtest_rand(seed) % 11];
	uint8_t proto = protos[swtest_rand(seed) % 8];

	if (type)
		set_whole(m, "eth_type", type);
	if ((type == 0x0800 || type == 0x86dd) && proto)
		set_whole(m, "nw_proto", proto);
	if (type == 0x86dd && proto == 58 && swtest_rand(seed) % 2)
		set_whole(m, "icmpv6_type", 135 + swtest_rand(seed) % 2);
	if (swtest_rand(seed) % 3 == 0)
		set_whole(m, "vlan_vid", 0x1000 | swtest_rand(seed) % 4096);
	if (swtest_rand(seed) % 3 == 0)
		set_whole(m, "in_port", swtest_rand(seed) % 0xff00);
}

static bool is_free(const struct sw_field *f, const struct sw_match *m)
{
	return sw_field_is_zero(f, &m->mask) && sw_prereq_met(f->prereq, m);
}

static void random_value(uint64_t *seed, const struct sw_field *f, struct sw_match *m)
{
	uint8_t value[16], mask[16];
	bool part = f->maskable && swtest_rand(seed) % 2;

	for (unsigned i = 0; i < sizeof(value); i++) {
		mask[i] = part ? swtest_rand(seed) >> 32 : 0xff;
		value[i] = swtest_rand(seed) >> 32;
		value[i] &= mask[i];
	}
	sw_field_set(f, &m->value, value);
	sw_field_set(f, &m->mask, mask);
}

static bool is_any_of(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names))
		names++;
	return *names;
}

static void clear(const struct sw_field *f, struct sw_match *m)
{
	static const uint8_t none[16];

	sw_field_set(f, &m->value, none);
	sw_field_set(f, &m->mask, none);
}

/* Fields that another one needs, or whose values a port number bounds, are set by random_frame alone. */
static const char *const needed[] = { "eth_type", "nw_proto", "icmpv6_type", "icmpv6_code",
	"in_port", "vlan_vid", "vlan_tci", "ip_frag", "actset_output", "in_phy_port", NULL };

void of_random_match(uint64_t *seed, struct sw_match *match)
{
	unsigned n = swtest_rand(seed) % 12;

	memset(match, 0, sizeof(*match));
	random_frame(seed, match);
	while (n--) {
		const struct sw_field *f =
			sw_reg_get(&sw_reg_kind_field, swtest_rand(seed) % sw_reg_kind_field.count);

		if (is_any_of(f->name, needed) || !is_free(f, match))
			continue;
		random_value(seed, f, match);
		if (sw_field_is_zero(f, &match->mask))
			clear(f, match);
	}
}

static void random_prefix(uint64_t *seed, const char *name, struct sw_match *m)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, name);
	unsigned bits = swtest_rand(seed) % 33;
	rte_be32_t mask = rte_cpu_to_be_32(bits ? UINT32_MAX << (32 - bits) : 0);
	rte_be32_t value = (uint32_t)(swtest_rand(seed) >> 16) & mask;

	sw_field_set(f, &m->value, (const uint8_t *)&value);
	sw_field_set(f, &m->mask, (const uint8_t *)&mask);
}

void of_random_match10(uint64_t *seed, struct sw_match *m)
{
	static const uint16_t types[] = { 0, 0x0800, 0x0800, 0x0806, 0x86dd, 0x88cc };
	static const uint8_t protos[] = { 0, 1, 6, 17, 99 };
	static const char *const any[] = { "eth_src", "eth_dst", NULL };
	uint16_t type = types[swtest_rand(seed) % 6];
	uint8_t proto = protos[swtest_rand(seed) % (type == 0x0800 ? 5 : 1)];

	memset(m, 0, sizeof(*m));
	if (type)
		set_whole(m, "eth_type", type);
	for (unsigned i = 0; any[i]; i++)
		if (swtest_rand(seed) % 2)
			set_whole(m, any[i], swtest_rand(seed) >> 8);
	if (swtest_rand(seed) % 3 == 0)
		set_whole(m, "in_port", swtest_rand(seed) % 0xff00);
	if (swtest_rand(seed) % 3 == 0)
		set_whole(m, "vlan_vid", 0x1000 | swtest_rand(seed) % 4096);
	if (m->mask.vlan_tci && swtest_rand(seed) % 2)
		set_whole(m, "vlan_pcp", swtest_rand(seed) % 8);
	if (type == 0x0800 || type == 0x0806) {
		random_prefix(seed, type == 0x0800 ? "ip_src" : "arp_spa", m);
		random_prefix(seed, type == 0x0800 ? "ip_dst" : "arp_tpa", m);
	}
	if (type == 0x0806 && swtest_rand(seed) % 2)
		set_whole(m, "arp_op", swtest_rand(seed) % 256);
	if (type == 0x0800 && swtest_rand(seed) % 2)
		set_whole(m, "ip_dscp", swtest_rand(seed) % 64);
	if (proto)
		set_whole(m, "nw_proto", proto);
	if (proto == 6 && swtest_rand(seed) % 2)
		set_whole(m, "tcp_src", swtest_rand(seed) % 65536);
	if (proto == 17 && swtest_rand(seed) % 2)
		set_whole(m, "udp_dst", swtest_rand(seed) % 65536);
	if (proto == 1 && swtest_rand(seed) % 2)
		set_whole(m, "icmp_type", swtest_rand(seed) % 256);
}

static void print_bytes(const char *what, const struct sw_fields *f)
{
	fprintf(stderr, "%s", what);
	for (unsigned i = 0; i < sizeof(*f); i++)
		fprintf(stderr, "%s%02x", i % 16 ? "" : " ", ((const uint8_t *)f)[i]);
	fprintf(stderr, "\n");
}

void of_match_same(const struct sw_match *got, const struct sw_match *want)
{
	if (!memcmp(got, want, sizeof(*got)))
		return;
	print_bytes("got value  ", &got->value);
	print_bytes("want value ", &want->value);
	print_bytes("got mask   ", &got->mask);
	print_bytes("want mask  ", &want->mask);
	fail_msg("two matches differ");
}
