/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Looking for packets that a trap waits for, and what becomes of one: it is handed on alone, and whatever differs before and
 * after is its doing: send buffers it went into, reasons it was lost for, what controllers were told.
 *
 * Workers. The packets of a burst keep their order.
 */
#include "trap.h"

#include <string.h>

#include <rte_cycles.h>

#include <sw/drop.h>
#include <sw/program.h>

#include "exec/cache.h"
#include "exec/packet_in.h"
#include "field/extract.h"
#include "rule/lookup.h"

SW_USE(drop, tx_full);

static bool takes(const struct sw_trap *trap, const struct sw_fields *fields)
{
	const uint64_t *key = (const uint64_t *)fields;

	for (unsigned i = 0; i < trap->n_words; i++)
		if ((key[trap->word[i].at] & trap->word[i].mask) != trap->word[i].value)
			return false;
	return true;
}

static void count(uint64_t *counter, unsigned n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/* The place of the first that the trap takes, of those of the burst that are looked at; n: none. */
static unsigned find(const struct trap_ingress *self, struct trap_part *part,
	struct rte_mbuf *const *pkts, unsigned from, unsigned end)
{
	struct sw_fields fields;

	for (unsigned i = from; i < end; i++) {
		count(&part->looked, 1);
		fields_extract(pkts[i], self->number, &fields);
		if (takes(self->trap, &fields))
			return i;
	}
	return end;
}

static struct trap_place *place_of(struct sw_trap *trap)
{
	uint32_t at = __atomic_fetch_add(&trap->taken, 1, __ATOMIC_RELAXED);

	return at < trap->count ? &trap->place[at] : NULL;
}

static bool is_over(const struct sw_trap *trap)
{
	return __atomic_load_n(&trap->taken, __ATOMIC_RELAXED) >= trap->count;
}

/* Packets that a lane was given, whether they wait in it, have left, or found the port full. */
static uint64_t given_to(const struct sw_lane *lane)
{
	return lane->n + lane->stats.tx_packets + lane->stats.drops[SW_ID(drop, tx_full)];
}

/* What is counted of this worker. */
struct tally {
	uint64_t drops[SW_DROP_MAX];
	uint64_t hits;
	uint32_t told; /* controllers */
};

static void take_tally(struct tally *t, const struct sw_worker *w, const struct sw_lane *in)
{
	const struct packet_in_ring *ring = packet_in_rings[w->id];
	const struct cache *c = sw_rcu_get(caches[w->id]);

	memcpy(t->drops, in->stats.drops, sizeof(t->drops));
	t->hits = c ? c->hits : 0;
	t->told = ring ? ring->head : 0;
}

static void note_lanes(struct trap_place *p, struct sw_worker *w)
{
	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		const struct sw_lane *lane = sw_lane_of(w, i);

		p->before[i] = lane ? given_to(lane) : 0;
	}
}

static void tell_lanes(struct trap_place *p, struct sw_worker *w)
{
	struct sw_trap_packet *told = &p->told;

	for (unsigned i = 0; i < SW_PORT_MAX; i++) {
		const struct sw_lane *lane = sw_lane_of(w, i);
		uint64_t n = lane ? given_to(lane) - p->before[i] : 0;

		if (!n)
			continue;
		told->unsure |= n > lane->n; /* or less than none: lost by the port's class */
		if (told->n_out < SW_TRAP_OUTS) {
			told->out[told->n_out].port = i;
			told->out[told->n_out].n = RTE_MIN(n, (uint64_t)UINT16_MAX);
		}
		told->n_out++;
	}
}

static void tell(struct trap_place *p, struct sw_worker *w, const struct sw_lane *in,
	const struct tally *before)
{
	struct tally after;

	take_tally(&after, w, in);
	p->told.to_controllers = after.told - before->told;
	p->told.kept = after.hits != before->hits;
	p->why = -1;
	for (unsigned i = 0; i < SW_DROP_MAX; i++)
		if (after.drops[i] != before->drops[i])
			p->why = i;
	tell_lanes(p, w);
}

static void copy_packet(struct trap_place *p, const struct rte_mbuf *m)
{
	uint32_t n = RTE_MIN(m->pkt_len, (uint32_t)sizeof(p->bytes));
	const void *bytes = rte_pktmbuf_read(m, 0, n, p->bytes);

	if (bytes != p->bytes)
		memcpy(p->bytes, bytes, n);
	p->told.n_bytes = n;
	p->told.len = m->pkt_len;
}

/* Hand on one packet that was caught. Outside of patch ports all send buffers are empty before it, so that what is in them is its. */
static void watch(const struct trap_ingress *self, struct sw_worker *w, struct sw_lane *in,
	struct rte_mbuf *m, struct trap_place *p)
{
	struct sw_trap *trap = self->trap;
	struct tally before;

	if (!w->depth)
		sw_flush(w);
	p->port = in->port->index;
	p->port_serial = in->port->serial;
	p->worker = w->id;
	p->tsc = rte_rdtsc();
	p->told.program = self->inner->program->name;
	p->told.version = rules_version(trap->rules);
	copy_packet(p, m);
	note_lanes(p, w);
	take_tally(&before, w, in);
	self->inner->run(w, self->inner, in, &m, 1);
	tell(p, w, in, &before);
	__atomic_store_n(&p->done, 1, __ATOMIC_RELEASE);
	sw_late_add(w, &trap->late);
}

void trap_run(struct sw_worker *w, const struct sw_ingress *ingress, struct sw_lane *in,
	struct rte_mbuf **pkts, unsigned n)
{
	const struct trap_ingress *self = (const struct trap_ingress *)ingress;
	const struct sw_ingress *inner = self->inner;
	struct sw_trap *trap = self->trap;
	struct trap_part *part = &trap->part[w->id];
	unsigned from = 0, done = 0, end;

	if (is_over(trap)) {
		inner->run(w, inner, in, pkts, n);
		return;
	}
	if (n > TRAP_LOOKS)
		from = part->turn++ * TRAP_LOOKS % n;
	end = RTE_MIN(from + TRAP_LOOKS, n);
	count(&part->passed, n - (end - from));
	while (from < end) {
		unsigned at = find(self, part, pkts, from, end);
		struct trap_place *p = at < end ? place_of(trap) : NULL;

		if (!p)
			break;
		if (at > done)
			inner->run(w, inner, in, pkts + done, at - done);
		watch(self, w, in, pkts[at], p);
		from = done = at + 1;
	}
	if (done < n)
		inner->run(w, inner, in, pkts + done, n - done);
}
