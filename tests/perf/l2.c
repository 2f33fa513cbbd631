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
#define PORTS	8
#define PACKETS 64 /* buffers in turn, as a driver's cache of free ones gives */

struct bench {
	struct sw_worker *w;
	struct sw_port *port[PORTS];
	struct sw_lane *lane[PORTS];
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

struct talk {
	unsigned from, to; /* ports */
	uint32_t src, dst; /* stations */
};

/* A 64-byte frame (with FCS); vid is what it carries, or -1. */
static void fill(struct rte_mbuf *m, struct talk t, int vid)
{
	uint8_t *p;

	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->data_len = m->pkt_len = 60;
	p = rte_pktmbuf_mtod(m, uint8_t *);
	put_mac(p, t.to, t.dst);
	put_mac(p + 6, t.from, t.src);
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

/* Who speaks to whom. */
struct scene {
	const char *what;
	unsigned ports;
	bool cross;
	bool any;	   /* any station to any other, else in pairs */
	int vid[2];	   /* of frames on the first port and on the others */
	uint32_t stations; /* behind each port */
};

static struct talk choose(struct bench *b, const struct scene *sc, unsigned from)
{
	uint64_t r = swtest_rand(&b->random);
	struct talk t = { .from = from, .to = !from, .src = (r >> 32) % sc->stations };

	t.dst = t.src;
	if (sc->any) {
		t.dst = (uint32_t)r % sc->stations;
		t.to = (from + 1 + (r >> 20) % (sc->ports - 1)) % sc->ports;
	}
	return t;
}

static uint64_t one(struct bench *b, const struct scene *sc, unsigned from, unsigned n)
{
	struct rte_mbuf **pkts = &b->pkt[b->next % PACKETS];

	b->next += SW_BURST;
	for (unsigned i = 0; i < n; i++)
		fill(pkts[i], choose(b, sc, from), sc->vid[from > 0]);
	return run_burst(b, from, pkts, n);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Every station speaks, twice, so that nothing is flooded later; floods would free the packet. */
static void teach(struct bench *b, const struct scene *sc)
{
	for (unsigned from = 0; from < sc->ports; from++)
		for (uint32_t i = 0; i < sc->stations; i++) {
			fill(b->pkt[0], (struct talk){ from, !from, i, i }, sc->vid[from > 0]);
			rte_mbuf_refcnt_set(b->pkt[0], 2 + sc->ports);
			run_burst(b, from, b->pkt, 1);
			rte_mbuf_refcnt_set(b->pkt[0], 1);
		}
}

static void measure(struct bench *b, const struct scene *sc, unsigned n)
{
	static uint64_t cycles[BURSTS];

	for (unsigned i = 0; i < WARM / n; i++)
		one(b, sc, i % sc->ports, n);
	for (unsigned i = 0; i < BURSTS; i++)
		cycles[i] = one(b, sc, i % sc->ports, n);
	qsort(cycles, BURSTS, sizeof(cycles[0]), by_value);
	printf("%-22s %6u stations a port  burst %2u  %6.1f cycles a packet (p10 %.1f)\n", sc->what,
		sc->stations, n, (double)cycles[BURSTS / 2] / n, (double)cycles[BURSTS / 10] / n);
	fflush(stdout);
}

static void play(struct bench *b, struct scene sc, const struct sw_member_conf *members)
{
	struct sw_bridge_conf conf = {
		.name = sc.what, .mac_aging_time = 300, .cross_connect = sc.cross
	};
	struct sw_bridge *bridge;
	struct sw_err err;

	conf.mac_table_size = RTE_MAX(8192u, sc.ports * sc.stations);
	bridge = sw_bridge_create(&conf, &err);
	if (!bridge || sw_bridge_set(bridge, &conf, members, sc.ports, &err))
		give_up(&err);
	if (!sc.cross)
		teach(b, &sc);
	measure(b, &sc, SW_BURST);
	measure(b, &sc, 8);
	sw_bridge_destroy(bridge);
	sw_rcu_poll();
}

static void play_all(struct bench *b)
{
	static const uint32_t stations[] = { 10, 1000, 10000, 100000 };
	struct sw_member_conf m[PORTS];

	for (unsigned i = 0; i < PORTS; i++)
		m[i] = (struct sw_member_conf){
			.port = b->port[i], .all_vlans = true, .flood = true
		};
	play(b, (struct scene){ "cross-connect", 2, true, false, { -1, -1 }, 10 }, m);
	for (unsigned i = 0; i < RTE_DIM(stations); i++)
		play(b, (struct scene){ "l2 untagged", 2, false, false, { -1, -1 }, stations[i] },
			m);
	for (unsigned i = 0; i < RTE_DIM(stations); i++)
		play(b, (struct scene){ "l2 tagged", 2, false, false, { 10, 10 }, stations[i] }, m);
	for (unsigned i = 0; i < RTE_DIM(stations); i++)
		play(b,
			(struct scene){ "l2 any to any", PORTS, false, true, { -1, -1 },
				stations[i] / 8 + 1 },
			m);
	m[0].mode = SW_VLAN_ACCESS;
	m[0].tag = 10;
	for (unsigned i = 0; i < RTE_DIM(stations); i++)
		play(b,
			(struct scene){
				"l2 access <-> trunk", 2, false, false, { -1, 10 }, stations[i] },
			m);
}

int main(int argc, char **argv)
{
	struct bench b = { .random = 42 };
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
	for (unsigned i = 0; i < PORTS; i++)
		add_port(&b, i, (const char[]){ 'p', '0' + i, 0 });
	play_all(&b);
	return 0;
}
