/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which packets controllers are told of, why, and how much of them: packets that no rule takes, for who speaks 1.0; the reasons
 * of 1.4; and fragments, which set-config may have dropped.
 */
#include "of_rules.h"

#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/packet_in.h>
#include <sw/port.h>

#include "../lib/ctltest.h"
#include "../lib/packet.h"
#include "../lib/testswitch.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"

#define N_PORTS	  3
#define PACKET_IN 10

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };
static struct sw_port *port[N_PORTS + 1];

static int setup(void **state)
{
	op_setup_ports(port, N_PORTS);
	return 0;
}

static struct ts_frame frame_of(uint32_t mark)
{
	struct ts_frame f = ts_frame(MAC(9), MAC(8), UNTAGGED);

	f.mark = mark;
	return f;
}

/* So many packets go to controllers when one comes in, the first time and from then on. */
static unsigned told(struct sw_port *in, uint32_t mark)
{
	ts_send(in, frame_of(mark));
	ts_turn();
	return sw_packet_in_run(8);
}

/* --- packets that no rule takes ------------------------------------------------------------------------------------------- */

static void hear_miss(int fd, unsigned in_port, unsigned len)
{
	const struct op_message *m = op_hear_type(fd, PACKET_IN);

	assert_int_equal(op_u32(m, 0), UINT32_MAX);
	assert_int_equal(op_u16(m, 4), 60); /* of the packet */
	assert_int_equal(op_u16(m, 6), in_port);
	assert_int_equal(m->body[8], 0); /* OFPR_NO_MATCH */
	assert_int_equal(m->len, 10 + len);
}

static void misses(void **state)
{
	int ten = or_dial(OF10), later = op_dial_as("br0", OF13);

	op_say(later, OF13, 9, 1, "0000 ffff");
	op_echo(later, OF13);
	/* Nobody wants them: by the service socket a controller asks for packets first. */
	assert_int_equal(told(port[1], 1), 0);
	op_say(ten, OF10, 9, 1, "0000 0020");
	op_echo(ten, OF10);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(told(port[1], 2), 1);
		hear_miss(ten, 1, 0x20);
	}
	op_say(ten, OF10, 9, 1, "0000 ffff");
	op_echo(ten, OF10);
	assert_int_equal(told(port[2], 2), 1);
	hear_miss(ten, 2, 60);
	/* Behind a rule that goes on; and no more where a rule takes it. */
	or_flow_mod(later, OF13, OR_ADD, "in_port=1,actions=goto_table:3");
	or_flow_mod(later, OF13, OR_ADD, "in_port=2,actions=drop");
	op_echo(later, OF13);
	assert_int_equal(told(port[1], 2), 1);
	hear_miss(ten, 1, 60);
	assert_int_equal(told(port[2], 2), 0);
	assert_int_equal(told(port[3], 2), 1);
	hear_miss(ten, 3, 60);
	or_clear(later, OF13);
	/* A slave is not told; what nobody wants any more ends with the next second. */
	op_say(ten, OF10, 4, 1, "00002320 0000000a 00000002");
	op_hear_type(ten, 4);
	assert_int_equal(told(port[1], 2), 1);
	of_server_sweep();
	assert_int_equal(told(port[1], 2), 0);
	op_say(ten, OF10, 4, 1, "00002320 0000000a 00000000");
	op_hear_type(ten, 4);
	assert_int_equal(told(port[1], 2), 1);
	hear_miss(ten, 1, 60);
	op_close(ten);
	of_server_sweep();
	assert_int_equal(told(port[1], 2), 0);
	op_hear_nothing(later);
	op_close(later);
	ts_quiet();
}

/* --- reasons --------------------------------------------------------------------------------------------------------------- */

static void reasons(void **state)
{
	static const struct {
		const char *rule;
		uint8_t reason[4]; /* by version: 1.4 and later tell more */
	} cases[] = {
		{ "cookie=5,priority=5,actions=CONTROLLER", { 1, 1, 1, 1 } },
		{ "cookie=5,priority=0,actions=CONTROLLER", { 0, 0, 0, 0 } },
		{ "cookie=5,priority=5,actions=write_actions(CONTROLLER)", { 1, 1, 3, 3 } },
		{ "cookie=5,priority=0,actions=write_actions(CONTROLLER)", { 1, 1, 3, 3 } },
		{ "cookie=5,priority=5,actions=group:7", { 1, 1, 4, 4 } },
		{ "cookie=5,priority=0,actions=write_actions(group:7)", { 1, 1, 4, 4 } },
	};
	int fds[4], by = or_dial(OF13);

	op_hush(by, OF13);
	for (unsigned v = 0; v < 4; v++) {
		fds[v] = op_dial_as("br0", versions[v]);
		op_say(fds[v], versions[v], 9, 1, "0000 ffff");
		op_echo(fds[v], versions[v]);
	}
	op_say(by, OF13, 15, 1,
		"0000 00 00 00000007"
		"0020 0000 ffffffff ffffffff 00000000 0000 0010 fffffffd ffff 000000000000");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		or_flow_mod(by, OF13, OR_ADD, cases[i].rule);
		op_echo(by, OF13);
		assert_int_equal(told(port[1], i), 1);
		for (unsigned v = 0; v < 4; v++) {
			const struct op_message *m = op_hear_type(fds[v], PACKET_IN);

			assert_int_equal(m->body[v ? 6 : 8], cases[i].reason[v]);
			if (v) /* of no rule where a bucket or the action set sends it (7.4.1) */
				assert_int_equal(op_u32(m, 12), i < 2 ? 5 : UINT32_MAX);
		}
		or_clear(by, OF13);
	}
	op_say(by, OF13, 15, 1, "0002 00 00 00000007");
	op_echo(by, OF13);
	for (unsigned v = 0; v < 4; v++)
		op_close(fds[v]);
	op_close(by);
}

/* What others send is not for who may only read. */
static void readers(void **state)
{
	int by = or_dial(OF13), fd = op_dial_as("br0", OF13);
	struct of_conn *c;

	op_hush(by, OF13);
	TAILQ_FOREACH (c, &of_bridge_next(NULL)->conns, peers)
		c->reader = c->async.master[OF_ASYNC_PACKET_IN] != 0;
	or_flow_mod(fd, OF13, OR_ADD, "actions=CONTROLLER");
	op_hear_error(fd, 1, 5);
	or_flow_mod(by, OF13, OR_ADD, "send_flow_rem,actions=CONTROLLER");
	op_echo(by, OF13);
	assert_int_equal(told(port[1], 1), 1);
	op_hear_nothing(fd);
	or_clear(by, OF13);
	op_hear_type(fd, 11);
	op_close(fd);
	op_close(by);
}

/* --- TTL ------------------------------------------------------------------------------------------------------------------ */

/* IPv4 with this TTL, or a label with it, comes into port 1: so many packets go to controllers. */
static unsigned told_of_ttl(uint8_t ttl, bool mpls)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, "020000000009 020000000008");
	packet_hex(&p, mpls ? "8847 000641" : "0800 4500002e 00010000");
	packet_number(&p, ttl, 1);
	packet_hex(&p, mpls ? "4500" : "fd 0000 0a000001 0a000002");
	packet_fill(&p, 0, 60 - p.len);
	ts_send_bytes(port[1], p.b, p.len);
	ts_turn();
	return sw_packet_in_run(8);
}

static void hear_ttl(int fd, unsigned len)
{
	const struct op_message *m = op_hear_type(fd, PACKET_IN);

	assert_int_equal(m->body[6], 2); /* OFPR_INVALID_TTL */
	assert_int_equal(m->body[7], 1); /* table */
	assert_int_equal(op_u32(m, 12), 0x77);
	assert_int_equal(m->len, 16 + 16 + 2 + len);
}

static void ttl(void **state)
{
	int by = or_dial(OF13), fd, late;
	uint64_t lost = ts_drops(port[1], "ttl_exceeded");

	op_hush(by, OF13);
	of_server_sweep(); /* those of the test before are forgotten */
	or_flow_mod(by, OF13, OR_ADD, "actions=goto_table:1");
	or_flow_mod(by, OF13, OR_ADD, "table=1,cookie=0x77,ip,actions=dec_ttl,output:2");
	or_flow_mod(by, OF13, OR_ADD, "table=1,cookie=0x77,mpls,actions=dec_mpls_ttl,output:2");
	op_echo(by, OF13);
	assert_int_equal(told_of_ttl(1, false), 0); /* nobody wants them */
	fd = op_dial_as("br0", OF13);
	late = op_dial_as("br0", OF15);
	op_say(fd, OF13, 9, 1, "0000 0020");
	op_echo(fd, OF13);
	op_echo(late, OF15);
	for (unsigned mpls = 0; mpls < 2; mpls++)
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(told_of_ttl(i, mpls), 1);
			hear_ttl(fd, 32);
			hear_ttl(late, 60);
			assert_int_equal(told_of_ttl(2, mpls), 0);
			assert_int_equal(sw_dummy_sent_drop(port[2]), 1);
		}
	assert_int_equal(ts_drops(port[1], "ttl_exceeded") - lost, 5);
	/* Who says so is told no more, and at the end nobody is. */
	op_say(fd, OF13, 28, 1, "00000003 00000000 00000007 00000007 0000000f 00000000");
	op_echo(fd, OF13);
	assert_int_equal(told_of_ttl(1, false), 1);
	hear_ttl(late, 60);
	op_close(late);
	of_server_sweep();
	assert_int_equal(told_of_ttl(1, false), 0);
	op_hear_nothing(fd);
	op_close(fd);
	or_clear(by, OF13);
	op_close(by);
}

static void set_id(int fd, unsigned id)
{
	char body[64];

	snprintf(body, sizeof(body), "00002320 00000014 0000 0000 0000 %04x", id);
	op_say(fd, OF13, 4, 1, body);
	op_say(fd, OF13, 9, 1, "0000 0020");
	op_echo(fd, OF13);
}

/* dec_ttl(id,...): who has one of these ids is told, once; so it is in buckets that need no walk else. */
static void ttl_ids(void **state)
{
	static const struct {
		const char *rule;
		unsigned told; /* bit: id */
	} cases[] = {
		{ "table=1,cookie=0x77,ip,actions=dec_ttl,output:2", 1 << 0 },
		{ "table=1,cookie=0x77,ip,actions=dec_ttl(0),output:2", 1 << 0 },
		{ "table=1,cookie=0x77,ip,actions=dec_ttl(2),output:2", 1 << 2 },
		{ "table=1,cookie=0x77,ip,actions=dec_ttl(1,3,0),output:2",
			1 << 0 | 1 << 1 | 1 << 3 },
		{ "table=1,cookie=0x77,ip,actions=write_actions(dec_ttl(1,2),output:2)",
			1 << 1 | 1 << 2 },
		{ "table=1,cookie=0x77,ip,actions=group:7", 1 << 2 | 1 << 3 },
		{ "table=1,cookie=0x77,ip,actions=group:8", 1 << 2 | 1 << 3 },
		{ "table=1,cookie=0x77,ip,actions=dec_ttl(9),output:2", 0 },
	};
	int by = or_dial(OF13), fds[4];

	op_hush(by, OF13);
	for (unsigned i = 0; i < 4; i++) {
		fds[i] = op_dial_as("br0", OF13);
		set_id(fds[i], i);
	}
	ct_ok("add-group br0 "
	      "group_id=7,type=indirect,bucket=actions=dec_ttl(2,3),output:2");
	ct_ok("add-group br0 group_id=8,type=all,bucket=actions=group:7");
	or_flow_mod(by, OF13, OR_ADD, "actions=goto_table:1");
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t lost = ts_drops(port[1], "ttl_exceeded");

		or_flow_mod(by, OF13, OR_ADD, cases[i].rule);
		op_echo(by, OF13);
		assert_int_equal(told_of_ttl(2, false), 0);
		assert_int_equal(sw_dummy_sent_drop(port[2]), 1);
		told_of_ttl(1, false);
		for (unsigned k = 0; k < 4; k++) {
			if (cases[i].told >> k & 1)
				hear_ttl(fds[k], 32);
			op_hear_nothing(fds[k]);
		}
		assert_int_equal(ts_drops(port[1], "ttl_exceeded") - lost, 1);
	}
	for (unsigned i = 0; i < 4; i++)
		op_close(fds[i]);
	of_server_sweep();
	or_clear(by, OF13);
	ct_ok("del-groups br0 group_id=8");
	ct_ok("del-groups br0 group_id=7");
	op_close(by);
}

/* --- userdata --------------------------------------------------------------------------------------------------------------- */

/* It comes behind the fields, to who chose Nicira's second form; others are told of the packet alone. */
static void userdata(void **state)
{
	int by = or_dial(OF13), fds[3];
	const struct op_message *m;

	op_hush(by, OF13);
	for (unsigned form = 0; form < 3; form++) {
		char body[32];

		fds[form] = op_dial_as("br0", OF13);
		snprintf(body, sizeof(body), "00002320 00000010 %08x", form);
		op_say(fds[form], OF13, 4, 1, body);
		op_say(fds[form], OF13, 9, 1, "0000 ffff");
		op_echo(fds[form], OF13);
	}
	or_flow_mod(by, OF13, OR_ADD, "actions=controller(userdata=01.02.03.04.05.06.07.08.09)");
	op_echo(by, OF13);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(told(port[1], i), 1);
		assert_int_equal(op_hear_type(fds[0], PACKET_IN)->len, 16 + 16 + 2 + 60);
		op_hear_type(fds[1], 4);
		m = op_hear_type(fds[2], 4);
		/* A property of 13 bytes, and what fills it up, at the end. */
		assert_int_equal(m->len % 8, 0);
		assert_memory_equal(
			m->body + m->len - 16, "\0\7\0\15\1\2\3\4\5\6\7\10\11\0\0\0", 16);
	}
	/* What was told and not yet heard of outlives its rule. */
	ts_send(port[1], frame_of(9));
	ts_turn();
	or_clear(by, OF13);
	ts_turn();
	sw_packet_in_run(8);
	m = op_hear_type(fds[2], 4);
	assert_memory_equal(m->body + m->len - 16, "\0\7\0\15\1\2", 6);
	/* Another one in its place, with other bytes, is another. */
	or_flow_mod(by, OF13, OR_ADD, "actions=controller(userdata=01)");
	or_flow_mod(by, OF13, OR_ADD, "actions=controller(userdata=02)");
	op_echo(by, OF13);
	assert_int_equal(told(port[1], 5), 1);
	m = op_hear_type(fds[2], 4);
	assert_memory_equal(m->body + m->len - 8, "\0\7\0\5\2", 5);
	for (unsigned i = 0; i < 3; i++)
		op_close(fds[i]);
	or_clear(by, OF13);
	op_close(by);
}

/* --- fragments ------------------------------------------------------------------------------------------------------------- */

/* IPv4 with these flags and offset comes out of port 2. */
static bool passes(uint16_t flags)
{
	struct packet_bytes p = { .len = 0 };

	packet_hex(&p, "020000000009 020000000008 0800 4500002e 0001");
	packet_number(&p, flags, 2);
	packet_hex(&p, "40fd 0000 0a000001 0a000002");
	packet_fill(&p, 0, 26);
	ts_send_bytes(port[1], p.b, p.len);
	ts_turn();
	return sw_dummy_sent_drop(port[2]) == 1;
}

static void expect_fragments(bool pass)
{
	for (unsigned i = 0; i < 3; i++) { /* by a walk, and as the flow is kept */
		assert_true(passes(0));
		assert_int_equal(passes(0x2000), pass); /* the first */
		assert_int_equal(passes(0x2005), pass); /* one between */
		assert_int_equal(passes(0x0005), pass); /* the last */
	}
}

static void fragments(void **state)
{
	int fd = or_dial(OF13), ten = op_dial_as("br0", OF10);
	uint64_t lost = ts_drops(port[1], "fragment");

	or_flow_mod(fd, OF13, OR_ADD, "actions=output:2");
	op_echo(fd, OF13);
	expect_fragments(true);
	op_say(fd, OF13, 9, 1, "0001 ffff");
	op_say(fd, OF13, 7, 2, "");
	assert_int_equal(op_u32(op_hear_type(fd, 8), 0), 0x0001ffff);
	expect_fragments(false);
	assert_int_equal(ts_drops(port[1], "fragment") - lost, 9);
	or_flow_mod(fd, OF13, OR_ADD, "in_port=1,actions=output:2");
	op_echo(fd, OF13);
	expect_fragments(false);
	/* Of the bridge, not of a connection. Putting together is refused, and changes nothing. */
	op_say(ten, OF10, 7, 2, "");
	assert_int_equal(op_u16(op_hear_type(ten, 8), 0), 1);
	op_say(fd, OF13, 9, 1, "0002 0000");
	op_hear_error(fd, 10, 0);
	op_say(fd, OF13, 9, 1, "0003 0000");
	op_hear_error(fd, 10, 0);
	expect_fragments(false);
	/* Where all is NORMAL, too. */
	or_clear(fd, OF13);
	or_flow_mod(fd, OF13, OR_ADD, "priority=0,actions=NORMAL");
	op_echo(fd, OF13);
	assert_false(passes(0x2000));
	assert_true(passes(0));
	op_say(ten, OF10, 9, 1, "0000 0000");
	op_echo(ten, OF10);
	assert_true(passes(0x2000));
	or_clear(fd, OF13);
	op_close(ten);
	op_close(fd);
	for (unsigned i = 0; i <= N_PORTS; i++)
		sw_dummy_sent_drop(port[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(misses),
		cmocka_unit_test(reasons),
		cmocka_unit_test(readers),
		cmocka_unit_test(ttl),
		cmocka_unit_test(ttl_ids),
		cmocka_unit_test(userdata),
		cmocka_unit_test(fragments),
	};

	return cmocka_run_group_tests(tests, setup, op_teardown);
}
