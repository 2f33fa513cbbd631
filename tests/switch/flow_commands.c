/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands on flows that workers keep: what is shown is what packets came by, and only while it holds; forgetting; random
 * flows: each that was sent is covered by one that is shown.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <rte_mbuf.h>

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/field_text.h>
#include <sw/flow.h>
#include <sw/rule.h>
#include <sw/text.h>
#include <sw/trace.h>

static struct sw_port *p1, *p2;

static int setup(void **state)
{
	struct sw_port *port[3];

	ct_setup(state);
	ct_bridge("br0");
	ct_ports("br0", port, 2);
	p1 = port[1];
	p2 = port[2];
	ct_ok("rule del br0");
	return 0;
}

static void drain(struct sw_port *port)
{
	struct rte_mbuf *m;

	while ((m = sw_dummy_sent(port)))
		rte_pktmbuf_free(m);
}

/* A packet of the flow, in by p1; how many leave by p2. */
static unsigned send(const char *flow)
{
	uint8_t bytes[SW_TRACE_BYTES];
	struct sw_match match;
	int len;

	assert_int_equal(sw_match_parse(flow, &match, NULL), 0);
	len = sw_trace_compose(&match, bytes, NULL);
	assert_true(len > 0);
	ts_send_bytes(p1, bytes, len);
	ts_turn();
	return sw_dummy_sent_drop(p2);
}

static void says(const char *line, const char *words)
{
	const char *text = ct_text("%s", line);

	if (!strstr(text, words))
		fail_msg("%s says\n%s\nwithout \"%s\"", line, text, words);
}

static void says_none(const char *line)
{
	assert_string_equal(ct_text("%s", line),
		"{\"columns\":[\"Worker\",\"Port\",\"Packets of\",\"Used\",\"Packets up to\",\"Bytes up to\",\"Idle at least\",\"Rules and what is done\"],\"rows\":[]}\n");
}

static void test_dump(void **state)
{
	says_none("flow dump");
	ct_ok("rule add br0 priority=9,tcp,tp_dst=80,actions=output:2 priority=5,udp,actions=drop "
	      "priority=4,icmp,nw_src=10.0.0.0/8,actions=goto_table:1 table=1,priority=1,actions=output:2");
	send("tcp,tcp_dst=80,tcp_src=5,nw_src=10.0.0.1");
	says("flow dump", "nw_src=10.0.0.0/8,tp_dst=80\",false,1,60,0,");
	send("tcp,tcp_dst=80,tcp_src=6,nw_src=10.0.0.2");
	says("flow dump",
		"\"tcp,in_port=1,vlan_tci=0x0000,nw_src=10.0.0.0/8,tp_dst=80\",true,2,120,0,"
		"\"priority=9,tcp,tp_dst=80 actions=output:2\"");
	send("udp,udp_dst=53");
	says("flow dump br0", "priority=5,udp actions=drop | dropped: rule_drop\"");
	send("icmp,nw_src=10.1.2.3,vlan_tci=0x1005");
	says("flow dump br0 --worker=0",
		"\"priority=4,icmp,nw_src=10.0.0.0/8 actions=goto_table:1 | table=1, priority=1 actions=output:2\"");
	ct_ok("rule del br0 table=1"); /* it holds no more, and is not shown; the others do */
	says("flow dump", "\"priority=9,tcp,tp_dst=80 actions=output:2\"");
	assert_null(strstr(ct_text("flow dump"), "goto_table"));
	ct_ok("flow del br0");
	says_none("flow dump br0");
	send("tcp,tcp_dst=80");
	says("flow dump", "priority=9,tcp,tp_dst=80");
	ct_ok("flow del");
	says_none("flow dump");
	ct_fails(SW_CODE_NOT_FOUND, "flow dump br9");
	ct_fails(SW_CODE_INVALID, "flow dump --worker=9");
	ct_fails(SW_CODE_INVALID, "flow dump --limit=0");
	ct_fails(SW_CODE_INVALID, "flow dump --from=1:0");
}

/* Where rules ask for lengths, flows of one match are told by them. */
static void test_lengths(void **state)
{
	static const char *const flows[] = { "tcp,nw_src=10.0.0.1", "arp" };
	static const unsigned lens[] = { 80, 130, 200 };
	uint8_t bytes[SW_TRACE_BYTES] = { 0 };
	struct sw_match match;

	ct_ok("rule add br0 priority=1,actions=check_pkt_larger(100)->reg0[0],resubmit(,1) "
	      "priority=2,udp,actions=check_pkt_larger(150)->reg0[0],resubmit(,1) "
	      "table=1,priority=1,reg0=0,actions=output:2");
	for (unsigned i = 0; i < RTE_DIM(flows); i++) {
		assert_int_equal(sw_match_parse(flows[i], &match, NULL), 0);
		assert_true(sw_trace_compose(&match, bytes, NULL) <= 80);
		for (unsigned k = 0; k < RTE_DIM(lens); k++)
			ts_send_bytes(p1, bytes, lens[k]);
		ts_turn();
		assert_int_equal(sw_dummy_sent_drop(p2), 1);
	}
	says("flow dump br0", "\"tcp,in_port=1,vlan_tci=0x0000 of up to 100 bytes\"");
	says("flow dump br0", "\"tcp,in_port=1,vlan_tci=0x0000 of 101 to 150 bytes\"");
	says("flow dump br0", "\"tcp,in_port=1,vlan_tci=0x0000 of more than 150 bytes\"");
	says("flow dump br0", "\"arp,in_port=1,vlan_tci=0x0000 of more than 150 bytes\"");
}

/* Packets that are looked for again: by what, and what is done then. */
static void test_again(void **state)
{
	ct_ok("rule add br0 priority=1,udp,actions=dec_ttl,goto_table:1 "
	      "table=1,priority=2,udp,actions=dec_ttl,output:2");
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(send("udp,nw_ttl=64"), 1);
	says("flow dump br0", "\"udp,in_port=1,vlan_tci=0x0000\",true,2,120,0,"
			      "\"priority=1,udp actions=dec_ttl,goto_table:1 | "
			      "table=1, priority=2,udp actions=dec_ttl,output:2 | recirc(0x");
	says("flow dump br0", "\"recirc_id=0x");
	says("flow dump br0",
		",udp,in_port=1,vlan_tci=0x0000\",true,null,null,null,\"what was left to do\"");
}

static uint64_t hits(void)
{
	struct sw_flow_stats stats;

	assert_true(sw_flow_stats(0, &stats));
	return stats.hits;
}

/* Packets whose headers lie at no fixed place are kept by their fields, and those at the end of their hops. */
static void test_odd(void **state)
{
	static const struct {
		const char *flow, *shown;
	} odd[] = {
		{ "arp,arp_op=1,arp_tpa=10.0.0.1,arp_sha=00:00:00:00:00:05",
			"arp,in_port=1,vlan_tci=0x0000,arp_tpa=10.0.0.1,arp_op=1" },
		{ "udp,nw_dst=10.0.0.1,ip_frag=later",
			"udp,in_port=1,vlan_tci=0x0000,nw_dst=10.0.0.1" },
		{ "mpls,mpls_label=7,mpls_ttl=9", "mpls,in_port=1,vlan_tci=0x0000,mpls_label=7\"" },
		{ "mpls,mpls_label=7,mpls_ttl=1",
			"mpls,in_port=1,vlan_tci=0x0000,mpls_label=7,mpls_ttl=0x0/0xfe" },
		{ "udp,nw_dst=10.0.0.1,nw_ttl=1",
			"udp,in_port=1,vlan_tci=0x0000,nw_dst=10.0.0.1,nw_ttl=0x0/0xfe" },
	};
	uint64_t before;

	ct_ok("rule add br0 arp,arp_op=1,arp_tpa=10.0.0.1,actions=output:2 ip,nw_dst=10.0.0.1,actions=output:2 "
	      "mpls,mpls_label=7,actions=output:2");
	for (unsigned i = 0; i < RTE_DIM(odd); i++) {
		send(odd[i].flow);
		before = hits();
		send(odd[i].flow);
		send(odd[i].flow);
		assert_int_equal(hits(), before + 2);
		says("flow dump", odd[i].shown);
	}
}

/* Does one that is shown take the packet of the flow, and say the rule that its packets find? */
static bool is_shown(const struct sw_fields *fields)
{
	struct sw_flow_cursor cursor = { .looks = UINT32_MAX };
	struct sw_str differs = { 0 };
	struct sw_flow flow;

	while (sw_flow_next(&cursor, NULL, &flow)) {
		const uint64_t *key = (const uint64_t *)fields;
		const uint64_t *value = (const uint64_t *)&flow.match.value;
		const uint64_t *mask = (const uint64_t *)&flow.match.mask;
		uint64_t other = 0;

		for (unsigned i = 0; i < sizeof(*fields) / 8; i++)
			other |= (key[i] & mask[i]) ^ value[i];
		if (other)
			continue;
		assert_int_equal(flow.n_hits, 1);
		assert_int_equal(sw_trace_differs(flow.hit[0], fields, &differs), 0);
		free(differs.s);
		return true;
	}
	return false;
}

static struct sw_fields entered;

static void on_enter(void *arg, const struct sw_port *port, const struct sw_fields *fields)
{
	entered = *fields;
}
static void on_table(void *arg, const struct sw_trace_table *t)
{
}
static void on_output(void *arg, const struct sw_port *p, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
}
static void on_drop(void *arg, const struct sw_port *p, const struct sw_drop *why)
{
}

static void test_random(void **state)
{
	static const struct sw_trace_ear ear = {
		.enter = on_enter, .table = on_table, .output = on_output, .drop = on_drop
	};
	static const char *const kinds[] = { "tcp,tcp_dst=%u,tcp_flags=%u",
		"udp6,udp_src=%u,nw_ttl=%u", "icmp,icmp_type=%u,icmp_code=%u",
		"icmp6,icmp_type=%u,icmp_code=%u", "sctp,sctp_dst=%u,nw_tos=%u",
		"vlan_tci=%u,dl_type=%u", "ip,nw_proto=%u,nw_ttl=%u" };
	uint64_t rng = swtest_seed(4);

	ct_ok("rule add br0 priority=9,tcp,tcp_flags=+syn,actions=drop priority=8,udp6,nw_ttl=7,actions=output:2 "
	      "priority=7,icmp,icmp_type=3,actions=output:2 priority=6,ip,nw_tos=4,actions=drop "
	      "priority=5,dl_vlan=5,actions=output:2 priority=0,actions=drop");
	for (unsigned i = 0; i < 500; i++) {
		unsigned kind = swtest_rand(&rng) % 7, a = 2 + swtest_rand(&rng) % 12,
			 b = 4 * (1 + swtest_rand(&rng) % 9);
		uint8_t bytes[SW_TRACE_BYTES];
		struct sw_match match;
		char flow[80];
		int len;

		if (kind == 5) {
			a |= 0x1000;
			b += 0x9000;
		}
		snprintf(flow, sizeof(flow), kinds[kind], a, b);
		if (sw_match_parse(flow, &match, NULL))
			fail_msg("%s", flow);
		len = sw_trace_compose(&match, bytes, NULL);
		if (len < 0)
			continue; /* a type of ICMPv6 that has more fields, say */
		assert_int_equal(sw_trace_run(&ear, p1, bytes, len, NULL, NULL), 0);
		ts_send_bytes(p1, bytes, len);
		ts_turn();
		drain(p2);
		if (!is_shown(&entered))
			fail_msg("%s is in no flow that is shown", flow);
	}
}

/* Of three flows with 1, 2 and 3 packets and rules of their own. */
static void test_filters(void **state)
{
	const char *text, *a, *b, *c;

	ct_ok("rule add br0 priority=9,tcp,tp_dst=80,cookie=7,actions=output:2 priority=9,tcp,tp_dst=81,actions=output:2 "
	      "priority=9,tcp,tp_dst=82,actions=goto_table:1 table=1,cookie=7,actions=output:2");
	for (unsigned i = 0; i < 3; i++) {
		char flow[80];

		snprintf(flow, sizeof(flow), "tcp,tcp_dst=%u", 80 + i);
		for (unsigned k = 0; k <= i; k++)
			send(flow);
	}
	text = ct_text("flow dump br0 --sort=packets");
	a = strstr(text, "tp_dst=82\",true,3,180,0,");
	b = strstr(text, "tp_dst=81\",true,2,120,0,");
	c = strstr(text, "tp_dst=80\",false,1,60,0,");
	assert_true(a && b && c && a < b && b < c);
	assert_non_null(strstr(ct_text("flow dump --sort=bytes --limit=2"), "tp_dst=81"));
	assert_null(strstr(ct_text("flow dump --sort=bytes --limit=2"), "tp_dst=80"));
	sw_clock_warp(5000);
	send("tcp,tcp_dst=82");
	says("flow dump --sort=idle --limit=1", ",5,\"priority=9");
	says("flow dump br0 tcp,tp_dst=81", "tp_dst=81");
	assert_null(strstr(ct_text("flow dump br0 tcp,tp_dst=81"), "tp_dst=80"));
	/* no rule looks at it: any flow may have such packets; none has those */
	says("flow dump br0 tcp,nw_ttl=9", "tp_dst=80");
	says_none("flow dump br0 udp");
	says_none("flow dump br0 in_port=p2");
	says("flow dump br0 in_port=p1 --names", "in_port=p1");
	says("flow dump br0 --rule=table=1", "tp_dst=82");
	assert_null(strstr(ct_text("flow dump br0 --rule=table=1"), "tp_dst=81"));
	says("flow dump br0 --rule=cookie=7/-1,table=0", "tp_dst=80");
	assert_null(strstr(ct_text("flow dump br0 --rule=cookie=7/-1,table=0"), "tp_dst=82"));
	ct_fails(SW_CODE_INVALID, "flow dump --sort=size");
	ct_fails(SW_CODE_INVALID, "flow dump --sort=bytes --limit=1001");
	ct_fails(SW_CODE_USAGE, "flow dump --rule=table=1");
	ct_fails(SW_CODE_INVALID, "flow dump br0 tcp_dst=80");
	ct_fails(SW_CODE_INVALID, "flow dump br0 --rule=tcp_dst=80");
}

/* --- set by hand --- */

/* It goes before all rules, at once also for flows that are kept, and is seen by nobody who deals with rules. */
static void test_by_hand(void **state)
{
	/* The second so that flows are kept by these fields already. */
	ct_ok("rule add br0 priority=65535,actions=output:2 tcp,tp_src=9,tp_dst=9,actions=output:1");
	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(send("tcp,tcp_dst=80"), 1);
	ct_ok("flow add br0 tcp,tp_dst=80,actions=drop priority=40000,tcp,tp_src=5,tp_dst=80,actions=output:2");
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(send("tcp,tcp_dst=80"), 0);
		assert_int_equal(send("tcp,tcp_dst=80,tcp_src=5"), 1);
		assert_int_equal(send("tcp,tcp_dst=81"), 1);
	}
	says("flow dump",
		"[null,null,\"tcp,tp_dst=80\",true,3,180,0,\"by hand on br0: tcp,tp_dst=80 actions=drop\"]");
	says("flow dump br0 tcp,tp_dst=80,tp_src=5",
		"\"by hand: priority=40000,tcp,tp_src=5,tp_dst=80 actions=output:2\"");
	ct_ok("flow add br0 tcp,tp_dst=81,actions=drop"); /* the next one, while flows are kept that asked for it */
	assert_int_equal(send("tcp,tcp_dst=81"), 0);
	assert_null(strstr(ct_text("rule dump br0"), "drop"));
	ct_ok("rule del br0 tcp");
	ct_ok("rule del br0 table=0");
	ct_ok("rule add br0 actions=output:2");
	assert_int_equal(send("tcp,tcp_dst=80"), 0);
	ct_ok("flow del br0 tcp,tp_dst=80");
	assert_int_equal(send("tcp,tcp_dst=80"), 1);
	assert_int_equal(send("tcp,tcp_dst=81"), 0);
	ct_ok("flow del br0");
	assert_int_equal(send("tcp,tcp_dst=81"), 1);
	ct_ok("flow add br0 tcp,actions=drop");
	ct_ok("flow del");
	assert_int_equal(send("tcp,tcp_dst=81"), 1);
	assert_null(strstr(ct_text("flow dump"), "by hand"));
}

/* A bridge whose rule says NORMAL for everything looks at flows set by hand as long as there is one; those go on with
 * tables if they say so, and end like rules. */
static void test_by_hand_and_rules(void **state)
{
	ct_ok("rule add br0 priority=0,actions=normal");
	assert_string_equal(sw_bridge_program_of(p1), "l2");
	ct_ok("flow add br0 --idle=100 udp,udp_dst=7,actions=drop icmp,actions=resubmit(,5),output:2");
	assert_string_equal(sw_bridge_program_of(p1), "rules");
	assert_int_equal(send("udp,udp_dst=7"), 0);
	assert_int_equal(send("udp,udp_dst=8"), 1);
	assert_int_equal(send("icmp"), 1);
	ct_ok("rule add br0 table=5,icmp,actions=output:2");
	assert_int_equal(send("icmp"), 2);
	assert_non_null(strstr(
		ct_text("trace br0 in_port=1,udp,udp_dst=7"), "flows set by hand: udp,tp_dst=7"));
	assert_non_null(strstr(
		ct_text("trace br0 in_port=1,udp,udp_dst=8"), "flows set by hand: none takes it"));
	ct_ok("rule del br0 table=5");
	sw_clock_warp(50000);
	ts_turn();
	assert_int_equal(send("udp,udp_dst=7"), 0);
	sw_clock_warp(60000);
	ts_turn();
	while (sw_rules_expire(sw_bridge_rules(sw_bridge_by_name("br0")), 100))
		;
	assert_null(strstr(ct_text("flow dump"), "icmp"));
	says("flow dump", "by hand on br0: udp,tp_dst=7 actions=drop");
	ct_ok("flow del br0");
	assert_string_equal(sw_bridge_program_of(p1), "l2");
	ct_ok("group add br0 group_id=1,type=all,bucket=output:2");
	ct_ok("flow add br0 udp,actions=group:1");
	assert_int_equal(send("udp"), 1);
	ct_ok("group del br0 group_id=1");
	assert_null(strstr(ct_text("flow dump"), "by hand"));
}

static uint64_t asked_by_hand(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(sw_bridge_by_name("br0")), SW_TABLE_BY_HAND, &stats);
	return stats.lookups;
}

/* When the last one is gone packets are as before the first: nobody looks for one. And the next one takes those that are kept
 * meanwhile. */
static void test_by_hand_gone(void **state)
{
	uint64_t asked;

	ct_ok("rule add br0 priority=1,udp,actions=output:2 priority=2,tcp,actions=goto_table:1 "
	      "table=1,actions=output:2");
	for (unsigned round = 0; round < 3; round++) {
		ct_ok("flow add br0 udp,udp_dst=7,actions=drop udp,udp_dst=8,actions=drop");
		assert_int_equal(send("udp,udp_dst=7,udp_src=1"), 0);
		assert_int_equal(send("udp,udp_dst=9,udp_src=1"), 1);
		ct_ok("flow del br0 udp,udp_dst=7");
		asked = asked_by_hand();
		assert_int_equal(send("udp,udp_dst=10,udp_src=1"), 1);
		assert_true(asked_by_hand() > asked);
		ct_ok("flow del br0");
		for (unsigned i = 0; i < 4; i++) { /* workers let go of them */
			ts_turn();
			sw_rcu_poll();
		}
		asked = asked_by_hand();
		assert_int_equal(send("udp,udp_dst=7,udp_src=1"), 1);
		assert_int_equal(send("udp,udp_dst=8,udp_src=2"), 1);
		assert_int_equal(send("tcp,tcp_dst=8,tcp_src=2"), 1);
		assert_int_equal(send("tcp,tcp_dst=8,tcp_src=2"), 1);
		assert_int_equal(asked_by_hand(), asked);
	}
}

static void test_by_hand_refused(void **state)
{
	char line[64];

	ct_fails(SW_CODE_INVALID, "flow add br0 table=3,actions=drop");
	ct_fails(SW_CODE_INVALID, "flow add br0 actions=goto_table:1");
	ct_fails(SW_CODE_INVALID, "flow add br0 actions=write_actions(output:1)");
	ct_fails(SW_CODE_INVALID, "flow add br0 --idle=x actions=drop");
	ct_fails(SW_CODE_INVALID, "flow add br0 tcp_dst=80,actions=drop");
	ct_fails(SW_CODE_NOT_FOUND, "flow add br0 actions=group:7");
	ct_fails(SW_CODE_INVALID, "rule add br0 table=254,actions=drop");
	ct_fails(SW_CODE_INVALID,
		"flow add br0 udp,actions=drop table=3,actions=drop"); /* all or none */
	assert_null(strstr(ct_text("flow dump"), "by hand"));
	for (unsigned i = 0; i < 1024; i++) {
		snprintf(line, sizeof(line), "flow add br0 udp,udp_dst=%u,actions=drop", i);
		ct_ok(line);
	}
	ct_fails(SW_CODE_LIMIT, "flow add br0 tcp,actions=drop");
	ct_ok("flow del br0");
	ct_ok("flow add br0 tcp,actions=drop");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dump, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_lengths, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_filters, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_again, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_odd, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_by_hand, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_by_hand_and_rules, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_by_hand_gone, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_by_hand_refused, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
