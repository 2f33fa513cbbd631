/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Matches on the wire: random ones go there and back in every form; samples written by hand from the layouts of
 * the specifications say what is expected; malformed ones get the error that the specification names.
 */
#include "of_hand.h"

#include <rte_byteorder.h>

#include <sw/action.h>
#include <sw/err.h>

#include "../../src/ctl/of/codec/match.h"
#include "../../src/ctl/of/codec/oxm.h"
#include "../../src/ctl/of/codec/version.h"

#define ROUNDS 20000

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

static void oxm_there_and_back(void **state)
{
	static const uint8_t versions[] = { OF13, OF14, OF15 };
	uint64_t seed = swtest_seed(0x0f01);
	struct of_buf buf = { 0 };

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sw_match want, got;
		struct of_cursor c;

		of_random_match(&seed, &want);
		buf.len = 0;
		of_put_match(&buf, &want, versions[i % 3]);
		assert_int_equal(buf.len % 8, 0);
		c = of_cursor(buf.bytes, buf.len);
		assert_error(of_get_match(&c, &got), OF_FINE);
		assert_int_equal(of_left(&c), 0);
		of_match_same(&got, &want);
	}
	of_buf_fini(&buf);
}

static void nxm_there_and_back(void **state)
{
	uint64_t seed = swtest_seed(0x0f02);
	struct of_buf buf = { 0 };

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sw_match want, got;
		struct of_cursor c;
		size_t len;

		of_random_match(&seed, &want);
		buf.len = 0;
		len = of_put_nxm(&buf, &want);
		c = of_cursor(buf.bytes, buf.len);
		assert_error(of_get_nxm(&c, len, &got, NULL), OF_FINE);
		assert_int_equal(of_left(&c), 0);
		of_match_same(&got, &want);
	}
	of_buf_fini(&buf);
}

static void ten_there_and_back(void **state)
{
	uint64_t seed = swtest_seed(0x0f03);
	struct of_buf buf = { 0 };

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sw_match want, got;
		struct of_cursor c;

		of_random_match10(&seed, &want);
		buf.len = 0;
		assert_true(of_put_match10(&buf, &want));
		assert_int_equal(buf.len, OF10_MATCH);
		c = of_cursor(buf.bytes, buf.len);
		assert_error(of_get_match10(&c, &got), OF_FINE);
		of_match_same(&got, &want);
	}
	of_buf_fini(&buf);
}

/* What 1.0 cannot say is left out, never said wrong: the match gets wider. */
static void ten_gets_wider(void **state)
{
	uint64_t seed = swtest_seed(0x0f04);
	struct of_buf buf = { 0 };
	unsigned exact = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sw_match want, got;
		const uint8_t *w = (const uint8_t *)&want.mask, *g = (const uint8_t *)&got.mask;
		struct of_cursor c;

		of_random_match(&seed, &want);
		buf.len = 0;
		exact += of_put_match10(&buf, &want);
		c = of_cursor(buf.bytes, buf.len);
		assert_error(of_get_match10(&c, &got), OF_FINE);
		for (unsigned b = 0; b < sizeof(want.mask); b++)
			assert_int_equal(g[b] & ~w[b], 0);
		for (unsigned b = 0; b < sizeof(want.value); b++)
			assert_int_equal(
				(((uint8_t *)&got.value)[b] ^ ((uint8_t *)&want.value)[b]) & g[b],
				0);
	}
	assert_true(exact > 0);
	of_buf_fini(&buf);
}

/* Random bytes are refused or become a match that is consistent; never read outside. */
static void noise(void **state)
{
	uint64_t seed = swtest_seed(0x0f05);
	unsigned fine = 0;

	for (unsigned i = 0; i < 5 * ROUNDS; i++) {
		static const uint8_t heads[][4] = { { 0x80, 0, 0x0a, 2 }, { 0x80, 0, 0x14, 1 },
			{ 0x80, 0, 0x16, 4 }, { 0, 1, 0x27, 8 }, { 0x80, 0, 0x1a, 2 } };
		uint8_t *bytes = malloc(64);
		size_t len = swtest_rand(&seed) % 65;
		struct of_cursor c = of_cursor(bytes, len);
		struct sw_match m;

		for (unsigned b = 0; b < 64; b++)
			bytes[b] = swtest_rand(&seed) >> 40;
		for (unsigned b = 0; b + 4 < 64 && swtest_rand(&seed) % 4; b += 4 + bytes[b + 3])
			memcpy(bytes + b, heads[swtest_rand(&seed) % 5], 4);
		if (!of_get_fields(&c, false, &m))
			fine++;
		for (unsigned b = 0; b < sizeof(m.value); b++)
			assert_int_equal(((uint8_t *)&m.value)[b] & ~((uint8_t *)&m.mask)[b], 0);
		free(bytes);
	}
	assert_true(fine > 100);
}

/* --- samples ------------------------------------------------------------------------------------------- */

static void good_oxm(void **state)
{
	/* eth_type=0x0800, ip_proto=6, ipv4_src=10.0.0.0/8, tcp_dst=80, in_port=1, metadata with a mask */
	struct of_bytes b =
		of_hex("0001 0044 / 80000004 00000001 / 80000510 0000000000000012 00000000000000ff"
		       "/ 80000a02 0800 / 80001401 06 / 80001708 0a000000 ff000000"
		       "/ 80001c02 0050");
	struct of_cursor c = of_at(&b);
	struct sw_match m;

	b.bytes[3] = b.len; /* without the padding */
	while (b.len % 8)
		b.bytes[b.len++] = 0;
	c = of_at(&b);
	assert_error(of_get_match(&c, &m), OF_FINE);
	assert_int_equal(of_left(&c), 0);
	assert_int_equal(rte_be_to_cpu_32(m.value.in_port), 1);
	assert_int_equal(rte_be_to_cpu_64(m.value.metadata), 0x12);
	assert_int_equal(rte_be_to_cpu_64(m.mask.metadata), 0xff);
	assert_int_equal(rte_be_to_cpu_16(m.value.eth_type), 0x0800);
	assert_int_equal(m.value.ip_proto, 6);
	assert_memory_equal(m.value.ip_src, "\x0a\0\0\0", 4);
	assert_memory_equal(m.mask.ip_src, "\xff\0\0\0", 4);
	assert_int_equal(rte_be_to_cpu_16(m.value.tp_dst), 80);
}

static void later_fields(void **state)
{
	/* tcp_flags: ONF's in 1.3, basic in 1.5, and NXM's; all are the same */
	static const char *const forms[] = { "80000a02 0800 / 80001401 06 / ffff5406 4f4e4600 0012",
		"80000a02 0800 / 80001401 06 / 80005402 0012",
		"80000a02 0800 / 80001401 06 / 00014402 0012",
		"80000a02 0800 / 80001401 06 / ffff5508 4f4e4600 0012 0fff" };

	for (unsigned i = 0; i < 4; i++) {
		struct of_bytes b = of_hex(forms[i]);
		struct of_cursor c = of_at(&b);
		struct of_buf buf = { 0 };
		struct sw_match m;

		assert_error(of_get_fields(&c, false, &m), OF_FINE);
		assert_int_equal(rte_be_to_cpu_16(m.value.tcp_flags), 0x12);
		assert_int_equal(rte_be_to_cpu_16(m.mask.tcp_flags), 0xfff);
		of_put_fields(&buf, &m, i == 0 ? OF13 : i == 1 ? OF15 : OF_NXM);
		if (i < 2)
			assert_memory_equal(buf.bytes, b.bytes, b.len);
		of_buf_fini(&buf);
	}
}

/* packet_type is of the basic class in every version: ovs-ofctl reads nothing else. */
static void packet_type(void **state)
{
	static const uint8_t versions[] = { OF_NXM, OF13, OF14, OF15 };
	struct sw_match ethernet = { .mask.packet_type = UINT32_MAX };
	struct of_bytes want = of_hex("80005804 00000000");

	for (unsigned i = 0; i < sizeof(versions); i++) {
		struct of_buf buf = { 0 };

		of_put_fields(&buf, &ethernet, versions[i]);
		assert_int_equal(buf.len, want.len);
		assert_memory_equal(buf.bytes, want.bytes, want.len);
		of_buf_fini(&buf);
	}
}

static void vlans(void **state)
{
	static const struct {
		const char *oxm;
		uint16_t value, mask;
	} cases[] = {
		{ "80000c02 0000", 0, 0x1fff },			   /* no tag */
		{ "80000d04 1000 1000", 0x1000, 0x1000 },	   /* any tag */
		{ "80000c02 1064", 0x1064, 0x1fff },		   /* VLAN 100 */
		{ "80000c02 1064 / 80000e01 05", 0xb064, 0xffff }, /* with a priority */
		{ "80000d04 1000 1000 / 80000e01 05", 0xb000, 0xf000 },
		{ "00000802 b064", 0xb064, 0xffff }, /* NXM */
		{ "00000904 1064 1fff", 0x1064, 0x1fff },
		{ "00000802 0000", 0, 0xffff },
	};

	for (unsigned i = 0; i < 8; i++) {
		struct of_bytes b = of_hex(cases[i].oxm);
		struct of_cursor c = of_at(&b);
		struct sw_match m;

		assert_error(of_get_fields(&c, false, &m), OF_FINE);
		assert_int_equal(rte_be_to_cpu_16(m.value.vlan_tci), cases[i].value);
		assert_int_equal(rte_be_to_cpu_16(m.mask.vlan_tci), cases[i].mask);
	}
}

static void malformed(void **state)
{
	static const struct {
		const char *bytes;
		enum of_error error;
	} cases[] = {
		/* the head */
		{ "", OFPBMC_BAD_LEN },
		{ "0001", OFPBMC_BAD_LEN },
		{ "0001 0003 00000000", OFPBMC_BAD_LEN },
		{ "0001 0008 00000000", OFPBMC_BAD_LEN }, /* in_port of NXM, without a value */
		{ "0001 0040 80000a02 0800 0000", OFPBMC_BAD_LEN }, /* more than is there */
		{ "0000 0004 00000000", OFPBMC_BAD_TYPE },	    /* OFPMT_STANDARD */
		{ "0002 0004 00000000", OFPBMC_BAD_TYPE },
		{ "0001 0004 000000", OFPBMC_BAD_LEN }, /* padding is missing */
		/* one field */
		{ "0001 0007 800000 00", OFPBMC_BAD_LEN }, /* part of a header */
		{ "0001 000a 80000a02 0800 000000000000", OF_FINE },
		{ "0001 000c 80000a04 08000000 00000000", OFPBMC_BAD_LEN }, /* too long a value */
		{ "0001 0009 80000a01 08 00000000000000", OFPBMC_BAD_LEN }, /* too short */
		{ "0001 000a 80000a08 0800 000000000000", OFPBMC_BAD_LEN }, /* beyond the match */
		{ "0001 000c 80000b04 0800 ffff 00000000", OF_FINE },	    /* a mask of ones */
		{ "0001 000c 80000b04 0800 ff00 00000000", OFPBMC_BAD_MASK },
		{ "0001 000a 8000fe02 0800 000000000000", OFPBMC_BAD_FIELD }, /* unknown number */
		{ "0001 000a 12340a02 0800 000000000000", OFPBMC_BAD_FIELD }, /* unknown class */
		{ "0001 000c ffff0a04 12345678 00000000", OFPBMC_BAD_FIELD }, /* experimenter */
		{ "0001 000a ffff0a02 1234 000000000000", OFPBMC_BAD_LEN },
		{ "0001 000e 80000f02 0800 / 80000a02", OFPBMC_BAD_LEN },
		/* values */
		{ "0001 000f 80000a02 0800 / 80001001 40 00", OFPBMC_BAD_VALUE }, /* DSCP 64 */
		{ "0001 000a 80000c02 2000 000000000000", OFPBMC_BAD_VALUE },	  /* VLAN */
		{ "0001 0014 80000510 0000000000000110 00000000000000ff 00000000", OFPBMC_BAD_LEN },
		{ "0001 0018 80000510 0000000000000110 00000000000000ff", OFPBMC_BAD_WILDCARDS },
		/* two fields */
		{ "0001 0010 80000a02 0800 / 80000a02 0800", OFPBMC_DUP_FIELD },
		{ "0001 0009 80001401 06 00000000000000", OFPBMC_BAD_PREREQ },
		{ "0001 000a 80001c02 0050 000000000000", OFPBMC_BAD_PREREQ },
		{ "0001 0012 80000a02 86dd / 80001604 0a000001 000000000000", OFPBMC_BAD_PREREQ },
		{ "0001 000f 80000c02 0000 / 80000e01 05 00", OFPBMC_BAD_PREREQ },
		{ "0001 0010 80000c02 1001 / 00000802 1002", OFPBMC_BAD_VALUE },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct of_bytes b = of_hex(cases[i].bytes);
		struct of_cursor c = of_at(&b);
		struct sw_match m;
		enum of_error got = of_get_match(&c, &m);

		if (got != cases[i].error)
			fail_msg("%s: %s, not %s", cases[i].bytes, of_error_name(got),
				of_error_name(cases[i].error));
	}
}

/* in_port has 16 bits in NXM, and the reserved ports are others. */
static void ports(void **state)
{
	static const struct {
		const char *nxm;
		uint32_t port;
		enum of_error error;
	} cases[] = { { "00000002 0001", 1, OF_FINE }, { "00000002 fffe", SW_OFPP_LOCAL, OF_FINE },
		{ "00000002 fff8", SW_OFPP_IN_PORT, OF_FINE }, { "00000002 feff", 0xfeff, OF_FINE },
		{ "00000002 ff10", 0, OFPBMC_BAD_VALUE },
		{ "00000104 0001 00ff", 0, OFPBMC_BAD_MASK } };

	for (unsigned i = 0; i < 6; i++) {
		struct of_bytes b = of_hex(cases[i].nxm);
		struct of_cursor c = of_at(&b);
		struct sw_match m;

		assert_error(of_get_fields(&c, false, &m), cases[i].error);
		if (!cases[i].error)
			assert_int_equal(rte_be_to_cpu_32(m.value.in_port), cases[i].port);
	}
}

static void good_10(void **state)
{
	/* wildcards: all but dl_type, nw_proto, nw_src (/24), tp_dst */
	struct of_bytes b = of_hex(
		"0038084f / 0000 / 000000000000 / 000000000000 / 0000 00 00 / 0800 / 00 06 0000"
		"/ c0a80117 / 00000000 / 0000 0050");
	struct of_cursor c = of_at(&b);
	struct sw_match m;

	assert_error(of_get_match10(&c, &m), OF_FINE);
	assert_memory_equal(m.value.ip_src, "\xc0\xa8\x01\0", 4);
	assert_memory_equal(m.mask.ip_src, "\xff\xff\xff\0", 4);
	assert_int_equal(m.value.ip_proto, 6);
	assert_int_equal(rte_be_to_cpu_16(m.value.tp_dst), 80);
	assert_int_equal(m.mask.tp_src, 0);
	assert_int_equal(m.mask.in_port, 0);
}

/* Fields of a protocol that is not matched are ignored (1.0.1, 3.4). */
static void ignored_10(void **state)
{
	/* all fields given, dl_type 0x88cc */
	struct of_bytes b = of_hex(
		"00000000 / 0001 / 020000000001 / 020000000002 / ffff 05 00 / 88cc / fc 06 0000"
		"/ 0a000001 / 0a000002 / 0001 0002");
	struct of_cursor c = of_at(&b);
	struct sw_match m;

	assert_error(of_get_match10(&c, &m), OF_FINE);
	assert_int_equal(m.mask.ip_proto | m.mask.ip_tos | m.mask.tp_src | m.mask.ip_src[0], 0);
	assert_int_equal(rte_be_to_cpu_16(m.value.eth_type), 0x88cc);
	assert_int_equal(m.value.vlan_tci, 0);
	assert_int_equal(m.mask.vlan_tci, 0xffff);
	b.len = OF10_MATCH - 1;
	c = of_at(&b);
	assert_error(of_get_match10(&c, &m), OFPBRC_BAD_LEN);
}

/* A cursor never gives what is not there. */
static void cursors(void **state)
{
	struct of_bytes b = of_hex("0102030405");
	struct of_cursor c = of_at(&b), sub;

	assert_int_equal(of_u16(&c), 0x0102);
	assert_int_equal(of_left(&c), 3);
	assert_int_equal(of_u32(&c), 0);
	assert_true(c.over);
	assert_int_equal(of_left(&c), 0);
	c = of_at(&b);
	sub = of_sub(&c, 3);
	assert_int_equal(of_left(&sub), 3);
	assert_int_equal(of_left(&c), 2);
	assert_int_equal(of_u32(&sub), 0);
	assert_true(sub.over);
	assert_false(c.over);
	sub = of_sub(&c, 3);
	assert_true(c.over && sub.over);
	assert_int_equal(of_left(&sub), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursors),
		cmocka_unit_test(good_oxm),
		cmocka_unit_test(later_fields),
		cmocka_unit_test(packet_type),
		cmocka_unit_test(vlans),
		cmocka_unit_test(ports),
		cmocka_unit_test(malformed),
		cmocka_unit_test(good_10),
		cmocka_unit_test(ignored_10),
		cmocka_unit_test(oxm_there_and_back),
		cmocka_unit_test(nxm_there_and_back),
		cmocka_unit_test(ten_there_and_back),
		cmocka_unit_test(ten_gets_wider),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
