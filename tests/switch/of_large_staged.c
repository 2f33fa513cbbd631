/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * While a large change is staged: what packets of others may name, and rules that go with others which learned them, looked for in slices
 * before all of it is seen.
 */
#include "of_bundles.h"
#include "of_larges.h"
#include "of_rules.h"

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/groups.h>
#include <sw/packet_in.h>

#include "../lib/ctltest.h"
#include "../lib/testrules.h"
#include "../lib/testswitch.h"

#include "../../src/ctl/of/conn/server.h"
#include "../../src/ctl/staged.h"

/* Packets of others may name the groups and meters that are in force, and not those that a bundle is about to bring. */
static void others_see_what_is_there(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);

	op_hush(other, OF13);
	op_echo(other, OF13);
	ob_begin(fd, OF13);
	ob_add_group(fd, OF13, OB_DELETE, 7, 0);
	ob_add_group(fd, OF13, OB_ADD, 8, 5);
	ob_add_meter(fd, OF13, OB_DELETE, 7, 0);
	ob_add_meter(fd, OF13, OB_ADD, 8, 5);
	ob_add(fd, OF13, 7, OR_ADD, "priority=9,tcp,actions=meter:8,group:8");
	for (unsigned i = 0; i < 40; i++) /* each looks at all rules */
		ob_add(fd, OF13, 7, OR_MODIFY, "cookie=1/1,actions=output:2");
	ob_control(fd, OF13, 7, OB_COMMIT, 3);
	ol_until_busy();
	ol_packet_out(other, "group:7");
	ol_packet_out(other, "controller(meter_id=7)");
	op_echo(other, OF13);
	ol_packet_out(other, "group:8");
	op_hear_error(other, 2, 9);
	ol_packet_out(other, "clone(controller(meter_id=8))");
	op_hear_error(other, 12, 3);
	assert_true(sw_rules_busy(ol_rules()));
	assert_false(staged_is_under_way(ol_rules()));
	ol_at_once();
	ob_hear_control(fd, OF13, 7, OB_COMMITTED, 3);
	ol_packet_out(other, "group:8");
	ol_packet_out(other, "controller(meter_id=8)");
	op_echo(other, OF13);
	ol_packet_out(other, "group:7");
	op_hear_error(other, 2, 9);
	op_close(other);
	op_close(fd);
}

#define LEARNERS 20

/* Rules that learn for table 0: with each goes the one rule that has its cookie, which is looked for among all. */
static void learners_that(int fd, const char *has, const char *does)
{
	for (unsigned i = 0; i < LEARNERS; i++) {
		char text[160];

		snprintf(text, sizeof(text),
			"%stable=1,priority=%u,actions=%slearn(table=0,cookie=%u,delete_learned,NXM_OF_ETH_SRC[])",
			has, i, does, 100 + i);
		or_flow_mod(fd, OF13, OR_ADD, text);
	}
	ol_barrier(fd);
	ol_hear_barrier(fd);
}

static void learners(int fd)
{
	learners_that(fd, "", "");
}

/* Until it is to be committed, but not yet seen. */
static void until_unseen(void)
{
	sw_clock_tick(OL_TICK_NS);
	for (unsigned i = 0; i < 1000 && !staged_is_unseen(ol_rules()); i++)
		op_turn(1);
	assert_true(staged_is_unseen(ol_rules()));
}

/* Others are served while it is looked for; packets behind the change meet it, and the barrier is behind all of it. */
static void learned_goes(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);
	struct ts_bridge br = { .bridge = ol_bridge() };

	learners(fd);
	op_echo(other, OF13);
	or_flow_mod(fd, OF13, OR_ADD, "priority=50,dl_dst=02:00:00:00:00:09,actions=drop");
	or_flow_mod(fd, OF13, OR_DELETE, "table=1");
	ol_packet_out(fd, "TABLE");
	ol_barrier(fd);
	until_unseen();
	op_echo(other, OF13);
	ts_turn();
	assert_true(staged_is_unseen(ol_rules()));
	assert_int_equal(tr_rule_packets(&br, 0, 50), 0);
	ol_until_idle();
	op_turn(2);
	ts_turn(); /* the packet is done */
	ol_hear_barrier(fd);
	assert_int_equal(ol_count(), OL_RULES + 1 - LEARNERS);
	assert_int_equal(tr_rule_packets(&br, 0, 50), 1);
	op_close(other);
	op_close(fd);
}

/* The same in a bundle with groups: all of it is seen at once, also when its peer goes. */
static void learned_goes_with_groups(void **state)
{
	int fd = ol_fill("output:1");

	for (unsigned i = 0; i < 2; i++) {
		learners(fd);
		ob_begin(fd, OF13);
		ob_add_group(fd, OF13, i ? OB_ADD : OB_DELETE, 7, i ? 5 : 0);
		ob_add(fd, OF13, 7, OR_DELETE, "table=1");
		ob_control(fd, OF13, 7, OB_COMMIT, 3);
		until_unseen();
		assert_int_equal(sw_groups_find(sw_bridge_groups(ol_bridge()), 7) != NULL, !i);
		if (i) {
			ol_cut_off(fd);
			ol_until_idle();
		} else {
			ol_at_once();
			ob_hear_control(fd, OF13, 7, OB_COMMITTED, 3);
		}
		assert_int_equal(sw_groups_find(sw_bridge_groups(ol_bridge()), 7) != NULL, i);
		assert_int_equal(ol_count(), OL_RULES - LEARNERS);
	}
}

static unsigned learners_there(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(ol_rules(), 1, &stats);
	return stats.rules;
}

/* The same of those that time out. */
static void learned_goes_with_time(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);

	learners_that(fd, "hard_timeout=1,", "");
	sw_clock_tick(OL_TICK_NS);
	sw_clock_warp(2000);
	assert_true(of_server_expire(NULL));
	assert_true(staged_is_unseen(ol_rules()));
	op_echo(other, OF13); /* served meanwhile */
	assert_true(of_server_expire(NULL));
	assert_true(staged_is_unseen(ol_rules()));
	ol_until_idle();
	assert_int_equal(learners_there(), 0);
	assert_int_equal(ol_count(), OL_RULES - LEARNERS);
	op_close(other);
	op_close(fd);
}

/* Of those that a smaller table has no room for. */
static void learned_goes_with_room(void **state)
{
	int fd = ol_fill("output:1");

	ct_ok("set bridge br0 flow_tables:1=@t -- --id=@t create flow_table name=t overflow_policy=evict");
	learners_that(fd, "hard_timeout=1000,", "");
	sw_clock_tick(OL_TICK_NS);
	ct_ok("set flow_table t flow_limit=5");
	assert_true(of_server_expire(NULL));
	assert_true(staged_is_unseen(ol_rules()));
	ol_until_idle();
	assert_int_equal(learners_there(), 5);
	assert_int_equal(ol_count(), OL_RULES - LEARNERS + 5);
	op_close(fd);
}

/* The worker does packets, control what they ask for. */
static void learn(void)
{
	ts_turn();
	sw_packet_in_run(8);
	op_turn(1);
}

/* Of one in whose place a packet's rule comes: others are served, and what comes behind the packet meets its rule. */
static void learned_goes_with_learned(void **state)
{
	int fd = ol_fill("output:1"), other = op_dial_as("br0", OF13);
	struct ts_bridge br = { .bridge = ol_bridge() };

	or_flow_mod(fd, OF13, OR_ADD,
		"table=1,priority=7,dl_dst=02:00:00:00:00:09,actions=learn(table=0,cookie=100,delete_learned,NXM_OF_ETH_SRC[])");
	or_flow_mod(fd, OF13, OR_ADD,
		"priority=50,dl_dst=02:00:00:00:00:09,actions=resubmit(,1),resubmit(,2)");
	or_flow_mod(fd, OF13, OR_ADD, "table=2,priority=9,reg0=5,actions=drop");
	op_echo(fd, OF13);
	ol_packet_out(fd,
		"learn(table=1,priority=7,NXM_OF_ETH_DST[]=NXM_OF_ETH_DST[],load:5->NXM_NX_REG0[])");
	ol_packet_out(fd, "TABLE");
	ol_barrier(fd);
	sw_clock_tick(OL_TICK_NS);
	for (unsigned i = 0; i < 1000 && !staged_is_unseen(ol_rules()); i++)
		learn();
	assert_true(staged_is_unseen(ol_rules()));
	op_echo(other, OF13);
	learn();
	assert_true(staged_is_unseen(ol_rules()));
	ol_until_idle();
	for (unsigned i = 0; i < 10; i++)
		learn();
	ol_hear_barrier(fd);
	assert_int_equal(ol_count(), OL_RULES); /* one less, and one more */
	assert_int_equal(learners_there(), 1);
	assert_int_equal(tr_rule_packets(&br, 2, 9), 1);
	op_close(other);
	op_close(fd);
}

/* Of those that use a group or a meter which goes. */
static void learned_goes_with_what_is_used(void **state)
{
	static const char *const uses[] = { "group:7,", "meter:7," };

	for (unsigned meter = 0; meter < 2; meter++) {
		int fd = ol_fill("output:1");

		learners_that(fd, "", uses[meter]);
		op_say(fd, OF13, meter ? 29 : 15, 1,
			meter ? "0002 0001 00000007" : "0002 00 00 00000007");
		until_unseen();
		ol_until_idle();
		assert_int_equal(learners_there(), 0);
		assert_int_equal(ol_count(), OL_RULES - LEARNERS);
		op_close(fd);
		ct_ok("rule del br0");
		ct_ok("group del br0");
		ct_ok("meter del br0");
	}
}

static void bridge_goes_unseen(void **state)
{
	int fd = ol_fill("output:1");

	learners(fd);
	ob_begin(fd, OF13);
	ob_add_group(fd, OF13, OB_DELETE, 7, 0);
	ob_add_meter(fd, OF13, OB_ADD, 8, 5);
	ob_add(fd, OF13, 7, OR_DELETE, "table=1");
	ob_control(fd, OF13, 7, OB_COMMIT, 3);
	until_unseen();
	ol_at_once();
	ct_ok("del-br br0");
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(others_see_what_is_there, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(learned_goes, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(learned_goes_with_groups, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(learned_goes_with_time, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(learned_goes_with_room, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(
			learned_goes_with_what_is_used, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(learned_goes_with_learned, ol_setup, ol_teardown),
		cmocka_unit_test_setup_teardown(bridge_goes_unseen, ol_setup, ol_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
