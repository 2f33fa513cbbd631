/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walks that look at what their ops did to the packet.
 *
 * room: pipeline (private). Thread: as walk.h.
 */
#ifndef PIPELINE_EXEC_WALK_REREAD_H
#define PIPELINE_EXEC_WALK_REREAD_H

#include "walk.h"

/* Run the list on the packet, or within a list of its own what changes packets on a copy, and read the fields anew. */
void walk_reread(struct walk *walk);

/* To look at the packet anew the walk stops here, if it may. Then the op that is being done is done by the walk that goes on: it is left
 * at once, with nothing done yet. */
bool walk_stop(struct walk *walk);

/* Before fields of headers are looked at: have them as the packet has them. False: the walk stops, as above. */
static inline bool walk_fresh(struct walk *walk)
{
	if (likely(!walk->stale))
		return true;
	if (walk_stop(walk))
		return false;
	walk_reread(walk);
	return true;
}

/* Is the packet longer than so many bytes, with what the list does to it so far? Fields are fresh. */
bool walk_is_longer(struct walk *walk, uint16_t than);

#endif
