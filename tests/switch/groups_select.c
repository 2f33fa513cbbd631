/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Select groups by real packets: shares by weight, connections that stay where they are, what a link that falls moves, what
 * is hashed. The seed is printed; the keys of the hash are the switch's own, anew in each run, so bounds are wide: six
 * standard deviations and the steps of the slots.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include "packet.h"

#define PORTS 6
#define BURST 250 /* frames before they are looked at: no more than ts_turn takes */

#define FOUR_WAYS "bucket=output:2,bucket=output:3,bucket=output:4,bucket=output:5"

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];
static uint64_t rng;
static bool turned; /* packets are sent from the other end */

/* Where each connection went: a port's number. */
struct flow {
	struct tr_udp u;
	uint8_t out;
};
#define FLOWS 20000
static struct flow flows[FLOWS];

static int setup(void **state)
{
	br = tr_start(port, PORTS);
	turned = false;
	rng = swtest_seed(7);
	for (unsigned i = 0; i < FLOWS; i++)
		flows[i].u =
			(struct tr_udp){ (uint32_t)swtest_rand(&rng), (uint32_t)swtest_rand(&rng),
				(uint16_t)swtest_rand(&rng), (uint16_t)swtest_rand(&rng), 0, 60 };
	return 0;
}

/* The flow whose packet it is: its number is the IP identification. */
static unsigned flow_of(struct rte_mbuf *m)
{
	const uint8_t *b = rte_pktmbuf_mtod(m, const uint8_t *);

	return b[18] << 8 | b[19];
}

static void collect(unsigned number)
{
	struct rte_mbuf *m;

	while ((m = sw_dummy_sent(port[number]))) {
		flows[flow_of(m)].out = number;
		rte_pktmbuf_free(m);
	}
}

static void swap(struct packet_bytes *p, size_t one, size_t other, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t b = p->b[one + i];

		p->b[one + i] = p->b[other + i];
		p->b[other + i] = b;
	}
}

/* From its other end. */
static void turn_round(struct packet_bytes *p, bool ports)
{
	swap(p, 0, 6, 6);
	swap(p, 26, 30, 4);
	if (ports)
		swap(p, 34, 36, 2);
}

/* One packet of each of the first n connections; where they went is in `out`, 0 for nowhere. */
static void send_all(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct packet_bytes p;

		flows[i].out = 0;
		tr_udp(&p, &flows[i].u);
		p.b[18] = i >> 8;
		p.b[19] = i;
		if (turned)
			turn_round(&p, true);
		tr_send(port[1], &p);
		if (i % BURST && i + 1 < n)
			continue;
		ts_turn();
		for (unsigned k = 1; k <= PORTS; k++)
			collect(k);
	}
}

static unsigned went_to(unsigned number, unsigned n)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += flows[i].out == number;
	return sum;
}

/* So many of n as a share says, give or take chance and `step` of the share. */
static void expect_share(unsigned number, unsigned n, double share, double step)
{
	double want = n * share;
	unsigned got = went_to(number, n);
	double off = (got > want ? got - want : want - got) - step * want;

	if (off > 0 && off * off > 36 * want * (1 - share))
		fail_msg("port %u: %u of %u connections, expected %.0f", number, got, n, want);
}

static void test_weights(void **state)
{
	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=select,bucket=weight:1,output:2,bucket=weight:2,output:3,bucket=weight:5,output:4,"
		"bucket=weight:0,output:5");
	tr_rule(br, "actions=group:1");
	for (unsigned round = 0; round < 5; round++) {
		send_all(FLOWS);
		expect_share(2, FLOWS, 1 / 8., .01);
		expect_share(3, FLOWS, 2 / 8., .01);
		expect_share(4, FLOWS, 5 / 8., .01);
		assert_int_equal(went_to(5, FLOWS), 0);
		for (unsigned i = 0; i < FLOWS; i++)
			flows[i].u.sport += 7919;
	}
}

/* Weights far apart: the light one has its share too. */
static void test_uneven(void **state)
{
	struct sw_group_stats s;

	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=select,bucket=weight:1,output:2,bucket=weight:100,output:3");
	tr_rule(br, "actions=group:1");
	send_all(FLOWS);
	expect_share(2, FLOWS, 1 / 101., .05);
	expect_share(3, FLOWS, 100 / 101., .05);
	sw_group_stats(sw_groups_find(sw_bridge_groups(br->bridge), 1), &s);
	assert_int_equal(s.packets, FLOWS);
	assert_int_equal(s.bucket[0].packets, went_to(2, FLOWS));
	assert_int_equal(s.bucket[1].packets, went_to(3, FLOWS));
}

static void remember(uint8_t *was)
{
	for (unsigned i = 0; i < FLOWS; i++)
		was[i] = flows[i].out;
}

/* Connections of the port that fell go to the others, by weight; all others stay; all come back. */
static void test_link_down(void **state)
{
	static uint8_t was[FLOWS];
	unsigned moved[PORTS + 1] = { 0 }, n = 0;

	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=select,bucket=weight:2,output:2,bucket=weight:1,watch_port:3,output:3,"
		"bucket=weight:3,output:4,bucket=weight:2,output:5");
	tr_rule(br, "actions=group:1");
	send_all(FLOWS);
	remember(was);
	sw_dummy_set_link(port[2], false);
	ts_turn();
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++) {
		if (was[i] != 2) {
			assert_int_equal(flows[i].out, was[i]);
			continue;
		}
		moved[flows[i].out]++;
		n++;
	}
	assert_int_equal(moved[0] + moved[2], 0);
	assert_in_range(moved[3], n / 6 * 0.75, n / 6 * 1.25);
	assert_in_range(moved[4], n / 2 * 0.9, n / 2 * 1.1);
	sw_dummy_set_link(port[2], true);
	ts_turn();
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		assert_int_equal(flows[i].out, was[i]);
	for (unsigned i = 2; i <= 5; i++)
		sw_dummy_set_link(port[i], false);
	ts_turn();
	send_all(1000);
	assert_int_equal(went_to(0, 1000), 1000);
	assert_int_equal(ts_drops(port[1], "group_no_bucket"), 1000);
}

/* Of those that need not move, nearly all stay when a bucket comes. */
static void test_bucket_comes(void **state)
{
	static uint8_t was[FLOWS];
	unsigned moved = 0, to_new = 0;

	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=select,bucket=output:2,bucket=output:3,bucket=output:4");
	tr_rule(br, "actions=group:1");
	send_all(FLOWS);
	remember(was);
	tr_group(br, SW_GROUP_INSERT_BUCKETS, "group_id=1,command_bucket_id=last,bucket=output:5");
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++) {
		moved += flows[i].out != was[i];
		to_new += flows[i].out == 5;
	}
	expect_share(5, FLOWS, .25, .02);
	assert_true(moved < to_new + FLOWS * 15 / 100);
	tr_group(br, SW_GROUP_REMOVE_BUCKETS, "group_id=1,command_bucket_id=last");
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		assert_int_equal(flows[i].out, was[i]);
}

/* Both directions of a connection, and what differs in other fields, go the same way; another port or address does not. */
static void test_what_is_hashed(void **state)
{
	static uint8_t was[FLOWS];
	unsigned same = 0;

	tr_group(br, SW_GROUP_ADD, "group_id=1,type=select," FOUR_WAYS);
	tr_rule(br, "actions=group:1");
	send_all(FLOWS);
	remember(was);
	turned = true;
	for (unsigned i = 0; i < FLOWS; i++) {
		flows[i].u.tos = 0xb8;
		flows[i].u.len = 100;
	}
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		assert_int_equal(flows[i].out, was[i]);
	for (unsigned i = 0; i < FLOWS; i++)
		flows[i].u.sport++;
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		same += flows[i].out == was[i];
	assert_in_range(same, FLOWS / 4 * 0.9, FLOWS / 4 * 1.1);
}

/* Nothing but the fields that are named; with another parameter, another way. */
static void test_fields(void **state)
{
	static uint8_t was[FLOWS];
	unsigned same = 0;

	tr_group(br, SW_GROUP_ADD,
		"group_id=1,type=select,selection_method=hash,fields(ip_src=255.255.255.0)," FOUR_WAYS);
	tr_rule(br, "actions=group:1");
	send_all(FLOWS);
	remember(was);
	for (unsigned i = 0; i < FLOWS; i++) {
		flows[i].u.dst++;
		flows[i].u.dport = i;
		flows[i].u.src ^= 0x17;
	}
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		assert_int_equal(flows[i].out, was[i]);
	tr_group(br, SW_GROUP_MODIFY,
		"group_id=1,type=select,selection_method=hash,selection_method_param=1,fields(ip_src=255.255.255.0)," FOUR_WAYS);
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		same += flows[i].out == was[i];
	assert_in_range(same, FLOWS / 4 * 0.8, FLOWS / 4 * 1.2);
}

/* A group that is walked chooses as one that is not; groups in a chain choose each for themselves. */
static void test_walked_and_chained(void **state)
{
	static uint8_t was[FLOWS];
	unsigned both = 0;

	tr_group(br, SW_GROUP_ADD, "group_id=1,type=select,bucket=output:2,bucket=output:3");
	tr_rule(br, "table=0,actions=group:1");
	send_all(FLOWS);
	remember(was);
	tr_rule(br, "table=1,actions=output:3");
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=select,bucket=output:2,bucket=resubmit(,1)");
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		assert_int_equal(flows[i].out, was[i]);
	assert_int_equal(tr_rule_packets(br, 1, 32768), went_to(3, FLOWS));
	tr_group(br, SW_GROUP_ADD, "group_id=2,type=select,bucket=output:4,bucket=output:5");
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=select,bucket=group:2,bucket=output:3");
	send_all(FLOWS);
	for (unsigned i = 0; i < FLOWS; i++)
		both += flows[i].out == 4;
	assert_in_range(both, FLOWS / 4 * 0.9, FLOWS / 4 * 1.1);
}

/* One packet, which came out of one port: which. */
static unsigned way_of(const struct packet_bytes *p)
{
	unsigned way = 0;

	tr_send(port[1], p);
	ts_turn();
	for (unsigned k = 2; k <= 5; k++)
		if (sw_dummy_sent_drop(port[k]))
			way = k;
	assert_true(way);
	return way;
}

/* What the group makes of 400 packets that differ in 6 bytes at a place alone: so many went each way. */
static void spread(const struct packet_bytes *like, size_t at, unsigned ways[PORTS + 1])
{
	struct packet_bytes p = *like;

	memset(ways, 0, (PORTS + 1) * sizeof(ways[0]));
	for (unsigned i = 0; i < 400; i++) {
		p.b[at] = 2;
		p.b[at + 4] = i >> 8;
		p.b[at + 5] = i;
		ways[way_of(&p)]++;
	}
}

static void expect_spread(const struct packet_bytes *like, size_t at)
{
	unsigned ways[PORTS + 1];

	spread(like, at, ways);
	for (unsigned k = 2; k <= 5; k++)
		assert_in_range(ways[k], 50, 150);
}

static void expect_together(const struct packet_bytes *like, size_t at)
{
	unsigned ways[PORTS + 1], used = 0;

	spread(like, at, ways);
	for (unsigned k = 2; k <= 5; k++)
		used += ways[k] != 0;
	assert_int_equal(used, 1);
}

/* IPv4, with options too, IPv6: by MAC addresses as well, by dp_hash without them. ARP by the addresses in it. */
static void test_addresses(void **state)
{
	struct packet_bytes usual, options, six = { .len = 0 }, arp = { .len = 0 };

	tr_udp(&usual, &flows[0].u);
	options = usual;
	options.b[14] = 0x46;
	packet_hex(&six, "020000000002 020000000001 86dd 60000000 0008 11 40");
	packet_fill(&six, 0x11, 32);
	packet_hex(&six, "0001 0002 0008 0000");
	packet_hex(&arp,
		"ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 "
		"000000000000 0a000002");
	tr_rule(br, "actions=group:1");
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=select," FOUR_WAYS);
	for (size_t at = 0; at <= 6; at += 6) {
		expect_spread(&usual, at);
		expect_spread(&options, at);
		expect_spread(&six, at);
	}
	expect_spread(&arp, 6);
	expect_spread(&arp, 26); /* the sender's last two bytes among them */
	expect_spread(&arp, 36);
	tr_group(br, SW_GROUP_MODIFY, "group_id=1,type=select,selection_method=dp_hash," FOUR_WAYS);
	for (size_t at = 0; at <= 6; at += 6) {
		expect_together(&usual, at);
		expect_together(&options, at);
		expect_together(&six, at);
	}
	expect_spread(&arp, 6);
}

/* A reply goes where the request went: of UDP, and of a ping, whose type is no port. */
static void test_replies(void **state)
{
	tr_rule(br, "actions=group:1");
	tr_group(br, SW_GROUP_ADD, "group_id=1,type=select," FOUR_WAYS);
	for (unsigned i = 0; i < 200; i++) {
		struct packet_bytes p, back;

		tr_udp(&p, &flows[i].u);
		back = p;
		turn_round(&back, true);
		assert_int_equal(way_of(&p), way_of(&back));
		p.b[23] = 1;
		p.b[34] = 8;
		p.b[35] = 0;
		back = p;
		turn_round(&back, false);
		back.b[34] = 0;
		assert_int_equal(way_of(&p), way_of(&back));
	}
}

/* Fragments go the way of each other, whether or not they have the ports; frames that are not IP by their addresses. */
static void test_odd_packets(void **state)
{
	struct packet_bytes p, other;
	unsigned ways[PORTS + 1] = { 0 };

	tr_group(br, SW_GROUP_ADD, "group_id=1,type=select," FOUR_WAYS);
	tr_rule(br, "actions=group:1");
	for (unsigned i = 0; i < 200; i++) {
		tr_udp(&p, &flows[i].u);
		p.b[20] = 0x20;
		p.b[18] = p.b[19] = 0;
		other = p;
		other.b[20] = 0;
		other.b[21] = 5;
		other.b[34] ^= 0xff;
		tr_send(port[1], &p);
		tr_send(port[1], &other);
		ts_turn();
		for (unsigned k = 2; k <= 5; k++)
			assert_true(sw_dummy_sent_drop(port[k]) % 2 == 0);
	}
	for (unsigned i = 0; i < 400; i++) {
		struct ts_frame f = ts_frame(MAC(i), MAC(9), UNTAGGED);

		ts_send(port[1], f);
		ts_turn();
		for (unsigned k = 2; k <= 5; k++)
			ways[k] += sw_dummy_sent_drop(port[k]);
	}
	for (unsigned k = 2; k <= 5; k++)
		assert_in_range(ways[k], 50, 150);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, setup, ts_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_weights),
		TEST(test_uneven),
		TEST(test_link_down),
		TEST(test_bucket_comes),
		TEST(test_what_is_hashed),
		TEST(test_fields),
		TEST(test_walked_and_chained),
		TEST(test_addresses),
		TEST(test_replies),
		TEST(test_odd_packets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
