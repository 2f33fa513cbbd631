/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which buckets are live (OpenFlow 1.3.5, 5.6.1, 6.5).
 *
 * Workers. A group that is watched may watch groups itself, in a ring even: how many buckets are looked at for one
 * question is bounded, and what is beyond counts as not live.
 */
#include "live.h"

struct look {
	const struct rules_prog *prog;
	uint64_t version;
	unsigned left; /* buckets to look at */
};

static bool group_lives(struct look *l, uint32_t id);

static bool lives(struct look *l, const struct bucket *b)
{
	if (!l->left)
		return false;
	l->left--;
	return !bucket_watches(b) || port_lives(l->prog, b->watch_port) ||
	       (b->watch_group != SW_GROUP_ANY && group_lives(l, b->watch_group));
}

static bool group_lives(struct look *l, uint32_t id)
{
	const struct sw_group *g = group_find_at(l->prog->groups, id, l->version);

	for (unsigned i = 0; g && i < g->n; i++)
		if (lives(l, &g->bucket[i]))
			return true;
	return false;
}

bool watched_group_lives(const struct rules_prog *prog, uint64_t version, uint32_t id)
{
	struct look l = { prog, version, GROUP_WATCH };

	return group_lives(&l, id);
}

int group_first_live(const struct rules_prog *prog, uint64_t version, const struct sw_group *g)
{
	for (unsigned i = 0; i < g->n; i++)
		if (bucket_is_live(prog, version, &g->bucket[i]))
			return i;
	return -1;
}
