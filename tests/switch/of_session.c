/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a controller sets for itself and learns of the switch: features, roles, which news it gets, port-status,
 * queues, port-mods; in all versions.
 */
#include "of_peer.h"

#include <sw/bridge.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/port.h>

#include "../lib/ctltest.h"

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };

static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	ct_ok("add-port br0 p1 -- set interface p1 type=dummy");
	ct_ok("add-port br0 p2 -- set interface p2 type=dummy");
	op_start();
	op_turn(5);
	return 0;
}

static void features(void **state)
{
	const struct sw_port *local = sw_port_by_name("br0");

	for (unsigned v = 0; v < 4; v++) {
		int fd = op_dial_as("br0", versions[v]);
		const struct op_message *m;

		op_say(fd, versions[v], 5, 0x99, "");
		m = op_hear_type(fd, 6);
		assert_int_equal(m->xid, 0x99);
		assert_int_equal(m->len, 24 + (versions[v] == OF10 ? 3 * 48 : 0));
		assert_memory_equal(m->body, "\0\0", 2);
		assert_memory_equal(m->body + 2, local->mac.addr_bytes, 6);
		assert_int_equal(op_u32(m, 8), 0);
		assert_int_equal(m->body[12], 254);
		op_say(fd, versions[v], 9, 1, "0000 0080");
		op_say(fd, versions[v], 7, 2, "");
		m = op_hear_type(fd, 8);
		assert_int_equal(op_u32(m, 0), 0x80);
		op_say(fd, versions[v], 9, 3, "0002 0010");
		op_hear_error(fd, versions[v] == OF10 ? 1 : 10, versions[v] == OF10 ? 5 : 0);
		op_say(fd, versions[v], 7, 4, "");
		assert_int_equal(op_u32(op_hear_type(fd, 8), 0), 0x80);
		op_close(fd);
	}
}

/* Ports in the version's layout: number, address, name, where they stand; and one that is not there. */
static void ports(void **state)
{
	static const struct {
		size_t size, hw, name;
	} layout[] = { { 48, 2, 8 }, { 64, 8, 16 }, { 72, 8, 16 }, { 72, 8, 16 } };
	const struct sw_port *p1 = sw_port_by_name("p1");

	for (unsigned v = 0; v < 4; v++) {
		int fd = op_dial_as("br0", versions[v]);
		bool ten = versions[v] == OF10;
		const struct op_message *m;

		op_say(fd, versions[v], ten ? 16 : 18, 1,
			ten		      ? "000d 0000"
			: versions[v] == OF15 ? "000d 0000 00000000 ffffffff 00000000"
					      : "000d 0000 00000000");
		m = op_hear_type(fd, ten ? 17 : 19);
		assert_int_equal(m->len, (ten ? 4 : 8) + 3 * layout[v].size);
		assert_int_equal(ten ? op_u16(m, 4) : op_u32(m, 8), 1);
		assert_memory_equal(m->body + (ten ? 4 : 8) + layout[v].hw, p1->mac.addr_bytes, 6);
		assert_string_equal((const char *)m->body + (ten ? 4 : 8) + layout[v].name, "p1");
		op_say(fd, versions[v], ten ? 16 : 18, 1,
			ten ? "0004 0000 0001 000000000000"
			    : "0004 0000 00000000 00000001 00000000");
		m = op_hear_type(fd, ten ? 17 : 19);
		assert_int_equal(m->len, ten ? 4 + 104 : versions[v] == OF13 ? 8 + 112 : 8 + 120);
		op_say(fd, versions[v], ten ? 16 : 18, 1, /* ALL is as ANY */
			ten ? "0004 0000 fffc 000000000000"
			    : "0004 0000 00000000 fffffffc 00000000");
		assert_true(op_hear_type(fd, ten ? 17 : 19)->len > 3 * 104);
		op_say(fd, versions[v], ten ? 16 : 18, 1,
			ten ? "0004 0000 0009 000000000000"
			    : "0004 0000 00000000 00000009 00000000");
		m = op_hear_type(fd, 1);
		if (ten) /* Nicira's error (1, 514) */
			assert_true(op_u16(m, 0) == 0xb0c2 && op_u32(m, 4) == 0x2320 &&
				    op_u32(m, 8) == (1 << 16 | 514));
		else
			assert_true(op_u16(m, 0) == 1 && op_u16(m, 2) == 11);
		op_close(fd);
	}
}

/* More of what cannot be in several messages may come (7.3.5): each is answered. */
static void more(void **state)
{
	int fd = op_dial_as("br0", OF13);

	for (unsigned i = 0; i < 3; i++) {
		const struct op_message *m;

		op_say(fd, OF13, 18, 1 + i, i < 2 ? "000d 0001 00000000" : "000d 0000 00000000");
		m = op_hear_type(fd, 19);
		assert_int_equal(m->xid, 1 + i);
		assert_int_equal(m->len, 8 + 3 * 64);
		assert_int_equal(op_u16(m, 2), 0);
	}
	op_close(fd);
}

/* --- roles ------------------------------------------------------------------------------------------------ */

static void expect_role(int fd, uint32_t wanted, const char *generation, uint32_t becomes)
{
	char body[64];

	snprintf(body, sizeof(body), "%08x 00000000 %s", wanted, generation);
	op_say(fd, OF13, 24, 7, body);
	assert_int_equal(op_u32(op_hear_type(fd, 25), 0), becomes);
}

static void roles(void **state)
{
	int a = op_dial_as("br0", OF13), b = op_dial_as("br0", OF13), c = op_dial_as("br0", OF14);
	const struct op_message *m;

	op_say(a, OF13, 24, 1, "00000000 00000000 0000000000000000");
	m = op_hear_type(a, 25);
	assert_int_equal(op_u32(m, 0), 1);
	assert_int_equal(op_u32(m, 8), 0xffffffff); /* no generation yet */
	expect_role(a, 2, "0000000000000005", 2);
	expect_role(b, 2, "0000000000000005", 2);
	expect_role(a, 0, "0000000000000000", 3); /* master no more */
	op_say(a, OF13, 24, 2, "00000002 00000000 0000000000000004");
	op_hear_error(a, 11, 0); /* stale */
	op_say(a, OF13, 24, 2, "00000004 00000000 0000000000000006");
	op_hear_error(a, 11, 2);
	op_say(a, OF13, 24, 2, "00000002 00000000");
	op_hear_error(a, 1, 6);
	/* The id wraps around. */
	expect_role(b, 2, "7fffffffffffffff", 2);
	expect_role(b, 2, "fffffffffffffff0", 2);
	expect_role(b, 2, "0000000000000003", 2);
	/* A slave may look, not change. */
	op_say(a, OF13, 16, 3,
		"00000001 00000000 000000000000 0000 00000000 00000000 00000000 00000000");
	op_hear_error(a, 1, 10);
	op_echo(a, OF13);
	expect_role(a, 1, "0000000000000000", 1);
	/* 1.4 tells a master that it is none any more, when it asked for that. */
	op_say(c, OF14, 9, 1, "0000 0080");
	op_say(c, OF14, 28, 1, "0006 0008 00000001 0007 0008 00000001");
	op_say(c, OF14, 24, 7, "00000002 00000000 0000000000000009");
	op_hear_type(c, 25);
	expect_role(a, 2, "000000000000000a", 2);
	m = op_hear_type(c, 30);
	assert_int_equal(op_u32(m, 0), 3);
	assert_int_equal(m->body[4], 0);
	assert_int_equal(op_u32(m, 12), 0xa);
	op_close(a);
	op_close(b);
	op_close(c);
}

static void nicira_roles(void **state)
{
	int a = op_dial_as("br0", OF10), b = op_dial_as("br0", OF10);
	const struct op_message *m;

	op_say(a, OF10, 4, 1, "00002320 0000000a 00000001");
	m = op_hear_type(a, 4);
	assert_int_equal(op_u32(m, 4), 11);
	assert_int_equal(op_u32(m, 8), 1);
	op_say(b, OF10, 4, 1, "00002320 0000000a 00000001");
	op_hear_type(b, 4);
	op_say(a, OF10, 15, 3, "0001 000000000000 00000000 00000000 00000000 00000000");
	op_hear_error(a, 1, 5); /* a slave's error in 1.0 */
	op_say(a, OF10, 4, 1, "00002320 0000000a 00000003");
	m = op_hear_type(a, 1);
	assert_int_equal(op_u32(m, 8), 1 << 16 | 513);
	op_close(a);
	op_close(b);
}

/* --- news ------------------------------------------------------------------------------------------------- */

/* HELLO once more (6.3.1): a peer that speaks no version of ours any more is told so. */
static void hello_again(void **state)
{
	int fd = op_dial_as("br0", OF13);

	op_say(fd, OF13, 0, 1, "");
	op_echo(fd, OF13);
	op_say(fd, 0, 0, 1, "");
	op_hear_error(fd, 0, 0); /* INCOMPATIBLE */
	op_say(fd, OF13, 0, 1, "0001 0008 00000004");
	op_hear_error(fd, 0, 0);
	op_echo(fd, OF13);
	op_close(fd);
}

/* At first a controller gets all news there are (6.3.5), a slave of ports alone; and is told what it has set. */
static void news_at_first(void **state)
{
	static const uint32_t masks[][6] = { { 7, 0, 7, 7, 15, 0 }, { 1, 4, 2, 1, 8, 3 } };
	int fd = op_dial_as("br0", OF13);

	op_say(fd, OF13, 7, 1, "");
	assert_int_equal(op_u16(op_hear_type(fd, 8), 2), 128); /* miss_send_len, 7.3.2 */
	for (unsigned set = 0; set < 2; set++) {
		const struct op_message *m;

		op_say(fd, OF13, 26, 1, "");
		m = op_hear_type(fd, 27);
		for (unsigned i = 0; i < 6; i++)
			assert_int_equal(op_u32(m, 4 * i), masks[set][i]);
		op_say(fd, OF13, 28, 1, "00000001 00000004 00000002 00000001 00000008 00000003");
	}
	op_close(fd);
}

static void async_masks(void **state)
{
	int a = op_dial_as("br0", OF13), b = op_dial_as("br0", OF14), c = op_dial_as("br0", OF10);
	const struct op_message *m;

	op_say(a, OF13, 26, 1, "");
	m = op_hear_type(a, 27);
	assert_int_equal(m->len, 24);
	assert_int_equal(op_u32(m, 0), 7); /* all reasons that 1.3 has */
	assert_int_equal(op_u32(m, 4), 0);
	assert_int_equal(op_u32(m, 8), 7);
	assert_int_equal(op_u32(m, 12), 7);
	op_say(a, OF13, 28, 1, "00000001 00000002 00000004 00000001 00000002 00000008");
	op_say(a, OF13, 26, 1, "");
	m = op_hear_type(a, 27);
	assert_int_equal(op_u32(m, 0), 1);
	assert_int_equal(op_u32(m, 4), 2); /* as it was said */
	assert_int_equal(op_u32(m, 20), 8);
	op_say(a, OF13, 26, 1, "00000000 00000000 00000000 00000000 00000000 00000000");
	assert_int_equal(op_u32(op_hear_type(a, 27), 0), 1);
	op_say(a, OF13, 26, 1, "00000000");
	op_hear_error(a, 1, 6);
	op_say(b, OF14, 26, 1, "");
	m = op_hear_type(b, 27);
	assert_int_equal(m->len, 12 * 8);
	op_say(b, OF14, 28, 2, "0001 0008 00000004 0002 0008 00000000");
	op_say(b, OF14, 26, 3, "");
	m = op_hear_type(b, 27);
	assert_int_equal(op_u32(m, 8 + 4), 4);
	assert_int_equal(op_u32(m, 2 * 8 + 4), 0);
	assert_int_equal(op_u32(m, 3 * 8 + 4), 7);
	op_say(b, OF14, 28, 2, "0001 0008 00000004 0001 0008 00000000");
	op_hear_error(b, 14, 4);
	op_say(b, OF14, 28, 2, "0041 0008 00000004");
	op_hear_error(b, 14, 0);
	op_say(b, OF14, 28, 2, "0001 000a 00000004 0000 000000000000");
	op_hear_error(b, 14, 1);
	op_say(b, OF14, 28, 2, "0001 0003 00000004");
	op_hear_error(b, 14, 1);
	op_say(b, OF14, 28, 2, "ffff 0008 00000004");
	op_hear_error(b, 14, 5);
	op_say(b, OF14, 28, 2, "0003 0008 000000ff");
	op_hear_error(b, 15, 0);
	op_say(c, OF10, 4, 2,
		"00002320 00000013 00000001 00000002 00000004 00000001 00000002 00000008");
	op_echo(c, OF10);
	op_close(a);
	op_close(b);
	op_close(c);
}

static void port_status(void **state)
{
	int fds[4], quiet = op_dial_as("br0", OF10);
	const struct op_message *m;

	for (unsigned v = 0; v < 4; v++) {
		fds[v] = op_dial_as("br0", versions[v]);
		if (v == 0)
			op_say(fds[v], OF10, 9, 1,
				"0000 0080"); /* later versions tell from the start */
		op_echo(fds[v], versions[v]);
	}
	ct_ok("add-port br0 p3 -- set interface p3 type=dummy");
	for (unsigned v = 0; v < 4; v++) {
		m = op_hear_type(fds[v], 12);
		assert_int_equal(m->body[0], 0); /* added */
		assert_int_equal(m->len, 8 + (v == 0 ? 48 : v == 1 ? 64 : 72));
		assert_int_equal(v ? op_u32(m, 8) : op_u16(m, 8), 3);
	}
	sw_dummy_set_link(sw_port_by_name("p3"), false);
	for (unsigned v = 0; v < 4; v++) {
		m = op_hear_type(fds[v], 12);
		assert_int_equal(m->body[0], 2); /* changed */
		assert_int_equal(op_u32(m, 8 + (v == 0 ? 28 : 36)), 1);
	}
	ct_ok("del-port br0 p3");
	for (unsigned v = 0; v < 4; v++) {
		m = op_hear_type(fds[v], 12);
		assert_int_equal(m->body[0], 1); /* gone */
		assert_int_equal(v ? op_u32(m, 8) : op_u16(m, 8), 3);
		op_hear_nothing(fds[v]);
		op_close(fds[v]);
	}
	op_hear_nothing(quiet); /* in 1.0 who comes by the service socket asks first */
	op_close(quiet);
}

/* --- small messages ---------------------------------------------------------------------------------------- */

static void queues(void **state)
{
	int ten = op_dial_as("br0", OF10), thirteen = op_dial_as("br0", OF13);
	int fourteen = op_dial_as("br0", OF14);

	op_say(ten, OF10, 20, 1, "0001 0000");
	assert_int_equal(op_hear_type(ten, 21)->len, 8);
	op_say(ten, OF10, 20, 1, "0009 0000");
	op_hear_error(ten, 5, 0);
	op_say(ten, OF10, 16, 1, "0005 0000 fffc 0000 ffffffff");
	assert_int_equal(op_hear_type(ten, 17)->len, 4);
	op_say(ten, OF10, 16, 1, "0005 0000 0001 0000 00000001");
	op_hear_error(ten, 5, 1);
	op_say(thirteen, OF13, 22, 1, "00000001 00000000");
	assert_int_equal(op_u32(op_hear_type(thirteen, 23), 0), 1);
	op_say(thirteen, OF13, 22, 1, "00000009 00000000");
	op_hear_error(thirteen, 9, 0);
	op_say(thirteen, OF13, 18, 1, "0005 0000 00000000 ffffffff ffffffff");
	assert_int_equal(op_hear_type(thirteen, 19)->len, 8);
	op_say(fourteen, OF14, 22, 1, "00000001 00000000");
	op_hear_error(fourteen, 1, 1); /* 1.4 has a multipart for it */
	op_say(fourteen, OF14, 18, 1, "000f 0000 00000000 00000001 ffffffff");
	assert_int_equal(op_hear_type(fourteen, 19)->len, 8);
	op_close(ten);
	op_close(thirteen);
	op_close(fourteen);
}

static void port_mods(void **state)
{
	const uint8_t *hw = sw_port_by_name("p1")->mac.addr_bytes;
	int fd = op_dial_as("br0", OF13), later = op_dial_as("br0", OF14);
	char body[200];

	snprintf(body, sizeof(body),
		"00000001 00000000 %02x%02x%02x%02x%02x%02x 0000 00000000 00000001 00000000 00000000",
		hw[0], hw[1], hw[2], hw[3], hw[4], hw[5]);
	op_say(fd, OF13, 16, 1, body); /* it is up already */
	op_echo(fd, OF13);
	op_say(fd, OF13, 16, 1,
		"00000001 00000000 020000000009 0000 00000000 00000001 00000000 00000000");
	op_hear_error(fd, 7, 1);
	op_say(fd, OF13, 16, 1,
		"00000009 00000000 020000000009 0000 00000000 00000001 00000000 00000000");
	op_hear_error(fd, 7, 0);
	snprintf(body, sizeof(body),
		"00000001 00000000 %02x%02x%02x%02x%02x%02x 0000 00000000 00000100 00000000 00000000",
		hw[0], hw[1], hw[2], hw[3], hw[4], hw[5]);
	op_say(fd, OF13, 16, 1, body);
	op_hear_error(fd, 7, 2);
	snprintf(body, sizeof(body),
		"00000001 00000000 %02x%02x%02x%02x%02x%02x 0000 00000000 00000001 0000 0008 00000001",
		hw[0], hw[1], hw[2], hw[3], hw[4], hw[5]);
	op_say(later, OF14, 16, 1, body);
	op_hear_error(later, 7, 3);
	op_say(later, OF14, 16, 1,
		"00000001 00000000 000000000000 0000 00000000 00000001 0007 0008 00000000");
	op_hear_error(later, 14, 0);
	op_close(fd);
	op_close(later);
}

static void nicira_session(void **state)
{
	int fd = op_dial_as("br0", OF10);
	const struct op_message *m;

	op_say(fd, OF10, 4, 1, "00002320 0000000c 00000002");
	op_say(fd, OF10, 4, 1, "00002320 0000000f 01 00000000000000");
	op_say(fd, OF10, 4, 1, "00002320 00000010 00000001");
	op_say(fd, OF10, 4, 1, "00002320 00000012");
	op_say(fd, OF10, 4, 1, "00002320 00000014 000000000000 0007");
	op_echo(fd, OF10);
	op_say(fd, OF10, 4, 1, "00002320 0000000c 00000007");
	op_hear_error(fd, 1, 5);
	op_say(fd, OF10, 4, 1, "00002320 00000010 00000009");
	op_hear_error(fd, 1, 5);
	op_say(fd, OF10, 4, 1, "00002320 00000014 000000000100 0007");
	m = op_hear_type(fd, 1);
	assert_int_equal(op_u32(m, 8), 1 << 16 | 515);
	op_say(fd, OF10, 4, 1, "00002320 0000000c 0000");
	op_hear_error(fd, 1, 6);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features),
		cmocka_unit_test(ports),
		cmocka_unit_test(more),
		cmocka_unit_test(roles),
		cmocka_unit_test(nicira_roles),
		cmocka_unit_test(hello_again),
		cmocka_unit_test(news_at_first),
		cmocka_unit_test(async_masks),
		cmocka_unit_test(port_status),
		cmocka_unit_test(queues),
		cmocka_unit_test(port_mods),
		cmocka_unit_test(nicira_session),
	};

	return cmocka_run_group_tests(tests, setup, op_teardown);
}
