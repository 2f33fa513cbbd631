/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that controllers send: where they go by each output there is, what they meet on the way, in what order with
 * changes of rules, barriers and bundles; and what is refused, with which error. In all versions.
 */
#include "of_packet_outs.h"
#include "of_rules.h"

#include <string.h>

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/log.h>
#include <sw/packet_in.h>
#include <sw/packet_out.h>
#include <sw/port.h>

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"

#include "../../src/ctl/of/codec/head.h"

#define XID	   PO_XID
#define CONTROLLER SW_OFPP_CONTROLLER
#define N_PORTS	   3

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };
static struct sw_port *port[N_PORTS + 1];

static int setup(void **state)
{
	op_setup_ports(port, N_PORTS);
	return 0;
}

static int teardown(void **state)
{
	op_teardown_ports(port, N_PORTS);
	return 0;
}

/* The switch has read all that was said; workers do it. */
static void settle(int fd, uint8_t version)
{
	op_echo(fd, version);
	ts_turn();
}

static struct ts_frame frame_of(uint32_t mark)
{
	struct ts_frame f = ts_frame(MAC(9), MAC(8), UNTAGGED);

	f.mark = mark;
	return f;
}

/* It came out of the ports of a mask (bit 0: the local one) and of no other. */
static void came_out(unsigned mask, struct ts_frame f)
{
	for (unsigned i = 0; i <= N_PORTS; i++)
		if (mask >> i & 1)
			ts_expect(port[i], f);
	ts_quiet();
}

/* --- outputs --------------------------------------------------------------------------------------------------------------- */

static unsigned warnings;

static void count_warnings(const struct sw_log *log, enum sw_log_level level, const char *text)
{
	warnings += level <= SW_LOG_WARN;
}

static void outputs(void **state)
{
	static const struct {
		uint32_t in_port;
		const char *actions;
		unsigned to;
	} cases[] = {
		{ CONTROLLER, "output:2", 1 << 2 },
		{ 1, "output:2,output:3", 1 << 2 | 1 << 3 },
		{ 1, "output:1", 0 },
		{ 1, "IN_PORT", 1 << 1 },
		{ 2, "LOCAL", 1 << 0 },
		{ 1, "FLOOD", 1 << 0 | 1 << 2 | 1 << 3 },
		{ CONTROLLER, "FLOOD", 0xf },
		{ SW_OFPP_ANY, "ALL", 0xf },
		{ 3, "ALL", 1 << 0 | 1 << 1 | 1 << 2 },
		{ SW_OFPP_LOCAL, "NORMAL", 1 << 1 | 1 << 2 | 1 << 3 },
		{ CONTROLLER, "NORMAL", 0xf },
		{ CONTROLLER, "IN_PORT", 0 },
		{ CONTROLLER, "output:77", 0 },
		{ CONTROLLER, "drop", 0 },
	};

	warnings = 0;
	sw_log_listen(count_warnings);
	for (unsigned v = 0; v < 4; v++) {
		int fd = op_dial_as("br0", versions[v]);

		for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			po_say(fd, versions[v], cases[i].in_port, cases[i].actions, frame_of(i));
			settle(fd, versions[v]);
			came_out(cases[i].to, frame_of(i));
		}
		if (versions[v] == OF10) { /* controllers that leave in_port zero */
			po_say(fd, OF10, 0, "ALL", frame_of(77));
			settle(fd, OF10);
			came_out(0xf, frame_of(77));
		}
		op_close(fd);
	}
	sw_log_listen(NULL);
	assert_int_equal(warnings, 0);
	ts_warp(400); /* stations of NORMAL age */
}

/* The source is learned where the packet came in on a port, and known destinations get it alone. */
static void normal(void **state)
{
	int fd = op_dial_as("br0", OF13);
	struct ts_frame back = ts_frame(MAC(20), MAC(21), UNTAGGED);
	struct ts_frame tagged = ts_frame(MAC(20), MAC(22), 7);

	po_say(fd, OF13, 2, "NORMAL", ts_frame(MAC(21), MAC(20), UNTAGGED));
	settle(fd, OF13);
	came_out(1 << 0 | 1 << 1 | 1 << 3, ts_frame(MAC(21), MAC(20), UNTAGGED));
	po_say(fd, OF13, CONTROLLER, "NORMAL", back);
	settle(fd, OF13);
	came_out(1 << 2, back);
	po_say(fd, OF13, 3, "NORMAL", ts_frame(MAC(21), MAC(30), UNTAGGED));
	settle(fd, OF13); /* 21 was not learned from CONTROLLER */
	came_out(1 << 0 | 1 << 1 | 1 << 2, ts_frame(MAC(21), MAC(30), UNTAGGED));
	po_say(fd, OF13, CONTROLLER, "NORMAL", tagged);
	settle(fd, OF13);
	came_out(0xf, tagged); /* another VLAN */
	po_say(fd, OF13, CONTROLLER, "NORMAL", ts_frame(MAC(20), MAC(22), 4095));
	settle(fd, OF13);
	ts_quiet();
	op_close(fd);
	ts_warp(400);
}

/* Through the tables, with actions before and behind that see the packet as it was. */
static void table(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = or_dial(versions[v]);
		struct ts_frame f = frame_of(v), changed = f;

		changed.dst = MAC(0x77);
		or_flow_mod(fd, versions[v], OR_ADD,
			"priority=5,in_port=1,actions=mod_dl_dst:02:00:00:00:00:77,output:2");
		or_flow_mod(fd, versions[v], OR_ADD, "priority=4,actions=drop");
		po_say(fd, versions[v], 1, "TABLE", f);
		settle(fd, versions[v]);
		came_out(1 << 2, changed);
		po_say(fd, versions[v], 2, "TABLE", f);
		settle(fd, versions[v]);
		ts_quiet();
		po_say(fd, versions[v], 1, "TABLE,output:3", f);
		settle(fd, versions[v]);
		ts_expect(port[2], changed);
		came_out(1 << 3, f);
		or_clear(fd, versions[v]);
		po_say(fd, versions[v], 1, "TABLE", f);
		settle(fd, versions[v]);
		ts_quiet();
		op_close(fd);
	}
	assert_true(ts_drops(port[1], "table_miss") == 4);
	assert_true(ts_drops(port[2], "rule_drop") == 4);
}

/* From 1.3 on an action set, a group, and what the pipeline is told in 1.5. */
static void pipeline(void **state)
{
	int fd = or_dial(OF15);
	struct ts_frame f = frame_of(1);

	or_flow_mod(
		fd, OF15, OR_ADD, "metadata=0x1234,actions=write_actions(output:2),goto_table:3");
	or_flow_mod(fd, OF15, OR_ADD, "table=3,actions=output:3");
	op_say(fd, OF15, 13, XID,
		"ffffffff 0010 0000 0001 0018 80000004 fffffffd 80000408 0000000000001234"
		"0000 0010 fffffff9 ffff 000000000000"
		"020000000009 020000000008 0800 0000");
	settle(fd, OF15);
	assert_int_equal(sw_dummy_sent_drop(port[2]), 1);
	assert_int_equal(sw_dummy_sent_drop(port[3]), 1);
	po_say(fd, OF15, 1, "group:5", f);
	op_hear_error(fd, 2, 9);
	op_say(fd, OF15, 15, XID, /* group 5, all, two buckets */
		"0000 00 00 00000005 0030 0000 ffffffff"
		"0018 0010 00000000 0000 0010 00000002 ffff 000000000000"
		"0018 0010 00000001 0000 0010 00000003 ffff 000000000000");
	po_say(fd, OF15, 1, "group:5", f);
	settle(fd, OF15);
	came_out(1 << 2 | 1 << 3, f);
	or_clear(fd, OF15);
	op_close(fd);
}

/* --- back to controllers ---------------------------------------------------------------------------------------------------- */

static void to_controllers(void **state)
{
	static const uint8_t reasons[] = { 1, 1, 5, 5 }; /* OFPR_PACKET_OUT from 1.4 on */

	for (unsigned v = 0; v < 4; v++) {
		int fd = or_dial(versions[v]), other;
		const struct op_message *m;

		op_say(fd, versions[v], 9, 1, "0000 ffff");
		po_say(fd, versions[v], 2, "CONTROLLER", frame_of(v));
		settle(fd, versions[v]);
		assert_int_equal(sw_packet_in_run(8), 1);
		m = op_hear_type(fd, 10);
		assert_int_equal(m->body[versions[v] == OF10 ? 8 : 6], reasons[v]);
		if (versions[v] != OF10)
			assert_true(op_u32(m, 8) == UINT32_MAX && op_u32(m, 12) == UINT32_MAX);
		/* A slave may not. */
		other = op_dial_as("br0", OF13);
		op_say(other, OF13, 24, 1, "00000003 00000000 0000000000000001");
		op_hear_type(other, 25);
		po_say(other, OF13, 2, "output:1", frame_of(v));
		op_hear_error(other, 1, 10);
		op_close(other);
		op_close(fd);
	}
}

/* --- order ------------------------------------------------------------------------------------------------------------------- */

/* A barrier's reply comes when the packets before it are out, and not before; nothing behind it overtakes. */
static void barriers(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = or_dial(versions[v]);

		or_flow_mod(fd, versions[v], OR_ADD, "actions=output:2");
		po_say(fd, versions[v], 1, "TABLE", frame_of(1));
		po_barrier(fd, versions[v]);
		or_flow_mod(fd, versions[v], OR_ADD, "actions=output:3");
		po_say(fd, versions[v], 1, "TABLE", frame_of(2));
		po_barrier(fd, versions[v]);
		op_hear_nothing(fd);
		ts_turn();
		po_hear_barrier(fd, versions[v]);
		ts_expect(port[2], frame_of(1));
		ts_quiet();
		op_hear_nothing(fd);
		ts_turn();
		po_hear_barrier(fd, versions[v]);
		came_out(1 << 3, frame_of(2));
		or_clear(fd, versions[v]);
		op_close(fd);
	}
}

/* More than there is room for wait; all come out, in their order, and who hangs up meanwhile leaves nothing. */
static void many(void **state)
{
	int fd = op_dial_as("br0", OF13), gone = op_dial_as("br0", OF13);
	unsigned n = 2 * SW_PACKET_OUT_RING + 7;

	for (unsigned i = 0; i < n; i++)
		po_say(fd, OF13, CONTROLLER, "output:2", frame_of(i));
	po_barrier(fd, OF13);
	op_turn(20);
	po_say(gone, OF13, CONTROLLER, "output:1", frame_of(0));
	po_barrier(gone, OF13);
	op_turn(5);
	op_close(gone);
	op_hear_nothing(fd);
	for (unsigned i = 0; i < n; i++) {
		for (unsigned tries = 0; !sw_dummy_sent_waiting(port[2]); tries++) {
			assert_true(tries < 100);
			sw_pmd_turn(0);
			op_turn(3);
		}
		ts_expect_at(port[2], frame_of(i), __FILE__, __LINE__);
		if (sw_dummy_sent_waiting(port[1]))
			sw_dummy_sent_drop(port[1]);
	}
	po_hear_barrier(fd, OF13);
	ts_quiet();
	op_close(fd);
}

static void say_in_bundle(int fd, const struct of_buf *inner)
{
	struct of_buf buf = { 0 };
	size_t at = of_begin(&buf, OF14, 34, XID);

	of_put_u32(&buf, 1);
	of_put_u16(&buf, 0);
	of_put_u16(&buf, 3);
	of_put(&buf, inner->bytes, inner->len);
	of_end(&buf, at);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

/* Packets of a bundle are sent when it is committed, and meet its rules; of one that fails none is. */
static void bundles(void **state)
{
	int fd = or_dial(OF14);

	for (unsigned good = 0; good < 2; good++) {
		struct of_buf buf = { 0 };

		op_say(fd, OF14, 33, XID, "00000001 0000 0003");
		op_hear_type(fd, 33);
		po_put(&buf, OF14, 1, "TABLE", frame_of(4));
		say_in_bundle(fd, &buf);
		buf.len = 0;
		or_put_flow_mod(&buf, OF14, false, XID, OR_ADD, "priority=9,actions=output:3");
		say_in_bundle(fd, &buf);
		buf.len = 0;
		if (!good) {
			or_put_flow_mod(&buf, OF14, false, XID, OR_ADD,
				"check_overlap,priority=9,in_port=3,actions=output:3");
			say_in_bundle(fd, &buf);
		}
		of_buf_fini(&buf);
		settle(fd, OF14);
		ts_quiet();
		op_say(fd, OF14, 33, XID, "00000001 0004 0003");
		if (!good) {
			op_hear_error(fd, 5, 3);
			op_hear_error(fd, 17, 13);
		} else {
			op_hear_type(fd, 33);
		}
		settle(fd, OF14);
		came_out(good ? 1 << 3 : 0, frame_of(4));
	}
	or_clear(fd, OF14);
	op_close(fd);
}

/* --- what is refused ----------------------------------------------------------------------------------------------------------- */

#define HEAD13	"ffffffff 00000001"
#define OUT2_13 "0000 0010 00000002 ffff 000000000000"
#define FRAME	"020000000009 020000000008 0800"

static void refused(void **state)
{
	static const struct {
		const char *body;
		uint16_t type, code;
	} cases[] = {
		{ "00000001 00000001 0010 000000000000" OUT2_13 FRAME, 1, 8 },	/* a buffer */
		{ "ffffffff 00000063 0010 000000000000" OUT2_13 FRAME, 1, 11 }, /* ports */
		{ "ffffffff 00000000 0010 000000000000" OUT2_13 FRAME, 1, 11 },
		{ "ffffffff fffffffb 0010 000000000000" OUT2_13 FRAME, 1, 11 }, /* FLOOD */
		{ "ffffffff fffffff8 0010 000000000000" OUT2_13 FRAME, 1, 11 }, /* IN_PORT */
		{ HEAD13 "0018 000000000000" OUT2_13 "0000", 1, 6 },
		{ HEAD13 "ffff 000000000000" OUT2_13 FRAME, 1, 6 },
		{ HEAD13 "000c 000000000000" OUT2_13 FRAME, 2, 1 },
		{ HEAD13 "0010 000000000000 0000 0008 00000002 ffff 000000000000" FRAME, 2, 1 },
		{ HEAD13 "0010 000000000000 0000 0018 00000002 ffff 000000000000" FRAME, 2, 1 },
		{ HEAD13 "0010 000000000000 0077 0010 00000002 ffff 000000000000" FRAME, 2, 0 },
		{ HEAD13 "0010 000000000000 0000 0010 ffffffff ffff 000000000000" FRAME, 2, 4 },
		{ HEAD13 "0008 000000000000 0016 0008 00000099" FRAME, 2, 9 }, /* no group */
		{ HEAD13 "0010 000000000000" OUT2_13, 1, 12 },		       /* no packet */
		{ HEAD13 "0010 000000000000" OUT2_13 "020000000009 020000000008 08", 1, 12 },
	};
	int fd = op_dial_as("br0", OF13), ten = op_dial_as("br0", OF10),
	    five = op_dial_as("br0", OF15);

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		op_say(fd, OF13, 13, XID, cases[i].body);
		op_hear_error(fd, cases[i].type, cases[i].code);
	}
	settle(fd, OF13);
	op_say(ten, OF10, 13, XID, "00000001 0001 0008 0000 0008 0002 0000" FRAME);
	op_hear_error(ten, 1, 8);
	op_say(ten, OF10, 13, XID, "ffffffff 0001 0008 0000 0008 ff00 0000" FRAME);
	op_hear_error(ten, 2, 4);
	op_say(ten, OF10, 13, XID, "ffffffff 0063 0008 0000 0008 0002 0000" FRAME);
	op_hear_error(ten, 0xb0c2, 0); /* Nicira's: 1.0 has no BAD_PORT */
	op_say(five, OF15, 13, XID, "ffffffff 0010 0000 0001 0004 00000000" OUT2_13 FRAME);
	op_hear_error(five, 1, 11); /* it says no port */
	op_say(five, OF15, 13, XID, "ffffffff 0010 0000 0001 0008 80000004 " OUT2_13 FRAME);
	op_hear_error(five, 4, 1);
	ts_turn();
	ts_quiet();
	op_close(fd);
	op_close(ten);
	op_close(five);
}

/* A port that went, a bridge that went, while packets wait for the worker. */
static void gone(void **state)
{
	int fd = op_dial_as("br0", OF13), other;

	ct_ok("add-port br0 p9 -- set interface p9 type=dummy ofport_request=9");
	po_say(fd, OF13, 9, "output:1", frame_of(1));
	op_echo(fd, OF13);
	ct_ok("del-port br0 p9");
	ts_turn();
	ts_quiet();
	assert_non_null(strstr(ct_text("port drops"), "[\"packet-out of br0\",\""));
	ct_bridge("br1");
	other = op_dial_as("br1", OF13);
	po_say(other, OF13, CONTROLLER, "FLOOD", frame_of(1));
	op_echo(other, OF13);
	ct_ok("del-br br1");
	ts_turn();
	ts_quiet();
	op_hear_end(other);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outputs),
		cmocka_unit_test(normal),
		cmocka_unit_test(table),
		cmocka_unit_test(pipeline),
		cmocka_unit_test(to_controllers),
		cmocka_unit_test(barriers),
		cmocka_unit_test(many),
		cmocka_unit_test(bundles),
		cmocka_unit_test(refused),
		cmocka_unit_test(gone),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
