/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges whose rules persist, seen by controllers and where the disk does not do its part: nothing is acknowledged before it is
 * stored, a bundle is there whole or not at all, what is not stored is said and healed, and traffic does not care.
 */
#include "of_rules.h"
#include "persist_rig.h"

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"
#include "../unit/fault_shim.h"
#include "../unit/of_hand.h"

#include <semaphore.h>

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/event.h>
#include <sw/meters.h>
#include <sw/text.h>

#include "../../src/ctl/job.h"
#include "../../src/ctl/loop.h"
#include "../../src/ctl/of/bridge.h"
#include "../../src/ctl/of/codec/head.h"
#include "../../src/ctl/of/conn/server.h"
#include "../../src/ctl/persist/persist.h"

SW_USE(event, persist);

#define BARRIER	      20
#define BARRIER_REPLY 21
#define ERROR	      1
#define BIG	      (PERSIST_BURST + 1000)
#define HUGE	      30000 /* more than a job takes */

static int setup(void **state)
{
	rig_setup(state);
	op_start();
	return 0;
}

static int teardown(void **state)
{
	shim_disarm();
	op_stop();
	return rig_teardown(state);
}

/* --- a disk that takes its time --------------------------------------------------------------------------------- */

static sem_t released;

static void hold_disk(void *arg)
{
	sem_wait(&released);
}

static void nothing(void *arg)
{
}

static void stop_disk(void)
{
	rig_stored();
	sem_init(&released, 0, 0);
	job_run(hold_disk, nothing, NULL);
}

static void start_disk(void)
{
	sem_post(&released);
}

static void barrier(int fd, uint32_t xid)
{
	op_say(fd, OF13, BARRIER, xid, "");
}

static void test_barrier_waits(void **state)
{
	int fd = op_dial_as("br0", OF13), other = op_dial_as("br0", OF13);

	barrier(fd, 1); /* behind nothing */
	assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, 1);
	stop_disk();
	barrier(fd, 2);
	assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, 2);
	or_flow_mod(fd, OF13, OR_ADD, "priority=7,actions=drop");
	barrier(fd, 3);
	op_turn(200);
	op_hear_nothing(fd);
	op_echo(other, OF13);
	assert_true(rig_has("priority=7 ")); /* in force at once */
	start_disk();
	assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, 3);
	rig_crash();
	assert_true(rig_has("priority=7 "));
}

static enum persist_state health(void)
{
	struct persist_health h;

	persist_health(persist_of(sw_bridge_by_name("br0")), &h);
	return h.state;
}

/* --- bundles ------------------------------------------------------------------------------------------------------ */

static void put_control(struct of_buf *out, uint16_t type)
{
	size_t at = of_begin(out, OF15, 33, 0xc0);

	of_put_u32(out, 1);
	of_put_u16(out, type);
	of_put_u16(out, 3);
	of_end(out, at);
}

/* n rules, and the end of all that was there. */
static void send_bundle_of(int fd, unsigned n, const char *field)
{
	struct of_buf buf = { 0 };
	char text[64];

	put_control(&buf, 0);
	for (unsigned i = 0; i <= n; i++) {
		size_t at = of_begin(&buf, OF15, 34, i);

		of_put_u32(&buf, 1);
		of_put_u16(&buf, 0);
		of_put_u16(&buf, 3);
		snprintf(text, sizeof(text), "%s=%u,actions=output:1", field, i);
		or_put_flow_mod(&buf, OF15, false, i, i ? OR_ADD : OR_DELETE, i ? text : "");
		of_end(&buf, at);
	}
	put_control(&buf, 4);
	op_say_raw(fd, buf.bytes, buf.len);
	of_buf_fini(&buf);
	assert_int_equal(op_u16(op_hear_type(fd, 33), 4), 1);
}

static void send_bundle(int fd, unsigned n)
{
	send_bundle_of(fd, n, "reg0");
}

static unsigned count_rules(void)
{
	struct sw_rule_table_stats stats;

	sw_rules_table_stats(sw_bridge_rules(sw_bridge_by_name("br0")), 0, &stats);
	return stats.rules;
}

static void bundle_of(unsigned n)
{
	int fd = op_dial_as("br0", OF15);
	char *before = rig_tables();

	stop_disk();
	send_bundle(fd, n);
	for (unsigned i = 0; count_rules() != n; i++) {
		assert_true(i < 100000);
		op_turn(1);
	}
	op_turn(1000);
	op_hear_nothing(fd);
	rig_note_disk();
	start_disk();
	rig_crash();
	rig_expect(before);
	free(before);
	fd = op_dial_as("br0", OF15);
	send_bundle(fd, n);
	assert_int_equal(op_u16(op_hear_type(fd, 33), 4), 5);
	rig_crash();
	assert_int_equal(count_rules(), n);
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

	stop_disk();
	send_bundle(fd, HUGE);
	sw_clock_tick(50000); /* so that work takes time, and slices are over */
	while (count_rules() != HUGE)
		op_turn(1);
	op_turn(2000); /* a part of it is with the disk */
	send_bundle_of(other, BIG, "reg1");
	while (count_rules() != BIG)
		op_turn(1);
	op_turn(2000);
	sw_clock_tick(0);
	start_disk();
	assert_int_equal(op_u16(op_hear_type(other, 33), 4), 5);
	assert_int_equal(op_u16(op_hear_type(fd, 33), 4), 5);
	tables = rig_tables();
	rig_crash();
	rig_expect(tables);
	free(tables);
}

/* --- the switch stops --------------------------------------------------------------------------------------------- */

#define METERS 200

/* Once a part of the meters is there. */
static void stop_openflow(void *arg)
{
	unsigned n = sw_meters_count(sw_bridge_meters(sw_bridge_by_name("br0")));
	bool *stopped = arg;

	if (!n) {
		loop_again(stop_openflow, arg);
		return;
	}
	assert_true(n < METERS);
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
	assert_int_equal(health(), PERSIST_STORED);
	tables = rig_tables();
	rig_crash();
	rig_expect(tables);
	op_start();
	free(tables);
	free(line.s);
}

/* --- a disk that is full ------------------------------------------------------------------------------------------ */

static void fill_disk(void)
{
	rig_stored();
	shim.fault = FAULT_FULL;
	shim.at = 1;
	shim_arm(ct_dir(), false);
}

static void hear_error_of(int fd, uint32_t xid, uint16_t type, uint16_t code)
{
	const struct op_message *m = op_hear_type(fd, ERROR);

	assert_int_equal(m->xid, xid);
	assert_int_equal(op_u16(m, 0), type);
	assert_int_equal(op_u16(m, 2), code);
}

static unsigned told(const char *part)
{
	const struct sw_event_told *e;
	unsigned n = 0;

	for (uint64_t at = 0; (e = sw_event_after(at)); at = e->number)
		n += e->kind == &sw_event_persist && strstr(e->text, part);
	return n;
}

static void test_full_disk(void **state)
{
	int fd = op_dial_as("br0", OF13), bundle = op_dial_as("br0", OF15);

	sw_event_forget();
	fill_disk();
	or_flow_mod(fd, OF13, OR_ADD, "priority=7,actions=drop");
	barrier(fd, 9);
	hear_error_of(fd, 0x77, 5, 0); /* the change that is blamed; then the barrier itself */
	hear_error_of(fd, 9, 5, 0);
	assert_int_equal(health(), PERSIST_FAILED);
	assert_true(rig_has("priority=7 "));
	ct_fails(SW_CODE_LIMIT, "rule add br0 priority=8,actions=drop");
	assert_non_null(strstr(ct.err.text, "in force, but not stored"));
	assert_non_null(strstr(ct.err.text, "No space left"));
	assert_non_null(strstr(ct.err.hint, "make room"));
	assert_true(rig_has("priority=8 "));
	send_bundle(bundle, 5);
	hear_error_of(bundle, 0xc0, 17, 0);
	assert_int_equal(count_rules(), 5);
	assert_int_equal(told("cannot be stored"), 1);
	ct_fails(SW_CODE_LIMIT, "set bridge br0 external_ids:a=b"); /* nor is the configuration */
	shim_disarm();
	sw_clock_warp(1000);
	ct_ok("rule add br0 priority=9,actions=drop");
	assert_int_equal(health(), PERSIST_STORED);
	assert_int_equal(told("stored again"), 1);
	barrier(fd, 10);
	assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, 10);
	rig_crash();
	assert_int_equal(count_rules(), 6);
}

/* Nobody asks: it is tried again all the same. */
static void test_heals_itself(void **state)
{
	fill_disk();
	ct_fails(SW_CODE_LIMIT, "rule add br0 priority=8,actions=drop");
	persist_sweep();
	op_turn(100);
	assert_int_equal(health(), PERSIST_FAILED);
	shim_disarm();
	sw_clock_warp(1000);
	persist_sweep();
	rig_stored();
	rig_crash();
	assert_true(rig_has("priority=8 "));
}

/* It is asked for where nothing can be written: the transaction is refused. */
static void test_cannot_begin(void **state)
{
	ct_ok("set bridge br0 other_config:persist-rules=false");
	shim.fault = FAULT_FULL;
	shim.at = 1;
	shim_arm(ct_dir(), false);
	ct_fails(SW_CODE_LIMIT, "set bridge br0 other_config:persist-rules=true");
	assert_non_null(strstr(ct.err.text, "rules of bridge br0 cannot be stored"));
	shim_disarm();
	assert_null(persist_of(sw_bridge_by_name("br0")));
	ct_ok("set bridge br0 other_config:persist-rules=true");
	rig_crash();
	rig_expect("priority=0 actions=NORMAL\n");
}

/* One sync fails: the batch goes into a new file, and is acknowledged then. */
static void test_one_failure(void **state)
{
	rig_stored();
	shim.fault = FAULT_EIO;
	shim.at = 2; /* behind the write */
	shim_arm(ct_dir(), false);
	ct_ok("rule add br0 priority=8,actions=drop");
	assert_true(shim.struck);
	shim_disarm();
	rig_crash();
	assert_true(rig_has("priority=8 "));
}

/* --- more than a file should hold ------------------------------------------------------------------------------------- */

static void test_stays_small(void **state)
{
	int fd = op_dial_as("br0", OF13);
	long worst = 0;

	for (unsigned i = 0; i < 150; i++) {
		struct of_buf buf = { 0 };
		char text[64];

		for (unsigned k = 0; k < 500; k++) {
			snprintf(text, sizeof(text), "reg0=%u,cookie=%u,actions=output:1", k, i);
			or_put_flow_mod(&buf, OF13, false, k, OR_ADD, text);
		}
		op_say_raw(fd, buf.bytes, buf.len);
		of_buf_fini(&buf);
		barrier(fd, i);
		assert_int_equal(op_hear_type(fd, BARRIER_REPLY)->xid, i);
		worst = rig_file("rules.br0") > worst ? rig_file("rules.br0") : worst;
	}
	assert_true(worst > 3 << 20);
	assert_true(worst < 5 << 20);
	rig_stored();
	assert_true(rig_file("rules.br0") < 3 << 20);
	rig_crash();
	assert_int_equal(count_rules(), 501);
	assert_true(rig_has("cookie=0x95, "));
	assert_false(rig_has("cookie=0x94, "));
}

/* --- without a controller ---------------------------------------------------------------------------------------------- */

static void test_fail_mode(void **state)
{
	/* alone: our rule is in force, and not stored; after a start it is there again */
	ct_ok("set-controller br0 unix:/nonexistent");
	assert_true(rig_has("cookie=0x7374616e64616c6f"));
	rig_stored();
	rig_crash();
	rig_expect("cookie=0x7374616e64616c6f, priority=0 actions=NORMAL\n");
	ct_ok("rule add br0 priority=5,actions=drop -- rule del br0 --strict priority=0");
	/* rules that a controller left: they hold, until it was away for long enough */
	rig_crash();
	rig_expect("priority=5 actions=drop\n");
	sw_clock_warp(14000);
	of_server_sweep();
	rig_expect("priority=5 actions=drop\n");
	sw_clock_warp(2000);
	of_server_sweep();
	rig_expect("cookie=0x7374616e64616c6f, priority=0 actions=NORMAL\n");
	rig_stored();
	rig_crash();
	rig_expect("cookie=0x7374616e64616c6f, priority=0 actions=NORMAL\n");
	/* secure: what is stored is what there is */
	ct_ok("set bridge br0 fail_mode=secure");
	ct_ok("rule add br0 priority=6,actions=drop");
	rig_crash();
	rig_expect("priority=6 actions=drop\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
		TEST(test_barrier_waits),
		TEST(test_bundle),
		TEST(test_large_bundle),
		TEST(test_large_bundles),
		TEST(test_command_at_stop),
		TEST(test_full_disk),
		TEST(test_heals_itself),
		TEST(test_cannot_begin),
		TEST(test_one_failure),
		TEST(test_stays_small),
		TEST(test_fail_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
