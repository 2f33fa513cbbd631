/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files of many rules on a real control loop: in slices, all or nothing, whatever happens to the bridge meanwhile.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/loop.h>
#include <sw/pmd.h>
#include <sw/post.h>
#include <sw/rcu.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../../src/ctl/cmd/kept.h"
#include "../../src/ctl/txn.h"

#define LINES	2000
#define TICK_NS 10000 /* a reading of the clock takes so long: some 200 lines are a slice */

static struct txn_reply answer;
static bool answered;

static int setup(void **state)
{
	struct sw_err err;

	ts_start(1);
	assert_int_equal(sw_loop_init(&err), 0);
	ct_start();
	ct_bridge("br0");
	ct_ok("rule del br0");
	sw_clock_tick(TICK_NS);
	return 0;
}

static int teardown(void **state)
{
	sw_clock_tick(0);
	ct_stop();
	sw_loop_fini();
	ts_stop();
	return 0;
}

/* Lines of rules that differ, from a number on. The caller frees. */
static char *lines(unsigned from, unsigned n, const char *last)
{
	struct sw_str text = { 0 };

	for (unsigned i = from; i < from + n; i++)
		sw_str_add(&text, "table=%u,priority=%u,udp,tp_dst=%u,actions=drop\n", i / 500,
			1 + i % 3, i % 500);
	sw_str_add(&text, "%s", last);
	return text.s;
}

static struct sw_rules *rules(void)
{
	return sw_bridge_rules(sw_bridge_by_name("br0"));
}

static unsigned count(void)
{
	unsigned n = 0;

	for (unsigned table = 0; table < SW_TABLES; table++) {
		struct sw_rule_table_stats stats;

		sw_rules_table_stats(rules(), table, &stats);
		n += stats.rules;
	}
	return n;
}

static void with(char *text)
{
	ct_input(text);
	free(text);
}

static unsigned steps_of(const char *name)
{
	struct sw_loop_step steps[SW_LOOP_STEPS_MAX];
	unsigned n = sw_loop_steps(steps);

	for (unsigned i = 0; i < n; i++)
		if (!strcmp(steps[i].name, name))
			return steps[i].count;
	return 0;
}

static void all_or_nothing(void **state)
{
	unsigned steps;

	with(lines(0, LINES, ""));
	steps = steps_of("transaction commands");
	ct_ok("rule load br0 f");
	assert_in_range(
		steps_of("transaction commands") - steps, 2 * LINES * TICK_NS / 2200000, 1000);
	assert_int_equal(count(), LINES);
	/* What comes, what changes and what goes is taken back in slices, and the next can begin. */
	with(lines(LINES / 2, LINES,
		"delete table=0\ndelete_strict table=1,priority=1,udp,tp_dst=0\n"
		"modify table=2,actions=LOCAL\nactions=group:5"));
	ct_fails(SW_CODE_NOT_FOUND, "rule load br0 f");
	assert_int_equal(strncmp(ct.err.text, "f:2004: there is no group 5", 28), 0);
	assert_int_equal(count(), LINES);
	with(lines(0, LINES, ""));
	ct_ok("rule diff br0 f");
	assert_int_equal(ct.exit_status, 0);
	with(lines(0, LINES, "nonsense"));
	ct_fails(SW_CODE_NOT_FOUND, "rule load br0 f");
	with(lines(LINES / 2, LINES, "actions=group:5"));
	ct_fails(SW_CODE_NOT_FOUND, "rule replace br0 f");
	assert_int_equal(count(), LINES);
	with(lines(LINES / 2, LINES, ""));
	ct_ok("rule replace br0 f");
	ct_ok("rule diff br0 f");
	assert_int_equal(ct.exit_status, 0);
	assert_int_equal(count(), LINES);
}

static const char *next_piece(void)
{
	static char next[64];
	const json_t *name = json_object_get(json_array_get(ct.results, 0), "next");

	snprintf(next, sizeof(next), "%s", name ? json_string_value(name) : "");
	return next;
}

static unsigned count_lines(void)
{
	return json_array_size(json_object_get(json_array_get(ct.results, 0), "value"));
}

/* A difference that fits no answer comes in pieces, which are kept for a while and given once. */
static void too_different(void **state)
{
	unsigned n, pieces = 1;
	char last[64] = "";

	sw_clock_tick(0);
	with(lines(0, 120000, ""));
	ct_ok("rule diff br0 f");
	assert_int_equal(ct.exit_status, 10);
	for (n = count_lines(); *next_piece(); n += count_lines(), pieces++) {
		snprintf(last, sizeof(last), "%s", next_piece());
		ct_ok("rule diff br0 f --from=%s", last);
	}
	assert_int_equal(n, 120000);
	assert_in_range(pieces, 2, 5);
	ct_fails(SW_CODE_NOT_FOUND, "rule diff br0 f --from=%s", last);
	ct_ok("rule diff br0 f");
	snprintf(last, sizeof(last), "%s", next_piece());
	kept_sweep();
	ct_ok("rule diff br0 f --from=%s", last);
	snprintf(last, sizeof(last), "%s", next_piece());
	sw_clock_warp(KEPT_MS);
	kept_sweep();
	ct_fails(SW_CODE_NOT_FOUND, "rule diff br0 f --from=%s", last);
	ct_ok("rule load br0 f");
	ct_ok("rule diff br0 f");
	assert_int_equal(ct.exit_status, 0);
}

static void on_answer(void *arg, struct txn_reply *reply)
{
	answer = *reply;
	answered = true;
}

static void load(char *text)
{
	json_t *commands = json_pack("[[s, s, s, s]]", "rule", "load", "br0", "f");
	json_t *input = json_string(text);
	struct txn_request req = {
		.commands = commands, .input = input, .user = "test", .role = SW_ROLE_ADMIN
	};
	struct sw_err err;

	free(text);
	answered = false;
	assert_int_equal(txn_submit(&req, on_answer, NULL, &err), 0);
	json_decref(commands);
	json_decref(input);
}

/* Everything but what goes on in slices. */
static void delete_bridge(void)
{
	json_t *commands = json_pack("[[s, s]]", "del-br", "br0");
	struct txn_request req = { .commands = commands, .user = "test", .role = SW_ROLE_ADMIN };
	bool load_answered = answered;
	struct sw_err err;

	answered = false;
	assert_int_equal(txn_submit(&req, on_answer, NULL, &err), 0);
	json_decref(commands);
	while (!answered) {
		sw_pmd_turn(0);
		sw_rcu_poll();
		sw_post_run();
		usleep(20); /* the job thread's turn */
	}
	assert_int_equal(answer.rc, 0);
	answered = load_answered;
}

/* The bridge goes while a file is being staged: the command ends with an error, nothing else happens. */
static void bridge_goes(void **state)
{
	with(lines(0, 3, ""));
	ct_ok("rule load br0 f");
	load(lines(0, LINES, ""));
	while (!answered && !sw_rules_busy(rules()))
		event_base_loop(sw_loop_base(), EVLOOP_ONCE);
	assert_false(answered);
	delete_bridge();
	assert_null(sw_bridge_by_name("br0"));
	assert_false(answered);
	if (*(bool *)*state)
		ct_bridge("br0");
	ct_settle();
	assert_true(answered);
	assert_int_equal(answer.rc, sw_err_errno(answer.err.code));
	/* One that came back is another; whether it looks before or after that is up to the job thread. */
	assert_true(answer.err.code == SW_CODE_NOT_FOUND ||
		    (*(bool *)*state && answer.err.code == SW_CODE_CONFLICT));
	if (*(bool *)*state)
		assert_int_equal(count(), 1);
}

static bool comes_back = true, stays_away;

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_or_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(too_different, setup, teardown),
		cmocka_unit_test_prestate_setup_teardown(bridge_goes, setup, teardown, &stays_away),
		cmocka_unit_test_prestate_setup_teardown(bridge_goes, setup, teardown, &comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
