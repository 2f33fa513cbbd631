/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words of a command taken apart. A name has one to three words, so the longest that fits is found by
 * three look-ups. Options are exact: an abbreviation that fits today may fit twice tomorrow.
 *
 * Any thread but workers; no state.
 */
#include <sw/words.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#define NAME_WORDS 3

void sw_words_init(struct sw_words *w, const char *const *words, unsigned n)
{
	bool only_plain = false;

	w->n_plain = w->n_options = 0;
	w->plain = sw_xcalloc(n + 1, sizeof(*w->plain));
	w->options = sw_xcalloc(n + 1, sizeof(*w->options));
	for (unsigned i = 0; i < n; i++) {
		if (!only_plain && !strcmp(words[i], "--"))
			only_plain = true;
		else if (!only_plain && !strncmp(words[i], "--", 2))
			w->options[w->n_options++] = words[i];
		else
			w->plain[w->n_plain++] = words[i];
	}
}

void sw_words_fini(struct sw_words *w)
{
	free(w->plain);
	free(w->options);
	memset(w, 0, sizeof(*w));
}

const void *sw_words_find(const struct sw_words *w, const struct sw_reg_kind *kind, unsigned *used)
{
	const void *found = NULL;
	char name[128];
	size_t len = 0;

	for (unsigned i = 0; i < NAME_WORDS && i < w->n_plain; i++) {
		const void *desc;

		if (len + strlen(w->plain[i]) + 2 > sizeof(name))
			break;
		len += snprintf(name + len, sizeof(name) - len, "%s%s", i ? " " : "", w->plain[i]);
		desc = sw_reg_find(kind, name);
		if (desc) {
			found = desc;
			*used = i + 1;
		}
	}
	return found;
}

/* List the commands that begin with a word and a space; false when there is none. */
static bool list_below(const struct sw_reg_kind *kind, const char *word, struct sw_err *err)
{
	char list[sizeof(err->allowed)] = "";
	size_t len = 0, n = strlen(word);

	for (unsigned i = 0; i < kind->count; i++) {
		const char *name = *(const char *const *)sw_reg_get(kind, i);

		if (!strncmp(name, word, n) && name[n] == ' ' &&
			len + strlen(name) + 3 < sizeof(list))
			len += snprintf(
				list + len, sizeof(list) - len, "%s%s", len ? ", " : "", name);
	}
	sw_err_allowed(err, "%s", list);
	return len > 0;
}

int sw_words_unknown(const struct sw_words *w, const struct sw_reg_kind *kind, struct sw_err *err)
{
	const char *first = w->plain[0], *nearest = NULL;
	char two[80];
	int rc = sw_err_set(err, SW_CODE_USAGE, "unknown command \"%s\"", first);

	sw_err_given(err, "%s", first);
	if (w->n_plain > 1) {
		snprintf(two, sizeof(two), "%s %s", first, w->plain[1]);
		nearest = sw_reg_nearest(kind, two);
	}
	if (err && list_below(kind, first, err)) {
		rc = sw_err_set(err, SW_CODE_USAGE, "\"%s\" %s", first,
			w->n_plain > 1 ? "has no such command" : "is not a whole command");
		sw_err_given(err, "%s", w->n_plain > 1 ? w->plain[1] : first);
		list_below(kind, first, err);
	}
	sw_err_nearest(err, nearest ? nearest : sw_reg_nearest(kind, first));
	sw_err_hint(err, "swctl help lists all commands");
	return rc;
}

unsigned sw_syntax_options(const struct sw_syntax *s)
{
	unsigned n = 0;

	while (s->options && s->options[n].name)
		n++;
	return n;
}

static int unknown_option(const struct sw_syntax *s, const char *word, struct sw_err *err)
{
	unsigned n = sw_syntax_options(s);
	const char **names = sw_xcalloc(n + 1, sizeof(*names));
	int rc = sw_err_set(err, SW_CODE_USAGE, "%s has no option \"%s\"", s->name, word);
	int at;

	for (unsigned i = 0; i < n; i++)
		names[i] = s->options[i].name;
	at = sw_nearest(word + 2, names, n);
	sw_err_given(err, "%s", word);
	if (!n)
		sw_err_allowed(err, "no options");
	else if (err)
		for (unsigned i = 0, len = 0; i < n && len < sizeof(err->allowed) - 40; i++)
			len += snprintf(err->allowed + len, sizeof(err->allowed) - len, "%s--%s",
				i ? ", " : "", names[i]);
	if (at >= 0 && err)
		snprintf(err->nearest, sizeof(err->nearest), "--%s", names[at]);
	free(names);
	return rc;
}

static int take_option(
	const struct sw_syntax *s, const char *word, const char **option, struct sw_err *err)
{
	size_t len = strcspn(word + 2, "=");
	const char *value = word[2 + len] ? word + 2 + len + 1 : NULL;
	int rc;

	for (unsigned i = 0; i < sw_syntax_options(s); i++) {
		const struct sw_cmd_option *o = &s->options[i];

		if (strncmp(o->name, word + 2, len) || o->name[len])
			continue;
		if (!o->value == !value) {
			option[i] = value ? value : "";
			return 0;
		}
		rc = sw_err_set(err, SW_CODE_USAGE,
			value ? "option --%s of %s takes no value"
			      : "option --%s of %s needs a value",
			o->name, s->name);
		sw_err_given(err, "%s", word);
		sw_err_allowed(
			err, "--%s%s%s", o->name, o->value ? "=" : "", o->value ? o->value : "");
		return rc;
	}
	return unknown_option(s, word, err);
}

static int check_count(
	const struct sw_syntax *s, const char *const *args, unsigned n_args, struct sw_err *err)
{
	bool exact = s->min_args == s->max_args, few = n_args < s->min_args;
	unsigned bound = few ? s->min_args : s->max_args;
	int rc;

	if (!few && n_args <= s->max_args)
		return 0;
	rc = sw_err_set(err, SW_CODE_USAGE, "%s %s %s%u argument%s, and got %u", s->name,
		few ? "needs" : "takes",
		exact ? ""
		: few ? "at least "
		      : "at most ",
		bound, bound == 1 ? "" : "s", n_args);
	if (!few)
		sw_err_given(err, "%s", args[s->max_args]);
	sw_err_allowed(
		err, "%s%s%s", s->name, s->usage && *s->usage ? " " : "", s->usage ? s->usage : "");
	return rc;
}

int sw_words_take(const struct sw_words *w, unsigned used, const struct sw_syntax *s,
	const char **option, struct sw_err *err)
{
	for (unsigned i = 0; i < w->n_options; i++) {
		int rc = take_option(s, w->options[i], option, err);

		if (rc)
			return rc;
	}
	return check_count(s, w->plain + used, w->n_plain - used, err);
}
