/* SPDX-License-Identifier: BSD-3-Clause */
/* See rig.h. */
#include "rig.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include <sw/err.h>
#include <sw/flow.h>
#include <sw/group.h>
#include <sw/groups.h>
#include <sw/late.h>
#include <sw/mem.h>
#include <sw/pool.h>
#include <sw/rcu.h>
#include <sw/rule_text.h>

#include "../../src/pipeline/exec/cache.h"
#include "swtest.h"

#define BATCH 64 /* bursts before what was put off is done, as a worker has turns */

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
	status->link_up = status->admin_up = true;
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

void rig_pin(int argc, char **argv)
{
	cpu_set_t set;

	if (argc < 2)
		return;
	CPU_ZERO(&set);
	CPU_SET(atoi(argv[1]), &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void give_up(const struct sw_err *err)
{
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

static void add_port(struct rig *rig, unsigned i, const char *name)
{
	struct sw_port_conf conf = { .name = name, .type = "perf_sink" };
	struct sw_err err;

	rig->port[i] = sw_port_new(&conf, &err);
	if (!rig->port[i] || sw_port_open(rig->port[i], &err))
		give_up(&err);
	if (posix_memalign((void **)&rig->lane[i], RTE_CACHE_LINE_SIZE, sizeof(struct sw_lane)))
		exit(1);
	memset(rig->lane[i], 0, sizeof(struct sw_lane));
	rig->lane[i]->port = rig->port[i];
	rig->lane[i]->max_len = rig->lane[i]->rx_max_len = 1518;
	rig->w->lanes[rig->port[i]->index] = rig->lane[i];
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

static struct talk choose(struct rig *rig, const struct scene *sc, unsigned from)
{
	uint64_t r = swtest_rand(&rig->random);
	struct talk t = { .from = from, .to = !from, .src = (r >> 32) % sc->stations };

	t.dst = t.src;
	if (sc->any) {
		t.dst = (uint32_t)r % sc->stations;
		t.to = (from + 1 + (r >> 20) % (sc->ports - 1)) % sc->ports;
	}
	return t;
}

/* Every station speaks, twice, so that nothing is flooded later; floods would free the packet. */
static void teach(struct rig *rig, const struct scene *sc)
{
	for (unsigned from = 0; from < sc->ports; from++)
		for (uint32_t i = 0; i < sc->stations; i++) {
			fill(rig->pkt[0], (struct talk){ from, !from, i, i }, sc->vid[from > 0]);
			rte_mbuf_refcnt_set(rig->pkt[0], 2 + sc->ports);
			rig_run(rig, from, rig->pkt, 1);
			rte_mbuf_refcnt_set(rig->pkt[0], 1);
		}
}

void rig_run(struct rig *rig, unsigned from, struct rte_mbuf **pkts, unsigned n)
{
	const struct sw_ingress *ingress = rig->port[from]->ingress;

	ingress->run(rig->w, ingress, rig->lane[from], pkts, n);
	sw_flush(rig->w);
	if (!(++rig->runs % BATCH))
		sw_settle_all(rig->w);
}

struct rte_mbuf **rig_fill(struct rig *rig, const struct scene *sc, unsigned from, unsigned n)
{
	struct rte_mbuf **pkts = &rig->pkt[rig->next % PACKETS];

	rig->next += SW_BURST;
	for (unsigned i = 0; i < n; i++)
		fill(pkts[i], choose(rig, sc, from), sc->vid[from > 0]);
	return pkts;
}

void rig_enter(struct rig *rig, const struct scene *sc)
{
	struct sw_bridge_conf conf = {
		.name = sc->what, .mac_aging_time = 300, .cross_connect = sc->cross
	};
	struct sw_member_conf members[PORTS];
	struct sw_err err;

	for (unsigned i = 0; i < PORTS; i++)
		members[i] = (struct sw_member_conf){
			.port = rig->port[i], .all_vlans = true, .flood = true, .number = i + 1
		};
	if (sc->vid[0] < 0 && sc->vid[1] >= 0) {
		members[0].mode = SW_VLAN_ACCESS;
		members[0].tag = sc->vid[1];
	}
	conf.mac_table_size = RTE_MAX(8192u, sc->ports * sc->stations);
	rig->bridge = sw_bridge_create(&conf, &err);
	if (!rig->bridge || sw_bridge_set(rig->bridge, &conf, members, sc->ports, &err))
		give_up(&err);
	if (!sc->cross)
		teach(rig, sc);
}

void rig_leave(struct rig *rig)
{
	sw_bridge_destroy(rig->bridge);
	sw_rcu_poll();
}

void rig_start(struct rig *rig)
{
	struct sw_err err;

	rig->random = 42;
	swtest_eal();
	if (sw_pool_create(1023, &err))
		give_up(&err);
	if (posix_memalign((void **)&rig->w, RTE_CACHE_LINE_SIZE, sizeof(*rig->w)))
		exit(1);
	memset(rig->w, 0, sizeof(*rig->w));
	rig->w->events = sw_xcalloc(1, sizeof(*rig->w->events));
	if (rte_pktmbuf_alloc_bulk(sw_pool(), rig->pkt, PACKETS))
		exit(1);
	for (unsigned i = 0; i < PORTS; i++)
		add_port(rig, i, (const char[]){ 'p', '0' + i, 0 });
}

void rig_rule(struct rig *rig, enum sw_rule_verb verb, const char *text)
{
	struct sw_rules *rules = sw_bridge_rules(rig->bridge);
	struct sw_rule_change c;
	struct sw_err err;

	if (sw_rule_parse(text, verb, &c, &err))
		give_up(&err);
	sw_settle_all(rig->w);
	sw_rules_begin(rules);
	if (sw_rules_stage(rules, &c, &err))
		give_up(&err);
	sw_rules_commit(rules);
	sw_instructions_fini(&c.conf.does);
	sw_rcu_poll();
}

void rig_group(struct rig *rig, const char *text)
{
	struct sw_group_change c;
	struct sw_err err;

	if (sw_group_parse(text, SW_GROUP_ADD, &c, &err) ||
		sw_groups_change(sw_bridge_groups(rig->bridge), &c, &err))
		give_up(&err);
	sw_group_fini(&c.conf);
}

static unsigned flow_port(uint32_t f)
{
	return 1024 + (f >> 3) % 50000;
}

void rig_flow_match(struct sw_str *match, uint32_t f)
{
	sw_str_add(match, "tcp,nw_src=10.%u.%u.%u,nw_dst=10.200.0.1,tp_src=%u,tp_dst=80",
		f >> 16 & 255, f >> 8 & 255, f & 255, flow_port(f));
}

void rig_flow(struct rte_mbuf *m, uint32_t f)
{
	static const uint8_t head[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46,
		0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 0, 10, 200, 0, 1, 0, 0, 0, 80, [46] = 0x50,
		0x10 };
	uint8_t *p;

	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->data_len = m->pkt_len = 60;
	p = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(p, head, sizeof(head));
	p[27] = f >> 16;
	p[28] = f >> 8;
	p[29] = f;
	p[34] = flow_port(f) >> 8;
	p[35] = flow_port(f);
}

void rig_packet(struct rte_mbuf *m, const struct sw_fields *key)
{
	static const uint8_t head[60] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46,
		0, 0, 0x40, 0, 64, [46] = 0x50, 0x10 };
	uint8_t *p;

	m->data_off = RTE_PKTMBUF_HEADROOM;
	m->data_len = m->pkt_len = 60;
	p = rte_pktmbuf_mtod(m, uint8_t *);
	memcpy(p, head, sizeof(head));
	p[23] = key->ip_proto;
	memcpy(p + 26, key->ip_src, 4);
	memcpy(p + 30, key->ip_dst, 4);
	memcpy(p + 34, &key->tp_src, 2);
	memcpy(p + 36, &key->tp_dst, 2);
}

void rig_walk_all(struct rig *rig, bool on)
{
	cache_keeps = !on;
	sw_flow_forget(rig->bridge);
}

double rig_measure(uint64_t (*one)(uint32_t flows), uint32_t flows)
{
	static uint64_t cycles[4001];

	for (uint32_t i = 0; i < 20000 / SW_BURST + 6 * flows / SW_BURST; i++)
		one(flows);
	for (unsigned i = 0; i < RTE_DIM(cycles); i++)
		cycles[i] = one(flows);
	swtest_sort(cycles, RTE_DIM(cycles));
	return (double)cycles[RTE_DIM(cycles) / 2] / SW_BURST;
}
