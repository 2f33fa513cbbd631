/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which buckets are live (OpenFlow 1.3.5, 5.6.1): a port that they watch can send, or a group that they watch has a live bucket.
 *
 * room: pipeline (private). Thread: workers.
 */
#ifndef PIPELINE_GROUP_LIVE_H
#define PIPELINE_GROUP_LIVE_H

#include "group.h"

#define GROUP_WATCH 256 /* buckets looked at for one that is live */

static inline bool bucket_watches(const struct bucket *b)
{
	return b->watch_port != SW_OFPP_ANY || b->watch_group != SW_GROUP_ANY;
}

bool watched_group_lives(const struct rules_prog *prog, uint64_t version, uint32_t id);

/* May a packet be sent to the bucket: what it watches, if anything, is live (5.6.1; either of two), groups as of the version. */
static inline bool bucket_is_live(
	const struct rules_prog *prog, uint64_t version, const struct bucket *b)
{
	return !bucket_watches(b) || port_lives(prog, b->watch_port) ||
	       (b->watch_group != SW_GROUP_ANY &&
		       watched_group_lives(prog, version, b->watch_group));
}

/* The first live bucket, or -1. */
int group_first_live(const struct rules_prog *prog, uint64_t version, const struct sw_group *g);

#endif
