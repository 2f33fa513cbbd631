/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clauses gathered and counted: see clause.h.
 *
 * Control thread only.
 */
#include "clause.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#include "view_ctl.h"

static bool is_clause(const struct sw_action *a)
{
	return !strcmp(a->type->name, "conjunction");
}

static unsigned clauses_in(const struct sw_actions *list)
{
	unsigned n = 0;

	for (unsigned i = 0; list && i < list->n; i++)
		n += is_clause(&list->a[i]);
	return n;
}

static int by_key(const void *a, const void *b)
{
	const struct rule_clause *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* Those of one conjunction become one. */
static unsigned merge(struct rule_clause *c, unsigned n)
{
	unsigned kept = 0;

	for (unsigned i = 1; i < n; i++) {
		if (c[i].key == c[kept].key)
			c[kept].dims |= c[i].dims;
		else
			c[++kept] = c[i];
	}
	return kept + 1;
}

void rule_clauses_find(struct rule_code *code)
{
	const struct sw_actions *list = code->does.apply;
	unsigned n = clauses_in(list);

	if (!n)
		return;
	code->clauses = sw_xcalloc(n, sizeof(*code->clauses));
	n = 0;
	for (unsigned i = 0; i < list->n; i++) {
		const struct sw_action *a = &list->a[i];

		if (is_clause(a))
			code->clauses[n++] = (struct rule_clause){
				rule_clause_key(a->conjunction.id, a->conjunction.n),
				1ull << (a->conjunction.k - 1)
			};
	}
	qsort(code->clauses, n, sizeof(*code->clauses), by_key);
	code->n_clauses = merge(code->clauses, n);
}

bool rule_clauses_fit(const struct sw_rules *rules, const struct sw_instructions *does)
{
	unsigned n = clauses_in(does->apply);

	return !n || rules->clauses + n <= rules->total_limit * RULE_CLAUSES_A_RULE;
}

void rule_clauses_count(
	struct sw_rules *rules, unsigned table, const struct rule_code *code, int by)
{
	struct rule_table *t = rules->table[table];

	if (!code->n_clauses)
		return;
	t->clausal += by;
	if (t->clausal == (by > 0))
		rule_view_stale(rules, t);
}
