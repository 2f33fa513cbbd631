/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which part of a command an error is about. The switch tells what was given, or the column, or a sentence;
 * what of it stands in the command is looked for from the most to the least certain:
 *
 *	the value behind the column that is named: add-port br0 br5000 tag=5000
 *	a word that is what was given, or holds it
 *	the column, or its key, when nothing was given: set bridge br0 other_config:cross-connect=true
 *	where the fault is between rows, what the sentence names: a column, a value, a record
 */
#include "fault.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sw/mem.h>

static const struct spot nowhere = { .word = -1 };

static const char *word_of(const json_t *words, int i)
{
	return json_string_value(json_array_get(words, i));
}

static bool is_inner(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool is_alone(const char *text, const char *p, size_t len)
{
	return (p == text || !is_inner(p[-1])) && !is_inner(p[len]);
}

/* The part in a text: as a word of its own, or anywhere. */
static const char *find_part(const char *text, const char *part, bool alone)
{
	size_t len = strlen(part);

	for (const char *p = text; len && (p = strstr(p, part)); p++)
		if (!alone || is_alone(text, p, len))
			return p;
	return NULL;
}

/* Does a sentence name so much of a word? It writes "Port", where "port" may be typed. */
static bool names(const char *text, const char *word, size_t len)
{
	for (const char *p = text; len && *p; p++)
		if (!strncasecmp(p, word, len) && is_alone(text, p, len))
			return true;
	return false;
}

static const char *find_best(const char *text, const char *part)
{
	const char *found = find_part(text, part, true);

	return found ? found : find_part(text, part, false);
}

static struct spot spot_at(const json_t *words, int i, const char *found, size_t len)
{
	return (struct spot){ i, found - word_of(words, i), len };
}

/* "Port.other_config:x" as its column and key (NULL: none). */
static char *split_path(const char *path, char **key)
{
	const char *dot = strchr(path, '.'), *colon = strchr(path, ':');
	char *column = sw_xstrdup(dot && (!colon || dot < colon) ? dot + 1 : path);

	*key = strchr(column, ':');
	if (*key)
		*(*key)++ = '\0';
	return column;
}

/* What follows the column in a word that begins with it; NULL: it does not. */
static const char *behind(const char *word, const char *column)
{
	size_t len = strlen(column);

	return len && !strncmp(word, column, len) && !is_inner(word[len]) ? word + len : NULL;
}

/* COLUMN=..given.., COLUMN:KEY=..given.., or COLUMN and given in a word behind it. */
static struct spot by_value(
	const json_t *words, const char *column, const char *key, const char *given)
{
	int n = json_array_size(words);

	for (int i = 1; i < n; i++) {
		const char *rest = behind(word_of(words, i), column), *found = NULL, *value;

		if (!rest)
			continue;
		value = key ? strchr(rest, '=') : NULL;
		if (value)
			found = find_best(value + 1, given);
		if (!found)
			found = find_best(rest, given);
		if (found)
			return spot_at(words, i, found, strlen(given));
		for (int k = i + 1; !*rest && k < n; k++) {
			found = find_best(word_of(words, k), given);
			if (found)
				return spot_at(words, k, found, strlen(given));
		}
	}
	return nowhere;
}

/* Does a word hold what was given: as a whole, as a word in it, or anywhere? */
static const char *holds(const char *word, const char *given, int how)
{
	if (!how)
		return strcmp(word, given) ? NULL : word;
	return find_part(word, given, how == 1);
}

/* Where several are the same: a command's own name is meant by usage faults only, and what exists already, or
 * does not fit, was to be made by the last. */
static struct spot by_given(const json_t *words, const char *given, const char *code)
{
	int n = json_array_size(words), from = !code || !strcmp(code, "usage") ? 0 : 1;
	bool last = code && (!strcmp(code, "exists") || !strcmp(code, "conflict"));

	for (int how = 0; how <= 2; how++) {
		struct spot spot = nowhere;

		for (int k = from; k < n + from && (spot.word < 0 || (last && k < n)); k++) {
			int i = k % n; /* the name comes last */
			const char *found = holds(word_of(words, i), given, how);

			if (found)
				spot = spot_at(words, i, found, strlen(given));
		}
		if (spot.word >= 0)
			return spot;
	}
	return nowhere;
}

/* The key where it stands with its column, else the column. */
static struct spot by_column(const json_t *words, const char *column, const char *key)
{
	int n = json_array_size(words);

	for (int i = 1; i < n; i++) {
		const char *word = word_of(words, i), *rest = behind(word, column);
		const char *found = rest && key ? find_part(rest, key, true) : NULL;

		if (found)
			return spot_at(words, i, found, strlen(key));
		if (rest && !key)
			return spot_at(words, i, word, rest - word);
	}
	return key ? by_column(words, column, NULL) : nowhere;
}

/* A column of the command that the sentence names: "port d0 would be an access port, which has no trunks". */
static struct spot by_named_column(const json_t *words, const char *text)
{
	int n = json_array_size(words);

	for (int i = 1; i < n; i++) {
		const char *word = word_of(words, i);
		size_t len = 0;

		while (is_inner(word[len]))
			len++;
		/* COLUMN=, COLUMN:KEY, or behind TABLE RECORD. */
		if (!len || !(strchr("=:", word[len]) && (word[len] || i >= 3)))
			continue;
		if (names(text, word, len))
			return spot_at(words, i, word, len);
	}
	return nowhere;
}

/* A value that the sentence names, else the last name or option in it that stands in the command from `from` on. */
static struct spot by_named_word(const json_t *words, const char *text, int from)
{
	int n = json_array_size(words);

	for (int i = 1; i < n; i++) {
		const char *value = strchr(word_of(words, i), '=');

		if (value && names(text, value + 1, strlen(value + 1)))
			return spot_at(words, i, value + 1, strlen(value + 1));
	}
	for (int i = n - 1; i >= from; i--) {
		const char *word = word_of(words, i);
		size_t len = *word == '-' ? strcspn(word, "=") : strlen(word);

		if (names(text, word, len) || (!len && strstr(text, "\"\"")))
			return spot_at(words, i, word, len);
	}
	return nowhere;
}

/* Can a word of the command be at fault, though none was given? */
static bool is_of_the_words(const char *code)
{
	return code && strcmp(code, "permission") && strcmp(code, "timeout") &&
	       strcmp(code, "internal");
}

bool fault_is_of_missing(const struct fault_about *about)
{
	return !about->given && about->allowed && about->code && !strcmp(about->code, "usage");
}

/* Where the fault is between rows, or of the command as a whole. */
static struct spot by_sentence(const json_t *words, const struct fault_about *about)
{
	bool usage = !strcmp(about->code, "usage");
	struct spot spot = usage ? nowhere : by_named_column(words, about->text);

	return spot.word < 0 ? by_named_word(words, about->text, usage ? 0 : 1) : spot;
}

static struct spot by_path(const json_t *words, const struct fault_about *about, bool given)
{
	char *key, *column = split_path(about->path, &key);
	struct spot spot =
		given ? by_value(words, column, key, about->given) : by_column(words, column, key);

	free(column);
	return spot;
}

struct spot spot_find(const json_t *words, const struct fault_about *about)
{
	bool given = about->given && *about->given, path = about->path && *about->path;
	struct spot spot = nowhere;

	if (given && path)
		spot = by_path(words, about, true);
	if (spot.word < 0 && given)
		spot = by_given(words, about->given, about->code);
	if (spot.word >= 0 || fault_is_of_missing(about) || !is_of_the_words(about->code))
		return spot;
	if (path)
		spot = by_path(words, about, false);
	return spot.word < 0 && about->text ? by_sentence(words, about) : spot;
}
