/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conditions on records; see conf_match.h.
 */
#include "conf_match.h"

#include <string.h>

#include "../symbol.h"

static const char *const ops[] = { "{not-in}", "{in}", "{!=}", "{<=}", "{>=}", "{=}", "{<}", "{>}",
	"!=", "<=", ">=", "=", "<", ">", NULL };

int conf_match_read(struct draft *draft, struct conf_match *m, const struct table *table,
	const char *text, struct sw_err *err)
{
	struct sw_type type;
	int rc = conf_term_read(&m->term, table, text, ops, err);

	m->value = NULL;
	if (rc)
		return rc;
	type = m->term.column->desc->type;
	if (m->term.key)
		type = (struct sw_type){ type.value, SW_ATOM_NONE, 1, 1 };
	rc = symbol_read_value(draft, type, m->term.value, &m->value, err);
	if (rc)
		conf_match_fini(m);
	return rc;
}

static bool disjoint(const struct value *a, const struct value *b)
{
	for (unsigned i = 0; i < a->n; i++)
		if (value_find(b, &a->keys[i]) >= 0)
			return false;
	return true;
}

static int compare_atoms(
	enum sw_atom_type type, const union atom *a, const union atom *b, unsigned n)
{
	int cmp = 0;

	for (unsigned i = 0; i < n && !cmp; i++)
		cmp = atom_cmp(type, &a[i], &b[i]);
	return cmp;
}

static int compare_sets(const struct value *a, const struct value *b)
{
	int cmp = a->n < b->n ? -1 : a->n > b->n;

	if (!cmp)
		cmp = compare_atoms(b->type.key, a->keys, b->keys, b->n);
	if (!cmp && b->type.value != SW_ATOM_NONE)
		cmp = compare_atoms(b->type.value, a->values, b->values, b->n);
	return cmp;
}

static bool compare(const char *op, const struct value *a, const struct value *b)
{
	if (!strcmp(op, "=") || !strcmp(op, "{=}"))
		return value_equal(a, b);
	if (!strcmp(op, "!=") || !strcmp(op, "{!=}"))
		return !value_equal(a, b);
	if (*op == '<')
		return compare_sets(a, b) < (op[1] == '=');
	if (*op == '>')
		return compare_sets(a, b) > -(op[1] == '=');
	if (!strcmp(op, "{not-in}"))
		return disjoint(a, b);
	if (!strcmp(op, "{in}") || !strcmp(op, "{<=}"))
		return value_includes(b, a);
	if (!strcmp(op, "{<}"))
		return value_includes(b, a) && a->n < b->n;
	return value_includes(a, b) && (!strcmp(op, "{>=}") || a->n > b->n);
}

bool conf_match_row(const struct conf_match *m, const struct draft *draft, const struct row *row)
{
	struct value *v = conf_term_value(draft, row, &m->term);
	bool good;

	if (!v && *m->term.op != '{')
		return false;
	if (!v)
		v = value_new(m->value->type);
	good = compare(m->term.op, v, m->value);
	value_unref(v);
	return good;
}

void conf_match_fini(struct conf_match *m)
{
	conf_term_fini(&m->term);
	value_unref(m->value);
	m->value = NULL;
}
