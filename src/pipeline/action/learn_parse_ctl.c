/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Action learn from text: arguments of the rule it makes, then what it matches and does. A word that is no argument
 * is a field.
 *
 * Control thread; no state.
 */
#include "learn.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/learn.h>
#include <sw/mem.h>
#include <sw/rule.h>
#include <sw/text.h>

#include "action.h"

enum arg {
	ARG_TABLE,
	ARG_PRIORITY,
	ARG_IDLE,
	ARG_HARD,
	ARG_FIN_IDLE,
	ARG_FIN_HARD,
	ARG_COOKIE,
	ARG_LIMIT,
	ARG_REMOVED,
	ARG_DELETE,
	ARG_RESULT,
	ARG_LOAD,
	ARG_OUTPUT,
	ARGS
};
static const char *const names[ARGS] = { "table", "priority", "idle_timeout", "hard_timeout",
	"fin_idle_timeout", "fin_hard_timeout", "cookie", "limit", "send_flow_rem",
	"delete_learned", "result_dst", "load", "output" };

static struct sw_learn_spec *add_spec(
	struct sw_learn **learn, enum sw_learn_what what, struct sw_err *err)
{
	struct sw_learn *l = *learn;
	struct sw_learn_spec *s;

	if (l->n == SW_LEARN_SPECS_MAX) {
		sw_err_set(err, SW_CODE_LIMIT, "learn: more than %u fields", SW_LEARN_SPECS_MAX);
		return NULL;
	}
	l = sw_xrealloc(l, 1, sizeof(*l) + (l->n + 1) * sizeof(l->specs[0]));
	*learn = l;
	s = &l->specs[l->n++];
	memset(s, 0, sizeof(*s));
	s->what = what;
	return s;
}

/* A value in the field's own form, or for some of its bits a number. */
static int read_value(struct sw_learn_spec *s, const char *text, struct sw_err *err)
{
	const struct sw_field *f = s->dst.field;
	uint8_t *own = s->value + 16 - sw_field_bytes(f);
	int rc;

	if (s->dst.n < f->bits)
		return arg_wide(f->name, text, s->dst.n, s->value, err);
	rc = sw_field_parse(f, text, own, NULL, err);
	if (rc)
		sw_err_prefix(err, "learn");
	return rc;
}

/* FIELD, FIELD=FIELD or FIELD=VALUE */
static int take_match(struct sw_learn **l, const struct word *w, struct sw_err *err)
{
	struct sw_learn_spec *s = add_spec(l, SW_LEARN_MATCH, err);
	struct sw_err no_value;
	int rc;

	if (!s)
		return err_rc(err);
	rc = sw_bits_parse(w->name, &s->dst, err);
	if (rc) {
		sw_err_prefix(err, "learn");
		return rc;
	}
	if (!w->value) {
		s->src = s->dst;
		return 0;
	}
	/* A value comes first: LOCAL is a port, whatever fields there are. */
	s->given = !read_value(s, w->value, &no_value);
	if (s->given)
		return 0;
	memset(s->value, 0, sizeof(s->value));
	if (isdigit((unsigned char)*w->value))
		return read_value(s, w->value, err);
	rc = sw_bits_parse(w->value, &s->src, err);
	return rc ? rc : bits_same(&s->src, &s->dst, err);
}

static int read_load(
	struct sw_learn_spec *s, const char *left, const char *right, struct sw_err *err)
{
	int rc = sw_bits_parse(right, &s->dst, err);

	if (!rc)
		rc = field_writable(s->dst.field, "learn", err);
	if (rc)
		return rc;
	if (isdigit((unsigned char)*left)) {
		s->given = true;
		return arg_wide("load", left, s->dst.n, s->value, err);
	}
	rc = sw_bits_parse(left, &s->src, err);
	return rc ? rc : bits_same(&s->src, &s->dst, err);
}

static int take_load(struct sw_learn **l, const char *text, struct sw_err *err)
{
	struct sw_learn_spec *s = add_spec(l, SW_LEARN_LOAD, err);
	char *copy, *left, *right;
	int rc;

	if (!s)
		return err_rc(err);
	copy = sw_xstrdup(text);
	rc = text_arrow(copy, "VALUE->FIELD[BITS] or FIELD[BITS]->FIELD[BITS]", &left, &right, err);
	if (!rc)
		rc = read_load(s, left, right, err);
	free(copy);
	return rc;
}

static int take_output(struct sw_learn **l, const char *text, struct sw_err *err)
{
	struct sw_learn_spec *s = add_spec(l, SW_LEARN_OUTPUT, err);

	return s ? sw_bits_parse(text, &s->src, err) : err_rc(err);
}

static int take_result(struct sw_learn *l, const char *text, struct sw_err *err)
{
	int rc = sw_bits_parse(text, &l->result, err);

	if (!rc)
		rc = field_writable(l->result.field, "result_dst", err);
	if (rc || l->result.n == 1)
		return rc;
	rc = sw_err_set(err, SW_CODE_INVALID, "result_dst: %s is not one bit", text);
	sw_err_given(err, "%s", text);
	sw_err_allowed(err, "FIELD[BIT]");
	return rc;
}

static int take_table(struct sw_learn *l, const char *text, struct sw_err *err)
{
	uint64_t table = 0;
	int rc = arg_number("table", text, SW_TABLES - 1, &table, err);

	l->table = (uint8_t)table;
	return rc;
}

static int take_argument(
	struct sw_learn **learn, enum arg arg, const char *value, struct sw_err *err)
{
	struct sw_learn *l = *learn;

	switch (arg) {
	case ARG_TABLE:
		return take_table(l, value, err);
	case ARG_PRIORITY:
		return arg_u16("priority", value, &l->priority, err);
	case ARG_IDLE:
		return arg_u16("idle_timeout", value, &l->idle_timeout, err);
	case ARG_HARD:
		return arg_u16("hard_timeout", value, &l->hard_timeout, err);
	case ARG_FIN_IDLE:
		return arg_u16("fin_idle_timeout", value, &l->fin_idle, err);
	case ARG_FIN_HARD:
		return arg_u16("fin_hard_timeout", value, &l->fin_hard, err);
	case ARG_COOKIE:
		return arg_number("cookie", value, UINT64_MAX, &l->cookie, err);
	case ARG_LIMIT:
		return arg_u32("limit", value, &l->limit, err);
	case ARG_REMOVED:
		l->send_removed = true;
		return arg_none("send_flow_rem", value, err);
	case ARG_DELETE:
		l->delete_learned = true;
		return arg_none("delete_learned", value, err);
	case ARG_RESULT:
		return take_result(l, value, err);
	case ARG_LOAD:
		return take_load(learn, value, err);
	default:
		return take_output(learn, value, err);
	}
}

static int take_word(void *arg, const struct word *w, struct sw_err *err)
{
	struct sw_learn **learn = arg;

	for (enum arg i = 0; i < ARGS; i++)
		if (!strcmp(w->name, names[i]))
			return take_argument(learn, i, w->value ? w->value : "", err);
	return take_match(learn, w, err);
}

int learn_parse(struct sw_action *a, const char *text, struct sw_err *err)
{
	struct sw_learn *l = sw_xcalloc(1, sizeof(*l));
	int rc;

	l->table = LEARN_TABLE;
	l->priority = LEARN_PRIORITY;
	rc = args_each(text, take_word, &l, err);
	if (rc)
		free(l);
	else
		a->learn = l;
	return rc;
}
