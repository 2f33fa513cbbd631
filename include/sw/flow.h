/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flows that workers keep of rules: what packets that look alike to all rules of a bridge came to. A worker each; nothing
 * here is stored, and losing it costs a walk through the tables.
 *
 * room: pipeline. Thread: control; counters are read while they move.
 */
#ifndef SW_FLOW_H
#define SW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include <sw/field.h>

#define SW_TABLE_BY_HAND 254 /* none of SW_TABLES: asked before table 0, and part of no "all" */

struct sw_bridge;
struct sw_drop;
struct sw_err;
struct sw_port;
struct sw_rule;
struct sw_rule_change;

struct sw_flow_stats {
	uint32_t entries, used; /* there is room for, and in use */
	uint64_t hits;		/* packets whose flow was kept, as they came in */
	uint64_t
		walks; /* packets that went through the tables; those that are looked for again (struct sw_flow) each time they do */
	uint64_t ghosts;   /* walks of flows that were not seen lately: kept when they come again */
	uint64_t not_kept; /* walks that hold for their packet alone, or were too long to keep */
	uint64_t wishes;   /* rules to be learned or shortened: control was told */
	uint64_t wishes_lost; /* there was no room to tell it */
};

#define SW_FLOW_HITS 128

/* A flow that is kept and holds. Packets are counted by rules alone: a count of each flow would be one more cache line for
 * workers to write (README.md of the room has what that costs). So of a flow's own packets bounds are
 * known: none of its rules has seen fewer. They are exact where one of the rules has this flow alone. */
struct sw_flow {
	const struct sw_port *port;
	struct sw_match
		match; /* which packets of the port: all bits that rules of the bridge look at */
	/* And of them those that are longer than so many bytes and have up to so many; 0 and UINT32_MAX where rules do not ask
	 * (check_pkt_larger). */
	uint32_t longer_than, up_to;
	/* Recirculation, as Open vSwitch calls it. Packets of a flow that does to them what reveals other headers (pop_mpls) are looked for again
	 * then, by `goes_on`, and taken by flows with the same number `again`, whose match tells what they are by then; which is good for the worker
	 * alone, and may not hold any more. 0: they are not, and they come in. */
	uint64_t again, goes_on;
	bool used;		   /* since the worker last sought room nearby, or was made then */
	const struct sw_drop *why; /* nothing is done with its packets; else NULL */
	uint64_t packets,
		bytes; /* not more, on this worker since its rules are there; without a rule UINT64_MAX */
	uint32_t idle_s; /* not used for this long at least; without a rule 0 */
	unsigned n_hits; /* rules it came by, in order */
	const struct sw_rule *hit[SW_FLOW_HITS];
};

/* The flows of a worker, of one bridge or of all (NULL): a cursor of zeros but for worker and looks begins. False: there are no
 * more (done), or as many entries were looked at as `looks` said. Rules are good until control returns to its loop. */
struct sw_flow_cursor {
	unsigned worker;
	uint64_t at;
	uint32_t looks;
	bool done;
};
bool sw_flow_next(
	struct sw_flow_cursor *cursor, const struct sw_bridge *bridge, struct sw_flow *flow);

/*
 * A flow set by hand, to find out what is wrong: what it takes is not taken through the tables, in all workers at once, whatever
 * rules and controllers say. It is a rule of a table of its own, SW_TABLE_BY_HAND, in front of table 0: with a match,
 * a priority among its like, timeouts and actions; controllers do not see it and cannot delete it, and it is not stored.
 *
 * Stage one, in a staging of the bridge's rules. change: ADD or DELETE, its table is not asked; an ADD takes over conf.does. 0 or
 * a negative errno with err: the flow has more than actions, or there are 1024.
 */
int sw_flow_stage(struct sw_bridge *bridge, struct sw_rule_change *change, struct sw_err *err);

/* All that are set by hand: for sw_flow_stage a DELETE, for sw_rules_next the ones to go through. */
struct sw_rule_change sw_flow_all(void);

/* What is kept for the bridge is not used again: each flow's next packet goes through the tables. */
void sw_flow_forget(struct sw_bridge *bridge);

/* false: the worker has no flows, as no bridge has had rules yet. */
bool sw_flow_stats(unsigned worker, struct sw_flow_stats *out);

#endif
