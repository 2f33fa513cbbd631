/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Is the packet longer than so many bytes, as the actions before leave it (Open vSwitch's check_pkt_larger)? Keys of the flow cache
 * have the class of the length (cache_layout.h) where a bridge has rules that ask so.
 *
 * Workers but for the compiling.
 */
#include "code.h"
#include "have.h"
#include "run_move.h"
#include "walk_reread.h"

static void walk_larger(struct walk *walk, const struct op *op)
{
	bool longer;

	if (!walk_fresh(walk))
		return;
	longer = walk_is_longer(walk, op->move.len);
	if (!walk->lost)
		walk_bits_set(walk, &op->move.to, longer);
}

static int compile_larger(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_larger;
	op->move.len = a->larger.len;
	op->move.to = a->larger.to;
	have_reads(&draft->reads, a->larger.to.field->prereq);
	return 0;
}
SW_REGISTER(action_code, check_pkt_larger) = {
	.name = "check_pkt_larger",
	.help = "writes into a bit whether the packet is longer than so many bytes",
	.compile = compile_larger,
};
