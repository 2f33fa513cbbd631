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
 * are passed over. NULL: no buffer, or it would be lost. */
static struct rte_mbuf *changed_copy(struct walk *walk)
{
	struct rte_mbuf *copy = rte_pktmbuf_copy(walk->x->pkts[0], sw_pool(), 0, UINT32_MAX);
	struct exec y = *walk->x;

	if (!copy) {
		walk->x->why = SW_ID(drop, copy_no_buffer);
		return NULL;
	}
	y.pkts = &copy;
	for (unsigned i = 0; i < walk->n_ops && y.n; i += 1 + walk->ops[i].nested)
		if (walk->ops[i].changes)
			exec_ops(&y, &walk->ops[i], 1);
	return y.n ? copy : NULL;
}

static void reread_copy(struct walk *walk)
{
	struct rte_mbuf *copy = changed_copy(walk);

	if (!copy) {
		walk->lost = true;
		return;
	}
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
	if (!walk->lost)
		fields_extract_again(x->pkts[0], &walk->fields);
}

static bool changes_packet(const struct walk *walk)
{
	for (unsigned i = 0; i < walk->n_ops; i += 1 + walk->ops[i].nested)
		if (walk->ops[i].changes)
			return true;
	return false;
}

/* The answer is the same for packets that came with other lengths, on the same side of this one. */
static void note_limit(struct walk *walk, int64_t limit)
{
	if (!walk->asked_length) {
		walk->longer_than = 0;
		walk->up_to = UINT32_MAX;
	}
	walk->asked_length = true;
	if (walk->x->pkts[0]->pkt_len <= limit)
		walk->up_to = RTE_MIN(walk->up_to, limit);
	else
		walk->longer_than = RTE_MAX(walk->longer_than, limit);
}

/* Where the walk may be kept, by a copy, as the list is still to be run on the packets of the flow. What it adds to a packet depends on
 * its headers alone, which are the flow's, as long as the fields tell them. */
bool walk_is_longer(struct walk *walk, uint16_t than)
{
	bool changes = changes_packet(walk);
	struct rte_mbuf *copy;
	uint32_t came, len;

	walk->once |= walk->stale;
	if (changes && !walk->inner && (walk->stale || !walk->keep)) {
		walk_reread(walk);
		changes = false;
		if (walk->lost)
			return false;
	}
	came = len = walk->x->pkts[0]->pkt_len;
	if (changes) {
		copy = changed_copy(walk);
		walk->lost |= !copy;
		if (!copy)
			return false;
		len = copy->pkt_len;
		rte_pktmbuf_free(copy);
	}
	note_limit(walk, (int64_t)than + came - len);
	return len > than;
}
