/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Flow monitors: what is told of rules that come, change and go, to whom, in which form; pausing; what is refused.
 */
#include "of_rules.h"

#include <string.h>
#include <sys/socket.h>

#include <sw/clock.h>
#include <sw/err.h>

#include "../lib/ctltest.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

/* Events as each form numbers them. */
enum { INITIAL, ADDED, REMOVED, MODIFIED, ABBREV, PAUSED, RESUMED };
enum {
	F_INITIAL = 1,
	F_ADD = 2,
	F_DELETE = 4,
	F_MODIFY = 8,
	F_ACTIONS = 16,
	F_OWN = 32,
	F_ONLY_OWN = 64
};
#define ALL (F_INITIAL | F_ADD | F_DELETE | F_MODIFY | F_ACTIONS)

/* Ask; out_port 0: any. */
static void monitor(
	int fd, uint8_t version, uint32_t id, unsigned flags, unsigned table, uint32_t out_port)
{
	char body[200];

	if (version == OF10)
		snprintf(body, sizeof(body),
			"ffff0000 00002320 00000002 00000000 %08x %04x %04x 0000 %02x 0000000000",
			id, flags, out_port ? out_port : 0xffff, table);
	else if (version == OF13)
		snprintf(body, sizeof(body),
			"ffff0000 00000000 4f4e4600 0000074e %08x %04x 0004 %08x %02x 000000"
			"0001 0004 00000000",
			id, flags, out_port ? out_port : UINT32_MAX, table);
	else
		snprintf(body, sizeof(body),
			"00100000 00000000 %08x %08x ffffffff %04x %02x 00 0001 0004 00000000", id,
			out_port ? out_port : UINT32_MAX, flags, table);
	op_say(fd, version, version == OF10 ? 16 : 18, 0x66, body);
}

/* Where the updates of a reply begin. */
static size_t updates_at(uint8_t version)
{
	return version == OF10 || version == OF13 ? 16 : 8;
}

static const struct op_message *hear_updates(int fd, uint8_t version, uint32_t xid)
{
	const struct op_message *m = op_hear_type(fd, version == OF10 ? 17 : 19);

	assert_int_equal(m->xid, xid);
	assert_int_equal(op_u16(m, 0), version <= OF13 ? 0xffff : 16);
	return m;
}

static unsigned number(unsigned event, uint8_t version)
{
	return version < OF14 && event ? event - 1 : event;
}

/* One update in full: the event, the table, the priority, and whether what the rule does is told. */
static void hear_update(
	int fd, uint8_t version, unsigned event, unsigned table, unsigned priority, bool actions)
{
	const struct op_message *m = hear_updates(fd, version, 0);
	size_t at = updates_at(version), head = version == OF10 ? 24 : 32;
	size_t extra = version == OF10 ? 8 : 24; /* output, in its instruction */

	assert_int_equal(op_u16(m, at), m->len - at);
	assert_int_equal(op_u16(m, at + 2), number(event, version));
	assert_int_equal(m->body[at + (version < OF14 ? 14 : 4)], table);
	assert_int_equal(op_u16(m, at + (version < OF14 ? 6 : 10)), priority);
	if (event == REMOVED)
		assert_int_equal(
			version < OF14 ? op_u16(m, at + 4) : m->body[at + 5], 2); /* deleted */
	assert_int_equal(m->len - at, head + (actions ? extra : 0));
}

static void hear_abbreviated(int fd, uint8_t version)
{
	const struct op_message *m = hear_updates(fd, version, 0);
	size_t at = updates_at(version);

	assert_int_equal(m->len - at, 8);
	assert_int_equal(op_u16(m, at + 2), version < OF14 ? 3 : ABBREV);
	assert_int_equal(op_u32(m, at + 4), 0x77); /* xid of or_flow_mod */
}

static void changes(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version), other = or_dial(OF13);
		const struct op_message *m;

		or_flow_mod(other, OF13, OR_ADD, "table=1,priority=3,actions=output:1");
		op_echo(other, OF13);
		monitor(fd, version, 1, ALL, 255, 0);
		m = hear_updates(fd, version, 0x66);
		assert_int_equal(op_u16(m, updates_at(version) + 2), 0); /* added, initial */
		assert_int_equal(op_u16(m, updates_at(version)), m->len - updates_at(version));
		or_flow_mod(other, OF13, OR_ADD, "table=2,priority=4,actions=output:1");
		hear_update(fd, version, ADDED, 2, 4, true);
		or_flow_mod(other, OF13, OR_MODIFY, "table=2,actions=output:2");
		hear_update(fd, version, MODIFIED, 2, 4, true);
		or_flow_mod(other, OF13, OR_ADD, "table=2,priority=4,actions=output:3");
		hear_update(fd, version, MODIFIED, 2, 4, true);
		or_flow_mod(other, OF13, OR_DELETE, "table=2");
		hear_update(fd, version, REMOVED, 2, 4, version < OF14);
		/* Its own, by its number; one that changes nothing is none. */
		or_flow_mod(fd, version, OR_ADD, "table=3,priority=5,actions=output:1");
		hear_abbreviated(fd, version);
		or_flow_mod(fd, version, OR_DELETE, "table=9");
		or_flow_mod(fd, version, OR_DELETE, "");
		hear_abbreviated(fd, version);
		op_echo(fd, version);
		op_close(fd);
		op_close(other);
	}
}

/* Only what is asked for: tables, ports, kinds of changes, with or without what rules do; and own changes in full. */
static void filters(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		uint8_t version = versions[v];
		int fd = or_dial(version), other = or_dial(OF13);

		monitor(fd, version, 1, F_ADD, 5, 0);
		monitor(fd, version, 2, F_DELETE | F_OWN, 255, 7);
		for (unsigned i = 0; i < 2; i++)
			assert_int_equal(hear_updates(fd, version, 0x66)->len, updates_at(version));
		or_flow_mod(other, OF13, OR_ADD, "table=4,priority=1,actions=output:1");
		or_flow_mod(other, OF13, OR_ADD, "table=5,priority=2,actions=output:1");
		hear_update(fd, version, ADDED, 5, 2, false);
		or_flow_mod(other, OF13, OR_MODIFY, "table=5,actions=output:7");
		or_flow_mod(other, OF13, OR_DELETE, "table=4");
		op_echo(other, OF13);
		or_flow_mod(fd, version, OR_DELETE, "table=5");
		hear_update(fd, version, REMOVED, 5, 2, false);
		op_hear_nothing(fd);
		if (version >= OF14) {
			monitor(fd, version, 3, F_ADD | F_OWN | F_ONLY_OWN, 6, 0);
			hear_updates(fd, version, 0x66);
			or_flow_mod(other, OF13, OR_ADD, "table=6,priority=1,actions=output:1");
			op_echo(other, OF13);
			or_flow_mod(fd, version, OR_ADD, "table=6,priority=2,actions=output:1");
			hear_update(fd, version, ADDED, 6, 2, false);
		}
		or_flow_mod(other, OF13, OR_DELETE, "");
		op_echo(other, OF13);
		op_hear_nothing(fd);
		op_close(fd);
		op_close(other);
	}
}

static void cancelled(void **state)
{
	int ten = or_dial(OF10), thirteen = or_dial(OF13), fourteen = or_dial(OF14);
	int other = or_dial(OF13);

	monitor(ten, OF10, 1, F_ADD, 255, 0);
	monitor(thirteen, OF13, 1, F_ADD, 255, 0);
	monitor(fourteen, OF14, 1, F_ADD, 255, 0);
	hear_updates(ten, OF10, 0x66);
	hear_updates(thirteen, OF13, 0x66);
	hear_updates(fourteen, OF14, 0x66);
	op_say(ten, OF10, 4, 1, "00002320 00000015 00000001");
	op_say(thirteen, OF13, 4, 1, "4f4e4600 0000074e 00000001");
	op_say(fourteen, OF14, 18, 0x66,
		"0010 0000 00000000 00000001 ffffffff ffffffff 0000 ff 02 0001 0004 00000000");
	hear_updates(fourteen, OF14, 0x66);
	op_say(thirteen, OF13, 4, 1, "4f4e4600 0000074e 00000001");
	assert_int_equal(op_u16(op_hear_type(thirteen, 1), 0), 0xffff);
	op_say(fourteen, OF14, 18, 0x66,
		"0010 0000 00000000 00000001 ffffffff ffffffff 0000 ff 02 0001 0004 00000000");
	op_hear_error(fourteen, 16, 3);
	or_flow_mod(other, OF13, OR_ADD, "actions=output:1");
	or_clear(other, OF13);
	op_echo(ten, OF10);
	op_echo(thirteen, OF13);
	op_echo(fourteen, OF14);
	op_close(ten);
	op_close(thirteen);
	op_close(fourteen);
	op_close(other);
}

static void refused(void **state)
{
	int fd = or_dial(OF14), ten = or_dial(OF10);

	monitor(fd, OF14, 1, F_ADD, 255, 0);
	hear_updates(fd, OF14, 0x66);
	monitor(fd, OF14, 1, F_ADD, 255, 0);
	op_hear_error(fd, 16, 1);
	monitor(fd, OF14, 2, 0x80 | F_ADD, 255, 0);
	op_hear_error(fd, 16, 5);
	monitor(fd, OF14, 2, 0, 255, 0);
	op_hear_error(fd, 16, 5);
	monitor(fd, OF14, 2, F_ADD, 254, 0);
	op_hear_error(fd, 16, 6);
	op_say(fd, OF14, 18, 1,
		"0010 0000 00000000 00000002 ffffffff ffffffff 0002 ff 07 0001 0004 00000000");
	op_hear_error(fd, 16, 4);
	op_say(fd, OF14, 18, 1, "0010 0000 00000000 00000002 ffffffff ffffffff 0002 ff 00");
	op_hear_error(fd, 4, 1);
	op_say(fd, OF14, 18, 1, /* the second of two is wrong: none is begun */
		"0010 0000 00000000 00000002 ffffffff ffffffff 0002 ff 00 0001 0004 00000000"
		"00000003 ffffffff ffffffff 0000 ff 00 0001 0004 00000000");
	op_hear_error(fd, 16, 5);
	op_say(fd, OF14, 18, 1, /* two by one number */
		"0010 0000 00000000 00000002 ffffffff ffffffff 0002 ff 00 0001 0004 00000000"
		"00000002 ffffffff ffffffff 0002 ff 00 0001 0004 00000000");
	op_hear_error(fd, 16, 1);
	monitor(fd, OF14, 2, F_ADD, 255, 0);
	hear_updates(fd, OF14, 0x66);
	op_say(ten, OF10, 16, 1,
		"ffff0000 00002320 00000002 00000000 00000001 0002 ffff 0000 ff 0000000001");
	assert_int_equal(op_u32(op_hear_type(ten, 1), 8), 1 << 16 | 515);
	op_close(fd);
	op_close(ten);
}

/* There is room for 256 of a connection: what does not fit begins none, a place that is left may be taken at once. */
static void too_many(void **state)
{
	static char body[300 * 80];
	int fd = or_dial(OF14);
	char *at = body;

	for (unsigned i = 0; i < 250; i++) {
		monitor(fd, OF14, i, F_ADD, 255, 0);
		hear_updates(fd, OF14, 0x66);
	}
	at += sprintf(at, "0010 0000 00000000");
	for (unsigned i = 250; i < 257; i++)
		at += sprintf(at, "%08x ffffffff ffffffff 0002 ff 00 0001 0004 00000000", i);
	op_say(fd, OF14, 18, 1, body);
	op_hear_error(fd, 16, 0);
	monitor(fd, OF14, 250, F_ADD, 255, 0); /* it was not begun */
	hear_updates(fd, OF14, 0x66);
	at = body + sprintf(body, "0010 0000 00000000");
	at += sprintf(at, "%08x ffffffff ffffffff 0002 ff 02 0001 0004 00000000", 0);
	for (unsigned i = 251; i < 257; i++)
		at += sprintf(at, "%08x ffffffff ffffffff 0002 ff 00 0001 0004 00000000", i);
	op_say(fd, OF14, 18, 0x66, body);
	hear_updates(fd, OF14, 0x66);
	op_close(fd);
}

/* Rules that nobody wants at first are not looked at: a request's answer comes at once, however many there are. */
static void without_initial(void **state)
{
	int fd = op_dial_as("br0", OF14), other = or_dial(OF13);
	char rule[100], byte;

	for (unsigned i = 0; i < 16000; i++) {
		snprintf(rule, sizeof(rule), "table=8,priority=%u,actions=output:1", i);
		or_flow_mod(other, OF13, OR_ADD, rule);
	}
	op_echo(other, OF13);
	op_echo(fd, OF14);
	sw_clock_tick(400000); /* a turn looks at the clock three times, and at 2,048 rules */
	monitor(fd, OF14, 1, F_ADD, 255, 0);
	op_turn(4);
	sw_clock_tick(0);
	assert_int_equal(recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT), 1);
	hear_updates(fd, OF14, 0x66);
	op_close(fd);
	or_clear(other, OF13);
	op_close(other);
}

/* A peer that reads nothing: it pauses once there is no room, ends of rules go on, and all that changed follows. */
static void pauses(void **state)
{
	int fd = op_dial_as("br0", OF14), other = or_dial(OF13);
	unsigned added = 0, changed = 0, removed = 0, paused = 0, resumed = 0;
	char rule[100];

	monitor(fd, OF14, 1, F_ADD | F_DELETE | F_MODIFY | F_ACTIONS, 255, 0);
	hear_updates(fd, OF14, 0x66);
	or_flow_mod(other, OF13, OR_ADD, "table=9,priority=1,actions=output:1");
	for (unsigned i = 0; i < 12000; i++) {
		snprintf(rule, sizeof(rule), "table=8,priority=%u,actions=output:1", i);
		or_flow_mod(other, OF13, OR_ADD, rule);
		if (i != 100)
			continue;
		op_echo(other, OF13);
		sw_clock_warp(10);
	}
	sw_clock_warp(10);
	or_flow_mod(other, OF13, OR_DELETE, "table=9");
	or_flow_mod(other, OF13, OR_MODIFY_STRICT, "table=8,priority=3,actions=output:2");
	op_echo(other, OF13);
	while (!resumed) {
		const struct op_message *m = hear_updates(fd, OF14, 0);

		for (size_t at = 8; at < m->len; at += op_u16(m, at)) {
			unsigned event = op_u16(m, at + 2);

			added += event == ADDED;
			changed += event == MODIFIED;
			removed += event == REMOVED;
			paused += event == PAUSED;
			resumed += event == RESUMED;
		}
	}
	assert_true(paused == 1);
	assert_true(added >= 12001);
	assert_true(removed == 1);
	assert_true(changed >= 1);
	or_flow_mod(other, OF13, OR_ADD, "table=9,priority=2,actions=output:1");
	hear_update(fd, OF14, ADDED, 9, 2, true);
	op_hear_nothing(fd);
	op_close(fd);
	or_clear(other, OF13);
	op_close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes),
		cmocka_unit_test(filters),
		cmocka_unit_test(cancelled),
		cmocka_unit_test(refused),
		cmocka_unit_test(too_many),
		cmocka_unit_test(without_initial),
		cmocka_unit_test(pauses),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}
