/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What walks tell to others: packets to controllers, traces.
 *
 * room: pipeline (private). Thread: as walk.h.
 */
#ifndef PIPELINE_EXEC_WALK_TOLD_H
#define PIPELINE_EXEC_WALK_TOLD_H

#include <sw/field.h>

#include "../rule/ref.h"

struct rule_limit;
struct sw_pause;
struct sw_rule;
struct walk;

/* What a packet to controllers tells beside the packet. */
struct walk_snap {
	uint64_t cookie;
	uint8_t table, reason;
	const struct sw_pause *pause; /* NULL: the packet does not wait */
	struct sw_fields fields;
};

/* What is asked of the rule whose actions are done, where that may be gone: of a packet that was resumed. */
struct walk_as {
	uint64_t cookie;
	struct rule_ref rule;
	bool miss; /* the one that takes what the others of its table do not */
};

/* Who follows a walk: a trace. Workers' walks have none, and look once a table and once an action set. */
struct walk_ear {
	/* A table was looked into, with in_port in its place; rule NULL: there is none for the packet. */
	void (*table)(const struct walk *walk, uint8_t table, rte_be32_t in_port,
		const struct sw_rule *rule);
	void (*set)(const struct walk *walk); /* the action set is run as it is now */
	/* Would there be a place below `most` for the rule that is asked for, where nothing is asked? */
	bool (*place)(const struct walk *walk, const struct rule_limit *limit, uint32_t most,
		uint64_t asked);
};

#endif
