/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * learn among the actions of packets that controllers send: the rule is there before the next message of the connection is looked at,
 * whoever keeps control or the worker busy meanwhile.
 */
#include "of_bundles.h"
#include "of_packet_outs.h"
#include "of_rules.h"

#include <sw/action_text.h>
#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/flow.h>
#include <sw/err.h>
#include <sw/packet_in.h>
#include <sw/packet_out.h>
#include <sw/rule_table.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"

#define N_PORTS 3
#define RING	512

#define ECHO	   2
#define ECHO_REPLY 3

#define LEARN	"learn(table=1,priority=9,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])"
#define LEARNED "table=1, priority=9,dl_dst=02:00:00:00:00:08 actions=output:%u\n"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };
static struct sw_port *port[N_PORTS + 1];
static struct ts_frame frame;

static int setup(void **state)
{
	op_setup_ports(port, N_PORTS);
	frame = ts_frame(MAC(9), MAC(8), UNTAGGED);
	return 0;
}

static int teardown(void **state)
{
	op_teardown_ports(port, N_PORTS);
	return 0;
}

/* The worker does packets, control what they ask for, and connections go on. */
static void go_on(void)
{
	for (unsigned i = 0; i < 10; i++) {
		op_turn(5);
		ts_turn();
		op_turn(5);
		sw_packet_in_run(1000);
	}
	op_turn(5);
}

/* What it said before is done: the echo is answered behind it. */
static void hear_echo(int fd)
{
	go_on();
	op_hear_type(fd, ECHO_REPLY);
}

static void learned(int fd, uint8_t version, unsigned to)
{
	char want[100];

	snprintf(want, sizeof(want), LEARNED, to);
	or_expect(fd, version, want);
}

static void next_message(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);

		po_say(fd, version, 1, LEARN ",output:2", frame);
		op_say(fd, version, ECHO, 1, "");
		op_turn(20);
		op_hear_nothing(fd); /* the worker has not come to it */
		ts_turn();
		ts_expect(port[2], frame);
		op_turn(20);
		op_hear_nothing(fd); /* nor control to the rule */
		hear_echo(fd);
		learned(fd, version, 1);
		/* Another one, of another packet in its place. */
		po_say(fd, version, 3, "clone(" LEARN "),output:2", frame);
		op_say(fd, version, ECHO, 1, "");
		op_turn(5);
		hear_echo(fd);
		learned(fd, version, 3);
		ts_expect(port[2], frame);
		op_close(fd);
	}
}

static unsigned rules_in(unsigned table)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(of_bridge_next(NULL)->rules, table, &stats);
	return stats.rules;
}

/* Up to a limit, and the packet is told: 1 becomes an output to port 3, 0 to none. */
static void limit(void **state)
{
	int fd = or_dial(OF13);

	for (unsigned i = 1; i <= 4; i++) {
		struct ts_frame f = ts_frame(MAC(8), MAC(9 + i), UNTAGGED);

		po_say(fd, OF13, 1,
			"learn(table=1,priority=9,cookie=7,limit=2,result_dst=NXM_NX_REG0[0],"
			"NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),"
			"move:NXM_NX_REG0[0]->NXM_NX_REG0[1],output:NXM_NX_REG0[]",
			f);
		op_say(fd, OF13, ECHO, 1, "");
		op_turn(5);
		ts_turn();
		if (i < 3)
			ts_expect(port[3], f);
		ts_quiet();
		hear_echo(fd);
		assert_int_equal(rules_in(1), i < 4 ? RTE_MIN(i, 2u) : 3);
		if (i == 3) /* others may come then: nothing is left of those who asked before */
			or_flow_mod(fd, OF13, OR_ADD, "table=1,cookie=7,priority=3,actions=drop");
	}
	op_close(fd);
}

static void say_in_bundle(int fd, const struct of_buf *inner)
{
	struct of_buf buf = { 0 };

	ob_put_head(&buf, OF14, true, PO_XID);
	of_hex_buf(&buf, "00000007 0000 0003");
	of_put(&buf, inner->bytes, inner->len);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

/* In a bundle a packet meets what one before it has learned; the answer comes when all of it is there. */
static void in_bundles(void **state)
{
	struct ts_frame back = ts_frame(MAC(8), MAC(9), UNTAGGED);
	int fd = or_dial(OF14);
	struct of_buf buf = { 0 };

	ob_begin(fd, OF14);
	po_put(&buf, OF14, 3, LEARN, frame);
	say_in_bundle(fd, &buf);
	buf.len = 0;
	po_put(&buf, OF14, 1, "resubmit(,1)", back);
	say_in_bundle(fd, &buf);
	op_echo(fd, OF14);
	assert_int_equal(rules_in(1), 0);
	ob_control(fd, OF14, 7, OB_COMMIT, 3);
	op_turn(20);
	op_hear_nothing(fd);
	go_on();
	ob_hear_control(fd, OF14, 7, OB_COMMITTED, 3);
	ts_turn();
	ts_expect(port[3], back);
	learned(fd, OF14, 3);
	of_buf_fini(&buf);
	op_close(fd);
}

/* Rules that make others learn ask for so many that there is no room: the packet waits for it, and none is lost. */
static void full(void **state)
{
	struct sw_packet_out out = { .in_port = 2, .len = 60 };
	int fd = or_dial(OF13);
	struct sw_flow_stats stats;
	uint8_t bytes[4096] = { 0 };
	struct sw_err err;
	uint32_t ticket;
	uint64_t lost;

	or_flow_mod(fd, OF13, OR_ADD,
		"table=0,actions=learn(table=2,NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[])");
	op_echo(fd, OF13);
	for (unsigned i = 0; i < RING + 20; i++) {
		ts_send(port[1], ts_frame(MAC(8), MAC(1000 + i), UNTAGGED));
		if (i % 30 == 29)
			ts_turn();
	}
	ts_turn();
	sw_flow_stats(0, &stats);
	lost = stats.wishes_lost;
	assert_int_equal(lost, 20);
	ts_bytes(bytes, frame);
	out.bytes = bytes;
	assert_int_equal(sw_actions_parse(LEARN, &out.actions, &err), 0);
	assert_int_equal(sw_packet_out_post(sw_bridge_by_name("br0"), &out, &ticket, &err), 0);
	sw_actions_free(out.actions);
	ts_turn();
	ts_turn();
	assert_false(sw_packet_out_done(ticket));
	go_on();
	assert_true(sw_packet_out_done(ticket));
	assert_int_equal(rules_in(1), 1);
	assert_int_equal(rules_in(2), RING);
	sw_flow_stats(0, &stats);
	assert_int_equal(stats.wishes_lost, lost);
	op_close(fd);
}

/* Where ports look at no rules a controller is not left in the belief that there is one. */
static void in_vain(void **state)
{
	int fd = or_dial(OF13);

	op_hush(fd, OF13);
	ct_ok("set bridge br0 other_config:cross-connect=true -- del-port p3");
	port[3] = NULL;
	po_say(fd, OF13, 1, LEARN, frame);
	op_hear_error(fd, 5, 4);
	po_say(fd, OF13, 1, "output:2", frame);
	op_say(fd, OF13, ECHO, 1, "");
	op_turn(5);
	hear_echo(fd);
	ts_expect(port[2], frame);
	op_close(fd);
}

/* The bridge goes while a packet of it waits, and while its wish does. */
static void gone(void **state)
{
	for (unsigned turned = 0; turned < 2; turned++) {
		int fd;

		ct_bridge("br1");
		fd = op_dial_as("br1", OF13);
		po_say(fd, OF13, SW_OFPP_CONTROLLER, LEARN, frame);
		op_turn(5);
		if (turned)
			ts_turn();
		ct_ok("del-br br1");
		go_on();
		op_hear_end(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(next_message, setup, teardown),
		cmocka_unit_test_setup_teardown(limit, setup, teardown),
		cmocka_unit_test_setup_teardown(in_bundles, setup, teardown),
		cmocka_unit_test_setup_teardown(full, setup, teardown),
		cmocka_unit_test_setup_teardown(in_vain, setup, teardown),
		cmocka_unit_test_setup_teardown(gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
