/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command trace: what it says is what the switch then does, by the L2 program too, and asking changes nothing: no
 * station, no counter, no token. Random rules against it: rules_random.c.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <rte_mbuf.h>

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/fdb.h>
#include <sw/packet_in.h>
#include <sw/text.h>
#include <sw/trace.h>

static int setup(void **state)
{
	struct sw_port *port[4];

	ct_setup(state);
	ct_bridge("br0");
	ct_ports("br0", port, 3);
	return 0;
}

static void says(const char *line, const char *words)
{
	const char *text = ct_text("%s", line);

	if (!strstr(text, words))
		fail_msg("%s says\n%s\nwithout \"%s\"", line, text, words);
}

static void test_words(void **state)
{
	ct_ok("rule add br0 priority=20,tcp,tp_dst=80,actions=drop "
	      "priority=10,ip,actions=set_field:7->reg0,resubmit(,3),goto_table:4 "
	      "table=3,reg0=7,actions=mod_vlan_vid:9,output:2 "
	      "table=4,priority=5,actions=write_actions(set_field:10.9.9.9->ip_dst,output:3)");
	says("trace br0 in_port=p1,tcp,tcp_dst=81", "table 0: priority=10,ip actions=");
	says("trace br0 in_port=p1,tcp,tcp_dst=81",
		"not priority=20,tcp,tp_dst=80 actions=drop: tcp_dst is 81, not 80\n");
	says("trace br0 in_port=p1,tcp,tcp_dst=81", "reg0 0 -> 0x7\n  table 3 (1 deep): reg0=0x7");
	says("trace br0 in_port=p1,tcp,tcp_dst=81",
		"action set: set_field:10.9.9.9->ip_dst,output:3\n");
	says("trace br0 in_port=p1,tcp,tcp_dst=81", "verdict: p2, p3\n");
	says("trace br0 in_port=1,tcp,tcp_dst=80", "verdict: dropped: rule_drop\n");
	says("trace br0 in_port=1,tcp,tcp_dst=80 --why=priority=10,ip",
		"it matches, but priority 20 goes before its 10");
	says("trace br0 in_port=1,arp --why=priority=10,ip", "eth_type is 0x806, not 0x800");
	says("trace br0 in_port=LOCAL,udp6,udp_dst=5", "verdict: p1, p2, p3\n");
	ct_fails(SW_CODE_USAGE, "trace br0 tcp,tcp_dst=80");
	ct_fails(SW_CODE_NOT_FOUND, "trace br0 in_port=7");
	ct_fails(SW_CODE_INVALID, "trace br0 in_port=1 0");
	ct_fails(SW_CODE_INVALID, "trace br0 in_port=1 0g");
	ct_fails(SW_CODE_INVALID, "trace br0 in_port=1,ip 0011");
	ct_fails(SW_CODE_UNSUPPORTED, "trace br0 in_port=1,dl_type=0x88e7,pbb_isid=5");
	ct_fails(SW_CODE_NOT_FOUND, "trace br9 in_port=1");
	says("trace br0 in_port=1 0011", "dropped: runt");
}

static void test_groups_and_meters(void **state)
{
	ct_ok("group add br0 group_id=5,type=select,bucket=bucket_id:8,output:2 "
	      "group_id=6,type=all,bucket=output:3,bucket=group:5");
	ct_ok("meter add br0 meter=1,pktps,burst,bands=type=drop,rate=1,burst_size=2");
	ct_ok("rule add br0 in_port=1,actions=meter:1,group:6");
	for (unsigned i = 0; i < 10; i++)
		says("trace br0 in_port=1,tcp", "meter 1 lets it pass now");
	says("trace br0 in_port=1,tcp", "group 6, type all, 2 buckets\n");
	says("trace br0 in_port=1,tcp", "bucket 8: chosen by the hash of the connection\n");
	says("trace br0 in_port=1,tcp", "verdict: p2, p3\n");
	for (unsigned i = 0; i < 3; i++)
		ts_send(sw_port_by_name("p1"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	assert_int_equal(ts_drops(sw_port_by_name("p1"), "meter"), 1); /* two tokens were there */
	says("trace br0 in_port=1,tcp", "meter 1 drops it now\n");
	says("trace br0 in_port=1,tcp", "verdict: dropped: meter\n");
	assert_non_null(strstr(ct_text("meter stats br0"), "[1,null,3,"));
	assert_non_null(strstr(ct_text("group stats br0 5"), "[5,\"select\",8,2,"));
}

/* A trace that comes by learn makes no rule. */
static void test_learn(void **state)
{
	ct_ok("rule add br0 in_port=1,tcp,actions=learn(table=5,eth_dst=eth_src),fin_timeout(idle_timeout=5),output:2");
	says("trace br0 in_port=1,tcp,tcp_flags=+fin", "verdict: p2\n");
	ts_turn();
	assert_string_equal(ct_text("rule dump br0 table=5 --no-stats"),
		"{\"columns\":[\"Rule\"],\"rows\":[]}\n");
}

/* Up to a limit: places that the packet takes itself are counted, of each rule once, and none is taken. */
static void test_learn_limit(void **state)
{
	ct_ok("rule add br0 in_port=1,actions=resubmit(,6),resubmit(,7),resubmit(,8),resubmit(,9)");
	ct_ok("rule add br0 table=6,actions=learn(table=5,cookie=9,limit=2,eth_dst=eth_src)");
	ct_ok("rule add br0 table=7,actions=learn(table=5,cookie=9,limit=2,eth_src=eth_src)");
	ct_ok("rule add br0 table=8,actions=learn(table=5,cookie=9,limit=2,result_dst=reg0[0],eth_type=0x800,eth_src=eth_src)");
	ct_ok("rule add br0 table=9,reg0=1,actions=output:2");
	ct_ok("rule add br0 table=9,reg0=0,actions=output:3");
	for (unsigned i = 0; i < 2; i++)
		says("trace br0 in_port=1", "verdict: p3\n");
	ct_ok("rule add br0 table=7,actions=resubmit(,6)");
	says("trace br0 in_port=1", "verdict: p2\n");
	ct_ok("rule add br0 table=6,actions=learn(table=5,cookie=9,limit=2,eth_dst=eth_src),resubmit(,8)");
	says("trace br0 in_port=1", "verdict: p2\n"); /* the same twice, and another */
	ts_send(sw_port_by_name("p1"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_turn();
	ts_expect(sw_port_by_name("p2"), ts_frame(MAC(2), MAC(1), UNTAGGED));
	ts_quiet();
	while (sw_packet_in_run(8))
		;
	says("trace br0 in_port=1,eth_src=02:00:00:00:00:01", "verdict: p2\n");
	says("trace br0 in_port=1,eth_src=02:00:00:00:00:02", "verdict: p3\n");
}

static void test_patch(void **state)
{
	ct_bridge("br1");
	ct_ok("add-port br0 a -- set interface a type=patch options:peer=b ofport_request=10 -- "
	      "add-port br1 b -- set interface b type=patch options:peer=a -- "
	      "add-port br1 q -- set interface q type=dummy ofport_request=4");
	ct_ok("rule add br0 in_port=1,actions=output:10");
	ct_ok("rule add br1 in_port=b,ip,actions=dec_ttl,output:q");
	says("trace br0 in_port=1,udp,nw_ttl=9", "bridge br1, by port b: udp,");
	says("trace br0 in_port=1,udp,nw_ttl=9", "leaves by q, 60 bytes: udp,");
	says("trace br0 in_port=1,udp,nw_ttl=9", "nw_ttl=8,");
}

/* A flood that two pairs of patch ports double at each turn: it is cut, and says so. */
static void test_loop(void **state)
{
	ct_bridge("br1");
	for (unsigned i = 0; i < 3; i++)
		ct_ok("add-port br0 a%u -- set interface a%u type=patch options:peer=b%u -- "
		      "add-port br1 b%u -- set interface b%u type=patch options:peer=a%u",
			i, i, i, i, i, i);
	says("trace br0 in_port=1,arp", "patch_loop");
}

/* Codes within a code are in one list: as many as there are are looked at, not two to the power of them. */
static void test_clones(void **state)
{
	char text[61 * 16] = "";

	for (unsigned i = 0; i < 60; i++)
		strcat(text, "clone(output:2),");
	ct_ok("rule add br0 in_port=1,actions=%soutput:3", text);
	says("trace br0 in_port=1,arp", "p2, p3\n");
}

/* --- by the L2 program: random frames between ports of VLANs --- */

#define TRACED 64

static struct traced {
	const struct sw_port *port;
	size_t len;
	uint8_t b[128];
} traced[TRACED];
static unsigned n_traced, n_drops;

static void on_enter(void *arg, const struct sw_port *p, const struct sw_fields *fields)
{
}
static void on_table(void *arg, const struct sw_trace_table *t)
{
}
static void on_normal(void *arg, const struct sw_trace_normal *n)
{
}
static void on_output(void *arg, const struct sw_port *p, const uint8_t *bytes, size_t len,
	const struct sw_fields *fields)
{
	assert_true(n_traced < TRACED && len <= sizeof(traced[0].b));
	traced[n_traced].port = p;
	traced[n_traced].len = len;
	memcpy(traced[n_traced++].b, bytes, len);
}
static void on_drop(void *arg, const struct sw_port *p, const struct sw_drop *why)
{
	n_drops++;
}

/* One of those that the trace told of the port; it is told once. */
static bool take(const struct sw_port *port, const uint8_t *bytes, size_t len)
{
	for (unsigned i = 0; i < n_traced; i++) {
		if (traced[i].port != port || traced[i].len != len ||
			memcmp(traced[i].b, bytes, len))
			continue;
		traced[i].port = NULL;
		return true;
	}
	return false;
}

static void test_l2(void **state)
{
	static const struct sw_trace_ear ear = { .enter = on_enter,
		.table = on_table,
		.normal = on_normal,
		.output = on_output,
		.drop = on_drop };
	const char *names[] = { "p1", "p2", "p3" };
	struct sw_fdb *fdb = sw_bridge_fdb(sw_bridge_by_name("br0"));
	uint64_t rng = swtest_seed(3);
	unsigned sent = 0, dropped = 0;

	ct_ok("set port p1 tag=10 -- set port p2 trunks=10,20 -- "
	      "set port p3 vlan_mode=native-tagged tag=20 trunks=10");
	for (unsigned i = 0; i < 4000; i++) {
		struct sw_port *in = sw_port_by_name(names[swtest_rand(&rng) % 3]);
		uint8_t b[64] = { 2, 0, 0, 0, 0, 0, 2 };
		unsigned tag = swtest_rand(&rng) % 4, out = 0;
		struct sw_fdb_stats before, after;

		b[0] = swtest_rand(&rng) % 8 ? 2 : 3;
		b[5] = swtest_rand(&rng) % 6;
		b[11] = swtest_rand(&rng) % 6;
		b[12] = tag ? 0x81 : 0x08;
		b[15] = tag * 10;
		n_traced = n_drops = 0;
		sw_fdb_stats(fdb, &before);
		assert_int_equal(sw_trace_run(&ear, in, b, sizeof(b), NULL, NULL), 0);
		sw_fdb_stats(fdb, &after);
		assert_memory_equal(&before, &after, sizeof(before));
		ts_send_bytes(in, b, sizeof(b));
		ts_turn();
		for (unsigned k = 0; k < 4; k++) {
			struct sw_port *port = sw_port_by_name(k < 3 ? names[k] : "br0");
			struct rte_mbuf *m;

			while ((m = sw_dummy_sent(port))) {
				if (!take(port, rte_pktmbuf_mtod(m, const uint8_t *), m->pkt_len))
					fail_msg(
						"frame %u: a packet on %s that the trace does not say",
						i, port->name);
				rte_pktmbuf_free(m);
				out++;
			}
		}
		assert_int_equal(out, n_traced);
		assert_int_equal(n_drops, !out);
		sent += out;
		dropped += n_drops;
	}
	assert_true(sent > 1000 && dropped > 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_words, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_groups_and_meters, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_learn, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_learn_limit, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_patch, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_loop, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_clones, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(test_l2, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
