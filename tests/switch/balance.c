/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues move between workers by load: what is moved and what is not, that nothing is lost or out of order
 * on the way, and that the configuration turns it on. Loads are written into the queues' counters, since
 * what a queue really costs is the machine's to say.
 */
#include "ctltest.h"
#include "testswitch.h"

#include <sw/event.h>

#include "../../src/ctl/table/open_balance.h"
#include "../../src/pmd/place.h"

#define PORTS 4

static struct sw_port *port[PORTS];

static int setup(void **state)
{
	ts_start(2);
	ct_start();
	ct_bridge("br0");
	for (unsigned i = 0; i < PORTS; i++) {
		ct_ok("add-port br0 p%u -- set interface p%u type=dummy", i, i);
		port[i] = sw_port_by_name((char[]){ 'p', '0' + i, '\0' });
	}
	return 0;
}

static struct pmd_queue *queue(unsigned i)
{
	return pmd_place_of(port[i])->now->queues[0];
}

/* What each port's queue cost over a minute, and the two workers busy all the time. */
static void load(const uint64_t cycles[PORTS])
{
	sw_pmd_second();
	for (unsigned i = 0; i < PORTS; i++)
		queue(i)->cycles += cycles[i];
	for (unsigned i = 0; i < 60; i++) {
		sw_clock_warp(1000);
		sw_pmd_second();
	}
}

static unsigned n_moves;
static struct sw_queue_move last;

static void on_move(void *arg, const struct sw_queue_move *move)
{
	n_moves++;
	last = *move;
}

static unsigned moves(bool dry_run)
{
	unsigned n;

	n_moves = 0;
	n = sw_pmd_rebalance(dry_run, on_move, NULL);
	assert_int_equal(n, n_moves);
	return n;
}

static void turns(void)
{
	for (unsigned i = 0; i < 4; i++) {
		sw_pmd_turn(0);
		sw_pmd_turn(1);
		sw_rcu_poll();
	}
}

/* The local port is on worker 0, then p0 on 1, p1 on 0 and so on. */
static void busiest_gives(void **state)
{
	assert_int_equal(queue(0)->worker, 1);
	assert_int_equal(queue(1)->worker, 0);
	assert_int_equal(queue(2)->worker, 1);
	load((uint64_t[]){ 700, 0, 300, 100 });
	assert_int_equal(moves(true), 1); /* 1000 and 100 become 700 and 400 */
	assert_ptr_equal(last.port, port[2]);
	assert_int_equal(last.from, 1);
	assert_int_equal(last.to, 0);
	assert_int_equal(queue(2)->worker, 1);
	assert_int_equal(moves(false), 1);
	assert_int_equal(queue(2)->worker, PMD_NOBODY);
	assert_int_equal(moves(false), 0); /* it is on its way */
	turns();
	assert_int_equal(queue(2)->worker, 0);
	assert_int_equal(moves(false), 0); /* one queue is most of it: nothing helps */
}

/* Frames come in on the queue that moves, before, while and after: all of them leave, in order. */
static void nothing_is_lost(void **state)
{
	struct ts_frame f = ts_frame(MAC(20), MAC(3), UNTAGGED);
	struct sw_port *in = port[0];

	ts_send(port[3], ts_frame(MAC(9), MAC(20), UNTAGGED)); /* where 20 is */
	turns();
	for (unsigned i = 0; i < PORTS; i++)
		sw_dummy_sent_drop(port[i]);
	sw_dummy_sent_drop(sw_port_by_name("br0"));
	assert_int_equal(queue(0)->worker, 1);
	for (unsigned round = 0; round < 20; round++) {
		if (round == 5)
			assert_true(pmd_queue_move(pmd_place_of(in), 0, 0));
		f.mark = round;
		ts_send(in, f);
		sw_pmd_turn(round & 1);
		if (round > 10)
			sw_rcu_poll();
	}
	turns();
	for (unsigned round = 0; round < 20; round++) {
		f.mark = round;
		ts_expect(port[3], f);
	}
	assert_int_equal(sw_dummy_rx_waiting(in, 0), 0);
	assert_int_equal(queue(0)->worker, 0);
}

static void ports_go_while_moving(void **state)
{
	load((uint64_t[]){ 500, 0, 500, 0 });
	assert_int_equal(moves(false), 1);
	ct_ok("del-port br0 %s", last.port->name);
	turns();
	ct_ok("list-ports br0");
	assert_int_equal(sw_pmd_workers(), 2);
}

static void configured(void **state)
{
	const struct sw_event_told *e = NULL;
	uint64_t seen = 0;
	bool told = false;

	ct_fails(SW_CODE_INVALID, "set open . other_config:pmd-auto-lb-load-threshold=101");
	ct_ok("set open . other_config:pmd-auto-lb=true other_config:pmd-auto-lb-load-threshold=0");
	balance_tick();
	for (unsigned i = 0; i < 59; i++) {
		queue(0)->cycles += 10;
		queue(2)->cycles += 10;
		sw_clock_warp(1000);
		balance_tick();
	}
	assert_int_equal(queue(0)->worker + queue(2)->worker, 2); /* not before a minute */
	sw_clock_warp(1000);
	balance_tick();
	turns();
	assert_int_equal(queue(0)->worker + queue(2)->worker, 1);
	while ((e = sw_event_after(seen))) {
		seen = e->number;
		told |= !strcmp(e->kind->name, "queue-moved");
	}
	assert_true(told);
	ct_ok("remove open . other_config pmd-auto-lb");
	queue(1)->cycles += 1000000; /* with the other that is on its worker now */
	for (unsigned i = 0; i < 120; i++) {
		sw_clock_warp(1000);
		balance_tick();
	}
	turns();
	assert_int_equal(queue(0)->worker + queue(2)->worker, 1);
}

static void shown(void **state)
{
	json_t *rows, *row;

	load((uint64_t[]){ 700, 0, 300, 100 });
	ct_ok("worker queues --secs=60");
	rows = json_object_get(json_object_get(json_array_get(ct.results, 0), "value"), "rows");
	assert_int_equal(json_array_size(rows), PORTS + 1);
	row = json_array_get(rows, 1);
	assert_string_equal(json_string_value(json_array_get(row, 0)), "p0");
	assert_int_equal(json_integer_value(json_array_get(row, 2)), 1);
	ct_fails(SW_CODE_USAGE, "worker queues --secs=61");
	assert_string_equal(ct.err.allowed, "1 to 60");
	ct_ok("worker show --secs=1");
	ct_ok("worker rebalance --plan");
	rows = json_object_get(json_object_get(json_array_get(ct.results, 0), "value"), "rows");
	assert_int_equal(json_array_size(rows), 1);
	assert_int_equal(queue(2)->worker, 1);
	ct_ok("worker rebalance");
	turns();
	assert_int_equal(queue(2)->worker, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(busiest_gives, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_lost, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(ports_go_while_moving, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(configured, setup, ct_teardown),
		cmocka_unit_test_setup_teardown(shown, setup, ct_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
