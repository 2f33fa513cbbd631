/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * OpenFlow connections: versions, bytes as they come, malformed messages that each get the error of the specification
 * and leave the connection alive.
 */
#include "of_peer.h"

#include <sys/socket.h>

#include <sw/err.h>

#include "../lib/ctltest.h"
#include "../unit/of_hand.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/conn.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

static struct of_bridge *the_bridge(void)
{
	return of_bridge_next(NULL);
}

/* --- versions --------------------------------------------------------------------------------------------- */

static void agreed_versions(void **state)
{
	static const struct {
		const char *hello;
		uint8_t version; /* 0: refused */
	} cases[] = {
		{ "01 00 0008 00000001", OF10 },
		{ "02 00 0008 00000001", 0 },
		{ "04 00 0008 00000001", OF13 },
		{ "05 00 0008 00000001", OF14 },
		{ "06 00 0008 00000001", OF15 },
		{ "07 00 0008 00000001", OF15 }, /* a version after ours */
		{ "06 00 0010 00000001 0001 0008 00000010", OF13 },
		{ "06 00 0010 00000001 0001 0008 00000012", OF13 },
		{ "06 00 0010 00000001 0001 0008 00000080", 0 },
		{ "04 00 0014 00000001 0001 000c 00000070 ffffffff", OF15 },
		{ "04 00 0018 00000001 0009 0006 1234 0000 0001 0008 00000022", OF14 },
		{ "04 00 000c 00000001 0001 0003", OF13 }, /* nonsense is passed over */
		{ "04 00 000c 00000001 0001 00ff", OF13 },
		{ "04 00 000b 00000001 0001 00", OF13 },
		{ "00 00 0008 00000001", 0 },
	};

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = op_dial("br0");
		const struct op_message *m;

		op_say_hex(fd, cases[i].hello);
		if (cases[i].version) {
			op_echo(fd, cases[i].version);
			op_close(fd);
			continue;
		}
		m = op_hear_type(fd, 1);
		assert_int_equal(op_u32(m, 0), 0);
		assert_true(m->len > 4); /* says what we speak */
		op_hear_end(fd);
	}
	op_turn(5);
	assert_int_equal(the_bridge()->n_conns, 0);
}

static void no_hello(void **state)
{
	int fd = op_dial("br0");

	op_say(fd, OF13, 5, 1, "");
	op_hear_error(fd, 0, 0);
	op_hear_end(fd);
	fd = op_dial("br0");
	/* a message of 21536 bytes, by its looks */
	op_say_raw(fd, "GET / HTTP/1.0\r\n\r\n", 18);
	op_hear_error(fd, 0, 0);
	op_hear_end(fd);
	assert_int_equal(the_bridge()->n_conns, 0);
}

/* --- malformed messages ------------------------------------------------------------------------------------ */

static void malformed(void **state)
{
	static const struct {
		unsigned versions;
		const char *bytes; /* vv: the version */
		uint16_t type, code;
	} cases[] = {
		{ OF_ALL, "vv 7f 0008 00000009", 1, 1 }, /* unknown type */
		{ OF_ALL, "vv 06 0008 00000009", 1, 1 }, /* a reply is no request */
		{ OF_ALL, "vv 05 0010 00000009 0000000000000000", 1, 6 }, /* longer than it is */
		{ OF_ALL, "vv 09 0008 00000009", 1, 6 },		  /* shorter */
		{ OF_ALL, "vv 09 000b 00000009 000000", 1, 6 },
		{ OF_V10, "vv 10 0008 00000009", 1, 6 }, /* no multipart head */
		{ OF_V13_UP, "vv 12 0008 00000009", 1, 6 },
		{ OF_V13_UP, "vv 12 000c 00000009 0000 0000", 1, 6 },
		{ OF_V10, "vv 10 000c 00000009 7777 0000", 1, 2 }, /* unknown multipart type */
		{ OF_V13_UP, "vv 12 0010 00000009 7777 0000 00000000", 1, 2 },
		{ OF_V13_UP, "vv 12 0018 00000009 0000 0000 00000000 0000000000000000", 1, 6 },
		{ OF_ALL, "vv 04 0008 00000009", 1, 6 }, /* no experimenter */
		{ OF_ALL, "vv 04 0010 00000009 12345678 00000001", 1, 3 },
		{ OF_ALL, "vv 04 000c 00000009 12345678", 1, 3 },
		{ OF_ALL, "vv 04 000c 00000009 00002320", 1, 6 }, /* no type */
		{ OF_ALL, "vv 04 0010 00000009 00002320 0000ffff", 1, 4 },
		{ OF_ALL, "vv 04 0010 00000009 4f4e4600 0000ffff", 1, 4 },
		{ OF_V10, "vv 10 0018 00000009 ffff 0000 12345678 00000000 00000000", 1, 3 },
		{ OF_V13_UP, "vv 12 0018 00000009 ffff 0000 00000000 12345678 00000000", 1, 3 },
		{ OF_V13_UP, "vv 12 0018 00000009 ffff 0000 00000000 00002320 0000ffff", 1, 4 },
		{ OF_V13_UP, "vv 12 0010 00000009 ffff 0000 00000000", 1, 6 },
		{ OF_ALL, "03 05 0008 00000009", 1, 0 }, /* another version */
		{ OF_ALL, "vv 02 0007 00000009", 1, 6 }, /* shorter than its header */
		{ OF_ALL, "vv 02 0000 00000009", 1, 6 },
	};

	for (unsigned v = 0; v < 4; v++) {
		int fd = op_dial_as("br0", versions[v]);

		for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			char text[200], number[3];

			if (!(cases[i].versions & OF_BIT(versions[v])))
				continue;
			strcpy(text, cases[i].bytes);
			snprintf(number, sizeof(number), "%02x", versions[v]);
			if (text[0] == 'v')
				memcpy(text, number, 2);
			op_say_hex(fd, text);
			op_hear_error(fd, cases[i].type, cases[i].code);
			op_echo(fd, versions[v]);
		}
		op_close(fd);
	}
}

/* An error has the request's transaction id and at least 64 of its bytes. */
static void error_data(void **state)
{
	int fd = op_dial_as("br0", OF13);
	const struct op_message *m;
	uint8_t long_one[300] = { OF13, 0x7f, 1, 44, 0xaa, 0xbb, 0xcc, 0xdd };

	for (unsigned i = 8; i < sizeof(long_one); i++)
		long_one[i] = i;
	op_say_raw(fd, long_one, sizeof(long_one));
	m = op_hear_type(fd, 1);
	assert_int_equal(m->xid, 0xaabbccdd);
	assert_true(m->len >= 4 + 64);
	assert_memory_equal(m->body + 4, long_one, m->len - 4);
	op_say_raw(fd, long_one, 8);
	op_say_raw(fd, long_one + 8, sizeof(long_one) - 8);
	op_hear_error(fd, 1, 1);
	/* Nobody answers an error with an error, not even a short one. */
	op_say_hex(fd, "04 01 0008 00000001 / 04 01 000c 00000001 00010001");
	op_echo(fd, OF13);
	op_close(fd);
}

/* The headers lie again and again: that is no peer. */
static void no_openflow(void **state)
{
	int fd = op_dial_as("br0", OF13);
	unsigned errors = 0;
	uint8_t zeros[4096] = { 0 };

	op_echo(fd, OF13);
	op_say_raw(fd, zeros, sizeof(zeros));
	while (op_hear(fd))
		errors++;
	assert_int_equal(errors, OF_FAULTS);
	op_close(fd);
	assert_int_equal(the_bridge()->n_conns, 0);
}

/* --- how bytes come ----------------------------------------------------------------------------------------- */

static void bytes_one_by_one(void **state)
{
	struct of_bytes b =
		of_hex("04 02 000a 00000011 abcd / 04 02 0008 00000012 / 04 14 0008 00000013");
	int fd = op_dial_as("br0", OF13);
	const struct op_message *m;

	for (unsigned i = 0; i < b.len; i++) {
		op_say_raw(fd, b.bytes + i, 1);
		op_turn(2);
	}
	m = op_hear_type(fd, 3);
	assert_int_equal(m->xid, 0x11);
	assert_int_equal(op_u16(m, 0), 0xabcd);
	assert_int_equal(op_hear_type(fd, 3)->xid, 0x12);
	assert_int_equal(op_hear_type(fd, 21)->xid, 0x13);
	op_close(fd);
}

/* What was asked is answered though the peer sends no more. */
static void half_closed(void **state)
{
	int fd = op_dial_as("br0", OF10);

	op_say_hex(fd, "01 02 0008 00000011 / 01 12 0008 00000012 / 01 02 0010 00000013 0000");
	shutdown(fd, SHUT_WR);
	assert_int_equal(op_hear_type(fd, 3)->xid, 0x11);
	assert_int_equal(op_hear_type(fd, 19)->xid, 0x12);
	op_hear_end(fd);
	assert_int_equal(the_bridge()->n_conns, 0);
}

static void largest_message(void **state)
{
	int fd = op_dial_as("br0", OF15);
	uint8_t *bytes = calloc(1, 65535);
	const struct op_message *m;

	memcpy(bytes, "\x06\x02\xff\xff\0\0\0\x01", 8);
	for (unsigned i = 8; i < 65535; i++)
		bytes[i] = i * 7;
	op_say_raw(fd, bytes, 65535);
	m = op_hear_type(fd, 3);
	assert_int_equal(m->len, 65535 - 8);
	assert_memory_equal(m->body, bytes + 8, m->len);
	free(bytes);
	op_close(fd);
}

/* Random bytes behind a good HELLO: an answer or an end, never a crash; others do not notice. */
static void garbage(void **state)
{
	uint64_t seed = swtest_seed(0x0f10);
	int good = op_dial_as("br0", OF13);

	for (unsigned i = 0; i < 300; i++) {
		int fd = op_dial_as("br0", versions[i % 4]);
		uint8_t bytes[512];
		size_t len = swtest_rand(&seed) % sizeof(bytes);

		for (size_t b = 0; b < len; b++)
			bytes[b] = swtest_rand(&seed) >> 40;
		for (size_t b = 0; b + 8 < len; b += 8 + swtest_rand(&seed) % 64) {
			bytes[b] = versions[i % 4];
			bytes[b + 1] = swtest_rand(&seed) % 36;
			bytes[b + 2] = 0;
			bytes[b + 3] = swtest_rand(&seed) % 80;
		}
		op_say_raw(fd, bytes, len);
		op_turn(5);
		op_close(fd);
		op_echo(good, OF13);
	}
	op_close(good);
	assert_int_equal(the_bridge()->n_conns, 0);
}

/* The bridge goes: so do its connections. */
static void bridge_goes(void **state)
{
	int fd;

	ct_bridge("br1");
	fd = op_dial_as("br1", OF14);
	op_echo(fd, OF14);
	ct_ok("del-br br1");
	op_hear_end(fd);
	ct_bridge("br1");
	fd = op_dial_as("br1", OF14);
	op_echo(fd, OF14);
	op_close(fd);
	ct_ok("del-br br1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreed_versions),
		cmocka_unit_test(no_hello),
		cmocka_unit_test(malformed),
		cmocka_unit_test(error_data),
		cmocka_unit_test(no_openflow),
		cmocka_unit_test(bytes_one_by_one),
		cmocka_unit_test(half_closed),
		cmocka_unit_test(largest_message),
		cmocka_unit_test(garbage),
		cmocka_unit_test(bridge_goes),
	};

	return cmocka_run_group_tests(tests, op_setup, op_teardown);
}
