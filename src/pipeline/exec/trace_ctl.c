/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet through the rules program of a port, without effect: see sw/trace.h. The walk and the ops are the workers'; what
 * is other than theirs is around them: a worker of our own, whose lanes end here, a copy of the program with the L2
 * program that does not learn, and a place behind the workers' in counters of groups and meters, which tells what ran.
 *
 * Control thread only.
 */
#include <sw/trace.h>

#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include <sw/clock.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/pool.h>
#include <sw/port_state.h>
#include <sw/program.h>

#include "../bridge_check.h"
#include "../fdb_table.h"
#include "../field/extract.h"
#include "../group/group.h"
#include "../l2.h"
#include "../meter/meter.h"
#include "../rule/conj.h"
#include "../rule/limit.h"
#include "../trap.h"
#include "code.h"
#include "packet_in.h"
#include "prog.h"
#include "run_output.h"
#include "run_set.h"
#include "walk.h"

SW_USE(drop, patch_loop);

#define CROSSED_MAX 128 /* as SW_CROSS_MAX, but of what is told in one answer */

/* A lane that leads to us instead of to its port. */
struct trace_lane {
	struct sw_lane lane;
	struct sw_port port; /* as the real one, with our class */
};

struct trace_sent {
	struct rte_mbuf *m;
	uint16_t port;
};

struct trace_place {
	uint32_t limit;
	uint64_t asked;
};

struct trace {
	struct sw_worker w;
	const struct sw_trace_ear *ear;
	struct rules_prog prog;
	struct l2 normal;
	struct packet_in_ring ring;
	struct trace_lane *lane[SW_PORT_MAX];
	unsigned n_sent, sent_size;
	unsigned crossed; /* packets, a second or later patch port */
	struct trace_sent *sent;
	unsigned n_places,
		places_size; /* that its packets would take of limits of rules that are learned */
	struct trace_place *place;
	struct walk walk;
};

/* --- lanes --- */

static unsigned lane_tx(
	struct sw_port *port, struct sw_worker *w, struct rte_mbuf **pkts, unsigned n)
{
	struct trace *t = sw_container_of(w, struct trace, w);

	for (unsigned i = 0; i < n; i++) {
		if (t->n_sent == t->sent_size) {
			t->sent_size = RTE_MAX(64u, 2 * t->sent_size);
			t->sent = sw_xrealloc(t->sent, t->sent_size, sizeof(t->sent[0]));
		}
		t->sent[t->n_sent++] = (struct trace_sent){ pkts[i], port->index };
	}
	return n;
}

static const struct sw_port_class trace_class = {
	.name = "trace",
	.help = "where packets of a trace end",
	.tx = lane_tx,
};

/* For all ports of the bridge. */
static void lanes_create(struct trace *t, const struct sw_bridge *bridge)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		const struct sw_port *port = sw_port_by_index(i);
		struct trace_lane *l;

		if (!port || bridge_owner(port) != bridge)
			continue;
		if (posix_memalign((void **)&l, RTE_CACHE_LINE_SIZE, sizeof(*l)))
			abort(); /* as sw_xcalloc */
		memset(l, 0, sizeof(*l));
		l->port = *port;
		l->port.cls = &trace_class;
		l->port.ingress = NULL;
		l->lane.port = &l->port;
		l->lane.rx_max_len = port->mtu + RTE_ETHER_HDR_LEN + RTE_ETHER_CRC_LEN;
		l->lane.shut = sw_port_shut_reason(port);
		l->lane.max_len = l->lane.shut ? 0 : l->lane.rx_max_len;
		t->lane[i] = l;
		t->w.lanes[i] = &l->lane;
	}
}

static void lanes_destroy(struct trace *t)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		free(t->lane[i]);
		t->lane[i] = NULL;
		t->w.lanes[i] = NULL;
	}
}

static void tell_drops(const struct trace *t)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++)
		for (unsigned k = 0; t->lane[i] && k < sw_reg_kind_drop.count; k++)
			for (uint64_t n = t->lane[i]->lane.stats.drops[k]; n; n--)
				t->ear->drop(t->ear->arg, sw_port_by_index(i),
					sw_reg_kind_drop.by_id[k]->desc);
}

/* --- what the walk comes by --- */

static const struct trace *trace_of(const struct walk *walk)
{
	return sw_container_of(walk, const struct trace, walk);
}

struct conjs {
	struct sw_trace_conj conj[SW_TRACE_CONJS];
	unsigned n;  /* that there are */
	uint32_t id; /* of the one that leads to the rule */
};

static void hear_conj(void *arg, uint16_t priority, uint32_t id, unsigned n, uint64_t dims,
	const struct sw_rule *found)
{
	struct conjs *c = arg;

	if (found)
		c->id = id;
	if (c->n < SW_TRACE_CONJS)
		c->conj[c->n] = (struct sw_trace_conj){ id, priority, n, found != NULL, dims };
	c->n++;
}

static void hear_table(
	const struct walk *walk, uint8_t table, rte_be32_t in_port, const struct sw_rule *rule)
{
	const struct sw_trace_ear *ear = trace_of(walk)->ear;
	struct sw_fields fields = walk->fields;
	struct conjs conjs = { .n = 0 };
	const struct rule_conj_ear conj_ear = { &conjs, hear_conj };
	struct sw_trace_table t = { .rules = walk->prog->rules,
		.fields = &fields,
		.rule = rule,
		.table = table,
		.depth = walk->depth,
		.conj = conjs.conj };

	fields.in_port = in_port;
	rules_lookup_told(walk->prog->rules, &walk->reader, table, &fields, &conj_ear);
	t.n_conj = RTE_MIN(conjs.n, (unsigned)SW_TRACE_CONJS);
	if (rule)
		fields.conj_id = rte_cpu_to_be_32(conjs.id);
	ear->table(ear->arg, &t);
}

static void hear_set(const struct walk *walk)
{
	const struct sw_trace_ear *ear = trace_of(walk)->ear;
	struct sw_trace_set set = { .places = walk->places };

	if (set.places & 1u << SW_PLACE_OUTPUT)
		set.output = op_output_port(walk->set[SW_PLACE_OUTPUT]);
	if (set.places & 1u << SW_PLACE_GROUP)
		set.group = walk->set[SW_PLACE_GROUP]->group.id;
	for (unsigned i = 0; i < walk->n_sets; i++) {
		const struct op *op = walk->set_field[i];

		if (!op_is_set(op)) /* a move */
			continue;
		set.field[set.n_fields] = op->set.field;
		set.value[set.n_fields++] = op->set.value;
	}
	if (set.places || set.n_fields)
		ear->set(ear->arg, &set);
}

/* Of one limit so many that were taken before, and that rule may have one. */
static unsigned places_before(const struct trace *t, uint32_t limit, uint64_t asked, bool *has)
{
	unsigned n = 0;

	*has = false;
	for (unsigned i = 0; i < t->n_places; i++) {
		n += t->place[i].limit == limit;
		*has |= t->place[i].limit == limit && t->place[i].asked == asked;
	}
	return n;
}

/* They are counted here, where nobody else sees them. */
static bool hear_place(
	const struct walk *walk, const struct rule_limit *limit, uint32_t most, uint64_t asked)
{
	struct trace *t = sw_container_of(walk, struct trace, walk);
	bool has;
	unsigned n = places_before(t, limit->id, asked, &has);

	if (has)
		return true;
	if (n >= most || !rule_limit_has_room(limit, most - n))
		return false;
	if (t->n_places == t->places_size) {
		t->places_size = RTE_MAX(16u, 2 * t->places_size);
		t->place = sw_xrealloc(t->place, t->places_size, sizeof(t->place[0]));
	}
	t->place[t->n_places++] = (struct trace_place){ limit->id, asked };
	return true;
}

static const struct walk_ear walk_ear = { hear_table, hear_set, hear_place };

void l2_tell(const struct sw_worker *w, uint64_t tag, uint32_t to, uint32_t from)
{
	const struct sw_trace_ear *ear = sw_container_of(w, const struct trace, w)->ear;
	const struct sw_trace_normal n = { L2_VID(tag), to != FDB_MISS, from != FDB_MISS,
		to & FDB_PORT_MASK, from & FDB_PORT_MASK };

	ear->normal(ear->arg, &n);
}

/* --- what ran: groups and meters that the rules and their groups name, by what was counted for us --- */

static void tell_code(struct trace *t, const struct code *code);

static void tell_group(struct trace *t, uint32_t id)
{
	const struct sw_group *g = group_find(t->prog.groups, id);
	struct group_count *c = g ? &g->counts[g->workers * g->stride] : NULL;

	if (!c || !c->packets)
		return;
	t->ear->group(t->ear->arg, g, -1, c->packets);
	c->packets = c->bytes = 0; /* once only, and nothing is left behind */
	for (unsigned i = 0; i < g->n; i++) {
		uint64_t n = c[1 + i].packets;

		c[1 + i].packets = c[1 + i].bytes = 0;
		if (!n)
			continue;
		t->ear->group(t->ear->arg, g, i, n);
		tell_code(t, g->bucket[i].code);
	}
}

static void tell_meter(struct trace *t, uint32_t id)
{
	struct sw_meter *m = meter_find(t->prog.meters, id);
	struct meter_part *part = m ? meter_part(m, m->workers) : NULL;
	int band = -1;

	if (!part || !part->in.packets)
		return;
	for (unsigned i = 0; i < m->n; i++) {
		if (part->band[i].acted.packets)
			band = i;
		part->band[i].acted = (struct meter_count){ 0 };
	}
	part->in = (struct meter_count){ 0 };
	t->ear->meter(t->ear->arg, m, band);
}

static void tell_op(struct trace *t, const struct op *op)
{
	uint32_t id;

	if (op_group(op, &id))
		tell_group(t, id);
	else if (op_meter(op, &id))
		tell_meter(t, id);
}

/* With the codes in it, of which all are in one list. */
static void tell_code(struct trace *t, const struct code *code)
{
	for (; code; code = code->inner) {
		if (code->meter)
			tell_op(t, code->meter);
		for (unsigned i = 0; i < code->n_apply; i++)
			tell_op(t, &code->apply[i]);
		for (unsigned i = 0; i < code->n_write; i++)
			tell_op(t, &code->write[i]);
	}
}

static void tell_ran(struct trace *t)
{
	const struct walk *walk = &t->walk;

	for (unsigned i = 0; i < walk->n_hits; i++)
		tell_code(t, rule_code_at(walk->hits[i], walk->reader.version)->ops);
}

static void tell_controllers(struct trace *t)
{
	struct packet_in_ring *ring = &t->ring;

	for (; ring->tail != ring->head; ring->tail++) {
		struct sw_packet_in *in = &ring->in[ring->tail % PACKET_IN_RING];

		t->ear->controller(t->ear->arg, in, RTE_MIN(in->m->pkt_len, (uint32_t)in->max_len));
		packet_in_free(in);
	}
}

/* --- a packet in a bridge --- */

static void run_rules(struct trace *t, struct rte_mbuf *m, const struct sw_fields *meta)
{
	struct sw_lane *in = &t->lane[t->prog.index]->lane;
	struct exec x = { .w = &t->w, .prog = &t->prog, .in = in, .pkts = &m, .n = 1 };

	t->walk.ear = &walk_ear;
	t->walk.prog = &t->prog;
	t->walk.reader =
		(struct rule_reader){ rules_version(t->prog.rules), t->w.id, t->walk.marks };
	x.version = t->walk.reader.version;
	rules_fields(&x, &t->walk);
	if (meta)
		fields_set_meta(&t->walk.fields, meta);
	rules_walk(&x, &t->walk);
	rules_do(&x, &t->walk);
}

/* false: there are no rules before it. */
static bool run_other(struct trace *t, struct rte_mbuf *m, const struct sw_ingress *ingress)
{
	struct sw_lane *in = &t->lane[t->prog.index]->lane;

	if (!strcmp(ingress->program->name, "rules") || !strcmp(ingress->program->name, "l2"))
		return false;
	ingress->run(&t->w, ingress, in, &m, 1);
	return true;
}

static void run_in(struct trace *t, const struct sw_port *port, struct rte_mbuf *m,
	const struct sw_fields *meta)
{
	struct sw_fields fields;

	bridge_rules_prog(port, &t->prog, &t->normal);
	t->normal.ingress.run = l2_run_dry;
	t->prog.normal = &t->normal;
	lanes_create(t, bridge_owner(port));
	fields_extract(m, t->prog.number, &fields);
	if (meta)
		fields_set_meta(&fields, meta);
	t->ear->enter(t->ear->arg, port, &fields);
	packet_in_rings[t->w.id] = &t->ring;
	if (rules_admit(&t->lane[port->index]->lane, m) &&
		!run_other(t, m, trap_inner(port->ingress)))
		run_rules(t, m, meta);
	for (unsigned i = 0; i < SW_PORT_MAX; i++) /* in an order that says nothing */
		if (t->lane[i])
			sw_lane_flush(&t->w, &t->lane[i]->lane);
	t->w.dirty = NULL;
	t->w.late = NULL;
	packet_in_rings[t->w.id] = NULL;
	tell_ran(t);
	tell_controllers(t);
	tell_drops(t);
	lanes_destroy(t);
}

/* The port at the other end of a patch port that is in a bridge, or NULL. */
static const struct sw_port *peer_of(const struct sw_port *port)
{
	const char *name, *back;
	const struct sw_port *peer;

	if (strcmp(port->cls->name, "patch"))
		return NULL;
	name = sw_port_option(&port->conf, "peer");
	peer = name ? sw_port_by_name(name) : NULL;
	back = peer && !strcmp(peer->cls->name, "patch") ? sw_port_option(&peer->conf, "peer")
							 : NULL;
	return back && !strcmp(back, port->name) && peer->ingress ? peer : NULL;
}

static void tell_output(struct trace *t, const struct sw_port *port, struct rte_mbuf *m)
{
	static uint8_t copy[SW_TRACE_BYTES + RTE_MBUF_DEFAULT_BUF_SIZE];
	size_t len = RTE_MIN(m->pkt_len, (uint32_t)sizeof(copy));
	struct sw_fields fields;

	fields_extract(m, 0, &fields);
	t->ear->output(t->ear->arg, port, rte_pktmbuf_read(m, 0, len, copy), len, &fields);
}

/* As patch ports do: a packet crosses so many one after the other, and all together few a second one. */
static bool may_cross(struct trace *t, unsigned depth)
{
	return !depth || (depth < SW_DEPTH_MAX && t->crossed++ < CROSSED_MAX);
}

/* Packets that left, and on the other side of patch ports what becomes of them. */
static void follow(struct trace *t, unsigned depth)
{
	struct trace_sent *sent = t->sent;
	unsigned n = t->n_sent;

	t->sent = NULL;
	t->n_sent = t->sent_size = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct sw_port *port = sw_port_by_index(sent[i].port);
		const struct sw_port *peer = peer_of(port);

		tell_output(t, port, sent[i].m);
		if (peer && may_cross(t, depth)) {
			run_in(t, peer, sent[i].m, NULL);
			follow(t, depth + 1);
			continue;
		}
		if (peer)
			t->ear->drop(t->ear->arg, port, &sw_drop_patch_loop);
		rte_pktmbuf_free(sent[i].m);
	}
	free(sent);
}

int sw_trace_run(const struct sw_trace_ear *ear, const struct sw_port *port, const uint8_t *bytes,
	size_t len, const struct sw_fields *meta, struct sw_err *err)
{
	struct rte_mbuf *m;
	struct trace *t;
	int rc;

	if (!bridge_owner(port)) {
		rc = sw_err_set(err, SW_CODE_CONFLICT, "port %s is in no bridge", port->name);
		sw_err_hint(err,
			"its packets are dropped (no_bridge) until swctl add-port puts it in one");
		return rc;
	}
	m = sw_pool_packet(bytes, len);
	if (!m)
		return sw_err_set(
			err, SW_CODE_LIMIT, "there is no packet buffer free for the trace");
	if (posix_memalign((void **)&t, RTE_CACHE_LINE_SIZE, sizeof(*t)))
		abort(); /* as sw_xcalloc */
	memset(t, 0, sizeof(*t));
	t->ear = ear;
	t->w.id = sw_worker_count();
	t->w.now_tsc = rte_rdtsc();
	sw_worker_read_clock(&t->w);
	run_in(t, port, m, meta);
	follow(t, 0);
	free(t->place);
	free(t);
	return 0;
}
