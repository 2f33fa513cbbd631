/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rules from text: options and fields in any order, then "actions=". Fields are kept until all are there and added
 * when their prerequisites are: "tp_dst=80,tcp" is as good as "tcp,tp_dst=80".
 *
 * Control thread; no state.
 */
#include "rule_words.h"

#include <stdlib.h>
#include <string.h>

#include <sw/action_text.h>
#include <sw/err.h>
#include <sw/field_text.h>
#include <sw/mem.h>
#include <sw/rule_text.h>
#include <sw/text.h>

#define FIELDS_MAX 512 /* many more than there are */

struct reading {
	struct sw_rule_change *change;
	struct text text;
	uint32_t seen; /* options, by number */
	struct word *fields;
	unsigned n_fields;
	const char *actions; /* NULL: none */
	size_t actions_at;
};

static bool takes_actions(const struct sw_rule_change *c)
{
	return c->verb == SW_RULE_ADD || c->verb == SW_RULE_MODIFY ||
	       c->verb == SW_RULE_MODIFY_STRICT;
}

static void begin(struct sw_rule_change *c, enum sw_rule_verb verb)
{
	memset(c, 0, sizeof(*c));
	c->verb = verb;
	c->conf.table = takes_actions(c) ? 0 : SW_TABLE_ALL;
	c->conf.priority = SW_RULE_PRIORITY;
	c->conf.does.goto_table = -1;
	c->out_port = c->out_group = SW_OFPP_ANY;
}

/* "actions=" or "action=" stands next: what follows is for another parser. */
static bool at_actions(struct reading *r)
{
	const char *p = text_rest(&r->text, &r->actions_at);
	size_t skip = strspn(p, ", \t\r\n\v\f");
	size_t len = !strncmp(p + skip, "actions=", 8) ? 8 : 7;

	if (len == 7 && strncmp(p + skip, "action=", 7))
		return false;
	r->actions = p + skip + len;
	r->actions_at += skip + len;
	return true;
}

static int twice(const char *name, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "%s is given twice", name);

	sw_err_given(err, "%s", name);
	return rc;
}

/* One cookie to look for and another to set are not the same twice. */
static bool cookie_again(const struct sw_rule_change *c, const char *value)
{
	if (strchr(value, '/'))
		return c->cookie_mask;
	return c->set_cookie || c->verb == SW_RULE_ADD;
}

static int take_option(
	struct reading *r, const struct rule_option *o, const struct word *w, struct sw_err *err)
{
	uint32_t bit = 1u << rule_option_id(o);
	bool again = r->seen & bit;

	if (again && w->value && !strcmp(w->name, "cookie"))
		again = cookie_again(r->change, w->value);
	r->seen |= bit;
	return again ? twice(w->name, err) : rule_option_take(o, w, r->change, err);
}

static int take_word(struct reading *r, const struct word *w, struct sw_err *err)
{
	const struct rule_option *o = w->quoted ? NULL : rule_option_find(w->name);

	if (o)
		return take_option(r, o, w, err);
	if (r->n_fields == FIELDS_MAX)
		return sw_err_set(err, SW_CODE_LIMIT, "more than %u fields", FIELDS_MAX);
	r->fields = sw_xrealloc(r->fields, r->n_fields + 1, sizeof(*r->fields));
	r->fields[r->n_fields++] = *w;
	return 0;
}

static int split(struct reading *r, struct sw_err *err)
{
	struct word w;
	int rc;

	while (!at_actions(r)) {
		rc = text_next(&r->text, &w, err);
		if (rc <= 0)
			return rc;
		rc = take_word(r, &w, err);
		if (rc) {
			text_place(err, w.at);
			return rc;
		}
	}
	return 0;
}

/* Add one; the quotes of a port's name are not its own. 1: there is no such field. */
static int add_field(struct sw_match *match, const struct word *w, struct sw_err *err)
{
	size_t len = w->value ? strlen(w->value) : 0;
	char *bare = NULL;
	int rc;

	if (len >= 2 && w->value[0] == '"' && w->value[len - 1] == '"')
		bare = sw_xasprintf("%.*s", (int)len - 2, w->value + 1);
	rc = sw_match_add(match, w->name, bare ? bare : w->value, err);
	free(bare);
	if (rc > 0 && rule_option_nearest(w->name))
		sw_err_nearest(err, rule_option_nearest(w->name));
	return rc;
}

/* Say what is wrong with one, and where. */
static int fault(struct sw_match *match, const struct word *w, struct sw_err *err)
{
	int rc = add_field(match, w, err);

	text_place(err, w->at);
	return rc > 0 ? err_rc(err) : rc;
}

/* Round after round, those that can be added; a round without one ends it. */
static int add_fields(struct reading *r, struct sw_err *err)
{
	struct sw_match *match = &r->change->conf.match;
	unsigned left = r->n_fields, kept;
	int rc;

	do {
		kept = 0;
		for (unsigned i = 0; i < left; i++) {
			rc = add_field(match, &r->fields[i], NULL);
			if (rc > 0)
				return fault(match, &r->fields[i], err);
			if (rc)
				r->fields[kept++] = r->fields[i];
		}
		if (kept == left)
			return left ? fault(match, &r->fields[0], err) : 0;
		left = kept;
	} while (left);
	return 0;
}

static int take_actions(struct reading *r, struct sw_err *err)
{
	struct sw_rule_conf *conf = &r->change->conf;
	int rc;

	if (!takes_actions(r->change)) {
		if (!r->actions)
			return 0;
		rc = sw_err_set(err, SW_CODE_INVALID, "actions have no meaning for %s",
			rule_verb_name(r->change->verb));
		text_place(err, r->actions_at);
		return rc;
	}
	if (!r->actions) {
		rc = sw_err_set(err, SW_CODE_INVALID, "\"actions=\" is missing");
		sw_err_hint(err, "end with actions=ACTION,...; actions=drop does nothing");
		return rc;
	}
	rc = sw_instructions_parse(r->actions, &conf->does, err);
	if (rc)
		text_place(err, r->actions_at);
	else
		rc = sw_instructions_check(&conf->does, &conf->match, err);
	return rc;
}

int sw_rule_parse(
	const char *text, enum sw_rule_verb verb, struct sw_rule_change *change, struct sw_err *err)
{
	struct reading r = { .change = change };
	int rc;

	begin(change, verb);
	text_init(&r.text, text);
	rc = split(&r, err);
	if (!rc)
		rc = add_fields(&r, err);
	if (!rc)
		rc = take_actions(&r, err);
	if (rc)
		sw_instructions_fini(&change->conf.does);
	free(r.fields);
	text_fini(&r.text);
	return rc;
}

int sw_rule_parse_line(const char *text, struct sw_rule_change *change, struct sw_err *err)
{
	size_t blank = strspn(text, " \t"), len = strcspn(text + blank, " \t\r\n");
	int rc;

	for (enum sw_rule_verb v = SW_RULE_ADD; v <= SW_RULE_DELETE_STRICT; v++) {
		const char *name = rule_verb_name(v);

		if (strlen(name) != len || strncmp(text + blank, name, len))
			continue;
		rc = sw_rule_parse(text + blank + len, v, change, err);
		if (rc && err && err->path[0])
			text_place(err, blank + len);
		return rc;
	}
	return sw_rule_parse(text, SW_RULE_ADD, change, err);
}
