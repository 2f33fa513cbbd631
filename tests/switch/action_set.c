/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an action set sends to, as later tables match it: the field actset_output (OpenFlow 1.5.1, 7.2.3.7). Each burst is
 * new to the switch, then known to it.
 */
#include "testrules.h"

#include "packet.h"

#define PORTS 4

static struct sw_port *port[PORTS + 1];
static struct ts_bridge *br;
static struct packet_bytes packet;

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	tr_udp(&packet, &(struct tr_udp){ 0x0a000001, 0x0a000002, 1000, 2000, 0, 100 });
	return 0;
}

/* In table 9 what the set sends to ports 2 and 3 stays as it is, and port 4 has what it sends nowhere. */
static void rules(const char *first)
{
	tr_no_rules(br);
	tr_rule(br, first);
	tr_rule(br, "table=9,actset_output=2,actions=write_actions(output:2)");
	tr_rule(br, "table=9,actset_output=3,actions=write_actions(output:3)");
	tr_rule(br, "table=9,actset_output=UNSET,actions=output:4");
}

static void expect(unsigned two, unsigned three, unsigned four)
{
	for (unsigned k = 1; k <= 8; k *= 8) {
		for (unsigned i = 0; i < k; i++)
			tr_send(port[1], &packet);
		ts_turn();
		tr_expect(port, PORTS, (const unsigned[PORTS]){ 0, two * k, three * k, four * k });
	}
}

static void test_output(void **state)
{
	rules("table=0,actions=write_actions(output:2),goto_table:9");
	expect(1, 0, 0);
	rules("table=0,actions=write_actions(set_field:0a:00:00:00:00:01->eth_src,output:3),goto_table:9");
	expect(0, 1, 0);
}

static void test_unset(void **state)
{
	rules("table=0,actions=goto_table:9");
	expect(0, 0, 1);
	rules("table=0,actions=output:3,write_actions(dec_ttl),goto_table:9");
	expect(0, 1, 1);
}

/* A group goes before an output, whatever comes first, until the set is cleared. */
static void test_group(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=all,bucket=output:3");
	rules("table=0,actions=write_actions(output:2,group:1),goto_table:9");
	expect(0, 1, 1);
	rules("table=0,actions=write_actions(group:1),goto_table:5");
	tr_rule(br, "table=5,actset_output=UNSET,actions=write_actions(output:2),goto_table:6");
	tr_rule(br,
		"table=6,actset_output=UNSET,actions=clear_actions,write_actions(output:2),goto_table:9");
	expect(1, 0, 0);
}

/* What a bucket does to the packet is its own, what it writes to the set is not. */
static void test_bucket(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=all,bucket=resubmit(,5),bucket=resubmit(,6)");
	rules("table=0,actions=group:1,resubmit(,7),goto_table:9");
	tr_rule(br, "table=5,actions=write_actions(output:3)");
	tr_rule(br, "table=6,actset_output=3,actions=set_field:1->metadata,output:4");
	tr_rule(br, "table=7,actset_output=3,metadata=0,actions=output:2");
	expect(1, 1, 1);
}

static void test_cleared(void **state)
{
	rules("table=0,actions=resubmit(,5),write_actions(output:2),goto_table:9");
	tr_rule(br, "table=5,actions=write_actions(output:3)");
	expect(1, 0, 0); /* what a rule writes comes after its list */
	rules("table=0,actions=write_actions(output:2),goto_table:5");
	tr_rule(br, "table=5,actset_output=2,actions=clear_actions,goto_table:9");
	expect(0, 0, 1);
	rules("table=0,actions=write_actions(output:2),goto_table:5");
	tr_rule(br,
		"table=5,actset_output=2,actions=clear_actions,write_actions(output:3),goto_table:9");
	expect(0, 1, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_output, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_unset, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_group, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_bucket, setup, ts_teardown),
		cmocka_unit_test_setup_teardown(test_cleared, setup, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
