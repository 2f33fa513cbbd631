/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Descriptors of fields against the tables of OpenFlow 1.3.5 (7.2.3.7), as written down here a second
 * time, and values in and out of struct sw_fields against a model that moves single bits.
 */
#include <sw/field.h>

#include <sw/err.h>

#include "swtest.h"

static uint64_t rng;

/* A row of table 12 of OpenFlow 1.3.5, or of 1.5.1 beyond 39: number, bits, bytes, prerequisite. */
static const struct row {
	unsigned number, bits, bytes;
	enum sw_prereq prereq;
	const char *name;
} rows[] = {
	{ 0, 32, 4, SW_PRE_NONE, "in_port" },
	{ 1, 32, 4, SW_PRE_IN_PORT, "in_phy_port" },
	{ 2, 64, 8, SW_PRE_NONE, "metadata" },
	{ 3, 48, 6, SW_PRE_NONE, "eth_dst" },
	{ 4, 48, 6, SW_PRE_NONE, "eth_src" },
	{ 5, 16, 2, SW_PRE_NONE, "eth_type" },
	{ 6, 13, 2, SW_PRE_NONE, "vlan_vid" },
	{ 7, 3, 1, SW_PRE_VLAN, "vlan_pcp" },
	{ 8, 6, 1, SW_PRE_IP, "ip_dscp" },
	{ 9, 2, 1, SW_PRE_IP, "nw_ecn" },
	{ 10, 8, 1, SW_PRE_IP, "nw_proto" },
	{ 11, 32, 4, SW_PRE_IPV4, "ip_src" },
	{ 12, 32, 4, SW_PRE_IPV4, "ip_dst" },
	{ 13, 16, 2, SW_PRE_TCP, "tcp_src" },
	{ 14, 16, 2, SW_PRE_TCP, "tcp_dst" },
	{ 15, 16, 2, SW_PRE_UDP, "udp_src" },
	{ 16, 16, 2, SW_PRE_UDP, "udp_dst" },
	{ 17, 16, 2, SW_PRE_SCTP, "sctp_src" },
	{ 18, 16, 2, SW_PRE_SCTP, "sctp_dst" },
	{ 19, 8, 1, SW_PRE_ICMPV4, "icmp_type" },
	{ 20, 8, 1, SW_PRE_ICMPV4, "icmp_code" },
	{ 21, 16, 2, SW_PRE_ARP, "arp_op" },
	{ 22, 32, 4, SW_PRE_ARP, "arp_spa" },
	{ 23, 32, 4, SW_PRE_ARP, "arp_tpa" },
	{ 24, 48, 6, SW_PRE_ARP, "arp_sha" },
	{ 25, 48, 6, SW_PRE_ARP, "arp_tha" },
	{ 26, 128, 16, SW_PRE_IPV6, "ipv6_src" },
	{ 27, 128, 16, SW_PRE_IPV6, "ipv6_dst" },
	{ 28, 20, 4, SW_PRE_IPV6, "ipv6_label" },
	{ 29, 8, 1, SW_PRE_ICMPV6, "icmpv6_type" },
	{ 30, 8, 1, SW_PRE_ICMPV6, "icmpv6_code" },
	{ 31, 128, 16, SW_PRE_ND, "nd_target" },
	{ 32, 48, 6, SW_PRE_ND_SOLICIT, "nd_sll" },
	{ 33, 48, 6, SW_PRE_ND_ADVERT, "nd_tll" },
	{ 34, 20, 4, SW_PRE_MPLS, "mpls_label" },
	{ 35, 3, 1, SW_PRE_MPLS, "mpls_tc" },
	{ 36, 1, 1, SW_PRE_MPLS, "mpls_bos" },
	{ 37, 24, 3, SW_PRE_PBB, "pbb_isid" },
	{ 38, 64, 8, SW_PRE_NONE, "tun_id" },
	{ 39, 9, 2, SW_PRE_IPV6, "ipv6_exthdr" },
	{ 41, 1, 1, SW_PRE_PBB, "pbb_uca" },
	{ 42, 12, 2, SW_PRE_TCP, "tcp_flags" },
	{ 43, 32, 4, SW_PRE_NONE, "actset_output" },
	{ 44, 32, 4, SW_PRE_NONE, "packet_type" },
};

static uint64_t must_mask = /* which of them the specification wants maskable */
	1ull << 2 | 1ull << 3 | 1ull << 4 | 1ull << 6 | 1ull << 11 | 1ull << 12 | 1ull << 22 |
	1ull << 23 | 1ull << 24 | 1ull << 25 | 1ull << 26 | 1ull << 27 | 1ull << 28 | 1ull << 37 |
	1ull << 38 | 1ull << 39 | 1ull << 42;

static int setup(void **state)
{
	struct sw_err err = { 0 };

	rng = swtest_seed(20260212);
	return sw_reg_seal(&err);
}

static void test_basic_class(void **state)
{
	unsigned seen = 0;

	for (unsigned n = 0; n < 128; n++) {
		const struct sw_field *f = sw_field_by_oxm(0x80000000u | n << 9);
		const struct row *r = NULL;

		for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (rows[i].number == n)
				r = &rows[i];
		if (!r) {
			assert_null(f);
			continue;
		}
		seen++;
		assert_non_null(f);
		assert_string_equal(f->name, r->name);
		assert_int_equal(f->oxm, 0x80000000u | n << 9 | r->bytes);
		assert_int_equal(f->bits, r->bits);
		assert_int_equal(sw_field_bytes(f), r->bytes);
		assert_int_equal(f->prereq, r->prereq);
		if (must_mask >> n & 1)
			assert_true(f->maskable);
		/* Has-mask and length do not count. */
		assert_ptr_equal(sw_field_by_oxm(0x80000100u | n << 9 | 0xff), f);
	}
	assert_int_equal(seen, sizeof(rows) / sizeof(rows[0]));
}

/* NXM's numbers that a client may send, by name; the bytes are those of NXM. */
static void test_nxm(void **state)
{
	static const char *const class_0[] = { "in_port", "eth_dst", "eth_src", "eth_type",
		"vlan_tci", "nw_tos", "nw_proto", "ip_src", "ip_dst", "tcp_src", "tcp_dst",
		"udp_src", "udp_dst", "icmp_type", "icmp_code", "arp_op", "arp_spa", "arp_tpa" };
	static const char *const class_1[] = { "tun_id", "arp_sha", "arp_tha", "ipv6_src",
		"ipv6_dst", "icmpv6_type", "icmpv6_code", "nd_target", "nd_sll", "nd_tll",
		"ip_frag", "ipv6_label", "nw_ecn", "nw_ttl", "mpls_ttl" };

	for (unsigned i = 0; i < sizeof(class_0) / sizeof(class_0[0]); i++)
		assert_string_equal(sw_field_by_oxm(i << 9)->name, class_0[i]);
	for (unsigned i = 0; i < sizeof(class_1) / sizeof(class_1[0]); i++)
		assert_string_equal(sw_field_by_oxm(1 << 16 | (16 + i) << 9)->name, class_1[i]);
	for (unsigned i = 0; i < 16; i++) {
		char name[16];

		snprintf(name, sizeof(name), "reg%u", i);
		assert_string_equal(sw_field_by_oxm(1 << 16 | i << 9)->name, name);
		snprintf(name, sizeof(name), "xreg%u", i);
		if (i < 8)
			assert_string_equal(sw_field_by_oxm(0x80010000u | i << 9)->name, name);
		snprintf(name, sizeof(name), "xxreg%u", i);
		if (i < 4)
			assert_string_equal(sw_field_by_oxm(1 << 16 | (111 + i) << 9)->name, name);
	}
	assert_string_equal(sw_field_by_oxm(1 << 16 | 33 << 9)->name, "pkt_mark");
	assert_string_equal(sw_field_by_oxm(1 << 16 | 34 << 9)->name, "tcp_flags");
	assert_string_equal(sw_field_by_oxm(1 << 16 | 37 << 9)->name, "conj_id");
	assert_int_equal(sw_field_by_oxm(0)->nxm & 0xff, 2);
	assert_null(sw_field_by_oxm(0xffff0000u));
	assert_null(sw_field_by_oxm(0x80020000u));
	assert_null(sw_field_by_oxm(18 << 9));
}

/* What holds of all. */
static void test_descriptors(void **state)
{
	const struct sw_field *f, *g;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		assert_non_null(f->help);
		assert_true(f->size && f->size <= 16);
		assert_true(f->offset + f->size <= sizeof(struct sw_fields));
		assert_true(f->bits && f->shift + f->bits <= f->size * 8);
		assert_true(f->bits <= sw_field_bytes(f) * 8 && sw_field_bytes(f) <= 16);
		assert_true(f->unused < f->bits);
		assert_true(f->oxm || f->nxm);
		assert_true(!f->oxm || sw_field_by_oxm(f->oxm) == f);
		assert_true(!f->nxm || sw_field_by_oxm(f->nxm) == f);
		for (unsigned i = 0; f->aliases && f->aliases[i]; i++)
			assert_string_not_equal(f->aliases[i], f->name);
		SW_REG_FOREACH (field, const struct sw_field *, g) {
			assert_true(f == g || !f->oxm || !g->oxm || f->oxm >> 9 != g->oxm >> 9);
			assert_true(f == g || !f->nxm || !g->nxm || f->nxm >> 9 != g->nxm >> 9);
		}
	}
}

/* Bit i of a big-endian number, from the lowest. */
static bool bit(const uint8_t *p, unsigned size, unsigned i)
{
	return p[size - 1 - i / 8] >> i % 8 & 1;
}

static void flip(uint8_t *p, unsigned size, unsigned i)
{
	p[size - 1 - i / 8] ^= 1u << i % 8;
}

static void model_get(const struct sw_field *f, const uint8_t *from, uint8_t *value)
{
	memset(value, 0, sw_field_bytes(f));
	for (unsigned i = f->unused; i < f->bits; i++)
		if (bit(from + f->offset, f->size, f->shift + i))
			flip(value, sw_field_bytes(f), i);
}

static void model_set(const struct sw_field *f, uint8_t *to, const uint8_t *value)
{
	for (unsigned i = f->unused; i < f->bits; i++)
		if (bit(to + f->offset, f->size, f->shift + i) != bit(value, sw_field_bytes(f), i))
			flip(to + f->offset, f->size, f->shift + i);
}

static void model_mask(const struct sw_field *f, const uint8_t *mask, bool *zero, bool *full)
{
	*zero = *full = true;
	for (unsigned i = f->unused; i < f->bits; i++)
		*(bit(mask + f->offset, f->size, f->shift + i) ? zero : full) = false;
}

static void fill(void *p, size_t size)
{
	uint8_t *bytes = p;

	while (size--)
		*bytes++ = (uint8_t)swtest_rand(&rng);
}

static void test_values(void **state)
{
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		for (unsigned i = 0; i < 1000; i++) {
			struct sw_fields x, y;
			uint8_t value[17], other[17];
			bool zero, full;

			fill(&x, sizeof(x));
			memset(value, 0xa5, sizeof(value));
			memset(other, 0xa5, sizeof(other));
			sw_field_get(f, &x, value);
			model_get(f, (uint8_t *)&x, other);
			assert_memory_equal(value, other, sizeof(value)); /* not a byte more */
			fill(value, sw_field_bytes(f));
			y = x;
			sw_field_set(f, &x, value);
			model_set(f, (uint8_t *)&y, value);
			assert_memory_equal(&x, &y, sizeof(x));
			fill(&x, sizeof(x));
			if (i % 4) { /* all of it, none, or all but one bit */
				memset(value, i % 4 == 1 ? 0 : 0xff, sizeof(value));
				sw_field_set(f, &x, value);
			}
			if (i % 4 == 3)
				((uint8_t *)&x)[swtest_rand(&rng) % sizeof(x)] ^=
					1u << swtest_rand(&rng) % 8;
			model_mask(f, (uint8_t *)&x, &zero, &full);
			assert_int_equal(sw_field_is_zero(f, &x), zero);
			assert_int_equal(sw_field_is_full(f, &x), full);
		}
	}
}

/* A field of a match, exact. */
static void want(struct sw_match *m, const char *name, uint64_t v)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, name);
	uint8_t value[16] = { 0 }, ones[16];

	assert_non_null(f);
	memset(ones, 0xff, sizeof(ones));
	for (unsigned i = 0; i < sw_field_bytes(f) && i < 8; i++)
		value[sw_field_bytes(f) - 1 - i] = (uint8_t)(v >> 8 * i);
	sw_field_set(f, &m->value, value);
	sw_field_set(f, &m->mask, ones);
}

/* Which prerequisites a match meets, as a set. */
static unsigned met(const struct sw_match *m)
{
	unsigned set = 0;

	for (unsigned p = SW_PRE_NONE; p <= SW_PRE_ND_ADVERT; p++) {
		set |= (unsigned)sw_prereq_met(p, m) << p;
		assert_true(strlen(sw_prereq_text(p)) > 3);
	}
	return set;
}

#define P(x) (1u << SW_PRE_##x)

static void test_prereqs(void **state)
{
	static const struct {
		uint16_t type;
		int proto;
		unsigned set;
	} cases[] = {
		{ 0x0800, -1, P(IP) | P(IPV4) },
		{ 0x86dd, -1, P(IP) | P(IPV6) },
		{ 0x0800, 6, P(IP) | P(IPV4) | P(TCP) },
		{ 0x86dd, 6, P(IP) | P(IPV6) | P(TCP) },
		{ 0x0800, 17, P(IP) | P(IPV4) | P(UDP) },
		{ 0x86dd, 17, P(IP) | P(IPV6) | P(UDP) },
		{ 0x0800, 132, P(IP) | P(IPV4) | P(SCTP) },
		{ 0x86dd, 132, P(IP) | P(IPV6) | P(SCTP) },
		{ 0x0800, 1, P(IP) | P(IPV4) | P(ICMPV4) },
		{ 0x86dd, 1, P(IP) | P(IPV6) },
		{ 0x0800, 58, P(IP) | P(IPV4) },
		{ 0x86dd, 58, P(IP) | P(IPV6) | P(ICMPV6) },
		{ 0x0806, -1, P(ARP) },
		{ 0x8035, -1, P(ARP) },
		{ 0x8847, -1, P(MPLS) },
		{ 0x8848, -1, P(MPLS) },
		{ 0x88e7, -1, P(PBB) },
		{ 0x0806, 6, P(ARP) },
		{ 0x05ff, -1, 0 },
	};
	struct sw_match m = { 0 };

	assert_int_equal(met(&m), P(NONE));
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&m, 0, sizeof(m));
		want(&m, "eth_type", cases[i].type);
		if (cases[i].proto >= 0)
			want(&m, "nw_proto", (unsigned)cases[i].proto);
		assert_int_equal(met(&m), P(NONE) | cases[i].set);
		m.mask.eth_type &= 0xfeff; /* not exactly: nothing is sure */
		assert_int_equal(met(&m), P(NONE));
	}
}

static void test_prereqs_further(void **state)
{
	struct sw_match m = { 0 };

	want(&m, "in_port", 3);
	assert_int_equal(met(&m), P(NONE) | P(IN_PORT));
	memset(&m, 0, sizeof(m));
	want(&m, "vlan_vid", 0);
	assert_int_equal(met(&m), P(NONE));
	want(&m, "vlan_vid", 0x1005);
	assert_int_equal(met(&m), P(NONE) | P(VLAN));
	m.mask.vlan_tci = m.value.vlan_tci = RTE_BE16(SW_VLAN_PRESENT);
	assert_int_equal(met(&m), P(NONE) | P(VLAN));

	memset(&m, 0, sizeof(m));
	want(&m, "eth_type", 0x86dd);
	want(&m, "nw_proto", 58);
	want(&m, "icmpv6_type", 135);
	assert_int_equal(met(&m), P(NONE) | P(IP) | P(IPV6) | P(ICMPV6) | P(ND) | P(ND_SOLICIT));
	want(&m, "icmpv6_code", 0);
	want(&m, "icmpv6_type", 136);
	assert_int_equal(met(&m), P(NONE) | P(IP) | P(IPV6) | P(ICMPV6) | P(ND) | P(ND_ADVERT));
	want(&m, "icmpv6_code", 1);
	assert_int_equal(met(&m), P(NONE) | P(IP) | P(IPV6) | P(ICMPV6));

	memset(&m, 0, sizeof(m));
	want(&m, "eth_type", 0x0800);
	want(&m, "nw_proto", 6);
	want(&m, "ip_frag", SW_FRAG_ANY);
	assert_int_equal(met(&m), P(NONE) | P(IP) | P(IPV4) | P(TCP));
	want(&m, "ip_frag", SW_FRAG_ANY | SW_FRAG_LATER);
	assert_int_equal(met(&m), P(NONE) | P(IP) | P(IPV4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basic_class),
		cmocka_unit_test(test_nxm),
		cmocka_unit_test(test_descriptors),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_prereqs),
		cmocka_unit_test(test_prereqs_further),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
