/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stagings of several changes of groups, against making each by itself in a twin of the store: faults, groups, counters, who
 * sends to whom and what is walked; and that nothing is left of one that is taken back.
 */
#include "swtest.h"

#include <stdlib.h>

#include <sw/rcu.h>
#include <sw/text.h>

#include "testrules.h"

#include "../../src/pipeline/group/groups_ctl.h"
#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define MANY 10
#define MOST 6

static struct sw_groups *groups, *twin;
static uint64_t rng;

static unsigned below(unsigned n)
{
	return swtest_rand(&rng) % n;
}

static void make_change(struct sw_group_change *c)
{
	static const enum sw_group_verb verbs[] = { SW_GROUP_ADD, SW_GROUP_ADD, SW_GROUP_MODIFY,
		SW_GROUP_INSERT_BUCKETS, SW_GROUP_REMOVE_BUCKETS, SW_GROUP_DELETE };
	static const char *const bucket[] = { "first", "last", "0", "1", "2" };
	enum sw_group_verb verb = verbs[below(6)];
	struct sw_str text = { 0 };

	if (verb == SW_GROUP_DELETE && !below(8))
		sw_str_add(&text, "group_id=all");
	else
		sw_str_add(&text, "group_id=%u", below(MANY));
	if (verb == SW_GROUP_INSERT_BUCKETS || verb == SW_GROUP_REMOVE_BUCKETS)
		sw_str_add(&text, ",command_bucket_id=%s", bucket[below(5)]);
	if (verb == SW_GROUP_ADD || verb == SW_GROUP_MODIFY)
		sw_str_add(&text, ",type=%s", below(2) ? "all" : "select");
	if (verb <= SW_GROUP_MODIFY || verb == SW_GROUP_INSERT_BUCKETS) {
		sw_str_add(&text, ",bucket=%s",
			below(4) ? "output:1" : "move:NXM_NX_REG0[]->NXM_NX_REG1[],output:1");
		if (below(2))
			sw_str_add(&text, ",bucket=group:%u", below(MANY));
	}
	if (sw_group_parse(text.s, verb, c, NULL))
		fail_msg("%s", text.s);
	free(text.s);
}

static void tell(const struct sw_groups *of, struct sw_str *out)
{
	const struct sw_group *g;

	for (int64_t id = -1; (g = sw_groups_next(of, id)); id = g->id) {
		struct sw_group_stats stats;

		sw_group_stats(g, &stats);
		sw_group_print(&g->conf, out);
		sw_str_add(out, " refs %u walked %d packets %lu:", stats.rules, g->is_walked,
			(unsigned long)stats.packets);
		for (unsigned i = 0; i < g->n; i++)
			sw_str_add(out, " %lu", (unsigned long)stats.bucket[i].packets);
		sw_str_add(out, " begin %d\n", g->begin > 0);
		assert_ptr_equal(g->of, of);
		assert_false(g->ends);
	}
	for (unsigned i = 0; i < 4; i++)
		sw_str_add(out, "%u ", sw_groups_count(of, i));
	sw_str_add(out, "%u\n", of->n_buckets);
}

static void compare(void)
{
	struct sw_str a = { 0 }, b = { 0 };

	tell(groups, &a);
	tell(twin, &b);
	assert_string_equal(a.s, b.s);
	free(a.s);
	free(b.s);
}

/* The same packets on both. */
static void count_some(void)
{
	const struct sw_group *g;

	for (int64_t id = -1; (g = sw_groups_next(groups, id)); id = g->id) {
		const struct sw_group *other = sw_groups_find(twin, g->id);

		for (unsigned i = 0; i <= g->n; i++) {
			unsigned n = below(5);

			g->counts[i].packets += n;
			other->counts[i].packets += n;
		}
	}
}

static void stage(enum sw_group_fault *fault, const struct sw_group_change *c, unsigned n)
{
	sw_groups_begin(groups);
	for (unsigned i = 0; i < n; i++) {
		fault[i] = sw_groups_stage(groups, &c[i], NULL);
		if (!fault[i] && c[i].conf.id != SW_GROUP_ALL)
			assert_int_equal(
				sw_groups_has(groups, c[i].conf.id), c[i].verb != SW_GROUP_DELETE);
	}
}

static void test_stagings(void **state)
{
	unsigned seen[SW_GROUP_BAD_ACTION + 1] = { 0 };

	rng = swtest_seed(12);
	groups = groups_create(NULL);
	twin = groups_create(NULL);
	for (unsigned round = 0; round < 5000; round++) {
		enum sw_group_fault fault[MOST], again[MOST];
		struct sw_group_change c[MOST];
		unsigned n = 1 + below(MOST);

		for (unsigned i = 0; i < n; i++)
			make_change(&c[i]);
		count_some();
		stage(fault, c, n);
		sw_groups_abort(groups);
		compare();
		stage(again, c, n);
		sw_groups_commit(groups);
		for (unsigned i = 0; i < n; i++) {
			assert_int_equal(again[i], fault[i]);
			assert_int_equal(sw_groups_change(twin, &c[i], NULL), fault[i]);
			seen[fault[i]]++;
			sw_group_fini(&c[i].conf);
		}
		compare();
		if (round % 2)
			sw_rcu_poll();
	}
	assert_true(seen[SW_GROUP_FINE] > 5000 && seen[SW_GROUP_EXISTS] > 300 &&
		    seen[SW_GROUP_UNKNOWN] > 300 && seen[SW_GROUP_LOOP] > 200 &&
		    seen[SW_GROUP_NO_GROUP] > 300 && seen[SW_GROUP_CHAINED] > 200 &&
		    seen[SW_GROUP_BUCKET_UNKNOWN] > 30);
	groups_destroy(groups);
	groups_destroy(twin);
	while (sw_rcu_poll())
		;
}

static uint64_t committed(const char *text, enum sw_group_verb verb)
{
	struct sw_group_change c;

	assert_int_equal(sw_group_parse(text, verb, &c, NULL), 0);
	sw_groups_begin(groups);
	assert_int_equal(sw_groups_stage(groups, &c, NULL), SW_GROUP_FINE);
	sw_groups_commit(groups);
	sw_group_fini(&c.conf);
	return rules_version(groups->rules);
}

/* Who still reads a version before sees the groups as they were then. */
static void test_versions(void **state)
{
	struct sw_rules *rules = rules_create("br0");
	const struct sw_group *first, *second;
	uint64_t v[4];

	groups = groups_create(rules);
	v[0] = rules_version(rules);
	v[1] = committed("group_id=1,type=all,bucket=output:1", SW_GROUP_ADD);
	first = group_find(groups, 1);
	v[2] = committed("group_id=1,type=all,bucket=output:2", SW_GROUP_MODIFY);
	second = group_find(groups, 1);
	v[3] = committed("group_id=2,type=all,bucket=output:2", SW_GROUP_ADD);
	assert_true(v[0] < v[1] && v[1] < v[2] && v[2] < v[3]);
	assert_null(group_find_at(groups, 1, v[0]));
	assert_ptr_equal(group_find_at(groups, 1, v[1]), first);
	assert_ptr_equal(group_find_at(groups, 1, v[2]), second);
	assert_null(group_find_at(groups, 2, v[2]));
	assert_non_null(group_find_at(groups, 2, v[3]));
	groups_destroy(groups);
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
}

static uint64_t changed(const char *text, enum sw_group_verb verb)
{
	struct sw_group_change c;

	assert_int_equal(sw_group_parse(text, verb, &c, NULL), 0);
	assert_int_equal(sw_groups_change(groups, &c, NULL), SW_GROUP_FINE);
	sw_group_fini(&c.conf);
	return rules_version(groups->rules);
}

/* One that is deleted is there for who reads a version before, whatever comes in its place meanwhile, by a staging or without. */
static void test_deleted(void **state)
{
	static const char one[] = "group_id=1,type=all,bucket=output:1";
	struct sw_rules *rules = rules_create("br0");
	const struct sw_group *first, *second, *third;
	uint64_t v[4];

	groups = groups_create(rules);
	v[0] = committed(one, SW_GROUP_ADD);
	first = group_find(groups, 1);
	v[1] = committed("group_id=1", SW_GROUP_DELETE);
	assert_null(group_find(groups, 1));
	assert_ptr_equal(group_find_at(groups, 1, v[0]), first);
	assert_null(group_find_at(groups, 1, v[1]));
	committed(one, SW_GROUP_ADD);
	second = group_find(groups, 1);
	tr_change_in(rules, "actions=group:1", SW_RULE_ADD);
	v[2] = rules_version(rules);
	v[3] = changed("group_id=all", SW_GROUP_DELETE);
	assert_true(v[2] < v[3]); /* a rule went */
	assert_int_equal(changed(one, SW_GROUP_ADD), v[3]);
	third = group_find(groups, 1);
	tr_change_in(rules, "actions=drop", SW_RULE_ADD);
	assert_true(rules_version(rules) > v[3]);
	changed(one, SW_GROUP_MODIFY);
	assert_ptr_equal(group_find_at(groups, 1, v[0]), first);
	assert_null(group_find_at(groups, 1, v[1]));
	assert_ptr_equal(group_find_at(groups, 1, v[2]), second);
	assert_ptr_equal(group_find_at(groups, 1, v[3]), third);
	assert_ptr_equal(group_find_at(groups, 1, rules_version(rules)), group_find(groups, 1));
	while (sw_rcu_poll())
		;
	assert_null(group_find(groups, 1)->older);
	assert_int_equal(groups->n_leaving, 0);
	changed("group_id=1", SW_GROUP_DELETE);
	groups_destroy(groups); /* while it leaves */
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
}

/* More than are taken out in one step, some of them come again meanwhile, and go. */
static void test_many_deleted(void **state)
{
	struct sw_rules *rules = rules_create("br0");

	groups = groups_create(rules);
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned id = 0; id < 3000; id += 1 + round) {
			struct sw_group_change c = { .verb = SW_GROUP_ADD, .conf.id = id };

			assert_int_equal(sw_groups_change(groups, &c, NULL), SW_GROUP_FINE);
			c.verb = SW_GROUP_MODIFY;
			if (id % 7 == round)
				assert_int_equal(sw_groups_change(groups, &c, NULL), SW_GROUP_FINE);
			c.verb = SW_GROUP_DELETE;
			if (id % 5 == round)
				assert_int_equal(sw_groups_change(groups, &c, NULL), SW_GROUP_FINE);
		}
		committed("group_id=all", SW_GROUP_DELETE);
		sw_rcu_poll();
		assert_true(groups->n_leaving || round);
	}
	for (unsigned id = 0; id < 3000; id++)
		assert_null(group_find_at(groups, id, rules_version(rules)));
	groups_destroy(groups);
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stagings),
		cmocka_unit_test(test_versions), cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_many_deleted) };

	return cmocka_run_group_tests(tests, swtest_setup_eal, NULL);
}
