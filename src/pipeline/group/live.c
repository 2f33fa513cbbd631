/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which buckets are live (OpenFlow 1.3.5, 5.6.1, 6.5).
 *
 * Workers. A group that is watched may watch groups itself, in a ring even: how many buckets are looked at for one
 * question is bounded, and what is beyond counts as not live.
 */
#include "group.h"

static bool group_lives(const struct rules_prog *prog, uint32_t id, unsigned *left);

static bool lives(const struct rules_prog *prog, const struct bucket *b, unsigned *left)
{
	if (!*left)
		return false;
	--*left;
	return !bucket_watches(b) || port_lives(prog, b->watch_port) ||
	       (b->watch_group != SW_GROUP_ANY && group_lives(prog, b->watch_group, left));
}

static bool group_lives(const struct rules_prog *prog, uint32_t id, unsigned *left)
{
	const struct sw_group *g = group_find(prog->groups, id);

	for (unsigned i = 0; g && i < g->n; i++)
		if (lives(prog, &g->bucket[i], left))
			return true;
	return false;
}

bool watched_group_lives(const struct rules_prog *prog, uint32_t id)
{
	unsigned left = GROUP_WATCH;

	return group_lives(prog, id, &left);
}

int group_first_live(const struct rules_prog *prog, const struct sw_group *g)
{
	for (unsigned i = 0; i < g->n; i++)
		if (bucket_is_live(prog, &g->bucket[i]))
			return i;
	return -1;
}
