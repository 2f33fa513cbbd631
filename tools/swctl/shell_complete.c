/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Completion in the shell: the switch knows what may come next (method complete), swctl adds the names of
 * its own commands. A switch that does not answer completes nothing and says nothing.
 */
#include "shell.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "local.h"

#define ANSWER_S 2

/* The words of the last command before the cursor; the last is half-typed, or empty. */
static json_t *typed_words(const char *text)
{
	json_t *words = json_array();
	struct fault ignored;
	struct source s;
	size_t len = strlen(text);

	/* A quote that is not closed yet is no fault here. */
	fault_keep(&ignored);
	source_from_line(&s, text, NULL, 1);
	fault_keep(NULL);
	for (unsigned i = 0; i < s.n; i++)
		if (!strcmp(s.words[i], "--"))
			json_array_clear(words);
		else
			json_array_append_new(words, json_string(s.words[i]));
	if (!s.n || (len && strchr(" \t", text[len - 1])))
		json_array_append_new(words, json_string(""));
	source_fini(&s);
	return words;
}

static json_t *ask(struct shell *s, const json_t *words)
{
	json_t *error = NULL, *result = NULL;
	struct args args = *s->global;
	struct fault ignored;
	int status = 0;

	args.timeout_s = ANSWER_S;
	fault_keep(&ignored);
	if (!session_connect(&s->session, &args)) {
		s->session.link.timeout_s = ANSWER_S;
		result = link_ask(&s->session.link, "complete", json_pack("{s:O}", "words", words),
			&error, &status);
		if (s->session.link.lost)
			session_close(&s->session);
	}
	fault_keep(NULL);
	json_decref(error);
	return result;
}

static void add_candidate(json_t *list, const char *word, const char *typed)
{
	json_t *known;
	size_t i;

	if (!word || strncmp(word, typed, strlen(typed)))
		return;
	json_array_foreach (list, i, known)
		if (!strcmp(json_string_value(known), word))
			return;
	json_array_append_new(list, json_string(word));
}

/* Every word that may stand where `words` ends. */
static json_t *candidates(struct shell *s, const json_t *words)
{
	size_t n = json_array_size(words), i;
	const char *typed = json_string_value(json_array_get(words, n - 1));
	json_t *list = json_array(), *answer = ask(s, words), *item;
	const struct sw_local *local;

	json_array_foreach (answer, i, item)
		add_candidate(list, json_string_value(json_object_get(item, "word")), typed);
	SW_REG_FOREACH (local, const struct sw_local *, local) {
		char first[64];

		snprintf(first, sizeof(first), "%.*s", (int)strcspn(local->name, " "), local->name);
		if (n == 1)
			add_candidate(list, first, typed);
	}
	json_decref(answer);
	return list;
}

/* Bytes that all candidates have in common. */
static size_t common(const json_t *list)
{
	const char *first = json_string_value(json_array_get(list, 0));
	size_t len = strlen(first), i;
	json_t *word;

	json_array_foreach (list, i, word) {
		size_t n = 0;

		while (n < len && first[n] == json_string_value(word)[n])
			n++;
		len = n;
	}
	return len;
}

static void show(const json_t *list)
{
	struct winsize size;
	size_t widest = 0, columns = 80, i;
	json_t *word;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		columns = size.ws_col;
	json_array_foreach (list, i, word)
		if (json_string_length(word) + 2 > widest)
			widest = json_string_length(word) + 2;
	columns = widest < columns ? columns / widest : 1;
	putchar('\n');
	json_array_foreach (list, i, word)
		printf("%-*s%s", (int)widest, json_string_value(word),
			(i + 1) % columns && i + 1 < json_array_size(list) ? "" : "\n");
	fflush(stdout);
}

/* Put in what all have in common behind what is typed, and a blank where that is the whole word. */
static bool insert(EditLine *el, const json_t *list, size_t typed)
{
	const char *first = json_string_value(json_array_get(list, 0));
	bool whole = json_array_size(list) == 1;
	size_t len = common(list);
	char *text;

	if (len < typed || (len == typed && !whole))
		return false;
	text = malloc(len - typed + 2);
	if (!text)
		return false;
	memcpy(text, first + typed, len - typed);
	text[len - typed] = '\0';
	if (whole && (!len || !strchr("=:,", first[len - 1])))
		strcpy(text + len - typed, " ");
	if (*text)
		el_insertstr(el, text);
	free(text);
	return true;
}

unsigned char shell_complete(EditLine *el, int key)
{
	const LineInfo *line = el_line(el);
	char *text = strndup(line->buffer, line->cursor - line->buffer);
	json_t *words, *list;
	unsigned char result = CC_ERROR;
	struct shell *s;

	if (!text)
		return CC_ERROR;
	el_get(el, EL_CLIENTDATA, &s);
	words = typed_words(text);
	list = candidates(s, words);
	if (json_array_size(list) && !link_was_interrupted()) {
		size_t typed =
			json_string_length(json_array_get(words, json_array_size(words) - 1));

		if (insert(el, list, typed)) {
			result = CC_REFRESH;
		} else {
			show(list);
			result = CC_REDISPLAY;
		}
	}
	json_decref(list);
	json_decref(words);
	free(text);
	return result;
}
