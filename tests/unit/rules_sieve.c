/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables of many masks: lookups find what a list finds, and look into few buckets however many masks there are, also
 * while the sieve is made anew in the background. Probes are counted, not time.
 */
#include "swtest.h"

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/worker.h>

#include "class_rules.h"
#include "rule_model.h"

#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/mask.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "../../src/pipeline/rule/tuple.h"

static struct sw_rules *rules;
static struct model model;
static uint64_t dice;

static uint32_t below(uint32_t n)
{
	return (swtest_rand(&dice) >> 32) % n;
}

static void drain(void)
{
	while (sw_rcu_poll())
		;
}

static void start(uint64_t seed)
{
	dice = seed;
	rules = rules_create("sieve");
	model_free(&model);
	model.limit = 1000000;
}

static void end(void)
{
	rules_destroy(rules);
	drain();
	model_free(&model);
}

static void change(enum sw_rule_verb verb, const struct class_rule *r)
{
	static uint32_t tag;
	struct sw_rule_change c = { .verb = verb,
		.conf = { .match = r->match,
			.priority = r->priority,
			.does = { .meter = ++tag, .goto_table = -1 } },
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };
	struct sw_err err;

	assert_int_equal(model_change(&model, &c), SW_RULE_FINE);
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage(rules, &c, &err), SW_RULE_FINE);
	sw_rules_commit(rules);
}

/* Bursts of packets that some of n rules take, or nearly. */
static void look(const struct class_rule *r, unsigned n, unsigned bursts)
{
	struct rule_reader reader = { .version = rules_version(rules) };

	while (bursts--) {
		struct sw_fields key[SW_BURST];
		const struct sw_fields *keys[SW_BURST];
		const struct sw_rule *found[SW_BURST];

		for (unsigned i = 0; i < SW_BURST; i++) {
			class_packet(&r[below(n)], &dice, &key[i]);
			if (i % 8 == 0)
				key[i].ip_dst[below(4)] ^= 1 << below(8);
			keys[i] = &key[i];
		}
		rules_lookup(rules, &reader, 0, keys, found, SW_BURST);
		for (unsigned i = 0; i < SW_BURST; i++)
			assert_int_equal(found[i] ? sw_rule_priority(found[i]) : -1,
				model_lookup(&model, 0, &key[i]));
	}
}

/* A packet for every rule there is. */
static void look_all(void)
{
	struct rule_reader reader = { .version = rules_version(rules) };

	for (unsigned i = 0; i < model.n; i++) {
		const struct class_rule r = { model.rule[i].conf.match, 0 };
		const struct sw_rule *found;
		struct sw_fields key;
		const struct sw_fields *at = &key;

		class_packet(&r, &dice, &key);
		rules_lookup(rules, &reader, 0, &at, &found, 1);
		assert_non_null(found);
		assert_true(sw_rule_priority(found) >= model.rule[i].conf.priority);
	}
}

/* Probes of a packet, times 100. */
static unsigned probes(const struct class_rule *r, unsigned n)
{
	struct sw_rule_table_stats before, after;

	sw_rules_table_stats(rules, 0, &before);
	look(r, n, 20);
	sw_rules_table_stats(rules, 0, &after);
	return 100 * (after.probes - before.probes) / (after.lookups - before.lookups);
}

/* Prefixes of both addresses, no two pairs of lengths alike. */
static void test_masks(void **state)
{
	struct class_rule r[800] = { 0 };
	struct sw_rule_table_stats t;

	start(swtest_seed(0x51e7e));
	for (unsigned i = 0; i < 800; i++) {
		uint32_t mask[2] = { ~0u << (31 - i % 29), ~0u << (31 - i / 29) };

		for (unsigned k = 0; k < 2; k++) {
			uint32_t bits = rte_cpu_to_be_32(mask[k]), v = below(1 << 30) & bits;

			memcpy(k ? r[i].match.mask.ip_dst : r[i].match.mask.ip_src, &bits, 4);
			memcpy(k ? r[i].match.value.ip_dst : r[i].match.value.ip_src, &v, 4);
		}
		r[i].priority = below(1000);
		change(SW_RULE_ADD, &r[i]);
	}
	drain();
	sw_rules_table_stats(rules, 0, &t);
	assert_int_equal(t.masks, 800);
	assert_in_range(t.tuples, 1, 64);
	assert_in_range(probes(r, 800), 1, 1600); /* several rules take a packet */
	end();
}

/* Rules go, and others come into the memory that they leave, while a sieve is filled from there. */
static void churn(const struct class_rule *r, unsigned n)
{
	for (unsigned i = 0; i < n / 4; i++)
		change(SW_RULE_DELETE_STRICT, &r[below(n)]);
	for (unsigned polls = below(12); polls; polls--)
		sw_rcu_poll();
	for (unsigned i = 0; i < n / 8; i++) {
		change(SW_RULE_ADD, &r[below(n)]);
		if (below(20) == 0)
			sw_rcu_poll();
	}
	look(r, n, 1);
	drain();
}

static void classes(enum class_kind kind, uint64_t seed)
{
	unsigned n = 2600;
	struct class_rule *r = class_rules(kind, n, seed);
	struct sw_rule_table_stats t;

	start(seed);
	for (unsigned i = 0; i < n; i++) {
		change(SW_RULE_ADD, &r[i]);
		if (below(4) == 0)
			sw_rcu_poll();
		if (i % 400 == 0)
			look(r, i + 1, 2);
	}
	drain();
	sw_rules_table_stats(rules, 0, &t);
	assert_in_range(t.masks, 400, 2600);
	assert_in_range(t.tuples, 1, 200);
	assert_in_range(probes(r, n), 1, 800);
	for (unsigned round = 0; round < 12; round++) {
		churn(r, n);
		look_all();
	}
	look(r, n, 10);
	end();
	free(r);
}

static void test_classes(void **state)
{
	uint64_t seed = swtest_seed(0x51e7f);

	for (enum class_kind kind = 0; kind < CLASS_KINDS; kind++)
		classes(kind, seed);
}

/* All at once, as in a bundle: the sieve that the first few ask for is not the last. */
static void test_at_once(void **state)
{
	struct class_rule *r = class_rules(CLASS_ACL, 2000, 3);

	start(swtest_seed(0x51e81));
	for (unsigned i = 0; i < 2000; i++)
		change(SW_RULE_ADD, &r[i]);
	drain();
	assert_in_range(probes(r, 2000), 1, 220);
	end();
	free(r);
}

/* Rules that one tuple cannot tell apart: they are many, and only few are ever compared. */
static void test_long_chains(void **state)
{
	struct class_rule r[2000] = { 0 };

	start(swtest_seed(0x51e80));
	for (unsigned i = 0; i < 2000; i++) {
		/* Of 20 masks without a whole byte; ten more, so that the first ones do not have theirs alone. */
		r[i].match.mask.tp_src = i < 10 ? 0xffff : 0x3f7f ^ 1 << i % 5;
		r[i].match.mask.tp_dst = i < 10 ? 1 << i : 0x7f3f ^ 1 << i / 5 % 4;
		r[i].match.value.tp_src = below(65536) & r[i].match.mask.tp_src;
		r[i].match.value.tp_dst = below(65536) & r[i].match.mask.tp_dst;
		r[i].priority = below(1000);
		change(SW_RULE_ADD, &r[i]);
	}
	drain();
	look(r, 2000, 20);
	for (unsigned i = 0; i < 2000; i += 2)
		change(SW_RULE_DELETE_STRICT, &r[i]);
	drain();
	look(r, 2000, 20);
	end();
}

/* It goes while the next sieve is being made. */
static void test_end(void **state)
{
	struct class_rule *r = class_rules(CLASS_ACL, 1500, 9);

	for (unsigned polls = 0; polls < 6; polls++) {
		start(1);
		for (unsigned i = 0; i < 1500; i++)
			change(SW_RULE_ADD, &r[i]);
		for (unsigned i = 0; i < polls; i++)
			sw_rcu_poll();
		look(r, 1500, 1);
		end();
	}
	free(r);
}

/* The same hashes in each run: how many probes it takes is a matter of luck, within a few percent. */
static void fix_hashes(void)
{
	uint64_t fixed = 0x5eed;

	rule_secret_choose();
	for (unsigned i = 0; i < RTE_DIM(rule_secret); i++)
		rule_secret[i] = swtest_rand(&fixed);
	rule_secret[RULE_WORDS] |= 1;
}

static int setup(void **state)
{
	swtest_eal();
	fix_hashes();
	sw_clock_stop();
	sw_worker_count_set(1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_at_once),
		cmocka_unit_test(test_long_chains),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
