/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Our texts of rules and groups against the real ovs-ofctl: random ones must mean the same to both, and be printed
 * the same. Skipped where ovs-ofctl is not installed. ovs_fixed.c has what is taken and what is refused.
 */
#include "swtest.h"

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/group.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "flow_gen.h"
#include "ovs_ofctl.h"

#define LINES 400

/* --- random rules --- */

static void same_rule(const struct sw_rule_change *ours, const struct sw_rule_change *theirs,
	const char *text, const char *their_text)
{
	const struct sw_rule_conf *a = &ours->conf, *b = &theirs->conf;

	if (a->table == b->table && a->flags == b->flags && a->priority == b->priority &&
		a->idle_timeout == b->idle_timeout && a->hard_timeout == b->hard_timeout &&
		a->importance == b->importance && a->cookie == b->cookie &&
		ours->check_overlap == theirs->check_overlap &&
		ours->reset_counts == theirs->reset_counts &&
		!memcmp(&a->match, &b->match, sizeof(a->match)) &&
		sw_instructions_equal(&a->does, &b->does))
		return;
	fail_msg("not the same:\n%s\n%s", text, their_text);
}

/* By something shorter, in place. */
static void replace(char *text, const char *what, const char *by)
{
	size_t len = strlen(what), less = strlen(by);

	while ((text = strstr(text, what))) {
		memcpy(text, by, less);
		memmove(text + less, text + len, strlen(text + len) + 1);
	}
}

/* What we print of our reading is what they print, but for names of fields. */
static void same_actions(const struct sw_rule_change *ours, const char *their_rule)
{
	char *theirs = ovs_names(strstr(their_rule, "actions=") + strlen("actions="));
	struct sw_str text = { 0 };

	sw_instructions_print(&ours->conf.does, &text);
	replace(theirs, "strip_vlan", "pop_vlan");	/* the name of OpenFlow 1.0 */
	replace(text.s, "in_port[0..15]", "in_port[]"); /* all of it, there */
	if (strcmp(text.s, theirs))
		fail_msg("we print\n%s\nand they\n%s", text.s, theirs);
	free(text.s);
	free(theirs);
}

static void compare_line(const char *ours, char *printed)
{
	struct sw_rule_change a, b;
	char *theirs = ovs_rule(printed);
	struct sw_err err = { 0 };

	/* It has its own words for two options. */
	struct sw_str text = { 0 };
	for (char *word, *rest = theirs; (word = strsep(&rest, " "));) {
		if (!strncmp(word, "idle:", 5))
			sw_str_add(&text, "idle_timeout=%s ", word + 5);
		else if (!strncmp(word, "hard:", 5))
			sw_str_add(&text, "hard_timeout=%s ", word + 5);
		else if (strcmp(word, "table:255") &&
			 strcmp(word, "table=255")) /* 1.0 says it for none */
			sw_str_add(&text, "%s%s", word, rest ? " " : "");
	}
	if (sw_rule_parse(ours, SW_RULE_ADD, &a, &err))
		fail_msg("%s: %s", ours, err.text);
	if (sw_rule_parse(text.s, SW_RULE_ADD, &b, &err))
		fail_msg("%s: %s (%s)", text.s, err.text, err.path);
	same_rule(&a, &b, ours, text.s);
	same_actions(&a, text.s);
	sw_instructions_fini(&a.conf.does);
	sw_instructions_fini(&b.conf.does);
	free(text.s);
}

/* It knows two tags at most. */
static bool many_tags(const char *text)
{
	const char *push = strstr(text, "push_vlan");

	return push && strstr(push + 1, "push_vlan");
}

/* Lines that we take; *refused gets the ones that are refused by a check of ours. */
static char *make_lines(enum gen_version version, uint64_t *rng, struct sw_str *refused)
{
	struct sw_str all = { 0 };

	for (unsigned n = 0; n < LINES;) {
		struct sw_str line = { 0 };
		struct sw_rule_change c;
		struct sw_err err = { 0 };

		gen_rule(&line, version, rng);
		if (many_tags(line.s)) {
			free(line.s);
			continue;
		}
		if (!sw_rule_parse(line.s, SW_RULE_ADD, &c, &err)) {
			sw_str_add(&all, "%s\n", line.s);
			sw_instructions_fini(&c.conf.does);
			n++;
		} else if (strncmp(err.path, "actions[", 8)) {
			fail_msg("%s: %s (%s)", line.s, err.text, err.path);
		} else {
			sw_str_add(refused, "%s\n", line.s);
		}
		free(line.s);
	}
	return all.s;
}

static void compare_all(char *lines, char *printed)
{
	char *line, *answer;
	unsigned n = 0;

	while ((line = strsep(&lines, "\n")) && *line) {
		do {
			answer = strsep(&printed, "\n");
			if (!answer)
				fail_msg("no answer to %s", line);
		} while (!strstr(answer, "FLOW_MOD"));
		compare_line(line, answer);
		n++;
	}
	assert_int_equal(n, LINES);
}

/* What packets of the match cannot bear is refused there as well. */
static void both_refuse(const char *version, char *lines)
{
	char *line, *out;
	int status;

	for (unsigned n = 0; n < 60 && (line = strsep(&lines, "\n")) && *line; n++) {
		out = ovs_run(&status, "-O", version, "parse-flow", line, NULL);
		if (!status)
			fail_msg("ovs-ofctl takes %s", line);
		free(out);
	}
}

static void random_rules(enum gen_version version)
{
	uint64_t rng = swtest_seed(20261129 + version);
	struct sw_str refused = { 0 };
	char *lines = make_lines(version, &rng, &refused), *printed;
	int status;

	printed = ovs_run(&status, "-O", gen_names[version], "parse-flows", ovs_file(lines), NULL);
	if (!printed)
		skip();
	if (status)
		fail_msg("%.300s", printed);
	compare_all(lines, printed);
	/* OpenFlow 1.0 has no such check. */
	if (version != GEN_10)
		both_refuse(gen_names[version], refused.s);
	free(printed);
	free(lines);
	free(refused.s);
}

static void test_random_10(void **state)
{
	random_rules(GEN_10);
}

static void test_random_13(void **state)
{
	random_rules(GEN_13);
}

static void test_random_15(void **state)
{
	random_rules(GEN_15);
}

/* --- random groups --- */

static void compare_group(const char *text)
{
	struct sw_group_change a, b;
	struct sw_str ours = { 0 };
	struct sw_err err = { 0 };
	char *out, *theirs, *names;
	int status;

	out = ovs_run(&status, "-O", "OpenFlow15", "parse-group", text, NULL);
	if (!out)
		skip();
	if (status)
		fail_msg("%s: %s", text, out);
	theirs = strstr(out, " ADD ");
	if (!theirs)
		fail_msg("%s: %s", text, out);
	theirs[strcspn(theirs, "\n")] = '\0';
	names = ovs_names(theirs + strlen(" ADD "));
	if (sw_group_parse(text, SW_GROUP_ADD, &a, &err) ||
		sw_group_parse(names, SW_GROUP_ADD, &b, &err))
		fail_msg("%s: %s (%s)", text, err.text, err.path);
	if (!sw_group_equal(&a.conf, &b.conf)) {
		sw_group_print(&a.conf, &ours);
		fail_msg("%s\n%s\n%s", text, ours.s, names);
	}
	sw_group_fini(&a.conf);
	sw_group_fini(&b.conf);
	free(names);
	free(out);
}

static void test_random_groups(void **state)
{
	uint64_t rng = swtest_seed(5);

	for (unsigned i = 0; i < 150; i++) {
		struct sw_str text = { 0 };

		gen_group(&text, &rng);
		compare_group(text.s);
		free(text.s);
	}
}

/* --- dumps --- */

static void put(struct sw_str *hex, uint64_t v, unsigned bytes)
{
	sw_str_add(hex, "%0*llx", (int)bytes * 2, (unsigned long long)v);
}

/* A rule without match and actions as OpenFlow 1.4 tells it (7.3.5.2). */
static char *flow_stats(
	const struct sw_rule_conf *conf, const struct sw_rule_stats *stats, uint64_t now)
{
	uint64_t ms = now - stats->created_ms;
	struct sw_str hex = { 0 };

	put(&hex, 0x0513, 2); /* version, type */
	put(&hex, 72, 2);
	put(&hex, 1, 4);
	put(&hex, 0x0001000000000000, 8); /* OFPMP_FLOW */
	put(&hex, 56, 2);
	put(&hex, conf->table, 1);
	put(&hex, 0, 1);
	put(&hex, ms / 1000, 4);
	put(&hex, ms % 1000 * 1000000, 4);
	put(&hex, conf->priority, 2);
	put(&hex, conf->idle_timeout, 2);
	put(&hex, conf->hard_timeout, 2);
	put(&hex, conf->flags, 2);
	put(&hex, conf->importance, 2);
	put(&hex, 0, 2);
	put(&hex, conf->cookie, 8);
	put(&hex, stats->packets, 8);
	put(&hex, stats->bytes, 8);
	put(&hex, 0x0001000400000000, 8); /* a match of every packet */
	return hex.s;
}

static void compare_dump(
	const struct sw_rule_conf *conf, const struct sw_rule_stats *stats, uint64_t now)
{
	char *hex = flow_stats(conf, stats, now), *out, *line;
	struct sw_str ours = { 0 };
	int status;

	out = ovs_run(&status, "ofp-print", hex, NULL);
	if (!out)
		skip();
	line = strstr(out, "\n ");
	if (!line)
		fail_msg("%s: %s", hex, out);
	line += 2;
	line[strcspn(line, "\n")] = '\0';
	/* It has no ages there. */
	sw_rule_print(conf, stats, now, SW_RULE_SHOW_ALL & ~SW_RULE_SHOW_AGES, &ours);
	assert_string_equal(ours.s, line);
	free(ours.s);
	free(out);
	free(hex);
}

static void test_random_dumps(void **state)
{
	uint64_t rng = swtest_seed(7), r;

	for (unsigned i = 0; i < 60; i++) {
		struct sw_rule_conf conf = { .does.goto_table = -1 };
		struct sw_rule_stats stats = { .packets = swtest_rand(&rng) >> 20 };

		r = swtest_rand(&rng);
		conf.table = r & 1 ? 0 : r >> 8 & 0x7f;
		conf.priority = r & 2 ? SW_RULE_PRIORITY : r >> 16;
		conf.idle_timeout = r & 4 ? 0 : r >> 24;
		conf.hard_timeout = r & 8 ? 0 : r >> 32;
		conf.importance = r & 16 ? 0 : r >> 40;
		conf.cookie = r & 32 ? 0 : swtest_rand(&rng);
		conf.flags = r >> 6 & (SW_RULE_SEND_REMOVED | SW_RULE_NO_PACKET_COUNTS |
					      SW_RULE_NO_BYTE_COUNTS);
		stats.bytes = stats.packets * 64;
		stats.created_ms = r & 64 ? 1000 : swtest_rand(&rng) % 100000;
		compare_dump(&conf, &stats, 100000);
	}
}

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_10),
		cmocka_unit_test(test_random_13),
		cmocka_unit_test(test_random_15),
		cmocka_unit_test(test_random_groups),
		cmocka_unit_test(test_random_dumps),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
