/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which rule takes a packet, by looking at all of them: the best that has no conjunction; before it, by falling priority and
 * rising id, what the id of a conjunction leads to of which each dimension has a rule that takes the packet.
 */
#include "rules_oracle.h"

#include <string.h>

#include <rte_byteorder.h>

static bool matches(const struct sw_match *match, const struct sw_fields *f)
{
	const uint8_t *v = (const uint8_t *)&match->value, *m = (const uint8_t *)&match->mask,
		      *p = (const uint8_t *)f;

	for (size_t i = 0; i < sizeof(*f); i++)
		if ((p[i] & m[i]) != v[i])
			return false;
	return true;
}

static const struct sw_action *conjunction(const struct sw_rule_conf *rule, unsigned i)
{
	const struct sw_actions *list = rule->does.apply;

	for (unsigned at = 0; list && at < list->n; at++)
		if (!strcmp(list->a[at].type->name, "conjunction") && !i--)
			return &list->a[at];
	return NULL;
}

static const struct sw_rule_conf *best_of(
	const struct oracle_rules *rules, uint8_t table, const struct sw_fields *f)
{
	const struct sw_rule_conf *best = NULL;

	for (unsigned i = 0; i < rules->n; i++) {
		const struct sw_rule_conf *r = &rules->rule[i];

		if (r->table == table && !conjunction(r, 0) && matches(&r->match, f) &&
			(!best || r->priority > best->priority))
			best = r;
	}
	return best;
}

/* A conjunction of some rule of the table: in which order it is tried. */
struct turn {
	int32_t priority; /* falling */
	uint32_t id;	  /* rising */
	unsigned n;	  /* rising */
};

/* Has dimension k of the conjunction a rule of its priority that takes the packet? */
static bool is_met(const struct oracle_rules *rules, uint8_t table, const struct sw_fields *f,
	const struct turn *turn, unsigned k)
{
	const struct sw_action *a;

	for (unsigned i = 0; i < rules->n; i++) {
		const struct sw_rule_conf *r = &rules->rule[i];

		if (r->table != table || r->priority != turn->priority || !matches(&r->match, f))
			continue;
		for (unsigned c = 0; (a = conjunction(r, c)); c++)
			if (a->conjunction.id == turn->id && a->conjunction.n == turn->n &&
				a->conjunction.k == k)
				return true;
	}
	return false;
}

static bool is_before(const struct turn *a, const struct turn *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return a->id != b->id ? a->id < b->id : a->n < b->n;
}

/* The one behind `last`, above a priority. */
static bool next_turn(const struct oracle_rules *rules, uint8_t table, int32_t above,
	const struct turn *last, struct turn *next)
{
	bool any = false;

	for (unsigned i = 0; i < rules->n; i++) {
		const struct sw_rule_conf *r = &rules->rule[i];
		const struct sw_action *a;

		if (r->table != table || r->priority <= above)
			continue;
		for (unsigned c = 0; (a = conjunction(r, c)); c++) {
			struct turn t = { r->priority, a->conjunction.id, a->conjunction.n };

			if (is_before(last, &t) && (!any || is_before(&t, next))) {
				*next = t;
				any = true;
			}
		}
	}
	return any;
}

const struct sw_rule_conf *oracle_find(
	const struct oracle_rules *rules, uint8_t table, const struct sw_fields *fields)
{
	const struct sw_rule_conf *best = best_of(rules, table, fields), *led;
	struct turn turn = { .priority = INT32_MAX }, next = { 0 };

	while (next_turn(rules, table, best ? best->priority : -1, &turn, &next)) {
		struct sw_fields f = *fields;
		unsigned k = 1;

		turn = next;
		while (k <= turn.n && is_met(rules, table, fields, &turn, k))
			k++;
		if (k <= turn.n)
			continue;
		f.conj_id = rte_cpu_to_be_32(turn.id);
		led = best_of(rules, table, &f);
		if (led)
			return led;
	}
	return best;
}
