/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What control does while packets are on their way, to the step: an action of this test lets control have a turn when it is walked,
 * or when it is run on packets, between what they do before and behind it. The packets meet the groups and meters of the version of
 * the rules that they began with, whatever is deleted, added again or changed meanwhile; the next ones, what came of it.
 */
#include "testrules.h"

#include <stdlib.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/flow.h>
#include <sw/rcu.h>
#include <sw/text.h>

#include "../../src/pipeline/exec/code.h"
#include "../../src/pipeline/exec/walk.h"
#include "packet.h"

#define PORTS 4
#define BURST 5

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

/* --- the action --- */

static void (*on_walk)(void), (*on_run)(void);

static void once(void (**fn)(void))
{
	void (*now)(void) = *fn;

	*fn = NULL;
	if (!now)
		return;
	now();
	sw_rcu_poll(); /* nothing is ripe: the worker is in its turn */
}

static void run_midway(struct exec *x, const struct op *op)
{
	once(&on_run);
}

static void walk_midway(struct walk *walk, const struct op *op)
{
	once(&on_walk);
	walk_put(walk, op);
}

static int compile(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_midway;
	op->run = run_midway;
	op->fixed = op->sends = true;
	return 0;
}

static int parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return 0;
}

static void print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "midway");
}

SW_REGISTER(action_type, midway) = {
	.name = "midway",
	.help = "control has a turn",
	.usage = "",
	.parse = parse,
	.print = print,
};
SW_REGISTER(action_code, midway) = {
	.name = "midway",
	.help = "control has a turn",
	.compile = compile,
};

/* --- changes --- */

static void group(enum sw_group_verb verb, const char *text)
{
	tr_group(br, verb, text);
}

static void stage_meter(enum sw_meter_verb verb, uint32_t id)
{
	struct sw_meter_conf conf = { .id = id };

	assert_int_equal(
		sw_meters_stage(sw_bridge_meters(br->bridge), verb, &conf, NULL), SW_METER_FINE);
}

static void begin(void)
{
	sw_groups_begin(sw_bridge_groups(br->bridge));
}

static void commit(void)
{
	sw_groups_commit(sw_bridge_groups(br->bridge));
}

#define RULE "table=0,actions=midway,group:1"

static void bundle_deletes(void)
{
	begin();
	tr_stage_group(br, SW_GROUP_DELETE, "group_id=1");
	tr_stage_rule(br, "table=0,actions=output:4");
	commit();
}

static void bundle_deletes_all(void)
{
	begin();
	tr_stage_group(br, SW_GROUP_DELETE, "group_id=all");
	tr_stage_rule(br, "table=0,actions=output:4");
	commit();
}

static void deletes(void)
{
	group(SW_GROUP_DELETE, "group_id=1");
	tr_rule(br, "table=0,actions=output:4");
}

static void deletes_all(void)
{
	group(SW_GROUP_DELETE, "group_id=all");
	tr_rule(br, "table=0,actions=output:4");
}

static void adds_again(void)
{
	deletes();
	group(SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:4");
}

static void adds_again_staged(void)
{
	deletes();
	begin();
	tr_stage_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:4");
	tr_stage_rule(br, "table=0,actions=group:1");
	commit();
}

static void comes_and_goes(void)
{
	adds_again_staged();
	deletes();
	adds_again();
	tr_rule(br, "table=0,actions=group:1");
}

static void no_rule_and_modified(void)
{
	tr_rule(br, "table=0,actions=output:4");
	group(SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=output:2");
}

static void becomes_walked(void)
{
	begin();
	tr_stage_group(br, SW_GROUP_MODIFY, "group_id=2,type=indirect,bucket=resubmit(,1)");
	tr_stage_rule(br, "table=1,actions=output:4");
	commit();
}

/* --- cases --- */

static void expect(unsigned to)
{
	unsigned n[PORTS] = { 0 };

	n[to - 1] = BURST;
	tr_expect(port, PORTS, n);
}

static void send(unsigned seed)
{
	for (unsigned i = 0; i < BURST; i++) {
		struct packet_bytes p;

		tr_udp(&p, &(struct tr_udp){ seed, 5, i, 6, 0, 60 });
		tr_send(port[1], &p);
	}
	ts_turn();
}

static void clear(void)
{
	tr_no_rules(br);
	group(SW_GROUP_DELETE, "group_id=all");
	ts_turn();
}

/* Packets that begin before the change leave by port 3, and those behind it by port 4. */
static void one_case(const char *const *set_up, void (**when)(void), void (*change)(void))
{
	tr_rule(br, "table=1,actions=output:3");
	group(SW_GROUP_ADD, "group_id=2,type=indirect,bucket=output:3");
	group(SW_GROUP_ADD, *set_up);
	tr_rule(br, RULE);
	*when = change;
	send(1);
	assert_null(*when);
	expect(3);
	send(1);
	expect(4);
	clear();
}

static const char *const groups_before[] = {
	"group_id=1,type=indirect,bucket=output:3",
	"group_id=1,type=select,bucket=output:3",
	"group_id=1,type=all,bucket=group:2",
	"group_id=1,type=ff,bucket=watch_port:3,group:2",
	"group_id=1,type=ff,bucket=watch_group:2,output:3",
	"group_id=1,type=indirect,bucket=resubmit(,1)",
};

static void test_groups(void **state)
{
	static void (*const changes[])(void) = { bundle_deletes, bundle_deletes_all, deletes,
		deletes_all, adds_again, adds_again_staged, comes_and_goes, no_rule_and_modified };

	for (unsigned g = 0; g < RTE_DIM(groups_before); g++)
		for (unsigned i = 0; i < RTE_DIM(changes); i++) {
			one_case(&groups_before[g], &on_walk, changes[i]);
			one_case(&groups_before[g], &on_run, changes[i]);
		}
}

/* A group that is walked from a version on: kept flows of before are none of that version's. */
static void test_becomes_walked(void **state)
{
	one_case(&groups_before[2], &on_walk, becomes_walked);
	one_case(&groups_before[2], &on_run, becomes_walked);
}

static void bundle_deletes_meter(void)
{
	begin();
	stage_meter(SW_METER_DELETE, 1);
	tr_stage_rule(br, "table=0,actions=output:4");
	commit();
}

static void deletes_meter(void)
{
	tr_meter(br, SW_METER_DELETE, "meter=all");
	tr_rule(br, "table=0,actions=output:4");
}

static void adds_meter_again(void)
{
	deletes_meter();
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=1000000");
}

/* One that lets only the first packet through, which comes before. */
static void meter_case(void (**when)(void), void (*change)(void))
{
	unsigned none[PORTS] = { 0 }, first[PORTS] = { [2] = 1 };
	uint64_t before;

	tr_meter(br, SW_METER_ADD, "meter=1 pktps burst bands=type=drop rate=1 burst_size=1");
	tr_rule(br, "table=0,actions=midway,meter:1,output:3");
	send(1);
	tr_expect(port, PORTS, first);
	before = ts_drops(port[1], "meter");
	sw_flow_forget(br->bridge); /* it is to be walked again */
	*when = change;
	send(2);
	assert_null(*when);
	tr_expect(port, PORTS, none);
	assert_int_equal(ts_drops(port[1], "meter"), before + BURST);
	send(2);
	expect(4);
	tr_no_rules(br);
	tr_meter(br, SW_METER_DELETE, "meter=all");
	ts_turn();
}

static void test_meters(void **state)
{
	static void (*const changes[])(
		void) = { bundle_deletes_meter, deletes_meter, adds_meter_again };

	for (unsigned i = 0; i < RTE_DIM(changes); i++) {
		meter_case(&on_walk, changes[i]);
		meter_case(&on_run, changes[i]);
	}
}

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	return 0;
}

static int teardown(void **state)
{
	ts_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_becomes_walked),
		cmocka_unit_test(test_meters),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
