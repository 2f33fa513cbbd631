/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What we write against the real ovs-ofctl: random rules as flow-mods of our making mean to it what they mean to us.
 * Skipped where ovs-ofctl is not installed.
 */
#include "of_hand.h"

#include <unistd.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "flow_gen.h"
#include "ovs_ofctl.h"

#include "../../src/ctl/of/action/instruction.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/codec/match.h"

#define RULES 600

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err) || of_actions_build(&err);
}

/* NXT_FLOW_MOD in 1.0, the version's own later; an ADD in table 0. */
static void put_flow_mod(struct of_buf *out, uint8_t version, const struct sw_rule_conf *conf)
{
	size_t at, len;

	if (version == OF10) {
		at = of_begin_experimenter(out, version, 1, OF_NICIRA, 13);
		of_room(out, 14);
		of_put_u16(out, conf->priority);
		of_put_u32(out, UINT32_MAX);
		of_put_u32(out, 0xffff0000);
		len = out->len;
		of_room(out, 8);
		of_patch_u16(out, len, of_put_nxm(out, &conf->match));
	} else {
		at = of_begin(out, version, 14, 1);
		of_room(out, 22);
		of_put_u16(out, conf->priority);
		of_put_u32(out, UINT32_MAX);
		of_put_u64(out, UINT64_MAX);
		of_put_u32(out, 0);
		of_put_match(out, &conf->match, version);
	}
	of_put_instructions(out, &conf->does, version);
	of_end(out, at);
}

/* Another text for the same, in place; `by` is not longer. */
static void replace(char *text, const char *what, const char *by)
{
	size_t len = strlen(what), less = strlen(by);

	while ((text = strstr(text, what))) {
		memcpy(text, by, less);
		memmove(text + less, text + len, strlen(text + len) + 1);
	}
}

static void compare(const struct sw_rule_conf *conf, char *printed)
{
	char *rule = ovs_rule(printed), *theirs = ovs_names(strstr(rule, "actions=") + 8), *match;
	struct sw_str ours = { 0 };
	struct sw_match read;
	struct sw_err err;

	sw_instructions_print(&conf->does, &ours);
	replace(theirs, "strip_vlan", "pop_vlan");
	replace(ours.s, "in_port[0..15]", "in_port[]");
	replace(theirs, "in_port[0..15]", "in_port[]"); /* OXM names all 32 bits */
	if (strcmp(ours.s, theirs))
		fail_msg("we print\n%s\nand they\n%s", ours.s, theirs);
	free(ours.s);
	free(theirs);
	*strstr(rule, "actions=") = '\0';
	match = strstr(rule, "priority=");
	match = match ? match + strcspn(match, ", ") : rule;
	match += strspn(match, ", ");
	for (char *end = match + strlen(match); end > match && end[-1] == ' '; end--)
		end[-1] = '\0';
	if (sw_match_parse(match, &read, &err))
		fail_msg("%s: %s", match, err.text);
	of_match_same(&read, &conf->match);
}

static bool many_tags(const char *text)
{
	const char *push = strstr(text, "push_vlan");

	return push && strstr(push + 1, "push_vlan"); /* it knows two at most */
}

static void to_ovs(void **state)
{
	static const uint8_t as[GEN_VERSIONS] = { OF10, OF13, OF15 };
	uint64_t seed = swtest_seed(0x0f40);

	for (unsigned g = 0; g < GEN_VERSIONS; g++) {
		struct sw_rule_change *changes = calloc(RULES, sizeof(*changes));
		struct of_buf buf = { 0 };
		char path[] = "/tmp/swtest-of-XXXXXX", *out, *line, *rest;
		int fd = mkstemp(path), status;
		unsigned n = 0, seen = 0;

		while (n < RULES) {
			struct sw_str rule = { 0 };
			struct sw_err err;

			gen_rule(&rule, g, &seed);
			if (!many_tags(rule.s) &&
				!sw_rule_parse(rule.s, SW_RULE_ADD, &changes[n], &err))
				put_flow_mod(&buf, as[g], &changes[n++].conf);
			free(rule.s);
		}
		assert_int_equal(write(fd, buf.bytes, buf.len), buf.len);
		out = ovs_run(&status, "ofp-parse", path, NULL);
		close(fd);
		unlink(path);
		if (!out)
			skip();
		for (rest = out; (line = strsep(&rest, "\n"));) {
			if (!strstr(line, "FLOW_MOD"))
				continue;
			if (!strstr(line, ": ADD"))
				fail_msg("%s", line);
			compare(&changes[seen++].conf, line);
		}
		assert_int_equal(seen, RULES);
		for (unsigned i = 0; i < RULES; i++)
			sw_instructions_fini(&changes[i].conf.does);
		free(changes);
		free(out);
		of_buf_fini(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(to_ovs) };

	return cmocka_run_group_tests(tests, setup, NULL);
}
