/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets through a meter: the instruction of OpenFlow 1.3, the action of 1.5 (5.7). A band drops, or raises the drop
 * precedence of the DSCP (RFC 2597: classes AF1 to AF4, precedences 1 to 3). Class selectors (RFC 2474, 4.2.2), which have
 * none, go down by as many classes, as far as the default; others stay as they are.
 *
 * Workers but for the compiling. An op names a meter by its id; one that is not there any more lets packets pass.
 */
#include <sw/drop.h>

#include "../exec/checksum.h"
#include "../exec/code.h"
#include "../exec/headers.h"
#include "../exec/prog.h"
#include "../exec/walk.h"
#include "meter.h"

SW_REGISTER(drop, meter) = {
	.name = "meter",
	.help = "a meter of the rule that it matches lets no more through: the meter's statistics say which of its bands drop",
	.as = SW_DROP_RX_DROPPED,
};

static uint8_t raised(uint8_t dscp, unsigned by)
{
	unsigned class = dscp >> 3, precedence = dscp >> 1 & 3;

	if (!(dscp & 7))
		return (class - RTE_MIN(class, by)) << 3;
	if (class < 1 || class > 4 || dscp & 1 || !precedence)
		return dscp;
	return class << 3 | RTE_MIN(precedence + by, 3u) << 1;
}

static void remark_ip4(uint8_t *ip, unsigned by)
{
	uint32_t was = checksum_sum(ip, 1);

	ip[1] = raised(ip[1] >> 2, by) << 2 | (ip[1] & 3);
	checksum_fix(ip + 10, was, checksum_sum(ip, 1));
}

/* The traffic class lies across two bytes. */
static void remark_ip6(uint8_t *ip, unsigned by)
{
	uint8_t tos = ip[0] << 4 | ip[1] >> 4;

	tos = raised(tos >> 2, by) << 2 | (tos & 3);
	ip[0] = (ip[0] & 0xf0) | tos >> 4;
	ip[1] = (ip[1] & 0x0f) | tos << 4;
}

static enum op_changed remark_one(
	struct exec *x, struct rte_mbuf **m, struct headers *h, const struct op *op)
{
	if (h->ip4)
		remark_ip4(h->ip4, op->ttl);
	else if (h->ip6)
		remark_ip6(h->ip6, op->ttl);
	return OP_CHANGED;
}

/* The packet, or a copy in its stead; false: there was no buffer for that, and it is gone. */
static bool remark(struct exec *x, struct rte_mbuf **m, uint8_t by)
{
	struct exec one = *x;
	const struct op op = { .changes = true, .change = remark_one, .ttl = by };

	one.pkts = m;
	one.n = 1;
	headers_change(&one, &op, 1);
	return one.n;
}

/* A packet that was sent already is not lost. */
static void drop(struct exec *x, struct rte_mbuf *m)
{
	if (x->sent || x->spare)
		rte_pktmbuf_free(m);
	else
		sw_drop_one(x->in, SW_ID(drop, meter), m);
}

static void act(struct exec *x, const struct sw_meter *m, const int8_t *hit)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < x->n; i++) {
		const struct meter_band *b = hit[i] < 0 ? NULL : &m->band[hit[i]];
		struct rte_mbuf *pkt = x->pkts[i];

		if (b && b->type == SW_METER_DROP) {
			drop(x, pkt);
			continue;
		}
		if (b && !remark(x, &pkt, b->prec_level))
			continue;
		x->pkts[kept++] = pkt;
	}
	x->n = kept;
}

static void run_meter(struct exec *x, const struct op *op)
{
	struct sw_meter *m = meter_find_at(x->prog->meters, op->id, x->version);
	int8_t hit[SW_BURST];

	if (likely(m) && unlikely(meter_pass(m, x->w, x->pkts, x->n, hit)))
		act(x, m, hit);
}

/* Later tables match the DSCP that it leaves. */
static void walk_meter(struct walk *walk, const struct op *op)
{
	const struct sw_meter *m = meter_find_at(walk->prog->meters, op->id, walk->reader.version);

	if (m && m->remarks)
		walk->stale = true;
	walk_put(walk, op);
}

bool op_meter(const struct op *op, uint32_t *id)
{
	*id = op->id;
	return op->run == run_meter;
}

static int compile_meter(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_meter;
	op->run = run_meter;
	op->fixed = true;
	op->sends = true; /* it counts packets, also those that nothing is done with */
	op->id = a->id;
	return 0;
}
SW_REGISTER(action_code, meter) = {
	.name = "meter",
	.help = "passes packets through a meter",
	.compile = compile_meter,
};
