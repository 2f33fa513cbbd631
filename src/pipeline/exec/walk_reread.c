/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A walk that is to look at what ops did to the packet: it stops, to go on with what they left (recirc.h), or they are run, and the packet's
 * fields are read anew.
 *
 * Workers.
 */
#include "walk_reread.h"

#include <sw/drop.h>
#include <sw/pool.h>

#include "../field/extract.h"
#include "cache_entry.h"
#include "pause.h"
#include "recirc.h"

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

/* Not where more than this walk waits for what it finds: within lists of their own, for controllers. */
bool walk_stop(struct walk *walk)
{
	size_t ops = walk->n_ops * sizeof(walk->ops[0]);

	if (!walk->keep || walk->once || walk->inner || walk->groups || walk->n_snaps ||
		walk->bucket || walk->packet_out || walk->n_hits > CACHE_HITS_MOST ||
		ops >= CACHE_ROOM_BYTES || (walk->resumed && walk->resumed->stage >= RECIRC_MOST))
		return false;
	walk->left = pause_begin_within(walk, CACHE_ROOM_BYTES - ops);
	return walk->left != NULL;
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
 * its headers alone, which are the flow's. */
bool walk_is_longer(struct walk *walk, uint16_t than)
{
	bool changes = changes_packet(walk);
	struct rte_mbuf *copy;
	uint32_t came, len;

	if (changes && !walk->inner && !walk->keep) {
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
