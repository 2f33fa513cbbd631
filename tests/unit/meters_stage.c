/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stagings of several changes of meters, against making each by itself in a twin of the store: faults, meters, counters; that
 * nothing is left of one that is taken back; and who sees what as of a version.
 */
#include "swtest.h"

#include <stdlib.h>

#include <sw/err.h>
#include <sw/groups.h>
#include <sw/mem.h>
#include <sw/rcu.h>
#include <sw/text.h>

#include "testrules.h"

#include "../../src/pipeline/group/groups_ctl.h"
#include "../../src/pipeline/meter/meters_ctl.h"
#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"

#define MANY 8
#define MOST 6

static struct sw_groups *groups;
static struct sw_meters *meters, *twin;
static uint64_t rng;

static unsigned below(unsigned n)
{
	return swtest_rand(&rng) % n;
}

struct change {
	enum sw_meter_verb verb;
	struct sw_meter_conf conf;
};

static uint32_t some_id(void)
{
	unsigned id = below(MANY);

	return id ? id : SW_METER_CONTROLLER;
}

static void make_change(struct change *c)
{
	static const enum sw_meter_verb verbs[] = { SW_METER_ADD, SW_METER_ADD, SW_METER_MODIFY,
		SW_METER_DELETE };

	*c = (struct change){ .verb = verbs[below(4)] };
	c->conf.id = c->verb == SW_METER_DELETE && !below(8) ? SW_METER_ALL : some_id();
	if (c->verb == SW_METER_DELETE)
		return;
	c->conf.packets = below(2);
	c->conf.n_bands = 1 + below(2);
	c->conf.bands = sw_xcalloc(c->conf.n_bands, sizeof(c->conf.bands[0]));
	for (unsigned i = 0; i < c->conf.n_bands; i++) {
		c->conf.bands[i].type = SW_METER_DROP;
		c->conf.bands[i].rate = below(10); /* 0 is invalid */
	}
}

static void tell(const struct sw_meters *of, struct sw_str *out)
{
	const struct sw_meter *m;

	for (int64_t id = -1; (m = sw_meters_next(of, id)); id = m->id) {
		struct sw_meter_stats stats;

		sw_meter_stats(m, &stats);
		sw_meter_print(&m->conf, out);
		sw_str_add(out, " packets %lu", (unsigned long)stats.packets);
		for (unsigned i = 0; i < m->n; i++)
			sw_str_add(out, " %lu", (unsigned long)stats.band[i].packets);
		sw_str_add(out, "\n");
		assert_ptr_equal(m->of, of);
	}
	sw_str_add(out, "%u\n", sw_meters_count(of));
	assert_ptr_equal(meter_at(of->controllers, 0), sw_meters_find(of, SW_METER_CONTROLLER));
	assert_null(of->staged);
}

static void compare(void)
{
	struct sw_str a = { 0 }, b = { 0 };

	tell(meters, &a);
	tell(twin, &b);
	assert_string_equal(a.s, b.s);
	free(a.s);
	free(b.s);
}

/* The same packets on both. */
static void count_some(void)
{
	const struct sw_meter *m;

	for (int64_t id = -1; (m = sw_meters_next(meters, id)); id = m->id) {
		const struct sw_meter *other = sw_meters_find(twin, m->id);
		unsigned n = below(5);

		meter_part(m, 0)->in.packets += n;
		meter_part(other, 0)->in.packets += n;
		meter_part(m, 0)->band[0].acted.packets += n;
		meter_part(other, 0)->band[0].acted.packets += n;
	}
}

static void stage(enum sw_meter_fault *fault, const struct change *c, unsigned n)
{
	sw_groups_begin(groups);
	for (unsigned i = 0; i < n; i++) {
		struct sw_err err = { 0 };

		fault[i] = sw_meters_stage(meters, c[i].verb, &c[i].conf, &err);
		assert_true(!fault[i] == !err.text[0]);
		if (!fault[i] && c[i].conf.id != SW_METER_ALL)
			assert_int_equal(
				sw_meters_has(meters, c[i].conf.id), c[i].verb != SW_METER_DELETE);
	}
}

static void test_stagings(void **state)
{
	unsigned seen[SW_METER_OUT_OF_METERS + 1] = { 0 };

	rng = swtest_seed(21);
	groups = groups_create(NULL);
	meters = meters_create(NULL, NULL, NULL);
	twin = meters_create(NULL, NULL, NULL);
	groups_stage_with(groups, meters);
	for (unsigned round = 0; round < 5000; round++) {
		enum sw_meter_fault fault[MOST], again[MOST];
		struct change c[MOST];
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
			struct sw_err err;

			assert_int_equal(again[i], fault[i]);
			assert_int_equal(
				sw_meters_change(twin, c[i].verb, &c[i].conf, &err), fault[i]);
			seen[fault[i]]++;
			sw_meter_fini(&c[i].conf);
		}
		compare();
		if (round % 2)
			sw_rcu_poll();
	}
	assert_true(seen[SW_METER_FINE] > 5000 && seen[SW_METER_EXISTS] > 300 &&
		    seen[SW_METER_UNKNOWN] > 300 && seen[SW_METER_INVALID] > 300);
	groups_destroy(groups);
	meters_destroy(meters);
	meters_destroy(twin);
	while (sw_rcu_poll())
		;
}

static uint64_t committed(struct sw_rules *rules, enum sw_meter_verb verb, uint32_t id)
{
	struct sw_meter_band band = { .type = SW_METER_DROP, .rate = 7 };
	struct sw_meter_conf conf = { .id = id, .n_bands = 1, .bands = &band };
	struct sw_err err;

	sw_groups_begin(groups);
	assert_int_equal(sw_meters_stage(meters, verb, &conf, &err), SW_METER_FINE);
	sw_groups_commit(groups);
	return rules_version(rules);
}

/* Who still reads a version before sees the meters as they were then. */
static void test_versions(void **state)
{
	struct sw_rules *rules = rules_create("br0");
	struct sw_meter *first, *second;
	uint64_t v[4];

	groups = groups_create(rules);
	meters = meters_create(rules, NULL, NULL);
	groups_stage_with(groups, meters);
	v[0] = rules_version(rules);
	v[1] = committed(rules, SW_METER_ADD, 1);
	first = meter_find(meters, 1);
	v[2] = committed(rules, SW_METER_MODIFY, 1);
	second = meter_find(meters, 1);
	v[3] = committed(rules, SW_METER_ADD, SW_METER_CONTROLLER);
	assert_true(v[0] < v[1] && v[1] < v[2] && v[2] < v[3]);
	assert_null(meter_find_at(meters, 1, v[0]));
	assert_ptr_equal(meter_find_at(meters, 1, v[1]), first);
	assert_ptr_equal(meter_find_at(meters, 1, v[2]), second);
	assert_null(meter_at(meters->controllers, v[2]));
	assert_non_null(meter_at(meters->controllers, v[3]));
	while (sw_rcu_poll())
		;
	assert_null(second->older); /* it is gone */
	groups_destroy(groups);
	meters_destroy(meters);
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
}

static uint64_t changed(struct sw_rules *rules, enum sw_meter_verb verb, uint32_t id)
{
	struct sw_meter_band band = { .type = SW_METER_DROP, .rate = 7 };
	struct sw_meter_conf conf = { .id = id, .n_bands = 1, .bands = &band };
	struct sw_err err;

	assert_int_equal(sw_meters_change(meters, verb, &conf, &err), SW_METER_FINE);
	return rules_version(rules);
}

static void use_meter(struct sw_rules *rules, uint32_t id)
{
	char text[32];

	snprintf(text, sizeof(text), "actions=meter:%u", id);
	tr_change_in(rules, text, SW_RULE_ADD);
}

/* One that is deleted is there for who reads a version before, whatever comes in its place meanwhile, by a staging or without. */
static void test_deleted(void **state)
{
	struct sw_rules *rules = rules_create("br0");
	struct sw_meter *first, *second, *third;
	uint64_t v[5];

	groups = groups_create(rules);
	meters = meters_create(rules, NULL, NULL);
	groups_stage_with(groups, meters);
	v[0] = committed(rules, SW_METER_ADD, 1);
	first = meter_find(meters, 1);
	v[1] = committed(rules, SW_METER_DELETE, 1);
	assert_null(meter_find(meters, 1));
	assert_ptr_equal(meter_find_at(meters, 1, v[0]), first);
	assert_null(meter_find_at(meters, 1, v[1]));
	v[2] = committed(rules, SW_METER_ADD, 1);
	second = meter_find(meters, 1);
	use_meter(rules, 1);
	v[2] = rules_version(rules);
	v[3] = changed(rules, SW_METER_DELETE, 1);
	assert_true(v[2] < v[3]); /* a rule went */
	assert_int_equal(changed(rules, SW_METER_ADD, 1), v[3]);
	third = meter_find(meters, 1);
	tr_change_in(rules, "actions=drop", SW_RULE_ADD);
	assert_true(rules_version(rules) > v[3]);
	changed(rules, SW_METER_MODIFY, 1);
	assert_ptr_equal(meter_find_at(meters, 1, v[0]), first);
	assert_null(meter_find_at(meters, 1, v[1]));
	assert_ptr_equal(meter_find_at(meters, 1, v[2]), second);
	assert_ptr_equal(meter_find_at(meters, 1, v[3]), third);
	assert_ptr_equal(meter_find_at(meters, 1, rules_version(rules)), sw_meters_find(meters, 1));
	v[0] = committed(rules, SW_METER_ADD, SW_METER_CONTROLLER);
	first = meters->controllers;
	v[1] = committed(rules, SW_METER_DELETE, SW_METER_CONTROLLER);
	assert_ptr_equal(meter_at(meters->controllers, v[0]), first);
	assert_null(meter_at(meters->controllers, v[1]));
	while (sw_rcu_poll())
		;
	assert_null(meters->controllers);
	assert_int_equal(meters->n_leaving, 0);
	assert_null(((struct sw_meter *)sw_meters_find(meters, 1))->older);
	committed(rules, SW_METER_DELETE, 1);
	meters_destroy(meters); /* while it leaves */
	groups_destroy(groups);
	rules_destroy(rules);
	while (sw_rcu_poll())
		;
}

/* As many as there may be, counted as staged. */
static void test_limit(void **state)
{
	struct sw_meter_band band = { .type = SW_METER_DROP, .rate = 1 };
	struct sw_meter_conf conf = { .n_bands = 1, .bands = &band }, gone = { .id = 7 };
	struct sw_err err;

	groups = groups_create(NULL);
	meters = meters_create(NULL, NULL, NULL);
	groups_stage_with(groups, meters);
	for (conf.id = 1; conf.id < SW_METERS_MAX; conf.id++)
		assert_int_equal(sw_meters_change(meters, SW_METER_ADD, &conf, &err), 0);
	sw_groups_begin(groups);
	assert_int_equal(sw_meters_stage(meters, SW_METER_ADD, &conf, &err), SW_METER_FINE);
	conf.id++;
	assert_int_equal(
		sw_meters_stage(meters, SW_METER_ADD, &conf, &err), SW_METER_OUT_OF_METERS);
	assert_int_equal(sw_meters_stage(meters, SW_METER_DELETE, &gone, &err), SW_METER_FINE);
	assert_int_equal(sw_meters_stage(meters, SW_METER_ADD, &conf, &err), SW_METER_FINE);
	sw_groups_commit(groups);
	assert_int_equal(sw_meters_count(meters), SW_METERS_MAX);
	groups_destroy(groups);
	meters_destroy(meters);
	while (sw_rcu_poll())
		;
}

static int setup_all(void **state)
{
	swtest_eal();
	sw_worker_count_set(1);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stagings),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_deleted),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, setup_all, NULL);
}
