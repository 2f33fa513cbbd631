/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What went wrong, on standard error: what, where (the command with a mark under the word), what is
 * allowed, what to do. With --json the same as one JSON object.
 */
#include "swctl.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>

static bool as_json;
static struct fault *kept;

void fault_keep(struct fault *fault)
{
	kept = fault;
}

static bool keep(int status, const char *text)
{
	if (!kept)
		return false;
	kept->status = status;
	snprintf(kept->text, sizeof(kept->text), "%s", text);
	return true;
}

void fault_as_json(bool json)
{
	as_json = json;
}

/* Code string of a failure of our own; the reverse of the table, where that is one to one. */
static const char *own_code(int status)
{
	switch (status) {
	case EXIT_USAGE:
		return "usage";
	case EXIT_NOT_FOUND:
		return "not-found";
	case EXIT_NO_DAEMON:
		return "not-reached";
	case EXIT_NOT_PERMITTED:
		return "permission";
	case EXIT_TIMED_OUT:
		return "timeout";
	}
	return "internal";
}

/* "swctl: sentence", safe for a terminal. */
static void show_sentence(const char *text)
{
	bool colour = render_wants_colour(stderr);
	struct sw_bytes b = { 0 };

	render_text(&b, text);
	fprintf(stderr, "%sswctl:%s %.*s\n", colour ? "\033[1;31m" : "", colour ? "\033[0m" : "",
		(int)b.len, b.buf ? b.buf + b.start : "");
	sw_bytes_fini(&b);
}

static void show_field(const char *name, const char *text)
{
	struct sw_bytes b = { 0 };

	if (!text || !*text)
		return;
	render_text(&b, text);
	fprintf(stderr, "  %s: %.*s\n", name, (int)b.len, b.buf + b.start);
	sw_bytes_fini(&b);
}

static void show_json(json_t *object)
{
	char *text = json_dumps(object, JSON_INDENT(2));

	fprintf(stderr, "%s\n", text ? text : "{}");
	free(text);
	json_decref(object);
}

int fault_show(int status, const char *hint, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (keep(status, text))
		return status;
	if (as_json) {
		json_t *message = json_string(text);

		show_json(json_pack("{s:{s:o, s:{s:s, s:s*}}, s:i}", "error", "message",
			message ? message : json_string("the message is not UTF-8"), "data", "code",
			own_code(status), "hint", hint, "exit_status", status));
		return status;
	}
	show_sentence(text);
	show_field("hint", hint);
	return status;
}

static const char *member(const json_t *data, const char *name)
{
	return json_string_value(json_object_get(data, name));
}

/* Index of the word that the error is about, or -1. */
static int word_at_fault(const json_t *words, const char *given)
{
	size_t i;
	json_t *word;

	if (!given || !*given)
		return -1;
	json_array_foreach (words, i, word)
		if (!strcmp(json_string_value(word), given))
			return i;
	json_array_foreach (words, i, word)
		if (strstr(json_string_value(word), given))
			return i;
	return -1;
}

static bool needs_quotes(const char *word)
{
	return !*word || strpbrk(word, " \t\n\"'\\$`|&;<>()*?[]#~!{}");
}

/* The command as typed, and on the next line a mark under what `given` names. */
static void show_place(const json_t *words, const char *given)
{
	int fault = word_at_fault(words, given);
	size_t i, column = 2, mark = 0, length = 0;
	struct sw_bytes b = { 0 };
	json_t *word;

	fputs(" ", stderr);
	json_array_foreach (words, i, word) {
		const char *text = json_string_value(word);
		const char *quote = needs_quotes(text) ? "'" : "";

		sw_bytes_take(&b, b.len);
		render_text(&b, text);
		fprintf(stderr, " %s%.*s%s", quote, (int)b.len, b.buf ? b.buf + b.start : "",
			quote);
		if ((int)i == fault) {
			const char *part = strstr(text, given);
			bool whole = !part || render_width(text, strlen(text)) != b.len;

			mark = column + strlen(quote) +
			       (whole ? 0 : render_width(text, part - text));
			length = render_width(whole ? text : given, strlen(whole ? text : given));
		}
		column += render_width(b.buf ? b.buf + b.start : "", b.len) + 2 * strlen(quote) + 1;
	}
	sw_bytes_fini(&b);
	fputc('\n', stderr);
	if (fault < 0)
		return;
	fprintf(stderr, "%*s", (int)mark, "");
	for (i = 0; i < length; i++)
		fputc('^', stderr);
	fputc('\n', stderr);
}

/* Does a sentence begin with the column of a path ("Bridge.name" of "Bridge.other_config:x")? */
static bool says_already(const char *message, const char *path)
{
	size_t len = strcspn(path, ":");

	return !strncmp(message, path, len) && strchr(" :", message[len]);
}

/* Which column of which table, for a value that would be without context: "5000 is above 4095". The command
 * itself is shown, so its number says nothing. */
static void show_headline(const char *message, const char *path)
{
	char text[1024];
	unsigned n;
	int used = 0;

	if (path && sscanf(path, "commands[%u]%n", &n, &used) == 1 && used)
		path += used + (!strncmp(path + used, ": ", 2) ? 2 : 0);
	if (path && (!strchr(path, '.') || (message && says_already(message, path))))
		path = NULL;
	snprintf(text, sizeof(text), "%s%s%s", path ? path : "", path ? ": " : "",
		message ? message : "the switch gave no reason");
	show_sentence(text);
}

static void show_did_you_mean(const char *nearest)
{
	struct sw_bytes b = { 0 };

	if (!nearest)
		return;
	render_text(&b, nearest);
	fprintf(stderr, "  did you mean \"%.*s\"?\n", (int)b.len, b.buf ? b.buf + b.start : "");
	sw_bytes_fini(&b);
}

static void add_text(json_t *data, const char *name, const char *text)
{
	if (*text)
		json_object_set_new(data, name, json_string(text));
}

int fault_show_err(const struct sw_err *err, const json_t *commands, size_t at)
{
	json_t *data = json_pack("{s:s, s:i, s:O*}", "code", sw_err_code_name(err->code),
		"failed_at", (int)at, "command", json_array_get(commands, at));
	json_t *error = json_pack("{s:s, s:o}", "message", err->text, "data", data);
	int status;

	add_text(data, "path", err->path);
	add_text(data, "given", err->given);
	add_text(data, "allowed", err->allowed);
	add_text(data, "hint", err->hint);
	add_text(data, "did_you_mean", err->nearest);
	status = fault_show_error(error, commands);
	json_decref(error);
	return status;
}

int fault_show_error(const json_t *error, const json_t *commands)
{
	const json_t *data = json_object_get(error, "data");
	const json_t *at = json_object_get(data, "failed_at");
	const json_t *words = json_object_get(data, "command");
	const char *message = json_string_value(json_object_get(error, "message"));
	size_t n = json_array_size(commands);
	int status = sw_exit_of(member(data, "code"));

	if (keep(status, message ? message : "the switch gave no reason"))
		return status;
	if (as_json) {
		show_json(json_pack("{s:O, s:i}", "error", error, "exit_status", status));
		return status;
	}
	show_headline(message, member(data, "path"));
	if (!words && n == 1)
		words = json_array_get(commands, 0);
	if (words)
		show_place(words, member(data, "given"));
	show_field("allowed", member(data, "allowed"));
	show_field("hint", member(data, "hint"));
	show_did_you_mean(member(data, "did_you_mean"));
	if (n > 1 && json_is_integer(at))
		fprintf(stderr, "  command %d of %zu failed, so none of them was applied\n",
			(int)json_integer_value(at) + 1, n);
	return status;
}
