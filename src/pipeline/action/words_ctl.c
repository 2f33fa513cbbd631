/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Texts of rules and actions taken apart into words: NAME, NAME:VALUE, NAME=VALUE, NAME(VALUE), NAME(VALUE)->MORE (whose value is
 * "VALUE)->MORE", which nobody takes who does not look for the arrow), separated by
 * commas or white space, as ovs-ofctl has them. Brackets nest, what is in double quotes is not looked at. A word
 * knows its place, so that an error can say where it is.
 *
 * Control thread; a struct text holds the copy that its words point into.
 */
#include "action.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#define BLANKS	  ", \t\r\n\v\f"
#define NAME_ENDS ":=()\"" BLANKS

void text_init(struct text *t, const char *s)
{
	t->copy = t->next = sw_xstrdup(s);
}

void text_fini(struct text *t)
{
	free(t->copy);
	t->copy = t->next = NULL;
}

void text_place(struct sw_err *err, size_t at)
{
	unsigned long column;

	if (!err)
		return;
	if (sscanf(err->path, "column %lu", &column) != 1)
		column = 1;
	sw_err_path(err, "column %lu", column + at);
}

static int fault(const struct text *t, const char *at, struct sw_err *err, const char *sentence)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "%s", sentence);

	sw_err_given(err, "%.40s", at);
	text_place(err, (size_t)(at - t->copy));
	return rc;
}

/* Where a value ends that begins at p: at a blank or, in brackets, at the one that closes. NULL: nowhere. */
static char *value_end(char *p, bool bracketed)
{
	unsigned depth = 0;

	for (; *p; p++) {
		if (*p == '"') {
			p = strchr(p + 1, '"');
			if (!p)
				return NULL;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && depth) {
			depth--;
		} else if (*p == ')') {
			return bracketed ? p : NULL;
		} else if (!bracketed && !depth && strchr(BLANKS, *p)) {
			return p;
		}
	}
	return bracketed || depth ? NULL : p;
}

/* The word ends at `end`; `next` is what follows. */
static void finish(struct text *t, char *end)
{
	t->next = *end ? end + 1 : end;
	*end = '\0';
}

static int take_quoted(struct text *t, char *p, struct word *w, struct sw_err *err)
{
	char *end = strchr(p + 1, '"');

	if (!end)
		return fault(t, p, err, "a double quote is open until the end; close it");
	if (end[1] && !strchr(BLANKS, end[1]))
		return fault(t, end + 1, err, "a comma is missing after the double quote");
	*end = '\0';
	w->name = p + 1;
	w->quoted = true;
	finish(t, end[1] ? end + 1 : end);
	return 1;
}

static int take_value(struct text *t, char *p, struct word *w, struct sw_err *err)
{
	bool bracketed = *p == '(';
	char *value = p + 1, *end = value_end(value, bracketed);

	if (!end)
		return fault(t, w->name, err, "brackets or double quotes do not pair");
	if (bracketed && end[1] == '-' && end[2] == '>') {
		bracketed = false;
		end += strcspn(end, BLANKS);
	}
	if (bracketed && end[1] && !strchr(BLANKS, end[1]))
		return fault(t, end + 1, err, "a comma is missing after the bracket");
	*p = '\0';
	w->value = value;
	w->value_at = (size_t)(value - t->copy);
	if (bracketed)
		*end++ = '\0';
	finish(t, end);
	return 1;
}

int text_next(struct text *t, struct word *w, struct sw_err *err)
{
	char *p = t->next + strspn(t->next, BLANKS);
	size_t len;

	memset(w, 0, sizeof(*w));
	t->next = p;
	if (!*p)
		return 0;
	w->at = (size_t)(p - t->copy);
	if (*p == '"')
		return take_quoted(t, p, w, err);
	len = strcspn(p, NAME_ENDS);
	w->name = p;
	if (!len)
		return fault(t, p, err, "a name is missing here");
	p += len;
	if (*p == '"')
		return fault(t, p, err, "a double quote in the middle of a word");
	if (*p == ')')
		return fault(t, p, err, "a bracket is closed that was not opened");
	if (*p == ':' || *p == '=' || *p == '(')
		return take_value(t, p, w, err);
	finish(t, p);
	return 1;
}

const char *text_rest(const struct text *t, size_t *at)
{
	*at = (size_t)(t->next - t->copy);
	return t->next;
}

static char *trimmed(char *s)
{
	char *end;

	s += strspn(s, " \t");
	end = s + strlen(s);
	while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return s;
}

int text_split(struct text *t, const char **parts, unsigned most, struct sw_err *err)
{
	unsigned n = 0;
	char *p = t->next, *comma;

	do {
		comma = strchr(p, ',');
		if (comma)
			*comma = '\0';
		if (n == most)
			return fault(t, p, err, "too many arguments");
		parts[n++] = trimmed(p);
		p = comma ? comma + 1 : p;
	} while (comma);
	return (int)n;
}

int args_each(const char *text, int (*take)(void *arg, const struct word *w, struct sw_err *err),
	void *arg, struct sw_err *err)
{
	struct text t;
	struct word w;
	int rc;

	text_init(&t, text);
	while ((rc = text_next(&t, &w, err)) > 0) {
		rc = take(arg, &w, err);
		if (!rc)
			continue;
		text_place(err, err && err->path[0] ? w.value_at : w.at);
		break;
	}
	text_fini(&t);
	return rc;
}
