/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Backbone headers pushed, matched and popped, byte by byte (IEEE 802.1ah; OpenFlow 1.3.5, 5.12), and queues, of which ports
 * have one.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include "packet.h"

#define PORTS 3

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	return 0;
}

static void send(const char *hex)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, hex);
	packet_fill(&p, 0x55, 46);
	tr_send(port[1], &p);
	ts_turn();
}

/* What came out of port 2: these bytes, then what filled the packet. */
static void expect(const char *hex)
{
	struct rte_mbuf *m = sw_dummy_sent(port[2]);
	struct packet_bytes want = { .len = 0 };
	uint8_t bytes[256];
	const uint8_t *b;

	assert_non_null(m);
	packet_hex(&want, hex);
	packet_fill(&want, 0x55, 46);
	b = rte_pktmbuf_read(m, 0, m->pkt_len, bytes);
	assert_int_equal(m->pkt_len, want.len);
	assert_memory_equal(b, want.b, want.len);
	rte_pktmbuf_free(m);
	ts_quiet();
}

#define CUSTOMER "02aa00000001 02aa00000002 "

/* The customer's frame is whole behind it; the tag's priority is the service's; outer fields are written alone. */
static void test_push(void **state)
{
	tr_rule(br, "actions=push_pbb:0x88e7,set_field:0xabcdef->pbb_isid,"
		    "set_field:02:bb:00:00:00:09->eth_dst,output:2");
	for (unsigned i = 0; i < 3; i++) {
		send(CUSTOMER "88b5");
		expect("02bb00000009 02aa00000002 88e7 00abcdef " CUSTOMER "88b5");
		send(CUSTOMER "8100 a064 88b5");
		expect("02bb00000009 02aa00000002 88e7 a0abcdef " CUSTOMER "8100 a064 88b5");
	}
}

/* A second one takes the service of the first. */
static void test_twice(void **state)
{
	tr_rule(br, "dl_type=0x88e7,actions=push_pbb:0x88e7,output:2");
	send("02bb00000001 02bb00000002 88e7 48000007 " CUSTOMER "88b5");
	expect("02bb00000001 02bb00000002 88e7 00000007 "
	       "02bb00000001 02bb00000002 88e7 48000007 " CUSTOMER "88b5");
}

/* Behind a label it is none of the packet's, and the next one has no service to take. */
static void test_behind_label(void **state)
{
	tr_rule(br, "dl_type=0x88e7,actions=push_mpls:0x8847,push_pbb:0x88e7,resubmit(,1)");
	tr_rule(br, "table=1,dl_type=0x88e7,pbb_isid=7,actions=output:3");
	tr_rule(br, "table=1,dl_type=0x88e7,pbb_isid=0,actions=output:2");
	for (unsigned i = 0; i < 2; i++) {
		send("02bb00000001 02bb00000002 88e7 48000007 " CUSTOMER "88b5");
		expect("02bb00000001 02bb00000002 88e7 00000000 "
		       "02bb00000001 02bb00000002 8847 00000100 48000007 " CUSTOMER "88b5");
	}
}

/* Later tables see the customer's headers; a tag before the service's header stays. */
static void test_pop(void **state)
{
	tr_rule(br, "dl_type=0x88e7,pbb_isid=7,actions=pop_pbb,resubmit(,1)");
	tr_rule(br, "table=1,priority=2,dl_src=02:aa:00:00:00:02,dl_type=0x88b5,actions=output:2");
	tr_rule(br, "table=1,priority=1,actions=output:3");
	send("02bb00000001 02bb00000002 88e7 48000007 " CUSTOMER "88b5");
	expect(CUSTOMER "88b5");
	send("02bb00000001 02bb00000002 88a8 0064 88e7 00000007 " CUSTOMER "88b5");
	expect(CUSTOMER "88a8 0064 88b5");
	send("02bb00000001 02bb00000002 88e7 48000008 " CUSTOMER "88b5");
	ts_quiet();
}

/* In an action set and in a bucket: popped first, pushed before tags. */
static void test_sets(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=indirect,bucket=push_pbb:0x88e7,set_queue:3,output:2");
	tr_rule(br, "in_port=1,dl_type=0x88b5,actions=write_actions(set_queue:1,group:1)");
	send(CUSTOMER "88b5");
	expect(CUSTOMER "88e7 00000000 " CUSTOMER "88b5");
}

static void test_queues(void **state)
{
	tr_rule(br, "actions=set_queue:9,enqueue:2:4,pop_queue,enqueue:3:0");
	send(CUSTOMER "88b5");
	tr_expect(port, PORTS, (const unsigned[PORTS]){ 0, 1, 1 });
	tr_rule(br, "actions=enqueue:1:4"); /* where it came from */
	send(CUSTOMER "88b5");
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "rule_to_input"), 1);
	tr_rule(br, "actions=write_actions(set_queue:9)");
	send(CUSTOMER "88b5");
	ts_quiet();
	assert_int_equal(ts_drops(port[1], "rule_drop"), 1);
}

/* What is moved out of the tag is that of the header that is there by then. */
static void test_moved(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=all,bucket=pop_pbb,move:pbb_isid[0..15]->reg1[0..15],output:reg1[0..15]");
	tr_rule(br, "actions=group:1");
	send("02bb00000001 02bb00000002 88e7 00000003 " CUSTOMER "88e7 00000002 " CUSTOMER "88b5");
	expect(CUSTOMER "88e7 00000002 " CUSTOMER "88b5");
	send("02bb00000001 02bb00000002 88e7 00000002 " CUSTOMER "88b5");
	ts_quiet();
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, ts_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_push),
		TEST(test_twice),
		TEST(test_behind_label),
		TEST(test_pop),
		TEST(test_sets),
		TEST(test_moved),
		TEST(test_queues),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
