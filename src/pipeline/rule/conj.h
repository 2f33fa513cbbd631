/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lookups in tables with clause rules (ovs-fields(7), "Conjunctive Match Fields").
 *
 * Of the rules that take a packet, the best that is no clause rule is its rule, unless clause rules of a higher priority meet all
 * dimensions of a conjunction: then the packet is looked up again with the conjunction's id in conj_id and without clause rules, and what
 * is found there is its rule. Where nothing is, the next conjunction is tried, by falling priority and, in one priority, by rising id.
 *
 * Nothing of it is in the key of a flow that is kept but what clause rules match: conj_id is of no packet.
 *
 * room: pipeline (private). Thread: workers; control for traces.
 */
#ifndef RULE_CONJ_H
#define RULE_CONJ_H

#include "lookup.h"
#include "view.h"

#define CONJ_RULES 1024	 /* clause rules that may take one packet before its best other rule */
#define CONJ_STEPS 16384 /* of one lookup: rules and hashes looked into, clauses merged */

/* One of a conjunction of which some dimensions are met: `found` is what its id leads to, where all of them are. */
struct rule_conj_ear {
	void *arg;
	void (*heard)(void *arg, uint16_t priority, uint32_t id, unsigned n, uint64_t dims,
		const struct sw_rule *found);
};

/* The template. */
rule_look_fn rule_look_conj;

/* As a lookup of one packet, told. Control. */
const struct sw_rule *rules_lookup_told(const struct sw_rules *rules,
	const struct rule_reader *reader, unsigned table, const struct sw_fields *key,
	const struct rule_conj_ear *ear);

#endif
