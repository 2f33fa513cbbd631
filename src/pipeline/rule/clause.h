/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conjunctions of rules (ovs-fields(7), "Conjunctive Match Fields"): a clause rule says of which conjunctions it meets which
 * dimensions. Control gathers them from its actions once, in order, so that lookups merge those of several rules.
 *
 * room: pipeline (private). Thread: control; workers read clauses.
 */
#ifndef RULE_CLAUSE_H
#define RULE_CLAUSE_H

#include "store.h"

/* What a rule meets of a conjunction. */
struct rule_clause {
	uint64_t key;  /* id << 8 | how many dimensions it has */
	uint64_t dims; /* bit k - 1: dimension k */
};

static inline uint64_t rule_clause_key(uint32_t id, unsigned n)
{
	return (uint64_t)id << 8 | n;
}

static inline uint32_t rule_clause_id(uint64_t key)
{
	return key >> 8;
}

static inline unsigned rule_clause_n(uint64_t key)
{
	return key & 0xff;
}

/* Clauses a bridge may have for each rule that it may have: a rule can have thousands. */
#define RULE_CLAUSES_A_RULE 4

/* code->clauses of its actions; free(code->clauses) when it goes. */
void rule_clauses_find(struct rule_code *code);

/* How many there would be with these, against what the bridge may have. */
bool rule_clauses_fit(const struct sw_rules *rules, const struct sw_instructions *does);

/* A rule of the table is to have the code (by 1) or will not have it again, and nobody reads it any more (by -1). Lookups of tables with such
 * rules gather clauses. */
void rule_clauses_count(
	struct sw_rules *rules, unsigned table, const struct rule_code *code, int by);

#endif
