/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups that walks go through: what these look at, for the keys of flows, and changes that concern flows that are kept.
 *
 * Control thread only. A kept flow points to the groups that its walk went through, so each change of such a group is seen from a
 * version of its own on: the flow finds then that the group is another one. What walks look at is in the masks of keys
 * before the version that they do so from, and leaves them when no worker goes through the group any more.
 */
#include <string.h>

#include "../exec/code.h"
#include "../rule/lookup.h"
#include "../rule/rules_ctl.h"
#include "groups_ctl.h"

uint64_t groups_version(const struct sw_groups *groups)
{
	return groups->rules ? rules_version(groups->rules) : 0;
}

uint64_t groups_next_version(const struct sw_groups *groups, bool matters)
{
	return groups_version(groups) + (groups->rules && (matters || groups->watching));
}

void groups_move(struct sw_groups *groups, uint64_t version, bool voids)
{
	if (version == groups_version(groups))
		return;
	__atomic_store_n(&groups->changed, version, __ATOMIC_RELAXED);
	rules_move(groups->rules, voids);
}

static void note(struct sw_groups *groups, const struct sw_group *g)
{
	for (unsigned i = 0; i < g->n; i++)
		code_reads_add(&groups->reads, g->bucket[i].code);
	if (g->select)
		select_reads(g->select, &groups->reads);
	groups->watching |= (g->watches & GROUP_WATCHES_GROUPS) != 0;
}

void group_walked(struct sw_groups *groups, struct sw_group *g, uint64_t version)
{
	if (g->walked != GROUP_FOREVER)
		return;
	g->was_walked = true;
	note(groups, g);
	__atomic_store_n(&g->walked, version, __ATOMIC_RELAXED);
}

void group_walked_goes(struct sw_groups *groups, const struct sw_group *g)
{
	groups->walked_going += g->walked != GROUP_FOREVER;
}

void group_walked_went(struct sw_groups *groups, const struct sw_group *g)
{
	if (g->walked == GROUP_FOREVER)
		return;
	groups->walked_going--;
	groups->walked_went = true;
}

void groups_read(const struct sw_groups *groups, struct sw_fields *reads)
{
	const uint64_t *from = (const uint64_t *)&groups->reads;

	for (unsigned i = 0; i < sizeof(*reads) / 8; i++)
		((uint64_t *)reads)[i] |= from[i];
}

/* Every worker sees the groups as they are now, as far as they are walked. */
void groups_rest(struct sw_groups *groups)
{
	struct sw_group *g;

	if (!groups->walked_went || groups->walked_going)
		return;
	groups->walked_went = groups->watching = false;
	memset(&groups->reads, 0, sizeof(groups->reads));
	for (int64_t id = -1; (g = id_map_next(&groups->map, id)); id = g->id) {
		if (g->is_walked)
			note(groups, g);
		else
			__atomic_store_n(&g->walked, GROUP_FOREVER, __ATOMIC_RELAXED);
	}
}
