/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Long transactions on a real control loop: they give it back between slices, answer whole all the same,
 * and a switch that stops in the middle of one still stops.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <unistd.h>

#include <event2/event.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/cmd.h>
#include <sw/loop.h>
#include <sw/pmd.h>
#include <sw/post.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../../src/ctl/change.h"
#include "../../src/ctl/store.h"
#include "../../src/ctl/txn.h"

#define PORTS	     300
#define SLICE_PIECES 22 /* at most, at 100 us each */

static unsigned n_run, n_answers;

static int run_slow(struct sw_call *call, struct sw_err *err)
{
	n_run++;
	sw_clock_warp(3); /* more than a slice */
	return 0;
}

SW_REGISTER(cmd, test_slow) = {
	.name = "test-slow",
	.help = "takes 3 ms",
	.kind = SW_CMD_READ,
	.role = SW_ROLE_READ,
	.run = run_slow,
};

static int setup(void **state)
{
	struct sw_err err;

	ts_start(1);
	assert_int_equal(sw_loop_init(&err), 0);
	ct_start();
	n_run = n_answers = 0;
	return 0;
}

static int teardown(void **state)
{
	ct_stop();
	sw_loop_fini();
	ts_stop();
	return 0;
}

static void on_answer(void *arg, struct txn_reply *reply)
{
	assert_int_equal(reply->rc, 0);
	n_answers++;
}

static void on_any_answer(void *arg, struct txn_reply *reply)
{
	n_answers++;
}

static void submit_slow(void)
{
	json_t *commands =
		json_pack("[[s],[s],[s],[s]]", "test-slow", "test-slow", "test-slow", "test-slow");
	struct txn_request req = { .commands = commands, .user = "test", .role = SW_ROLE_ADMIN };
	struct sw_err err;

	assert_int_equal(txn_submit(&req, on_answer, &n_answers, &err), 0);
	json_decref(commands);
}

static void loop_comes_round(void **state)
{
	submit_slow();
	assert_int_equal(n_run, 1);
	for (unsigned round = 0; n_run < 2 && round < 100; round++)
		event_base_loop(sw_loop_base(), EVLOOP_ONCE);
	assert_int_equal(n_run, 2); /* not all the rest within one round */
	while (!n_answers)
		event_base_loop(sw_loop_base(), EVLOOP_ONCE);
	assert_int_equal(n_run, 4);
}

static void stop_in_the_middle(void **state)
{
	submit_slow();
	assert_int_equal(n_run, 1);
	store_close();
	assert_int_equal(n_run, 4);
	assert_int_equal(n_answers, 1);
}

static void long_lists_are_whole(void **state)
{
	struct sw_str line = { 0 };
	json_t *value;

	ct_bridge("br0");
	for (unsigned i = 0; i < PORTS; i++)
		sw_str_add(&line, "%sadd-port br0 p%u -- set interface p%u type=dummy",
			i ? " -- " : "", i, i);
	ct_ok("%s", line.s);
	free(line.s);
	ct_ok("--columns=name list interface");
	value = json_object_get(json_array_get(ct.results, 0), "value");
	assert_int_equal(json_array_size(value), PORTS + 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(value, PORTS), "name")), "p99");
	ct_ok("--columns=name find interface type=dummy name!=br0 -- list-br");
	value = json_object_get(json_array_get(ct.results, 0), "value");
	assert_int_equal(json_array_size(value), PORTS);
	assert_int_equal(json_array_size(ct.results), 2);
	/* Names that do not all fit are in order, and the rest is told of. */
	ct_fails(SW_CODE_NOT_FOUND, "port stats x");
	assert_int_equal(strncmp(ct.err.allowed, "br0, p0, p1, p10, p100, ", 24), 0);
	assert_string_equal(ct.err.allowed + strlen(ct.err.allowed) - 5, ", ...");
}

/* The steps of that name that were taken, and that none was longer than a slice and a piece. */
static unsigned steps_of(const char *name)
{
	struct sw_loop_step steps[SW_LOOP_STEPS_MAX];
	unsigned n = sw_loop_steps(steps);

	for (unsigned i = 0; i < n; i++) {
		if (strcmp(steps[i].name, name))
			continue;
		if (steps[i].worst_us > 5000)
			fail_msg("a step \"%s\" took %u readings of the clock", name,
				(unsigned)(steps[i].worst_us / 100));
		return steps[i].count;
	}
	return 0;
}

/* With a clock that moves by 100 us a reading each stage of a change of 300 ports has to give the loop back
 * many times. */
static void every_stage_is_sliced(void **state)
{
	struct sw_str line = { 0 };

	ct_bridge("br0");
	for (unsigned i = 0; i < PORTS; i++)
		sw_str_add(&line, "%sadd-port br0 p%u -- set interface p%u type=dummy",
			i ? " -- " : "", i, i);
	ct_ok("%s", line.s);
	line.len = 0;
	for (unsigned i = 0; i < PORTS; i++)
		sw_str_add(&line,
			"%sset interface p%u mtu_request=1400 ofport_request=%u -- set port p%u "
			"static_macs=0/02:00:00:00:%02x:%02x",
			i ? " -- " : "", i, 1000 + i, i, i / 256, i % 256);
	sw_loop_stats_clear();
	sw_clock_tick(100000);
	ct_ok("%s", line.s);
	ct_ok("get interface p7 ofport");
	assert_string_equal(ct_text("get interface p7 ofport"), "1007\n");
	ct_settle(); /* until it is freed, too */
	sw_clock_tick(0);
	free(line.s);
	assert_true(steps_of("transaction parse") >= 2 * PORTS / SLICE_PIECES);
	assert_true(steps_of("transaction commands") >= 2 * PORTS / SLICE_PIECES);
	assert_true(steps_of("transaction check") >= 2 * PORTS / SLICE_PIECES);
	assert_true(steps_of("transaction plan") >= 3 * PORTS / SLICE_PIECES);
	assert_true(steps_of("transaction steps") >= PORTS / SLICE_PIECES);
	assert_true(steps_of("transaction free") >= 2 * PORTS / SLICE_PIECES);
}

/* Rules of one command are staged in slices: none is there before all are, and a controller's change waits. */
static void rules_are_sliced(void **state)
{
	const char *bad = "in_port=1,actions=goto_table:0";
	struct sw_rules *rules;
	struct sw_str line = { 0 };

	ct_bridge("br0");
	ct_ok("rule del br0");
	rules = sw_bridge_rules(sw_bridge_by_name("br0"));
	sw_str_add(&line, "rule add br0");
	for (unsigned i = 0; i < PORTS; i++)
		sw_str_add(&line, " tcp,tp_dst=%u,actions=drop", i);
	for (unsigned fails = 0; fails < 2; fails++) {
		struct sw_rule_cursor cursor = { 0 };

		sw_loop_stats_clear();
		sw_clock_tick(100000);
		if (fails)
			ct_fails(SW_CODE_INVALID, "%s %s", line.s, bad);
		else
			ct_ok("%s", line.s);
		sw_clock_tick(0);
		assert_true(steps_of("transaction commands") >= 2 * PORTS / SLICE_PIECES);
		assert_false(sw_rules_busy(rules));
		assert_true((sw_rules_next(rules, &cursor, NULL) == NULL) == fails);
		ct_ok("rule del br0");
	}
	free(line.s);
}

/* Stopping while a change is between two slices completes it or refuses it, and frees it all. */
static void stop_between_slices(void **state)
{
	struct txn_request req = { .user = "test", .role = SW_ROLE_ADMIN };
	json_t *commands = json_array();
	struct sw_err err;

	ct_bridge("br0");
	for (unsigned i = 0; i < PORTS; i++)
		json_array_append_new(
			commands, json_pack("[s,s,s]", "br-set-external-id", "br0", "k"));
	req.commands = commands;
	sw_clock_tick(100000);
	assert_int_equal(txn_submit(&req, on_any_answer, &n_answers, &err), 0);
	json_decref(commands);
	event_base_loop(sw_loop_base(), EVLOOP_ONCE);
	assert_int_equal(n_answers, 0);
	store_close();
	sw_clock_tick(0);
	assert_int_equal(n_answers, 1);
}

/* From when the change is stored each slice is over after its first piece. */
static bool slow_after_storing;

static void hear(const struct change *change)
{
	if (slow_after_storing)
		sw_clock_tick(3000000);
}

SW_REGISTER(change_listener, test_slow_after) = {
	.name = "test-slow-after",
	.help = "makes what follows slow",
	.hear = hear,
};

/* The last step of a change may use up its slice, and the port that it closes be closed before the next slice would
 * begin: there is nothing left to go on with. */
static void closed_between_slices(void **state)
{
	json_t *commands = json_pack("[[s,s]]", "del-port", "p0");
	struct txn_request req = { .commands = commands, .user = "test", .role = SW_ROLE_ADMIN };
	struct sw_err err;

	ct_bridge("br0");
	ct_ok("add-port br0 p0 -- set interface p0 type=dummy");
	slow_after_storing = true;
	assert_int_equal(txn_submit(&req, on_answer, &n_answers, &err), 0);
	json_decref(commands);
	/* All but timers, which is what slices go on by. */
	for (unsigned round = 0; !n_answers && round < 100000; round++) {
		sw_pmd_turn(0);
		sw_rcu_poll();
		sw_post_run();
		usleep(20); /* the job thread's turn */
	}
	slow_after_storing = false;
	sw_clock_tick(0);
	assert_int_equal(n_answers, 1);
	ct_settle();
	ct_ok("add-port br0 p0 -- set interface p0 type=dummy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(loop_comes_round, setup, teardown),
		cmocka_unit_test_setup_teardown(stop_in_the_middle, setup, teardown),
		cmocka_unit_test_setup_teardown(long_lists_are_whole, setup, teardown),
		cmocka_unit_test_setup_teardown(every_stage_is_sliced, setup, teardown),
		cmocka_unit_test_setup_teardown(rules_are_sliced, setup, teardown),
		cmocka_unit_test_setup_teardown(stop_between_slices, setup, teardown),
		cmocka_unit_test_setup_teardown(closed_between_slices, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
