/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many rules in few and in many groups, of which the rule to be evicted is chosen while rules come and go, and while they are
 * grouped in other ways; against a sort of all rules.
 */
#include "swtest.h"

#include <stdlib.h>

#include <sw/action_text.h>
#include <sw/clock.h>
#include <sw/rcu.h>
#include <sw/rule_table.h>
#include <sw/worker.h>

#include "rule_random.h"

#include "../../src/pipeline/rule/evict.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "../../src/pipeline/rule/stage.h"
#include "../../src/pipeline/rule/timer.h"

#define MANY 20000

static struct sw_rules *rules;
static uint64_t rng;

static unsigned below(unsigned n)
{
	return swtest_rand(&rng) % n;
}

static enum sw_rule_fault stage(struct sw_rule_change c)
{
	return sw_rules_stage(rules, &c, NULL);
}

static enum sw_rule_fault one(struct sw_rule_change c)
{
	enum sw_rule_fault fault;

	sw_rules_begin(rules);
	fault = stage(c);
	sw_rules_commit(rules);
	return fault;
}

static uint64_t rank_of(const struct sw_rule *rule)
{
	return rule->idle_timeout || rule->hard_timeout
		       ? (uint64_t)rule->importance << 48 | rule_timer_due(rule)
		       : UINT64_MAX;
}

/* NULL: one group */
static void use_way(const char *bits)
{
	struct sw_bits by;
	struct sw_rule_table_own own = {
		.overflow = SW_OVERFLOW_EVICT, .groups = &by, .n_groups = bits != NULL
	};

	if (bits)
		assert_int_equal(sw_bits_parse(bits, &by, NULL), 0);
	sw_rules_table_own(rules, 0, &own);
}

/* A rule of so many is added to one of so many groups, more of them to the first ones. */
static struct sw_rule_change many_of(uint32_t n, unsigned groups)
{
	struct sw_rule_change c = rule_change_of(SW_RULE_ADD, n);

	c.conf.match.mask.in_port = UINT32_MAX;
	c.conf.match.value.in_port = rte_cpu_to_be_32(below(1 + below(groups)));
	c.conf.importance = below(100);
	c.conf.hard_timeout = below(20) ? 1 + below(60000) : 0;
	return c;
}

struct crowd {
	uint32_t port;
	unsigned n;
	uint64_t rank;
};

static int by_port(const void *a, const void *b)
{
	const struct crowd *x = a, *y = b;

	return (x->port > y->port) - (x->port < y->port);
}

/* The lowest rank of the largest groups, as a sort of all rules has it. */
static uint64_t sorted_lowest(void)
{
	struct sw_rule_cursor cursor = { 0 };
	struct crowd *all = calloc(MANY * 2, sizeof(*all)), best = { .rank = UINT64_MAX };
	const struct sw_rule *rule;
	unsigned n = 0;

	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		struct sw_rule_conf conf;

		sw_rule_get(rule, &conf);
		if (rank_of(rule) != UINT64_MAX)
			all[n++] = (struct crowd){ conf.match.value.in_port, 1, rank_of(rule) };
	}
	qsort(all, n, sizeof(*all), by_port);
	for (unsigned i = 0, k; i < n; i = k) {
		struct crowd one = all[i];

		for (k = i + 1; k < n && all[k].port == one.port; k++) {
			one.n++;
			one.rank = RTE_MIN(one.rank, all[k].rank);
		}
		if (one.n > best.n || (one.n == best.n && one.rank < best.rank))
			best = one;
	}
	free(all);
	return best.rank;
}

/* Many rules, and so many groups, that come and go while the way of grouping changes. */
static void test_many_groups(void **state)
{
	static const unsigned groups[] = { 1, 3, 500, MANY };

	for (unsigned g = 0; g < RTE_DIM(groups); g++) {
		rules = rules_create("test");
		rng = swtest_seed(22);
		use_way(NULL);
		sw_rules_begin(rules);
		for (unsigned i = 0; i < MANY; i++)
			assert_int_equal(stage(many_of(i, groups[g])), SW_RULE_FINE);
		sw_rules_commit(rules);
		use_way("ip_dst[]"); /* each its own */
		for (unsigned i = 0; i < 4; i++) {
			rule_evict_prepare(rules->table[0]);
			for (unsigned k = 0; k < 200; k++) {
				struct sw_rule_change c = many_of(below(2 * MANY), groups[g]);

				c.verb = below(2) ? SW_RULE_ADD : SW_RULE_DELETE;
				assert_int_equal(one(c), SW_RULE_FINE);
			}
			if (i == 2) {
				use_way("reg3[]");
				use_way("NXM_OF_IN_PORT[]");
			}
		}
		while (rule_evict_prepare(rules->table[0]))
			;
		for (unsigned i = 0; i < 100; i++) {
			uint64_t rank = sorted_lowest();
			struct sw_rule *rule = rule_evict_choose(rules->table[0]);

			assert_int_equal(rank_of(rule), rank);
			sw_rules_begin(rules);
			rule_stage_went(rules, rule, SW_RULE_EVICTED);
			sw_rules_commit(rules);
		}
		rules_destroy(rules);
		while (sw_rcu_poll())
			;
	}
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
		cmocka_unit_test(test_many_groups),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
