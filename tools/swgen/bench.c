/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Making the generator of its options: tables, pools, senders, receivers, ports.
 */
#include "bench.h"

#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_mempool.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "big.h"
#include "clerk.h"

static void *line_alloc(size_t size)
{
	void *p = aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));

	return p ? memset(p, 0, size) : sw_xcalloc(1, size);
}

static struct sender *make_sender(struct bench *b, unsigned way)
{
	const struct options *o = b->o;
	struct sender *s = line_alloc(sizeof(*s));

	s->mix = &o->mix;
	s->zipf = &b->zipf;
	s->pool = b->pool;
	s->random.state = o->seed + way * 0x5bd1e995ULL;
	s->replay = o->pcap ? &b->replay : NULL;
	s->seq = big_alloc(o->flows, sizeof(*s->seq));
	build_init(&s->build, o, way);
	return s;
}

static struct receiver *make_receiver(struct bench *b, unsigned way)
{
	struct receiver *r = line_alloc(sizeof(*r));
	struct layout at;

	layout_init(&at, b->o);
	r->l3_type = at.v6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4);
	r->data_of_l3 = at.data_of_l3;
	r->queues = b->o->rx_queues;
	if (b->senders[way])
		r->tracks = big_alloc(b->o->flows, sizeof(*r->tracks));
	return r;
}

int bench_init(struct bench *b, const struct options *o, struct sw_err *err)
{
	memset(b, 0, sizeof(*b));
	b->o = o;
	b->hz = rte_get_tsc_hz();
	b->run = rte_rdtsc() >> 20;
	b->n_receivers = o->n_ports;
	if (o->pcap && replay_read(&b->replay, o->pcap, err))
		return sw_err_errno(err->code);
	b->replay.loop = o->loop;
	b->replay.cycles_per_ns = o->speed > 0 ? b->hz / (1e9 * o->speed) : 0;
	if (o->dist == DIST_ZIPF)
		zipf_init(&b->zipf, o->flows, o->zipf);
	b->pool = port_pool(o, "tx", o->n_ports * port_buffers(o), err);
	if (!b->pool)
		return sw_err_errno(err->code);
	for (unsigned i = 0; i < o->n_ports; i++) {
		/* to learn, the second port speaks too */
		if (!i || o->both || o->learn)
			b->senders[i] = make_sender(b, i);
		b->receivers[i] = make_receiver(b, i);
	}
	return 0;
}

static int open_one(struct bench *b, unsigned i, struct sw_err *err)
{
	int rc;

	clerk_attaching(b->o->ports[i], b->o->wait_s);
	rc = port_open(&b->ports[i], i, b->o, err);
	clerk_attached();
	if (rc)
		return rc;
	b->n_ports++;
	if (b->senders[i])
		b->senders[i]->port_id = b->ports[i].id;
	/* direction i comes out of the other port */
	b->receivers[b->o->n_ports - 1 - i]->port_id = b->ports[i].id;
	return 0;
}

int bench_open(struct bench *b, struct sw_err *err)
{
	for (unsigned i = 0; i < b->o->n_ports; i++) {
		int rc = open_one(b, i, err);

		if (rc)
			return rc;
	}
	return port_wait_links(b->ports, b->o, err);
}

void bench_fini(struct bench *b)
{
	for (unsigned i = 0; i < b->n_ports; i++)
		port_close(&b->ports[i]);
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (b->senders[i])
			free(b->senders[i]->seq);
		free(b->senders[i]);
		if (b->receivers[i])
			free(b->receivers[i]->tracks);
		free(b->receivers[i]);
	}
	zipf_fini(&b->zipf);
	replay_fini(&b->replay);
}

/* Bytes on the wire for each packet, gaps included. */
static double wire_bytes(const struct bench *b)
{
	double sum = 0;

	if (!b->replay.n)
		return mix_wire_bytes(&b->o->mix);
	for (uint32_t i = 0; i < b->replay.n; i++)
		sum += b->replay.frames[i].len + FCS_LEN + WIRE_EXTRA;
	return sum / b->replay.n;
}

int bench_rate(const struct bench *b, double *pps, struct sw_err *err)
{
	const struct rate *rate = &b->o->rate;
	int rc;

	*pps = 0;
	if (rate->unit == RATE_PPS)
		*pps = rate->value;
	if (rate->unit == RATE_BPS)
		*pps = rate->value / (8 * wire_bytes(b));
	if (rate->unit != RATE_PERCENT)
		return 0;
	if (b->ports[0].link_mbps) {
		*pps = rate->value / 100 * b->ports[0].link_mbps * 1e6 / (8 * wire_bytes(b));
		return 0;
	}
	rc = sw_err_set(err, SW_CODE_INVALID, "--rate=%g%%: port %s does not tell its speed",
		rate->value, b->ports[0].device);
	sw_err_hint(err, "give packets a second (1.5M) or bits a second (10Gbps)");
	return rc;
}
