/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What steers a walk: another table's rule in the middle of a list (Open vSwitch's resubmit), the end of all lists
 * (exit), a list on a copy of the packet (clone).
 *
 * Workers but for the compiling.
 */
#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>

#include "code.h"
#include "pause.h"
#include "walk.h"

static void walk_resubmit(struct walk *walk, const struct op *op)
{
	const struct sw_rule *rule = walk->rule;
	uint8_t table = walk->table;
	rte_be32_t in_port = op->resubmit.port == SW_OFPP_IN_PORT
				     ? walk->fields.in_port
				     : rte_cpu_to_be_32(op->resubmit.port);

	if (walk->depth == WALK_DEPTH) {
		walk->too_long = true;
		return;
	}
	walk->depth++;
	walk_table(walk, op->resubmit.table == 255 ? table : op->resubmit.table, in_port);
	walk->depth--;
	walk->table = table;
	walk->rule = rule;
}

static int compile_resubmit(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_resubmit;
	op->resubmit.port = a->resubmit.port;
	op->resubmit.table = a->resubmit.table;
	if (op->resubmit.port == SW_OFPP_IN_PORT)
		op->ahead = OP_AHEAD_RESUBMIT;
	return 0;
}
SW_REGISTER(action_code, resubmit) = {
	.name = "resubmit",
	.help = "does what the rule of another table says, then goes on",
	.compile = compile_resubmit,
};

static void walk_exit(struct walk *walk, const struct op *op)
{
	walk->exit = true;
}

static int compile_exit(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	code_add(draft)->walk = walk_exit;
	return 0;
}
SW_REGISTER(action_code, exit) = {
	.name = "exit",
	.help = "ends the actions of this rule and of those that led to it",
	.compile = compile_exit,
};

/* --- clone: a list on other packets, which changes nothing for what follows --- */

/* What a list within may change beside the fields, and what follows must not see. */
struct kept {
	uint32_t places;
	unsigned n_stack, n_sets;
	const struct op *set[SW_PLACES], *set_field[WALK_SETS];
	struct walk_value stack[WALK_STACK];
};

static void keep(const struct walk *walk, struct kept *kept)
{
	kept->places = walk->places;
	kept->n_stack = walk->n_stack;
	kept->n_sets = walk->n_sets;
	memcpy(kept->set, walk->set, sizeof(kept->set));
	memcpy(kept->set_field, walk->set_field, walk->n_sets * sizeof(kept->set_field[0]));
	memcpy(kept->stack, walk->stack, walk->n_stack * sizeof(kept->stack[0]));
}

static void give_back(struct walk *walk, const struct kept *kept)
{
	walk->places = kept->places;
	walk->n_stack = kept->n_stack;
	walk->n_sets = kept->n_sets;
	memcpy(walk->set, kept->set, sizeof(kept->set));
	memcpy(walk->set_field, kept->set_field, kept->n_sets * sizeof(kept->set_field[0]));
	memcpy(walk->stack, kept->stack, kept->n_stack * sizeof(kept->stack[0]));
}

/* An exit ends the list, and so does the end of its packet; where it stops, the rest of the list is what waits. */
static void walk_clone(struct walk *walk, const struct op *op)
{
	unsigned why = walk->x->why;
	struct walk_inner inner;
	struct kept kept;

	if (!walk_open(walk, &inner, op))
		return;
	keep(walk, &kept);
	walk_ops(walk, op->code->apply, op->code->n_apply);
	pause_end(walk);
	give_back(walk, &kept);
	walk->exit = walk->lost = false;
	walk->x->why = why;
	walk_close(walk, &inner);
}

static void run_clone(struct exec *x, const struct op *op)
{
	exec_inner(x, op + 1, op->nested, op->last);
}

static int compile_clone(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_clone;
	op->run = run_clone;
	op->sends = true;
	op->code = code_inner(draft, a->nested.list, err);
	return op->code ? 0 : -EINVAL;
}
SW_REGISTER(action_code, clone) = {
	.name = "clone",
	.help = "does a list of actions on a copy of the packet",
	.compile = compile_clone,
};

/* --- what does nothing to a packet --- */

static int compile_nothing(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	return 0;
}
SW_REGISTER(action_code, drop) = {
	.name = "drop",
	.help = "nothing: a packet that nothing is done with is lost",
	.compile = compile_nothing,
};
SW_REGISTER(action_code, note) = {
	.name = "note",
	.help = "nothing: bytes that a controller keeps with the rule",
	.compile = compile_nothing,
};
