/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A whole match from text. Its parts may come in any order: those that need others wait for them.
 *
 * Any thread but workers; no state.
 */
#include <sw/field_text.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "text.h"

#define SPACES ", \t\r\n"

struct token {
	char *name, *value;
};

/* Cut the next token off *at, in place; a comma in brackets belongs to a value. False: no more. */
static bool next_token(char **at, struct token *t)
{
	char *p = *at + strspn(*at, SPACES);
	unsigned depth = 0;

	if (!*p)
		return false;
	t->name = p;
	t->value = NULL;
	for (; *p && (depth || !strchr(SPACES, *p)); p++) {
		depth += *p == '(';
		depth -= *p == ')' && depth;
		if (*p == '=' && !t->value) {
			*p = '\0';
			t->value = p + 1;
		}
	}
	*at = p + (*p != '\0');
	*p = '\0';
	return true;
}

/* Add those that can be added, and keep those that need what may come later. */
static int add_tokens(struct sw_match *match, struct token *tokens, unsigned *n, struct sw_err *err)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < *n; i++) {
		int rc;

		switch (match_add(match, tokens[i].name, tokens[i].value, &rc, err)) {
		case FIELD_UNKNOWN:
			return -ENOENT;
		case FIELD_NOT_THERE:
			tokens[kept++] = tokens[i];
			break;
		default:
			if (rc)
				return rc;
		}
	}
	*n = kept;
	return 0;
}

static int parse_tokens(
	struct sw_match *match, struct token *tokens, unsigned n, struct sw_err *err)
{
	unsigned before;
	int rc;

	do {
		before = n;
		rc = add_tokens(match, tokens, &n, err);
		if (rc)
			return rc;
	} while (n && n < before);
	/* What the first that is left needs is not there. */
	if (n)
		match_add(match, tokens[0].name, tokens[0].value, &rc, err);
	return rc;
}

static int parse(char *text, struct sw_match *match, struct sw_err *err)
{
	unsigned n = 0, size = 0;
	struct token *tokens = NULL, t;
	int rc;

	while (next_token(&text, &t)) {
		if (n == size) {
			size = size ? 2 * size : 16;
			tokens = sw_xrealloc(tokens, size, sizeof(*tokens));
		}
		tokens[n++] = t;
	}
	rc = n == 1 && !tokens[0].value && !strcmp(tokens[0].name, "any")
		     ? 0
		     : parse_tokens(match, tokens, n, err);
	free(tokens);
	return rc;
}

int sw_match_parse(const char *text, struct sw_match *match, struct sw_err *err)
{
	char *copy = sw_xstrdup(text);
	const struct sw_field *fault;
	int rc;

	memset(match, 0, sizeof(*match));
	rc = parse(copy, match, err);
	free(copy);
	if (rc)
		return rc;
	fault = sw_match_fault(match); /* ip_frag=later takes away what tcp gave */
	if (!fault)
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID,
		"%s needs %s, and the match is of fragments without it", fault->name,
		sw_prereq_text(fault->prereq));
	sw_err_given(err, "%s", fault->name);
	sw_err_hint(err,
		"a fragment other than the first has no L4 header: leave ip_frag=later or %s out",
		fault->name);
	return rc;
}
