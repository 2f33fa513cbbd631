/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet on its way through the naive interpreter: what its files share.
 */
#ifndef RULES_ORACLE_RUN_H
#define RULES_ORACLE_RUN_H

#include <sw/action.h>

#include "rules_oracle.h"

#define DEPTH	   64
#define LOOKUPS	   4096
#define STACK	   128
#define ORACLE_SET 4000

struct run {
	const struct oracle_rules *rules;
	struct oracle_result *result;
	struct oracle_bytes packet;
	struct sw_fields own; /* of the pipeline; the rest is the packet's */
	uint32_t in_port;
	const struct sw_rule_conf *rule; /* whose actions are done */
	uint8_t table;
	unsigned depth, lookups;
	unsigned groups;  /* buckets it is in */
	bool in_set;	  /* the action set is done */
	bool exit, ended; /* ended: the packet is no more */
	unsigned n_set;
	struct sw_action set[ORACLE_SET];
	unsigned n_stack;
	uint8_t stack[STACK][16];
	struct run *
		stopped; /* as it was where the list, bucket or clone it is in stopped first; NULL: it did not */
};

void oracle_list(struct run *run, const struct sw_action *a, unsigned n);
void oracle_bucket(struct run *run, const struct sw_actions *list);
/* What 1.5 lets rules match: the one port the set sends to. */
void oracle_tell_output(struct run *run);
void oracle_clone(struct run *run, const struct sw_actions *list);
void oracle_group(struct run *run, uint32_t id);
bool oracle_port_is_live(const struct run *run, uint32_t port);

/* As it is now, to controllers of the id. */
void oracle_tell(struct run *run, uint16_t id, unsigned reason, uint16_t max_len);
void oracle_dec(struct run *run, const struct sw_action *a, bool mpls);
void oracle_controller(struct run *run, const struct sw_action *a);
/* By an output to the port CONTROLLER. */
void oracle_to_controller(struct run *run, uint16_t max_len);

/* With the packet's fields now; is the rule there, or will it be? */
bool oracle_learn(struct run *run, const struct sw_learn *l, const struct sw_fields *f);
void oracle_fin(struct run *run, const struct sw_action *a, const struct sw_fields *f);

#endif
