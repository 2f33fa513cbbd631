/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action learn: its checks, its text as it is printed. The parser is learn_parse_ctl.c.
 *
 * The rule that is made must be one that could be installed: a field that it matches or loads has its prerequisites
 * in what stands before it in the list, as far as that is known from values and from the match of the rule that
 * learns.
 *
 * Control thread; no state. The struct is the action's own.
 */
#include "action.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/learn.h>
#include <sw/text.h>

#include "learn.h"

/* Bits that the packet's match knows of src, as value and mask of dst. */
static void carry(
	const struct sw_learn_spec *s, const struct sw_match *match, uint8_t *value, uint8_t *mask)
{
	uint8_t v[16], m[16], low_v[16], low_m[16], unused[16] = { 0 };

	sw_field_get(s->src.field, &match->value, v);
	sw_field_get(s->src.field, &match->mask, m);
	bits_get(&s->src, v, low_v);
	bits_get(&s->src, m, low_m);
	bits_put(&s->dst, low_v, value, unused);
	memset(unused, 0, sizeof(unused));
	bits_put(&s->dst, low_m, mask, unused);
}

static void learn_known(
	const struct sw_learn_spec *s, const struct sw_match *match, struct sw_match *made)
{
	uint8_t value[16] = { 0 }, mask[16] = { 0 };

	if (s->given)
		bits_put(&s->dst, s->value, value, mask);
	else
		carry(s, match, value, mask);
	know(made, s->dst.field, value, mask);
}

static int check_spec(const struct sw_learn_spec *s, const struct sw_match *match,
	struct sw_match *made, struct sw_err *err)
{
	int rc = s->given ? 0 : need_field(s->src.field, match, "learn", err);

	if (rc || s->what == SW_LEARN_OUTPUT)
		return rc;
	if (s->what == SW_LEARN_LOAD)
		return need_target(s->dst.field, made, "learn, in the rule it makes", err);
	rc = need_field(s->dst.field, made, "learn, in the rule it makes", err);
	if (!rc)
		learn_known(s, match, made);
	return rc;
}

static int check(const struct sw_action *a, struct sw_match *match, struct sw_err *err)
{
	const struct sw_learn *l = a->learn;
	struct sw_match made;
	int rc = 0;

	memset(&made, 0, sizeof(made));
	for (unsigned i = 0; i < l->n && !rc; i++)
		rc = check_spec(&l->specs[i], match, &made, err);
	if (!rc && l->result.field) {
		rc = need_target(l->result.field, match, "learn", err);
		forget_target(match, &l->result);
	}
	return rc;
}

static void print_value(const struct sw_learn_spec *s, struct sw_str *out)
{
	unsigned size = sw_field_bytes(s->dst.field);

	if (s->what == SW_LEARN_MATCH && s->dst.n == s->dst.field->bits)
		sw_field_print(s->dst.field, s->value + 16 - size, NULL, out);
	else
		wide_print(s->value, out);
}

static void print_match(const struct sw_learn_spec *s, struct sw_str *out)
{
	if (s->given && s->dst.n == s->dst.field->bits)
		sw_str_add(out, "%s", s->dst.field->name);
	else
		sw_bits_print(&s->dst, out);
	if (!s->given && bits_equal(&s->src, &s->dst))
		return;
	sw_str_add(out, "=");
	if (s->given)
		print_value(s, out);
	else
		sw_bits_print(&s->src, out);
}

static void print_spec(const struct sw_learn_spec *s, struct sw_str *out)
{
	sw_str_add(out, ",");
	switch (s->what) {
	case SW_LEARN_MATCH:
		print_match(s, out);
		break;
	case SW_LEARN_LOAD:
		sw_str_add(out, "load:");
		if (s->given)
			print_value(s, out);
		else
			sw_bits_print(&s->src, out);
		sw_str_add(out, "->");
		sw_bits_print(&s->dst, out);
		break;
	case SW_LEARN_OUTPUT:
		sw_str_add(out, "output:");
		sw_bits_print(&s->src, out);
		break;
	}
}

static void print_number(const char *name, unsigned n, unsigned preset, struct sw_str *out)
{
	if (n != preset)
		sw_str_add(out, ",%s=%u", name, n);
}

static void print(const struct sw_action *a, struct sw_str *out)
{
	const struct sw_learn *l = a->learn;

	sw_str_add(out, "learn(table=%u", l->table);
	print_number("idle_timeout", l->idle_timeout, 0, out);
	print_number("hard_timeout", l->hard_timeout, 0, out);
	print_number("fin_idle_timeout", l->fin_idle, 0, out);
	print_number("fin_hard_timeout", l->fin_hard, 0, out);
	print_number("priority", l->priority, LEARN_PRIORITY, out);
	if (l->send_removed)
		sw_str_add(out, ",send_flow_rem");
	if (l->delete_learned)
		sw_str_add(out, ",delete_learned");
	if (l->cookie)
		sw_str_add(out, ",cookie=0x%llx", (unsigned long long)l->cookie);
	print_number("limit", l->limit, 0, out);
	if (l->result.field) {
		sw_str_add(out, ",result_dst=");
		sw_bits_print(&l->result, out);
	}
	for (unsigned i = 0; i < l->n; i++)
		print_spec(&l->specs[i], out);
	sw_str_add(out, ")");
}

static void fini(struct sw_action *a)
{
	free(a->learn);
}

static bool spec_equal(const struct sw_learn_spec *a, const struct sw_learn_spec *b)
{
	return a->what == b->what && a->given == b->given && bits_equal(&a->src, &b->src) &&
	       bits_equal(&a->dst, &b->dst) && !memcmp(a->value, b->value, sizeof(a->value));
}

static bool equal(const struct sw_action *x, const struct sw_action *y)
{
	const struct sw_learn *a = x->learn, *b = y->learn;

	if (a->table != b->table || a->send_removed != b->send_removed ||
		a->delete_learned != b->delete_learned || a->priority != b->priority ||
		a->idle_timeout != b->idle_timeout || a->hard_timeout != b->hard_timeout ||
		a->fin_idle != b->fin_idle || a->fin_hard != b->fin_hard || a->limit != b->limit ||
		a->cookie != b->cookie || !bits_equal(&a->result, &b->result) || a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!spec_equal(&a->specs[i], &b->specs[i]))
			return false;
	return true;
}

unsigned sw_actions_learn(const struct sw_actions *list)
{
	unsigned n = 0;

	for (unsigned i = 0; list && i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		n += !strcmp(a->type->name, "learn");
		if (!strcmp(a->type->name, "clone"))
			n += sw_actions_learn(a->nested.list);
	}
	return n;
}

SW_REGISTER(action_type, learn) = {
	.name = "learn",
	.help = "adds a rule made of bits of the packet, or changes the one that is there",
	.usage = "(table=N,FIELD=VALUE,FIELD[BITS]=FIELD[BITS],load:FIELD->FIELD,output:FIELD,...)",
	.parse = learn_parse,
	.print = print,
	.check = check,
	.fini = fini,
	.equal = equal,
};
