/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What follows from a staging before its commit (sw_rules_follow): the end of rules that nobody learns any more, rules counted up to a
 * limit; in pieces, taken back, left to the commit, and when the bridge goes.
 */
#include "swtest.h"

#include <limits.h>

#include <sw/rcu.h>
#include <sw/rule_slices.h>
#include <sw/rule_table.h>

#include "rule_random.h"
#include "testrules.h"

#include "../../src/pipeline/rule/limit.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define N     9000 /* rules that may have been learned */
#define PIECE 500

static struct sw_rules *rules;

static int setup(void **state)
{
	swtest_eal();
	rules = rules_create("follow");
	return 0;
}

static int teardown(void **state)
{
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
	return 0;
}

#define LEARN "table=0,priority=1,actions=learn(table=1,cookie=0x5,%s,NXM_OF_ETH_SRC[])"

/* In table 1, half of them with the cookie 5. */
static void add_learned(void)
{
	sw_rules_begin(rules);
	for (unsigned i = 0; i < N; i++) {
		struct sw_rule_change c = rule_change_of(SW_RULE_ADD, i);

		c.conf.table = 1;
		c.conf.cookie = 5 + i % 2;
		assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
	}
	sw_rules_commit(rules);
}

static unsigned count_learned(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(rules, 1, &stats);
	return stats.rules;
}

static unsigned follow_in_pieces(void)
{
	unsigned n = 1;

	while (sw_rules_follow(rules, PIECE))
		n++;
	return n;
}

/* Of what nobody learns any more, the end is staged behind the rest; left out, or half done, the commit does it. */
static void learned_go(void **state)
{
	static const char del[] = "table=0,priority=1";
	char learn[128];

	snprintf(learn, sizeof(learn), LEARN, "delete_learned");
	add_learned();
	tr_change_in(rules, learn, SW_RULE_ADD);
	sw_rules_begin(rules);
	tr_stage_in(rules, del, SW_RULE_DELETE_STRICT);
	tr_stage_in(rules, learn, SW_RULE_ADD); /* it is learned again */
	assert_int_equal(follow_in_pieces(), 1);
	sw_rules_commit(rules);
	assert_int_equal(count_learned(), N);
	for (unsigned i = 0; i < 3; i++) { /* taken back, in the middle or behind it */
		sw_rules_begin(rules);
		tr_stage_in(rules, del, SW_RULE_DELETE_STRICT);
		for (unsigned k = 0; k < 5 * i; k++)
			assert_true(sw_rules_follow(rules, PIECE));
		if (i == 2)
			follow_in_pieces();
		sw_rules_abort(rules);
		assert_int_equal(count_learned(), N);
	}
	sw_rules_begin(rules);
	tr_stage_in(rules, del, SW_RULE_DELETE_STRICT);
	assert_in_range(follow_in_pieces(), N / PIECE, N / PIECE + 30);
	assert_int_equal(sw_rules_staged(rules), 1 + N / 2);
	sw_rules_commit(rules);
	assert_int_equal(count_learned(), N / 2);
	add_learned();
	for (unsigned pieces = 0; pieces < 6; pieces += 5) {
		add_learned();
		tr_change_in(rules, learn, SW_RULE_ADD);
		sw_rules_begin(rules);
		tr_stage_in(rules, del, SW_RULE_DELETE_STRICT);
		for (unsigned k = 0; k < pieces; k++)
			assert_true(sw_rules_follow(rules, PIECE));
		sw_rules_commit(rules);
		assert_int_equal(count_learned(), N / 2);
	}
}

static unsigned taken(void)
{
	const struct rule_limit *l = rule_limit_find(rules, 1, 5);

	return l ? l->taken : UINT_MAX;
}

/* What is counted up to a limit, in pieces, whatever the staging makes of it besides. */
static void counted(void **state)
{
	char learn[128];

	snprintf(learn, sizeof(learn), LEARN, "limit=9");
	add_learned();
	for (unsigned i = 0; i < 4; i++) {
		sw_rules_begin(rules);
		tr_stage_in(rules, "table=1,priority=9,cookie=5,actions=drop", SW_RULE_ADD);
		tr_stage_in(rules, learn, SW_RULE_ADD);
		tr_stage_in(rules, "table=1,priority=10,cookie=5,actions=drop", SW_RULE_ADD);
		tr_stage_in(rules, "table=1,priority=9", SW_RULE_DELETE_STRICT);
		for (unsigned k = 0; k < 3 * i; k++)
			assert_true(sw_rules_follow(rules, PIECE));
		if (i == 3)
			assert_in_range(follow_in_pieces(), 2, N / PIECE + 30);
		if (i == 1) {
			sw_rules_abort(rules);
			assert_int_equal(taken(), UINT_MAX);
			continue;
		}
		sw_rules_commit(rules);
		assert_int_equal(taken(), N / 2 + 1);
		sw_rules_begin(rules);
		tr_stage_in(rules, "table=1,cookie=6/-1", SW_RULE_DELETE);
		tr_stage_in(rules, "table=1,priority=10", SW_RULE_DELETE_STRICT);
		sw_rules_commit(rules);
		assert_int_equal(taken(), N / 2);
		add_learned();
		tr_change_in(rules, "table=0,priority=1", SW_RULE_DELETE_STRICT);
		assert_int_equal(taken(), UINT_MAX);
	}
}

/* In the middle of it. Checkers of memory see what is left. */
static void bridge_goes(void **state)
{
	add_learned();
	sw_rules_begin(rules);
	tr_stage_in(rules, "table=0,priority=1,actions=learn(table=1,cookie=5,delete_learned)",
		SW_RULE_ADD);
	sw_rules_commit(rules);
	sw_rules_begin(rules);
	tr_stage_in(rules, "table=0,priority=1", SW_RULE_DELETE_STRICT);
	for (unsigned i = 0; i < 5; i++)
		assert_true(sw_rules_follow(rules, PIECE));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(learned_go, setup, teardown),
		cmocka_unit_test_setup_teardown(counted, setup, teardown),
		cmocka_unit_test_setup_teardown(bridge_goes, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
