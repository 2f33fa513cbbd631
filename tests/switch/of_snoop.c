/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BRIDGE.snoop: who comes there hears what the bridge and its controllers say, in order, and nothing else; it may ask
 * nothing, and when it does not listen it loses messages while the controllers lose nothing.
 */
#include "of_peer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"

static int ctl;

/* A controller by a row of Controller, which speaks 1.3. */
static int setup(void **state)
{
	ct_setup(state);
	ct_bridge("br0");
	op_start();
	ct_ok("set-controller br0 punix:ctl.sock");
	ctl = op_dial_to("ctl.sock", OF_ALL);
	op_say(ctl, OF13, 0, 1, "");
	op_echo(ctl, OF13);
	return 0;
}

static int teardown(void **state)
{
	close(ctl);
	op_stop();
	return ct_teardown(state);
}

static int snoop(void)
{
	int fd = op_dial_to("br0.snoop", OF_V13); /* what is spoken */

	op_say(fd, OF13, 0, 1, "");
	op_echo(fd, OF13);
	return fd;
}

static void hears(int fd, uint8_t type, uint32_t xid)
{
	const struct op_message *m = op_hear_type(fd, type);

	assert_int_equal(m->version, OF13);
	assert_int_equal(m->xid, xid);
}

static struct of_conn *conn_of_snooper(void)
{
	struct of_conn *c;

	TAILQ_FOREACH (c, &of_bridge_next(NULL)->conns, peers)
		if (c->snoops)
			return c;
	fail_msg("there is no snooper");
	return NULL;
}

static void both_ways(void **state)
{
	int a = snoop(), b = snoop(), other = op_dial_as("br0", OF13);

	op_say(ctl, OF13, 5, 0x77, "");
	hears(ctl, 6, 0x77);
	op_say(ctl, OF13, 99, 0x78, "");
	op_hear_error(ctl, 1, 1);
	for (unsigned i = 0; i < 2; i++) {
		int fd = i ? b : a;

		hears(fd, 5, 0x77);
		hears(fd, 6, 0x77);
		hears(fd, 99, 0x78);
		hears(fd, 1, 0x78);
	}
	/* neither BRIDGE.mgmt nor snoopers are told of */
	op_say(other, OF13, 5, 0x79, "");
	hears(other, 6, 0x79);
	op_echo(a, OF13);
	op_hear_nothing(a);
	op_hear_nothing(b);
	/* of what the controller is told they hear once: they get no news of their own */
	ct_ok("add-port br0 p9 -- set interface p9 type=dummy");
	op_hear_type(ctl, 12);
	op_hear_type(a, 12);
	op_hear_type(b, 12);
	op_hear_nothing(a);
	op_hear_nothing(b);
	op_close(other);
	op_close(a);
	assert_int_equal(of_bridge_next(NULL)->n_snoopers, 1);
	op_say(ctl, OF13, 5, 0x7a, "");
	hears(ctl, 6, 0x7a);
	hears(b, 5, 0x7a);
	op_close(b);
	assert_int_equal(of_bridge_next(NULL)->n_snoopers, 0);
}

/* A message that waits, as another holds the bridge, is told once. */
static void waiting(void **state)
{
	int fd = snoop();

	assert_true(of_bridge_hold(of_bridge_next(NULL)));
	op_say(ctl, OF13, 15, 2, "0000 00 00 00000001");
	op_turn(20);
	hears(fd, 15, 2);
	of_bridge_unlock(of_bridge_next(NULL));
	op_echo(ctl, OF13);
	op_hear_type(fd, 2); /* and not 15 once more */
	op_close(fd);
}

static void asks(void **state)
{
	int fd = snoop();

	op_say(fd, OF13, 5, 3, "");
	op_hear_error(fd, 1, 5);
	op_say(fd, OF13, 14, 4, "");
	op_hear_error(fd, 1, 5);
	op_say(fd, OF13, 18, 5, "0000 0000 00000000");
	op_hear_error(fd, 1, 5);
	op_echo(fd, OF13);
	op_hear_nothing(ctl);
	op_close(fd);
}

/* One that does not read: the controller gets all its answers, the snooper what there is room for. */
static void slow(void **state)
{
	static uint8_t echo[32768] = { OF13, 2, sizeof(echo) >> 8, sizeof(echo) & 255 };
	int fd = snoop();
	unsigned n = 0;

	for (unsigned i = 0; i < 60; i++) {
		echo[7] = i;
		op_say_raw(ctl, echo, sizeof(echo));
		hears(ctl, 3, i);
	}
	assert_true(conn_of_snooper()->count.snoops_lost > 0);
	assert_false(conn_of_snooper()->dropped);
	while (n + conn_of_snooper()->count.snoops_lost < 120) {
		const struct op_message *m = op_hear(fd);

		assert_true(m->type == 2 || m->type == 3);
		assert_int_equal(m->len, sizeof(echo) - 8);
		n++;
	}
	assert_true(n >= 2);
	op_say(ctl, OF13, 5, 0x99, "");
	hears(ctl, 6, 0x99);
	hears(fd, 5, 0x99);
	op_close(fd);
}

static void crowd(void **state)
{
	int fd[OF_CONNS_SNOOP];

	for (unsigned i = 0; i < OF_CONNS_SNOOP; i++)
		fd[i] = snoop();
	assert_int_equal(op_dial_to("br0.snoop", OF_V13), -1);
	op_echo(ctl, OF13);
	op_close(fd[0]);
	fd[0] = snoop();
	ct_ok("del-br br0");
	for (unsigned i = 0; i < OF_CONNS_SNOOP; i++)
		op_close(fd[i]);
}

/* Without a controller a snooper is offered all versions. */
static void nobody(void **state)
{
	int fd;

	ct_ok("del-controller br0");
	op_hear_end(ctl);
	fd = op_dial_to("br0.snoop", OF_ALL);
	op_say(fd, OF15, 0, 1, "");
	op_echo(fd, OF15);
	op_close(fd);
}

/* A cell of openflow show br0. */
enum { CONTROLLERS = 1, AT_MGMT, SNOOPERS, PACKET_OUTS = 5, LOST = 7 };
static json_int_t told(unsigned at)
{
	json_t *table = json_loads(ct_text("openflow show br0"), 0, NULL);
	json_t *row = json_array_get(json_object_get(table, "rows"), 0);
	json_int_t n = json_integer_value(json_array_get(row, at));

	json_decref(table);
	return n;
}

static void shown(void **state)
{
	int fd = snoop(), other = op_dial_as("br0", OF13);

	assert_int_equal(told(CONTROLLERS), 1);
	assert_int_equal(told(AT_MGMT), 1);
	assert_int_equal(told(SNOOPERS), 1);
	assert_null(strstr(ct_text("port drops"), "packet-out"));
	/* two packets that came in on no port, with no actions */
	for (unsigned i = 0; i < 2; i++)
		op_say(ctl, OF13, 13, i,
			"ffffffff fffffffd 0000 000000000000 020000000002 020000000001 88b5");
	op_say(ctl, OF13, 20, 9, "");
	op_turn(20);
	ts_turn();
	op_hear_type(ctl, 21);
	assert_int_equal(told(PACKET_OUTS), 2);
	assert_int_equal(told(LOST), 2);
	assert_non_null(strstr(ct_text("port drops"), "[\"packet-out of br0\",\"rule_drop\",2,"));
	assert_null(strstr(ct_text("port drops br0"), "packet-out"));
	op_close(fd);
	op_close(other);
	assert_int_equal(told(SNOOPERS), 0);
	ct_fails(SW_CODE_NOT_FOUND, "openflow show br9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(waiting, setup, teardown),
		cmocka_unit_test_setup_teardown(asks, setup, teardown),
		cmocka_unit_test_setup_teardown(slow, setup, teardown),
		cmocka_unit_test_setup_teardown(crowd, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(shown, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
