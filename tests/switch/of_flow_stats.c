/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is told of rules: statistics one by one and summed, of tables, and flow-removed.
 */
#include "of_rules.h"

#include <sw/clock.h>
#include <sw/err.h>

#include "../lib/ctltest.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/server.h"
#include "../../src/pipeline/rule/rules_ctl.h"
#include "../unit/of_hand.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

/* --- statistics ------------------------------------------------------------------------------------------------- */

static void aggregates(void **state)
{
	int fd = or_dial(OF13), ten = or_dial(OF10), fifteen = or_dial(OF15);
	const struct op_message *m;

	or_flow_mod(fd, OF13, OR_ADD, "table=1,priority=1,cookie=0x11,ip,actions=output:1");
	or_flow_mod(fd, OF13, OR_ADD, "table=1,priority=2,cookie=0x12,arp,actions=output:2");
	or_flow_mod(fd, OF13, OR_ADD, "table=2,priority=2,cookie=0x21,arp,actions=output:3");
	op_say(fd, OF13, 18, 5,
		"00020000 00000000 01000000 ffffffff ffffffff 00000000 0000000000000000"
		"0000000000000000 0001 0004 00000000");
	assert_int_equal(op_u32(op_hear_type(fd, 19), 8 + 16), 2);
	op_say(fd, OF13, 18, 5,
		"00020000 00000000 ff000000 00000002 ffffffff 00000000 0000000000000000"
		"0000000000000000 0001 0004 00000000");
	assert_int_equal(op_u32(op_hear_type(fd, 19), 8 + 16), 1);
	op_say(fd, OF13, 18, 5,
		"00020000 00000000 ff000000 ffffffff 00000002 00000000 0000000000000000"
		"0000000000000000 0001 0004 00000000");
	assert_int_equal(op_u32(op_hear_type(fd, 19), 8 + 16), 0);
	op_say(fd, OF13, 18, 5,
		"00020000 00000000 ff000000 ffffffff ffffffff 00000000 0000000000000010"
		"00000000000000f0 0001 000a 80000a02 0800 000000000000");
	assert_int_equal(op_u32(op_hear_type(fd, 19), 8 + 16), 1);
	op_say(fd, OF13, 18, 5,
		"00020000 00000000 fe000000 ffffffff ffffffff 00000000 0000000000000000"
		"0000000000000000 0001 0004 00000000");
	op_hear_error(fd, 1, 9);
	op_say(fd, OF13, 18, 5,
		"00010000 00000000 ff000000 ffffffff ffffffff 00000000 0000000000000000"
		"0000000000000000 0001 0009 80001401 06 00000000000000");
	op_hear_error(fd, 4, 9);
	op_say(ten, OF10, 16, 5, "ffff0000 00002320 00000001 00000000 ffff 0000 ff 000000");
	m = op_hear_type(ten, 17);
	assert_int_equal(m->len, 16 + 24);
	assert_int_equal(op_u32(m, 16 + 16), 3);
	/* Nicira's cookie to look for */
	op_say(ten, OF10, 16, 5,
		"ffff0000 00002320 00000001 00000000 ffff 0014 ff 000000"
		"00013d10 0000000000000010 00000000000000f0 00000000");
	assert_int_equal(op_u32(op_hear_type(ten, 17), 16 + 16), 2);
	op_say(fifteen, OF15, 18, 5,
		"00020000 00000000 ff000000 ffffffff ffffffff 00000000"
		"0000000000000000 0000000000000000 0001 0004 00000000");
	m = op_hear_type(fifteen, 19);
	assert_int_equal(op_u16(m, 10), 4 + 12 + 12 + 8);
	assert_int_equal(op_u32(m, 12 + 24), 0x80020604);
	assert_int_equal(op_u32(m, 12 + 28), 3);
	op_say(fifteen, OF15, 18, 5,
		"00110000 00000000 02000000 ffffffff ffffffff 00000000"
		"0000000000000000 0000000000000000 0001 0004 00000000");
	m = op_hear_type(fifteen, 19); /* without instructions */
	assert_int_equal(m->len, 8 + op_u16(m, 8));
	or_clear(fd, OF13);
	op_close(fd);
	op_close(ten);
	op_close(fifteen);
}

/* Those who asked for it are told that a table gets full, and that it has room again. */
static void table_status(void **state)
{
	struct sw_rules *rules = of_bridge_next(NULL)->rules;
	const struct op_message *m;

	rules_limit(rules, 3, 10);
	for (uint8_t version = OF14; version <= OF15; version++) {
		int fd = or_dial(version), other = op_dial_as("br0", version);
		char text[64];

		op_say(fd, version, 9, 5, "0000 ffff"); /* it wants news at all */
		op_say(fd, version, 28, 5, "0009 0008 00000018");
		op_say(fd, version, 17, 5, "03 000000 0000000c 0003 0008 14320000");
		op_say(fd, version, 18, 5, "000e0000 00000000");
		m = op_hear_type(fd, 19);
		assert_int_equal(m->len, 8 + 253 * 8 + 24);
		assert_memory_equal(m->body + 8 + 3 * 8,
			of_hex("0018 03 00 0000000c "
			       "0002 0008 00000006 "
			       "0003 0008 14 32 64 00")
				.bytes,
			24);
		for (unsigned i = 0; i < 9; i++) {
			snprintf(text, sizeof(text), "table=3,priority=%u,actions=drop", i + 1);
			or_flow_mod(fd, version, OR_ADD, text);
		}
		m = op_hear_type(fd, 31);
		assert_int_equal(m->len, 8 + 24);
		assert_memory_equal(m->body,
			of_hex("03 00000000000000 0018 03 00 0000000c "
			       "0002 0008 00000006 "
			       "0003 0008 14 32 0a 00")
				.bytes,
			32);
		or_flow_mod(fd, version, OR_DELETE, "table=3");
		m = op_hear_type(fd, 31);
		assert_int_equal(m->body[0], 4);
		op_hear_nothing(other);
		op_say(fd, version, 17, 5, "03 000000 00000000");
		op_echo(fd, version);
		op_close(fd);
		op_close(other);
	}
	rules_limit(rules, 3, 1000000);
}

static void table_stats(void **state)
{
	int fd = or_dial(OF13), ten = or_dial(OF10), fourteen = or_dial(OF14);
	const struct op_message *m;
	unsigned n = 0;
	bool more;

	or_flow_mod(fd, OF13, OR_ADD, "table=1,priority=1,ip,actions=output:1");
	op_say(fd, OF13, 18, 5, "00030000 00000000");
	m = op_hear_type(fd, 19);
	assert_int_equal(m->len, 8 + 254 * 24);
	assert_int_equal(op_u32(m, 8 + 24 + 4), 1);
	op_say(ten, OF10, 16, 5, "00030000");
	m = op_hear_type(ten, 17);
	assert_int_equal(m->len, 4 + 254 * 64);
	assert_int_equal(op_u32(m, 4 + 64 + 44), 1);
	op_say(fd, OF13, 18, 5, "000c0000 00000000");
	do {
		m = op_hear_type(fd, 19);
		more = op_u16(m, 2) & 1;
		for (size_t at = 8; at < m->len; at += op_u16(m, at)) {
			assert_int_equal(m->body[at + 2], n++);
			assert_int_equal(op_u16(m, at) % 8, 0);
		}
	} while (more);
	assert_int_equal(n, 254);
	op_say(fd, OF13, 18, 5, "000c0000 00000000 0000000000000000");
	op_hear_error(fd, 13, 3);
	op_say(fourteen, OF14, 18, 5, "000e0000 00000000");
	assert_int_equal(op_hear_type(fourteen, 19)->len, 8 + 254 * 8);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000000");
	op_say(fourteen, OF14, 17, 5, "ff 000000 00000000");
	op_echo(fourteen, OF14);
	op_say(fourteen, OF14, 17, 5, "fe 000000 00000000");
	op_hear_error(fourteen, 8, 0);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000010");
	op_hear_error(fourteen, 8, 1);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000008"); /* vacancy events, but when? */
	op_hear_error(fourteen, 8, 1);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000008 0003 0008 32140000"); /* 50 down, 20 up */
	op_hear_error(fourteen, 14, 2);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000008 0003 0008 14650000"); /* 101 up */
	op_hear_error(fourteen, 14, 2);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000008 0003 0006 1432 0000");
	op_hear_error(fourteen, 14, 1);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000008 0003 0008 14320000 0003 0008 14320000");
	op_hear_error(fourteen, 14, 4);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000004 0002 0008 00000001");
	op_hear_error(fourteen, 14, 2);
	op_say(fourteen, OF14, 17, 5, "05 000000 00000000 0009 0008 00000000");
	op_hear_error(fourteen, 14, 0);
	or_clear(fd, OF13);
	op_close(fd);
	op_close(ten);
	op_close(fourteen);
}

/* --- the end of a rule --------------------------------------------------------------------------------------------- */

static void expire(unsigned seconds)
{
	sw_clock_warp(seconds * 1000 + 500);
	of_server_expire(NULL);
}

static void removed(void **state)
{
	static const size_t reason_at[] = { 40 + 8 + 2, 10, 10, 1 }, cookie_at[] = { 40, 0, 0, 8 };
	const struct op_message *m;
	int fds[4], deaf = or_dial(OF13);

	for (unsigned v = 0; v < 4; v++) {
		fds[v] = or_dial(versions[v]);
		op_say(fds[v], versions[v], 9, 1, "0000 0080");
		op_echo(fds[v], versions[v]);
	}
	op_say(deaf, OF13, 9, 1, "0000 0080");
	op_say(deaf, OF13, 28, 1, "00000007 00000007 00000007 00000007 00000000 00000000");
	or_flow_mod(fds[1], OF13, OR_ADD, "cookie=1,send_flow_rem,idle_timeout=5,ip,actions=drop");
	or_flow_mod(fds[1], OF13, OR_ADD, "cookie=2,send_flow_rem,hard_timeout=7,arp,actions=drop");
	or_flow_mod(fds[1], OF13, OR_ADD, "cookie=3,send_flow_rem,ipv6,actions=drop");
	or_flow_mod(
		fds[1], OF13, OR_ADD, "cookie=4,hard_timeout=1,mpls,actions=drop"); /* quietly */
	op_echo(fds[1], OF13);
	expire(5);
	expire(2);
	or_flow_mod(fds[1], OF13, OR_DELETE, "ipv6");
	for (unsigned v = 0; v < 4; v++) {
		for (unsigned i = 0; i < 3; i++) {
			m = op_hear_type(fds[v], 11);
			assert_int_equal(m->body[reason_at[v]], i);
			assert_int_equal(op_u32(m, cookie_at[v] + 4), i + 1);
		}
		op_hear_nothing(fds[v]);
	}
	or_expect(fds[1], OF13, "");
	op_hear_nothing(deaf);
	/* Nicira's form, when it is asked for */
	op_say(fds[0], OF10, 4, 1, "00002320 0000000c 00000002");
	or_flow_mod(fds[0], OF10, OR_ADD, "cookie=9,send_flow_rem,ipv6,actions=drop");
	or_flow_mod(fds[0], OF10, OR_DELETE, "ipv6");
	m = op_hear_type(fds[0], 4);
	assert_int_equal(op_u32(m, 4), 14);
	assert_int_equal(op_u32(m, 12), 9);
	assert_int_equal(m->body[18], 2);
	assert_int_equal(m->body[19], 1); /* table 0 */
	for (unsigned v = 0; v < 4; v++)
		op_close(fds[v]);
	op_close(deaf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aggregates),
		cmocka_unit_test(table_stats),
		cmocka_unit_test(table_status),
		cmocka_unit_test(removed),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}
