/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two real workers send packets while control sets traps for them, reads what was caught and takes the traps away, with
 * ports that come and go around them. Each packet leaves exactly once, each trap gets what it waits for, told whole, and (under the
 * thread and address sanitizers) nobody touches what is gone.
 */
#include "testrules.h"

#include <sw/err.h>
#include <sw/field.h>
#include <sw/trap.h>

#include "packet.h"
#include "realworkers.h"

#define ROUNDS 150
#define EACH   20 /* packets a round and worker */
#define COUNT  6  /* that a trap waits for */

static struct rw_bridge rw;

/* What was caught is whole: it came in by port 1 or 2, left by port 3, and has its bytes. */
static unsigned read_trap(struct sw_trap *trap)
{
	struct sw_trap_packet p;
	unsigned n = 0;

	for (; sw_trap_next(trap, &p); n++) {
		assert_true(p.port == rw.port[1] || p.port == rw.port[2]);
		assert_int_equal(p.len, 60);
		assert_int_equal(p.n_bytes, 60);
		assert_int_equal(p.bytes[36] << 8 | p.bytes[37], 2000);
		assert_int_equal(p.n_out, 1);
		assert_int_equal(p.out[0].port, rw.port[3]->index);
		assert_int_equal(p.out[0].n, 1);
		assert_null(p.why);
		assert_false(p.unsure);
	}
	return n;
}

static void test_traps(void **state)
{
	struct sw_match udp = { .mask.tp_dst = UINT16_MAX, .value.tp_dst = RTE_BE16(2000) };
	unsigned caught = 0, whole = 0;

	tr_rule(&rw.br, "udp,actions=output:3");
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct sw_err err = { 0 };
		struct sw_trap *trap =
			sw_trap_set(rw.br.bridge, round % 3 ? NULL : rw.port[1], &udp, COUNT, &err);
		unsigned got = 0, sent = 0;

		assert_non_null(trap);
		rw_inject(&rw, round, EACH);
		for (unsigned i = 0; sent < 2 * EACH && rw_waits(i); i++) {
			if (i == 3)
				rw_bridge_members(&rw, 3 + round % 2);
			if (i == 5 && round % 5 == 4) { /* in the middle of it */
				got += read_trap(trap);
				sw_trap_remove(trap);
				trap = NULL;
			}
			sent += sw_dummy_sent_drop(rw.port[3]);
			rw_step();
		}
		assert_int_equal(sent, 2 * EACH);
		if (trap) {
			got += read_trap(trap);
			sw_trap_remove(trap);
			whole += got == COUNT;
		}
		assert_true(got <= COUNT);
		caught += got;
	}
	assert_true(caught > ROUNDS);
	assert_true(whole > 0);
}

static int setup(void **state)
{
	rw_start();
	rw_bridge_make(&rw);
	return 0;
}

static int teardown(void **state)
{
	rw_bridge_gone(&rw);
	rw_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traps),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
