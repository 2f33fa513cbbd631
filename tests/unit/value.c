/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Configuration values: text as an ovs-vsctl user types it and sees it, JSON, set operations against a
 * naive model, and what columns refuse.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/ctl/columns.h"
#include "../../src/ctl/table/schema.h"

static const struct sw_type one_int = SW_ONE(INTEGER), opt_int = SW_OPTIONAL(INTEGER),
			    ints = SW_SET(INTEGER, 4096), one_str = SW_ONE(STRING),
			    opt_str = SW_OPTIONAL(STRING), strs = SW_SET(STRING, 100), map = SW_MAP,
			    one_bool = SW_ONE(BOOLEAN), one_uuid = SW_ONE(UUID),
			    counts = SW_COUNT_MAP, refs = { SW_ATOM_INTEGER, SW_ATOM_UUID, 0, 254 };

#define UUID_A "123e4567-e89b-42d3-a456-426614174000"
#define UUID_B "123e4567-e89b-42d3-a456-426614174001"

/* Text is read as the value whose text is `out` (NULL: the same text). */
static void reads(struct sw_type type, const char *in, const char *out)
{
	struct sw_err err = { 0 };
	struct value *v, *again;
	char *text;
	json_t *json;

	if (value_from_text(type, in, &v, &err))
		fail_msg("%s: %s", in, err.text);
	text = value_to_text(v);
	assert_string_equal(text, out ? out : in);
	/* its own text and JSON give the same value */
	if (value_from_text(type, text, &again, &err))
		fail_msg("%s: %s", text, err.text);
	assert_true(value_equal(v, again));
	value_unref(again);
	json = value_to_json(v);
	if (value_from_json(type, json, &again, &err))
		fail_msg("%s: %s", text, err.text);
	assert_true(value_equal(v, again));
	value_unref(again);
	json_decref(json);
	free(text);
	value_unref(v);
}

static void refuses(struct sw_type type, const char *in)
{
	struct sw_err err = { 0 };
	struct value *v = NULL;

	if (!value_from_text(type, in, &v, &err))
		fail_msg("\"%s\" was accepted", in);
	assert_int_equal(err.code, SW_CODE_INVALID);
	assert_true(err.text[0]);
	assert_null(v);
}

static void test_scalars(void **state)
{
	reads(one_int, "10", NULL);
	reads(one_int, "-5", NULL);
	reads(one_int, "[7]", "7");
	reads(one_int, " 7 ", "7");
	reads(opt_int, "[]", NULL);
	reads(opt_int, "", "[]");
	reads(one_bool, "true", NULL);
	reads(one_str, "abc", NULL);
	reads(one_str, "", "\"\"");
	reads(one_str, "a b", "\"a b\"");
	reads(one_str, "00:11:22:33:44:55", "\"00:11:22:33:44:55\"");
	reads(one_str, "x=1,y", "\"x=1,y\"");
	reads(one_str, "\"a\\\"b\\u00e9\"", "\"a\\\"b\xc3\xa9\"");
	reads(one_str, "true", "\"true\"");
	reads(one_str, "vif0.0", NULL);
	reads(one_str, "br-in", NULL);
	reads(one_str, "0a", "\"0a\"");
	reads(opt_str, "[]", NULL);
	reads(opt_str, "\"\"", NULL);
	reads(one_uuid, "123e4567-e89b-42d3-a456-426614174000", NULL);
	reads(one_str, "123e4567-e89b-42d3-a456-426614174000",
		"\"123e4567-e89b-42d3-a456-426614174000\"");
	refuses(one_int, "ten");
	refuses(one_int, "10x");
	refuses(one_int, "99999999999999999999");
	refuses(one_int, "\"10\"");
	refuses(one_bool, "yes");
	refuses(one_uuid, "123e4567");
	refuses(one_uuid, "123e4567-e89b-42d3-a456-42661417400g");
	refuses(one_str, "\"open");
	refuses(one_str, "\"a\"b");
	refuses(one_str, "\"\\q\"");
	refuses(one_str, "\xff\xfe");
}

static void test_sets(void **state)
{
	reads(ints, "1,2,3", "[1, 2, 3]");
	reads(ints, "[3, 1 2]", "[1, 2, 3]");
	reads(ints, "3 3,1", "[1, 3]");
	reads(ints, "1-5", "[1, 2, 3, 4, 5]");
	reads(ints, "[8,1-3]", "[1, 2, 3, 8]");
	reads(ints, "[]", NULL);
	reads(ints, "", "[]");
	reads(ints, "[ ]", "[]");
	reads(strs, "b,a", "[a, b]");
	reads(strs, "\"a,b\", c", "[\"a,b\", c]");
	refuses(ints, "1,");
	refuses(ints, ",1");
	refuses(ints, "[1");
	refuses(ints, "1]");
	refuses(ints, "[1] 2");
	refuses(ints, "5-1");
	refuses(ints, "1-1");
	refuses(ints, "0-5000");
	refuses(ints, "1-9223372036854775807");
	refuses(ints, "1--2");
	refuses(ints, "{1}");
	refuses(one_int, "1-2");
	refuses(strs, "a=b");
}

static void test_maps(void **state)
{
	reads(map, "a=b", "{a=b}");
	reads(map, "{c=d, a=b}", "{a=b, c=d}");
	reads(map, "{a=b c=d}", "{a=b, c=d}");
	reads(map, "a=1", "{a=\"1\"}");
	reads(map, "dpdk-devargs=0000:01:00.0", "{dpdk-devargs=\"0000:01:00.0\"}");
	reads(map, "\"a b\"=\"c,d\"", "{\"a b\"=\"c,d\"}");
	reads(map, "a=b,a=c", "{a=c}");
	reads(map, "{}", NULL);
	reads(map, "a=\"\"", "{a=\"\"}");
	reads(counts, "{rx=5, tx=-1}", NULL);
	refuses(map, "a");
	refuses(map, "a=");
	refuses(map, "=b");
	refuses(map, "a=b,");
	refuses(map, "{a=b");
	refuses(map, "[a=b]");
	refuses(map, "a=b=c");
	refuses(counts, "a=b");
	reads(refs, "{}", NULL);
	reads(refs, "10=" UUID_A " 2=" UUID_B, "{2=" UUID_B ", 10=" UUID_A "}");
	refuses(refs, "x=" UUID_A);
	refuses(refs, "1=x");
	refuses(refs, "0-8");
	refuses(refs, "0-8=" UUID_A);
	refuses(refs, UUID_A);
}

/* Of a map they are its values; its keys are found by their text. */
static void test_references(void **state)
{
	struct value *v, *bad = NULL;
	struct uuid a, b;
	json_t *json;

	assert_true(uuid_parse(UUID_A, &a) && uuid_parse(UUID_B, &b));
	assert_int_equal(value_from_text(refs, "10=" UUID_A, &v, NULL), 0);
	assert_true(value_refers(v, &a));
	assert_false(value_refers(v, &b));
	assert_memory_equal(value_uuid(v, 0), &a, sizeof(a));
	assert_int_equal(value_find_text(v, "10"), 0);
	assert_int_equal(value_find_text(v, "1"), -1);
	assert_int_equal(value_find_text(v, "x"), -1);
	json = json_pack("{s:s}", "x", UUID_A);
	assert_int_not_equal(value_from_json(refs, json, &bad, NULL), 0);
	assert_null(bad);
	json_decref(json);
	value_unref(v);
}

static void test_json(void **state)
{
	static const char *const bad[] = { "\"x\"", "[1,\"x\"]", "{\"a\":1}", "1.5", "true" };
	struct sw_err err;
	struct value *v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		json_t *json = json_loads(bad[i], JSON_DECODE_ANY, NULL);

		assert_int_not_equal(value_from_json(ints, json, &v, &err), 0);
		json_decref(json);
	}
	assert_int_not_equal(value_from_json(map, json_null(), &v, &err), 0);
}

/* Sets of small numbers as bit masks are the model. */
static struct value *from_mask(unsigned mask, uint64_t *seed)
{
	struct value *v = value_new(ints);

	for (unsigned n = 0; n < 40; n++) {
		int64_t bit = swtest_rand(seed) % 16;

		if (mask & 1u << bit)
			value_add_integer(v, bit);
	}
	for (unsigned bit = 0; bit < 16; bit++)
		if (mask & 1u << bit)
			value_add_integer(v, bit);
	return value_seal(v);
}

static unsigned to_mask(const struct value *v)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < v->n; i++) {
		assert_true(!i || v->keys[i - 1].integer < v->keys[i].integer);
		mask |= 1u << v->keys[i].integer;
	}
	return mask;
}

static void test_operations(void **state)
{
	uint64_t seed = swtest_seed(0x5eed);

	for (int round = 0; round < 2000; round++) {
		unsigned a = swtest_rand(&seed) & 0xffff, b = swtest_rand(&seed) & 0xffff;
		struct value *va = from_mask(a, &seed), *vb = from_mask(b, &seed);
		struct value *sum = value_plus(va, vb), *rest = value_minus(va, vb, false);

		assert_int_equal(to_mask(va), a);
		assert_int_equal(to_mask(sum), a | b);
		assert_int_equal(to_mask(rest), a & ~b);
		assert_int_equal(value_equal(va, vb), a == b);
		assert_int_equal(value_includes(va, vb), (a & b) == b);
		for (int64_t bit = 0; bit < 16; bit++)
			assert_int_equal(
				value_find(va, &(union atom){ .integer = bit }) >= 0, a >> bit & 1);
		value_unref(va);
		value_unref(vb);
		value_unref(sum);
		value_unref(rest);
	}
}

static void test_map_operations(void **state)
{
	struct value *a, *b, *v;
	char *text;

	value_from_text(map, "a=1,b=2,c=3", &a, NULL);
	value_from_text(map, "b=2,c=9,d=4", &b, NULL);
	v = value_plus(a, b);
	text = value_to_text(v);
	assert_string_equal(text, "{a=\"1\", b=\"2\", c=\"9\", d=\"4\"}");
	assert_string_equal(value_get_key(v, "c"), "9");
	assert_null(value_get_key(v, "x"));
	free(text);
	value_unref(v);
	v = value_minus(a, b, true);
	text = value_to_text(v);
	assert_string_equal(text, "{a=\"1\", c=\"3\"}");
	free(text);
	value_unref(v);
	v = value_minus(a, b, false);
	assert_int_equal(v->n, 1);
	value_unref(v);
	value_unref(a);
	value_unref(b);
}

static void test_uuid(void **state)
{
	struct uuid a = uuid_random(), b = uuid_random(), c;
	char text[UUID_TEXT_SIZE];

	assert_int_not_equal(uuid_cmp(&a, &b), 0);
	assert_int_equal(a.b[6] >> 4, 4);
	assert_int_equal(a.b[8] >> 6, 2);
	assert_true(uuid_parse(uuid_format(text, &a), &c));
	assert_int_equal(uuid_cmp(&a, &c), 0);
	for (char *p = text; *p; p++) {
		char was = *p;

		*p = 'x';
		assert_false(uuid_parse(text, &c));
		*p = '\0';
		assert_false(uuid_parse(text, &c));
		*p = was;
	}
}

static int check(const struct column *column, const char *text, struct sw_err *err)
{
	struct value *v;
	int rc;

	memset(err, 0, sizeof(*err));
	rc = value_from_text(column->desc->type, text, &v, err);
	if (!rc) {
		rc = schema_check(column, v, err);
		value_unref(v);
	}
	return rc;
}

static void test_columns(void **state)
{
	struct sw_err err;

	assert_int_equal(check(COLUMN(port_tag), "4095", &err), 0);
	assert_int_equal(check(COLUMN(port_tag), "4096", &err), -EINVAL);
	assert_string_equal(err.given, "4096");
	assert_string_equal(err.allowed, "0 to 4095");
	assert_string_equal(err.path, "Port.tag");
	assert_int_equal(check(COLUMN(port_tag), "1,2", &err), -EINVAL);
	assert_int_equal(check(COLUMN(port_vlan_mode), "acess", &err), -EINVAL);
	assert_string_equal(err.nearest, "access");
	assert_int_equal(check(COLUMN(port_vlan_mode), "dot1q-tunnel", &err), -ENOTSUP);
	assert_int_equal(check(COLUMN(bridge_other_config), "mac-table-size=100", &err), 0);
	assert_int_equal(check(COLUMN(bridge_other_config), "mac-table-size=9", &err), -EINVAL);
	assert_string_equal(err.path, "Bridge.other_config:mac-table-size");
	assert_int_equal(check(COLUMN(bridge_other_config), "mac-table-size=x", &err), -EINVAL);
	assert_string_equal(err.allowed, "10 to 1000000");
	assert_int_equal(check(COLUMN(bridge_other_config), "mac-tabel-size=10", &err), -EINVAL);
	assert_string_equal(err.nearest, "mac-table-size");
	assert_int_equal(check(COLUMN(bridge_other_config), "stp-priority=1", &err), -ENOTSUP);
	assert_int_equal(check(COLUMN(bridge_other_config), "forward-bpdu=yes", &err), -EINVAL);
	assert_int_equal(
		check(COLUMN(port_other_config), "priority-tags=sometimes", &err), -EINVAL);
	assert_string_equal(err.allowed, "never, if-nonzero, always");
	assert_int_equal(check(COLUMN(interface_type), "dumy", &err), -EINVAL);
	assert_string_equal(err.nearest, "dummy");
	assert_int_equal(check(COLUMN(interface_type), "vxlan", &err), -ENOTSUP);
	assert_int_equal(check(COLUMN(interface_mac), "01:00:00:00:00:01", &err), -EINVAL);
	assert_int_equal(check(COLUMN(port_static_macs), "10/02:00:00:00:00:01", &err), 0);
	assert_int_equal(check(COLUMN(port_static_macs), "10/02:00:00:00:00:AA", &err), -EINVAL);
	assert_int_equal(check(COLUMN(port_static_macs), "4096/02:00:00:00:00:01", &err), -EINVAL);
	assert_int_equal(check(COLUMN(port_static_macs), "02:00:00:00:00:01", &err), -EINVAL);
}

static void test_names(void **state)
{
	struct sw_err err = { 0 };
	const struct table *port = schema_table("port", &err);

	assert_ptr_equal(port, TABLE(port));
	assert_ptr_equal(schema_table("open-vswitch", &err), TABLE(open_vswitch));
	assert_null(schema_table("por", &err));
	assert_int_equal(err.code, SW_CODE_NOT_FOUND);
	assert_string_equal(err.nearest, "Port");
	assert_null(schema_table("qos", &err));
	assert_int_equal(err.code, SW_CODE_UNSUPPORTED);
	assert_ptr_equal(schema_column(port, "other-config", &err), COLUMN(port_other_config));
	assert_ptr_equal(schema_column(port, "VLAN_mode", &err), COLUMN(port_vlan_mode));
	assert_null(schema_column(port, "ta", &err));
	assert_string_equal(err.nearest, "tag");
	assert_null(schema_column(port, "bond_mode", &err));
	assert_int_equal(err.code, SW_CODE_UNSUPPORTED);
	assert_int_equal(schema_check_settable(schema_column(port, "_uuid", &err), &err), -EINVAL);
}

static int setup(void **state)
{
	struct sw_err err = { 0 };

	if (sw_reg_seal(&err) || schema_build(&err))
		fail_msg("%s", err.text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_maps),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_operations),
		cmocka_unit_test(test_map_operations),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
