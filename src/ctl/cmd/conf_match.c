/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Conditions on records; see conf_match.h.
 */
#include "conf_match.h"

#include <string.h>

static const char *const ops[] = { "{not-in}", "{in}", "{!=}", "{<=}", "{>=}", "{=}", "{<}", "{>}",
	"!=", "<=", ">=", "=", "<", ">", NULL };

static bool is_order(const char *op)
{
	return *op == '<' || *op == '>';
}

static int check_order(const struct conf_match *m, struct sw_err *err)
{
	enum sw_atom_type type = m->value->type.key;
	int rc;

	if (!is_order(m->term.op) || (m->value->n == 1 && m->value->type.value == SW_ATOM_NONE &&
					     (type == SW_ATOM_INTEGER || type == SW_ATOM_STRING)))
		return 0;
	rc = sw_err_set(err, SW_CODE_USAGE,
		"%s compares single integers or strings, and %s is "
		"neither",
		m->term.op, m->term.value);
	sw_err_given(err, "%s", m->term.value);
	sw_err_hint(err, "{<=} and {>=} compare sets");
	return rc;
}

int conf_match_read(
	struct conf_match *m, const struct table *table, const char *text, struct sw_err *err)
{
	struct sw_type type;
	int rc = conf_term_read(&m->term, table, text, ops, err);

	m->value = NULL;
	if (rc)
		return rc;
	type = m->term.column->desc->type;
	if (m->term.key)
		type = (struct sw_type){ type.value, SW_ATOM_NONE, 1, 1 };
	rc = value_from_text(type, m->term.value, &m->value, err);
	if (!rc)
		rc = check_order(m, err);
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

static bool compare_order(const char *op, const struct value *a, const struct value *b)
{
	int cmp;

	if (a->n != 1)
		return false;
	cmp = atom_cmp(b->type.key, &a->keys[0], &b->keys[0]);
	if (!cmp)
		return op[1] == '=';
	return (cmp < 0) == (*op == '<');
}

static bool compare(const char *op, const struct value *a, const struct value *b)
{
	if (!strcmp(op, "=") || !strcmp(op, "{=}"))
		return value_equal(a, b);
	if (!strcmp(op, "!=") || !strcmp(op, "{!=}"))
		return !value_equal(a, b);
	if (is_order(op))
		return compare_order(op, a, b);
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
	bool good = v ? compare(m->term.op, v, m->value) : strstr(m->term.op, "!=") != NULL;

	value_unref(v);
	return good;
}

void conf_match_fini(struct conf_match *m)
{
	conf_term_fini(&m->term);
	value_unref(m->value);
	m->value = NULL;
}
