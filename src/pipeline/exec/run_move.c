/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bits from one field to another, to the walk's stack and back, and to where a packet is sent (Open vSwitch's move, push,
 * pop and output:FIELD; OpenFlow 1.5's copy_field). A value that is known when the walk comes by is written
 * like any other.
 *
 * Workers but for the compiling.
 */
#include "run_move.h"

#include <stddef.h>

#include <sw/learn.h>

#include "code.h"
#include "have.h"
#include "run_set.h"
#include "walk_reread.h"

typedef unsigned __int128 number;

static number load(const uint8_t *p, unsigned n)
{
	number v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static void store(uint8_t *p, unsigned n, number v)
{
	for (; n--; v >>= 8)
		p[n] = (uint8_t)v;
}

static number ones(unsigned n)
{
	return n < 128 ? ((number)1 << n) - 1 : ~(number)0;
}

/* As walk_fresh(), before bits are looked at (NULL: none), and others written where the packet has them. */
static bool fresh_for(struct walk *walk, const struct sw_bits *from, const struct sw_bits *to)
{
	bool looks = from && from->field->offset >= offsetof(struct sw_fields, pbb_isid);

	return !(looks || (to && set_needs(to->field) != SW_PRE_NONE)) || walk_fresh(walk);
}

/* The bits as a number. */
static number bits_get(const struct walk *walk, const struct sw_bits *bits)
{
	uint8_t value[16];

	sw_field_get(bits->field, &walk->fields, value);
	return load(value, sw_field_bytes(bits->field)) >> bits->from & ones(bits->n);
}

void walk_spec(struct walk *walk, const struct sw_learn_spec *spec, struct sw_fields *to)
{
	const struct sw_bits *dst = &spec->dst;
	unsigned n = sw_field_bytes(dst->field);
	number v = spec->given ? load(spec->value, 16) : bits_get(walk, &spec->src);
	uint8_t value[16];

	sw_field_get(dst->field, to, value);
	store(value, n,
		(load(value, n) & ~(ones(dst->n) << dst->from)) | (v & ones(dst->n)) << dst->from);
	sw_field_set(dst->field, to, value);
}

bool walk_bits(struct walk *walk, const struct sw_bits *bits, uint64_t *value)
{
	if (!fresh_for(walk, bits, NULL))
		return false;
	*value = (uint64_t)bits_get(walk, bits);
	return true;
}

/* Write them, in the walk and on its list. */
static void bits_set(struct walk *walk, const struct sw_bits *bits, number v)
{
	unsigned n = sw_field_bytes(bits->field);
	uint8_t value[16], mask[16];
	struct op op = { 0 };

	store(value, n, (v & ones(bits->n)) << bits->from);
	store(mask, n, ones(bits->n) << bits->from);
	op_set_init(&op, bits->field, value, mask);
	op.walk(walk, &op);
}

void walk_bits_set(struct walk *walk, const struct sw_bits *bits, uint64_t value)
{
	bits_set(walk, bits, value);
}

static void walk_move(struct walk *walk, const struct op *op)
{
	if (fresh_for(walk, &op->move.from, &op->move.to))
		bits_set(walk, &op->move.to, bits_get(walk, &op->move.from));
}

static int compile_move(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_move;
	op->move.from = a->move.from;
	op->move.to = a->move.to;
	code_reads(draft, a->move.from.field);
	have_reads(&draft->reads, a->move.to.field->prereq);
	return 0;
}
SW_REGISTER(action_code, move) = {
	.name = "move",
	.help = "copies bits of a field to another",
	.compile = compile_move,
};

static void walk_push(struct walk *walk, const struct op *op)
{
	if (!fresh_for(walk, &op->move.from, NULL))
		return;
	if (walk->n_stack == WALK_STACK) {
		walk->too_long = true;
		return;
	}
	store(walk->stack[walk->n_stack++].bytes, 16, bits_get(walk, &op->move.from));
}

/* Nothing pushed: nothing popped. */
static void walk_pop(struct walk *walk, const struct op *op)
{
	if (walk->n_stack && fresh_for(walk, NULL, &op->move.to))
		bits_set(walk, &op->move.to, load(walk->stack[--walk->n_stack].bytes, 16));
}

static int compile_push(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_push;
	op->move.from = a->stack;
	code_reads(draft, a->stack.field);
	return 0;
}
SW_REGISTER(action_code, push) = {
	.name = "push",
	.help = "puts bits of a field on the packet's stack",
	.compile = compile_push,
};

static int compile_pop(struct code_draft *draft, const struct sw_action *a, struct sw_err *err)
{
	struct op *op = code_add(draft);

	op->walk = walk_pop;
	op->move.to = a->stack;
	have_reads(&draft->reads, a->stack.field->prereq);
	return 0;
}
SW_REGISTER(action_code, pop) = {
	.name = "pop",
	.help = "takes the top of the packet's stack into bits of a field",
	.compile = compile_pop,
};
