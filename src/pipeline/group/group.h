/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Groups as workers run them (OpenFlow 1.3.5, 5.6). An op of a rule names a group by its id only and finds it when it
 * runs, so that changes of groups, ports and links make no list of ops void. The buckets are lists of ops made
 * ready by control.
 *
 * A bucket with an action that depends on what a walk knows of the packet (move, resubmit, output to a field, controller, or
 * a group with such a bucket) has no such list. A group with one of these is walked: the walk of a packet chooses its
 * buckets and takes their ops along. What it looks at is of the keys of flows, and a flow that is kept is walked again once the
 * group is another one.
 *
 * room: pipeline (private). Writer: control; a changed group is another object. Readers: workers (RCU).
 */
#ifndef PIPELINE_GROUP_GROUP_H
#define PIPELINE_GROUP_GROUP_H

#include <sw/groups.h>
#include <sw/worker.h>

#include "../exec/prog.h"
#include "../id_map.h"
#include "select.h"

#define GROUP_DEPTH 32	  /* groups in groups */
#define GROUP_RUNS  16384 /* buckets run for a list, in all of them */

struct code;
struct op;
struct rules_prog;

struct bucket {
	const struct op *ops; /* of a plain group, without what comes to nothing */
	uint16_t n;
	uint16_t weight;
	uint32_t port;		 /* when all it does is to send there, else 0 */
	uint32_t watch_port;	 /* SW_OFPP_ANY: none */
	uint32_t watch_group;	 /* SW_GROUP_ANY: none */
	const struct code *code; /* all of them, in the order of an action set */
	bool kept; /* control's: it counts on from the one of its id in the object before */
};

/* What a worker counts of a group or of a bucket. Others read it while it moves. */
struct group_count {
	uint64_t packets, bytes;
};

struct sw_group {
	uint32_t id;
	uint8_t type;	 /* enum sw_group_type */
	bool walks;	 /* a bucket of its own has no list */
	uint8_t watches; /* GROUP_WATCHES_*, of what chooses among buckets */
	uint8_t downs; /* TTL: so often at most is it counted down, in others too (run_ttl.h). Atomic, likewise */
	uint16_t n;	 /* buckets */
	unsigned stride; /* of counts, from one worker to the next */
	/* [worker * stride]: of the group, then of each bucket; behind the workers, one for traces, in no statistics. */
	struct group_count *counts;
	struct select *select; /* of type select, else NULL */
	uint64_t
		walked; /* who reads this version of the rules or one after it walks it; GROUP_FOREVER: nobody does. Atomic */
	/* Seen by who reads the version `begin` of the rules or one after it, when it was deleted none from `end` on (atomic); those
	 * before see `older` (NULL: none), until there are none. rcu */
	uint64_t begin, end;
	const struct sw_group *older;

	/* Control's. */
	const struct sw_groups *of;
	bool is_walked;		/* as groups are now */
	bool was_walked;	/* by some worker: kept flows may point to it */
	bool mark;		/* in a search */
	bool ends;		/* the staging at hand deletes it */
	bool brought;		/* in a staging's store: as it is in the bridge's */
	bool goes_on;		/* it counts on from where the object before it was */
	unsigned refs;		/* buckets of other groups that send to it */
	struct sw_group *after; /* that took its place */
	uint64_t made_ms;
	struct group_count *base; /* of objects before it: of the group, then of each bucket */
	struct group_count *
		added; /* what was added to the next one's base when it took the place of this one */
	unsigned workers;
	struct sw_group_conf conf;

	struct bucket bucket[];
};

struct sw_groups {
	struct id_map map;
	uint64_t
		changed; /* the version that did so last, as far as walked groups watch any. Atomic */
	/* Control's. */
	struct sw_fields reads; /* mask: what walks through groups look at, or did not long ago */
	bool watching;		/* there is a walked one that watches groups, or was */
	bool walked_went; /* reads and watching are to be found again, and which are walked no more, */
	unsigned
		walked_going; /* when there is no walked one that was replaced or deleted and is still seen */
	unsigned n_leaving; /* that some worker may still look at, though they were deleted */
	struct sw_rules *rules;
	struct sw_meters *meters; /* staged along with them; NULL: none are */
	unsigned of_type[4], n_buckets;
	struct sw_groups *staged; /* the store of the staging at hand, or NULL */
	struct sw_groups
		*tried; /* of such a store: whose, and how many of them were not brought here */
	unsigned elsewhere;
};

#define GROUP_FOREVER UINT64_MAX /* its end, unless it is deleted */

enum { GROUP_WATCHES_PORTS = 1, GROUP_WATCHES_GROUPS = 2 };

static inline const struct sw_group *group_find(const struct sw_groups *groups, uint32_t id)
{
	return id_map_find(&groups->map, id);
}

/* As of a version of the rules. */
static inline const struct sw_group *group_find_at(
	const struct sw_groups *groups, uint32_t id, uint64_t version)
{
	const struct sw_group *g = group_find(groups, id);

	if (likely(g && g->begin <= version))
		return g;
	g = id_map_find_left(&groups->map, id);
	while (g && g->begin > version)
		g = sw_rcu_get(g->older);
	return g && version < __atomic_load_n(&g->end, __ATOMIC_RELAXED) ? g : NULL;
}

static inline bool group_is_walked(const struct sw_group *g, uint64_t version)
{
	return __atomic_load_n(&g->walked, __ATOMIC_RELAXED) <= version;
}

/* Has no group changed since a version, as far as walks asked what lives in others? */
static inline bool groups_same(const struct sw_groups *groups, uint64_t since)
{
	return __atomic_load_n(&groups->changed, __ATOMIC_RELAXED) <= since;
}

/* Are those that a list was walked through at one version the same at another, later one? */
bool groups_hold(const struct sw_groups *groups, const struct op *ops, unsigned n, uint64_t then,
	uint64_t now);

/* Is it an op that sends to a group; to which? */
bool op_group(const struct op *op, uint32_t *id);

#endif
