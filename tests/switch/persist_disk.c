/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bridges whose rules persist, where the disk does not do its part: what is not stored is said and healed, and the file stays small;
 * persist_slow.c has disks that are only slow.
 */
#include "persist_peer.h"

#include "../lib/ctltest.h"
#include "../lib/testswitch.h"
#include "../unit/fault_shim.h"
#include "../unit/of_hand.h"

#include <sw/bridge.h>
#include <sw/clock.h>
#include <sw/event.h>
#include <sw/text.h>

#include "../../src/ctl/of/conn/server.h"
#include "../../src/ctl/persist/persist.h"

SW_USE(event, persist);

#define ERROR 1

static int teardown(void **state)
{
	shim_disarm();
	return pp_teardown(state);
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
	pp_barrier(fd, 9);
	hear_error_of(fd, 0x77, 5, 0); /* the change that is blamed; then the barrier itself */
	hear_error_of(fd, 9, 5, 0);
	assert_int_equal(rig_health(), PERSIST_FAILED);
	assert_true(rig_has("priority=7 "));
	ct_fails(SW_CODE_LIMIT, "rule add br0 priority=8,actions=drop");
	assert_non_null(strstr(ct.err.text, "in force, but not stored"));
	assert_non_null(strstr(ct.err.text, "No space left"));
	assert_non_null(strstr(ct.err.hint, "make room"));
	assert_true(rig_has("priority=8 "));
	pp_open_bundle(bundle, 5, "reg0");
	pp_commit_bundle(bundle);
	hear_error_of(bundle, 0xc0, 17, 0);
	assert_int_equal(rig_count_rules(), 5);
	assert_int_equal(told("cannot be stored"), 1);
	ct_fails(SW_CODE_LIMIT, "set bridge br0 external_ids:a=b"); /* nor is the configuration */
	shim_disarm();
	sw_clock_warp(1000);
	ct_ok("rule add br0 priority=9,actions=drop");
	assert_int_equal(rig_health(), PERSIST_STORED);
	assert_int_equal(told("stored again"), 1);
	pp_barrier(fd, 10);
	pp_hear_barrier(fd, 10);
	rig_crash();
	assert_int_equal(rig_count_rules(), 6);
}

/* Nobody asks: it is tried again all the same. */
static void test_heals_itself(void **state)
{
	fill_disk();
	ct_fails(SW_CODE_LIMIT, "rule add br0 priority=8,actions=drop");
	persist_sweep();
	op_turn(100);
	assert_int_equal(rig_health(), PERSIST_FAILED);
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
		pp_barrier(fd, i);
		pp_hear_barrier(fd, i);
		worst = rig_file("rules.br0") > worst ? rig_file("rules.br0") : worst;
	}
	assert_true(worst > 3 << 20);
	assert_true(worst < 5 << 20);
	rig_stored();
	assert_true(rig_file("rules.br0") < 3 << 20);
	rig_crash();
	assert_int_equal(rig_count_rules(), 501);
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
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, pp_setup, teardown)
		TEST(test_full_disk),
		TEST(test_heals_itself),
		TEST(test_cannot_begin),
		TEST(test_one_failure),
		TEST(test_stays_small),
		TEST(test_fail_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
