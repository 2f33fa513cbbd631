/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes of groups and meters told to other controllers (OFPT_REQUESTFORWARD; 1.4.1, 7.4.6): who asks hears of them, as they were
 * sent, when they are done; nobody hears of its own, of what failed, or of what its version would say in other words.
 */
#include "of_peer.h"

#include "../lib/ctltest.h"

enum {
	SET_ASYNC = 28,
	GROUP_MOD = 15,
	METER_MOD = 29,
	REQUESTFORWARD = 32,
	BUNDLE_CTRL = 33,
	BUNDLE_ADD = 34
};

#define WANTS_BOTH "000b 0008 00000003" /* REQUESTFORWARD of who is no slave */
#define GROUP(id) \
	"0000 0000 " id "0020 0000 ffffffff ffffffff 00000000 0000 0010 00000001 0000 000000000000"
#define GROUP_15(id) \
	"0000 0000 " id "0018 0000 ffffffff 0018 0010 00000000 0000 0010 00000001 0000 000000000000"
#define METER(id) "0000 0001 " id "0001 0010 000003e8 00000000 00000000"

static int dial(uint8_t version, const char *async)
{
	int fd = op_dial_as("br0", version);

	if (*async)
		op_say(fd, version, SET_ASYNC, 1, async);
	op_echo(fd, version);
	return fd;
}

/* The next message is one of `type` that was sent with the id, in the version of who hears it. */
static void hear(int fd, uint8_t version, uint8_t type, uint32_t xid)
{
	const struct op_message *m = op_hear_type(fd, REQUESTFORWARD);

	assert_int_equal(m->xid, 0);
	assert_int_equal(m->body[0], version);
	assert_int_equal(m->body[1], type);
	assert_int_equal(op_u16(m, 2), m->len);
	assert_int_equal(op_u32(m, 4), xid);
}

static void told(void **state)
{
	int one = dial(OF14, WANTS_BOTH), other = dial(OF14, WANTS_BOTH), silent = dial(OF14, "");

	op_say(other, OF14, GROUP_MOD, 0x70, GROUP("00000007"));
	op_echo(other, OF14);
	hear(one, OF14, GROUP_MOD, 0x70);
	op_say(other, OF14, METER_MOD, 0x71, METER("00000003"));
	op_echo(other, OF14);
	hear(one, OF14, METER_MOD, 0x71);
	op_say(one, OF14, METER_MOD, 0x72, "0002 0000 00000003"); /* that goes */
	op_echo(one, OF14);
	hear(other, OF14, METER_MOD, 0x72);
	op_say(other, OF14, GROUP_MOD, 0x73, GROUP("00000007")); /* it is there */
	op_hear_error(other, 6, 0);
	op_echo(one, OF14);
	op_echo(silent, OF14);
	op_close(one);
	op_close(other);
	op_close(silent);
}

static void by_reason(void **state)
{
	int groups = dial(OF15, "000b 0008 00000001"), meters = dial(OF15, "000b 0008 00000002");
	int slaves = dial(OF15, "000a 0008 00000003"), other = dial(OF15, "");

	op_say(other, OF15, GROUP_MOD, 0x80, GROUP_15("00000008"));
	op_say(other, OF15, METER_MOD, 0x81, METER("00000008"));
	op_echo(other, OF15);
	hear(groups, OF15, GROUP_MOD, 0x80);
	hear(meters, OF15, METER_MOD, 0x81);
	op_echo(groups, OF15);
	op_echo(meters, OF15);
	op_echo(slaves, OF15); /* it is none */
	op_close(groups);
	op_close(meters);
	op_close(slaves);
	op_close(other);
}

/* Meters are said alike in all versions, groups of 1.3 as those of 1.4. */
static void versions(void **state)
{
	int four = dial(OF14, WANTS_BOTH), five = dial(OF15, WANTS_BOTH), three = dial(OF13, "");

	op_say(three, OF13, GROUP_MOD, 0x90, GROUP("00000009"));
	op_say(three, OF13, METER_MOD, 0x91, METER("00000009"));
	op_echo(three, OF13);
	hear(four, OF14, GROUP_MOD, 0x90);
	hear(four, OF14, METER_MOD, 0x91);
	hear(five, OF15, METER_MOD, 0x91);
	op_echo(five, OF15);
	op_close(four);
	op_close(five);
	op_close(three);
}

/* Told when it is committed, not before. */
static void in_a_bundle(void **state)
{
	int one = dial(OF14, WANTS_BOTH), other = dial(OF14, "");

	op_say(other, OF14, BUNDLE_CTRL, 1, "00000005 0000 0001");
	op_hear_type(other, BUNDLE_CTRL);
	op_say(other, OF14, BUNDLE_ADD, 0xa0,
		"00000005 0000 0001 050f 0030 000000a0 " GROUP("0000000a"));
	op_say(other, OF14, BUNDLE_ADD, 0xa1,
		"00000005 0000 0001 051d 0020 000000a1 " METER("0000000a"));
	op_echo(other, OF14);
	op_echo(one, OF14);
	op_say(other, OF14, BUNDLE_CTRL, 2, "00000005 0004 0001");
	op_hear_type(other, BUNDLE_CTRL);
	hear(one, OF14, GROUP_MOD, 0xa0);
	hear(one, OF14, METER_MOD, 0xa1);
	op_close(one);
	op_close(other);
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, op_setup, op_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(told),
		TEST(by_reason),
		TEST(versions),
		TEST(in_a_bundle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
