/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A worker that polls and sends without pause, and the library's thread, while guests come, change their
 * queues, stop, hang up, lose their memory, and the port is closed: nobody touches what is gone (the
 * sanitizers look on), and no packet buffer is lost.
 */
#include "vhost_common.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#define ROUNDS 20

static struct sw_port *polled; /* rcu */
static bool stop;	       /* atomic */

/* One queue's packets go back to the guest they came from. */
static void echo(struct sw_port *port, unsigned queue)
{
	struct rte_mbuf *pkts[SW_BURST];
	unsigned n = vt_rx(port, queue, pkts);
	unsigned sent = n ? port->cls->tx(port, &vt_worker, pkts, n) : 0;

	sw_flush(&vt_worker);
	if (sent < n)
		rte_pktmbuf_free_bulk(pkts + sent, n - sent);
}

static void *work(void *arg)
{
	sw_rcu_online(0);
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
		struct sw_port *port = sw_rcu_get(polled);
		unsigned n = port ? __atomic_load_n(&port->n_rxq, __ATOMIC_ACQUIRE) : 0;

		for (unsigned q = 0; q < n; q++) {
			vt_worker.id = q;
			echo(port, q);
		}
		sw_rcu_quiescent(0);
		sched_yield();
	}
	sw_rcu_offline(0);
	return NULL;
}

/* A frame there and back on a queue. */
static void round_trip(struct front *f, unsigned pair, uint8_t fill)
{
	uint8_t frame[60], got[2048] = { 0 };

	memset(frame, fill, sizeof(frame));
	front_post(f, pair, 1, 2048);
	front_send(f, pair, frame, sizeof(frame));
	front_wait_used(f, 2 * pair);
	assert_int_equal(front_receive(f, pair, got, sizeof(got)), sizeof(frame));
	assert_memory_equal(got, frame, sizeof(frame));
}

static void bring_up(struct sw_port *port, struct front *f)
{
	front_init(f, 2);
	front_listen(f, vt_in_dir("s"));
	front_accept(f);
	front_start(f);
	vt_wait_link(port, true);
}

static void all_at_once(void **state)
{
	struct sw_port *port = vt_open_port("c0", vt_in_dir("s"), 0);
	pthread_t thread;
	struct front f;

	sw_rcu_set(polled, port);
	assert_int_equal(pthread_create(&thread, NULL, work, NULL), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		bring_up(port, &f);
		round_trip(&f, 0, i);
		front_enable(&f, 1, true);
		vt_wait_rxq(port, 2);
		front_enable(&f, 0, false);
		vt_wait_rxq(port, 1);
		if (i % 2) {
			front_send_ring(&f, FRONT_GET_VRING_BASE, 0, 0);
			vt_wait_link(port, false);
		}
		front_fini(&f);
		vt_wait_link(port, false);
	}
	bring_up(port, &f);
	assert_int_equal(ftruncate(f.mem_fd, 0x100000), 0);
	front_offer(&f, 1, (struct vring_desc){ FRONT_BASE + 0x500000, 100, 0, 0 }, 0);
	front_wait_closed(&f);
	front_fini(&f);
	vt_wait_link(port, false);

	sw_rcu_set(polled, NULL); /* what sw_pmd_detach does */
	sw_rcu_synchronize();
	vt_drop_port(port);
	vt_no_leak();
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(all_at_once) };

	return cmocka_run_group_tests(tests, vt_set_up, vt_tear_down);
}
