/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Does a value fit its column? Every refusal names the value, where it was to go, what is allowed and,
 * for words, the nearest one.
 */
#include "schema.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#include "unsupported.h"

/* Nearest but for case: "por" is near "Port". */
static int nearest(const char *given, const char *const *words, size_t n)
{
	char *folded = sw_xstrdup(given), **lower = sw_xcalloc(n + 1, sizeof(*lower));
	int at;

	for (size_t i = 0; i <= n; i++) {
		char *p = i < n ? lower[i] = sw_xstrdup(words[i]) : folded;

		for (; *p; p++)
			*p = tolower((unsigned char)*p);
	}
	at = sw_nearest(folded, (const char *const *)lower, n);
	for (size_t i = 0; i < n; i++)
		free(lower[i]);
	free(lower);
	free(folded);
	return at;
}

void schema_suggest(struct sw_err *err, const char *given, const char *const *words, size_t n)
{
	char list[sizeof(err->allowed)] = "";
	size_t len = 0, i;
	int at;

	if (!err)
		return;
	at = nearest(given, words, n);
	for (i = 0; i < n && len + strlen(words[i]) + sizeof(", , ...") < sizeof(list); i++)
		len += snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "", words[i]);
	if (i < n)
		snprintf(list + len, sizeof(list) - len, ", ...");
	sw_err_given(err, "%s", given);
	sw_err_allowed(err, "%s", n ? list : "nothing");
	if (at >= 0 && err->code != SW_CODE_UNSUPPORTED)
		sw_err_nearest(err, words[at]);
}

static size_t count_words(const char *const *words)
{
	size_t n = 0;

	while (words[n])
		n++;
	return n;
}

static bool has_word(const char *const *words, const char *s)
{
	for (; words && *words; words++)
		if (!strcmp(*words, s))
			return true;
	return false;
}

static int check_range(int64_t n, int64_t min, int64_t max, struct sw_err *err)
{
	int rc;

	if ((!min && !max) || (n >= min && n <= max))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%lld is %s %lld", (long long)n,
		n < min ? "below" : "above", (long long)(n < min ? min : max));
	sw_err_given(err, "%lld", (long long)n);
	sw_err_allowed(err, "%lld to %lld", (long long)min, (long long)max);
	return rc;
}

/* `of` is the column or key that takes the words. */
static int check_word(const char *s, const char *of, const char *const *words, struct sw_err *err)
{
	int rc;

	if (!words || has_word(words, s))
		return 0;
	rc = unsupported_refuse(err, unsupported_find(of, '=', s), "\"%s\"", s);
	if (!rc)
		rc = sw_err_set(err, SW_CODE_INVALID, "\"%s\" is not allowed here", s);
	schema_suggest(err, s, words, count_words(words));
	return rc;
}

static int check_key_value(const struct sw_key *key, const char *text, struct sw_err *err)
{
	union atom atom;
	int rc = 0;

	if (key->type == SW_ATOM_INTEGER) {
		rc = atom_from_text(SW_ATOM_INTEGER, text, &atom, err);
		if (!rc)
			rc = check_range(atom.integer, key->min, key->max, err);
		else if (key->max)
			sw_err_allowed(
				err, "%lld to %lld", (long long)key->min, (long long)key->max);
	} else if (key->type == SW_ATOM_BOOLEAN) {
		rc = atom_from_text(SW_ATOM_BOOLEAN, text, &atom, err);
	} else {
		rc = check_word(text, key->name, key->words, err);
	}
	if (!rc && key->check)
		rc = key->check(text, err);
	if (rc)
		sw_err_path(err, "%s", key->name);
	return rc;
}

static int unknown_key(const struct column *c, const char *name, struct sw_err *err)
{
	const char **words = sw_xcalloc(c->n_keys + 1, sizeof(*words));
	int rc;

	for (unsigned i = 0; i < c->n_keys; i++)
		words[i] = schema_key_name(c->keys[i]);
	rc = unsupported_refuse(err, unsupported_find(c->desc->name, ':', name), "key %s of %s",
		name, c->desc->name);
	if (!rc)
		rc = sw_err_set(err, SW_CODE_INVALID, "%s has no key \"%s\"", c->desc->name, name);
	schema_suggest(err, name, words, c->n_keys);
	sw_err_path(err, "%s:%s", c->desc->name, name);
	free(words);
	return rc;
}

static int empty_key(const struct column *c, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "a key of %s is empty", c->desc->name);

	sw_err_allowed(err, "a key of one character at least");
	sw_err_path(err, "%s", c->desc->name);
	return rc;
}

static int check_map(const struct column *c, const struct value *v, struct sw_err *err)
{
	for (unsigned i = 0; i < v->n; i++) {
		const char *name = v->keys[i].string;
		const struct sw_key *key = schema_key(c, name);
		int rc = 0;

		if (key)
			rc = check_key_value(key, v->values[i].string, err);
		else if (!(c->desc->flags & SW_COL_ANY_KEY) ||
			 unsupported_find(c->desc->name, ':', name))
			rc = unknown_key(c, name, err);
		else if (!*name)
			rc = empty_key(c, err);
		if (rc)
			return rc;
	}
	return 0;
}

static int check_atoms(const struct column *c, const struct value *v, struct sw_err *err)
{
	const struct sw_column *d = c->desc;
	int rc = 0;

	for (unsigned i = 0; i < v->n && !rc; i++) {
		if (d->type.key == SW_ATOM_INTEGER)
			rc = check_range(v->keys[i].integer, d->min, d->max, err);
		if (d->type.key != SW_ATOM_STRING)
			continue;
		rc = check_word(v->keys[i].string, d->name, d->words, err);
		if (!rc && d->check)
			rc = d->check(v->keys[i].string, err);
	}
	if (rc && err && !*err->path)
		sw_err_path(err, "%s", d->name);
	return rc;
}

static int check_count(const struct column *c, const struct value *v, struct sw_err *err)
{
	const struct sw_type *t = &c->desc->type;
	int rc;

	if (v->n >= t->min && v->n <= t->max)
		return 0;
	if (!v->n) {
		rc = sw_err_set(err, SW_CODE_INVALID, "%s must not be empty", c->desc->name);
		sw_err_hint(err, "give it another value with set");
	} else {
		rc = sw_err_set(err, SW_CODE_INVALID, "%s takes at most %u value%s, not %u",
			c->desc->name, t->max, t->max == 1 ? "" : "s", v->n);
		sw_err_hint(err, "set puts a value in place of the one that is there");
	}
	sw_err_given(err, "%s", c->name);
	sw_err_path(err, "%s", c->desc->name);
	return rc;
}

int schema_check(const struct column *c, const struct value *v, struct sw_err *err)
{
	int rc = check_count(c, v, err);

	if (rc)
		return rc;
	if (c->desc->type.value == SW_ATOM_STRING)
		return check_map(c, v, err);
	return check_atoms(c, v, err);
}

int schema_check_settable(const struct column *c, struct sw_err *err)
{
	int rc;

	if (!(c->desc->flags & (SW_COL_STATUS | SW_COL_AUTO)))
		return 0;
	rc = sw_err_set(err, SW_CODE_INVALID, "%s is read-only: the switch sets it", c->desc->name);
	sw_err_given(err, "%s", c->name);
	sw_err_hint(err, "get and list show it");
	sw_err_path(err, "%s", c->desc->name);
	return rc;
}
