/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running a list of ops on the packets it was gathered for.
 *
 * Workers. An op that needs a packet and is not the last to do so takes a reference and leaves the packet; one that
 * changes a packet copies it first when somebody else holds it, too.
 */
#include "headers.h"
#include "op.h"

#include <string.h>

#include <sw/drop.h>
#include <sw/pool.h>

SW_USE(drop, copy_no_buffer);

struct rte_mbuf *exec_copy(struct exec *x, struct rte_mbuf *m)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(m, sw_pool(), 0, UINT32_MAX);

	if (!copy) {
		sw_drop_one(x->in, SW_ID(drop, copy_no_buffer), m);
		return NULL;
	}
	rte_pktmbuf_free(m);
	return copy;
}

void exec_hold(struct exec *x)
{
	for (unsigned i = 0; i < x->n; i++)
		rte_pktmbuf_refcnt_update(x->pkts[i], 1);
}

void exec_ops(struct exec *x, const struct op *ops, unsigned n)
{
	unsigned step;

	for (unsigned i = 0; i < n && x->n; i += step) {
		step = 1 + ops[i].nested;
		if (!ops[i].changes) {
			ops[i].run(x, &ops[i]);
			continue;
		}
		while (i + step < n && ops[i + step].changes)
			step++;
		headers_change(x, &ops[i], step);
	}
}

void exec_end(struct exec *x)
{
	if (likely(!x->n))
		return;
	if (x->sent || x->spare)
		rte_pktmbuf_free_bulk(x->pkts, x->n);
	else
		sw_drop_many(x->in, x->why, x->pkts, x->n);
	x->n = 0;
}

void exec_inner(struct exec *x, const struct op *ops, unsigned n, bool last)
{
	struct rte_mbuf *pkts[SW_BURST];
	struct exec y = *x;

	if (!last)
		exec_hold(x);
	memcpy(pkts, x->pkts, x->n * sizeof(pkts[0]));
	y.pkts = pkts;
	y.sent = false;
	y.spare = true;
	exec_ops(&y, ops, n);
	x->sent |= y.sent;
	rte_pktmbuf_free_bulk(pkts, y.n);
	if (last)
		x->n = 0;
}
