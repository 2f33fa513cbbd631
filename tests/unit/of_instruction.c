/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Instructions on the wire: by hand, malformed, and random rules there and back.
 */
#include "of_hand.h"

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "flow_gen.h"

#include "../../src/ctl/of/action/instruction.h"

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err) || of_actions_build(&err);
}

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

static void instructions(void **state)
{
	static const struct {
		unsigned versions;
		const char *bytes, *text;
	} cases[] = {
		{ OF_V13_UP, "", "drop" },
		{ OF_V13_UP, "0001 0008 05 000000", "goto_table:5" },
		{ OF_V13_UP, "0002 0018 00000000 0000000000000012 00000000000000ff",
			"write_metadata:0x12/0xff" },
		{ OF_V13_UP, "0003 0018 00000000 / 0000 0010 00000002 0000 000000000000",
			"write_actions(output:2)" },
		{ OF_V13_UP, "0004 0018 00000000 / 0000 0010 00000002 0000 000000000000",
			"output:2" },
		{ OF_V13_UP, "0004 0008 00000000", "drop" },
		{ OF_V13_UP, "0005 0008 00000000", "clear_actions" },
		{ OF_V13_V14, "0006 0008 00000007", "meter:7" },
		{ OF_V15, "0004 0010 00000000 001d 0008 00000007", "meter:7" },
		{ OF_V13_V14,
			"0006 0008 00000007 / 0004 0018 00000000 / 0000 0010 00000002 0000 000000000000"
			"/ 0005 0008 00000000 / 0003 0010 00000000 / 0016 0008 00000009"
			"/ 0002 0018 00000000 0000000000000012 00000000000000ff / 0001 0008 05 000000",
			"meter:7,output:2,clear_actions,write_actions(group:9),"
			"write_metadata:0x12/0xff,goto_table:5" },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned v = 0; v < 4; v++) {
			struct of_bytes b = of_hex(cases[i].bytes);
			struct sw_instructions does, read;
			struct of_buf buf = { 0 };
			struct sw_err err;

			if (!(cases[i].versions & OF_BIT(versions[v])))
				continue;
			assert_error(of_get_instructions(of_at(&b), versions[v], &does), OF_FINE);
			assert_int_equal(sw_instructions_parse(cases[i].text, &read, &err), 0);
			assert_true(sw_instructions_equal(&does, &read));
			of_put_instructions(&buf, &read, versions[v]);
			if (strcmp(cases[i].text, "drop")) {
				assert_int_equal(buf.len, b.len);
				assert_memory_equal(buf.bytes, b.bytes, b.len);
			}
			of_buf_fini(&buf);
			sw_instructions_fini(&does);
			sw_instructions_fini(&read);
		}
	}
}

static void malformed_instructions(void **state)
{
	static const struct {
		unsigned versions;
		const char *bytes;
		enum of_error error;
	} cases[] = {
		{ OF_V13_UP, "0001", OFPBIC_BAD_LEN },
		{ OF_V13_UP, "0001 0004", OFPBIC_BAD_LEN },
		{ OF_V13_UP, "0001 0010 05 000000", OFPBIC_BAD_LEN },
		{ OF_V13_UP, "0001 0010 05 000000 00000000 00000000", OFPBIC_BAD_LEN },
		{ OF_V13_UP, "0001 0008 fe 000000", OFPBIC_BAD_TABLE_ID },
		{ OF_V13_UP, "0001 0008 05 000000 / 0001 0008 06 000000", OFPBIC_DUP_INST },
		{ OF_V13_UP, "0002 0010 00000000 0000000000000012", OFPBIC_BAD_LEN },
		{ OF_V13_UP, "0005 0010 00000000 0000000000000012", OFPBIC_BAD_LEN },
		{ OF_V13_UP, "0003 0010 00000000 / 0063 0008 00000000", OFPBAC_BAD_TYPE },
		{ OF_V13_UP, "0004 0010 00000000 / 0018 0010 00000000", OFPBAC_BAD_LEN },
		{ OF_V13_UP, "0063 0008 00000000", OFPBIC_UNKNOWN_INST },
		{ OF_V13_UP, "0000 0008 00000000", OFPBIC_UNKNOWN_INST },
		{ OF_V13_UP, "ffff 0008 00002320", OFPBIC_BAD_EXPERIMENTER },
		{ OF_V13_V14, "0006 0008 00000000", OFPMMFC_INVALID_METER },
		{ OF_V13_V14, "0006 0008 ffffffff", OFPMMFC_INVALID_METER },
		{ OF_V15, "0006 0008 00000001", OFPBIC_UNKNOWN_INST },
		{ OF_V13_UP,
			"0004 0018 00000000 / 0000 0010 00000002 0000 000000000000 / 0001 0008 ff 000000",
			OFPBIC_BAD_TABLE_ID },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (unsigned v = 0; v < 4; v++) {
			struct of_bytes b = of_hex(cases[i].bytes);
			struct sw_instructions does;
			enum of_error got;

			if (!(cases[i].versions & OF_BIT(versions[v])))
				continue;
			got = of_get_instructions(of_at(&b), versions[v], &does);
			if (got != cases[i].error)
				fail_msg("version %u: %s: %s, not %s", versions[v], cases[i].bytes,
					of_error_name(got), of_error_name(cases[i].error));
			assert_true(!does.apply && !does.write);
		}
	}
}

static void checks(void **state)
{
	static const struct {
		const char *match, *actions;
		enum of_error error, in_10;
	} cases[] = {
		{ "tcp", "set_field:80->tcp_dst,output:1", OF_FINE, OF_FINE },
		{ "", "set_field:80->tcp_dst,output:1", OFPBAC_MATCH_INCONSISTENT, OF_FINE },
		{ "", "dec_ttl,output:1", OFPBAC_MATCH_INCONSISTENT, OF_FINE },
		{ "", "output:TABLE", OFPBAC_BAD_OUT_PORT, OFPBAC_BAD_OUT_PORT },
		{ "", "write_actions(dec_ttl,output:1)", OF_FINE, OF_FINE },
		{ "", "write_actions(output:TABLE)", OFPBAC_BAD_OUT_PORT, OFPBAC_BAD_OUT_PORT },
		{ "ip", "pop_vlan", OFPBAC_MATCH_INCONSISTENT, OF_FINE },
		{ "ip", "conjunction(1,1/2),note:01,conjunction(2,2/2)", OF_FINE, OF_FINE },
		{ "ip", "conjunction(1,1/2),output:1", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
		{ "ip", "output:1,conjunction(1,1/2)", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
		{ "ip", "conjunction(1,1/2),goto_table:3", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
		{ "ip", "meter:1,conjunction(1,1/2)", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
		{ "ip", "conjunction(1,1/2),clear_actions", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
		{ "ip", "conjunction(1,1/2),write_metadata:1", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
		{ "ip", "clone(conjunction(1,1/2))", NXBAC_BAD_CONJUNCTION, NXBAC_BAD_CONJUNCTION },
		{ "ip", "write_actions(conjunction(1,1/2))", NXBAC_BAD_CONJUNCTION,
			NXBAC_BAD_CONJUNCTION },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sw_rule_change change;
		struct sw_err err;
		char text[200];

		snprintf(text, sizeof(text), "%s,actions=%s", cases[i].match, "drop");
		assert_int_equal(sw_rule_parse(text, SW_RULE_ADD, &change, &err), 0);
		sw_instructions_fini(&change.conf.does);
		if (sw_instructions_parse(cases[i].actions, &change.conf.does, &err))
			fail_msg("%s: %s", cases[i].actions, err.text);
		assert_error(of_check_instructions(&change.conf.does, &change.conf.match, OF13),
			cases[i].error);
		assert_error(of_check_instructions(&change.conf.does, &change.conf.match, OF10),
			cases[i].in_10);
		sw_instructions_fini(&change.conf.does);
	}
}

/* --- random ----------------------------------------------------------------------------------------------------- */

static void there_and_back(void **state)
{
	static const uint8_t as[GEN_VERSIONS] = { OF10, OF13, OF15 };
	uint64_t seed = swtest_seed(0x0f20);
	unsigned done = 0;

	for (unsigned i = 0; i < 20000; i++) {
		enum gen_version version = i % GEN_VERSIONS;
		struct sw_str rule = { 0 }, want = { 0 }, got = { 0 };
		struct sw_rule_change change;
		struct sw_instructions does;
		struct of_buf buf = { 0 };
		enum of_error error;
		struct sw_err err;

		gen_rule(&rule, version, &seed);
		if (sw_rule_parse(rule.s, SW_RULE_ADD, &change, &err)) {
			free(rule.s); /* what packets of its match may not bear */
			continue;
		}
		done++;
		of_put_instructions(&buf, &change.conf.does, as[version]);
		error = of_get_instructions(of_cursor(buf.bytes, buf.len), as[version], &does);
		if (error)
			fail_msg("%s: %s", rule.s, of_error_name(error));
		sw_instructions_print(&change.conf.does, &want);
		sw_instructions_print(&does, &got);
		assert_string_equal(got.s, want.s);
		sw_instructions_fini(&change.conf.does);
		sw_instructions_fini(&does);
		of_buf_fini(&buf);
		free(rule.s);
		free(want.s);
		free(got.s);
	}
	assert_true(done > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions),
		cmocka_unit_test(malformed_instructions),
		cmocka_unit_test(checks),
		cmocka_unit_test(there_and_back),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
