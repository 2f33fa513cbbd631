/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two real workers send packets to one group while control changes it in every way: another bucket, another type, buckets put
 * in and taken out, walked and not, in a chain, links that fall. Each packet leaves exactly once, none is lost, and (under the
 * thread and address sanitizers) nobody touches what is gone. A meter that is changed meanwhile lets all pass. And what a
 * staging changes together, a rule and groups, no packet sees apart.
 */
#include "testrules.h"

#include "packet.h"
#include "realworkers.h"

#define ROUNDS 150
#define EACH   20 /* packets a round and worker */

static struct rw_bridge rw;

static void wait_sent(void)
{
	unsigned got = 0;

	for (unsigned i = 0; got < 2 * EACH && rw_waits(i); i++) {
		got += sw_dummy_sent_drop(rw.port[3]) + sw_dummy_sent_drop(rw.port[4]);
		rw_step();
	}
	assert_int_equal(got, 2 * EACH);
}

static const struct {
	enum sw_group_verb verb;
	const char *text;
} steps[] = {
	{ SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=output:4" },
	{ SW_GROUP_MODIFY, "group_id=1,type=select,bucket=output:3,bucket=output:4" },
	{ SW_GROUP_INSERT_BUCKETS, "group_id=1,command_bucket_id=first,bucket=dec_ttl,output:4" },
	{ SW_GROUP_REMOVE_BUCKETS, "group_id=1,command_bucket_id=last" },
	{ SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=resubmit(,1)" },
	{ SW_GROUP_MODIFY, "group_id=1,type=all,bucket=group:2,bucket=drop" },
	{ SW_GROUP_MODIFY, "group_id=2,type=indirect,bucket=resubmit(,1)" },
	{ SW_GROUP_MODIFY,
		"group_id=2,type=select,bucket=output:3,bucket=set_field:02:00:00:00:00:09->eth_dst,output:4" },
	{ SW_GROUP_MODIFY,
		"group_id=1,type=ff,bucket=watch_port:3,output:3,bucket=watch_port:4,output:4" },
};

static void change(unsigned round)
{
	unsigned i = round % (RTE_DIM(steps) + 2);

	if (i < RTE_DIM(steps))
		tr_group(&rw.br, steps[i].verb, steps[i].text);
	else
		sw_dummy_set_link(rw.port[3], i > RTE_DIM(steps));
	tr_meter(&rw.br, SW_METER_MODIFY,
		round % 2 ? "meter=1 pktps bands=type=drop rate=100000000"
			  : "meter=1 kbps bands=type=dscp_remark rate=1 prec_level=1");
}

static void test_changes(void **state)
{
	tr_group(&rw.br, SW_GROUP_ADD, "group_id=2,type=indirect,bucket=output:3");
	tr_group(&rw.br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:3");
	tr_meter(&rw.br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=100000000");
	tr_rule(&rw.br, "table=0,actions=meter:1,group:1");
	tr_rule(&rw.br, "table=1,actions=output:3");
	for (unsigned round = 0; round < ROUNDS; round++) {
		rw_inject(&rw, round, EACH);
		change(round);
		wait_sent();
	}
}

/* Each packet goes once to either port, as the rule and two groups are before and after. */
static void test_together(void **state)
{
	struct sw_groups *groups = sw_bridge_groups(rw.br.bridge);

	tr_group(&rw.br, SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=output:4");
	tr_group(&rw.br, SW_GROUP_MODIFY, "group_id=2,type=indirect,bucket=group:1");
	tr_rule(&rw.br, "table=0,actions=group:2,output:3");
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned got[2] = { 0 };

		rw_inject(&rw, round, EACH);
		sw_groups_begin(groups);
		tr_stage_group(&rw.br, SW_GROUP_MODIFY,
			round % 2 ? "group_id=1,type=indirect,bucket=output:4"
				  : "group_id=1,type=all,bucket=output:3");
		if (round % 3)
			tr_stage_group(&rw.br, SW_GROUP_MODIFY,
				round % 4 ? "group_id=2,type=indirect,bucket=group:1"
					  : "group_id=2,type=all,bucket=group:1");
		tr_stage_rule(&rw.br, round % 2 ? "table=0,actions=group:2,output:3"
						: "table=0,actions=group:2,output:4");
		sw_groups_commit(groups);
		for (unsigned i = 0; got[0] + got[1] < 4 * EACH && rw_waits(i); i++) {
			got[0] += sw_dummy_sent_drop(rw.port[3]);
			got[1] += sw_dummy_sent_drop(rw.port[4]);
			rw_step();
		}
		assert_int_equal(got[0], 2 * EACH);
		assert_int_equal(got[1], 2 * EACH);
	}
}

static int setup(void **state)
{
	rw_start();
	rw_bridge_make(&rw);
	return 0;
}

static int teardown(void **state)
{
	rw_bridge_gone(&rw);
	rw_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_together),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
