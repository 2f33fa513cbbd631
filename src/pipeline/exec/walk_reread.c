/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A walk whose next table is to match what ops did to the packet: they are run, and its fields are read anew.
 *
 * Workers.
 */
#include "walk.h"

#include <sw/drop.h>
#include <sw/pool.h>

#include "../field/extract.h"

SW_USE(drop, copy_no_buffer);

/* What would change the packet on the way into the list that is open, done to a copy: lists that are closed, and what sends,
 * are passed over. */
static void reread_copy(struct walk *walk)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(walk->x->pkts[0], sw_pool(), 0, UINT32_MAX);
	struct exec y = *walk->x;

	if (!copy) {
		walk->lost = true;
		walk->x->why = SW_ID(drop, copy_no_buffer);
		return;
	}
	y.pkts = &copy;
	for (unsigned i = 0; i < walk->n_ops && y.n; i += 1 + walk->ops[i].nested)
		if (walk->ops[i].changes)
			exec_ops(&y, &walk->ops[i], 1);
	if (!y.n) {
		walk->lost = true;
		return;
	}
	walk->len = copy->pkt_len;
	fields_extract_again(copy, &walk->fields);
	rte_pktmbuf_free(copy);
}

void walk_reread(struct walk *walk)
{
	struct exec *x = walk->x;

	walk->stale = false;
	walk->once = true;
	if (walk->inner) {
		reread_copy(walk);
		return;
	}
	exec_ops(x, walk->ops, walk->n_ops);
	walk->n_ops = 0;
	walk->lost |= !x->n;
	if (walk->lost)
		return;
	walk->len = x->pkts[0]->pkt_len;
	fields_extract_again(x->pkts[0], &walk->fields);
}

uint32_t walk_length(struct walk *walk)
{
	if (walk->n_ops) {
		walk_reread(walk);
		return walk->len;
	}
	walk->once = true;
	return walk->x->pkts[0]->pkt_len;
}
