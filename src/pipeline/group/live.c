/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which buckets are live (OpenFlow 1.3.5, 5.6.1, 6.5).
 *
 * Workers. A group that is watched may watch groups itself, in a ring even. So what is looked for is a bucket that is live by
 * itself, in any group that one gets to by what is watched, each group once. How much is looked at for one question is
 * bounded, and what is beyond counts as not live.
 */
#include "live.h"

#define GROUPS 128 /* looked at for one question */

struct look {
	const struct rules_prog *prog;
	uint64_t version;
	unsigned left; /* buckets to look at */
	unsigned n;
	uint32_t id[GROUPS]; /* of groups to look at, in this order */
};

static void look_at(struct look *l, uint32_t id)
{
	for (unsigned i = 0; i < l->n; i++)
		if (l->id[i] == id)
			return;
	if (l->n < GROUPS)
		l->id[l->n++] = id;
}

/* A bucket of the group that is live whatever groups are; those that others watch are looked at later. */
static bool lives_by_itself(struct look *l, uint32_t id)
{
	const struct sw_group *g = group_find_at(l->prog->groups, id, l->version);

	for (unsigned i = 0; g && i < g->n && l->left; i++, l->left--) {
		const struct bucket *b = &g->bucket[i];

		if (!bucket_watches(b) || port_lives(l->prog, b->watch_port))
			return true;
		if (b->watch_group != SW_GROUP_ANY)
			look_at(l, b->watch_group);
	}
	return false;
}

bool watched_group_lives(const struct rules_prog *prog, uint64_t version, uint32_t id)
{
	struct look l;

	l.prog = prog;
	l.version = version;
	l.left = GROUP_WATCH;
	l.id[0] = id;
	l.n = 1;
	for (unsigned i = 0; i < l.n; i++)
		if (lives_by_itself(&l, l.id[i]))
			return true;
	return false;
}

int group_first_live(const struct rules_prog *prog, uint64_t version, const struct sw_group *g)
{
	for (unsigned i = 0; i < g->n; i++)
		if (bucket_is_live(prog, version, &g->bucket[i]))
			return i;
	return -1;
}
