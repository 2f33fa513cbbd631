/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a worker's turn costs by itself, in cycles of the time-stamp counter: with 1, 8 and 64 queues that
 * are empty, and that each give a burst of 32 packets. The class and the program here do nothing, so
 * what is left is the turn: the list, two calls a queue, accounting. For comparison, the same turns on
 * empty queues of class dummy, whose receive takes a lock.
 *
 * Medians of many short slices; a slice that was interrupted is in the upper tail.
 */
#include "swtest.h"

#include <rte_cycles.h>

#include <sw/err.h>
#include <sw/pmd.h>
#include <sw/pool.h>
#include <sw/port.h>

#include "../../src/pmd/pmd.h"

#define SLICES 301
#define TURNS  500

static unsigned burst; /* packets each receive gives */

static unsigned nothing_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	return burst;
}

static unsigned nothing_tx(
	struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	return n;
}

static int nothing_open(struct sw_port *port, struct sw_err *err)
{
	port->n_rxq = 1;
	port->mtu = 1500;
	return 0;
}

static void nothing_close(struct sw_port *port)
{
}

static void nothing_status(struct sw_port *port, struct sw_port_status *status)
{
}

SW_REGISTER(port_class, perf_nothing) = {
	.name = "perf_nothing",
	.help = "gives as many packets as asked, which are none",
	.size = sizeof(struct sw_port),
	.mtu_min = 1500,
	.mtu_max = 1500,
	.open = nothing_open,
	.close = nothing_close,
	.rx = nothing_rx,
	.tx = nothing_tx,
	.status = nothing_status,
};

static void swallow(struct sw_worker *w, const struct sw_ingress *self, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
}

static const struct sw_ingress swallow_all = { .run = swallow };

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Median cycles of a turn. */
static double measure(void)
{
	static uint64_t slices[SLICES];
	struct pmd_worker *pw = pmd_workers[0];

	for (unsigned s = 0; s < SLICES; s++) {
		uint64_t start = rte_rdtsc();

		for (unsigned i = 0; i < TURNS; i++)
			pmd_turn(pw);
		slices[s] = rte_rdtsc() - start;
	}
	qsort(slices, SLICES, sizeof(slices[0]), by_value);
	return (double)slices[SLICES / 2] / TURNS;
}

static void ports(const char *type, unsigned n, struct sw_port **out)
{
	for (unsigned i = 0; i < n; i++) {
		struct sw_port_conf conf = { .type = type };
		struct sw_err err = { 0 };
		char name[16];

		snprintf(name, sizeof(name), "p%u", i);
		conf.name = name;
		out[i] = sw_port_new(&conf, &err);
		if (!out[i] || sw_port_open(out[i], &err) || sw_pmd_attach(out[i], &err)) {
			fprintf(stderr, "%s\n", err.text);
			exit(1);
		}
		sw_rcu_set(out[i]->ingress, &swallow_all);
	}
}

static void remove_ports(struct sw_port **p, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		sw_pmd_detach(p[i], NULL, NULL);
	sw_pmd_turn(0);
	sw_rcu_poll();
	for (unsigned i = 0; i < n; i++) {
		sw_port_close(p[i]);
		sw_port_free(p[i]);
	}
}

int main(void)
{
	static const unsigned counts[] = { 1, 8, 64 };
	struct sw_port *p[64];
	struct sw_err err;

	swtest_eal();
	if (sw_pool_create(2047, &err) || sw_pmd_start(1, NULL, 0, &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("queues  idle turn  a queue | busy turn  a burst  a packet | idle turn, dummy\n");
	for (unsigned i = 0; i < 3; i++) {
		unsigned n = counts[i];
		double idle, busy, dummy;

		ports("perf_nothing", n, p);
		burst = 0;
		idle = measure();
		burst = SW_BURST;
		busy = measure();
		burst = 0;
		remove_ports(p, n);
		ports("dummy", n, p);
		dummy = measure();
		remove_ports(p, n);
		printf("%6u  %9.1f  %7.1f | %9.1f  %7.1f  %8.2f | %9.1f\n", n, idle, idle / n, busy,
			busy / n, busy / n / SW_BURST, dummy);
	}
	sw_pmd_stop();
	sw_pool_destroy();
	return 0;
}
