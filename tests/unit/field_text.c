/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fields and matches as text: forms of values, names and prerequisites, what an error says, and that everything
 * printed reads back the same. match_ovs.c compares with ovs-ofctl.
 */
#include <errno.h>
#include <stdbool.h>

#include <sw/action.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/text.h>

#include "swtest.h"

static uint64_t rng;

static int setup(void **state)
{
	struct sw_err err = { 0 };

	rng = swtest_seed(20260215);
	return sw_reg_seal(&err);
}

static const struct sw_field *field(const char *name)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, name);

	assert_non_null(f);
	return f;
}

static void parse(const char *text, struct sw_match *match)
{
	struct sw_err err = { 0 };

	if (sw_match_parse(text, match, &err))
		fail_msg("\"%s\": %s", text, err.text);
}

/* Refused, and the error has these words and a value. */
static void refused(const char *text, const char *words)
{
	struct sw_err err = { 0 };
	struct sw_match match;

	if (!sw_match_parse(text, &match, &err))
		fail_msg("\"%s\" is taken", text);
	if (!strstr(err.text, words) || !err.given[0])
		fail_msg("\"%s\" refused by \"%s\" (given \"%s\")", text, err.text, err.given);
}

static void test_names(void **state)
{
	struct sw_err err = { 0 };
	struct sw_match m;

	assert_ptr_equal(sw_field_find("tcp_dst", NULL, &err), field("tcp_dst"));
	assert_ptr_equal(sw_field_find("NXM_OF_TCP_DST", NULL, &err), field("tcp_dst"));
	assert_ptr_equal(sw_field_find("nw_proto", NULL, &err), field("nw_proto"));
	assert_ptr_equal(sw_field_find("icmp_type", NULL, &err), field("icmp_type"));
	assert_ptr_equal(sw_field_find("tp_dst", NULL, &err), field("tcp_dst"));
	assert_ptr_equal(sw_field_find("nw_src", NULL, &err), field("ip_src"));
	parse("udp6", &m);
	assert_ptr_equal(sw_field_find("tp_dst", &m, &err), field("udp_dst"));
	assert_ptr_equal(sw_field_find("ip_proto", &m, &err), field("nw_proto"));
	assert_null(sw_field_find("icmp_type", &m, &err));
	assert_int_equal(err.code, SW_CODE_INVALID);
	assert_non_null(strstr(err.text, "icmp: ip_proto=1"));
	assert_non_null(strstr(err.text, "icmp6: ip_proto=58"));
	parse("arp", &m);
	assert_ptr_equal(sw_field_find("nw_src", &m, &err), field("arp_spa"));
	assert_ptr_equal(sw_field_find("nw_proto", &m, &err), field("arp_op"));
	parse("icmp6", &m);
	assert_ptr_equal(sw_field_find("icmp_type", &m, &err), field("icmpv6_type"));
	assert_null(sw_field_find("tcp_dts", &m, &err));
	assert_int_equal(err.code, SW_CODE_NOT_FOUND);
	assert_string_equal(err.nearest, "tcp_dst");
	assert_string_equal(err.given, "tcp_dts");
}

static void test_prerequisites(void **state)
{
	struct sw_err err = { 0 };
	struct sw_match m;

	refused("ip,tcp_dst=80", "tcp_dst needs tcp or tcp6: ip_proto=6");
	refused("tcp_dst=80", "tcp_dst needs tcp or tcp6");
	refused("ip_dst=10.0.0.1", "ip_dst needs ip (eth_type=0x0800)");
	refused("ip,tp_dst=80", "tp_dst needs");
	refused("in_phy_port=1", "in_phy_port needs in_port");
	refused("nd_target=::1,icmp6", "nd_target needs icmp6 with icmp_type=135 or 136");
	refused("icmp6,icmp_type=136,nd_sll=00:00:00:00:00:01", "nd_sll needs");
	refused("tcp,tcp_dst=80,ip_frag=later", "tcp_dst needs tcp or tcp6");
	refused("tcp,dl_type=0x86dd", "eth_type both as");
	refused("tcp,udp", "nw_proto both as 6");
	refused("tcp=1", "takes no value");
	refused("tcp,tcp_dst", "needs a value");
	refused("tcp,=80", "name of a field is missing before \"=80\"");
	assert_int_equal(sw_match_parse("ipp", &m, &err), -ENOENT);
	assert_string_equal(err.nearest, "ip");
	assert_int_equal(sw_match_parse("dl_vlam=1", &m, &err), -ENOENT);
	assert_string_equal(err.nearest, "dl_vlan");

	memset(&m, 0, sizeof(m));
	assert_int_equal(sw_match_add(&m, "priority", "5", &err), 1);
	assert_int_equal(sw_match_add(&m, "tcp_dst", "80", &err), -EINVAL);
	assert_int_equal(sw_match_add(&m, "tcp", NULL, &err), 0);
	assert_int_equal(sw_match_add(&m, "tcp_dst", "80", &err), 0);
	assert_int_equal(sw_match_add(&m, "tcp_dst", "80", &err), 0);
	assert_int_equal(sw_match_add(&m, "tcp_dst", "80/0xff", &err), 0);
	assert_int_equal(sw_match_add(&m, "tcp_dst", "81", &err), -EINVAL);
	assert_non_null(strstr(err.text, "tcp_dst both as 80"));
	assert_int_equal(m.value.tp_dst, RTE_BE16(80));
	assert_int_equal(m.mask.tp_dst, RTE_BE16(0xffff));
	parse("", &m);
	assert_int_equal(m.mask.eth_type, 0);
	parse("any", &m);
	refused("any,ip", "any");
}

static const struct value {
	const char *field, *text, *printed; /* NULL: refused */
} values[] = {
	{ "tcp_dst", "80", "80" },
	{ "tcp_dst", "0x50", "80" },
	{ "tcp_dst", "0X50/0xff", "80/0xff" },
	{ "tcp_dst", "80/0xffff", "80" },
	{ "tcp_dst", "0/0xff", "0/0xff" },
	{ "tcp_dst", "65536", NULL },
	{ "tcp_dst", "99999999999999999999999999999999999999999999", NULL },
	{ "tcp_dst", "", NULL },
	{ "tcp_dst", "/0xff", NULL },
	{ "tcp_dst", "80/", NULL },
	{ "tcp_dst", "80 ", NULL },
	{ "tcp_dst", "81/0xfe", NULL },
	{ "tcp_dst", "0x", NULL },
	{ "tcp_dst", "00", NULL },
	{ "nw_ecn", "3", "3" },
	{ "nw_ecn", "4", NULL },
	{ "nw_ecn", "9", NULL },
	{ "mpls_bos", "1", "1" },
	{ "mpls_bos", "2", NULL },
	{ "mpls_label", "1048575", "1048575" },
	{ "mpls_label", "1/1", NULL },
	{ "nw_tos", "252", "252" },
	{ "nw_tos", "252/0xfc", "252" },
	{ "nw_tos", "253", NULL },
	{ "nw_tos", "256", NULL },
	{ "vlan_vid", "0x1005", "4101" },
	{ "vlan_vid", "0x1000/0x1000", "4096/0x1000" },
	{ "vlan_vid", "0x2000", NULL },
	{ "reg0", "0", "0" },
	{ "reg0", "0xdeadbeef", "0xdeadbeef" },
	{ "reg0", "0x10/0xf0", "0x10/0xf0" },
	{ "reg0", "0x100000000", NULL },
	{ "metadata", "18446744073709551615", "0xffffffffffffffff" },
	{ "metadata", "18446744073709551616", NULL },
	{ "xxreg0", "0x10000000000000000", "0x10000000000000000" },
	{ "xxreg0", "340282366920938463463374607431768211455",
		"0xffffffffffffffffffffffffffffffff" },
	{ "xxreg0", "340282366920938463463374607431768211456", NULL },
	{ "ipv6_label", "0x5", "0x5" },
	{ "eth_dst", "01:02:03:04:05:06", "01:02:03:04:05:06" },
	{ "eth_dst", "00:00:00:00:00:00/01:00:00:00:00:00", "00:00:00:00:00:00/01:00:00:00:00:00" },
	{ "eth_dst", "01:02:03:04:05", NULL },
	{ "eth_dst", "01:02:03:04:05:06/8", NULL },
	{ "ip_src", "10.1.2.3", "10.1.2.3" },
	{ "ip_src", "10.0.0.0/255.0.0.0", "10.0.0.0/8" },
	{ "ip_src", "0.0.0.0/0", "0.0.0.0/0" },
	{ "ip_src", "10.0.0.3/255.0.0.255", "10.0.0.3/255.0.0.255" },
	{ "ip_src", "10.1.2.3/8", NULL },
	{ "ip_src", "10.0.0.0/33", NULL },
	{ "ip_src", "10.0.0.0/255", NULL },
	{ "ip_src", "256.0.0.1", NULL },
	{ "ipv6_src", "2001:DB8::1", "2001:db8::1" },
	{ "ipv6_src", "2001:db8::/32", "2001:db8::/32" },
	{ "ipv6_src", "::1/::ff", "::1/::ff" },
	{ "ipv6_src", "::/129", NULL },
	{ "ipv6_src", "1.2.3.4", NULL },
	{ "in_port", "LOCAL", "LOCAL" },
	{ "in_port", "local", "LOCAL" },
	{ "in_port", "4294967294", "LOCAL" },
	{ "in_port", "65534", "LOCAL" },
	{ "in_port", "0xfffe", "0xfffe" }, /* 32 bits: not the reserved one */
	{ "in_port", "100000", "100000" },
	{ "in_port", "eth0", NULL },
	{ "in_port", "4294967296", NULL },
	{ "ip_frag", "later", "later" },
	{ "ip_frag", "yes", "yes" },
	{ "ip_frag", "0/3", "no" },
	{ "ip_frag", "2/2", "2/0x2" },
	{ "ip_frag", "maybe", NULL },
	{ "tcp_flags", "+syn-ack", "+syn-ack" },
	{ "tcp_flags", "ack|syn", "syn|ack" },
	{ "tcp_flags", "0x12", "syn|ack" },
	{ "tcp_flags", "0", "0" },
	{ "tcp_flags", "2/0x12", "+syn-ack" },
	{ "tcp_flags", "+[800]", "+[800]" },
	{ "tcp_flags", "+", NULL },
	{ "tcp_flags", "+syn+", NULL },
	{ "tcp_flags", "syn|", NULL },
	{ "tcp_flags", "syn+ack", NULL },
	{ "tcp_flags", "4096", NULL },
	{ "packet_type", "(0,0)", "(0,0)" },
	{ "packet_type", "(1,0x800)", "(1,0x800)" },
	{ "packet_type", "(1,0x800", NULL },
	{ "packet_type", "(1,0x800) ", NULL },
	{ "packet_type", "(65536,0)", NULL },
};

static void test_values(void **state)
{
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct value *v = &values[i];
		uint8_t value[16], mask[16];
		struct sw_str str = { 0 };
		struct sw_err err = { 0 };
		int rc = sw_field_parse(field(v->field), v->text, value, mask, &err);

		if (!v->printed != !!rc)
			fail_msg("%s=%s: %d %s", v->field, v->text, rc, err.text);
		if (rc) {
			assert_non_null(strstr(err.text, v->field));
			continue;
		}
		sw_field_print(field(v->field), value, mask, &str);
		assert_string_equal(str.s, v->printed);
		free(str.s);
	}
}

static void test_errors(void **state)
{
	uint8_t value[16], mask[16];
	struct sw_err err = { 0 };

	assert_int_equal(sw_field_parse(field("tcp_dst"), "65536", value, mask, &err), -EINVAL);
	assert_string_equal(err.given, "65536");
	assert_string_equal(err.allowed, "0 to 65535 (0xffff)");
	assert_int_equal(
		sw_field_parse(field("ip_src"), "10.0.0.1/24", value, mask, &err), -EINVAL);
	assert_non_null(strstr(err.hint, "10.0.0.0/24"));
	assert_int_equal(sw_field_parse(field("nw_tos"), "3", value, mask, &err), -EINVAL);
	assert_string_equal(err.allowed, "multiples of 4 up to 252");
	/* Where no mask is allowed. */
	assert_int_equal(sw_field_parse(field("tcp_dst"), "80/0xff", value, NULL, &err), -EINVAL);
	assert_int_equal(sw_field_parse(field("tcp_flags"), "+syn", value, NULL, &err), -EINVAL);
	assert_int_equal(sw_field_parse(field("ip_frag"), "yes", value, NULL, &err), -EINVAL);
	assert_int_equal(sw_field_parse(field("tcp_flags"), "syn", value, NULL, &err), 0);
	assert_int_equal(sw_field_parse(field("ip_frag"), "later", value, NULL, &err), 0);
	assert_int_equal(sw_field_parse(field("tcp_dst"), "80", value, NULL, &err), 0);
	assert_int_equal(sw_field_parse(field("tcp_dst"), "80000", value, NULL, NULL), -EINVAL);
	refused("vlan_vid=5", "vlan_vid: 5 is of packets without a tag");
}

/* A random value, and a mask of random bits, of a prefix, or of all. */
static void random_bits(const struct sw_field *f, uint8_t *value, uint8_t *mask)
{
	struct sw_fields a, b;
	unsigned kind = f->maskable ? (unsigned)(swtest_rand(&rng) % 3) : 0;

	for (unsigned i = 0; i < sizeof(a); i++) {
		((uint8_t *)&a)[i] = (uint8_t)(swtest_rand(&rng) >> 40);
		((uint8_t *)&b)[i] = kind ? (uint8_t)(swtest_rand(&rng) >> 40) : 0xff;
	}
	if (kind == 2)
		memset((uint8_t *)&b + f->offset, 0xff, (swtest_rand(&rng) >> 40) % f->size);
	sw_field_get(f, &a, value);
	sw_field_get(f, &b, mask);
	for (unsigned i = 0; i < sw_field_bytes(f); i++)
		value[i] &= mask[i];
}

static void test_every_value_reads_back(void **state)
{
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		for (unsigned i = 0; i < 500; i++) {
			uint8_t value[16], mask[16], v[16], m[16];
			struct sw_str str = { 0 };
			struct sw_err err = { 0 };

			random_bits(f, value, mask);
			sw_field_print(f, value, mask, &str);
			if (sw_field_parse(f, str.s, v, m, &err))
				fail_msg("%s=%s: %s", f->name, str.s, err.text);
			assert_memory_equal(v, value, sw_field_bytes(f));
			assert_memory_equal(m, mask, sw_field_bytes(f));
			free(str.s);
			str = (struct sw_str){ 0 };
			sw_field_get(f, &(struct sw_fields){ 0 }, mask);
			sw_field_print(f, value, NULL, &str);
			if (sw_field_parse(f, str.s, v, NULL, &err))
				fail_msg("%s=%s: %s", f->name, str.s, err.text);
			assert_memory_equal(v, value, sw_field_bytes(f));
			free(str.s);
		}
	}
}

/* Put a random value of the field in. */
static void put(struct sw_match *m, const struct sw_field *f)
{
	uint8_t value[16], mask[16];

	random_bits(f, value, mask);
	sw_field_set(f, &m->value, value);
	sw_field_set(f, &m->mask, mask);
}

static const struct sw_field *any_field(void)
{
	return sw_reg_get(&sw_reg_kind_field,
		(unsigned)((swtest_rand(&rng) >> 33) % sw_reg_kind_field.count));
}

static void test_every_match_reads_back(void **state)
{
	static const char *const kinds[] = { "", "ip", "ipv6", "tcp", "tcp6", "udp", "udp6", "sctp",
		"sctp6", "icmp", "icmp6", "arp", "rarp", "mpls", "mplsm", "dl_type=0x88e7",
		"icmp6,icmp_type=135", "icmp6,icmp_type=136,icmp_code=0", "ip,nw_proto=9",
		"in_port=1", "eth", "dl_vlan=5", "dl_vlan=0xffff", "tcp,ip_frag=first" };

	for (unsigned i = 0; i < 50000; i++) {
		struct sw_match m, back, was;
		struct sw_str str = { 0 };

		parse(kinds[i % (sizeof(kinds) / sizeof(kinds[0]))], &m);
		for (unsigned k = (unsigned)(swtest_rand(&rng) >> 60); k; k--) {
			const struct sw_field *f = any_field();

			was = m;
			if (sw_prereq_met(f->prereq, &m))
				put(&m, f);
			if (sw_match_fault(&m)) /* what others needed was written over */
				m = was;
		}
		sw_match_print(&m, &str);
		parse(str.s, &back);
		if (memcmp(&m, &back, sizeof(m)))
			fail_msg("%s reads back as another", str.s);
		free(str.s);
	}
}

/* No bit of any field goes unsaid, not even in a match that cannot be. */
static void test_every_bit_is_said(void **state)
{
	const struct sw_field *f;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		for (unsigned bit = f->unused; bit < f->bits; bit++) {
			struct sw_match m = { 0 };
			uint8_t mask[16] = { 0 };
			struct sw_str str = { 0 };

			mask[sw_field_bytes(f) - 1 - bit / 8] = (uint8_t)(1u << bit % 8);
			sw_field_set(f, &m.mask, mask);
			sw_match_print(&m, &str);
			assert_true(str.len > 3);
			free(str.s);
		}
	}
}

static void test_faults(void **state)
{
	const struct sw_field *f;
	struct sw_match m;

	SW_REG_FOREACH (field, const struct sw_field *, f) {
		memset(&m, 0, sizeof(m));
		put(&m, f);
		if (sw_field_is_zero(f, &m.mask) || f->prereq == SW_PRE_NONE)
			assert_true(f->prereq != SW_PRE_NONE || !sw_match_fault(&m));
		else if (f->prereq == SW_PRE_VLAN)
			assert_null(sw_match_fault(&m)); /* a match on vlan_tci is no less */
		else
			assert_non_null(sw_match_fault(&m));
	}
	parse("ip,ip_src=10.0.0.1", &m);
	assert_null(sw_match_fault(&m));
	m.mask.ip_src[4] = 1;
	assert_ptr_equal(sw_match_fault(&m), field("ipv6_src"));
	parse("tcp,tcp_dst=80", &m);
	m.mask.ip_proto = 0;
	assert_ptr_equal(sw_match_fault(&m), field("sctp_dst"));
}

static const char *name_of(void *arg, uint32_t port)
{
	const char *const *names = arg;

	return port < 4 ? names[port] : NULL;
}

static uint32_t port_of(void *arg, const char *name)
{
	const char *const *names = arg;

	for (unsigned i = 0; i < 4; i++)
		if (names[i] && !strcmp(names[i], name))
			return i;
	return SW_OFPP_ANY;
}

static void test_port_names(void **state)
{
	static const char *const names[] = { NULL, "eth0", "3", "LOCAL" };
	const struct sw_port_names use = { name_of, port_of, (void *)names };
	struct sw_str str = { 0 };
	struct sw_match m;

	refused("in_port=eth0", "\"eth0\" is no port");
	sw_port_names_use(&use);
	parse("in_port=eth0", &m);
	assert_int_equal(m.value.in_port, RTE_BE32(1));
	sw_match_print(&m, &str);
	assert_string_equal(str.s, "in_port=eth0");
	refused("in_port=eth1", "\"eth1\" is no port");
	/* Names that mean something else are not used. */
	for (unsigned port = 2; port < 5; port++) {
		char text[32];

		str.len = 0;
		snprintf(text, sizeof(text), "in_port=%u", port);
		parse(text, &m);
		assert_int_equal(m.value.in_port, rte_cpu_to_be_32(port));
		sw_match_print(&m, &str);
		assert_string_equal(str.s, text);
	}
	sw_port_names_use(NULL);
	refused("in_port=eth0", "\"eth0\" is no port");
	free(str.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_prerequisites),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_every_value_reads_back),
		cmocka_unit_test(test_every_match_reads_back),
		cmocka_unit_test(test_every_bit_is_said),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_port_names),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
