/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rules of a bridge against a list (tests/lib/rule_model.h): random flow-mods, singly and in stagings that
 * are committed or taken back, with lookups by bursts all along, also by a reader that stays at an old version.
 */
#include "swtest.h"

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/simd.h>
#include <sw/worker.h>

#include "rule_model.h"
#include "rule_random.h"

#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define TABLES 3 /* that rules are in: 0, 7, 253 */
static const uint8_t table_id[TABLES] = { 0, 7, 253 };

static struct sw_rules *rules;
static struct rule_world world;
static struct model model;
static uint64_t cookies;
static uint64_t heard;

static void hear(struct sw_rules *of, const struct sw_rule *rule, enum sw_rule_news news)
{
	struct sw_rule_conf conf;

	assert_ptr_equal(of, rules);
	sw_rule_get(rule, &conf);
	heard += model_news(&conf, news);
}

SW_REGISTER(rule_listener, test) = {
	.name = "test",
	.help = "compares with the model",
	.heard = hear,
};

static void start(enum rule_world_kind kind, uint64_t seed)
{
	rules = rules_create("test");
	rule_world_init(&world, kind, seed);
	model_free(&model);
	model.limit = 1000000;
	heard = 0;
}

static void drain(void)
{
	while (sw_rcu_poll())
		;
}

static void end(void)
{
	rules_destroy(rules);
	drain();
	model_free(&model);
}

static void random_change(struct sw_rule_change *c)
{
	static const enum sw_rule_verb verbs[] = { SW_RULE_ADD, SW_RULE_ADD, SW_RULE_ADD,
		SW_RULE_ADD, SW_RULE_ADD, SW_RULE_ADD, SW_RULE_MODIFY, SW_RULE_MODIFY_STRICT,
		SW_RULE_DELETE, SW_RULE_DELETE_STRICT, SW_RULE_DELETE_STRICT };
	const struct model_rule *known =
		model.n ? &model.rule[rule_world_below(&world, model.n)] : NULL;

	memset(c, 0, sizeof(*c));
	c->verb = verbs[rule_world_below(&world, RTE_DIM(verbs))];
	c->conf.does.goto_table = -1;
	c->conf.does.meter = 1 + rule_world_below(&world, 1000000);
	c->conf.cookie = ++cookies << 8 | rule_world_below(&world, 4);
	c->conf.priority = rule_world_priority(&world);
	c->conf.table = table_id[rule_world_below(&world, TABLES)];
	c->out_port = c->out_group = SW_OFPP_ANY;
	c->check_overlap = !rule_world_below(&world, 8);
	c->or_add = !rule_world_below(&world, 4);
	c->set_cookie = rule_world_below(&world, 2);
	rule_world_match(&world, &c->conf.match);
	if (known && (c->verb == SW_RULE_DELETE_STRICT || c->verb == SW_RULE_MODIFY_STRICT ||
			     !rule_world_below(&world, 8))) {
		c->conf.match = known->conf.match;
		c->conf.table = known->conf.table;
		c->conf.priority = known->conf.priority;
	}
	if ((c->verb == SW_RULE_DELETE || c->verb == SW_RULE_MODIFY) &&
		rule_world_below(&world, 2)) {
		/* Wider than a rule. */
		uint64_t *mask = (uint64_t *)&c->conf.match.mask;
		uint64_t *value = (uint64_t *)&c->conf.match.value;
		unsigned at = rule_world_below(&world, MODEL_WORDS);

		mask[at] = value[at] = 0;
		c->cookie = rule_world_below(&world, 4);
		c->cookie_mask = 3;
	}
	if (c->verb == SW_RULE_DELETE && !rule_world_below(&world, 4))
		c->conf.table = SW_TABLE_ALL;
}

static void change_both(struct sw_rule_change *c)
{
	enum sw_rule_fault want = model_change(&model, c);
	struct sw_err err = { 0 };

	assert_int_equal(sw_rules_stage(rules, c, &err), want);
	assert_true(!want == !err.text[0]);
}

/* Every rule of one side is on the other. */
static void compare_lists(void)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	unsigned n = 0, last = 0;

	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		struct sw_rule_stats stats;
		struct sw_rule_conf conf;
		const struct model_rule *r;

		sw_rule_get(rule, &conf);
		sw_rule_stats(rule, &stats);
		r = model_find(&model, &conf);
		assert_non_null(r);
		assert_memory_equal(&r->conf, &conf, sizeof(conf));
		assert_int_equal(stats.modified_ms, r->modified_ms);
		assert_int_equal(stats.created_ms, r->created_ms);
		assert_true(conf.table >= last);
		last = conf.table;
		n++;
	}
	assert_int_equal(n, model.n);
}

/* Bursts at a version, against the model of then. */
static void compare_lookups(const struct model *m, uint64_t version, unsigned bursts)
{
	struct rule_reader reader = { .version = version };

	while (bursts--) {
		unsigned n = 1 + rule_world_below(&world, SW_BURST),
			 table = table_id[bursts % TABLES];
		struct sw_fields key[SW_BURST];
		const struct sw_fields *keys[SW_BURST];
		const struct sw_rule *found[SW_BURST];

		for (unsigned i = 0; i < n; i++) {
			const struct model_rule *r =
				m->n ? &m->rule[rule_world_below(&world, m->n)] : NULL;

			rule_world_packet(&world, r && i % 4 ? &r->conf.match : NULL, &key[i]);
			keys[i] = &key[i];
		}
		rules_lookup(rules, &reader, table, keys, found, n);
		for (unsigned i = 0; i < n; i++) {
			int best = model_lookup(m, table, &key[i]);
			const struct model_rule *r;
			struct sw_rule_conf conf;

			assert_int_equal(found[i] ? sw_rule_priority(found[i]) : -1, best);
			if (!found[i])
				continue;
			sw_rule_get(found[i], &conf);
			r = model_find(m, &conf);
			assert_non_null(r);
			assert_int_equal(
				rule_code_at(found[i], version)->does.meter, r->conf.does.meter);
			assert_true(model_takes(&conf.match, &key[i]));
		}
	}
}

static void compare_reads(void)
{
	for (unsigned t = 0; t < TABLES; t++) {
		const uint64_t *reads = (const uint64_t *)rules_reads(rules, table_id[t]);

		for (unsigned i = 0; i < model.n; i++)
			for (unsigned w = 0; w < MODEL_WORDS; w++)
				if (model.rule[i].conf.table == table_id[t])
					assert_int_equal(
						((uint64_t *)&model.rule[i].conf.match.mask)[w] &
							~reads[w],
						0);
	}
}

static void singly(enum rule_world_kind kind, uint64_t seed, unsigned changes)
{
	start(kind, seed);
	for (unsigned i = 0; i < changes; i++) {
		struct sw_rule_change c;

		random_change(&c);
		sw_clock_warp(10);
		sw_rules_begin(rules);
		change_both(&c);
		sw_rules_commit(rules);
		assert_int_equal(heard, model.heard);
		if (rule_world_below(&world, 4) == 0)
			drain();
		compare_lookups(&model, rules_version(rules), 2);
		if (i % 64 == 0) {
			compare_lists();
			compare_reads();
		}
	}
	compare_lists();
	end();
}

static void test_singly(void **state)
{
	uint64_t seed = swtest_seed(0x5eed1);

	for (enum rule_world_kind kind = 0; kind < WORLD_KINDS; kind++)
		for (unsigned i = 0; i < 4; i++)
			singly(kind, seed + kind * 100 + i, 800);
}

/* Stagings of many changes; half of them are taken back, and a reader is behind. */
static void staged(enum rule_world_kind kind, uint64_t seed, unsigned rounds)
{
	struct model before = { 0 }, old = { 0 };
	uint64_t old_version;

	start(kind, seed);
	sw_rcu_online(0);
	old_version = rules_version(rules);
	for (unsigned i = 0; i < rounds; i++) {
		unsigned n = 1 + rule_world_below(&world, 20);
		bool commit = rule_world_below(&world, 2);

		model_copy(&before, &model);
		sw_rules_begin(rules);
		while (n--) {
			struct sw_rule_change c;

			random_change(&c);
			change_both(&c);
		}
		compare_lookups(&before, rules_version(rules), 1);
		if (commit) {
			sw_rules_commit(rules);
		} else {
			sw_rules_abort(rules);
			model_copy(&model, &before);
		}
		compare_lookups(&model, rules_version(rules), 2);
		compare_lookups(&old, old_version, 1);
		if (i % 16 == 0)
			compare_lists();
		sw_rcu_poll();
		if (rule_world_below(&world, 5))
			continue;
		sw_rcu_quiescent(0);
		old_version = rules_version(rules);
		model_copy(&old, &model);
	}
	sw_rcu_offline(0);
	compare_lists();
	model_free(&before);
	model_free(&old);
	end();
}

static void test_staged(void **state)
{
	uint64_t seed = swtest_seed(0x5eed2);

	for (enum rule_world_kind kind = 0; kind < WORLD_KINDS; kind++)
		for (unsigned i = 0; i < 4; i++)
			staged(kind, seed + kind * 100 + i, 150);
}

/* Many rules, so that hashes grow and shrink; the list is slow, so there are few looks. */
static void large(enum rule_world_kind kind, uint64_t seed)
{
	unsigned limit = 6000;

	start(kind, seed);
	model.limit = limit;
	for (unsigned i = 0; i < TABLES; i++)
		rules_limit(rules, table_id[i], limit);
	world.values = 60;
	world.priorities = 60;
	for (unsigned round = 0; round < 2; round++) {
		struct sw_rule_change c = { .verb = SW_RULE_DELETE,
			.conf = { .table = SW_TABLE_ALL },
			.out_port = SW_OFPP_ANY,
			.out_group = SW_OFPP_ANY };

		for (unsigned i = 0; i < 7000; i++) {
			struct sw_rule_change add = c;

			add.verb = SW_RULE_ADD;
			add.conf.table = 7;
			add.conf.does.goto_table = -1;
			add.conf.does.meter = i + 1;
			add.conf.priority = rule_world_priority(&world);
			rule_world_match(&world, &add.conf.match);
			sw_rules_begin(rules);
			change_both(&add);
			sw_rules_commit(rules);
			if (i % 100 == 0)
				compare_lookups(&model, rules_version(rules), 1);
		}
		compare_lists();
		compare_lookups(&model, rules_version(rules), 20);
		while (model.n > 10) {
			c.conf = model.rule[rule_world_below(&world, model.n)].conf;
			c.verb = SW_RULE_DELETE_STRICT;
			sw_rules_begin(rules);
			change_both(&c);
			sw_rules_commit(rules);
			drain();
			if (model.n % 500 == 0)
				compare_lookups(&model, rules_version(rules), 1);
		}
		compare_lists();
	}
	end();
}

static void test_large(void **state)
{
	uint64_t seed = swtest_seed(0x5eed3);

	for (enum rule_world_kind kind = 0; kind < WORLD_KINDS; kind++)
		large(kind, seed + kind);
}

/* Both builds of the templates do the same. */
static void test_base_build(void **state)
{
	uint64_t seed = swtest_seed(0x5eed4);

	sw_simd_limit(SW_SIMD_BASE);
	for (enum rule_world_kind kind = 0; kind < WORLD_KINDS; kind++) {
		singly(kind, seed + kind, 500);
		staged(kind, seed + kind, 50);
	}
	sw_simd_limit(SW_SIMD_AVX2);
}

static int setup(void **state)
{
	swtest_eal();
	sw_clock_stop();
	sw_worker_count_set(2);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_singly),
		cmocka_unit_test(test_staged),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_base_build),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
