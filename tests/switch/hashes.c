/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Choice by hash by real packets: multipath, bundle, bundle_load. Shares, both directions, what is kept by flow, and links
 * that fall and come back while no rule changes.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/flow.h>

#include "packet.h"

#define PORTS 5
#define FLOWS 2000

static struct ts_bridge *br;
static struct sw_port *port[PORTS + 1];
static struct tr_udp flows[FLOWS];

static int setup(void **state)
{
	uint64_t rng = swtest_seed(3);

	br = tr_start(port, PORTS);
	for (unsigned i = 0; i < FLOWS; i++)
		flows[i] =
			(struct tr_udp){ (uint32_t)swtest_rand(&rng), (uint32_t)swtest_rand(&rng),
				(uint16_t)swtest_rand(&rng), (uint16_t)swtest_rand(&rng), 0, 60 };
	return 0;
}

/* The port that each flow comes out of, 0: none. Two packets of a flow go the same way. */
static void run(uint8_t *out, bool back)
{
	struct packet_bytes p;

	for (unsigned i = 0; i < FLOWS; i++) {
		struct tr_udp u = flows[i];

		if (back)
			u = (struct tr_udp){ u.dst, u.src, u.dport, u.sport, 0, 60 };
		tr_udp(&p, &u);
		tr_send(port[1], &p);
		tr_send(port[1], &p);
		ts_turn();
		out[i] = 0;
		for (unsigned n = 2; n <= PORTS; n++) {
			struct rte_mbuf *m = sw_dummy_sent(port[n]);

			if (!m)
				continue;
			out[i] = n;
			rte_pktmbuf_free(m);
			m = sw_dummy_sent(port[n]);
			assert_non_null(m);
			rte_pktmbuf_free(m);
		}
		ts_quiet();
	}
}

/* Shares of n ports from `first` on are even: a quarter of a share is more than six standard deviations, for the keys of the
 * hash are others in each run. */
static void even(const uint8_t *out, unsigned first, unsigned n)
{
	unsigned count[PORTS + 1] = { 0 };

	for (unsigned i = 0; i < FLOWS; i++)
		count[out[i]]++;
	for (unsigned i = first; i < first + n; i++)
		assert_in_range(count[i], FLOWS / n - FLOWS / n / 4, FLOWS / n + FLOWS / n / 4);
}

static uint64_t walks(void)
{
	struct sw_flow_stats stats;

	assert_true(sw_flow_stats(0, &stats));
	return stats.walks;
}

/* Each algorithm spreads flows evenly; directions are alike where the name says so; a basis makes another choice. */
static void test_multipath(void **state)
{
	static const char *const algorithms[] = { "modulo_n", "hash_threshold", "hrw",
		"iter_hash" };
	static uint8_t out[FLOWS], other[FLOWS];

	tr_rule(br, "table=1,reg0=0,actions=output:2");
	tr_rule(br, "table=1,reg0=1,actions=output:3");
	tr_rule(br, "table=1,reg0=2,actions=output:4");
	for (unsigned i = 0; i < RTE_DIM(algorithms); i++) {
		char text[128];
		unsigned same = 0;

		snprintf(text, sizeof(text),
			"actions=multipath(symmetric_l3l4+udp,0,%s,3,0,reg0[]),resubmit(,1)",
			algorithms[i]);
		tr_rule(br, text);
		run(out, false);
		even(out, 2, 3);
		run(other, true);
		assert_memory_equal(out, other, FLOWS);
		snprintf(text, sizeof(text),
			"actions=multipath(symmetric_l3l4+udp,7,%s,3,0,reg0[]),resubmit(,1)",
			algorithms[i]);
		tr_rule(br, text);
		run(other, false);
		for (unsigned k = 0; k < FLOWS; k++)
			same += out[k] == other[k];
		assert_in_range(same, FLOWS / 4, FLOWS / 2);
	}
}

/* What is left out of a hash: ports of UDP in symmetric_l3l4, all but an address in nw_src. */
static void test_fields(void **state)
{
	static const char *const fields[] = { "symmetric_l3l4", "symmetric_l4", "nw_src",
		"symmetric_l3", "eth_src" };
	static uint8_t out[FLOWS];

	for (unsigned i = 0; i < FLOWS; i++) {
		flows[i].src = 0x0a000001;
		flows[i].dst = 0x0a000002;
	}
	for (unsigned i = 0; i < RTE_DIM(fields); i++) {
		char text[128];

		snprintf(text, sizeof(text), "actions=bundle(%s,0,hrw,ofport,members:2,3,4,5)",
			fields[i]);
		tr_rule(br, text);
		run(out, false);
		for (unsigned k = 1; k < FLOWS; k++)
			assert_int_equal(out[k], out[0]);
	}
	tr_rule(br, "actions=bundle(symmetric_l3l4+udp,0,hrw,ofport,members:2,3,4,5)");
	run(out, false);
	even(out, 2, 4);
}

/* Flows are kept; those of a link that falls move, no others, and come back. */
static void test_links(void **state)
{
	static uint8_t out[FLOWS], now[FLOWS];
	uint64_t before;

	tr_rule(br, "actions=bundle(symmetric_l3l4+udp,0,hrw,ofport,members:2,3,4,5)");
	run(out, false);
	even(out, 2, 4);
	before = walks();
	run(now, false);
	assert_memory_equal(out, now, FLOWS);
	assert_int_equal(walks(), before);
	sw_dummy_set_link(port[3], false);
	ts_turn();
	run(now, false);
	for (unsigned i = 0; i < FLOWS; i++) {
		if (out[i] == 3)
			assert_in_range(now[i], 2, 5);
		else
			assert_int_equal(now[i], out[i]);
		assert_int_not_equal(now[i], 3);
	}
	before = walks();
	run(now, false);
	assert_int_equal(walks(), before);
	sw_dummy_set_link(port[3], true);
	ts_turn();
	run(now, false);
	assert_memory_equal(out, now, FLOWS);
}

/* The first that is up, into a field; a port that leaves is not live, and with none there is no port. */
static void test_backup(void **state)
{
	static uint8_t out[FLOWS];

	tr_rule(br,
		"priority=2,actions=bundle_load(eth_src,0,active_backup,ofport,reg1[0..15],members:4,9,3),"
		"resubmit(,1)");
	tr_rule(br, "table=1,priority=2,reg1=0xffff,actions=output:2");
	tr_rule(br, "table=1,priority=1,actions=output:reg1[]");
	run(out, false);
	even(out, 4, 1);
	sw_dummy_set_link(port[4], false);
	ts_turn();
	run(out, false);
	even(out, 3, 1);
	ts_leave(br, port[3]);
	ts_apply(br);
	run(out, false);
	even(out, 2, 1);
	sw_dummy_set_link(port[4], true);
	ts_turn();
	run(out, false);
	even(out, 4, 1);
}

/* A port that joins is a member at once. */
static void test_joins(void **state)
{
	static uint8_t out[FLOWS];

	ts_leave(br, port[3]);
	ts_apply(br);
	tr_rule(br, "actions=bundle(eth_src,0,active_backup,ofport,members:3,2)");
	run(out, false);
	even(out, 2, 1);
	ts_add(br, port[3], "trunk");
	ts_conf(br, port[3])->number = 3;
	ts_apply(br);
	run(out, false);
	even(out, 3, 1);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, ts_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_multipath),
		TEST(test_fields),
		TEST(test_links),
		TEST(test_backup),
		TEST(test_joins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
