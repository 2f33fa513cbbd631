/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of controllers, done: each goes through its list of actions as the actions of a rule would be done.
 *
 * Worker 0, between two turns, so that it holds nothing of a burst. It leaves nothing in its send buffers: what is done is on
 * its way when control is told so.
 */
#include "packet_out.h"

#include <unistd.h>

#include <sw/drop.h>
#include <sw/housekeep.h>
#include <sw/rcu.h>

#include "../domain.h"
#include "../field/extract.h"
#include "code.h"
#include "pause.h"
#include "walk.h"
#include "wish.h"

#define A_SLICE 16 /* packets */

SW_USE(housekeep, packet_out);
SW_USE(drop, rule_drop);
SW_USE(drop, rule_no_port);
SW_USE(drop, rule_too_long);

struct packet_out_ring packet_out_ring;
int packet_out_fd = -1;

/* Where a packet is done: what a program of rules is made of, for the port it is said to have come in on. */
struct place {
	struct rules_prog prog;
	struct l2 normal;
	struct sw_lane *lane;
};

static const struct of_port *find_port(const struct of_ports *ports, uint32_t number)
{
	for (unsigned i = 0; i < ports->n; i++)
		if (ports->list[i].number == number)
			return &ports->list[i];
	return NULL;
}

static void place_init(
	struct place *p, const struct packet_out_view *view, uint32_t number, struct sw_lane *lane)
{
	*p = (struct place){ view->prog, view->normal, lane };
	p->prog.normal = &p->normal;
	p->prog.number = number;
}

/* False: the port is gone. */
static bool place_at_port(struct place *p, struct sw_worker *w)
{
	const struct domain *domain = p->normal.domain;
	const struct of_port *port = find_port(p->prog.ports, p->prog.number);
	struct sw_lane *lane = port ? sw_lane_of(w, port->index) : NULL;

	if (!lane)
		return false;
	p->lane = lane;
	p->prog.index = p->normal.port = port->index;
	p->normal.map = domain->map[port->member];
	p->normal.ingress.run = l2_run;
	if (port->protect)
		p->normal.out = domain->out_protected;
	return true;
}

static void begin(struct walk *walk, const struct packet_out *out)
{
	fields_extract(out->m, out->in_port, &walk->fields);
	fields_set_meta(&walk->fields, &out->fields);
	walk->sent = out->code;
	walk_packet_out(walk, out->code->apply, out->code->n_apply);
	walk->sent = NULL;
}

static void go_on(struct walk *walk, const struct packet_out *out)
{
	walk->fields = out->fields;
	fields_extract_again(out->m, &walk->fields);
	walk->keep = false;
	pause_walk(walk, out->resumed);
}

static void do_actions(struct sw_worker *w, struct place *place, const struct packet_out *out)
{
	struct walk *walk = &walks[w->id][w->depth];
	struct rte_mbuf *m = out->m;
	uint32_t bytes = m->pkt_len;
	struct exec x = { .w = w, .prog = &place->prog, .in = place->lane, .pkts = &m, .n = 1 };

	walk->prog = &place->prog;
	walk->x = &x;
	walk->reader = (struct rule_reader){ rules_version(place->prog.rules), w->id, walk->marks };
	x.version = walk->reader.version;
	x.why = SW_ID(drop, rule_drop);
	if (out->resumed)
		go_on(walk, out);
	else
		begin(walk, out);
	for (unsigned i = 0; i < walk->n_hits; i++)
		rule_count_add(walk->hits[i], w, 1, bytes);
	if (walk->too_long)
		x.why = SW_ID(drop, rule_too_long);
	else
		exec_ops(&x, walk->ops, walk->n_ops);
	exec_end(&x);
}

/* What it asked for is control's to do before it is gone. */
static void do_actions_noting(struct sw_worker *w, struct place *place, struct packet_out *out)
{
	uint32_t wishes = wish_place(w);

	do_actions(w, place, out);
	out->wishes = wish_place(w);
	out->wished = out->wishes != wishes;
}

static void do_one(struct sw_worker *w, struct packet_out *out)
{
	const struct packet_out_view *view = sw_rcu_get(out->gate->view);
	struct place place;

	if (!view) {
		rte_pktmbuf_free(out->m); /* and whoever could ask for its counters is gone */
		return;
	}
	place_init(&place, view, out->in_port, &out->gate->lane);
	if (out->in_port != SW_OFPP_CONTROLLER && !place_at_port(&place, w)) {
		sw_drop_one(&out->gate->lane, SW_ID(drop, rule_no_port), out->m);
		return;
	}
	do_actions_noting(w, &place, out);
}

static void slice(struct sw_worker *w)
{
	struct packet_out_ring *ring = &packet_out_ring;
	uint32_t head = __atomic_load_n(&ring->head, __ATOMIC_ACQUIRE), tail = ring->tail;
	uint32_t most = RTE_MIN(head - tail, (uint32_t)A_SLICE), n;
	uint64_t one = 1;
	ssize_t rc;

	for (n = 0; n < most; n++) {
		struct packet_out *out = ring->at[(tail + n) % SW_PACKET_OUT_RING];

		if (out->learns && !wish_has_room(w, out->learns))
			break; /* control is told of those before; nobody asks for it again */
		do_one(w, out);
	}
	if (tail + n != head)
		sw_housekeep_ask(SW_ID(housekeep, packet_out));
	if (!n)
		return;
	sw_flush(w);
	__atomic_store_n(&ring->tail, tail + n, __ATOMIC_RELEASE);
	rc = write(packet_out_fd, &one, sizeof(one));
	(void)rc; /* full counter: it is readable already */
}

SW_REGISTER(housekeep, packet_out) = {
	.name = "packet_out",
	.help = "does the actions of packets that controllers send",
	.slice = slice,
};
