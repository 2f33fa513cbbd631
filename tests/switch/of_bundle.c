/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles of 1.4, 1.5, and ONF's of 1.3: all or nothing, in order; errors by the book; a large one is committed over many
 * turns while others are served, but change nothing; limits.
 */
#include "of_bundles.h"
#include "of_packet_outs.h"
#include "of_rules.h"

#include <rte_common.h>

#include <sw/clock.h>
#include <sw/err.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include <sys/socket.h>

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"

static const uint8_t versions[] = { OF13, OF14, OF15 };

static void all_at_once(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		int fd = or_dial(versions[v]), other = op_dial_as("br0", OF13);

		or_flow_mod(fd, versions[v], OR_ADD, "priority=1,ip,actions=output:1");
		ob_begin(fd, versions[v]);
		ob_add(fd, versions[v], 7, OR_ADD, "priority=2,tcp,actions=output:2");
		ob_add(fd, versions[v], 7, OR_DELETE, "tcp");
		ob_add(fd, versions[v], 7, OR_ADD, "priority=3,udp,actions=output:3");
		ob_add(fd, versions[v], 7, OR_MODIFY, "actions=output:9");
		ob_control(fd, versions[v], 7, OB_CLOSE, 3);
		ob_hear_control(fd, versions[v], 7, OB_CLOSED, 3);
		or_expect(other, OF13, "priority=1,ip actions=output:1\n");
		ob_commit(fd, versions[v]);
		or_expect(other, OF13,
			"priority=1,ip actions=output:9\npriority=3,udp actions=output:9\n");
		ob_control(fd, versions[v], 7, OB_COMMIT, 3);
		ob_hear_failed(fd, versions[v], 2); /* it is gone */
		op_close(fd);
		op_close(other);
	}
}

static void nothing_at_all(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		int fd = or_dial(versions[v]);
		const struct op_message *m;

		or_flow_mod(fd, versions[v], OR_ADD, "priority=1,ip,actions=output:1");
		ob_begin(fd, versions[v]);
		ob_add(fd, versions[v], 7, OR_DELETE, "");
		ob_add(fd, versions[v], 7, OR_ADD, "priority=2,tcp,actions=output:2");
		ob_add(fd, versions[v], 7, OR_ADD, "priority=2,check_overlap,ip,actions=output:2");
		ob_add(fd, versions[v], 7, OR_ADD, "priority=3,udp,actions=output:2");
		ob_control(fd, versions[v], 7, OB_COMMIT, 3);
		m = op_hear_type(fd, 1);
		assert_int_equal(m->xid, 0xad);
		assert_int_equal(op_u32(m, 0), 5 << 16 | 3); /* overlap */
		assert_int_equal(m->body[5], 14);
		ob_hear_failed(fd, versions[v], 13);
		or_expect(fd, versions[v], "priority=1,ip actions=output:1\n");
		op_close(fd);
	}
}

static void errors(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);
		struct of_buf buf = { 0 };

		ob_control(fd, version, 1, OB_CLOSE, 3);
		ob_hear_failed(fd, version, 2);
		ob_control(fd, version, 1, OB_DISCARD, 3);
		ob_hear_failed(fd, version, 2);
		ob_control(fd, version, 1, 9, 3);
		ob_hear_failed(fd, version, 6);
		ob_control(fd, version, 1, OB_OPENED, 3);
		ob_hear_failed(fd, version, 6);
		ob_control(fd, version, 1, OB_OPEN, 8);
		ob_hear_failed(fd, version, 7);
		ob_control(fd, version, 1, OB_OPEN, 3);
		ob_hear_control(fd, version, 1, OB_OPENED, 3);
		ob_control(fd, version, 1, OB_OPEN, 3);
		ob_hear_failed(fd, version, 3); /* and it is discarded */
		ob_control(fd, version, 1, OB_CLOSE, 3);
		ob_hear_failed(fd, version, 2);
		ob_control(fd, version, 1, OB_OPEN, 3);
		ob_hear_control(fd, version, 1, OB_OPENED, 3);
		ob_control(fd, version, 1, OB_CLOSE, 1);
		ob_hear_failed(fd, version, 7);
		ob_control(fd, version, 1, OB_OPEN, 3);
		ob_hear_control(fd, version, 1, OB_OPENED, 3);
		ob_control(fd, version, 1, OB_CLOSE, 3);
		ob_hear_control(fd, version, 1, OB_CLOSED, 3);
		ob_add(fd, version, 1, OR_ADD, "priority=2,tcp,actions=output:2");
		ob_hear_failed(fd, version, 4); /* closed */
		/* A message that opens it; one that cannot be in a bundle, one of another id, one that is cut. */
		ob_add(fd, version, 2, OR_ADD, "priority=2,tcp,actions=output:2");
		ob_put_head(&buf, version, true, 5);
		of_hex_buf(&buf, "00000002 0000 0003");
		of_begin(&buf, version, 2, 5);
		of_patch_u16(&buf, buf.len - 6, 8);
		of_end(&buf, 0);
		op_say_raw(fd, buf.bytes, buf.len);
		ob_hear_failed(fd, version, 10);
		buf.bytes[buf.len - 1] = 6;
		op_say_raw(fd, buf.bytes, buf.len);
		ob_hear_failed(fd, version, 9);
		buf.bytes[buf.len - 5] = 9;
		op_say_raw(fd, buf.bytes, buf.len);
		ob_hear_failed(fd, version, 8);
		/* What is wrong in it is told at once, and it is not part of the bundle. */
		buf.len = 0;
		ob_put_add(&buf, version, 2, 0xad, OR_ADD, "table=5,ip,actions=output:1");
		buf.bytes[buf.len - 3 * 8] = 9; /* an instruction that there is not */
		buf.bytes[buf.len - 3 * 8 + 1] = 9;
		op_say_raw(fd, buf.bytes, buf.len);
		op_hear_error(fd, 3, 0);
		ob_control(fd, version, 2, OB_COMMIT, 3);
		ob_hear_control(fd, version, 2, OB_COMMITTED, 3);
		or_expect(fd, version, "priority=2,tcp actions=output:2\n");
		of_buf_fini(&buf);
		op_close(fd);
	}
}

/* --- behind the message --- */

enum { BAD_TYPE = 0, BAD_LEN = 1, BAD_EXPERIMENTER = 5, FINE }; /* OFPBPC */

struct behind {
	const char *bytes;
	unsigned whole; /* what is said to them behind a message of a multiple of 8 bytes, */
	unsigned odd;	/* and behind one that lacks 3 bytes to that */
};

static void add_rule_with(int fd, uint8_t version, const char *behind)
{
	struct of_buf buf = { 0 };

	ob_put_add(&buf, version, 7, 0xad, OR_ADD, "priority=2,tcp,actions=drop");
	assert_int_equal(buf.len % 8, 0);
	of_hex_buf(&buf, behind);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void add_packet_with(int fd, uint8_t version, const char *behind)
{
	struct ts_frame frame = { 0x020000000001, 0x020000000002, -1, 61, 0 };
	struct of_buf buf = { 0 };

	ob_put_head(&buf, version, true, PO_XID);
	of_hex_buf(&buf, "00000007 0000 0003");
	po_put(&buf, version, 0xfffffffd, "", frame);
	assert_int_equal(buf.len % 8, 5);
	of_hex_buf(&buf, behind);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void hear_property(int fd, uint8_t version, unsigned code)
{
	if (code == FINE)
		op_echo(fd, version);
	else if (version >= OF14)
		op_hear_error(fd, 14, code);
	else if (code == BAD_EXPERIMENTER)
		op_hear_error(fd, 0xffff, 4445);
	else
		op_hear_error(fd, 13, code + 2);
}

static const struct behind behind[] = {
	{ "", FINE, FINE },
	{ "00", BAD_LEN, BAD_LEN },
	{ "000000", BAD_LEN, FINE },
	{ "00000000", BAD_LEN, BAD_LEN },
	{ "0000000000000000", BAD_LEN, BAD_LEN },
	{ "000000 0000000000000000", BAD_LEN, BAD_LEN },
	{ "0001 0008 00000000", BAD_TYPE, BAD_LEN },
	{ "000000 0001 0008 00000000", BAD_LEN, BAD_TYPE },
	{ "0001 0018 00000000 0000000000000001 00000000 00000000", BAD_TYPE, BAD_LEN }, /* a time */
	{ "0000 0004 00000000", BAD_TYPE, BAD_LEN },
	{ "0000 0004", BAD_LEN, BAD_LEN },
	{ "0000 0003 00000000", BAD_LEN, BAD_LEN },
	{ "0000 0009 00000000", BAD_LEN, BAD_LEN },
	{ "0000 0009 00000000 00", BAD_LEN, BAD_LEN },
	{ "0000 0009 00000000 00000000 00000000", BAD_TYPE, BAD_LEN },
	{ "ffff 000c 00002320 00000001 00000000", BAD_EXPERIMENTER, BAD_LEN },
	{ "000000 ffff 000c 00002320 00000001 00000000", BAD_LEN, BAD_EXPERIMENTER },
	{ "000000 ffff 0020 00002320 00000001 00000000", BAD_LEN, BAD_LEN },
	{ "ffff 0004 00000000", BAD_LEN, BAD_LEN },
	{ "000000 ffff 0007 00002320", BAD_LEN, BAD_LEN },
};

/* No property is known there. What is refused for one is not part of the bundle, which stays. */
static void behind_the_message(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);

		ob_begin(fd, version);
		ob_add(fd, version, 7, OR_ADD, "priority=1,udp,actions=drop");
		for (unsigned i = 0; i < RTE_DIM(behind); i++) {
			add_packet_with(fd, version, behind[i].bytes);
			hear_property(fd, version, behind[i].odd);
			if (behind[i].whole == FINE)
				continue;
			add_rule_with(fd, version, behind[i].bytes);
			hear_property(fd, version, behind[i].whole);
		}
		ob_commit(fd, version);
		or_expect(fd, version, "priority=1,udp actions=drop\n");
		/* One that would open a bundle opens none. */
		add_rule_with(fd, version, "0001 0008 00000000");
		hear_property(fd, version, BAD_TYPE);
		ob_control(fd, version, 7, OB_COMMIT, 3);
		ob_hear_failed(fd, version, 2);
		op_close(fd);
	}
}

/* A large bundle goes in slices: meanwhile others are answered, and what they change waits for its end. */
static void large(void **state)
{
	int fd = or_dial(OF14), other = op_dial_as("br0", OF13), third = op_dial_as("br0", OF13);
	struct of_bridge *of = of_bridge_next(NULL);
	struct of_buf buf = { 0 };
	unsigned turns = 0;
	char text[100];

	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "priority=%u,tcp,tp_dst=%u,actions=output:1",
			1 + i % 10, i);
		ob_put_add(&buf, OF14, 1, i, OR_ADD, text);
	}
	op_say_raw(fd, buf.bytes, buf.len);
	op_echo(fd, OF14);
	sw_clock_tick(10000);
	ob_control(fd, OF14, 1, OB_COMMIT, 3);
	while (!of->locked_by)
		op_turn(1);
	or_flow_mod(other, OF13, OR_DELETE, "");
	op_say(other, OF13, 20, 1, "");
	assert_true(sw_rules_busy(of->rules));
	while (of->locked_by) {
		op_echo(third, OF13);
		turns++;
	}
	assert_false(sw_rules_busy(of->rules));
	sw_clock_tick(0);
	assert_true(turns > 10);
	ob_hear_control(fd, OF14, 1, OB_COMMITTED, 3);
	op_hear_type(other, 21);
	or_expect(other, OF13, "");
	of_buf_fini(&buf);
	op_close(fd);
	op_close(other);
	op_close(third);
}

/* The peer goes in the middle of it: nothing is changed, and others go on. */
static void cut_off(void **state)
{
	int fd = or_dial(OF14), other = op_dial_as("br0", OF13);
	struct of_bridge *of = of_bridge_next(NULL);
	struct of_buf buf = { 0 };
	char text[100];

	for (unsigned i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "priority=%u,tcp,tp_dst=%u,actions=output:1",
			1 + i % 10, i);
		ob_put_add(&buf, OF14, 1, i, OR_ADD, text);
	}
	op_say_raw(fd, buf.bytes, buf.len);
	op_echo(fd, OF14);
	sw_clock_tick(10000);
	ob_control(fd, OF14, 1, OB_COMMIT, 3);
	while (!of->locked_by)
		op_turn(1);
	shutdown(fd, 2);
	of_conn_drop(of->locked_by, NULL);
	op_close(fd);
	sw_clock_tick(0);
	assert_null(of->locked_by);
	assert_int_equal(of->bundle_bytes, 0);
	or_flow_mod(other, OF13, OR_ADD, "priority=1,ip,actions=output:1");
	or_expect(other, OF13, "priority=1,ip actions=output:1\n");
	of_buf_fini(&buf);
	op_close(other);
}

static void limits(void **state)
{
	struct of_bridge *of = of_bridge_next(NULL);
	int fd = or_dial(OF14);

	for (unsigned i = 0; i < OF_BUNDLES_MAX; i++) {
		ob_control(fd, OF14, i, OB_OPEN, 3);
		ob_hear_control(fd, OF14, i, OB_OPENED, 3);
	}
	ob_control(fd, OF14, 99, OB_OPEN, 3);
	ob_hear_failed(fd, OF14, 5);
	of->bundle_bytes += OF_BUNDLE_BYTES; /* as if others had it all */
	ob_add(fd, OF14, 1, OR_ADD, "priority=2,tcp,actions=output:2");
	ob_hear_failed(fd, OF14, 12);
	of->bundle_bytes -= OF_BUNDLE_BYTES;
	ob_add(fd, OF14, 1, OR_ADD, "priority=2,tcp,actions=output:2");
	op_echo(fd, OF14);
	assert_true(of->bundle_bytes > 0);
	sw_clock_warp(9000);
	of_server_sweep();
	op_hear_nothing(fd);
	sw_clock_warp(1000);
	of_server_sweep();
	for (unsigned i = 0; i < OF_BUNDLES_MAX; i++)
		ob_hear_failed(fd, OF14, 14);
	assert_int_equal(of->bundle_bytes, 0);
	or_expect(fd, OF14, "");
	ob_add(fd, OF14, 1, OR_ADD, "priority=2,tcp,actions=output:2");
	op_echo(fd, OF14);
	op_close(fd);
	assert_int_equal(of->bundle_bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(errors),
		cmocka_unit_test(behind_the_message),
		cmocka_unit_test(large),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(limits),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}
