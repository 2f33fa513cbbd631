/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What controllers ask ports not to do (port-mod): packets of every kind of program are lost for a reason that names it, what is asked is
 * told by descriptions and news, and is forgotten with the port's place in the bridge.
 */
#include "of_rules.h"

#include <string.h>

#include <sw/dummy.h>
#include <sw/packet_in.h>
#include <sw/port_state.h>

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"

#define N_PORTS 3

enum { DOWN = 1 << 0, NO_RECV = 1 << 2, NO_FLOOD = 1 << 4, NO_FWD = 1 << 5, NO_PACKET_IN = 1 << 6 };

static const uint8_t versions[] = { OF10, OF13, OF14, OF15 };
static struct sw_port *port[N_PORTS + 1];

static int setup(void **state)
{
	op_setup_ports(port, N_PORTS);
	op_turn(5);
	return 0;
}

static int teardown(void **state)
{
	op_teardown_ports(port, N_PORTS);
	return 0;
}

static void port_mod(int fd, uint8_t version, unsigned n, uint32_t config, uint32_t mask)
{
	const uint8_t *hw = port[n]->mac.addr_bytes;
	char body[200];
	int at = 0;

	if (version == OF10)
		at += snprintf(body, sizeof(body), "%04x ", n);
	else
		at += snprintf(body, sizeof(body), "%08x 00000000 ", n);
	for (unsigned i = 0; i < 6; i++)
		at += snprintf(body + at, sizeof(body) - at, "%02x", hw[i]);
	snprintf(body + at, sizeof(body) - at, "%s %08x %08x %s", version == OF10 ? "" : " 0000",
		config, mask, version < OF14 ? "00000000 00000000" : "");
	op_say(fd, version, version == OF10 ? 15 : 16, 1, body);
	op_echo(fd, version);
}

/* What the port's description says: config in the upper half, state in the lower. */
static uint64_t described(int fd, unsigned n)
{
	const struct op_message *m;

	op_say(fd, OF13, 18, 1, "000d 0000 00000000");
	m = op_hear_type(fd, 19);
	for (size_t at = 8; at < m->len; at += 64)
		if (op_u32(m, at) == n)
			return (uint64_t)op_u32(m, at + 32) << 32 | op_u32(m, at + 36);
	fail_msg("port %u is not described", n);
	return 0;
}

static uint64_t lost(unsigned n, const char *reason)
{
	static uint64_t before[N_PORTS + 1][8];
	static const char *const names[] = { "rx_port_down", "rx_no_receive", "tx_port_down",
		"tx_no_forward", "no_packet_in", "table_miss" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		uint64_t now = ts_drops(port[n], names[i]), was = before[n][i];

		if (strcmp(names[i], reason))
			continue;
		before[n][i] = now;
		return now - was;
	}
	fail();
	return 0;
}

static struct ts_frame frame_to(uint64_t dst)
{
	return ts_frame(dst, MAC(0x10), UNTAGGED);
}

/* Broadcasts from port `from` come out of the ports of a mask. */
static void floods(unsigned from, unsigned mask)
{
	struct ts_frame f = frame_to(TS_BROADCAST);

	ts_send(port[from], f);
	ts_turn();
	for (unsigned i = 0; i <= N_PORTS; i++)
		if (mask >> i & 1)
			ts_expect(port[i], f);
	ts_quiet();
}

/* --- receiving and sending, by the program that the bridge runs -------------------------------------------------------- */

static void blocks(int fd, uint8_t version)
{
	port_mod(fd, version, 2, NO_RECV, NO_RECV);
	floods(2, 0);
	assert_int_equal(lost(2, "rx_no_receive"), 1);
	floods(1, 0xd);
	port_mod(fd, version, 2, NO_FWD, NO_RECV | NO_FWD);
	floods(2, 0xb);
	floods(1, 0x9);
	assert_int_equal(lost(2, "tx_no_forward"), 1);
	port_mod(fd, version, 2, DOWN, NO_FWD | DOWN);
	floods(1, 0x9);
	assert_int_equal(lost(2, "tx_port_down"), 1);
	floods(2, 0);
	assert_int_equal(lost(2, "rx_port_down"), 1);
	port_mod(fd, version, 2, 0, DOWN);
	floods(1, 0xd);
	floods(2, 0xb);
}

static void learning(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = op_dial_as("br0", versions[v]);

		op_hush(fd, versions[v]);
		blocks(fd, versions[v]);
		op_close(fd);
	}
}

static void rules(void **state)
{
	for (unsigned v = 0; v < 4; v++) {
		int fd = or_dial(versions[v]);

		op_hush(fd, versions[v]);
		or_flow_mod(fd, versions[v], OR_ADD, "table=0,actions=ALL");
		blocks(fd, versions[v]);
		or_clear(fd, versions[v]);
		or_flow_mod(fd, versions[v], OR_ADD, "priority=0,actions=NORMAL");
		op_close(fd);
	}
}

static void cross_connect(void **state)
{
	int fd;

	ct_ok("add-br br1 -- set interface br1 type=dummy -- set bridge br1 "
	      "other_config:cross-connect=true -- add-port br1 x1 -- set interface x1 type=dummy "
	      "ofport_request=1 -- add-port br1 x2 -- set interface x2 type=dummy "
	      "ofport_request=2");
	port[1] = sw_port_by_name("x1");
	port[2] = sw_port_by_name("x2");
	op_turn(5);
	fd = op_dial_as("br1", OF13);
	op_hush(fd, OF13);
	floods(1, 1 << 2);
	port_mod(fd, OF13, 2, NO_FWD, NO_FWD);
	floods(1, 0);
	assert_int_equal(ts_drops(port[2], "tx_no_forward"), 1);
	floods(2, 1 << 1);
	port_mod(fd, OF13, 2, NO_RECV, NO_RECV | NO_FWD);
	floods(2, 0);
	assert_int_equal(ts_drops(port[2], "rx_no_receive"), 1);
	floods(1, 1 << 2);
	ct_ok("del-br br1");
	op_hear_end(fd);
	port[1] = sw_port_by_name("p1");
	port[2] = sw_port_by_name("p2");
}

/* --- what is told -------------------------------------------------------------------------------------------------------- */

static void news(void **state)
{
	int fds[4];

	for (unsigned v = 0; v < 4; v++) {
		fds[v] = op_dial_as("br0", versions[v]);
		op_say(fds[v], versions[v], 9, 1, "0000 0080");
		op_echo(fds[v], versions[v]);
	}
	for (unsigned v = 0; v < 4; v++) {
		const struct op_message *m = NULL;
		char body[100];

		snprintf(body, sizeof(body), "%s",
			versions[v] == OF10 ? "0003" : "00000003 00000000");
		for (unsigned i = 0; i < 6; i++)
			snprintf(body + strlen(body), 3, "%02x", port[3]->mac.addr_bytes[i]);
		strcat(body, versions[v] == OF10 ? "" : "0000");
		strcat(body, v % 2 ? "00000000 00000001" : "00000001 00000001");
		strcat(body, versions[v] < OF14 ? "00000000 00000000" : "");
		op_say(fds[v], versions[v], versions[v] == OF10 ? 15 : 16, 1, body);
		for (unsigned w = 0; w < 4; w++) {
			m = op_hear_type(fds[w], 12);
			assert_int_equal(m->body[0], 2);
			assert_int_equal(op_u32(m, 8 + (w == 0 ? 24 : 32)), v % 2 ? 0 : 1);
			assert_int_equal(op_u32(m, 8 + (w == 0 ? 28 : 36)), v % 2 && w ? 4 : 0);
		}
	}
	for (unsigned v = 0; v < 4; v++)
		op_close(fds[v]);
	fds[1] = op_dial_as("br0", OF13);
	op_hush(fds[1], OF13);
	port_mod(fds[1], OF13, 3, NO_RECV | NO_FWD | NO_PACKET_IN, NO_RECV | NO_FWD | NO_PACKET_IN);
	assert_true(
		described(fds[1], 3) == ((uint64_t)(NO_RECV | NO_FWD | NO_PACKET_IN) << 32 | 4));
	/* Out of the bridge and in again: a new port to OpenFlow. */
	ct_ok("del-port br0 p3");
	ct_ok("add-port br0 p3 -- set interface p3 type=dummy ofport_request=3");
	port[3] = sw_port_by_name("p3");
	op_turn(5);
	assert_true(described(fds[1], 3) == 4);
	op_close(fds[1]);
	floods(1, 0xd);
}

/* A bucket that watches a port which is down is passed over. */
static void liveness(void **state)
{
	int fd = or_dial(OF13);

	op_hush(fd, OF13);
	op_say(fd, OF13, 15, 1, /* fast failover: port 2, then 3 */
		"0000 03 00 00000001"
		"0020 0000 00000002 ffffffff 00000000 0000 0010 00000002 ffff 000000000000"
		"0020 0000 00000003 ffffffff 00000000 0000 0010 00000003 ffff 000000000000");
	or_flow_mod(fd, OF13, OR_ADD, "in_port=1,actions=group:1");
	op_echo(fd, OF13);
	floods(1, 1 << 2);
	port_mod(fd, OF13, 2, DOWN, DOWN);
	floods(1, 1 << 3);
	port_mod(fd, OF13, 2, 0, DOWN);
	floods(1, 1 << 2);
	or_clear(fd, OF13);
	op_say(fd, OF13, 15, 1, "0002 00 00 00000001");
	or_flow_mod(fd, OF13, OR_ADD, "priority=0,actions=NORMAL");
	op_close(fd);
}

/* --- floods and packet-ins ------------------------------------------------------------------------------------------------ */

static void no_flood(void **state)
{
	int fd = or_dial(OF10);

	or_flow_mod(fd, OF10, OR_ADD, "priority=0,actions=NORMAL");
	port_mod(fd, OF10, 2, NO_FLOOD, NO_FLOOD);
	floods(1, 0x9);
	or_flow_mod(fd, OF10, OR_ADD, "actions=FLOOD");
	op_echo(fd, OF10);
	floods(1, 0x9);
	or_flow_mod(fd, OF10, OR_ADD, "actions=ALL");
	op_echo(fd, OF10);
	floods(1, 0xd);
	port_mod(fd, OF10, 2, 0, NO_FLOOD);
	or_flow_mod(fd, OF10, OR_ADD, "actions=FLOOD");
	op_echo(fd, OF10);
	floods(1, 0xd);
	or_clear(fd, OF10);
	or_flow_mod(fd, OF10, OR_ADD, "priority=0,actions=NORMAL");
	op_close(fd);
}

/* What the rule for the rest sends to controllers, and nothing else; flows that workers keep go by it, too. */
static void no_packet_in(void **state)
{
	int fd = or_dial(OF13);

	op_hush(fd, OF13);
	or_flow_mod(fd, OF13, OR_ADD, "priority=0,actions=CONTROLLER");
	or_flow_mod(fd, OF13, OR_ADD, "priority=5,dl_dst=02:00:00:00:00:05,actions=CONTROLLER");
	op_echo(fd, OF13);
	for (unsigned asked = 0; asked < 3; asked++) {
		bool off = asked == 1;

		for (unsigned twice = 0; twice < 2; twice++) {
			ts_send(port[1], frame_to(MAC(9)));
			ts_turn();
			assert_int_equal(sw_packet_in_run(4), !off);
			assert_int_equal(lost(1, "no_packet_in"), off);
			ts_send(port[1], frame_to(MAC(5)));
			ts_send(port[2], frame_to(MAC(9)));
			ts_turn();
			assert_int_equal(sw_packet_in_run(4), 2);
		}
		port_mod(fd, OF13, 1, off ? 0 : NO_PACKET_IN, NO_PACKET_IN);
	}
	port_mod(fd, OF13, 1, 0, NO_PACKET_IN);
	or_clear(fd, OF13);
	or_flow_mod(fd, OF13, OR_ADD, "priority=0,actions=NORMAL");
	op_close(fd);
}

static void refused(void **state)
{
	int fd = op_dial_as("br0", OF10);
	char body[100] = "0001";

	for (unsigned i = 0; i < 6; i++)
		snprintf(body + strlen(body), 3, "%02x", port[1]->mac.addr_bytes[i]);
	strcat(body,
		"00000002 00000002 00000000 00000000"); /* no spanning tree that could be off */
	op_say(fd, OF10, 15, 1, body);
	op_hear_error(fd, 1, 5);
	assert_int_equal(port[1]->state, 0);
	op_close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learning),
		cmocka_unit_test(rules),
		cmocka_unit_test(cross_connect),
		cmocka_unit_test(news),
		cmocka_unit_test(liveness),
		cmocka_unit_test(no_flood),
		cmocka_unit_test(no_packet_in),
		cmocka_unit_test(refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
