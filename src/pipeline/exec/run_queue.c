/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Queues of ports (OpenFlow 1.0, 5.2.4 "enqueue"; 1.3.5, 5.12 "Set-Queue"). No port has other queues than the one
 * that all packets go out by (QoS is refused where it is configured), and a queue that a port does not have is that one, as
 * in Open vSwitch: so only the output of an enqueue is something to do.
 *
 * Workers but for the compiling.
 */
#include <sw/action.h>

#include "code.h"
#include "run_output.h"
#include "walk.h"

static void walk_nothing(struct walk *walk, const struct op *op)
{
}

/* One op, as action sets have one for each action. */
static int compile_queue(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_nothing;
	op->ahead = OP_AHEAD_SAME;
	op->fixed = true;
	return 0;
}
SW_REGISTER(action_code, set_queue) = {
	.name = "set_queue",
	.help = "nothing: ports have one queue",
	.compile = compile_queue,
};
SW_REGISTER(action_code, pop_queue) = {
	.name = "pop_queue",
	.help = "nothing: ports have one queue",
	.compile = compile_queue,
};

static int compile_enqueue(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	op_output_init(code_add(draft), a->enqueue.port);
	return 0;
}
SW_REGISTER(action_code, enqueue) = {
	.name = "enqueue",
	.help = "sends to a port, whose one queue takes all",
	.compile = compile_enqueue,
};
