/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that walks go through: from which version on, what these look at, and which changes flows that are kept notice.
 */
#include "swtest.h"

#include <stdbool.h>
#include <string.h>

#include <sw/rcu.h>

#include "../../src/pipeline/group/groups_ctl.h"
#include "../../src/pipeline/rule/lookup.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "testrules.h"

#define ADD    SW_GROUP_ADD
#define MODIFY SW_GROUP_MODIFY
#define DELETE SW_GROUP_DELETE
#define INSERT SW_GROUP_INSERT_BUCKETS

static struct sw_rules *rules;
static struct sw_groups *groups;

static int setup(void **state)
{
	rules = rules_create("br0");
	groups = groups_create(rules);
	tr_change_in(rules, "actions=drop", SW_RULE_ADD);
	return 0;
}

static void settle(void)
{
	while (sw_rcu_poll())
		;
}

static int teardown(void **state)
{
	groups_destroy(groups);
	rules_destroy(rules);
	settle();
	return 0;
}

static void fine(enum sw_group_verb verb, const char *text)
{
	struct sw_group_change c;

	assert_int_equal(sw_group_parse(text, verb, &c, NULL), 0);
	assert_int_equal(sw_groups_change(groups, &c, NULL), SW_GROUP_FINE);
	sw_group_fini(&c.conf);
}

/* What a change comes to. */
enum { IN_PLACE, MOVES, VOIDS };

static void comes_to(int what, enum sw_group_verb verb, const char *text)
{
	uint64_t before = rules_version(rules);

	fine(verb, text);
	assert_int_equal(rules_version(rules), before + (what >= MOVES));
	assert_int_equal(rules_changed_at(rules, 0, before, NULL), what == VOIDS);
}

static bool walked(uint32_t id)
{
	return group_is_walked(group_find(groups, id), rules_version(rules));
}

/* Lists that were made before a group is walked are void, and no change besides voids any; one of a group that walks go through, or have
 * gone, is seen from a version of its own on, since what was kept may point there. */
static void test_voids(void **state)
{
	comes_to(IN_PLACE, ADD, "group_id=1,type=all,bucket=output:1");
	comes_to(IN_PLACE, ADD, "group_id=2,type=all,bucket=group:1");
	comes_to(IN_PLACE, ADD, "group_id=3,type=all,bucket=group:2");
	comes_to(IN_PLACE, MODIFY, "group_id=1,type=select,bucket=output:2");
	comes_to(VOIDS, MODIFY, "group_id=1,type=all,bucket=resubmit(,2)");
	for (uint32_t id = 1; id <= 3; id++) {
		assert_true(walked(id));
		assert_false(group_is_walked(group_find(groups, id), rules_version(rules) - 1) &&
			     id != 1); /* that one is seen from then on */
	}
	comes_to(MOVES, MODIFY, "group_id=1,type=all,bucket=resubmit(,3)");
	comes_to(MOVES, MODIFY, "group_id=3,type=all,bucket=output:9");
	assert_false(walked(3));
	comes_to(MOVES, MODIFY, "group_id=1,type=all,bucket=output:1");
	assert_false(walked(1));
	assert_true(walked(2)); /* by who reads the version before, where the first one is */
	settle();
	groups_rest(groups);
	assert_false(walked(2));
	comes_to(VOIDS, INSERT,
		"group_id=2,command_bucket_id=last,bucket=move:NXM_NX_REG0[]->NXM_NX_REG1[],output:1");
	assert_true(walked(2));
	assert_false(walked(1));
	comes_to(IN_PLACE, MODIFY, "group_id=1,type=all,bucket=output:7");
	comes_to(MOVES, ADD, "group_id=4,type=all,bucket=resubmit(,1)");
	comes_to(IN_PLACE, DELETE, "group_id=4"); /* no rule sends there any more */
}

/* Other groups matter where one that is walked watches some. */
static void test_watched(void **state)
{
	comes_to(IN_PLACE, ADD, "group_id=1,type=ff,bucket=watch_port:1,output:1");
	comes_to(IN_PLACE, ADD, "group_id=2,type=ff,bucket=watch_group:1,output:1");
	comes_to(IN_PLACE, MODIFY, "group_id=1,type=ff,bucket=watch_port:2,output:1");
	comes_to(MOVES, ADD, "group_id=3,type=ff,bucket=watch_group:1,resubmit(,1)");
	comes_to(MOVES, MODIFY, "group_id=1,type=ff,bucket=watch_port:1,output:1");
	assert_false(groups_same(groups, rules_version(rules) - 1));
	assert_true(groups_same(groups, rules_version(rules)));
	comes_to(MOVES, DELETE, "group_id=2");
	comes_to(MOVES, DELETE, "group_id=3");
	settle();
	groups_rest(groups);
	comes_to(IN_PLACE, MODIFY, "group_id=1,type=ff,bucket=watch_port:2,output:1");
}

static bool reads(const char *field)
{
	const struct sw_field *f = sw_reg_find(&sw_reg_kind_field, field);
	struct sw_fields mask = { 0 };
	uint8_t bits[16], none[16] = { 0 };

	assert_non_null(f);
	groups_read(groups, &mask);
	sw_field_get(f, &mask, bits);
	return memcmp(bits, none, f->size) != 0;
}

/* Of groups that are walked: what their buckets look at, and the choice. Those that went do no more when no worker sees them. */
static void test_reads(void **state)
{
	fine(ADD, "group_id=1,type=select,selection_method=hash,fields(ip_src),bucket=output:1");
	fine(ADD, "group_id=2,type=select,bucket=output:1,bucket=group:1");
	assert_false(reads("ip_src") || reads("tcp_src"));
	fine(MODIFY, "group_id=1,type=select,selection_method=hash,fields(ip_src),"
		     "bucket=move:NXM_OF_ETH_DST[0..15]->NXM_NX_REG0[0..15],output:1");
	assert_true(
		reads("ip_src") && reads("eth_dst") && reads("tcp_src") && reads("vlan_vid") == 0);
	fine(MODIFY, "group_id=2,type=select,bucket=output:1");
	assert_true(reads("tcp_src"));
	groups_rest(groups);
	assert_true(reads("tcp_src")); /* workers may be at a version before */
	settle();
	groups_rest(groups);
	assert_true(reads("ip_src") && reads("eth_dst") && !reads("tcp_src") && !reads("eth_src"));
	fine(DELETE, "group_id=1");
	settle();
	groups_rest(groups);
	assert_false(reads("ip_src") || reads("eth_dst"));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_voids),
		TEST(test_watched),
		TEST(test_reads),
	};

	return cmocka_run_group_tests(tests, swtest_setup_eal, NULL);
}
