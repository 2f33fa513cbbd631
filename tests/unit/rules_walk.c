/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks over rules that look at a few in a call: they find the same, and never look at more.
 */
#include "../lib/swtest.h"

#include <sw/err.h>
#include <sw/rcu.h>
#include <sw/rule.h>

#include "../../src/pipeline/rule/rules_ctl.h"

#define RULES 1000

static struct sw_rules *rules;

static int setup(void **state)
{
	swtest_eal();
	rules = rules_create("walked");
	sw_rules_begin(rules);
	for (unsigned i = 0; i < RULES; i++) {
		struct sw_rule_change change = { .verb = SW_RULE_ADD, .conf.does.goto_table = -1 };

		change.conf.cookie = i;
		change.conf.table = i % 3;
		change.conf.priority = i % 7;
		change.conf.match.value.metadata = i;
		change.conf.match.mask.metadata = UINT64_MAX;
		assert_int_equal(sw_rules_stage(rules, &change, NULL), SW_RULE_FINE);
	}
	sw_rules_commit(rules);
	return 0;
}

static int teardown(void **state)
{
	rules_destroy(rules);
	while (sw_rcu_poll()) /* it goes in shares */
		;
	return 0;
}

/* How many rules a filter takes, with so many looks a call; *calls: how many it took. */
static unsigned walk(uint64_t cookie, uint64_t mask, unsigned looks, unsigned *calls)
{
	struct sw_rule_change filter = { .verb = SW_RULE_DELETE, .conf.table = SW_TABLE_ALL };
	struct sw_rule_cursor cursor = { 0 };
	unsigned n = 0;

	filter.cookie = cookie;
	filter.cookie_mask = mask;
	filter.out_port = filter.out_group = SW_OFPP_ANY;
	for (*calls = 1;; ++*calls) {
		cursor.looks = looks;
		if (sw_rules_next(rules, &cursor, &filter))
			n++;
		else if (!looks || cursor.looks)
			return n;
	}
}

static void bounded(void **state)
{
	static const unsigned looks[] = { 0, 1, 2, 7, 100, 5000 };
	unsigned calls;

	for (unsigned i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		assert_int_equal(walk(0, 0, looks[i], &calls), RULES);
		assert_int_equal(calls, RULES + 1);
		assert_int_equal(walk(500, UINT64_MAX, looks[i], &calls), 1);
		if (looks[i])
			assert_in_range(calls, RULES / looks[i], RULES / looks[i] + 4);
		else
			assert_int_equal(calls, 2);
		assert_int_equal(walk(3, 15, looks[i], &calls), 63);
		assert_int_equal(walk(RULES, UINT64_MAX, looks[i], &calls), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(bounded) };

	return cmocka_run_group_tests(tests, setup, teardown);
}
