/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Meters by real packets, exact to the packet: the clock stands, and moves when it is told to.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/packet_in.h>

#include "packet.h"

#define PORTS 4

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];
static struct packet_bytes packet;

static int start(unsigned workers)
{
	ts_start(workers);
	br = tr_bridge("br0", port, PORTS);
	tr_no_rules(br);
	tr_udp(&packet, &(struct tr_udp){ 0x0a000001, 0x0a000002, 1000, 2000, 0x28, 100 });
	return 0;
}

static int setup(void **state)
{
	return start(1);
}

static int setup_two(void **state)
{
	return start(2);
}

/* n packets into port 1; how many come out of port 2, which are gone then. */
static unsigned pass(unsigned n)
{
	for (unsigned sent = 0; sent < n;) {
		unsigned some = RTE_MIN(n - sent, 200u);

		for (unsigned i = 0; i < some; i++)
			tr_send(port[1], &packet);
		ts_turn();
		sent += some;
	}
	return sw_dummy_sent_drop(port[2]);
}

static void warp(unsigned ms)
{
	sw_clock_warp(ms);
	ts_turn();
}

static struct sw_meter_stats *stats(uint32_t id)
{
	static struct sw_meter_stats s;
	const struct sw_meter *m = sw_meters_find(sw_bridge_meters(br->bridge), id);

	assert_non_null(m);
	sw_meter_stats(m, &s);
	return &s;
}

/* Full at first, one second's worth at most, a packet for each 1/rate of a second. */
static void test_packets(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=100");
	tr_rule(br, "actions=meter:1,output:2");
	assert_int_equal(pass(150), 100);
	assert_int_equal(ts_drops(port[1], "meter"), 50);
	assert_int_equal(pass(5), 0);
	warp(10);
	assert_int_equal(pass(5), 1);
	warp(255);
	assert_int_equal(pass(50), 25);
	warp(5);
	assert_int_equal(pass(5), 1);
	warp(500);
	assert_int_equal(pass(10), 10);
	warp(100000);
	assert_int_equal(pass(150), 100);
	assert_int_equal(stats(1)->packets, 375);
	assert_int_equal(stats(1)->bytes, 37500);
	assert_int_equal(stats(1)->band[0].packets, 375 - 237);
	assert_int_equal(stats(1)->band[0].bytes, (375 - 237) * 100);
	assert_int_equal(ts_drops(port[1], "meter"), 375 - 237);
	ts_quiet();
}

/* Long after a little was used, no more than the bucket. */
static void test_lease_goes_back(void **state)
{
	tr_meter(br, SW_METER_ADD,
		"meter=1 pktps burst bands=type=drop rate=1000000 burst_size=500");
	tr_rule(br, "actions=meter:1,output:2");
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(pass(10), 10);
		warp(1000);
		assert_int_equal(pass(600), 500);
		warp(1000);
	}
}

static void test_burst(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps burst bands=type=drop rate=100 burst_size=7");
	tr_rule(br, "actions=meter:1,output:2");
	assert_int_equal(pass(20), 7);
	warp(60);
	assert_int_equal(pass(20), 6);
	warp(1000);
	assert_int_equal(pass(20), 7);
}

/* The frame without FCS counts, whatever its size. */
static void test_kbits(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 kbps bands=type=drop rate=8");
	tr_rule(br, "actions=meter:1,output:2");
	assert_int_equal(pass(20), 10);
	warp(1000);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, 0, 300 });
	assert_int_equal(pass(5), 3);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, 0, 101 });
	assert_int_equal(pass(2), 0);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, 0, 100 });
	assert_int_equal(pass(2), 1);
	warp(2000);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, 0, 1001 });
	assert_int_equal(pass(2), 0);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, 0, 1000 });
	assert_int_equal(pass(2), 1);
}

/* Offered three times the rate for two seconds, in steps of a millisecond. */
static void test_steady(void **state)
{
	unsigned out = 0;

	tr_meter(br, SW_METER_ADD, "meter=1 pktps burst bands=type=drop rate=1000 burst_size=10");
	tr_rule(br, "actions=meter:1,output:2");
	for (unsigned i = 0; i < 2000; i++) {
		out += pass(3);
		sw_clock_warp(1);
	}
	assert_in_range(out, 10 + 1999 - 1, 10 + 1999);
}

/* The TOS byte of what comes out next of a port, whose checksum is right; -1: nothing. */
static int tos_of(unsigned number)
{
	struct rte_mbuf *m = sw_dummy_sent(port[number]);
	const uint8_t *b;
	uint32_t sum = 0;
	int tos;

	if (!m)
		return -1;
	b = rte_pktmbuf_mtod(m, const uint8_t *);
	tos = b[15];
	for (unsigned i = 14; i < 34; i += 2)
		sum += b[i] << 8 | b[i + 1];
	assert_int_equal((sum & 0xffff) + (sum >> 16), 0xffff);
	rte_pktmbuf_free(m);
	return tos;
}

static void send(unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		tr_send(port[1], &packet);
	ts_turn();
}

/* Of the bands that a packet exceeds, that of the highest rate acts. */
static void test_two_bands(void **state)
{
	unsigned plain = 0, marked = 0;
	int tos;

	tr_meter(br, SW_METER_ADD,
		"meter=1 pktps bands=type=drop rate=20 type=dscp_remark rate=10 prec_level=1");
	tr_rule(br, "actions=meter:1,output:2");
	send(30);
	while ((tos = tos_of(2)) >= 0) {
		plain += tos == 0x28;
		marked += tos == 0x30;
	}
	assert_int_equal(plain, 10);
	assert_int_equal(marked, 10);
	assert_int_equal(ts_drops(port[1], "meter"), 10);
	assert_int_equal(stats(1)->band[0].packets, 10);
	assert_int_equal(stats(1)->band[1].packets, 10);
}

/* What comes of a TOS byte when its precedence is raised. */
static int remarked(uint8_t tos)
{
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, tos, 100 });
	send(1);
	return tos_of(2);
}

/* AFxy becomes AFx(y + 2), at most AFx3 (RFC 2597), CSx becomes CS(x - 2), at least CS0; ECN and all others stay. */
static void test_remark(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=dscp_remark rate=1 prec_level=2");
	tr_rule(br, "actions=meter:1,output:2");
	assert_int_equal(remarked(0), 0); /* the one that passes */
	for (unsigned class = 0; class < 8; class ++)
		for (unsigned low = 0; low < 8; low++) {
			bool af = class >= 1 && class <= 4 && low >= 2 && !(low & 1);
			unsigned down = class > 2 ? class - 2 : 0;
			uint8_t tos = class << 5 | low << 2 | 1;

			assert_int_equal(remarked(tos), !low ? (int)(down << 5 | 1)
							: af ? (int)(class << 5 | 6 << 2 | 1)
							     : tos);
		}
}

/* 2.1 Mbit/s for 15 s, in packets of 1,500 bytes, through 1 Mbit/s: that, and what was saved up in a second, is not remarked. */
static void test_remark_steady(void **state)
{
	unsigned within = 0, above = 0;
	int tos;

	tr_meter(br, SW_METER_ADD, "meter=1 kbps bands=type=dscp_remark rate=1000 prec_level=1");
	tr_rule(br, "actions=meter:1,output:2");
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 4, 0x48, 1500 });
	for (unsigned i = 0; i < 1500; i++) {
		send(i % 4 ? 2 : 1);
		while ((tos = tos_of(2)) >= 0) {
			assert_true(tos == 0x48 || tos == 0x50);
			within += tos == 0x48;
			above += tos == 0x50;
		}
		sw_clock_warp(10);
	}
	assert_int_equal(within + above, 15 * 175);
	assert_int_equal(within, (1000000 + 14990 * 1000) / 12000);
}

static void test_remark_ip6(void **state)
{
	struct rte_mbuf *m;
	const uint8_t *b;

	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=dscp_remark rate=1 prec_level=1");
	tr_rule(br, "actions=meter:1,output:2");
	packet.len = 0;
	packet_hex(&packet, "020000000002 020000000001 86dd 6481 2345 0008 11 40");
	packet_fill(&packet, 0x11, 32);
	packet_hex(&packet, "0001 0002 0008 0000");
	send(2);
	rte_pktmbuf_free(sw_dummy_sent(port[2]));
	m = sw_dummy_sent(port[2]);
	assert_non_null(m);
	b = rte_pktmbuf_mtod(m, const uint8_t *);
	assert_memory_equal(b + 14, "\x65\x01\x23\x45", 4); /* AF21 to AF22, the label stays */
	assert_memory_equal(b + 18, packet.b + 18, packet.len - 18);
	rte_pktmbuf_free(m);
}

/* A packet that was sent before is not marked there, nor lost when the meter keeps it from the next port. */
static void test_others_have_it(void **state)
{
	tr_meter(br, SW_METER_ADD,
		"meter=1 pktps bands=type=drop rate=2 type=dscp_remark rate=1 prec_level=1");
	tr_rule(br, "actions=output:2,meter:1,output:3");
	send(3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(tos_of(2), 0x28);
	assert_int_equal(tos_of(3), 0x28);
	assert_int_equal(tos_of(3), 0x30);
	assert_int_equal(tos_of(3), -1);
	assert_int_equal(ts_drops(port[1], "meter"), 0);
	assert_int_equal(stats(1)->band[0].packets, 1);
}

/* A meter that drops, and what matches the DSCP behind it. */
static void matched_behind(void)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=1000");
	tr_rule(br, "table=0,actions=meter:1,goto_table:1");
	tr_rule(br, "table=1,priority=2,ip,ip_dscp=12,actions=output:3");
	tr_rule(br, "table=1,priority=1,actions=output:2");
}

/* It remarks from the second packet on now. */
static void expect_remarked(void)
{
	send(3);
	assert_int_equal(tos_of(2), 0x28);
	assert_int_equal(tos_of(2), -1);
	assert_int_equal(tos_of(3), 0x30);
	assert_int_equal(tos_of(3), 0x30);
	assert_int_equal(tos_of(3), -1);
}

/* Later tables match what the meter leaves; a meter that begins to mark is seen by flows that were kept. */
static void test_remark_is_matched(void **state)
{
	matched_behind();
	send(3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(tos_of(2), 0x28);
	tr_meter(br, SW_METER_MODIFY, "meter=1 pktps bands=type=dscp_remark rate=1 prec_level=1");
	expect_remarked();
}

/* The same by a staging, with a rule that is staged along. */
static void test_staged(void **state)
{
	struct sw_meter_band band = { .type = SW_METER_DSCP_REMARK, .rate = 1, .prec_level = 1 };
	struct sw_meter_conf conf = { .id = 1, .packets = true, .n_bands = 1, .bands = &band };
	struct sw_groups *groups = sw_bridge_groups(br->bridge);
	struct sw_meters *meters = sw_bridge_meters(br->bridge);

	matched_behind();
	for (unsigned commit = 0; commit < 2; commit++) {
		send(3);
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(tos_of(2), 0x28);
		sw_groups_begin(groups);
		assert_int_equal(
			sw_meters_stage(meters, SW_METER_MODIFY, &conf, NULL), SW_METER_FINE);
		send(1); /* not yet */
		assert_int_equal(tos_of(2), 0x28);
		if (!commit)
			sw_groups_abort(groups);
	}
	assert_int_equal(stats(1)->packets, 8);
	sw_groups_commit(groups);
	expect_remarked();
	assert_int_equal(stats(1)->packets, 11);
	assert_int_equal(stats(1)->band[0].packets, 2);
}

/* Its buckets are full anew, its bands count from 0, what came in is counted on. */
static void test_modify(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=9 pktps bands=type=drop rate=10");
	tr_rule(br, "actions=meter:9,output:2");
	assert_int_equal(pass(15), 10);
	tr_meter(br, SW_METER_MODIFY, "meter=9 kbps bands=type=drop rate=4");
	assert_int_equal(pass(15), 5);
	assert_int_equal(stats(9)->packets, 30);
	assert_int_equal(stats(9)->band[0].packets, 10);
	tr_meter(br, SW_METER_DELETE, "meter=9");
	assert_int_equal(tr_rule_count(br), 0);
	assert_null(sw_meters_next(sw_bridge_meters(br->bridge), -1));
}

static void test_delete_all(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=10");
	tr_meter(br, SW_METER_ADD, "meter=2 pktps bands=type=drop rate=10");
	tr_rule(br, "priority=3,actions=meter:1,output:2");
	tr_rule(br, "priority=2,actions=clone(meter:2,output:2)");
	tr_rule(br, "priority=1,actions=output:2");
	assert_int_equal(stats(1)->users, 1);
	assert_int_equal(stats(2)->users, 1);
	tr_meter(br, SW_METER_DELETE, "");
	assert_int_equal(tr_rule_count(br), 1);
	assert_int_equal(pass(100), 100);
}

/* Packets that a rule meters and then does nothing with are counted, and lost by the rule. */
static void test_no_output(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=10");
	tr_rule(br, "actions=meter:1");
	assert_int_equal(pass(25), 0);
	assert_int_equal(stats(1)->packets, 25);
	assert_int_equal(ts_drops(port[1], "meter"), 15);
	assert_int_equal(ts_drops(port[1], "rule_drop"), 10);
}

/* One meter for many flows, rules and buckets. */
static void test_shared_by_rules(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=1 pktps bands=type=drop rate=100");
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=all,bucket=meter:1,output:2,bucket=output:3");
	tr_rule(br, "priority=1,actions=meter:1,output:2");
	tr_rule(br, "priority=2,udp,tp_dst=7,actions=group:1");
	assert_int_equal(pass(30), 30);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 7, 0, 100 });
	assert_int_equal(pass(100), 70);
	assert_int_equal(sw_dummy_sent_drop(port[3]), 100);
	assert_int_equal(ts_drops(port[1], "meter"), 0);
}

/* Meters on the way to controllers: the one of the action, or the one for all of them. */
static void test_controllers(void **state)
{
	tr_meter(br, SW_METER_ADD, "meter=controller pktps bands=type=drop rate=5");
	tr_meter(br, SW_METER_ADD, "meter=3 pktps bands=type=drop rate=2");
	tr_rule(br, "priority=1,actions=controller");
	tr_rule(br, "priority=2,udp,tp_dst=7,actions=controller(meter_id=3),output:2");
	send(20);
	assert_int_equal(ts_drops(port[1], "meter"), 15);
	assert_int_equal(sw_packet_in_run(100), 5);
	tr_udp(&packet, &(struct tr_udp){ 1, 2, 3, 7, 0, 100 });
	assert_int_equal(pass(20), 20);
	assert_int_equal(ts_drops(port[1], "meter"), 15);
	assert_int_equal(sw_packet_in_run(100), 2);
	assert_int_equal(stats(3)->band[0].packets, 18);
	assert_int_equal(stats(SW_METER_CONTROLLER)->packets, 20);
}

/* Two workers, one bucket: together what one may, but for what each may have leased. */
static void test_two_workers(void **state)
{
	unsigned out;

	tr_meter(br, SW_METER_ADD,
		"meter=1 pktps burst bands=type=drop rate=1000000 burst_size=640");
	tr_rule(br, "actions=meter:1,output:2");
	for (unsigned round = 0; round < 4; round++) {
		for (unsigned n = 0; n < 10; n++) {
			for (unsigned i = 0; i < 100; i++) {
				tr_send(port[1], &packet);
				tr_send(port[3], &packet);
			}
			ts_turn();
		}
		out = sw_dummy_sent_drop(port[2]);
		assert_in_range(out, 640 - 20, 640);
		warp(1000);
	}
	assert_true(ts_drops(port[1], "meter") > 0);
	assert_true(ts_drops(port[3], "meter") > 0);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_packets),
		TEST(test_lease_goes_back),
		TEST(test_burst),
		TEST(test_kbits),
		TEST(test_steady),
		TEST(test_two_bands),
		TEST(test_remark),
		TEST(test_remark_steady),
		TEST(test_remark_ip6),
		TEST(test_others_have_it),
		TEST(test_remark_is_matched),
		TEST(test_staged),
		TEST(test_modify),
		TEST(test_delete_all),
		TEST(test_no_output),
		TEST(test_shared_by_rules),
		TEST(test_controllers),
		cmocka_unit_test_setup_teardown(test_two_workers, setup_two, ts_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
