/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Workers stepped by hand: placement and its stickiness, what a turn does, the two phases of detaching,
 * counters that survive a placement, housekeeping and events.
 */
#include "swtest.h"

#include <errno.h>

#include <sw/clock.h>
#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/housekeep.h>
#include <sw/pmd.h>
#include <sw/pool.h>
#include <sw/port.h>
#include <sw/post.h>

#include "../../src/pmd/place.h"

SW_USE(drop, no_bridge);
SW_USE(drop, tx_mtu_exceeded);

static const uint8_t frame[60];
static unsigned slices, heard;
static uint32_t slice_now_s;

static void test_slice(struct sw_worker *w)
{
	slices++;
	slice_now_s = w->now_s;
	assert_int_equal(w->id, 0);
}
SW_REGISTER(housekeep, pmd_test) = { .name = "pmd_test", .help = "t", .slice = test_slice };

static void test_heard(const struct sw_event_record *rec)
{
	heard += rec->arg;
}
SW_REGISTER(event, pmd_test) = { .name = "pmd_test", .help = "t", .handle = test_heard };

/* An ingress program: everything leaves by port `to`, and an event tells of each burst. */
struct forward {
	struct sw_ingress ingress;
	unsigned to;
};

static void forward_run(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	unsigned to = ((const struct forward *)self)->to;
	struct sw_lane *out = sw_lane_of(w, to);
	struct sw_event_record rec = { .type = SW_ID(event, pmd_test), .arg = n };

	in->stats.rx_packets += n;
	for (unsigned i = 0; i < n; i++)
		sw_send(w, out, pkts[i]);
	sw_event_post(w->events, &rec);
}

static struct sw_port *port_make(const char *name, const char *n_rxq)
{
	const char *options[][2] = { { "n_rxq", n_rxq } };
	struct sw_port_conf conf = {
		.name = name, .type = "dummy", .n_options = 1, .options = options
	};
	struct sw_err err = { 0 };
	struct sw_port *port = sw_port_new(&conf, &err);

	if (!port || sw_port_open(port, &err))
		fail_msg("%s: %s", name, err.text);
	return port;
}

static void port_gone(struct sw_port *port)
{
	sw_port_close(port);
	sw_port_free(port);
}

static void turn_all(void)
{
	for (unsigned id = 0; id < sw_pmd_workers(); id++)
		sw_pmd_turn(id);
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

/* Detach and let everything go. */
static void detach_now(struct sw_port *port)
{
	bool done = false;

	sw_pmd_detach(port, set_true, &done);
	turn_all();
	sw_rcu_poll();
	assert_true(done);
}

static int setup(void **state)
{
	struct sw_err err;

	swtest_eal();
	sw_clock_stop();
	if (!sw_pool())
		assert_int_equal(sw_pool_create(2047, &err), 0);
	assert_int_equal(sw_pmd_start(3, NULL, 0, &err), 0);
	slices = heard = 0;
	return 0;
}

static int teardown(void **state)
{
	sw_pmd_stop();
	assert_int_equal(sw_pmd_workers(), 0);
	return 0;
}

static unsigned queues_of(unsigned worker)
{
	struct sw_worker_info info;

	assert_int_equal(sw_pmd_worker_info(worker, &info), 0);
	return info.n_queues;
}

struct seen {
	const struct sw_port *port;
	unsigned n, worker[8];
};

static void see(void *arg, const struct sw_queue_info *q)
{
	struct seen *seen = arg;

	if (q->port != seen->port)
		return;
	assert_int_equal(q->queue, seen->n);
	seen->worker[seen->n++] = q->worker;
}

static struct seen look(const struct sw_port *port)
{
	struct seen seen = { .port = port };

	sw_pmd_each_queue(see, &seen);
	return seen;
}

static void test_start_refuses(void **state)
{
	struct sw_err err;
	struct sw_worker_info info;

	assert_int_equal(sw_pmd_start(1, NULL, 0, &err), -EEXIST);
	assert_int_equal(sw_pmd_worker_info(3, &info), -ENOENT);
	sw_pmd_stop();
	assert_int_equal(sw_pmd_start(0, NULL, 0, &err), -EINVAL);
	assert_int_equal(sw_pmd_start(SW_WORKER_MAX + 1, NULL, 0, &err), -EINVAL);
	assert_string_equal(err.allowed, "1 to 64");
	assert_int_equal(sw_pmd_start(1, NULL, 0, &err), 0);
	assert_int_equal(sw_pmd_worker_info(0, &info), 0);
	assert_true(info.stepped);
}

static void test_attach_without_workers(void **state)
{
	struct sw_port *port;
	struct sw_err err;

	sw_pmd_stop();
	port = port_make("lone", "1");
	assert_int_equal(sw_pmd_attach(port, &err), -EBUSY);
	assert_non_null(strstr(err.text, "lone"));
	port_gone(port);
}

static void test_placement(void **state)
{
	struct sw_port *a = port_make("a", "1"), *b = port_make("b", "4"), *c = port_make("c", "1");
	struct sw_err err;
	struct seen seen;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(sw_pmd_attach(a, &err), -EEXIST);
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	assert_int_equal(look(a).worker[0], 0);
	seen = look(b);
	assert_int_equal(seen.n, 4);
	assert_int_equal(seen.worker[0], 1);
	assert_int_equal(seen.worker[1], 2);
	assert_int_equal(seen.worker[2], 0);
	assert_int_equal(seen.worker[3], 1);
	detach_now(a); /* what stays does not move */
	seen = look(b);
	assert_int_equal(seen.worker[2], 0);
	assert_int_equal(
		sw_pmd_attach(c, &err), 0); /* 1, 2, 1 queues: the lowest id of the fewest */
	assert_int_equal(look(c).worker[0], 0);
	detach_now(b);
	detach_now(c);
	assert_int_equal(queues_of(0) + queues_of(1) + queues_of(2), 0);
	port_gone(a);
	port_gone(b);
	port_gone(c);
}

static void test_placement_prefers_the_node(void **state)
{
	struct sw_port *a = port_make("a", "2"), *b = port_make("b", "1");
	struct sw_err err;

	pmd_workers[0]->w.numa = 0;
	pmd_workers[1]->w.numa = 0;
	pmd_workers[2]->w.numa = 1;
	a->numa = 1;
	b->numa = 5; /* nobody there: any worker */
	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(look(a).worker[0], 2);
	assert_int_equal(look(a).worker[1], 2);
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	assert_int_equal(look(b).worker[0], 0);
	detach_now(a);
	detach_now(b);
	port_gone(a);
	port_gone(b);
}

static void test_queue_count_changes(void **state)
{
	struct sw_port *a = port_make("a", "1");
	struct sw_err err;
	struct seen seen;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	sw_dummy_set_n_rxq(a, 3);
	sw_post_run();
	seen = look(a);
	assert_int_equal(seen.n, 3);
	assert_int_equal(seen.worker[0], 0);
	assert_int_equal(seen.worker[2], 2);
	assert_int_equal(sw_dummy_rx(a, 2, frame, sizeof(frame)), 0);
	sw_pmd_turn(2);
	assert_int_equal(sw_dummy_rx_waiting(a, 2), 0);
	sw_dummy_set_n_rxq(a, 1);
	sw_post_run();
	assert_int_equal(look(a).n, 1);
	assert_int_equal(queues_of(2), 0);
	assert_int_equal(sw_rcu_poll(), 4); /* two queues and two lists wait for the workers */
	turn_all();
	assert_int_equal(sw_rcu_poll(), 0);
	detach_now(a);
	port_gone(a);
}

/* Until a worker's turn ends it may still poll a queue that was taken from it: another may not begin. */
static void test_a_queue_that_comes_back_has_one_worker(void **state)
{
	struct sw_port *a = port_make("a", "2"), *b = port_make("b", "1");
	struct sw_err err;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(look(a).worker[1], 1);
	sw_dummy_set_n_rxq(a, 1);
	sw_post_run();
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	assert_int_equal(look(b).worker[0], 1);
	sw_dummy_set_n_rxq(a, 2);
	sw_post_run();
	assert_int_equal(look(a).worker[1], 1);
	sw_pmd_detach(a, NULL, NULL);
	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(look(a).worker[0], 0);
	assert_int_equal(look(a).worker[1], 1);
	detach_now(a);
	detach_now(b);
	port_gone(a);
	port_gone(b);
}

static void test_no_bridge_is_counted(void **state)
{
	struct sw_port *a = port_make("a", "1");
	struct sw_lane_stats sum;
	struct sw_worker_info info;
	struct sw_err err;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	for (int i = 0; i < 40; i++)
		assert_int_equal(sw_dummy_rx(a, 0, frame, sizeof(frame)), 0);
	sw_pmd_turn(0);
	assert_int_equal(sw_dummy_rx_waiting(a, 0), 8); /* one burst a turn */
	sw_pmd_turn(0);
	sw_pmd_turn(0);
	sw_pmd_port_stats(a, &sum);
	assert_int_equal(sum.rx_packets, 40);
	assert_int_equal(sum.rx_bytes, 40 * sizeof(frame));
	assert_int_equal(sum.drops[SW_ID(drop, no_bridge)], 40);
	sw_pmd_worker_info(0, &info);
	assert_int_equal(info.turns, 3);
	assert_int_equal(info.busy_turns, 2);
	assert_int_equal(info.packets, 40);
	assert_true(info.busy_cycles > 0 && info.idle_cycles > 0);
	detach_now(a);
	port_gone(a);
}

static void test_forward_and_detach(void **state)
{
	struct sw_port *a = port_make("a", "1"), *b = port_make("b", "1");
	struct forward fwd = { { forward_run }, b->index };
	struct sw_lane_stats sum;
	struct sw_err err;
	bool done = false;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	sw_rcu_set(a->ingress, &fwd.ingress);
	assert_int_equal(sw_dummy_rx(a, 0, frame, sizeof(frame)), 0);
	sw_pmd_turn(0);
	assert_int_equal(sw_dummy_sent_drop(b), 1);
	sw_pmd_events();
	assert_int_equal(heard, 1);
	sw_rcu_set(a->ingress, NULL);

	sw_pmd_detach(b, set_true, &done);
	sw_pmd_port_stats(b, &sum);
	assert_int_equal(sum.tx_packets, 1); /* while it leaves */
	sw_pmd_turn(0);
	sw_pmd_turn(1);
	sw_rcu_poll();
	assert_false(done); /* worker 2 may still hold it */
	sw_pmd_turn(2);
	sw_rcu_poll();
	assert_true(done);
	sw_pmd_port_stats(b, &sum);
	assert_int_equal(sum.tx_packets, 1); /* after it left */
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	sw_pmd_port_stats(b, &sum);
	assert_int_equal(sum.tx_packets, 1); /* and came back */
	detach_now(a);
	detach_now(b);
	port_gone(a);
	port_gone(b);
}

static void test_index_reused_starts_at_zero(void **state)
{
	struct sw_port *a = port_make("a", "1");
	unsigned index = a->index;
	struct sw_lane_stats sum;
	struct sw_err err;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(sw_dummy_rx(a, 0, frame, sizeof(frame)), 0);
	sw_pmd_turn(0);
	detach_now(a);
	port_gone(a);
	for (unsigned i = 0; i < 64; i++) { /* of the same name, and sooner or later address */
		a = port_make("other", "1");
		assert_int_equal(a->index, index);
		sw_pmd_port_stats(a, &sum);
		assert_int_equal(sum.rx_packets, 0);
		assert_int_equal(sw_pmd_attach(a, &err), 0);
		assert_int_equal(sw_dummy_rx(a, 0, frame, sizeof(frame)), 0);
		sw_pmd_turn(0);
		sw_pmd_port_stats(a, &sum);
		assert_int_equal(sum.rx_packets, 1);
		detach_now(a);
		port_gone(a);
	}
}

static void test_refresh_keeps_max_len_current(void **state)
{
	struct sw_port *a = port_make("a", "1"), *b = port_make("b", "1");
	struct forward fwd = { { forward_run }, b->index };
	static const uint8_t longer[1519];
	struct sw_lane_stats sum;
	struct sw_err err;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	sw_rcu_set(a->ingress, &fwd.ingress);
	for (unsigned mtu = 1500; mtu <= 1501; mtu++) {
		b->mtu = mtu;
		sw_pmd_refresh(b);
		assert_int_equal(sw_dummy_rx(a, 0, longer, sizeof(longer)), 0);
		sw_pmd_turn(0);
		assert_int_equal(sw_dummy_sent_drop(b), mtu - 1500);
	}
	sw_pmd_port_stats(b, &sum);
	assert_int_equal(sum.drops[SW_ID(drop, tx_mtu_exceeded)], 1);
	detach_now(a);
	detach_now(b);
	port_gone(a);
	port_gone(b);
}

static void test_housekeeping_runs_on_worker_0(void **state)
{
	unsigned tasks = sw_reg_kind_housekeep.count;
	uint32_t before = sw_clock_s();

	sw_clock_warp(7000);
	for (unsigned i = 0; i < 3 * tasks; i++)
		turn_all();
	assert_int_equal(slices, 3);
	assert_int_equal(slice_now_s, before + 7);
}

static void test_stop_with_ports_leaves_nothing(void **state)
{
	struct sw_port *a = port_make("a", "2"), *b = port_make("b", "1");
	struct sw_err err;
	bool done = false;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	sw_pmd_detach(b, set_true, &done);
	sw_pmd_stop();
	assert_true(done);
	sw_pmd_detach(a, NULL, NULL); /* is not attached any more */
	sw_rcu_poll();
	port_gone(a);
	port_gone(b);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_start_refuses),
		T(test_attach_without_workers),
		T(test_placement),
		T(test_placement_prefers_the_node),
		T(test_queue_count_changes),
		T(test_a_queue_that_comes_back_has_one_worker),
		T(test_no_bridge_is_counted),
		T(test_forward_and_detach),
		T(test_index_reused_starts_at_zero),
		T(test_refresh_keeps_max_len_current),
		T(test_housekeeping_runs_on_worker_0),
		T(test_stop_with_ports_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
