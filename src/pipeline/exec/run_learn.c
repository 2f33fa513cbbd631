/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions that change rules (Open vSwitch's learn and fin_timeout): the walk asks control for it (wish.h), and is kept for
 * what is left of the second, so that use is told once a second.
 *
 * Workers but for the compiling.
 */
#include <sw/err.h>
#include <sw/learn.h>

#include "code.h"
#include "have.h"
#include "run_move.h"
#include "walk_reread.h"
#include "wish.h"

#define TCP_FIN_RST RTE_BE16(5)

static void walk_learn(struct walk *walk, const struct op *op)
{
	const struct sw_learn *l = op->learner->learn;
	bool learned;

	if (!walk_fresh(walk))
		return;
	learned = wish_learn(walk, op->learner);
	if (l->result.field)
		walk_bits_set(walk, &l->result, learned);
}

static void forget(void *data)
{
	learner_destroy(data);
}

static void used(void *data, int by)
{
	struct learner *learner = data;

	learner->rules += by;
}

static int compile_learn(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	const struct sw_learn *l = a->learn;
	struct learner *learner;
	struct op *op;

	op = code_add(draft);
	learner = learner_create(l);
	if (draft->packet_out)
		learner_of_packet(learner, draft->rules);
	op->walk = walk_learn;
	op->ahead = l->result.field ? OP_AHEAD_NOTHING : OP_AHEAD_SAME;
	op->learner = learner;
	code_owns(draft, learner, forget, used);
	code_points(draft, l->cookie ^ (uint64_t)l->table << 32 ^ l->priority);
	code_points(
		draft, (uint64_t)l->idle_timeout << 32 ^ (uint64_t)l->hard_timeout << 16 ^ l->n);
	code_reads_mask(draft, &learner->reads);
	code_points(draft, l->limit);
	if (l->result.field) {
		code_points(draft, (uint64_t)l->result.field->offset << 32 | l->result.from);
		have_reads(&draft->reads, l->result.field->prereq);
	}
	for (unsigned i = 0; i < l->n; i++)
		if (!l->specs[i].given)
			have_reads(&draft->reads, l->specs[i].src.field->prereq);
	return 0;
}
SW_REGISTER(action_code, learn) = {
	.name = "learn",
	.help = "asks for a rule made of bits of the packet",
	.compile = compile_learn,
};

static void walk_fin(struct walk *walk, const struct op *op)
{
	if (!walk_fresh(walk))
		return;
	if (have(&walk->fields, SW_PRE_TCP) && walk->fields.tcp_flags & TCP_FIN_RST)
		wish_fin(walk, op->fin.idle, op->fin.hard);
}

static int compile_fin(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_fin;
	op->ahead = OP_AHEAD_SAME;
	op->fin.idle = a->fin_timeout.idle;
	op->fin.hard = a->fin_timeout.hard;
	have_reads(&draft->reads, SW_PRE_TCP);
	draft->reads.tcp_flags |= TCP_FIN_RST;
	return 0;
}
SW_REGISTER(action_code, fin_timeout) = {
	.name = "fin_timeout",
	.help = "shortens the timeouts of its rule when a TCP connection ends",
	.compile = compile_fin,
};
