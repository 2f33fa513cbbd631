/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two real workers under traffic while ports come, go and change their queues: packets of the ports that
 * stay all arrive, and (under the thread and address sanitizers) nobody touches what is gone.
 */
#include "realworkers.h"

#include <signal.h>

#include <sw/dummy.h>
#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/pool.h>
#include <sw/port.h>
#include <sw/post.h>

#define ROUNDS 100

static const uint8_t frame[60];

/* Everything leaves by port `to`; the moving port is sent a copy of each while it is there. */
struct forward {
	struct sw_ingress ingress;
	unsigned to, copy_to;
};

static void forward_run(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct forward *fwd = (const struct forward *)self;
	struct sw_lane *out = sw_lane_of(w, fwd->to), *copy = sw_lane_of(w, fwd->copy_to);

	in->stats.rx_packets += n;
	for (unsigned i = 0; i < n; i++) {
		if (copy) {
			rte_mbuf_refcnt_update(pkts[i], 1);
			sw_send(w, copy, pkts[i]);
		}
		sw_send(w, out, pkts[i]);
	}
}

static struct sw_port *port_make(const char *name)
{
	struct sw_port_conf conf = { .name = name, .type = "dummy" };
	struct sw_err err = { 0 };
	struct sw_port *port = sw_port_new(&conf, &err);

	if (!port || sw_port_open(port, &err))
		fail_msg("%s: %s", name, err.text);
	return port;
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

static void wait_true(const bool *flag)
{
	for (unsigned i = 0; !*flag && rw_waits(i); i++)
		rw_step();
	assert_true(*flag);
}

static void inject(struct sw_port *port, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(sw_dummy_rx(port, 0, frame, sizeof(frame)), 0);
}

static void one_round(struct sw_port *a, struct sw_port *b, struct sw_port *c, unsigned round)
{
	struct sw_err err;
	bool gone = false;

	inject(a, 20);
	assert_int_equal(sw_pmd_attach(c, &err), 0);
	inject(b, 20);
	sw_dummy_set_n_rxq(c, 1 + round % 5);
	inject(c, 5); /* in no bridge */
	inject(a, 20);
	rw_wait_sent(40, &b, 1);
	sw_dummy_set_n_rxq(c, 1);
	sw_pmd_detach(c, set_true, &gone);
	inject(b, 20);
	wait_true(&gone);
	sw_dummy_sent_drop(c);
	rw_wait_sent(40, &a, 1);
}

static void test_ports_come_and_go_under_traffic(void **state)
{
	struct sw_port *a = port_make("a"), *b = port_make("b"), *c = port_make("c");
	struct forward from_a = { { forward_run }, b->index, c->index };
	struct forward from_b = { { forward_run }, a->index, c->index };
	struct sw_lane_stats sum;
	struct sw_err err;
	bool a_gone = false, b_gone = false;

	assert_int_equal(sw_pmd_attach(a, &err), 0);
	assert_int_equal(sw_pmd_attach(b, &err), 0);
	sw_rcu_set(a->ingress, &from_a.ingress);
	sw_rcu_set(b->ingress, &from_b.ingress);
	for (unsigned round = 0; round < ROUNDS; round++)
		one_round(a, b, c, round);
	sw_pmd_port_stats(a, &sum);
	assert_int_equal(sum.rx_packets, 40 * ROUNDS);
	assert_int_equal(sum.tx_packets, 40 * ROUNDS);
	sw_pmd_detach(a, set_true, &a_gone);
	sw_pmd_detach(b, set_true, &b_gone);
	wait_true(&a_gone);
	wait_true(&b_gone);
	for (struct sw_port **p = (struct sw_port *[]){ a, b, c, NULL }; *p; p++) {
		sw_port_close(*p);
		sw_port_free(*p);
	}
}

static unsigned faults; /* the handler runs on the worker, the test on another thread */

static unsigned fault_count(void)
{
	return __atomic_load_n(&faults, __ATOMIC_RELAXED);
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	__atomic_fetch_add(&faults, 1, __ATOMIC_RELAXED);
}

/* An ingress program on which a fault is raised, as by a guest whose memory is gone. */
static void fault_run(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	raise(SIGBUS);
	rte_pktmbuf_free_bulk(pkts, n);
	in->stats.rx_packets += n;
}

static void test_a_fault_reaches_its_handler(void **state)
{
	static const struct sw_ingress program = { .run = fault_run };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO }, before;
	struct sw_port *a = port_make("a");
	struct sw_err err;
	bool gone = false;

	assert_int_equal(sigaction(SIGBUS, &action, &before), 0);
	sw_rcu_set(a->ingress, &program);
	assert_int_equal(sw_pmd_attach(a, &err), 0);
	inject(a, 1);
	for (unsigned i = 0; !fault_count() && rw_waits(i); i++)
		rw_step();
	assert_int_equal(fault_count(), 1);
	sw_pmd_detach(a, set_true, &gone);
	wait_true(&gone);
	sigaction(SIGBUS, &before, NULL);
	sw_port_close(a);
	sw_port_free(a);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports_come_and_go_under_traffic),
		cmocka_unit_test(test_a_fault_reaches_its_handler),
	};

	return cmocka_run_group_tests(tests, rw_setup, rw_teardown);
}
