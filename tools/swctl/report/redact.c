/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Secrets out of texts: one pass from name to name.
 */
#include "redact.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <sw/mem.h>
#include <sw/text.h>

#define NAME_MAX_LEN 128
#define KNOWN_MIN    4 /* a shorter value is everywhere */

static const char *const parts_of_secrets[] = { "password", "passwd", "passphrase", "secret",
	"credential", NULL };
static const char *const ends_of_secrets[] = { "key", "keys", "psk", "token", "tokens", "pwd",
	NULL };

bool redact_is_name(const char *name, size_t len)
{
	char low[NAME_MAX_LEN + 1];

	if (!len || len > NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < len; i++)
		low[i] = tolower((unsigned char)name[i]);
	low[len] = '\0';
	for (const char *const *p = parts_of_secrets; *p; p++)
		if (strstr(low, *p))
			return true;
	/* Any word of a name that is made of several: psk_file, key-1. */
	for (char *save = NULL, *word = strtok_r(low, "_-.:", &save); word;
		word = strtok_r(NULL, "_-.:", &save))
		for (const char *const *p = ends_of_secrets; *p; p++) {
			size_t n = strlen(*p), have = strlen(word);

			if (have >= n && !strcmp(word + have - n, *p))
				return true;
		}
	return false;
}

static void remember(struct redact *r, const char *value, size_t len)
{
	static const char *const common[] = { "true", "false", "null", "none", "flow", "auto",
		"yes", NULL };
	char *copy;

	if (len < KNOWN_MIN || strspn(value, "0123456789.") >= len)
		return;
	for (const char *const *p = common; *p; p++)
		if (strlen(*p) == len && !strncasecmp(*p, value, len))
			return;
	if (len == strlen(REDACTED) && !strncmp(value, REDACTED, len))
		return;
	copy = sw_xasprintf("%.*s", (int)len, value);
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->known[i], copy))
			continue;
		free(copy);
		return;
	}
	r->known = sw_xrealloc(r->known, r->n + 1, sizeof(*r->known));
	r->known[r->n++] = copy;
}

struct scan {
	struct redact *r;
	const char *at, *text;
	struct sw_str out;
};

static void copy_to(struct scan *s, const char *end)
{
	sw_str_add_bytes(&s->out, s->at, end - s->at);
	s->at = end;
}

static bool is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* Length of a quote at p: " ' or \" ; 0 when there is none. */
static size_t quote_len(const char *p)
{
	if (*p == '"' || *p == '\'')
		return 1;
	return p[0] == '\\' && p[1] == '"' ? 2 : 0;
}

/* Where the value at p ends. A quoted one ends at the same quote; one of a line that begins with its name
 * (a file of settings) with the line; others where lists of words, sets and maps go on. */
static const char *value_end(const char *p, const char *quote, size_t n_quote, bool whole_line)
{
	if (!n_quote)
		return p + strcspn(p, whole_line ? "\r\n" : " \t\r\n,;&}])\"'");
	while (*p && strncmp(p, quote, n_quote))
		p += *p == '\\' && n_quote == 1 && p[1] ? 2 : 1;
	return p;
}

static bool begins_line(const struct scan *s, const char *name)
{
	while (name > s->text && (name[-1] == ' ' || name[-1] == '\t'))
		name--;
	return name == s->text || name[-1] == '\n';
}

/* The separator behind a name: '=' or ':', blanks around it; or just a blank behind "--name". NULL: none. */
static const char *skip_separator(const char *p, bool is_option)
{
	const char *after = p + strspn(p, " \t");

	if (*after == '=' || *after == ':')
		return after + 1 + strspn(after + 1, " \t");
	return is_option && (*p == ' ' || *p == '\t' || *p == '\n') ? p + 1 : NULL;
}

/* A name of a secret ends at `end`: take its value away. */
static void take_value(struct scan *s, const char *name, const char *end)
{
	size_t n_quote = quote_len(end);
	bool quoted_name = n_quote && name > s->text && (name[-1] == '"' || name[-1] == '\'');
	bool is_option = name > s->text && *name == '-';
	const char *value = skip_separator(quoted_name ? end + n_quote : end, is_option);
	const char *quote, *stop;

	copy_to(s, end);
	if (!value)
		return;
	quote = value;
	n_quote = quote_len(quote);
	stop = value_end(value + n_quote, quote, n_quote,
		begins_line(s, name) && !quoted_name && !is_option);
	if (stop == value + n_quote || *value == '{' || *value == '[')
		return;
	if (!strncmp(value + n_quote, REDACTED, strlen(REDACTED))) {
		copy_to(s, value + n_quote + strlen(REDACTED)); /* cleaned before */
		return;
	}
	copy_to(s, value + n_quote);
	remember(s->r, s->at, stop - s->at);
	if (!n_quote) /* of a whole line the first word may be all that is secret */
		remember(s->r, s->at, strcspn(s->at, " \t\r\n,;"));
	sw_str_add(&s->out, REDACTED);
	s->at = stop;
}

/* "scheme://user:secret@host" */
static void take_url(struct scan *s, const char *p)
{
	size_t len = strcspn(p, "/ \t\r\n\"'");
	const char *at = memchr(p, '@', len), *colon = at ? memchr(p, ':', at - p) : NULL;

	if (!colon)
		return;
	copy_to(s, colon + 1);
	remember(s->r, s->at, at - s->at);
	sw_str_add(&s->out, REDACTED);
	s->at = at;
}

/* Private keys go first: behind "key=" only the first word of one would. */
static char *without_pem(const char *text)
{
	struct sw_str out = { 0 };
	const char *at = text, *begin;

	while ((begin = strstr(at, "-----BEGIN "))) {
		const char *end = strstr(begin + 1, "-----END ");
		const char *kind = strstr(begin, "PRIVATE KEY-----");
		const char *stop = end ? end + strcspn(end, "\n\\\"") : begin + strlen(begin);

		sw_str_add_bytes(&out, at, begin - at);
		if (kind && kind < stop)
			sw_str_add(&out, REDACTED);
		else
			sw_str_add_bytes(&out, begin, stop - begin);
		at = stop;
	}
	sw_str_add(&out, "%s", at);
	return out.s;
}

/* QEMU's -object secret,id=ID,data=SECRET, or {"qom-type":"secret",...}: "data" in such a word. */
static bool is_qemu_secret(const char *text, const char *name, size_t len)
{
	const char *word = name;

	if (len != 4 || strncmp(name, "data", 4))
		return false;
	while (word > text && !isspace((unsigned char)word[-1]))
		word--;
	return memmem(word, name - word, "secret", 6) != NULL;
}

char *redact_text(struct redact *r, const char *text)
{
	char *copy = without_pem(text);
	struct scan s = { .r = r, .at = copy, .text = copy };

	for (const char *p = copy; *p;) {
		const char *end = p;

		if (!strncmp(p, "://", 3)) {
			take_url(&s, p + 3);
			p = s.at > p + 3 ? s.at : p + 3;
			continue;
		}
		while (is_name_char(*end))
			end++;
		if (end == p) {
			p++;
			continue;
		}
		if (redact_is_name(p, end - p) || is_qemu_secret(copy, p, end - p))
			take_value(&s, p, end);
		p = s.at > end ? s.at : end;
	}
	copy_to(&s, s.at + strlen(s.at));
	free(copy);
	return s.out.s ? s.out.s : sw_xstrdup("");
}

char *redact_known(const struct redact *r, char *text)
{
	for (size_t i = 0; i < r->n; i++) {
		struct sw_str out = { 0 };
		const char *at = text, *hit;

		while ((hit = strstr(at, r->known[i]))) {
			sw_str_add_bytes(&out, at, hit - at);
			sw_str_add(&out, REDACTED);
			at = hit + strlen(r->known[i]);
		}
		if (at == text)
			continue;
		sw_str_add(&out, "%s", at);
		free(text);
		text = out.s;
	}
	return text;
}

void redact_fini(struct redact *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->known[i]);
	free(r->known);
}

/* --- JSON -------------------------------------------------------------------------------------- */

/* A value whose name is a secret's: nothing of it stays. */
static json_t *removed(struct redact *r, const json_t *value)
{
	json_t *item;
	const char *name;
	size_t i;

	if (json_is_string(value))
		remember(r, json_string_value(value), json_string_length(value));
	json_array_foreach (value, i, item)
		json_decref(removed(r, item));
	json_object_foreach ((json_t *)value, name, item)
		json_decref(removed(r, item));
	return json_is_null(value) ? json_null() : json_string(REDACTED);
}

static json_t *clean(struct redact *r, json_t *value)
{
	json_t *cleaned;
	char *text;

	if (!json_is_string(value)) {
		redact_json(r, value);
		return json_incref(value);
	}
	text = redact_text(r, json_string_value(value));
	cleaned = json_string(text);
	free(text);
	return cleaned ? cleaned : json_string(REDACTED);
}

/* Does a word by itself announce that the next is a secret? */
static bool announces(const json_t *word)
{
	return json_is_string(word) &&
	       redact_is_name(json_string_value(word), json_string_length(word));
}

/* Words, pairs and rows: behind the name of a secret stands the secret. */
static void redact_array(struct redact *r, json_t *array)
{
	bool secret = false;
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		json_array_set_new(array, i, secret ? removed(r, item) : clean(r, item));
		secret |= announces(json_array_get(array, i));
	}
}

/* Columns of a table that are named as secrets; one of keys holds names, not secrets. */
static void redact_columns(struct redact *r, json_t *table)
{
	json_t *names = json_object_get(table, "columns"), *row, *name;
	size_t i, j;

	json_array_foreach (json_object_get(table, "rows"), i, row)
		json_array_foreach (names, j, name)
			if (announces(name) && strcasecmp(json_string_value(name), "key") &&
				json_array_get(row, j))
				json_array_set_new(row, j, removed(r, json_array_get(row, j)));
}

void redact_json(struct redact *r, json_t *value)
{
	const char *name;
	json_t *item;
	void *next;
	bool pair;

	if (json_is_array(value)) {
		redact_array(r, value);
		return;
	}
	if (!json_is_object(value))
		return;
	redact_columns(r, value);
	pair = announces(json_object_get(value, "name")) ||
	       announces(json_object_get(value, "key")) ||
	       announces(json_object_get(value, "column"));
	json_object_foreach_safe(value, next, name, item)
	{
		bool secret =
			redact_is_name(name, strlen(name)) || (pair && !strcmp(name, "value"));

		if (strcmp(name, "columns"))
			json_object_set_new(
				value, name, secret ? removed(r, item) : clean(r, item));
	}
}
