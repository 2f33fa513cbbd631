/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A start with several bridges whose rules persist: all are made, with their sockets, before the first one is loaded.
 */
#include "of_rules.h"
#include "persist_rig.h"

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include <semaphore.h>

#include <sw/bridge.h>
#include <sw/rule.h>

#include "../../src/ctl/job.h"
#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/store.h"
#include "../../src/ctl/switch/news.h"

#define BARRIER	      20
#define BARRIER_REPLY 21

static sem_t released; /* the job thread */
static bool holds;

static int setup(void **state)
{
	sem_init(&released, 0, 0);
	rig_setup(state);
	op_start();
	return 0;
}

static int teardown(void **state)
{
	sem_post(&released); /* of a test that failed */
	op_stop();
	return rig_teardown(state);
}

static void hold_disk(void *arg)
{
	sem_wait(&released);
}

static void nothing(void *arg)
{
}

/* Once br1 is made the job thread stands, so that br0 is not loaded. */
static void bridge_made(struct sw_bridge *bridge)
{
	if (holds && !strcmp(sw_bridge_name(bridge), "br1"))
		job_run(hold_disk, nothing, NULL);
}

static void ignore(struct sw_bridge *bridge)
{
}

SW_REGISTER(bridge_listener, test_hold) = {
	.name = "test_hold",
	.help = "the disk takes its time at the start",
	.made = bridge_made,
	.changed = ignore,
	.gone = ignore,
};

static void start_held(void)
{
	struct sw_err err;

	rig_stored();
	store_close();
	holds = true;
	assert_int_equal(store_open(ct_dir(), &err), 0);
	for (unsigned i = 0; !sw_bridge_by_name("br1"); i++) {
		assert_true(i < 100000);
		op_turn(1);
	}
	holds = false;
}

static void go_on(void)
{
	sem_post(&released);
	ct_settle();
}

static unsigned count_rules(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(sw_bridge_by_name("br1")), 0, &stats);
	return stats.rules;
}

/* What comes for the second one meanwhile waits until that is loaded, too, and is stored then. */
static void test_second_bridge(void **state)
{
	int fd;

	ct_bridge("br1");
	ct_ok("set bridge br1 other_config:persist-rules=true");
	ct_ok("rule add br1 priority=6,actions=drop");
	start_held();
	fd = op_dial_as("br1", OF13);
	op_hush(fd, OF13);
	or_flow_mod(fd, OF13, OR_ADD, "priority=7,actions=drop");
	op_say(fd, OF13, BARRIER, 3, "");
	op_turn(200);
	op_hear_nothing(fd);
	go_on();
	assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, 3);
	assert_int_equal(count_rules(), 3); /* NORMAL, too */
	op_close(fd);
	ct_restart();
	assert_int_equal(count_rules(), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_second_bridge, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
