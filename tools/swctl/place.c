/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a fault is: the line as it was typed, and on the next a mark under the word. Of a line with many
 * commands the one at fault is shown, of a long one the part around the mark.
 */
#include "swctl.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define WIDTH_MAX 160 /* bytes shown of a long line */
#define BEFORE	  60  /* of them before the mark */

static const struct place *current;
static size_t n_current;

void place_set(const struct place *places, size_t n)
{
	current = places;
	n_current = places ? n : 0;
}

struct place place_of(size_t command)
{
	return command < n_current ? current[command] : (struct place){ 0 };
}

/* The line of the file that a place in the text is on. */
static unsigned line_at(const struct source *s, size_t at)
{
	unsigned line = s->line;

	for (size_t i = 0; i < at && s->text[i]; i++)
		line += s->text[i] == '\n';
	return line;
}

/* What a command's words span in the text of its source. */
static struct source_span command_span(const struct place *p)
{
	size_t n = json_array_size(p->at);
	struct source_span all = { 0 };

	if (n) {
		all.start = p->source->spans[json_integer_value(json_array_get(p->at, 0))].start;
		all.end = p->source->spans[json_integer_value(json_array_get(p->at, n - 1))].end;
	}
	return all;
}

const char *place_prefix(char *buf, size_t size, size_t command)
{
	struct place p = place_of(command);

	*buf = '\0';
	if (p.source && p.source->file)
		snprintf(buf, size, "%s:%u: ", p.source->file,
			line_at(p.source, command_span(&p).start));
	return buf;
}

static void cut(struct source_span *shown, const struct source_span *mark, const char *text)
{
	if (shown->end - shown->start <= WIDTH_MAX)
		return;
	if (mark->start > shown->start + BEFORE)
		shown->start = mark->start - BEFORE;
	if (shown->end > shown->start + WIDTH_MAX)
		shown->end = shown->start + WIDTH_MAX;
	/* Not within a character. */
	while ((text[shown->start] & 0xc0) == 0x80)
		shown->start++;
	while ((text[shown->end] & 0xc0) == 0x80)
		shown->end--;
}

/* Text as a terminal may have it; *width is the columns it takes. */
static char *visible(const char *text, size_t len, size_t *width)
{
	char *copy = strndup(text, len);
	struct sw_bytes b = { 0 };

	for (char *p = copy; p && *p; p++)
		if (*p == '\t' || *p == '\n')
			*p = ' ';
	render_text(&b, copy ? copy : "");
	sw_bytes_add(&b, "", 1);
	free(copy);
	*width = render_width(b.buf, b.len - 1);
	return b.buf;
}

void place_show(const struct source *source, struct source_span shown, struct source_span mark,
	const char *part)
{
	const char *text = source->text, *found = NULL;
	char *line, *skipped, *marked;
	size_t width, before, length;

	if (part && *part && mark.end > mark.start)
		found = memmem(text + mark.start, mark.end - mark.start, part, strlen(part));
	if (found) {
		mark.start = found - text;
		mark.end = mark.start + strlen(part);
	}
	/* Of several lines, the one with the mark. */
	for (size_t i = shown.start; i < mark.start; i++)
		if (text[i] == '\n')
			shown.start = i + 1;
	for (size_t i = mark.end; i < shown.end; i++)
		if (text[i] == '\n')
			shown.end = i;
	cut(&shown, &mark, text);
	line = visible(text + shown.start, shown.end - shown.start, &width);
	fprintf(fault_stream(), "  %s\n", line);
	if (mark.end) {
		if (mark.end > shown.end && shown.end > mark.start)
			mark.end = shown.end;
		skipped = visible(text + shown.start, mark.start - shown.start, &before);
		marked = visible(text + mark.start, mark.end - mark.start, &length);
		/* What is missing would stand behind the last word. */
		fprintf(fault_stream(), "  %*s", (int)before + (mark.end == mark.start), "");
		for (size_t i = 0; i < (length ? length : 1); i++)
			fputc('^', fault_stream());
		fputc('\n', fault_stream());
		free(skipped);
		free(marked);
	}
	free(line);
}

/* The span of a spot in the text that its word was typed in, quotes included or not. */
static struct source_span span_of(
	const struct source *source, struct source_span word, const char *text, struct spot spot)
{
	const char *from = source->text + word.start, *end = source->text + word.end;
	const char *part = text + spot.at, *found = NULL;

	/* As often as the part stands in the word up to there. */
	for (const char *p = text; spot.len && p <= part; p++) {
		if (strncmp(p, part, spot.len))
			continue;
		found = memmem(from, end - from, part, spot.len);
		if (!found)
			return word; /* typed with quotes or \ within */
		from = found + 1;
	}
	if (!found)
		return word;
	return (struct source_span){ found - source->text, found - source->text + spot.len };
}

/* What to mark of a command of which the words from `at` on (NULL: all) stand in a source; {0, 0}: nothing. */
static struct source_span mark_of(const struct source *source, const json_t *at, size_t n,
	const json_t *words, const struct fault_about *about, size_t end)
{
	struct spot spot = spot_find(words, about);
	size_t word = spot.word;

	if (spot.word >= 0 && word < n) {
		if (at)
			word = json_integer_value(json_array_get(at, word));
		return span_of(source, source->spans[word],
			json_string_value(json_array_get(words, spot.word)), spot);
	}
	/* A word that is not there is at fault: behind the last. */
	if (fault_is_of_missing(about))
		return (struct source_span){ end, end };
	return (struct source_span){ 0 };
}

/* Commands that nobody typed: as they could be. */
static void show_words(const json_t *words, const struct fault_about *about)
{
	unsigned n = json_array_size(words);
	char **strings = sw_xcalloc(n + 1, sizeof(*strings));
	struct source_span all = { 0 };
	struct source s;

	for (unsigned i = 0; i < n; i++)
		strings[i] = (char *)json_string_value(json_array_get(words, i));
	source_from_words(&s, n, strings);
	all.end = strlen(s.text);
	place_show(&s, all, mark_of(&s, NULL, n, words, about, all.end), NULL);
	source_fini(&s);
	free(strings);
}

void place_show_command(size_t command, const json_t *words, const struct fault_about *about)
{
	struct place p = place_of(command);
	size_t n = json_array_size(p.at);
	struct source_span all;

	if (!p.source || !n) {
		show_words(words, about);
		return;
	}
	all = command_span(&p);
	place_show(p.source, all, mark_of(p.source, p.at, n, words, about, all.end), NULL);
}
