/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Output (OpenFlow 1.3.5, 5.12 and 4.5): to a port by its number, to many, to where the L2 program says.
 *
 * Workers but for the compiling. A number becomes a port when the packet is sent, so that ports come and go without a
 * rule or a list changing. A packet never goes out of the port it came in on but by IN_PORT.
 */
#include <sw/drop.h>
#include <sw/err.h>
#include <sw/pool.h>

#include "../l2.h"
#include "code.h"
#include "prog.h"
#include "run_controller.h"
#include "run_move.h"
#include "run_output.h"
#include "walk.h"

SW_USE(drop, copy_no_buffer);

SW_REGISTER(drop, rule_no_port) = {
	.name = "rule_no_port",
	.help = "a rule sends it to a port that the bridge does not have (now): see the rules with swctl "
		"rule dump, and the ports with swctl list-ports",
	.as = SW_DROP_RX_DROPPED,
};
SW_REGISTER(drop, rule_to_input) = {
	.name = "rule_to_input",
	.help = "a rule sends it out of the port it came in on, which takes the action in_port",
	.as = SW_DROP_RX_DROPPED,
};

/* The packets themselves when nobody needs them after this, else a reference more to each. */
static void send_all(struct exec *x, struct sw_lane *lane, bool last)
{
	if (!last)
		exec_hold(x);
	for (unsigned i = 0; i < x->n; i++)
		sw_send(x->w, lane, x->pkts[i]);
	x->sent = true;
	if (last)
		x->n = 0;
}

/* As much of the packets as is wanted; short ones as they are. */
static void send_cut(struct exec *x, struct sw_lane *lane, uint32_t len)
{
	for (unsigned i = 0; i < x->n; i++) {
		struct rte_mbuf *copy = rte_pktmbuf_copy(x->pkts[i], sw_pool(), 0, len);

		if (copy)
			sw_send(x->w, lane, copy);
		else
			x->in->stats.drops[SW_ID(drop, copy_no_buffer)]++;
	}
	x->sent = true;
}

static void to_index(struct exec *x, unsigned index, const struct op *op)
{
	struct sw_lane *lane = index == PORT_NONE ? NULL : sw_lane_of(x->w, index);

	if (unlikely(!lane))
		x->why = SW_ID(drop, rule_no_port);
	else if (unlikely(op->output.max_len))
		send_cut(x, lane, op->output.max_len);
	else
		send_all(x, lane, op->last);
}

static void run_port(struct exec *x, const struct op *op)
{
	if (unlikely(x->in_port && op->output.port == x->in_port)) {
		x->why = SW_ID(drop, rule_to_input);
		return;
	}
	to_index(x, of_port_index(x->prog->ports, op->output.port), op);
}

uint32_t op_port(const struct op *op)
{
	return op->run == run_port && !op->output.max_len ? op->output.port : 0;
}

static void run_in_port(struct exec *x, const struct op *op)
{
	to_index(x, x->prog->index, op);
}

/* ALL and FLOOD: every port but the one it came in on; FLOOD without those that take none. */
static void run_many(struct exec *x, const struct op *op)
{
	const struct of_ports *ports = x->prog->ports;
	bool flood = op->output.port == SW_OFPP_FLOOD;
	struct op each = *op;

	each.last = false;
	for (unsigned i = 0; i < ports->n; i++)
		if (ports->list[i].index != x->prog->index && !(flood && ports->list[i].no_flood))
			to_index(x, ports->list[i].index, &each);
}

static void run_normal(struct exec *x, const struct op *op)
{
	const struct l2 *normal = x->prog->normal;

	if (!op->last)
		exec_hold(x);
	normal->ingress.run(x->w, &normal->ingress, x->in, x->pkts, x->n);
	x->sent = true;
	if (op->last)
		x->n = 0;
}

/* A number is compared with the input port when the walk comes by: it may have been changed by then. */
static void walk_port(struct walk *walk, const struct op *op)
{
	if (op->output.port == rte_be_to_cpu_32(walk->fields.in_port))
		walk->x->why = SW_ID(drop, rule_to_input);
	else
		walk_put(walk, op);
}

bool op_output_init(struct op *op, uint32_t port)
{
	op->sends = op->fixed = true;
	op->output.port = port;
	switch (port) {
	case SW_OFPP_IN_PORT:
		op->run = run_in_port;
		break;
	case SW_OFPP_ALL:
	case SW_OFPP_FLOOD:
		op->run = run_many;
		break;
	case SW_OFPP_NORMAL:
		op->run = run_normal;
		break;
	case SW_OFPP_CONTROLLER:
		op_controller_init(op, SW_NO_BUFFER);
		break;
	case SW_OFPP_TABLE:
		return false;
	default:
		op->walk = walk_port;
		op->ahead = OP_AHEAD_SAME;
		op->run = run_port;
	}
	return true;
}

/* To the tables, whatever they do to the packet: what follows has it as it was. */
static void walk_to_tables(struct walk *walk, const struct op *op)
{
	struct walk_inner inner;

	if (!walk_open(walk, &inner, op))
		return;
	walk_tables(walk);
	walk_close(walk, &inner);
}

static void run_to_tables(struct exec *x, const struct op *op)
{
	if (op->last)
		exec_ops(x, op + 1, op->nested); /* so that what is lost has a reason */
	else
		exec_inner(x, op + 1, op->nested, false);
}

static int compile_output(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	if (a->output.port == SW_OFPP_TABLE && draft->packet_out) {
		op->walk = walk_to_tables;
		op->run = run_to_tables;
		op->sends = true;
		return 0;
	}
	if (!op_output_init(op, a->output.port))
		return sw_err_set(err, SW_CODE_INVALID,
			"output:TABLE is for packets that controllers send, not for rules");
	if (a->output.port == SW_OFPP_CONTROLLER)
		op->controller.max_len = a->output.max_len;
	else
		op->output.max_len = a->output.max_len;
	return 0;
}
SW_REGISTER(action_code, output) = {
	.name = "output",
	.help = "sends to a port by its number, to all, or to where the L2 program says",
	.compile = compile_output,
};

uint32_t op_output_port(const struct op *op)
{
	if (op->fixed)
		return op->output.port;
	return op->run ? SW_OFPP_CONTROLLER : SW_OFPP_ANY;
}

void walk_tell_output(struct walk *walk)
{
	uint32_t both = walk->places & (1u << SW_PLACE_GROUP | 1u << SW_PLACE_OUTPUT);
	uint32_t port = SW_OFPP_UNSET;

	if (both == 1u << SW_PLACE_OUTPUT)
		port = op_output_port(walk->set[SW_PLACE_OUTPUT]);
	if (port == SW_OFPP_ANY)
		port = SW_OFPP_UNSET;
	walk->fields.actset_output = rte_cpu_to_be_32(port);
}

void walk_output(struct walk *walk, uint32_t port)
{
	struct op put = { 0 };

	if (!op_output_init(&put, port))
		return;
	if (put.walk)
		put.walk(walk, &put);
	else
		walk_put(walk, &put);
}

/* A number in a field of 16 bits is one of OpenFlow 1.0: its reserved ports are the last of 16 bits. */
static void walk_field(struct walk *walk, const struct op *op)
{
	uint64_t port;

	if (!walk_bits(walk, &op->move.from, &port))
		return;
	if (op->move.from.n <= 16 && port >= 0xff00)
		port |= 0xffff0000u;
	walk_output(walk, port);
}

static int compile_field(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_field;
	op->move.from = a->output_reg;
	code_reads(draft, a->output_reg.field);
	return 0;
}
SW_REGISTER(action_code, output_reg) = {
	.name = "output_reg",
	.help = "sends to the port whose number bits of a field are",
	.compile = compile_field,
};
