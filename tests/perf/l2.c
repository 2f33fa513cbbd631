/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ingress program costs, alone: bursts of prebuilt packets straight into it, a sink that takes
 * them and does nothing. Prints time-stamp counts a packet, median over bursts (a burst that was
 * interrupted does not count for more than one), and the tenth percentile.
 *
 * Not a test: a number on a busy machine is not a verdict. Run it alone, with a core to pin:
 *
 *	build/tests/perf/perf_l2 [core]
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mbuf.h>

#include <sw/bridge.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/pool.h>
#include <sw/port.h>

#include "swtest.h"

#define BURSTS	4001
#define WARM	20000 /* packets after learning */
#define PACKETS 64    /* buffers in turn, as a driver's cache of free ones gives */

struct bench {
	struct sw_worker *w;
	struct sw_port *port[2];
	struct sw_lane *lane[2];
	struct rte_mbuf *pkt[PACKETS];
	uint64_t random;
	unsigned next;
};

static int sink_open(struct sw_port *port, struct sw_err *err)
{
	port->mtu = 1500;
	return 0;
}

static void sink_close(struct sw_port *port)
{
}

static unsigned sink_rx(struct sw_port *port, unsigned queue, struct sw_lane *lane,
	struct rte_mbuf **pkts, unsigned n)
{
	return 0;
}

static unsigned sink_tx(
	struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	return n;
}

static void sink_status(struct sw_port *port, struct sw_port_status *status)
{
}

SW_REGISTER(port_class, perf_sink) = {
	.name = "perf_sink",
	.help = "takes everything, keeps nothing",
	.size = sizeof(struct sw_port),
	.mtu_min = 68,
	.mtu_max = 9000,
	.open = sink_open,
	.close = sink_close,
	.rx = sink_rx,
	.tx = sink_tx,
	.status = sink_status,
};

static void give_up(const struct sw_err *err)
{
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void add_port(struct bench *b, unsigned i, const char *name)
{
	struct sw_port_conf conf = { .name = name, .type = "perf_sink" };
	struct sw_err err;

	b->port[i] = sw_port_new(&conf, &err);
	if (!b->port[i] || sw_port_open(b->port[i], &err))
		give_up(&err);
	if (posix_memalign((void **)&b->lane[i], RTE_CACHE_LINE_SIZE, sizeof(struct sw_lane)))
		exit(1);
	memset(b->lane[i], 0, sizeof(struct sw_lane));
	b->lane[i]->port = b->port[i];
	b->lane[i]->max_len = 1518;
	b->w->lanes[b->port[i]->index] = b->lane[i];
}

static void put_mac(uint8_t *p, unsigned side, uint32_t station)
{
	uint8_t mac[6] = { 0x02, side, station >> 24, station >> 16, station >> 8, station };

	memcpy(p, mac, 6);
}

/* A 64-byte frame (with FCS) between two stations, from side to the other. */
static void fill(struct rte_mbuf *m, unsigned side, uint32_t station, int vid)
{
	uint8_t *p;

	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->data_len = m->pkt_len = 60;
	p = rte_pktmbuf_mtod(m, uint8_t *);
	put_mac(p, !side, station);
	put_mac(p + 6, side, station);
	if (vid >= 0) {
		memcpy(p + 12, (uint8_t[]){ 0x81, 0, vid >> 8, vid }, 4);
		p += 4;
	}
	memcpy(p + 12, (uint8_t[]){ 0x08, 0 }, 2);
}

static uint64_t run_burst(struct bench *b, unsigned side, struct rte_mbuf **pkts, unsigned n)
{
	const struct sw_ingress *ingress = b->port[side]->ingress;
	uint64_t start = rte_rdtsc_precise(), end;

	ingress->run(b->w, ingress, b->lane[side], pkts, n);
	sw_flush(b->w);
	end = rte_rdtsc_precise();
	return end - start;
}

static uint64_t one(struct bench *b, unsigned side, uint32_t pairs, unsigned n, const int *vid)
{
	struct rte_mbuf **pkts = &b->pkt[b->next % PACKETS];

	b->next += SW_BURST;
	for (unsigned i = 0; i < n; i++)
		fill(pkts[i], side, swtest_rand(&b->random) % pairs, vid[side]);
	return run_burst(b, side, pkts, n);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Every station speaks once (to one that is known), so that nothing is flooded later. */
static void teach(struct bench *b, uint32_t pairs, const int *vid)
{
	for (unsigned side = 0; side < 2; side++)
		for (uint32_t i = 0; i < pairs; i++) {
			fill(b->pkt[0], side, i, vid[side]);
			rte_mbuf_refcnt_set(b->pkt[0], 2);
			run_burst(b, side, b->pkt, 1);
			rte_mbuf_refcnt_set(b->pkt[0], 1);
		}
}

static void measure(struct bench *b, const char *what, uint32_t pairs, unsigned n, const int *vid)
{
	static uint64_t cycles[BURSTS];

	for (unsigned i = 0; i < WARM / n; i++)
		one(b, i & 1, pairs, n, vid);
	for (unsigned i = 0; i < BURSTS; i++)
		cycles[i] = one(b, i & 1, pairs, n, vid);
	qsort(cycles, BURSTS, sizeof(cycles[0]), by_value);
	printf("%-24s %7u pairs  burst %2u  %6.1f cycles a packet (p10 %.1f)\n", what, pairs, n,
		(double)cycles[BURSTS / 2] / n, (double)cycles[BURSTS / 10] / n);
	fflush(stdout);
}

static struct sw_member_conf member(struct sw_port *port, enum sw_vlan_mode mode, uint16_t tag)
{
	return (struct sw_member_conf){
		.port = port, .mode = mode, .tag = tag, .all_vlans = true, .flood = true
	};
}

/* A bridge of two ports; vid is what a frame carries on each side, or -1. */
static void scene(struct bench *b, const char *what, const struct sw_member_conf *members,
	bool cross, const int *vid)
{
	static const uint32_t pairs[] = { 10, 1000, 10000, 100000 };
	struct sw_bridge_conf conf = {
		.name = what, .mac_aging_time = 300, .mac_table_size = 10, .cross_connect = cross
	};

	for (unsigned i = 0; i < (cross ? 1 : RTE_DIM(pairs)); i++) {
		struct sw_bridge *bridge;
		struct sw_err err;

		conf.mac_table_size = RTE_MAX(8192u, 2 * pairs[i]);
		bridge = sw_bridge_create(&conf, &err);
		if (!bridge || sw_bridge_set(bridge, &conf, members, 2, &err))
			give_up(&err);
		if (!cross)
			teach(b, pairs[i], vid);
		measure(b, what, pairs[i], SW_BURST, vid);
		if (i == 0 || pairs[i] == 1000)
			measure(b, what, pairs[i], 8, vid);
		sw_bridge_destroy(bridge);
		sw_rcu_poll();
	}
}

int main(int argc, char **argv)
{
	static const int plain[2] = { -1, -1 }, tagged[2] = { 10, 10 }, mixed[2] = { -1, 10 };
	struct bench b = { .random = 42 };
	struct sw_member_conf members[2];
	struct sw_err err;

	if (argc > 1) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(atoi(argv[1]), &set);
		sched_setaffinity(0, sizeof(set), &set);
	}
	swtest_eal();
	if (sw_pool_create(1023, &err))
		give_up(&err);
	if (posix_memalign((void **)&b.w, RTE_CACHE_LINE_SIZE, sizeof(*b.w)))
		return 1;
	memset(b.w, 0, sizeof(*b.w));
	if (rte_pktmbuf_alloc_bulk(sw_pool(), b.pkt, PACKETS))
		return 1;
	add_port(&b, 0, "left");
	add_port(&b, 1, "right");
	members[0] = member(b.port[0], SW_VLAN_TRUNK, 0);
	members[1] = member(b.port[1], SW_VLAN_TRUNK, 0);
	scene(&b, "cross-connect", members, true, plain);
	scene(&b, "l2 untagged", members, false, plain);
	scene(&b, "l2 tagged", members, false, tagged);
	members[0] = member(b.port[0], SW_VLAN_ACCESS, 10);
	scene(&b, "l2 access <-> trunk", members, false, mixed);
	return 0;
}
