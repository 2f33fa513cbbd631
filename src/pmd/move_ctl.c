/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue goes from one worker to another. It leaves the old one's list; that one may poll it for the rest of
 * its turns, so nobody else may until a grace period is over, and then it joins the new one's list. Packets
 * wait in the device's ring meanwhile: some 100 us between busy workers, which look at their lists every 64
 * turns. So its packets stay in order, and no other queue is touched.
 *
 * Control thread only.
 */
#include "place.h"

#include <stdlib.h>

#include <sw/mem.h>

struct move {
	struct place *place;
	struct placement *pl;
	const struct pmd_queue *q;
	unsigned queue;
	uint16_t to;
};

/* Nobody polls it any more. It may have gone in between, and its memory goes after this call. */
static void arrive(void *arg)
{
	struct move *move = arg;
	struct placement *pl = move->place->now;

	if (pl == move->pl && move->queue < pl->n_queues && pl->queues[move->queue] == move->q) {
		pmd_queue_give(pl, move->queue, move->to);
		pmd_publish_lists();
	}
	free(move);
}

bool pmd_queue_move(struct place *place, unsigned queue, uint16_t to)
{
	struct placement *pl = place->now;
	struct pmd_queue *q = pl->queues[queue];
	struct move *move;

	if (q->worker == PMD_NOBODY || q->worker == to)
		return false;
	move = sw_xcalloc(1, sizeof(*move));
	*move = (struct move){ place, pl, q, queue, to };
	place->home[queue] = to;
	pmd_queue_take(q);
	pmd_publish_lists();
	sw_rcu_defer(arrive, move);
	return true;
}
