/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bundles of 1.4, 1.5, and ONF's of 1.3: all or nothing, in order; errors by the book; a large one is committed over many
 * turns while others are served, but change nothing; limits.
 */
#include "of_rules.h"

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/groups.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include <sys/socket.h>

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"

static const uint8_t versions[] = { OF13, OF14, OF15 };

enum { OPEN, OPENED, CLOSE, CLOSED, COMMIT, COMMITTED, DISCARD, DISCARDED };

static void put_head(struct of_buf *out, uint8_t version, bool add, uint32_t xid)
{
	if (version == OF13)
		of_begin_experimenter(out, version, xid, OF_ONF, add ? 2301 : 2300);
	else
		of_begin(out, version, add ? 34 : 33, xid);
}

static void control(int fd, uint8_t version, uint32_t id, uint16_t type, uint16_t flags)
{
	struct of_buf buf = { 0 };

	put_head(&buf, version, false, 0xc0);
	of_put_u32(&buf, id);
	of_put_u16(&buf, type);
	of_put_u16(&buf, flags);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void hear_control(int fd, uint8_t version, uint32_t id, uint16_t type, uint16_t flags)
{
	const struct op_message *m = op_hear_type(fd, version == OF13 ? 4 : 33);
	size_t at = version == OF13 ? 8 : 0;

	assert_int_equal(m->xid, 0xc0);
	assert_int_equal(op_u32(m, at), id);
	assert_int_equal(op_u16(m, at + 4), type);
	assert_int_equal(op_u16(m, at + 6), flags);
}

/* An error of the kind "bundle failed". */
static void hear_failed(int fd, uint8_t version, uint16_t code)
{
	const struct op_message *m = op_hear_type(fd, 1);

	if (version != OF13) {
		assert_int_equal(op_u16(m, 0), 17);
		assert_int_equal(op_u16(m, 2), code);
		return;
	}
	assert_int_equal(op_u16(m, 0), 0xffff);
	assert_int_equal(op_u16(m, 2), 2300 + code);
	assert_int_equal(op_u32(m, 4), 0x4f4e4600);
}

static void put_add(struct of_buf *buf, uint8_t version, uint32_t id, uint32_t xid,
	unsigned command, const char *text)
{
	size_t at = buf->len;

	put_head(buf, version, true, xid);
	of_put_u32(buf, id);
	of_put_u16(buf, 0);
	of_put_u16(buf, 3);
	or_put_flow_mod(buf, version, false, xid, command, text);
	of_end(buf, at);
}

static void add(int fd, uint8_t version, uint32_t id, unsigned command, const char *text)
{
	struct of_buf buf = { 0 };

	put_add(&buf, version, id, 0xad, command, text);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void all_at_once(void **state)
{
	for (unsigned v = 0; v < 3; v++) {
		int fd = or_dial(versions[v]), other = op_dial_as("br0", OF13);

		or_flow_mod(fd, versions[v], OR_ADD, "priority=1,ip,actions=output:1");
		control(fd, versions[v], 7, OPEN, 3);
		hear_control(fd, versions[v], 7, OPENED, 3);
		add(fd, versions[v], 7, OR_ADD, "priority=2,tcp,actions=output:2");
		add(fd, versions[v], 7, OR_DELETE, "tcp");
		add(fd, versions[v], 7, OR_ADD, "priority=3,udp,actions=output:3");
		add(fd, versions[v], 7, OR_MODIFY, "actions=output:9");
		control(fd, versions[v], 7, CLOSE, 3);
		hear_control(fd, versions[v], 7, CLOSED, 3);
		or_expect(other, OF13, "priority=1,ip actions=output:1\n");
		control(fd, versions[v], 7, COMMIT, 3);
		hear_control(fd, versions[v], 7, COMMITTED, 3);
		or_expect(other, OF13,
			"priority=1,ip actions=output:9\npriority=3,udp actions=output:9\n");
		control(fd, versions[v], 7, COMMIT, 3);
		hear_failed(fd, versions[v], 2); /* it is gone */
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
		control(fd, versions[v], 7, OPEN, 3);
		hear_control(fd, versions[v], 7, OPENED, 3);
		add(fd, versions[v], 7, OR_DELETE, "");
		add(fd, versions[v], 7, OR_ADD, "priority=2,tcp,actions=output:2");
		add(fd, versions[v], 7, OR_ADD, "priority=2,check_overlap,ip,actions=output:2");
		add(fd, versions[v], 7, OR_ADD, "priority=3,udp,actions=output:2");
		control(fd, versions[v], 7, COMMIT, 3);
		m = op_hear_type(fd, 1);
		assert_int_equal(m->xid, 0xad);
		assert_int_equal(op_u32(m, 0), 5 << 16 | 3); /* overlap */
		assert_int_equal(m->body[5], 14);
		hear_failed(fd, versions[v], 13);
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

		control(fd, version, 1, CLOSE, 3);
		hear_failed(fd, version, 2);
		control(fd, version, 1, DISCARD, 3);
		hear_failed(fd, version, 2);
		control(fd, version, 1, 9, 3);
		hear_failed(fd, version, 6);
		control(fd, version, 1, OPENED, 3);
		hear_failed(fd, version, 6);
		control(fd, version, 1, OPEN, 8);
		hear_failed(fd, version, 7);
		control(fd, version, 1, OPEN, 3);
		hear_control(fd, version, 1, OPENED, 3);
		control(fd, version, 1, OPEN, 3);
		hear_failed(fd, version, 3); /* and it is discarded */
		control(fd, version, 1, CLOSE, 3);
		hear_failed(fd, version, 2);
		control(fd, version, 1, OPEN, 3);
		hear_control(fd, version, 1, OPENED, 3);
		control(fd, version, 1, CLOSE, 1);
		hear_failed(fd, version, 7);
		control(fd, version, 1, OPEN, 3);
		hear_control(fd, version, 1, OPENED, 3);
		control(fd, version, 1, CLOSE, 3);
		hear_control(fd, version, 1, CLOSED, 3);
		add(fd, version, 1, OR_ADD, "priority=2,tcp,actions=output:2");
		hear_failed(fd, version, 4); /* closed */
		/* A message that opens it; one that cannot be in a bundle, one of another id, one that is cut. */
		add(fd, version, 2, OR_ADD, "priority=2,tcp,actions=output:2");
		put_head(&buf, version, true, 5);
		of_hex_buf(&buf, "00000002 0000 0003");
		of_begin(&buf, version, 2, 5);
		of_patch_u16(&buf, buf.len - 6, 8);
		of_end(&buf, 0);
		op_say_raw(fd, buf.bytes, buf.len);
		hear_failed(fd, version, 10);
		buf.bytes[buf.len - 1] = 6;
		op_say_raw(fd, buf.bytes, buf.len);
		hear_failed(fd, version, 9);
		buf.bytes[buf.len - 5] = 9;
		op_say_raw(fd, buf.bytes, buf.len);
		hear_failed(fd, version, 8);
		/* What is wrong in it is told at once, and it is not part of the bundle. */
		buf.len = 0;
		put_add(&buf, version, 2, 0xad, OR_ADD, "table=5,ip,actions=output:1");
		buf.bytes[buf.len - 3 * 8] = 9; /* an instruction that there is not */
		buf.bytes[buf.len - 3 * 8 + 1] = 9;
		op_say_raw(fd, buf.bytes, buf.len);
		op_hear_error(fd, 3, 0);
		control(fd, version, 2, COMMIT, 3);
		hear_control(fd, version, 2, COMMITTED, 3);
		or_expect(fd, version, "priority=2,tcp actions=output:2\n");
		of_buf_fini(&buf);
		op_close(fd);
	}
}

/* A large bundle goes in slices: meanwhile others are answered, and what they change waits for its end. */
static void features(void **state)
{
	int fd = or_dial(OF15);
	const struct op_message *m;

	for (unsigned stamp = 0; stamp < 2; stamp++) {
		op_say(fd, OF15, 18, 7,
			stamp ? "00130000 00000000 00000001 00000000"
			      : "00130000 00000000 00000000 00000000");
		m = op_hear_type(fd, 19);
		assert_int_equal(m->len, 8 + 8);
		assert_int_equal(op_u16(m, 8), 3); /* atomic, ordered; at no time */
	}
	op_say(fd, OF15, 18, 7, "00130000 00000000 00000002 00000000"); /* sets times */
	op_hear_error(fd, 17, 7);
	op_close(fd);
}

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
		put_add(&buf, OF14, 1, i, OR_ADD, text);
	}
	op_say_raw(fd, buf.bytes, buf.len);
	op_echo(fd, OF14);
	sw_clock_tick(10000);
	control(fd, OF14, 1, COMMIT, 3);
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
	hear_control(fd, OF14, 1, COMMITTED, 3);
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
		put_add(&buf, OF14, 1, i, OR_ADD, text);
	}
	op_say_raw(fd, buf.bytes, buf.len);
	op_echo(fd, OF14);
	sw_clock_tick(10000);
	control(fd, OF14, 1, COMMIT, 3);
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
		control(fd, OF14, i, OPEN, 3);
		hear_control(fd, OF14, i, OPENED, 3);
	}
	control(fd, OF14, 99, OPEN, 3);
	hear_failed(fd, OF14, 5);
	of->bundle_bytes += OF_BUNDLE_BYTES; /* as if others had it all */
	add(fd, OF14, 1, OR_ADD, "priority=2,tcp,actions=output:2");
	hear_failed(fd, OF14, 12);
	of->bundle_bytes -= OF_BUNDLE_BYTES;
	add(fd, OF14, 1, OR_ADD, "priority=2,tcp,actions=output:2");
	op_echo(fd, OF14);
	assert_true(of->bundle_bytes > 0);
	sw_clock_warp(9000);
	of_server_sweep();
	op_hear_nothing(fd);
	sw_clock_warp(1000);
	of_server_sweep();
	for (unsigned i = 0; i < OF_BUNDLES_MAX; i++)
		hear_failed(fd, OF14, 14);
	assert_int_equal(of->bundle_bytes, 0);
	or_expect(fd, OF14, "");
	add(fd, OF14, 1, OR_ADD, "priority=2,tcp,actions=output:2");
	op_echo(fd, OF14);
	op_close(fd);
	assert_int_equal(of->bundle_bytes, 0);
}

/* Add a group-mod of 1.3 or 1.4; port 0: without a bucket. */
static void add_group(int fd, uint8_t version, unsigned command, uint32_t group, uint32_t port)
{
	struct of_buf buf = { 0 };
	size_t at;

	put_head(&buf, version, true, 0xad);
	of_hex_buf(&buf, "00000007 0000 0003");
	at = of_begin(&buf, version, 15, 0xad);
	of_put_u16(&buf, command);
	of_put_u16(&buf, 0); /* all */
	of_put_u32(&buf, group);
	if (port) {
		of_hex_buf(&buf, "0020 0000 ffffffff ffffffff 00000000 0000 0010");
		of_put_u32(&buf, port);
		of_put_u64(&buf, 0);
	}
	of_end(&buf, at);
	of_end(&buf, 0);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
}

static void begin(int fd, uint8_t version)
{
	control(fd, version, 7, OPEN, 3);
	hear_control(fd, version, 7, OPENED, 3);
}

static void commit(int fd, uint8_t version)
{
	control(fd, version, 7, COMMIT, 3);
	hear_control(fd, version, 7, COMMITTED, 3);
}

/* The message that fails says why, and nothing is changed. */
static void refuse(int fd, uint8_t version, unsigned type, unsigned code)
{
	const struct op_message *m;

	control(fd, version, 7, COMMIT, 3);
	m = op_hear_type(fd, 1);
	assert_int_equal(m->xid, 0xad);
	assert_int_equal(op_u32(m, 0), type << 16 | code);
	hear_failed(fd, version, 13);
}

enum { GROUP_ADD, GROUP_MODIFY, GROUP_DELETE };

/* Groups, and rules that use them. */
static void with_groups(void **state)
{
	struct of_bridge *of = of_bridge_next(NULL);

	for (unsigned v = 0; v < 2; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version);

		begin(fd, version);
		add_group(fd, version, GROUP_ADD, 1, 5);
		add(fd, version, 7, OR_ADD, "priority=1,ip,actions=group:1");
		add_group(fd, version, GROUP_ADD, 2, 6);
		add(fd, version, 7, OR_ADD, "priority=2,ip,actions=group:2");
		assert_null(sw_groups_find(of->groups, 1));
		commit(fd, version);
		assert_non_null(sw_groups_find(of->groups, 1));
		or_expect(fd, version,
			"priority=1,ip actions=group:1\npriority=2,ip actions=group:2\n");
		/* What fails late takes back all of it. */
		begin(fd, version);
		add_group(fd, version, GROUP_DELETE, 1, 0);
		add_group(fd, version, GROUP_ADD, 3, 5);
		add(fd, version, 7, OR_ADD, "priority=3,ip,actions=group:3");
		add(fd, version, 7, OR_ADD, "priority=4,ip,actions=group:1");
		refuse(fd, version, 2, 9); /* there is no group 1 */
		assert_non_null(sw_groups_find(of->groups, 1));
		assert_null(sw_groups_find(of->groups, 3));
		begin(fd, version);
		add_group(fd, version, GROUP_DELETE, 1, 0);
		add_group(fd, version, GROUP_ADD, 2, 5);
		refuse(fd, version, 6, 0); /* group 2 exists */
		begin(fd, version);
		add_group(fd, version, GROUP_MODIFY, 4, 5);
		refuse(fd, version, 6, 8); /* there is no group 4 */
		or_expect(fd, version,
			"priority=1,ip actions=group:1\npriority=2,ip actions=group:2\n");
		/* A group that goes takes its rules along, and may come again. */
		begin(fd, version);
		add(fd, version, 7, OR_ADD, "priority=3,ip,actions=group:1");
		add_group(fd, version, GROUP_DELETE, 1, 0);
		add_group(fd, version, GROUP_ADD, 1, 6);
		add(fd, version, 7, OR_ADD, "priority=4,ip,actions=group:1");
		commit(fd, version);
		or_expect(fd, version,
			"priority=2,ip actions=group:2\npriority=4,ip actions=group:1\n");
		begin(fd, version);
		add_group(fd, version, GROUP_DELETE, 0xfffffffc, 0);
		commit(fd, version);
		or_expect(fd, version, "");
		assert_null(sw_groups_next(of->groups, -1));
		op_close(fd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(nothing_at_all),
		cmocka_unit_test(errors),
		cmocka_unit_test(features),
		cmocka_unit_test(large),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(limits),
		cmocka_unit_test(with_groups),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}
