/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that only send, in a burst: where neighbours go different ways and come to few groups, a group is found once for all
 * of them, and counts once. A group is one way when its packets all go to one port, or each by its connection to one of several,
 * and nothing behind the group needs them.
 *
 * room: pipeline (private). Thread: workers; those of a burst are the worker's own.
 */
#ifndef PIPELINE_GROUP_WAYS_H
#define PIPELINE_GROUP_WAYS_H

#include <sw/worker.h>

#define GROUP_WAYS 8 /* remembered at a time, by the last bits of their ids; a power of two */

struct exec;
struct op;
struct sw_group;

struct group_way {
	uint32_t id, in_port;	  /* which group, for packets from where */
	const struct sw_group *g; /* NULL: it is no such one */
	struct sw_lane *lane;	  /* of all packets; NULL: each goes by its connection */
	uint32_t bucket;	  /* with a lane: that has it */
	uint32_t packets;	  /* not counted yet */
	uint64_t bytes;
};

struct group_ways {
	uint32_t used; /* bit: way[i] is something */
	struct group_way way[GROUP_WAYS];
};

/* The packets of x to the group of an op that is the last to need them, by x->ways. False: with those that x has still it is not so. */
bool group_ways_send(struct exec *x, const struct op *op);

/* At the end of the burst: what was sent counts. */
void group_ways_count(struct group_ways *ways, const struct sw_worker *w);

#endif
