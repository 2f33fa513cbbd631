/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges whose rules persist on a disk that takes its time: nothing is acknowledged before it is stored, a bundle is there whole or
 * not at all, who waits is not taken for dead, and no more waits than is stated.
 */
#include "persist_peer.h"

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"
#include "../unit/of_hand.h"

#include <sys/socket.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/meters.h>
#include <sw/text.h>

#include "../../src/ctl/loop.h"
#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/conn/server.h"
#include "../../src/ctl/persist/persist.h"

#define ECHO	   2
#define ECHO_REPLY 3
#define BIG	   (PERSIST_BURST + 1000)
#define HUGE	   30000 /* more than a job takes */

static void test_barrier_waits(void **state)
{
	int fd = op_dial_as("br0", OF13), other = op_dial_as("br0", OF13);

	pp_barrier(fd, 1); /* behind nothing */
	pp_hear_barrier(fd, 1);
	pp_stop_disk();
	pp_barrier(fd, 2);
	pp_hear_barrier(fd, 2);
	or_flow_mod(fd, OF13, OR_ADD, "priority=7,actions=drop");
	pp_barrier(fd, 3);
	op_turn(200);
	op_hear_nothing(fd);
	op_echo(other, OF13);
	assert_true(rig_has("priority=7 ")); /* in force at once */
	pp_start_disk();
	pp_hear_barrier(fd, 3);
	rig_crash();
	assert_true(rig_has("priority=7 "));
}

static struct of_bridge *the_bridge(void)
{
	return of_bridge_of(sw_bridge_by_name("br0"));
}

/* Seconds go by, and what is done in each. */
static void wait_seconds(unsigned n)
{
	while (n--) {
		sw_clock_warp(1000);
		op_turn(5);
		of_server_sweep();
		op_turn(5);
	}
}

/* A slow disk keeps a connection silent, not dumb: it says that it lives, and is not dropped for what it could not say itself. */
static void test_echo_while_it_waits(void **state)
{
	int fd = op_dial_as("br0", OF13);

	op_echo(fd, OF13);
	pp_stop_disk();
	or_flow_mod(fd, OF13, OR_ADD, "priority=7,actions=drop");
	pp_barrier(fd, 3);
	or_flow_mod(fd, OF13, OR_ADD, "priority=8,actions=drop");
	op_say(fd, OF13, ECHO, 4, "0102 0304 05");
	or_flow_mod(fd, OF13, OR_ADD, "priority=9,actions=drop");
	op_say(fd, OF13, ECHO, 5, "");
	op_turn(200);
	op_hear_nothing(fd);
	wait_seconds(1);
	assert_int_equal(op_hear_type(fd, ECHO_REPLY)->xid, 4);
	assert_int_equal(op_hear_type(fd, ECHO_REPLY)->xid, 5);
	assert_false(rig_has("priority=8 ")); /* all else has its order */
	wait_seconds(300);
	op_hear_nothing(fd);
	op_say_hex(fd, "04 02 0010"); /* a part of another, whose end comes later */
	wait_seconds(1);
	op_say_hex(fd, "00000006 0807060504030201");
	wait_seconds(1);
	assert_int_equal(op_hear_type(fd, ECHO_REPLY)->xid, 6);
	pp_start_disk();
	pp_hear_barrier(fd, 3);
	op_echo(fd, OF13);
	assert_true(rig_has("priority=8 "));
	assert_true(rig_has("priority=9 "));
	wait_seconds(60); /* from here on its silence is its own */
	op_hear_type(fd, ECHO);
	wait_seconds(60);
	op_hear_end(fd);
}

/* --- bundles --- */

static void crash_and_expect_the_same(void)
{
	char *tables = rig_tables();

	rig_crash();
	rig_expect(tables);
	free(tables);
}

static void send_bundle(int fd, unsigned n, const char *field)
{
	pp_open_bundle(fd, n, field);
	pp_commit_bundle(fd);
}

static void bundle_of(unsigned n)
{
	int fd = op_dial_as("br0", OF15);
	char *before = rig_tables();

	pp_stop_disk();
	send_bundle(fd, n, "reg0");
	for (unsigned i = 0; rig_count_rules() != n; i++) {
		assert_true(i < 100000);
		op_turn(1);
	}
	op_turn(1000);
	op_hear_nothing(fd);
	rig_note_disk();
	pp_start_disk();
	rig_crash();
	rig_expect(before);
	free(before);
	fd = op_dial_as("br0", OF15);
	send_bundle(fd, n, "reg0");
	pp_hear_commit(fd);
	rig_crash();
	assert_int_equal(rig_count_rules(), n);
}

static void test_bundle(void **state)
{
	bundle_of(50);
}

static void test_large_bundle(void **state)
{
	bundle_of(BIG);
}

/* While a new file is on its way, so much changes again that it begins anew: nothing of the first is in it. */
static void test_large_bundles(void **state)
{
	int fd = op_dial_as("br0", OF15), other = op_dial_as("br0", OF15);
	char *tables;

	pp_stop_disk();
	send_bundle(fd, HUGE, "reg0");
	sw_clock_tick(50000); /* so that work takes time, and slices are over */
	while (rig_count_rules() != HUGE)
		op_turn(1);
	op_turn(2000); /* a part of it is with the disk */
	send_bundle(other, BIG, "reg1");
	while (rig_count_rules() != BIG)
		op_turn(1);
	op_turn(2000);
	sw_clock_tick(0);
	pp_start_disk();
	pp_hear_commit(other);
	pp_hear_commit(fd);
	tables = rig_tables();
	rig_crash();
	rig_expect(tables);
	free(tables);
}

/* --- more than the disk takes ---------------------------------------------------------------------------------------- */

#define ACTIONS	   2000
#define ENTRY_MIN  (16 * ACTIONS) /* bytes of a rule in the file, at least */
#define PRESSURE   (PERSIST_FULL / ENTRY_MIN + 100)
#define TOO_MANY   (PERSIST_FULL / ENTRY_MIN + 10) /* what a turn brings comes on top */
#define STILL_FITS (PERSIST_FULL / ENTRY_MIN * 9 / 10)

/* Rules that are as large as a list of actions may be. */
static void put_large_rules(struct of_buf *out)
{
	struct sw_str text = { 0 };

	for (unsigned i = 0; i < PRESSURE; i++) {
		text.len = 0;
		sw_str_add(&text, "reg0=%u,actions=output:1", i);
		for (unsigned k = 1; k < ACTIONS; k++)
			sw_str_add(&text, ",output:1");
		or_put_flow_mod(out, OF13, false, i, OR_ADD, text.s);
	}
	free(text.s);
}

/* As much as the switch takes; how much that is. */
static size_t say_some(int fd, const struct of_buf *buf, size_t from)
{
	ssize_t n;

	for (unsigned idle = 0; from < buf->len && idle < 1000; idle++) {
		n = send(fd, buf->bytes + from, buf->len - from, MSG_DONTWAIT);
		if (n > 0)
			idle = 0;
		from += n > 0 ? n : 0;
		op_turn(1);
	}
	return from;
}

/* Turns of the loop while a command waits; then the disk goes on. */
static struct {
	unsigned rules, rounds;
} waits;

static void start_disk_later(void *arg)
{
	assert_int_equal(rig_count_rules(), waits.rules);
	if (--waits.rounds)
		loop_again(start_disk_later, NULL);
	else
		pp_start_disk();
}

/* Who changes the bridge waits once 32 MiB are on their way; who asks does not, and nobody is dropped for our disk. */
static void test_back_pressure(void **state)
{
	int fd = op_dial_as("br0", OF13), other = op_dial_as("br0", OF13);
	int bundle = op_dial_as("br0", OF15);
	unsigned n = rig_count_rules();
	struct of_buf buf = { 0 };
	size_t said;

	put_large_rules(&buf);
	pp_open_bundle(bundle, 5, "reg1");
	pp_stop_disk();
	said = say_some(fd, &buf, 0);
	n = rig_count_rules() - n;
	assert_true(said < buf.len);
	assert_true(n > STILL_FITS);
	assert_true(n < TOO_MANY);
	op_echo(other, OF13);
	or_flow_mod(other, OF13, OR_ADD, "priority=7,actions=drop");
	op_say(other, OF13, ECHO, 4, "");
	pp_commit_bundle(bundle);
	wait_seconds(300);
	assert_int_equal(op_hear_type(other, ECHO_REPLY)->xid, 4);
	op_hear_nothing(other);
	op_hear_nothing(bundle);
	op_hear_nothing(fd);
	assert_int_equal(the_bridge()->n_conns, 3);
	assert_int_equal(rig_count_rules(), n + 1);
	waits.rules = n + 1;
	waits.rounds = 50;
	loop_again(start_disk_later, NULL);
	ct_ok("rule add br0 priority=6,actions=drop");
	assert_int_equal(say_some(fd, &buf, said), buf.len);
	pp_barrier(fd, 9);
	pp_hear_barrier(fd, 9);
	pp_hear_commit(bundle); /* the commit is done */
	op_echo(other, OF13);
	of_buf_fini(&buf);
	crash_and_expect_the_same();
}

/* --- the switch stops --------------------------------------------------------------------------------------------- */

#define METERS 200

/* Once a part of the meters is staged. */
static void stop_openflow(void *arg)
{
	const struct sw_meters *meters = sw_bridge_meters(sw_bridge_by_name("br0"));
	bool *stopped = arg;

	if (!sw_meters_has(meters, 1)) {
		loop_again(stop_openflow, arg);
		return;
	}
	assert_false(sw_meters_has(meters, METERS));
	op_stop();
	*stopped = true;
}

/* OpenFlow ends before a command does: it is stored, and waited for, as ever. */
static void test_command_at_stop(void **state)
{
	struct sw_str line = { 0 };
	bool stopped = false;
	char *tables;

	rig_stored();
	sw_str_add(&line, "meter add br0");
	for (unsigned i = 1; i <= METERS; i++)
		sw_str_add(&line, " 'meter=%u kbps bands=type=drop rate=1'", i);
	sw_clock_tick(50000); /* so that a slice has a part of them */
	loop_again(stop_openflow, &stopped);
	ct_ok("%s", line.s);
	sw_clock_tick(0);
	assert_true(stopped);
	assert_int_equal(rig_health(), PERSIST_STORED);
	tables = rig_tables();
	rig_crash();
	rig_expect(tables);
	op_start();
	free(tables);
	free(line.s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, pp_setup, pp_teardown)
		TEST(test_barrier_waits),
		TEST(test_echo_while_it_waits),
		TEST(test_bundle),
		TEST(test_large_bundle),
		TEST(test_large_bundles),
		TEST(test_back_pressure),
		TEST(test_command_at_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
