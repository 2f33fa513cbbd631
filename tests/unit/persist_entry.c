/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Entries of stored rules, groups and meters: whatever is in force is read back as it was; whatever bytes there are, reading ends
 * well.
 */
#include "of_hand.h"

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "flow_gen.h"
#include "rule_random.h"

#include "../../src/ctl/of/action/action.h"
#include "../../src/ctl/persist/entry.h"

static int setup(void **state)
{
	struct sw_err err;

	return sw_reg_seal(&err) || of_actions_build(&err);
}

static struct persist_entry read_one(const struct of_buf *buf)
{
	struct of_cursor c = of_cursor(buf->bytes, buf->len);
	struct persist_entry e;
	struct sw_err err = { 0 };

	if (persist_get(&c, &e, &err))
		fail_msg("%s", err.text);
	assert_int_equal(of_left(&c), 0);
	return e;
}

static void same_head(const struct sw_rule_conf *got, const struct sw_rule_conf *want)
{
	assert_int_equal(got->table, want->table);
	assert_int_equal(got->flags, want->flags);
	assert_int_equal(got->priority, want->priority);
	assert_int_equal(got->idle_timeout, want->idle_timeout);
	assert_int_equal(got->hard_timeout, want->hard_timeout);
	assert_int_equal(got->importance, want->importance);
	assert_true(got->cookie == want->cookie);
	of_match_same(&got->match, &want->match);
}

/* The rule, and its end. Returns the form of its instructions: 0 is text. */
static unsigned there_and_back(const struct sw_rule_conf *conf, const char *text)
{
	uint64_t made = 1764428400123 + conf->priority;
	struct of_buf buf = { 0 };
	struct persist_entry e;
	unsigned form;

	persist_put_rule(&buf, conf, made);
	e = read_one(&buf);
	assert_int_equal(e.kind, PERSIST_RULE);
	assert_int_equal(e.rule.verb, SW_RULE_ADD);
	assert_true(e.made_ms == made);
	same_head(&e.rule.conf, conf);
	if (!sw_instructions_equal(&e.rule.conf.does, &conf->does))
		fail_msg("%s is read back as something else", text);
	persist_entry_fini(&e);
	form = buf.bytes[7];
	buf.len = 0;
	persist_put_rule_gone(&buf, conf);
	e = read_one(&buf);
	assert_int_equal(e.kind, PERSIST_RULE_GONE);
	assert_int_equal(e.rule.verb, SW_RULE_DELETE_STRICT);
	assert_int_equal(e.rule.conf.table, conf->table);
	assert_int_equal(e.rule.conf.priority, conf->priority);
	assert_int_equal(e.rule.out_port, SW_OFPP_ANY);
	assert_int_equal(e.rule.out_group, SW_OFPP_ANY);
	assert_true(!e.rule.cookie_mask);
	of_match_same(&e.rule.conf.match, &conf->match);
	persist_entry_fini(&e);
	of_buf_fini(&buf);
	return form;
}

/* Of all versions: what 1.5 has not goes as text. */
static void random_rules(void **state)
{
	uint64_t seed = swtest_seed(0x9e751);
	unsigned done = 0, wire = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct sw_rule_change change;
		struct sw_str rule = { 0 };
		struct sw_err err;

		gen_rule(&rule, i % GEN_VERSIONS, &seed);
		if (!sw_rule_parse(rule.s, SW_RULE_ADD, &change, &err)) {
			done++;
			change.conf.flags = swtest_rand(&seed) & 0x1f;
			wire += there_and_back(&change.conf, rule.s) != 0;
			sw_instructions_fini(&change.conf.does);
		}
		free(rule.s);
	}
	assert_true(done > 5000);
	assert_true(wire > done / 4);
	assert_true(wire < done);
}

/* Matches with any fields, and with those of the random worlds that clients can say. */
static void random_matches(void **state)
{
	uint64_t seed = swtest_seed(0x9e752);
	struct rule_world world;
	unsigned of_worlds = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct sw_rule_conf conf = { .does.goto_table = -1, .table = i % SW_TABLES };

		of_random_match(&seed, &conf.match);
		conf.priority = swtest_rand(&seed);
		there_and_back(&conf, "a random match");
	}
	for (unsigned i = 0; i < 20000; i++) {
		struct sw_rule_conf conf = { .does.goto_table = -1 };

		if (i % 2000 == 0)
			rule_world_init(&world, i / 2000 % WORLD_KINDS, seed + i);
		rule_world_match(&world, &conf.match);
		if (world.kind == WORLD_ANY_BITS || sw_match_fault(&conf.match))
			continue; /* bits of no field, parts of fields that have none */
		conf.priority = rule_world_priority(&world);
		there_and_back(&conf, "a rule of a random world");
		of_worlds++;
	}
	assert_true(of_worlds > 2000);
}

/* Each bit of a VLAN tag counts or not: two rules that differ there have two keys. */
static void vlan_matches(void **state)
{
	uint64_t seed = swtest_seed(0x9e755);
	unsigned done = 0, untagged = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct sw_rule_conf conf = { .does.goto_table = -1 };
		uint16_t mask = swtest_rand(&seed), value;

		mask |= swtest_rand(&seed) % 2 ? swtest_rand(&seed) : 0;
		value = mask & swtest_rand(&seed) & swtest_rand(&seed) & swtest_rand(&seed);
		if (i % 4 == 0)
			value = 0;
		conf.match.mask.vlan_tci = rte_cpu_to_be_16(mask);
		conf.match.value.vlan_tci = rte_cpu_to_be_16(value);
		if (sw_match_fault(&conf.match))
			continue;
		there_and_back(&conf, "a VLAN tag");
		done++;
		untagged += !!(mask & ~value & SW_VLAN_PRESENT);
	}
	assert_true(done > 10000);
	assert_true(untagged > 5000);
}

/* A byte of a note is a byte of it, its end too. */
static void notes(void **state)
{
	struct sw_str text = { 0 };

	sw_str_add(&text, "note:");
	for (unsigned n = 1; n < 40; n++) {
		struct sw_rule_conf conf = { 0 };
		struct sw_err err = { 0 };

		sw_str_add(&text, "%s%02x", n > 1 ? "." : "", n % 3);
		if (sw_instructions_parse(text.s, &conf.does, &err))
			fail_msg("%s: %s", text.s, err.text);
		assert_int_equal(there_and_back(&conf, text.s), n % 8 == 6 ? 6 : 0);
		sw_instructions_fini(&conf.does);
	}
	free(text.s);
}

/* What OpenFlow 1.0 does not hold to its match is in force, so it comes back. */
static void not_held_to_the_match(void **state)
{
	static const char *const does[] = { "mod_tp_dst:80,output:1", "dec_ttl,output:2",
		"load:7->tcp_dst[],output:3", "enqueue:1:2", "write_actions(mod_nw_src:1.2.3.4)" };

	for (unsigned i = 0; i < sizeof(does) / sizeof(does[0]); i++) {
		struct sw_rule_conf conf = { .hard_timeout = 9 };
		struct sw_err err = { 0 };

		if (sw_instructions_parse(does[i], &conf.does, &err))
			fail_msg("%s: %s", does[i], err.text);
		there_and_back(&conf, does[i]);
		sw_instructions_fini(&conf.does);
	}
}

static void groups(void **state)
{
	uint64_t seed = swtest_seed(0x9e753);
	unsigned done = 0;

	for (unsigned i = 0; i < 5000; i++) {
		struct sw_group_change change;
		struct sw_str text = { 0 };
		struct of_buf buf = { 0 };
		struct persist_entry e;
		struct sw_err err;

		gen_group(&text, &seed);
		if (!sw_group_parse(text.s, SW_GROUP_ADD, &change, &err)) {
			sw_group_number_buckets(&change.conf);
			persist_put_group(&buf, &change.conf);
			e = read_one(&buf);
			assert_int_equal(e.kind, PERSIST_GROUP);
			assert_int_equal(e.id, change.conf.id);
			if (!sw_group_equal(&e.group, &change.conf))
				fail_msg("%s is read back as something else", text.s);
			persist_entry_fini(&e);
			sw_group_fini(&change.conf);
			of_buf_fini(&buf);
			done++;
		}
		free(text.s);
	}
	assert_true(done > 2000);
}

static void meters(void **state)
{
	static const char *const texts[] = { "meter=1 kbps bands=type=drop rate=1000",
		"meter=4294901760 pktps burst stats bands=type=drop rate=5 burst_size=9",
		"meter=7 kbps stats bands=type=dscp_remark rate=1 prec_level=2 type=drop rate=4294967295",
		"meter=controller pktps bands=type=drop rate=100",
		"meter=slowpath kbps bands=type=drop rate=100" };

	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sw_meter_conf conf;
		struct of_buf buf = { 0 };
		struct persist_entry e;
		struct sw_err err = { 0 };

		if (sw_meter_parse(texts[i], &conf, &err))
			fail_msg("%s: %s", texts[i], err.text);
		persist_put_meter(&buf, &conf);
		e = read_one(&buf);
		assert_int_equal(e.kind, PERSIST_METER);
		assert_int_equal(e.id, conf.id);
		assert_true(sw_meter_equal(&e.meter, &conf));
		persist_entry_fini(&e);
		sw_meter_fini(&conf);
		of_buf_fini(&buf);
	}
}

static void gone(void **state)
{
	for (enum persist_kind kind = PERSIST_GROUP_GONE; kind <= PERSIST_METER_GONE; kind += 2) {
		struct of_buf buf = { 0 };
		struct persist_entry e;

		persist_put_gone(&buf, kind, 0xfffffffe);
		e = read_one(&buf);
		assert_int_equal(e.kind, kind);
		assert_int_equal(e.id, 0xfffffffe);
		persist_entry_fini(&e);
		of_buf_fini(&buf);
	}
}

/* Bytes cut short and changed: an error, or something that can be freed. */
static void damaged(void **state)
{
	uint64_t seed = swtest_seed(0x9e754);
	unsigned refused = 0;

	for (unsigned i = 0; i < 2000; i++) {
		struct sw_str rule = { 0 };
		struct sw_rule_change change;
		struct of_buf buf = { 0 };
		struct sw_err err;

		gen_rule(&rule, i % GEN_VERSIONS, &seed);
		if (sw_rule_parse(rule.s, SW_RULE_ADD, &change, &err)) {
			free(rule.s);
			continue;
		}
		persist_put_rule(&buf, &change.conf, i);
		for (unsigned k = 0; k < 20; k++) {
			size_t len = k % 2 ? buf.len : swtest_rand(&seed) % buf.len;
			uint8_t *bytes = malloc(len); /* its end is where a sanitizer sees it */
			struct persist_entry e;
			struct of_cursor c;

			memcpy(bytes, buf.bytes, len);
			if (k % 2)
				bytes[swtest_rand(&seed) % len] = swtest_rand(&seed);
			c = of_cursor(bytes, len);
			if (persist_get(&c, &e, &err))
				refused++;
			else
				persist_entry_fini(&e);
			free(bytes);
		}
		sw_instructions_fini(&change.conf.does);
		of_buf_fini(&buf);
		free(rule.s);
	}
	assert_true(refused > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_rules),
		cmocka_unit_test(random_matches),
		cmocka_unit_test(vlan_matches),
		cmocka_unit_test(notes),
		cmocka_unit_test(not_held_to_the_match),
		cmocka_unit_test(groups),
		cmocka_unit_test(meters),
		cmocka_unit_test(gone),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
