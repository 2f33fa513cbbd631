/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Why a rule did not match: the fields in which it differs; and which rules came near.
 *
 * Control thread only.
 */
#include <sw/trace.h>

#include <string.h>

#include <sw/field_text.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "../rule/chain.h"

/* Bits of one that the other has not yet. */
static bool has_more(
	const struct sw_field *f, const struct sw_fields *of, const struct sw_fields *seen)
{
	struct sw_fields rest = *of;
	uint64_t *to = (uint64_t *)&rest;

	for (unsigned i = 0; i < RULE_WORDS; i++)
		to[i] &= ~((const uint64_t *)seen)[i];
	return !sw_field_is_zero(f, &rest);
}

static void add_difference(const struct sw_field *f, const struct sw_match *match,
	const struct sw_fields *fields, struct sw_str *out)
{
	uint8_t is[16], value[16], mask[16];

	sw_field_get(f, fields, is);
	sw_field_get(f, &match->value, value);
	sw_field_get(f, &match->mask, mask);
	sw_str_add(out, "%s%s is ", out->len ? ", " : "", f->name);
	sw_field_print(f, is, NULL, out);
	sw_str_add(out, ", not ");
	sw_field_print(f, value, sw_field_is_full(f, &match->mask) ? NULL : mask, out);
}

/* Bits that the match looks at and that are other than it wants. */
static bool differing(
	const struct sw_match *match, const struct sw_fields *fields, struct sw_fields *out)
{
	const uint64_t *value = (const uint64_t *)&match->value;
	const uint64_t *mask = (const uint64_t *)&match->mask;
	uint64_t any = 0;

	for (unsigned i = 0; i < RULE_WORDS; i++) {
		((uint64_t *)out)[i] = (((const uint64_t *)fields)[i] & mask[i]) ^ value[i];
		any |= ((const uint64_t *)out)[i];
	}
	return any;
}

unsigned sw_trace_differs(
	const struct sw_rule *rule, const struct sw_fields *fields, struct sw_str *out)
{
	struct sw_fields wrong, seen = { 0 };
	const struct sw_field *f;
	struct sw_rule_conf conf;
	unsigned n = 0;

	sw_rule_get(rule, &conf);
	sw_str_add(out, "%s", "");
	if (!differing(&conf.match, fields, &wrong))
		return 0;
	SW_REG_FOREACH (field, const struct sw_field *, f) {
		if (!has_more(f, &wrong, &seen) || !sw_prereq_met(f->prereq, &conf.match))
			continue;
		add_difference(f, &conf.match, fields, out);
		sw_field_add(f, &seen);
		n++;
	}
	return n;
}

/* How far a rule is from the fields: words of its mask first, then bits. */
static unsigned distance(const struct sw_rule *rule, const uint64_t *key)
{
	const struct rule_mask *mask = rule->mask;
	unsigned words = 0, bits = 0;

	for (unsigned i = 0; i < mask->n; i++) {
		uint64_t wrong = (key[mask->at[i]] & mask->word[i]) ^ rule->value[i];

		words += wrong != 0;
		bits += __builtin_popcountll(wrong);
	}
	return words << 16 | bits;
}

static bool is_nearer(const struct sw_rule *a, const struct sw_rule *b, const uint64_t *key)
{
	unsigned x = distance(a, key), y = distance(b, key);

	return x != y ? x < y : a->priority > b->priority;
}

unsigned sw_trace_near(
	const struct sw_trace_table *t, const struct sw_rule **near, unsigned most, uint32_t *looks)
{
	struct sw_rule_cursor cursor = { .table = t->table };
	const uint64_t *key = (const uint64_t *)t->fields;
	const struct sw_rule *rule;
	unsigned n = 0, at;

	while (*looks && (rule = sw_rules_next(t->rules, &cursor, NULL)) &&
		rule->table == t->table) {
		--*looks;
		if (rule == t->rule || (t->rule && rule->priority <= t->rule->priority))
			continue;
		if (rule_takes(rule, key)) /* for a conjunction, and that is told there */
			continue;
		for (at = n; at && is_nearer(rule, near[at - 1], key); at--)
			if (at < most)
				near[at] = near[at - 1];
		if (at == most)
			continue;
		near[at] = rule;
		n += n < most;
	}
	return n;
}
