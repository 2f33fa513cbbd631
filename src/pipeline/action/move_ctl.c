/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Actions move, push and pop: bits of one field to another, and to a stack and back (OpenFlow 1.5.1, 7.2.6.8 copy-field;
 * ovs-actions(7)).
 *
 * Control thread; no state.
 */
#include "action.h"

#include <stdlib.h>

#include <sw/action_set.h>
#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

static int move_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	char *copy = sw_xstrdup(text), *from, *to;
	int rc = text_arrow(copy, "FIELD[BITS]->FIELD[BITS]", &from, &to, err);

	if (!rc)
		rc = sw_bits_parse(from, &a->move.from, err);
	if (!rc)
		rc = sw_bits_parse(to, &a->move.to, err);
	if (!rc)
		rc = field_writable(a->move.to.field, "move", err);
	if (!rc)
		rc = bits_same(&a->move.from, &a->move.to, err);
	free(copy);
	return rc;
}

static void move_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "move:");
	sw_bits_print(&a->move.from, out);
	sw_str_add(out, "->");
	sw_bits_print(&a->move.to, out);
}

static int move_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = need_field(a->move.from.field, match, "move", err);

	if (!rc)
		rc = field_writable(a->move.to.field, "move", err);
	if (!rc)
		rc = need_target(a->move.to.field, match, "move", err);
	forget_target(match, &a->move.to);
	return rc;
}

static bool move_equal(const struct sw_action *a, const struct sw_action *b)
{
	return bits_equal(&a->move.from, &b->move.from) && bits_equal(&a->move.to, &b->move.to);
}

static int push_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	return sw_bits_parse(text, &a->stack, err);
}

static void stack_print(const struct sw_action *a, struct sw_str *out)
{
	sw_str_add(out, "%s:", a->type->name);
	sw_bits_print(&a->stack, out);
}

static int push_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	return need_field(a->stack.field, match, "push", err);
}

static int pop_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	int rc = sw_bits_parse(text, &a->stack, err);

	return rc ? rc : field_writable(a->stack.field, "pop", err);
}

static int pop_check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	int rc = field_writable(a->stack.field, "pop", err);

	if (!rc)
		rc = need_target(a->stack.field, match, "pop", err);
	forget_target(match, &a->stack);
	return rc;
}

static bool stack_equal(const struct sw_action *a, const struct sw_action *b)
{
	return bits_equal(&a->stack, &b->stack);
}

SW_REGISTER(action_type, move) = {
	.name = "move",
	.help = "copies bits of a field to as many of another",
	.usage = "FIELD[BITS]->FIELD[BITS]",
	.set_place = SW_PLACE_SET,
	.parse = move_parse,
	.print = move_print,
	.check = move_check,
	.equal = move_equal,
};

SW_REGISTER(action_type, push) = {
	.name = "push",
	.help = "puts bits of a field on the packet's stack",
	.usage = "FIELD[BITS]",
	.parse = push_parse,
	.print = stack_print,
	.check = push_check,
	.equal = stack_equal,
};

SW_REGISTER(action_type, pop) = {
	.name = "pop",
	.help = "takes what was pushed last into bits of a field",
	.usage = "FIELD[BITS]",
	.parse = pop_parse,
	.print = stack_print,
	.check = pop_check,
	.equal = stack_equal,
};
