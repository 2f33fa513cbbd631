/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all that run groups do: count, and send by buckets that do nothing else.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_GROUP_SEND_H
#define PIPELINE_GROUP_SEND_H

#include "../exec/op.h"
#include "../exec/prog.h"
#include "group.h"

/* Of the group, then of each bucket. */
static inline struct group_count *group_counts(const struct sw_group *g, const struct sw_worker *w)
{
	return &g->counts[w->id * g->stride];
}

static inline void group_count(struct group_count *c, unsigned packets, uint64_t bytes)
{
	__atomic_store_n(&c->packets, c->packets + packets, __ATOMIC_RELAXED);
	__atomic_store_n(&c->bytes, c->bytes + bytes, __ATOMIC_RELAXED);
}

/* Most buckets send to a port and do nothing else: where to. NULL: this one does more, or the port is not there, or is
 * `in_port` (0: none is). */
static inline struct sw_lane *group_lane(
	const struct exec *x, const struct sw_group *g, unsigned bucket, uint32_t in_port)
{
	uint32_t port = g->bucket[bucket].port;
	unsigned index = of_port_index(x->prog->ports, port);

	if (!port || port == in_port || index == PORT_NONE)
		return NULL;
	return sw_lane_of(x->w, index);
}

#endif
