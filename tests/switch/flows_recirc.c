/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flows whose packets are looked for again, as what rules do to them reveals headers that later tables match: each look is kept.
 */
#include "testrules.h"

#include <stdio.h>
#include <string.h>

#include <sw/flow.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../../src/pipeline/exec/recirc.h"
#include "packet.h"

static struct ts_bridge *br;
static struct sw_port *port[4];

static int setup(void **state)
{
	br = tr_start(port, 3);
	return 0;
}

#define MACS  "020000000002 020000000001"
#define UDP   "45000032 00004000 40110000 0a000001 0a0000"
#define PORTS " 0001 0007 001e 0000"

/* A packet of these headers by port 1; it leaves by port `out`, and so many walks that was. 0: it is lost. */
static void send(const char *headers, unsigned out, unsigned walks)
{
	struct packet_bytes p = { .len = 0 };
	unsigned n[3] = { 0 };

	packet_hex(&p, MACS);
	packet_hex(&p, headers);
	packet_fill(&p, 0, 80 - p.len);
	tr_flows_mark();
	tr_send(port[1], &p);
	sw_pmd_turn(0);
	if (out)
		n[out - 1] = 1;
	tr_expect(port, 3, n);
	assert_int_equal(tr_flows_since().walks, walks);
	assert_int_equal(tr_flows_since().not_kept, 0);
}

/* The first of a flow walks so often, others do not. */
static void expect(const char *headers, unsigned out, unsigned walks)
{
	send(headers, out, walks);
	for (unsigned i = 0; i < 3; i++)
		send(headers, out, 0);
}

static void expect_rule(unsigned table, unsigned priority, uint64_t packets)
{
	assert_int_equal(tr_rule_packets(br, table, priority), packets);
}

static void tables_of_ip(void)
{
	tr_rule(br, "table=1,priority=2,ip,nw_dst=10.0.0.2,actions=output:2");
	tr_rule(br, "table=1,priority=3,ip,nw_dst=10.0.0.3,actions=output:3");
}

#define LABEL "8847 00010140 " UDP

static void test_label(void **state)
{
	tr_rule(br, "priority=7,mpls,actions=pop_mpls:0x0800,goto_table:1");
	tables_of_ip();
	expect(LABEL "02" PORTS, 2, 2);
	expect(LABEL "03" PORTS, 3, 1);
	expect(LABEL "04" PORTS, 0, 1);
	expect_rule(0, 7, 12);
	expect_rule(1, 2, 4);
	expect_rule(1, 3, 4);
	/* A rule that changes is seen by what is looked for again alone. */
	tr_rule(br, "table=1,priority=4,ip,nw_dst=10.0.0.4,actions=output:3");
	expect(LABEL "04" PORTS, 3, 1);
	send(LABEL "02" PORTS, 2, 0);
}

/* Bytes are those that the packet came with, by each rule. */
static void test_bytes(void **state)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule;

	tr_rule(br, "mpls,actions=pop_mpls:0x0800,goto_table:1");
	tr_rule(br, "table=1,ip,actions=output:2");
	for (unsigned i = 0; i < 3; i++)
		send(LABEL "02" PORTS, 2, i ? 0 : 2);
	ts_turn();
	while ((rule = sw_rules_next(sw_bridge_rules(br->bridge), &cursor, NULL))) {
		struct sw_rule_stats stats;

		sw_rule_stats(rule, &stats);
		assert_int_equal(stats.packets, 3);
		assert_int_equal(stats.bytes, 3 * 80);
	}
}

/* What rules wrote before goes along, and tells flows apart. */
static void test_state(void **state)
{
	tr_rule(br, "mpls,mpls_label=16,actions=set_field:2->reg0,pop_mpls:0x0800,goto_table:1");
	tr_rule(br,
		"mpls,mpls_label=32,actions=write_actions(output:3),write_metadata:5,goto_table:2");
	tr_rule(br, "table=1,ip,reg0=2,actions=output:2");
	tr_rule(br, "table=2,mpls,actions=push:metadata[],pop_mpls:0x0800,goto_table:3");
	tr_rule(br, "table=3,ip,metadata=5,actions=pop:reg3[],resubmit(,4)");
	tr_rule(br, "table=4,ip,reg3=5,actions=drop");
	expect("8847 00010140 " UDP "02" PORTS, 2, 2);
	expect("8847 00020140 " UDP "02" PORTS, 3, 2);
	send("8847 00010140 " UDP "02" PORTS, 2, 0);
}

/* In the middle of lists, and behind tables that were asked in the middle. */
static void test_middle(void **state)
{
	tr_rule(br, "mpls,actions=pop_mpls:0x8847,pop_mpls:0x0800,dec_ttl,resubmit(,1),"
		    "resubmit(,2),output:3");
	tr_rule(br, "table=1,ip,nw_ttl=63,actions=set_field:7->reg1");
	tr_rule(br, "table=2,ip,reg1=7,nw_dst=10.0.0.2,actions=output:2");
	send("8847 00010040 00020140 " UDP "03" PORTS, 3, 3);
	send("8847 00010040 00020140 " UDP "03" PORTS, 3, 0);
}

static void test_tags(void **state)
{
	tr_rule(br, "dl_vlan=5,actions=pop_vlan,goto_table:1");
	tr_rule(br, "table=1,dl_vlan=6,actions=pop_vlan,goto_table:2");
	tr_rule(br, "table=1,dl_vlan=7,actions=output:3");
	tr_rule(br, "table=2,ip,vlan_tci=0,nw_dst=10.0.0.2,actions=output:2");
	tr_rule(br, "table=2,vlan_tci=0,arp,actions=output:2");
	expect("88a8 0005 8100 0006 0800 " UDP "02" PORTS, 2, 2);
	expect("88a8 0005 8100 0007 0800 " UDP "02" PORTS, 3, 1);
	expect("88a8 0005 8100 0006 0806 0001 0800 0604 0001", 2, 2);
}

/* Two routers: each counts down, and the second loses what came with 2. */
static void test_two_routers(void **state)
{
	tr_rule(br, "ip,actions=dec_ttl,set_field:02:00:00:00:00:09->eth_src,goto_table:1");
	tr_rule(br, "table=1,ip,actions=dec_ttl,output:2");
	expect("0800 " UDP "02" PORTS, 2, 2);
	expect("0800 45000032 00004000 02110000 0a000001 0a000002" PORTS, 0, 1);
	expect("0800 45000032 00004000 01110000 0a000001 0a000002" PORTS, 0, 1);
}

/* A rule that leads there does something else now. */
static void test_leads(void **state)
{
	tr_rule(br, "mpls,actions=pop_mpls:0x0800,resubmit(,1),output:2");
	expect(LABEL "02" PORTS, 2, 2);
	tr_change(br, "mpls,actions=pop_mpls:0x0800,resubmit(,1),output:3", SW_RULE_MODIFY);
	expect(LABEL "02" PORTS, 3, 2);
}

/* The memory of what it did is used for what it does now, while flows that do not come any more have that of before. */
static void test_memory(void **state)
{
	tr_rule(br, "mpls,actions=pop_mpls:0x0800,resubmit(,1),output:2");
	tr_rule(br, "table=5,mpls,mpls_label=1,actions=drop"); /* labels tell flows apart */
	for (unsigned i = 0; i < 60; i++) {
		unsigned out = 1 + i % 3;
		char text[80];

		snprintf(text, sizeof(text), "mpls,actions=pop_mpls:0x0800,resubmit(,1),output:%u",
			out);
		tr_change(br, text, SW_RULE_MODIFY);
		for (unsigned k = 0; k < 4; k++)
			ts_turn();
		snprintf(text, sizeof(text), "8847 %05x140 " UDP "02" PORTS, 16 + i);
		send(text, out > 1 ? out : 0, 2);
		send(text, out > 1 ? out : 0, 0);
	}
}

/* A group that is sent to there becomes one that walks go through. */
static void test_group(void **state)
{
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=indirect,bucket=output:2");
	tr_rule(br, "mpls,actions=pop_mpls:0x0800,dec_ttl,group:1");
	expect(LABEL "02" PORTS, 2, 2);
	tr_rule(br, "table=1,ip,actions=output:3");
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=resubmit(,1)");
	expect(LABEL "02" PORTS, 3, 2);
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=indirect,bucket=output:2");
	send(LABEL "02" PORTS, 2, 1);
}

/* Tables that look at more bits from now on. */
static void test_masks(void **state)
{
	tr_rule(br, "mpls,actions=pop_mpls:0x0800,goto_table:1");
	tables_of_ip();
	expect(LABEL "02" PORTS, 2, 2);
	tr_rule(br, "table=1,priority=9,udp,tp_dst=8,actions=output:3");
	expect(LABEL "02" PORTS, 2, 2);
	expect(LABEL "02 0001 0008 001e 0000", 3, 1);
}

#define LABELS (RECIRC_MOST + 2)

/* After so many looks a walk goes on by itself, and is not kept. */
static void test_most(void **state)
{
	const unsigned n[3] = { 0, 1, 0 };
	struct packet_bytes p = { .len = 0 };
	char text[80];

	packet_hex(&p, MACS "8847");
	for (unsigned i = 1; i <= LABELS; i++)
		packet_hex(&p, i < LABELS ? "00010040" : "00010140");
	packet_hex(&p, UDP "02" PORTS);
	packet_fill(&p, 0, 40);
	for (unsigned t = 0; t < LABELS; t++) {
		snprintf(text, sizeof(text), "table=%u,mpls,actions=pop_mpls:0x%s,goto_table:%u", t,
			t + 1 < LABELS ? "8847" : "0800", t + 1);
		tr_rule(br, text);
	}
	snprintf(text, sizeof(text), "table=%u,ip,nw_dst=10.0.0.2,actions=output:2", LABELS);
	tr_rule(br, text);
	for (unsigned i = 0; i < 3; i++) {
		tr_flows_mark();
		tr_send(port[1], &p);
		sw_pmd_turn(0);
		tr_expect(port, 3, n);
		assert_int_equal(tr_flows_since().walks, i ? 1 : RECIRC_MOST + 1);
		assert_int_equal(tr_flows_since().not_kept, 1);
	}
}

/* Neighbours of a burst that are alike as they come in, and go different ways then. */
static void test_burst(void **state)
{
	const unsigned n[3] = { 0, 3, 3 };

	tr_rule(br, "mpls,actions=pop_mpls:0x0800,goto_table:1");
	tables_of_ip();
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned i = 0; i < 9; i++) {
			struct packet_bytes p = { .len = 0 };

			packet_hex(&p, MACS LABEL);
			packet_number(&p, 2 + i % 3, 1);
			packet_hex(&p, PORTS);
			packet_fill(&p, 0, 80 - p.len);
			tr_send(port[1], &p);
		}
		tr_flows_mark();
		sw_pmd_turn(0);
		tr_expect(port, 3, n);
		assert_int_equal(tr_flows_since().walks, round ? 0 : 4);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(test_##name, setup, ts_teardown)
	const struct CMUnitTest tests[] = {
		CASE(label),
		CASE(bytes),
		CASE(state),
		CASE(middle),
		CASE(tags),
		CASE(two_routers),
		CASE(leads),
		CASE(memory),
		CASE(group),
		CASE(masks),
		CASE(most),
		CASE(burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
