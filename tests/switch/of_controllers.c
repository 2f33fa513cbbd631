/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Controllers of rows: when they are connected, and what becomes of the bridge's rules with and without them, by the
 * warped clock. The other end is a Unix socket.
 */
#include "of_peer.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <sw/clock.h>
#include <sw/groups.h>
#include <sw/meters.h>
#include <sw/rule.h>

#include "../lib/ctltest.h"

#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/conn.h"
#include "../../src/ctl/of/conn/server.h"
#include "../../src/ctl/of/controller/controller.h"
#include "../../src/ctl/of/controller/fail.h"

#define PATIENCE 200000

static int listening;

static struct of_bridge *the_bridge(void)
{
	return of_bridge_next(NULL);
}

static int setup(void **state)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	ct_setup(state);
	ct_bridge("br0");
	op_start();
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s/ctl.sock", ct_dir());
	assert_int_equal(bind(listening, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(listen(listening, 8), 0);
	return 0;
}

static int teardown(void **state)
{
	char path[108];

	close(listening);
	op_stop();
	snprintf(path, sizeof(path), "%s/ctl.sock", ct_dir());
	unlink(path);
	return ct_teardown(state);
}

/* The connection the switch has to us, both having said HELLO. Attempts go by the real clock: those it has given up
 * since may still wait here before it. n_conns: how many the bridge has then. */
static int accepted_as(unsigned n_conns)
{
	int fd = -1, next;

	for (unsigned tries = 0; fd < 0 || the_bridge()->n_conns < n_conns; tries++) {
		assert_true(tries < 10 * PATIENCE);
		op_turn(1);
		while ((next = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
			if (fd >= 0)
				close(fd);
			fd = next;
		}
	}
	op_hear_type(fd, 0);
	op_say(fd, OF13, 0, 1, "");
	op_echo(fd, OF13);
	return fd;
}

static int accepted(void)
{
	return accepted_as(1);
}

static unsigned n_rules(void)
{
	struct sw_rule_cursor cursor = { 0 };
	unsigned n = 0;

	while (sw_rules_next(the_bridge()->rules, &cursor, NULL))
		n++;
	return n;
}

/* The only rule is that of priority 0, with this cookie. */
static void is_normal(uint64_t cookie)
{
	struct sw_rule_cursor cursor = { 0 };
	const struct sw_rule *rule = sw_rules_next(the_bridge()->rules, &cursor, NULL);
	struct sw_rule_conf conf;

	assert_int_equal(n_rules(), 1);
	sw_rule_get(rule, &conf);
	assert_int_equal(conf.priority, 0);
	assert_true(conf.cookie == cookie);
}

static void warp(unsigned seconds)
{
	while (seconds--) {
		sw_clock_warp(1000);
		of_server_sweep();
		op_turn(2);
	}
}

static void hang_up(int fd)
{
	close(fd);
	for (unsigned tries = 0; the_bridge()->n_conns; tries++) {
		assert_true(tries < PATIENCE);
		op_turn(1);
	}
}

/* OFPT_GROUP_MOD that adds group 1, all, without buckets; OFPT_METER_MOD that adds meter 1. */
static void add_group_and_meter(int fd)
{
	op_say(fd, OF13, 15, 2, "0000 00 00 00000001");
	op_say(fd, OF13, 29, 3, "0000 0001 00000001 0001 0010 00000064 00000000 00000000");
	op_echo(fd, OF13);
	assert_non_null(sw_groups_find(the_bridge()->groups, 1));
	assert_non_null(sw_meters_find(the_bridge()->meters, 1));
}

static void has_none(void)
{
	assert_null(sw_groups_find(the_bridge()->groups, 1));
	assert_null(sw_meters_find(the_bridge()->meters, 1));
}

static void standalone(void **state)
{
	int fd;

	is_normal(0);
	ct_ok("rule add br0 priority=5,actions=drop");
	ct_ok("set-controller br0 unix:ctl.sock");
	is_normal(OF_ALONE_COOKIE); /* before it is there */
	fd = accepted();
	assert_int_equal(n_rules(), 0);
	ct_ok("rule add br0 priority=5,actions=drop");
	add_group_and_meter(fd);
	hang_up(fd);
	warp(14);
	assert_int_equal(n_rules(), 1);
	assert_non_null(sw_groups_find(the_bridge()->groups, 1));
	warp(2); /* three times 5 s are over */
	is_normal(OF_ALONE_COOKIE);
	has_none();
	warp(100);
	is_normal(OF_ALONE_COOKIE);
	fd = accepted(); /* it tries again by itself */
	assert_int_equal(n_rules(), 0);
	add_group_and_meter(fd);
	ct_ok("del-controller br0");
	op_hear_end(fd);
	is_normal(0);
	has_none();
}

static void secure(void **state)
{
	int fd;

	ct_ok("set-fail-mode br0 secure");
	assert_int_equal(n_rules(), 0);
	ct_ok("rule add br0 priority=5,actions=drop");
	ct_ok("set-controller br0 unix:ctl.sock");
	assert_int_equal(n_rules(), 0);
	fd = accepted();
	ct_ok("rule add br0 priority=5,actions=drop");
	hang_up(fd);
	warp(100);
	assert_int_equal(n_rules(), 1);
	/* From secure to standalone: the controller has its time first. */
	ct_ok("set-fail-mode br0 standalone");
	warp(14);
	assert_int_equal(n_rules(), 1);
	warp(2);
	is_normal(OF_ALONE_COOKIE);
	ct_ok("set-fail-mode br0 secure");
	assert_int_equal(n_rules(), 0);
	ct_ok("del-controller br0 -- del-fail-mode br0");
	is_normal(0);
}

/* A bridge that is made secure never has the rule, not even before its row is stored. */
static void secure_from_the_start(void **state)
{
	ct_ok("add-br br1 -- set interface br1 type=dummy -- set-fail-mode br1 secure");
	for (struct of_bridge *of = NULL; (of = of_bridge_next(of));) {
		struct sw_rule_cursor cursor = { 0 };

		if (!strcmp(of->name, "br1"))
			assert_null(sw_rules_next(of->rules, &cursor, NULL));
	}
	ct_ok("del-br br1");
}

/* Rules stay as long as a bundle is under way; then what was to be is done. */
static void in_a_bundle(void **state)
{
	int fd = op_dial_as("br0", OF13);
	struct of_conn *c;

	op_echo(fd, OF13);
	c = TAILQ_FIRST(&the_bridge()->conns);
	ct_ok("rule add br0 priority=5,actions=drop");
	of_bridge_lock(the_bridge(), c);
	ct_ok("set-controller br0 unix:ctl.sock");
	assert_int_equal(n_rules(), 2);
	of_bridge_unlock(the_bridge());
	warp(1);
	is_normal(OF_ALONE_COOKIE);
	of_bridge_lock(the_bridge(), c);
	close(accepted());
	is_normal(OF_ALONE_COOKIE);
	of_bridge_unlock(the_bridge());
	warp(1);
	assert_int_equal(n_rules(), 0);
	op_close(fd);
}

/* It is there before the rules could go: nothing of ours comes in their place. */
static void comes_in_a_bundle(void **state)
{
	int fd = op_dial_as("br0", OF13), controller;

	op_echo(fd, OF13);
	ct_ok("rule add br0 priority=5,actions=drop");
	of_bridge_lock(the_bridge(), TAILQ_FIRST(&the_bridge()->conns));
	ct_ok("set-controller br0 unix:ctl.sock");
	controller = accepted_as(2);
	of_bridge_unlock(the_bridge());
	warp(1);
	assert_int_equal(n_rules(), 0);
	op_close(controller);
	op_close(fd);
}

/* A service that is connected becomes primary: there is no time without a controller. */
static void becomes_primary(void **state)
{
	int fd;

	ct_ok("--id=@c create controller target='unix:ctl.sock' type=service -- set bridge br0 controller=@c");
	fd = accepted();
	is_normal(0);
	ct_ok("set controller br0 type=primary");
	assert_int_equal(n_rules(), 0);
	warp(1);
	assert_int_equal(n_rules(), 0);
	op_close(fd);
}

/* A bridge's only one goes by the bridge's name, as the only row of SSL by ".". */
static void named_by_the_bridge(void **state)
{
	ct_fails(SW_CODE_NOT_FOUND, "set controller br0 type=service");
	ct_ok("set-controller br0 punix:p.sock -- set controller br0 max_backoff=2000");
	assert_non_null(strstr(ct_text("get controller br0 max_backoff"), "2000"));
	ct_fails(SW_CODE_NOT_FOUND, "get controller br1 max_backoff");
	ct_ok("set-controller br0 punix:p.sock punix:q.sock");
	ct_fails(SW_CODE_NOT_FOUND, "set controller br0 type=service");
	ct_fails(SW_CODE_NOT_FOUND, "set ssl . ca_cert=/etc/other");
	ct_ok("set-ssl /etc/key /etc/cert /etc/ca -- set ssl . ca_cert=/etc/other");
	assert_non_null(strstr(ct_text("get ssl . ca_cert"), "other"));
}

/* Services do not govern a bridge; a passive one that is primary does. */
static void types(void **state)
{
	ct_ok("--id=@c create controller target='unix:ctl.sock' type=service -- set bridge br0 controller=@c");
	is_normal(0);
	close(accepted());
	ct_ok("set-controller br0 punix:p.sock");
	is_normal(0);
	ct_ok("--id=@c create controller target='punix:q.sock' type=primary -- set bridge br0 controller=@c");
	is_normal(OF_ALONE_COOKIE);
	warp(3);
	ct_ok("del-controller br0");
}

/* In 1.5 they are 24 bytes, as the specification has them (7.3.5.15), for controllers, and 16 for ovs-ofctl, which comes by itself. */
static void meter_features(void **state)
{
	const struct op_message *m;
	int own = op_dial_as("br0", OF15), fd = -1;

	op_say(own, OF15, 18, 1, "000b0000 00000000");
	assert_int_equal(op_hear_type(own, 19)->len, 8 + 16);
	op_close(own);
	ct_ok("set-controller br0 unix:ctl.sock");
	for (unsigned tries = 0; fd < 0 && tries < 10 * PATIENCE; tries++) {
		op_turn(1);
		fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	}
	op_hear_type(fd, 0);
	op_say(fd, OF15, 0, 1, "");
	op_say(fd, OF15, 18, 2, "000b0000 00000000");
	m = op_hear_type(fd, 19);
	assert_int_equal(m->len, 8 + 24);
	assert_int_equal(op_u32(m, 8), 65536);
	assert_int_equal(op_u32(m, 8 + 16), 7); /* in sets, anywhere in lists, several of them */
	close(fd);
	ct_ok("del-controller br0");
}

/* What of a row may change while it is connected, does; another target is another connection. */
static void a_row_changes(void **state)
{
	struct of_conn *c;
	int fd;

	ct_ok("--inactivity-probe=1000 set-controller br0 unix:ctl.sock");
	fd = accepted();
	c = TAILQ_FIRST(&the_bridge()->conns);
	warp(1);
	op_hear_type(fd, 2); /* are you there? */
	op_say(fd, OF13, 3, 0, "");
	op_echo(fd, OF13);
	ct_ok("--inactivity-probe=0 set-controller br0 punix:p.sock unix:ctl.sock");
	op_hear_end(fd); /* other rows */
	fd = accepted();
	warp(200);
	op_hear_nothing(fd);
	c = TAILQ_FIRST(&the_bridge()->conns);
	assert_int_equal(c->probe_ms, 0);
	assert_int_equal(c->controller->n_up, 1);
	ct_ok("del-controller br0");
	op_hear_end(fd);
}

/* In the folder it has more bytes than a socket's address: that is said, and no other socket is meant. */
static void too_long_a_path(void **state)
{
	static const char *const kinds[] = { "unix", "punix" };
	char file[101], all[200];

	memset(file, 'a', sizeof(file) - 1);
	file[sizeof(file) - 1] = '\0';
	snprintf(all, sizeof(all), "its socket's path %s/%s has", ct_dir(), file);
	for (unsigned i = 0; i < 2; i++) {
		const struct of_controller *ctl;

		ct_ok("set-controller br0 %s:%s", kinds[i], file);
		ctl = TAILQ_FIRST(&the_bridge()->controllers);
		for (unsigned tries = 0; !ctl->last_error[0]; tries++) {
			assert_true(tries < PATIENCE);
			op_turn(1);
		}
		assert_non_null(strstr(ctl->last_error, all));
		assert_non_null(strstr(ctl->last_error, "107 is the most"));
	}
	ct_ok("del-controller br0");
}

static void never_hello(void **state)
{
	int fd = -1;

	ct_ok("set-controller br0 unix:ctl.sock");
	while (fd < 0) {
		op_turn(1);
		fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	}
	op_hear_type(fd, 0);
	warp(6);
	op_hear_end(fd);
	assert_string_equal(
		TAILQ_FIRST(&the_bridge()->controllers)->last_error, "it does not say HELLO");
	is_normal(OF_ALONE_COOKIE);
	ct_ok("del-controller br0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(standalone, setup, teardown),
		cmocka_unit_test_setup_teardown(secure, setup, teardown),
		cmocka_unit_test_setup_teardown(secure_from_the_start, setup, teardown),
		cmocka_unit_test_setup_teardown(in_a_bundle, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_in_a_bundle, setup, teardown),
		cmocka_unit_test_setup_teardown(becomes_primary, setup, teardown),
		cmocka_unit_test_setup_teardown(named_by_the_bridge, setup, teardown),
		cmocka_unit_test_setup_teardown(types, setup, teardown),
		cmocka_unit_test_setup_teardown(meter_features, setup, teardown),
		cmocka_unit_test_setup_teardown(a_row_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(too_long_a_path, setup, teardown),
		cmocka_unit_test_setup_teardown(never_hello, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
