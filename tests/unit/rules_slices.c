/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stagings in pieces (sw/rule_slices.h): they come to the same as at once, say before they begin that they are large, can be
 * taken back or end with their bridge wherever they are, and nobody is told of anything twice or never.
 */
#include "swtest.h"

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/group.h>
#include <sw/rcu.h>
#include <sw/rule_slices.h>
#include <sw/rule_table.h>
#include <sw/worker.h>

#include "rule_random.h"

#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/place.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define N     9000 /* rules; more than a commit stamps one by one */
#define PIECE 500

SW_USE(action_type, group);
SW_USE(action_type, output);

static struct sw_rules *rules;
static unsigned n_told[SW_RULE_METER_GONE + 1];
static uint64_t last_cookie;
static bool in_order;

static void hear(struct sw_rules *of, const struct sw_rule *rule, enum sw_rule_news news)
{
	struct sw_rule_conf conf;

	sw_rule_get(rule, &conf);
	in_order &= conf.cookie > last_cookie;
	last_cookie = conf.cookie;
	n_told[news]++;
}

SW_REGISTER(rule_listener, test) = { .name = "test", .help = "counts", .heard = hear };

static void drain(void)
{
	while (sw_rcu_poll())
		;
}

/* Rule n of table 0, with the cookie n + 1. */
static struct sw_rule_change change_of(enum sw_rule_verb verb, unsigned n)
{
	struct sw_rule_change c = rule_change_of(verb, n);

	c.conf.cookie++;
	return c;
}

/* All rules of all tables. */
static struct sw_rule_change all_of(enum sw_rule_verb verb)
{
	return (struct sw_rule_change){ .verb = verb,
		.conf = { .table = SW_TABLE_ALL, .does = { .goto_table = -1 } },
		.out_port = SW_OFPP_ANY,
		.out_group = SW_OFPP_ANY };
}

static struct sw_actions *one_action(const struct sw_action_type *type, unsigned id)
{
	struct sw_actions *list = NULL;
	struct sw_action *a = sw_actions_add(&list);

	a->type = type;
	if (type == &sw_action_type_group)
		a->id = id;
	else
		a->output.port = id;
	return list;
}

static int setup(void **state)
{
	swtest_eal();
	rules = rules_create("slices");
	sw_rules_begin(rules);
	for (unsigned i = 0; i < N; i++) {
		struct sw_rule_change c = change_of(SW_RULE_ADD, i);

		if (i % 3 == 0)
			c.conf.does.apply = one_action(&sw_action_type_group, 7);
		assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
	}
	sw_rules_commit(rules);
	memset(n_told, 0, sizeof(n_told));
	last_cookie = 0;
	in_order = true;
	return 0;
}

static int teardown(void **state)
{
	rules_destroy(rules);
	drain();
	return 0;
}

static unsigned count(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(rules, 0, &stats);
	return stats.rules;
}

/* What a packet to the address n finds now. */
static bool is_found(unsigned n)
{
	struct rule_reader reader = { rules_version(rules), SW_WORKER_MAX };
	struct sw_fields fields = { .eth_type = rte_cpu_to_be_16(0x0800) };
	const struct sw_fields *key = &fields;
	const struct sw_rule *found;

	memcpy(fields.ip_dst, &n, 4);
	rules_lookup(rules, &reader, 0, &key, &found, 1);
	return found;
}

/* A piece after the other until it is another fault; how many pieces. */
static unsigned stage_in_pieces(struct sw_rule_change *c, enum sw_rule_fault fault)
{
	unsigned n = 1;
	enum sw_rule_fault got;

	while ((got = sw_rules_stage_some(rules, c, PIECE, NULL)) == SW_RULE_MORE) {
		if (n++ == 1)
			assert_int_equal(sw_rules_staged(rules), 0);
		assert_true(is_found(5) && is_found(N - 1));
	}
	assert_int_equal(got, fault);
	return n;
}

static void in_pieces(void **state)
{
	struct sw_rule_change c = all_of(SW_RULE_DELETE);
	unsigned told = 0;

	sw_rules_begin(rules);
	assert_in_range(stage_in_pieces(&c, SW_RULE_FINE), N / PIECE, N / PIECE + 30);
	assert_int_equal(sw_rules_staged(rules), N);
	assert_int_equal(count(), 0);
	assert_true(is_found(5) && is_found(N - 1));
	sw_rules_publish(rules);
	for (unsigned i = 0; i < N; i += 100)
		assert_false(is_found(i)); /* all at once, and nobody is told yet */
	assert_int_equal(n_told[SW_RULE_DELETED], 0);
	while (sw_rules_settle(rules, PIECE)) {
		assert_int_equal(n_told[SW_RULE_DELETED], told += PIECE);
		assert_true(sw_rules_busy(rules));
		sw_rcu_poll();
	}
	assert_false(sw_rules_busy(rules));
	assert_int_equal(n_told[SW_RULE_DELETED], N);
	drain();
	assert_int_equal(rules_in_limbo(rules), 0);
}

/* Which of them are meant is looked for in pieces, too; a strict one, and one that a hash finds, are small. */
static void some_are_meant(void **state)
{
	struct sw_rule_change c = all_of(SW_RULE_DELETE);

	c.cookie = 1;
	c.cookie_mask = 3;
	sw_rules_begin(rules);
	stage_in_pieces(&c, SW_RULE_FINE);
	assert_int_equal(sw_rules_staged(rules), N / 4);
	c = change_of(SW_RULE_DELETE_STRICT, 1);
	assert_int_equal(sw_rules_stage_some(rules, &c, 1, NULL), SW_RULE_FINE);
	c = change_of(SW_RULE_DELETE, 2);
	assert_int_equal(sw_rules_stage_some(rules, &c, 1, NULL), SW_RULE_FINE);
	assert_int_equal(sw_rules_staged(rules), N / 4 + 2);
	sw_rules_commit(rules);
	assert_int_equal(count(), N - N / 4 - 2);
	assert_int_equal(n_told[SW_RULE_DELETED], N / 4 + 2);
	assert_false(is_found(0) || is_found(1) || is_found(2) || is_found(4));
	assert_true(is_found(3));
}

static void modified(void **state)
{
	struct sw_rule_change c = all_of(SW_RULE_MODIFY);
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;
	struct sw_rule_conf conf;

	c.conf.does.apply = one_action(&sw_action_type_output, 3);
	sw_rules_begin(rules);
	stage_in_pieces(&c, SW_RULE_FINE);
	assert_null(c.conf.does.apply); /* it is theirs */
	sw_rules_commit(rules);
	assert_true(in_order);
	assert_int_equal(n_told[SW_RULE_CHANGED], N);
	while ((rule = sw_rules_next(rules, &cursor, NULL))) {
		sw_rule_get(rule, &conf);
		assert_int_equal(conf.does.apply->a[0].output.port, 3);
	}
	/* None is meant: it is added, once, to the first table. */
	c = all_of(SW_RULE_MODIFY);
	c.conf.match.mask.in_port = UINT32_MAX;
	c.or_add = true;
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage_some(rules, &c, PIECE, NULL), SW_RULE_FINE);
	sw_rules_commit(rules);
	assert_int_equal(count(), N + 1);
	sw_instructions_fini(&c.conf.does);
	/* To go on to another table is not the same in all. */
	c = all_of(SW_RULE_MODIFY);
	c.conf.does.goto_table = 253;
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage_some(rules, &c, PIECE, NULL), SW_RULE_BAD_GOTO);
	sw_rules_abort(rules);
}

static void overlapping(void **state)
{
	struct sw_rule_change c = change_of(SW_RULE_ADD, 0);
	struct sw_err err;

	memset(&c.conf.match, 0, sizeof(c.conf.match));
	c.conf.match.mask.ip_ttl = 0xff;
	c.check_overlap = true;
	sw_rules_begin(rules);
	assert_int_equal(sw_rules_stage_some(rules, &c, PIECE, &err), SW_RULE_MORE);
	stage_in_pieces(&c, SW_RULE_OVERLAPS);
	c.conf.priority = 7;
	assert_true(stage_in_pieces(&c, SW_RULE_FINE) > N / PIECE);
	assert_int_equal(sw_rules_staged(rules), 1);
	sw_rules_commit(rules);
	assert_int_equal(count(), N + 1);
}

/* A full table that evicts looks for rules with a timeout, which may be none or the last of all. */
static void evicting(void **state)
{
	struct sw_rule_change c = change_of(SW_RULE_ADD, N);

	c.conf.idle_timeout = 10;
	for (unsigned with = 0; with < 2; with++) {
		if (with) {
			sw_rules_begin(rules);
			assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
			sw_rules_commit(rules);
		}
		rules_limit(rules, 0, N + with);
		rules_evict_all(rules, true);
		sw_rules_begin(rules);
		c = change_of(SW_RULE_ADD, N + 1);
		assert_int_equal(sw_rules_stage_some(rules, &c, 2048, NULL), SW_RULE_MORE);
		while (sw_rules_stage_some(rules, &c, 2048, NULL) == SW_RULE_MORE)
			assert_int_equal(sw_rules_staged(rules), 0);
		assert_int_equal(sw_rules_staged(rules), 2 * with);
		sw_rules_commit(rules);
		assert_int_equal(n_told[SW_RULE_EVICTED], with);
		teardown(NULL);
		setup(NULL);
		c = change_of(SW_RULE_ADD, N);
		c.conf.idle_timeout = 10;
	}
}

static void users_go(void **state)
{
	unsigned pieces = 0;

	assert_true(sw_rules_gone_are_many(rules, SW_RULE_GROUP_GONE, 7, N / 3 - 1));
	assert_false(sw_rules_gone_are_many(rules, SW_RULE_GROUP_GONE, 8, 0));
	sw_rules_begin(rules);
	while (sw_rules_stage_gone(rules, SW_RULE_GROUP_GONE, 7, PIECE))
		pieces++;
	assert_in_range(pieces, N / PIECE, N / PIECE + 5);
	assert_int_equal(sw_rules_staged(rules), N / 3);
	sw_rules_commit(rules);
	assert_int_equal(n_told[SW_RULE_GROUP_GONE], N / 3);
	assert_int_equal(count(), N - N / 3);
	assert_true(in_order);
}

/* In the middle of a change. */
static void taken_back(void **state)
{
	struct sw_rule_change c = all_of(SW_RULE_DELETE);

	sw_rules_begin(rules);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(sw_rules_stage_some(rules, &c, PIECE, NULL), SW_RULE_MORE);
	assert_true(sw_rules_staged(rules) > PIECE && sw_rules_staged(rules) < N);
	while (sw_rules_take_back(rules, 100))
		assert_true(sw_rules_busy(rules));
	sw_rules_abort(rules);
	assert_int_equal(count(), N);
	assert_int_equal(n_told[SW_RULE_DELETED], 0);
	/* Nothing is left of it: the next change begins at its beginning. */
	sw_rules_begin(rules);
	stage_in_pieces(&c, SW_RULE_FINE);
	sw_rules_commit(rules);
	assert_int_equal(n_told[SW_RULE_DELETED], N);
}

/* The bridge goes in the middle: of a change, of one that came, of what follows from a commit. Checkers of memory see what is left. */
static void bridge_goes(void **state)
{
	struct sw_rule_change c = all_of(SW_RULE_MODIFY), gone = all_of(SW_RULE_DELETE);

	sw_rules_begin(rules);
	c.conf.does.apply = one_action(&sw_action_type_output, 3);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(sw_rules_stage_some(rules, &c, PIECE, NULL), SW_RULE_MORE);
	teardown(NULL);
	sw_instructions_fini(&c.conf.does);

	setup(NULL);
	sw_rules_begin(rules);
	for (unsigned i = N; i < 2 * N; i++) {
		c = change_of(SW_RULE_ADD, i);
		assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
	}
	teardown(NULL);

	setup(NULL);
	sw_rules_begin(rules);
	c = all_of(SW_RULE_MODIFY);
	c.conf.does.apply = one_action(&sw_action_type_output, 3);
	assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
	assert_int_equal(sw_rules_stage(rules, &gone, NULL), SW_RULE_FINE);
	sw_rules_publish(rules);
	assert_true(sw_rules_settle(rules, N + N / 2));
	teardown(NULL);
	assert_int_equal(n_told[SW_RULE_CHANGED], N);
	assert_int_equal(n_told[SW_RULE_DELETED], N / 2);
	setup(NULL);
}

/* What was found for a packet before holds no more, wherever in the staging its rule went. */
static void places(void **state)
{
	struct sw_rule_change c = all_of(SW_RULE_DELETE);
	uint64_t version = rules_version(rules);
	struct sw_fields fields = { .eth_type = rte_cpu_to_be_16(0x0800) };
	struct rule_places place;

	for (unsigned i = 0; i < 2; i++) {
		sw_rules_begin(rules);
		assert_int_equal(sw_rules_stage(rules, &c, NULL), SW_RULE_FINE);
		if (i)
			sw_rules_commit(rules);
		else
			sw_rules_abort(rules);
		for (unsigned n = 0; n < N; n += 7) {
			memcpy(fields.ip_dst, &n, 4);
			rule_places_of(&fields, &place);
			assert_int_equal(rules_changed_at(rules, 0, version, &place), i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(in_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(some_are_meant, setup, teardown),
		cmocka_unit_test_setup_teardown(modified, setup, teardown),
		cmocka_unit_test_setup_teardown(overlapping, setup, teardown),
		cmocka_unit_test_setup_teardown(evicting, setup, teardown),
		cmocka_unit_test_setup_teardown(users_go, setup, teardown),
		cmocka_unit_test_setup_teardown(taken_back, setup, teardown),
		cmocka_unit_test_setup_teardown(bridge_goes, setup, teardown),
		cmocka_unit_test_setup_teardown(places, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
