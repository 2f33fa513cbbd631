/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Places (src/pipeline/rule/place.h): a change that makes a lookup find something else always says so at the places of what
 * was looked up; one of other conversations seldom does.
 */
#include "testrules.h"

#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define KEYS	64
#define CHANGES 30000
#define TABLE	3

static struct sw_rules *rules;
static struct sw_fields key[KEYS];
static uint64_t rng;

/* Matches of rules that were added lately; each with a priority of its own, as rules of the same may take turns. */
static char *lately[64];

static unsigned below(unsigned n)
{
	return swtest_rand(&rng) % n;
}

static int setup(void **state)
{
	swtest_eal();
	rng = swtest_seed(1);
	rules = rules_create("places");
	return 0;
}

static int teardown(void **state)
{
	for (unsigned i = 0; i < RTE_DIM(lately); i++) {
		free(lately[i]);
		lately[i] = NULL;
	}
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
	return 0;
}

static void change(const char *text, enum sw_rule_verb verb)
{
	tr_change_in(rules, text, verb);
	sw_rcu_poll();
}

/* --- a small world: few addresses, so that rules and keys meet --- */

static void add_link(struct sw_str *t, bool whole)
{
	if (whole || !below(4))
		sw_str_add(t, ",in_port=%u", 1 + below(3));
	if (whole || !below(4))
		sw_str_add(t, ",dl_src=02:00:00:00:00:0%u", below(4));
	if (whole || !below(4))
		sw_str_add(t, ",dl_dst=02:00:00:00:01:0%u", below(4));
}

/* An address, or a prefix of it. */
static void add_address(struct sw_str *t, const char *name, bool v6, bool whole)
{
	static const unsigned bits[] = { 8, 16, 24, 32 };
	unsigned n = whole ? 32 : bits[below(4)];
	unsigned part[4] = { 10, below(2), below(2), below(3) };

	if (!whole && !below(3))
		return;
	for (unsigned i = n / 8; i < 4; i++)
		part[i] = 0;
	if (v6)
		sw_str_add(t, ",%s=%x:%x:%x:0:0:0:0:%x/%u", name, part[0], part[1], part[2],
			part[3], n == 32 ? 128 : n * 2);
	else
		sw_str_add(t, ",%s=%u.%u.%u.%u/%u", name, part[0], part[1], part[2], part[3], n);
}

static void add_match(struct sw_str *t, bool whole)
{
	unsigned kind = below(5);
	bool v6 = kind == 1;

	sw_str_add(t, kind == 0 ? "arp" : v6 ? "tcp6" : "tcp");
	if (kind == 0) {
		add_address(t, "arp_spa", false, whole);
		add_address(t, "arp_tpa", false, whole);
	} else {
		add_address(t, v6 ? "ipv6_src" : "nw_src", v6, whole);
		add_address(t, v6 ? "ipv6_dst" : "nw_dst", v6, whole);
		if (whole || below(2))
			sw_str_add(t, ",tp_src=%u", below(2));
		if (whole || below(2))
			sw_str_add(t, ",tp_dst=%u", below(2));
	}
	add_link(t, whole);
}

static void choose_key(struct sw_fields *k)
{
	struct sw_str t = { 0 };
	struct sw_rule_change c;
	struct sw_err err;

	add_match(&t, true);
	sw_str_add(&t, ",actions=drop");
	if (sw_rule_parse(t.s, SW_RULE_ADD, &c, &err))
		fail_msg("%s: %s", t.s, err.text);
	*k = c.conf.match.value;
	sw_instructions_fini(&c.conf.does);
	free(t.s);
}

static void random_match(struct sw_str *t)
{
	static uint16_t priority;

	sw_str_add(t, "priority=%u,", priority += 40503);
	add_match(t, false);
}

static void random_change(void)
{
	static const enum sw_rule_verb verbs[] = { SW_RULE_ADD, SW_RULE_ADD, SW_RULE_ADD,
		SW_RULE_MODIFY, SW_RULE_MODIFY_STRICT, SW_RULE_DELETE, SW_RULE_DELETE_STRICT,
		SW_RULE_DELETE_STRICT };
	enum sw_rule_verb verb = verbs[below(RTE_DIM(verbs))];
	unsigned at = below(RTE_DIM(lately));
	struct sw_str match = { 0 }, t = { 0 };

	if (verb == SW_RULE_DELETE || verb == SW_RULE_MODIFY)
		add_match(&match, false);
	else if (verb == SW_RULE_ADD || !lately[at])
		random_match(&match);
	else
		sw_str_add(&match, "%s", lately[at]);
	sw_str_add(&t, "table=%u,%s", TABLE, match.s);
	if (verb < SW_RULE_DELETE)
		sw_str_add(&t, ",actions=output:%u", 1 + below(3));
	change(t.s, verb);
	free(t.s);
	if (verb != SW_RULE_ADD) {
		free(match.s);
		return;
	}
	free(lately[at]);
	lately[at] = match.s;
}

/* Clauses of a few conjunctions of two dimensions, each of a priority, and rules that match their ids. */
static void random_conj_change(void)
{
	unsigned at = below(RTE_DIM(lately)), id = 1 + below(6);
	bool removed = lately[at] && below(3);
	struct sw_str match = { 0 }, t = { 0 };

	if (!lately[at]) {
		if (below(2)) {
			sw_str_add(&match, "priority=%u,", 60000 + id);
			add_match(&match, false);
		} else {
			sw_str_add(&match, "conj_id=%u,", id);
			random_match(&match);
		}
		lately[at] = match.s;
	}
	sw_str_add(&t, "table=%u,%s", TABLE, lately[at]);
	if (!removed && !strncmp(lately[at], "priority", 8))
		sw_str_add(&t, ",actions=conjunction(%u,%u/2)", id, 1 + below(2));
	else if (!removed)
		sw_str_add(&t, ",actions=output:%u", 1 + below(3));
	change(t.s, removed ? SW_RULE_DELETE_STRICT : SW_RULE_ADD);
	free(t.s);
	if (!removed)
		return;
	free(lately[at]);
	lately[at] = NULL;
}

struct seen {
	const struct sw_rule *rule;
	const struct rule_code *code;
	uint8_t mark;
};

static void look(struct seen *seen)
{
	uint8_t mark;
	struct rule_reader reader = { rules_version(rules), 0, &mark };

	memset(seen, 0, KEYS * sizeof(*seen));
	for (unsigned i = 0; i < KEYS; i++) {
		const struct sw_fields *k = &key[i];

		if (rules_lookup(rules, &reader, TABLE, &k, &seen[i].rule, 1))
			seen[i].mark = mark;
		seen[i].code = seen[i].rule ? rule_code_at(seen[i].rule, reader.version) : NULL;
	}
}

/* Is one key told of all that changed for it? Else how often it was told of nothing, and how often spared. */
static void check(const struct seen *was, const struct seen *is, uint64_t version, uint64_t *vain,
	uint64_t *spared)
{
	for (unsigned i = 0; i < KEYS; i++) {
		struct rule_places places;
		bool same = was[i].rule == is[i].rule && was[i].code == is[i].code, told;

		rule_places_of(&key[i], &places);
		rule_places_set_mark(&places, was[i].mark);
		assert_int_equal(rule_places_mark(&places), was[i].mark);
		told = rules_changed_at(rules, TABLE, version, &places);
		assert_true(told || same);
		assert_true(!told || rules_changed_at(rules, TABLE, version, NULL));
		*vain += told && same;
		*spared += !told;
	}
}

static void run_random(void (*random_one)(void))
{
	struct seen was[KEYS], is[KEYS];
	uint64_t vain = 0, spared = 0, differ = 0;

	for (unsigned i = 0; i < KEYS; i++)
		choose_key(&key[i]);
	for (unsigned n = 0; n < CHANGES; n++) {
		uint64_t version = rules_version(rules);

		if (n % 100 == 0)
			choose_key(&key[below(KEYS)]);
		look(was);
		random_one();
		look(is);
		check(was, is, version, &vain, &spared);
		differ += memcmp(was, is, sizeof(was)) != 0;
	}
	assert_true(differ > CHANGES / 100);
	assert_true(spared > vain); /* even in so small a world */
}

static void test_random(void **state)
{
	run_random(random_change);
}

static void test_random_conj(void **state)
{
	run_random(random_conj_change);
}

/* A rule of a conj_id concerns packets that meet that conjunction, and one of 254 others; a rule of conj_id 0 all. */
static void test_conj(void **state)
{
	uint8_t mark = RULE_MARK_NONE;
	struct rule_reader reader = { 0, 0, &mark };
	const struct sw_fields *k = &key[0];
	const struct sw_rule *found;
	struct rule_places met, none;
	unsigned vain = 0;

	choose_key(&key[0]);
	change("table=3,priority=7,actions=conjunction(9,1/2),conjunction(9,2/2)", SW_RULE_ADD);
	change("table=3,conj_id=9,actions=output:1", SW_RULE_ADD);
	reader.version = rules_version(rules);
	assert_int_not_equal(rules_lookup(rules, &reader, 3, &k, &found, 1), 0);
	assert_int_equal(mark, rule_mark_of(9));
	rule_places_of(&key[0], &none);
	met = none;
	rule_places_set_mark(&met, mark);
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t version = rules_version(rules);
		char text[64];

		snprintf(text, sizeof(text), "table=3,conj_id=%u,actions=drop", 100 + i);
		change(text, SW_RULE_ADD);
		assert_false(rules_changed_at(rules, 3, version, &none));
		vain += rules_changed_at(rules, 3, version, &met);
	}
	assert_true(vain < 50);
	change("table=3,conj_id=9,actions=output:2", SW_RULE_ADD);
	assert_true(rules_changed_at(rules, 3, rules_version(rules) - 1, &met));
	assert_false(rules_changed_at(rules, 3, rules_version(rules) - 1, &none));
	rule_places_set_mark(&met, RULE_MARK_MANY);
	assert_true(rules_changed_at(rules, 3, rules_version(rules) - 1, &met));
	change("table=3,conj_id=0,actions=output:2", SW_RULE_ADD);
	assert_true(rules_changed_at(rules, 3, rules_version(rules) - 1, &none));
}

/* Whole conversations: a change concerns its own and next to no other. */
static void test_spared(void **state)
{
	unsigned vain = 0;
	struct rule_places places;
	uint64_t version;

	choose_key(&key[0]);
	rule_places_of(&key[0], &places);
	change("table=3,udp,nw_src=1.2.3.4,nw_dst=4.3.2.1,tp_src=1,tp_dst=2,actions=drop",
		SW_RULE_ADD);
	version = rules_version(rules);
	for (unsigned i = 0; i < 5000; i++) {
		char text[128];

		snprintf(text, sizeof(text),
			"table=3,udp,nw_src=11.1.%u.%u,nw_dst=4.3.2.1,tp_src=1,tp_dst=2,actions=drop",
			i >> 8, i & 255);
		change(text, i % 2 ? SW_RULE_MODIFY_STRICT : SW_RULE_ADD);
		vain += rules_changed_at(rules, 3, version + i, &places);
	}
	assert_true(vain <= 10); /* of 5000 in 32768 slots, eight of them the key's */
	assert_false(rules_changed_at(rules, 4, 0, &places));
	change("table=3,udp,tp_src=99,actions=drop", SW_RULE_ADD);
	assert_true(rules_changed_at(rules, 3, rules_version(rules) - 1, &places));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(
						    test_random, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random_conj, setup, teardown),
		cmocka_unit_test_setup_teardown(test_conj, setup, teardown),
		cmocka_unit_test_setup_teardown(test_spared, setup, teardown) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
