/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading a line into words, and words back into a line.
 */
#include "source.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sw/line.h>
#include <sw/mem.h>

#include "swctl.h"

static void add_word(struct source *s, char *word, size_t start, size_t end)
{
	/* Room for a power of two: grown when n reaches one. */
	if (!(s->n & (s->n + 1)) || !s->words) {
		size_t room = 2 * (s->n + 1);

		s->words = sw_xrealloc(s->words, room, sizeof(*s->words));
		s->spans = sw_xrealloc(s->spans, room, sizeof(*s->spans));
	}
	s->words[s->n] = word;
	s->spans[s->n++] = (struct source_span){ start, end };
}

static bool needs_quotes(const char *word)
{
	return !*word || strpbrk(word, " \t\n\"'\\$`|&;<>()*?[]#~!{}");
}

/* In single quotes all is plain but the quote itself. */
static void add_quoted(struct sw_bytes *b, const char *word)
{
	sw_bytes_add(b, "'", 1);
	for (; *word; word++)
		sw_bytes_add(b, *word == '\'' ? "'\\''" : word, *word == '\'' ? 4 : 1);
	sw_bytes_add(b, "'", 1);
}

void source_from_words(struct source *s, unsigned n, char *const *words)
{
	struct sw_bytes b = { 0 };

	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < n; i++) {
		size_t start;

		if (i)
			sw_bytes_add(&b, " ", 1);
		start = b.len;
		if (needs_quotes(words[i]))
			add_quoted(&b, words[i]);
		else
			sw_bytes_add(&b, words[i], strlen(words[i]));
		add_word(s, sw_xstrdup(words[i]), start, b.len);
	}
	sw_bytes_add(&b, "", 1);
	s->text = b.buf;
}

/* One character behind a '\': inside "..." only some lose it; a newline goes with it. */
static const char *take_escaped(struct sw_bytes *b, const char *p, bool quoted)
{
	if (!p[1]) {
		sw_bytes_add(b, p, 1);
		return p + 1;
	}
	if (quoted && !strchr("\"\\$`\n", p[1]))
		sw_bytes_add(b, p, 1);
	if (p[1] != '\n')
		sw_bytes_add(b, p + 1, 1);
	return p + 2;
}

/* The characters of a quoted part, without its quotes; NULL when it is not closed. */
static const char *take_quoted(struct sw_bytes *b, const char *p)
{
	char quote = *p++;

	while (*p && *p != quote) {
		if (quote == '"' && *p == '\\')
			p = take_escaped(b, p, true);
		else
			sw_bytes_add(b, p++, 1);
	}
	return *p ? p + 1 : NULL;
}

static int unclosed(struct source *s, const char *from)
{
	size_t start = from - s->text;
	char quote[2] = { *from, 0 };

	add_word(s, sw_xstrdup(from), start, strlen(s->text));
	return fault_show_word(s, s->n - 1, quote,
		"give the closing quote, or write a quote that is meant as \\' or \\\"",
		"the quote %s is not closed", quote);
}

/* The word at p; returns what is behind it, or NULL when it has an unclosed quote (at *from). */
static const char *take_word(struct source *s, const char *p, const char **from)
{
	const char *start = p;
	struct sw_bytes b = { 0 };

	while (*p && !strchr(" \t\r\n", *p)) {
		if (*p == '\'' || *p == '"') {
			*from = p;
			p = take_quoted(&b, p);
			if (!p)
				break;
		} else if (*p == '\\') {
			p = take_escaped(&b, p, false);
		} else {
			sw_bytes_add(&b, p++, 1);
		}
	}
	if (p) {
		sw_bytes_add(&b, "", 1);
		add_word(s, b.buf, start - s->text, p - s->text);
	} else {
		sw_bytes_fini(&b);
	}
	return p;
}

int source_from_line(struct source *s, const char *line, const char *file, unsigned number)
{
	const char *p, *from = NULL;

	memset(s, 0, sizeof(*s));
	s->file = file;
	s->line = number;
	s->text = sw_xstrdup(line);
	for (p = s->text; *p;) {
		if (strchr(" \t\r\n", *p))
			p++;
		else if (p[0] == '\\' && p[1] == '\n')
			p += 2; /* a continuation between words is no word */
		else if (*p == '#')
			p += strcspn(p, "\n");
		else if (!(p = take_word(s, p, &from)))
			return unclosed(s, from);
	}
	return 0;
}

int source_continues(const char *line, size_t len)
{
	char quote = 0;

	for (size_t i = 0; i < len; i++) {
		char c = line[i];

		if (c == '\\' && quote != '\'') {
			if (i + 1 == len)
				return 1;
			i++;
		} else if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '\'' || c == '"') {
			quote = c;
		} else if (c == '#' && (!i || strchr(" \t\r\n", line[i - 1]))) {
			return 0; /* a comment ends with its line */
		}
	}
	return 0;
}

void source_fini(struct source *s)
{
	for (unsigned i = 0; i < s->n; i++)
		free(s->words[i]);
	free(s->words);
	free(s->spans);
	free(s->text);
	memset(s, 0, sizeof(*s));
}
