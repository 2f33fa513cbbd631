/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Control posts packets of controllers, more than the ring holds, to a real worker that has packets of its ports to do,
 * while rules and members of the bridge change, and has the bridge go while packets wait. Each leaves once, in its order,
 * by the rules that were there when it was posted; those of a bridge that is gone are freed; and (under the thread and
 * address sanitizers) nobody touches what is gone.
 */
#include "testrules.h"

#include <rte_mbuf.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/packet_out.h>

#include "packet.h"
#include "realworkers.h"

#define ROUNDS 60
#define LIVES  12
#define EACH   20			 /* packets a round and port */
#define POSTED (SW_PACKET_OUT_RING + 88) /* a round: the ring is full meanwhile */

static struct rw_bridge rw;
static unsigned traffic;   /* of ports 1 and 2, that came out of port 3 */
static uint32_t next_mark; /* that is to come out of port 4 */
static uint8_t wanted_tos;

/* What came out so far: of port 4 what was posted, its IPv4 source a number. */
static void collect(void)
{
	struct rte_mbuf *m;

	traffic += sw_dummy_sent_drop(rw.port[3]);
	while ((m = sw_dummy_sent(rw.port[4]))) {
		const uint8_t *b = rte_pktmbuf_mtod(m, const uint8_t *);

		assert_int_equal(m->pkt_len, 60);
		assert_int_equal(
			(uint32_t)b[26] << 24 | b[27] << 16 | b[28] << 8 | b[29], next_mark);
		if (next_mark % 3 == 0)
			assert_int_equal(b[15], wanted_tos);
		next_mark++;
		rte_pktmbuf_free(m);
	}
	sw_packet_out_reap();
	rw_step();
}

/* Packet `mark`, as said to have come in there; waits for room. Its ticket. */
static uint32_t post(uint32_t mark, uint32_t in_port, const char *actions)
{
	struct sw_packet_out out = { .in_port = in_port, .len = 60 };
	enum sw_packet_out_fault fault = SW_PACKET_OUT_FULL;
	struct packet_bytes p;
	uint32_t ticket = 0;
	struct sw_err err;

	tr_udp(&p, &(struct tr_udp){ mark, 1, 1, 7, 0, 60 });
	out.bytes = p.b;
	if (sw_actions_parse(actions, &out.actions, &err))
		fail_msg("%s: %s", actions, err.text);
	for (unsigned i = 0; fault == SW_PACKET_OUT_FULL && rw_waits(i); i++) {
		fault = sw_packet_out_post(rw.br.bridge, &out, &ticket, &err);
		if (fault == SW_PACKET_OUT_FULL)
			collect();
	}
	assert_int_equal(fault, SW_PACKET_OUT_FINE);
	sw_actions_free(out.actions);
	return ticket;
}

/* Those of table 0 mark each packet with the round. */
static void rule_of(unsigned round)
{
	char text[80];

	snprintf(text, sizeof(text), "priority=7,udp,tp_dst=7,actions=mod_nw_tos:%u,output:4",
		round % 60 * 4);
	tr_rule(&rw.br, text);
	wanted_tos = round % 60 * 4;
}

static void change(unsigned n)
{
	char text[80];

	if (n % 100 == 50)
		rw_bridge_members(&rw, RW_PORTS);
	if (n % 50 == 25) {
		snprintf(text, sizeof(text), "priority=9,udp,nw_src=10.0.0.%u,actions=drop",
			n % 256);
		tr_rule(&rw.br, text);
		tr_change(&rw.br, "udp,nw_src=10.0.0.0/24", SW_RULE_DELETE);
	}
}

static void wait_for(uint32_t ticket, unsigned packets)
{
	for (unsigned i = 0; rw_waits(i); i++) {
		collect();
		if (sw_packet_out_done(ticket) && traffic == packets)
			break;
	}
	collect(); /* it was flushed before it was done */
	assert_int_equal(traffic, packets);
}

static void test_each_in_its_order(void **state)
{
	uint32_t mark = 0, ticket = 0;

	rw_bridge_make(&rw);
	tr_rule(&rw.br, "udp,tp_dst=2000,actions=output:3");
	traffic = next_mark = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		rule_of(round);
		rw_inject(&rw, round, EACH);
		for (unsigned n = 0; n < POSTED; n++, mark++) {
			ticket = mark % 3 == 0	 ? post(mark, SW_OFPP_CONTROLLER, "TABLE")
				 : mark % 3 == 1 ? post(mark, SW_OFPP_CONTROLLER, "output:4")
						 : post(mark, 1, "set_field:9->udp_dst,output:4");
			change(n);
		}
		wait_for(ticket, (round + 1) * 2 * EACH);
		assert_int_equal(next_mark, mark);
	}
	rw_bridge_gone(&rw);
}

static void test_bridge_goes(void **state)
{
	uint32_t ticket = 0;

	wanted_tos = 0;
	for (unsigned life = 0; life < LIVES; life++) {
		rw_bridge_make(&rw);
		next_mark = 0;
		for (uint32_t mark = 0; mark < 100 + life * 20; mark++)
			ticket = post(mark, mark % 2 ? SW_OFPP_CONTROLLER : 2, "output:4");
		collect();
		rw_bridge_gone(&rw);
	}
	for (unsigned i = 0; !sw_packet_out_done(ticket) && rw_waits(i); i++)
		rw_step();
	assert_true(sw_packet_out_done(ticket));
	sw_packet_out_reap();
}

static int setup(void **state)
{
	rw_start();
	assert_true(sw_packet_out_fd() >= 0);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_in_its_order),
		cmocka_unit_test(test_bridge_goes),
	};

	return cmocka_run_group_tests(tests, setup, rw_teardown);
}
