/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenFlow 1.3.5 message by message: what goes in, and the error that the specification names for it (7.4.4, and the section that
 * stands before each part), or none. All of it by one connection, which lives: an error is the only thing that happens.
 */
#include "of_rules.h"

#include <sw/err.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#define FINE	     0xfffe, 0
#define EXPERIMENTER 0xffff /* type of an error of the ONF or Nicira; its code is theirs */

enum {
	FLOW_MOD = 14,
	GROUP_MOD = 15,
	PORT_MOD = 16,
	TABLE_MOD = 17,
	MULTIPART = 18,
	QUEUES = 22,
	ROLE = 24,
	METER_MOD = 29
};

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	op_start();
	op_turn(5);
	return 0;
}

struct statement {
	uint8_t type;
	const char *body;
	uint16_t error, code;
};

static void expect(int fd, uint8_t version, const struct statement *all, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		op_say(fd, version, all[i].type, 0x1000 + i, all[i].body);
		if (all[i].error != 0xfffe)
			op_hear_error(fd, all[i].error, all[i].code);
		op_echo(fd, version); /* and nothing else */
	}
}
#define EXPECT(fd, all) expect(fd, OF13, all, sizeof(all) / sizeof(all[0]))

#define FLOW(table, command, flags)                                                             \
	"0000000000000000 0000000000000000 " table command " 0000 0000 8000 ffffffff ffffffff " \
	"ffffffff " flags " 0000 "
#define ADD	     FLOW("00", "00", "0000")
#define ANY	     "0001 0004 00000000 "
#define APPLY(len)   "0004 " len " 00000000 "
#define WRITE(len)   "0003 " len " 00000000 "
#define OUTPUT(port) "0000 0010 " port " 0000 000000000000 "
#define IPV4	     "80000a02 0800 "
#define NO_VLAN	     "80000c02 0000 "

/* --- 7.2.3: matches ----------------------------------------------------------------------------------------------------- */

static void matches(void **state)
{
	static const struct statement all[] = {
		{ FLOW_MOD, ADD "0000 0004 00000000", 4, 0 }, /* BAD_TYPE */
		{ FLOW_MOD, ADD "0001 0003 00000000", 4, 1 }, /* BAD_LEN */
		{ FLOW_MOD, ADD "0001 0020 00000000", 4, 1 }, /* ends behind it */
		{ FLOW_MOD, ADD "0001 0009 80000a01 08 000000 00000000", 4, 1 },  /* of a field */
		{ FLOW_MOD, ADD "0001 000c 80000a04 0800 0000 00000000", 4, 1 },  /* too long */
		{ FLOW_MOD, ADD "0001 000c 80005004 00000000 00000000", 4, 6 },	  /* BAD_FIELD */
		{ FLOW_MOD, ADD "0001 000c 7fff0004 00000000 00000000", 4, 6 },	  /* its class */
		{ FLOW_MOD, ADD "0001 000c 80010004 00000001 00000000", 4, 6 },	  /* no register */
		{ FLOW_MOD, ADD "0001 000a 80000c02 2000 0000 00000000", 4, 7 },  /* BAD_VALUE */
		{ FLOW_MOD, ADD "0001 000a 80000c02 0005 0000 00000000", 4, 7 },  /* no such tag */
		{ FLOW_MOD, ADD "0001 000c 80000d04 0005 1fff 00000000", 4, 7 },  /* the same */
		{ FLOW_MOD, ADD "0001 000f " IPV4 "80001001 40 00", 4, 7 },	  /* ip_dscp */
		{ FLOW_MOD, ADD "0001 000f " IPV4 "80001201 04 00", 4, 7 },	  /* ip_ecn */
		{ FLOW_MOD, ADD "0001 000f 80000c02 1005 80000e01 08 00", 4, 7 }, /* vlan_pcp */
		{ FLOW_MOD, ADD "0001 0012 80000a02 8847 80004404 00100000 0000 0000 0000", 4, 7 },
		{ FLOW_MOD, ADD "0001 000f 80000a02 8847 80004801 02 00", 4, 7 }, /* mpls_bos */
		{ FLOW_MOD, ADD "0001 0010 8000010800000001ffffff00", 4, 8 },	  /* BAD_MASK */
		{ FLOW_MOD, ADD "0001 0014 8000070c 010203040506 ffffff000000 00000000", 4, 5 },
		{ FLOW_MOD, ADD "0001 0009 80001401 06 000000 00000000", 4, 9 }, /* BAD_PREREQ */
		{ FLOW_MOD, ADD "0001 0010 " IPV4 "80001a02 0050", 4, 9 },	 /* tcp_src */
		{ FLOW_MOD, ADD "0001 0009 80000e01 03 000000 00000000", 4, 9 }, /* vlan_pcp */
		{ FLOW_MOD, ADD "0001 000f " NO_VLAN "80000e01 03 00", 4, 9 },
		{ FLOW_MOD, ADD "0001 000f 80001401 06 " IPV4 "00", 4, 9 }, /* it comes too late */
		{ FLOW_MOD, ADD "0001 0010 " IPV4 "80000a02 0800", 4, 10 }, /* DUP_FIELD */
		{ FLOW_MOD, ADD "0001 000a " IPV4 "abcd abcdabcd", FINE },  /* what fills up */
		{ FLOW_MOD, ADD "0001 000a " NO_VLAN "0000 00000000", FINE },
		{ FLOW_MOD, ADD "0001 000c 80000d04 1000 1000 00000000", FINE }, /* any tag */
		{ FLOW_MOD, ADD "0001 0010 80010008 0000000100000002", FINE },	 /* a register */
		{ FLOW_MOD, FLOW("ff", "03", "0000") ANY, FINE },
	};
	int fd = or_dial(OF13);

	EXPECT(fd, all);
	or_expect(fd, OF13, "");
	op_close(fd);
}

/* --- 6.4, 7.3.4.1: flow-mods; 7.2.4: instructions -------------------------------------------------------------------- */

static void flow_mods(void **state)
{
	static const struct statement all[] = {
		{ FLOW_MOD, ADD, 1, 6 },
		{ FLOW_MOD, FLOW("00", "05", "0000") ANY, 5, 6 }, /* BAD_COMMAND */
		{ FLOW_MOD, FLOW("fe", "00", "0000") ANY, 5, 2 }, /* BAD_TABLE_ID */
		{ FLOW_MOD, FLOW("ff", "00", "0000") ANY, 5, 2 }, /* all of them: not to add */
		{ FLOW_MOD, FLOW("ff", "02", "0000") ANY, 5, 2 }, /* nor to modify */
		{ FLOW_MOD, FLOW("00", "00", "0020") ANY, 5, 7 }, /* BAD_FLAGS */
		{ FLOW_MOD, FLOW("fe", "04", "0000") ANY, 5, 2 }, /* nothing to delete there */
		{ FLOW_MOD, FLOW("00", "01", "0000") ANY,
			FINE }, /* nothing to modify is no error */
		{ FLOW_MOD, FLOW("ff", "04", "0000") ANY, FINE },  /* nor is nothing to delete */
		{ FLOW_MOD, ADD ANY "0063 0008 00000000", 3, 0 },  /* UNKNOWN_INST */
		{ FLOW_MOD, ADD ANY "0001 0008 00 000000", 3, 2 }, /* BAD_TABLE_ID: not behind it */
		{ FLOW_MOD, ADD ANY "0001 0008 ff 000000", 3, 2 },
		{ FLOW_MOD, ADD ANY "ffff 0010 12345678 0000 000000000000", 3, 5 },
		{ FLOW_MOD, ADD ANY "0001 0000 01 000000", 3, 7 }, /* BAD_LEN */
		{ FLOW_MOD, ADD ANY "0001 0010 01 000000", 3, 7 }, /* longer than the message */
		{ FLOW_MOD, ADD ANY "0002 0010 00000000 0000000000000000", 3, 7 },
		{ FLOW_MOD, ADD ANY "0001 0008 01 000000 0001 0008 02 000000", EXPERIMENTER, 2600 },
		{ FLOW_MOD, ADD ANY "0006 0008 00000000", 12, 2 }, /* INVALID_METER */
		{ FLOW_MOD, ADD ANY "0006 0008 00000007", 12, 3 }, /* UNKNOWN_METER */
		{ FLOW_MOD, FLOW("fd", "00", "0000") ANY "0001 0008 fd 000000", 3,
			1 }, /* UNSUP_INST: the last table has none behind it (5.9) */
	};
	int fd = or_dial(OF13);

	EXPECT(fd, all);
	or_expect(fd, OF13, "");
	op_close(fd);
}

/* Flow stats tell flags, and what outputs to ports said of max_len, as they came (7.3.5.2; controllers compare). */
static void told_as_said(void **state)
{
	static const char added[] = "0001 0004 00000000 0004 0018 00000000"
				    "0000 0010 00000001 ffe5 000000000000";
	int fd = or_dial(OF13);
	const struct op_message *m;
	char body[300];

	op_hush(fd, OF13);
	snprintf(body, sizeof(body), "%s %s", FLOW("00", "00", "0007"), added);
	op_say(fd, OF13, FLOW_MOD, 1, body);
	op_say(fd, OF13, MULTIPART, 2,
		"00010000 00000000 ff000000 ffffffff ffffffff 00000000 0000000000000000"
		"0000000000000000 0001 0004 00000000");
	m = op_hear_type(fd, 19);
	assert_int_equal(m->len, 8 + 48 + 8 + 24);
	assert_int_equal(op_u16(m, 8 + 18), 7);
	assert_int_equal(op_u32(m, 8 + 48 + 8 + 8 + 4), 1);
	assert_int_equal(op_u16(m, 8 + 48 + 8 + 8 + 8), 0xffe5);
	or_expect(fd, OF13, "send_flow_rem actions=output:1\n");
	or_clear(fd, OF13);
	op_close(fd);
}

/* --- 7.2.5: actions ------------------------------------------------------------------------------------------------------- */

static void actions(void **state)
{
	static const struct statement all[] = {
		{ FLOW_MOD, ADD ANY APPLY("0010") "0063 0008 00000000", 2, 0 }, /* BAD_TYPE */
		{ FLOW_MOD, ADD ANY APPLY("0010") "0001 0008 00000000", 2, 0 }, /* one of 1.0 */
		{ FLOW_MOD, ADD ANY APPLY("0010") "0012 0000 00000000", 2, 1 }, /* BAD_LEN */
		{ FLOW_MOD, ADD ANY APPLY("0010") "0012 0007 00000000", 2, 1 },
		{ FLOW_MOD, ADD ANY APPLY("0010") "0012 0010 00000000", 2, 1 },
		{ FLOW_MOD, ADD ANY APPLY("0010") "0000 0008 00000001", 2,
			1 }, /* too short an output */
		{ FLOW_MOD, ADD ANY APPLY("0018") "ffff 0010 12345678 0000 000000000000", 2, 2 },
		{ FLOW_MOD, ADD ANY APPLY("0018") "ffff 0010 00002320 7777 000000000000", 2, 3 },
		{ FLOW_MOD, ADD ANY APPLY("0018") OUTPUT("ffffffff"), 2,
			4 }, /* BAD_OUT_PORT: ANY */
		{ FLOW_MOD, ADD ANY APPLY("0018") OUTPUT("fffffff9"), 2, 4 }, /* TABLE */
		{ FLOW_MOD, ADD ANY APPLY("0018") OUTPUT("ffffff00"), 2, 4 }, /* MAX */
		{ FLOW_MOD, ADD ANY APPLY("0018") OUTPUT("0000ff00"), 2, 4 }, /* never here */
		{ FLOW_MOD, ADD ANY APPLY("0018") OUTPUT("00000000"), 2, 4 },
		{ FLOW_MOD, ADD ANY WRITE("0018") OUTPUT("00000000"), 2, 4 },
		{ FLOW_MOD, ADD ANY APPLY("0010") "0011 0008 0800 0000", 2, 5 }, /* BAD_ARGUMENT */
		{ FLOW_MOD, ADD ANY APPLY("0010") "0013 0008 0800 0000", 2, 5 },
		{ FLOW_MOD, ADD ANY APPLY("0010") "001a 0008 0800 0000", 2, 5 },
		{ FLOW_MOD, ADD ANY APPLY("0010") "0015 0008 ffffffff", 2, 8 }, /* BAD_QUEUE: all */
		{ FLOW_MOD, ADD ANY APPLY("0010") "0016 0008 00000009", 2, 9 }, /* BAD_OUT_GROUP */
		{ FLOW_MOD, ADD ANY APPLY("0010") "0016 0008 fffffffc", 2, 9 },
		{ FLOW_MOD,
			ADD "0001 000a " NO_VLAN "0000 00000000" APPLY("0010") "0012 0008 00000000",
			2, 10 }, /* MATCH_INCONSISTENT: no tag to take off */
		{ FLOW_MOD, ADD ANY APPLY("0018") "0019 0010 80001604 0a000001 00000000", 2, 10 },
		{ FLOW_MOD, ADD ANY APPLY("0018") "0019 0010 80005004 00000000 00000000", 2, 13 },
		{ FLOW_MOD, ADD ANY APPLY("0018") "0019 0010 80000605 0102030405 000000", 2, 14 },
		{ FLOW_MOD, ADD ANY APPLY("0018") "0019 0010 80000c02 2005 0000 00000000", 2, 15 },
		{ FLOW_MOD, ADD ANY APPLY("0018") "0019 0010 80000c02 1005 0000 00000000", 2, 10 },
		{ FLOW_MOD,
			ADD ANY APPLY(
				"0020") "0019 0018 8000070c 010000000000 ff0000000000 00000000",
			EXPERIMENTER, 4250 }, /* masks came with 1.5 */
		/* Bytes that fill up may be anything. */
		{ FLOW_MOD, ADD ANY APPLY("0018") "0019 0010 80000606 010203040506 abcd", FINE },
		{ FLOW_MOD, ADD ANY APPLY("0018") "0000 0010 00000001 0000 abcdabcdabcd", FINE },
		{ FLOW_MOD, ADD ANY APPLY("0010") "0018 0008 abcdabcd", 2, 10 }, /* TTL of what? */
		{ FLOW_MOD, ADD ANY APPLY("0018") OUTPUT("0000feff"), FINE },	 /* it may come */
		{ FLOW_MOD, FLOW("ff", "03", "0000") ANY, FINE },
	};
	int fd = or_dial(OF13);

	EXPECT(fd, all);
	or_expect(fd, OF13, "");
	op_close(fd);
}

/* --- 6.7, 7.3.4.2: groups ------------------------------------------------------------------------------------------------- */

#define GROUP(command, type, id) command type "00 " id
#define BUCKET(weight, port)	 "0020 " weight " " port " ffffffff 00000000 " OUTPUT("00000001")
#define CHAIN(group)		 "0018 0000 ffffffff ffffffff 00000000 0016 0008 " group

static void groups(void **state)
{
	static const struct statement all[] = {
		{ GROUP_MOD, GROUP("0000", "00", "00000001") BUCKET("0000", "ffffffff"), FINE },
		{ GROUP_MOD, GROUP("0000", "00", "00000001"), 6, 0 }, /* GROUP_EXISTS */
		{ GROUP_MOD, GROUP("0000", "00", "ffffff01"), 6, 1 }, /* INVALID_GROUP: reserved */
		{ GROUP_MOD, GROUP("0000", "00", "fffffffc"), 6, 1 },
		{ GROUP_MOD, GROUP("0001", "00", "fffffffc"), 6, 1 },
		{ GROUP_MOD, GROUP("0000", "00", "ffffff00"), FINE }, /* the last one */
		{ GROUP_MOD, GROUP("0000", "00", "00000002") BUCKET("0001", "ffffffff"), 6, 1 },
		{ GROUP_MOD, GROUP("0000", "02", "00000002"), 6, 1 }, /* indirect: one bucket */
		{ GROUP_MOD,
			GROUP("0000", "02", "00000002") BUCKET("0000", "ffffffff")
				BUCKET("0000", "ffffffff"),
			6, 1 },
		{ GROUP_MOD,
			GROUP("0000", "01", "00000002") BUCKET("0000", "ffffffff")
				BUCKET("0000", "ffffffff"),
			6, 1 }, /* select: no weight at all */
		{ GROUP_MOD,
			GROUP("0000", "01", "00000002") BUCKET("0000", "ffffffff")
				BUCKET("0001", "ffffffff"),
			FINE },
		{ GROUP_MOD, GROUP("0000", "03", "00000003") BUCKET("0000", "ffffffff"), 6, 1 },
		{ GROUP_MOD, GROUP("0000", "03", "00000003") BUCKET("0000", "ffffff01"), 6, 13 },
		{ GROUP_MOD, GROUP("0000", "00", "00000003") BUCKET("0000", "00000001"), 6, 6 },
		{ GROUP_MOD, GROUP("0001", "00", "00000009"), 6, 8 },  /* UNKNOWN_GROUP */
		{ GROUP_MOD, GROUP("0002", "00", "00000009"), FINE },  /* nothing to delete */
		{ GROUP_MOD, GROUP("0000", "04", "00000003"), 6, 10 }, /* BAD_TYPE */
		{ GROUP_MOD, GROUP("0003", "00", "00000003"), 6, 11 }, /* BAD_COMMAND: of 1.5 */
		{ GROUP_MOD,
			GROUP("0000", "00", "00000003") "0018 0000 ffffffff ffffffff 00000000"
							"0063 0008 00000000",
			2, 0 },
		{ GROUP_MOD,
			GROUP("0000", "00", "00000003") "0020 0000 ffffffff ffffffff 00000000" OUTPUT(
				"ffffffff"),
			2, 4 },
		{ GROUP_MOD, GROUP("0000", "00", "00000003") "000c 0000 ffffffff ffffffff 00000000",
			6, 12 }, /* BAD_BUCKET */
		{ GROUP_MOD, GROUP("0000", "00", "00000003") CHAIN("00000063"), 2, 9 },
		{ GROUP_MOD, GROUP("0000", "00", "00000003") CHAIN("00000001"), FINE },
		{ GROUP_MOD, GROUP("0001", "00", "00000001") CHAIN("00000003"), 6, 7 }, /* LOOP */
		{ GROUP_MOD, GROUP("0001", "00", "00000001") CHAIN("00000001"), 6, 7 },
		{ GROUP_MOD, GROUP("0002", "00", "00000001"), 6, 9 }, /* CHAINED_GROUP */
		{ GROUP_MOD, GROUP("0001", "00", "00000001"), FINE }, /* no buckets any more */
		{ GROUP_MOD, "0000 00", 1, 6 },
		{ GROUP_MOD, GROUP("0002", "00", "fffffffc"), FINE }, /* all */
		{ GROUP_MOD, GROUP("0001", "00", "00000001"), 6, 8 },
	};
	int fd = or_dial(OF13);

	EXPECT(fd, all);
	op_close(fd);
}

/* What is told of a group is what was said: also where buckets that watch nothing say so by zeros. */
static void groups_as_said(void **state)
{
	static const char *const buckets[] = {
		"00 00 00000001 0020 0000 00000000 00000000 00000000 " OUTPUT("00000001"),
		"01 00 00000001 0020 0005 00000000 00000000 00000000 " OUTPUT("00000001"),
		"01 00 00000001 0020 0005 ffffffff ffffffff 00000000 " OUTPUT("00000001"),
		"03 00 00000001 0020 0000 00000001 ffffffff 00000000 " OUTPUT("00000001"),
	};
	int fd = or_dial(OF13);

	for (unsigned i = 0; i < sizeof(buckets) / sizeof(buckets[0]); i++) {
		struct of_bytes want = of_hex(buckets[i]);
		const struct op_message *m;
		char body[200];

		snprintf(body, sizeof(body), "0000 %s", buckets[i]);
		op_say(fd, OF13, GROUP_MOD, 1, body);
		op_say(fd, OF13, MULTIPART, 2, "0007 0000 00000000");
		m = op_hear_type(fd, 19);
		assert_int_equal(m->len, 8 + 2 + want.len);
		assert_memory_equal(m->body + 8 + 2, want.bytes, want.len);
		op_say(fd, OF13, GROUP_MOD, 3, GROUP("0002", "00", "00000001"));
		op_echo(fd, OF13);
	}
	op_close(fd);
}

/* --- 6.8, 7.3.4.4: meters -------------------------------------------------------------------------------------------------- */

#define METER(command, flags, id) command flags id
#define DROP			  "0001 0010 00000064 00000000 00000000"

static void meters(void **state)
{
	static const struct statement all[] = {
		{ METER_MOD, METER("0000", "0001", "00000001") DROP, FINE },
		{ METER_MOD, METER("0000", "0001", "00000001") DROP, 12, 1 }, /* METER_EXISTS */
		{ METER_MOD, METER("0000", "0001", "00000000") DROP, 12, 2 }, /* INVALID_METER */
		{ METER_MOD, METER("0000", "0001", "ffff0001") DROP, 12, 2 },
		{ METER_MOD, METER("0000", "0001", "ffffffff") DROP, 12, 2 },
		{ METER_MOD, METER("0001", "0001", "00000002") DROP, 12, 3 }, /* UNKNOWN_METER */
		{ METER_MOD, METER("0002", "0001", "00000002"), FINE }, /* nothing to delete */
		{ METER_MOD, METER("0003", "0001", "00000002") DROP, 12, 4 }, /* BAD_COMMAND */
		{ METER_MOD, METER("0000", "0010", "00000002") DROP, 12, 5 }, /* BAD_FLAGS */
		{ METER_MOD, METER("0000", "0003", "00000002") DROP, 12, 5 }, /* both units */
		{ METER_MOD,
			METER("0000", "0001", "00000002") "0001 0010 00000000 00000000 00000000",
			12, 6 },					      /* BAD_RATE */
		{ METER_MOD, METER("0000", "0005", "00000002") DROP, 12, 7 }, /* BAD_BURST */
		{ METER_MOD,
			METER("0000", "0001", "00000002") "0009 0010 00000064 00000000 00000000",
			12, 8 }, /* BAD_BAND */
		{ METER_MOD,
			METER("0000", "0001", "00000002") "0002 0010 00000064 00000000 04 000000",
			12, 9 },					     /* BAD_BAND_VALUE */
		{ METER_MOD, METER("0000", "0001", "fffffffd") DROP, FINE }, /* SLOWPATH */
		{ METER_MOD, METER("0002", "0000", "ffffffff"), FINE },	     /* all */
		{ METER_MOD, METER("0001", "0001", "00000001") DROP, 12, 3 },
		/* Statistics of one that is not there; of all that are not there. */
		{ MULTIPART, "0009 0000 00000000 00000001 00000000", 12, 3 },
		{ MULTIPART, "000a 0000 00000000 00000001 00000000", 12, 3 },
	};
	int fd = or_dial(OF13);

	EXPECT(fd, all);
	op_close(fd);
}

/* --- 7.1, 7.3.5 to 7.3.10: all others ---------------------------------------------------------------------------------------- */

static void others(void **state)
{
	static const struct statement all[] = {
		{ 99, "", 1, 1 },		     /* BAD_TYPE */
		{ 10, "00000000 0000 00 00", 1, 1 }, /* the switch's own messages */
		{ 6, "", 1, 1 },
		{ MULTIPART, "0063 0000 00000000", 1, 2 }, /* BAD_MULTIPART */
		{ MULTIPART, "ffff 0000 00000000 12345678 00000000", 1, 3 },
		{ 4, "12345678 00000000", 1, 3 }, /* BAD_EXPERIMENTER */
		{ 4, "00002320 00007777", 1, 4 }, /* BAD_EXP_TYPE */
		{ 5, "00", 1, 6 },		  /* BAD_LEN */
		{ 20, "00000000", 1, 6 },
		{ 9, "0000", 1, 6 },
		{ MULTIPART, "0000 00", 1, 6 },
		{ MULTIPART, "0001 0000 00000000", 1, 6 },
		{ MULTIPART, "0000 0002 00000000", 1, 2 }, /* a flag that is reserved */
		{ MULTIPART,
			"0001 0000 00000000 fe000000 ffffffff ffffffff 00000000"
			"0000000000000000 0000000000000000 0001 0004 00000000",
			1, 9 },
		{ MULTIPART, "ffff 0000 00000000 12345678", 1, 3 }, /* it may be all */
		{ MULTIPART, "ffff 0000 00000000 00002320", 1, 6 },
		{ MULTIPART, "0004 0000 00000000 00000063 00000000", 1, 11 }, /* BAD_PORT */
		{ MULTIPART, "0005 0000 00000000 00000063 ffffffff", 9, 0 },
		{ MULTIPART, "0005 0000 00000000 00000001 00000007", 9, 1 },
		{ QUEUES, "00000063 00000000", 9, 0 },
		{ 13, "00000001 fffffffd 0000 000000000000", 1, 8 }, /* BUFFER_UNKNOWN */
		{ 13,
			"ffffffff 00000063 0010 000000000000 " OUTPUT(
				"00000001") "020000000001 020000000002 0800 00",
			1, 11 }, /* BAD_PORT */
		{ 13,
			"ffffffff fffffffd 0010 000000000000 " OUTPUT(
				"ffffffff") "020000000001 020000000002 0800 00",
			2, 4 },
		{ 13, "ffffffff fffffffd 0010 000000000000 " OUTPUT("00000001") "0200", 1, 12 },
		{ 13, "ffffffff fffffffd 0020 000000000000 " OUTPUT("00000001"), 1, 6 },
		/* What is wrong with actions is told first. */
		{ 13, "ffffffff fffffffd 0008 000000000000 ff00 0008 00000000", 2, 0 },
		{ 13, "ffffffff fffffffd 0010 000000000000 " OUTPUT("00000001"), 1, 12 },
		/* No packet, nothing to do: a port is not asked for. */
		{ 13, "ffffffff 00000000 0000 000000000000", FINE },
		{ PORT_MOD,
			"00000063 00000000 000000000000 0000 00000000 00000000 00000000 00000000",
			7, 0 },
		{ PORT_MOD,
			"00000001 00000000 0000000000ff 0000 00000000 00000000 00000000 00000000",
			7, 1 },
		{ TABLE_MOD, "fe000000 00000000", 8, 0 },
		{ TABLE_MOD, "00000000 00000004", 8, 1 },
		{ TABLE_MOD, "ff000000 00000003",
			FINE }, /* bits of 1.1 and 1.2, which say nothing */
		{ ROLE, "00000004 00000000 0000000000000000", 11, 2 },
		{ 28, "00000000", 1, 6 },
	};
	int fd = or_dial(OF13);

	EXPECT(fd, all);
	op_say(fd, OF15 + 1, 5, 9, "");
	op_hear_error(fd, 1, 0); /* BAD_VERSION */
	op_close(fd);
}

/* --- OpenFlow 1.0 ------------------------------------------------------------------------------------------------------------- */

#define MATCH10(wildcards, port) \
	wildcards port           \
		"000000000000 000000000000 0000 00 00 0000 00 00 0000 00000000 00000000 0000 0000 "
#define FLOW10(match, command, idle, flags) \
	match "0000000000000000 " command idle " 0000 0005 ffffffff ffff " flags " "

static void ten(void **state)
{
	static const struct statement all[] = {
		{ FLOW_MOD, FLOW10(MATCH10("003fffff", "0000"), "0008", "0000", "0000"), 3, 4 },
		/* No tables for emergencies; and their rules may not time out. */
		{ FLOW_MOD, FLOW10(MATCH10("003fffff", "0000"), "0000", "0000", "0004"), 3, 0 },
		{ FLOW_MOD, FLOW10(MATCH10("003fffff", "0000"), "0000", "0009", "0004"), 3, 3 },
		{ FLOW_MOD,
			FLOW10(MATCH10("003fffff", "0000"), "0000", "0000",
				"0000") "0000 0008 ff00 0000",
			2, 4 },
		{ FLOW_MOD,
			FLOW10(MATCH10("003fffff", "0000"), "0000", "0000",
				"0000") "0001 0008 1388 0000",
			2, 5 },
		{ FLOW_MOD,
			FLOW10(MATCH10("003fffff", "0000"), "0000", "0000",
				"0000") "000b 0010 0001 000000000000 ffffffff",
			2, 8 }, /* OFPQ_ALL */
		{ FLOW_MOD,
			FLOW10(MATCH10("003fffff", "0000"), "0000", "0000",
				"0000") "ffff 0010 00002320 0004 0000 ffffffff",
			2, 8 },
		{ FLOW_MOD,
			FLOW10(MATCH10("003fffff", "0000"), "0000", "0000",
				"0000") "0043 0008 0001 0000",
			2, 0 },
		{ FLOW_MOD,
			FLOW10(MATCH10("003fffff", "0000"), "0000", "0000",
				"0000") "0000 0007 0001 0000",
			2, 1 },
		{ 16, "ffff 0000 12345678", 1, 3 }, /* BAD_VENDOR */
		/* Without wildcards: before all others, whatever its priority. */
		{ FLOW_MOD,
			FLOW10(MATCH10("00000000", "0001"), "0000", "0000",
				"0000") "0000 0008 0001 0000",
			FINE },
		{ FLOW_MOD,
			FLOW10(MATCH10("003ffffe", "0001"), "0000", "0000",
				"0000") "0000 0008 0002 0000",
			FINE },
	};
	int fd = or_dial(OF10), later;

	expect(fd, OF10, all, sizeof(all) / sizeof(all[0]));
	later = op_dial_as("br0", OF13);
	or_expect(later, OF13,
		"priority=65535,in_port=1,dl_vlan=0,dl_vlan_pcp=0,dl_src=00:00:00:00:00:00,"
		"dl_dst=00:00:00:00:00:00,dl_type=0x0000 actions=output:1\n"
		"priority=5,in_port=1 actions=output:2\n");
	op_close(later);
	or_clear(fd, OF10);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(flow_mods),
		cmocka_unit_test(told_as_said),
		cmocka_unit_test(actions),
		cmocka_unit_test(groups),
		cmocka_unit_test(groups_as_said),
		cmocka_unit_test(meters),
		cmocka_unit_test(others),
		cmocka_unit_test(ten),
	};

	return cmocka_run_group_tests(tests, setup, op_teardown);
}
