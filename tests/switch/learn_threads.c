/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two real workers ask for rules (learn) while control makes them, deletes them, takes the learn action away and puts another
 * there, and has the bridge go while they wait in the rings. Each packet leaves exactly once; in the end each flow has its
 * rule; what was asked of a bridge that is gone is asked of no other; up to a limit just so many are told of a rule, whoever
 * comes first; and (under the thread and address sanitizers) nobody touches what is gone.
 */
#include "testrules.h"

#include <sw/packet_in.h>

#include "packet.h"
#include "realworkers.h"

#define ROUNDS 80
#define LIVES  12
#define EACH   20 /* packets a round and worker */
#define LIMIT  25
#define FILL   60 /* rounds of packets that are more than the rings of wishes hold twice */

static struct rw_bridge rw;

/* The rule that learns, with a cookie of its own: port 4 for whom control has heard of, port 3 for others. */
static void learn_with(unsigned cookie)
{
	char text[300];

	snprintf(text, sizeof(text),
		"udp,cookie=%u,actions=load:4->NXM_NX_REG1[0..15],learn(table=1,priority=5,cookie=5,idle_timeout=600,"
		"hard_timeout=%u,dl_type=0x800,nw_proto=17,NXM_OF_IN_PORT[],NXM_OF_IP_SRC[],NXM_OF_UDP_SRC[],"
		"output:NXM_NX_REG1[0..15]),resubmit(,1)",
		cookie, 1000 + cookie % 100);
	tr_rule(&rw.br, text);
}

static void rules(void)
{
	tr_rule(&rw.br, "table=1,priority=0,actions=output:3");
	learn_with(0);
}

static void change(unsigned round)
{
	switch (round % 4) {
	case 0:
		tr_change(&rw.br, "table=1,cookie=5/-1", SW_RULE_DELETE);
		break;
	case 1:
		learn_with(round);
		break;
	case 2:
		rw_bridge_members(&rw, RW_PORTS);
		break;
	default: /* keys of flows that are kept are others while it is there */
		tr_rule(&rw.br, "table=1,priority=9,udp,nw_tos=4,tp_dst=9,actions=drop");
		tr_change(&rw.br, "table=1,udp,nw_tos=4,tp_dst=9", SW_RULE_DELETE);
	}
}

static void drain(void)
{
	while (sw_packet_in_run(100))
		rw_step();
}

/* The round's packets, with a change in the middle (NULL: none), while control takes `most` wishes now and then. How many
 * came out of port 4. */
static unsigned send(unsigned round, void (*amid)(unsigned round), unsigned most)
{
	unsigned out[2] = { 0 };

	rw_inject(&rw, round, EACH);
	for (unsigned i = 0; out[0] + out[1] < 2 * EACH && rw_waits(i); i++) {
		if (i == 3 && amid)
			amid(round);
		if (most && i % 4 == 1)
			sw_packet_in_run(most);
		out[0] += sw_dummy_sent_drop(rw.port[3]);
		out[1] += sw_dummy_sent_drop(rw.port[4]);
		rw_step();
	}
	assert_int_equal(out[0] + out[1], 2 * EACH);
	return out[1];
}

/* After a round with changes each flow asks once more at most. */
static void test_rules_are_learned(void **state)
{
	unsigned learned = 0;

	rw_bridge_make(&rw);
	rules();
	for (unsigned round = 0; round < ROUNDS; round++) {
		learned += send(round, change, 7);
		drain();
		send(round, NULL, 7);
		drain();
		assert_int_equal(send(round, NULL, 7), 2 * EACH);
		drain();
		assert_in_range(tr_rule_count(&rw.br), 2 + 2 * EACH, 2 + (round + 1) * 2 * EACH);
	}
	assert_true(learned < ROUNDS * 2 * EACH); /* nobody knew them all */
	rw_bridge_gone(&rw);
}

/* Control takes nothing until the rings are full, then too little: what had no room is asked for by the flow's next packet. */
static void test_rings_fill(void **state)
{
	unsigned learned = 0;

	rw_bridge_make(&rw);
	rules();
	for (unsigned round = 0; round < FILL; round++)
		send(round, NULL, round < FILL / 2 ? 0 : 4);
	assert_true(tr_rule_count(&rw.br) < 2 + FILL * 2 * EACH);
	for (unsigned again = 0; again < 3; again++) {
		drain();
		learned = 0;
		for (unsigned round = 0; round < FILL; round++)
			learned += send(round, NULL, 100);
	}
	assert_int_equal(learned, FILL * 2 * EACH);
	rw_bridge_gone(&rw);
}

/* Nobody does what was asked until the bridge is gone and another one is there, most likely where it was. */
static void test_bridge_goes(void **state)
{
	for (unsigned life = 0; life < LIVES; life++) {
		rw_bridge_make(&rw);
		rules();
		while (sw_packet_in_run(10))
			rw_step();
		assert_int_equal(tr_rule_count(&rw.br), 2);
		rw_inject(&rw, life, EACH);
		rw_wait_sent(2 * EACH, &rw.port[3], 1);
		rw_bridge_gone(&rw);
	}
	assert_int_equal(sw_packet_in_run(1000), 2 * EACH);
	assert_int_equal(sw_packet_in_run(1000), 0);
}

static void learn_up_to(unsigned limit)
{
	char text[300];

	snprintf(text, sizeof(text),
		"udp,actions=learn(table=1,priority=5,cookie=5,limit=%u,result_dst=reg2[0],dl_type=0x800,nw_proto=17,"
		"NXM_OF_IN_PORT[],NXM_OF_IP_SRC[],NXM_OF_UDP_SRC[],load:1->NXM_NX_REG1[]),resubmit(,2)",
		limit);
	tr_rule(&rw.br, text);
}

static unsigned learned(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(rw.br.bridge), 1, &stats);
	return stats.rules;
}

static void forget_all(unsigned round)
{
	tr_change(&rw.br, "table=1", SW_RULE_DELETE);
}

/* Flows that are new: as many are told of a rule as there is room for, or as comes meanwhile; all of them get it. */
static void limited_round(unsigned round)
{
	unsigned room = LIMIT - learned(), told;

	told = send(3 * round, NULL, 7);
	drain();
	assert_int_equal(told, room);
	assert_int_equal(learned(), LIMIT);
	told = send(3 * round + 1, round % 2 ? NULL : forget_all, 7);
	drain();
	assert_in_range(told, 0, round % 2 ? 0 : LIMIT);
	assert_true(learned() <= LIMIT);
	assert_int_equal(send(3 * round + 2, NULL, 0), LIMIT - learned());
	drain();
	assert_int_equal(learned(), LIMIT);
	tr_change(&rw.br, round % 2 ? "table=1" : "table=1,in_port=1", SW_RULE_DELETE);
}

/* Real workers take the places at once, control makes the rules and gives places back meanwhile. */
static void test_limit(void **state)
{
	rw_bridge_make(&rw);
	tr_rule(&rw.br, "table=2,reg2=0,actions=output:3");
	tr_rule(&rw.br, "table=2,reg2=1,actions=output:4");
	learn_up_to(LIMIT);
	for (unsigned round = 0; round < ROUNDS / 3; round++)
		limited_round(round);
	rw_bridge_gone(&rw);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules_are_learned),
		cmocka_unit_test(test_rings_fill),
		cmocka_unit_test(test_bridge_goes),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, rw_setup, rw_teardown);
}
