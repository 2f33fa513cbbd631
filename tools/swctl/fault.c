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

static FILE *stream;

void fault_to(FILE *to)
{
	stream = to;
}

FILE *fault_stream(void)
{
	return stream ? stream : stderr;
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

/* "swctl: sentence", safe for a terminal, with the place in a file when the command came from one. */
static void show_sentence(const char *text, size_t command)
{
	bool colour = render_wants_colour(fault_stream());
	struct sw_bytes b = { 0 };
	char prefix[300];

	render_text(&b, place_prefix(prefix, sizeof(prefix), command));
	render_text(&b, text);
	fprintf(fault_stream(), "%sswctl:%s %.*s\n", colour ? "\033[1;31m" : "",
		colour ? "\033[0m" : "", (int)b.len, b.buf ? b.buf + b.start : "");
	sw_bytes_fini(&b);
}

static void show_field(const char *name, const char *text)
{
	struct sw_bytes b = { 0 };

	if (!text || !*text)
		return;
	render_text(&b, text);
	fprintf(fault_stream(), "  %s: %.*s\n", name, (int)b.len, b.buf + b.start);
	sw_bytes_fini(&b);
}

static void show_json(json_t *object, size_t command)
{
	char prefix[300], *text;
	json_t *place;

	place_prefix(prefix, sizeof(prefix), command);
	place = *prefix ? json_stringn(prefix, strlen(prefix) - 2) : NULL;
	if (place)
		json_object_set_new(object, "place", place);
	text = json_dumps(object, JSON_INDENT(2));
	fprintf(fault_stream(), "%s\n", text ? text : "{}");
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

		show_json(
			json_pack("{s:{s:o, s:{s:s, s:s*}}, s:i}", "error", "message",
				message ? message : json_string("the message is not UTF-8"), "data",
				"code", own_code(status), "hint", hint, "exit_status", status),
			0);
		return status;
	}
	show_sentence(text, 0);
	show_field("hint", hint);
	return status;
}

int fault_show_word(const struct source *source, unsigned word, const char *part, const char *hint,
	const char *fmt, ...)
{
	const json_t *at = json_pack("[i]", (int)word);
	const struct place place = { source, at };
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (keep(EXIT_USAGE, text)) {
		json_decref((json_t *)at);
		return EXIT_USAGE;
	}
	place_set(&place, 1);
	if (as_json) {
		fault_show(EXIT_USAGE, hint, "%s", text);
	} else {
		show_sentence(text, 0);
		place_show(source, (struct source_span){ 0, strlen(source->text) },
			source->spans[word], part);
		show_field("hint", hint);
	}
	place_set(NULL, 0);
	json_decref((json_t *)at);
	return EXIT_USAGE;
}

static const char *member(const json_t *data, const char *name)
{
	return json_string_value(json_object_get(data, name));
}

/* Does a sentence begin with the column of a path ("Bridge.name" of "Bridge.other_config:x")? */
static bool says_already(const char *message, const char *path)
{
	size_t len = strcspn(path, ":");

	return !strncmp(message, path, len) && strchr(" :", message[len]);
}

/* The path of an error. The command itself is shown, so its number says nothing. */
static const char *path_of(const json_t *data)
{
	const char *path = member(data, "path");
	unsigned n;
	int used = 0;

	if (path && sscanf(path, "commands[%u]%n", &n, &used) == 1 && used)
		path += used + (!strncmp(path + used, ": ", 2) ? 2 : 0);
	return path;
}

/* Which column of which table, for a value that would be without context: "5000 is above 4095". */
static void show_headline(const char *message, const char *path, size_t command)
{
	char text[1024];

	if (path && (!strchr(path, '.') || (message && says_already(message, path))))
		path = NULL;
	snprintf(text, sizeof(text), "%s%s%s", path ? path : "", path ? ": " : "",
		message ? message : "the switch gave no reason");
	show_sentence(text, command);
}

static void show_did_you_mean(const char *nearest)
{
	struct sw_bytes b = { 0 };

	if (!nearest)
		return;
	render_text(&b, nearest);
	fprintf(fault_stream(), "  did you mean \"%.*s\"?\n", (int)b.len,
		b.buf ? b.buf + b.start : "");
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

/* An option that a command does not have may be one of ours, misspelt. */
static const char *nearest_of(const json_t *data)
{
	const char *nearest = member(data, "did_you_mean"), *given = member(data, "given");

	if (nearest || !given || strncmp(given, "--", 2))
		return nearest;
	return args_nearest(given);
}

int fault_show_error(const json_t *error, const json_t *commands)
{
	const json_t *data = json_object_get(error, "data");
	const json_t *at = json_object_get(data, "failed_at");
	const json_t *words = json_object_get(data, "command");
	const char *message = json_string_value(json_object_get(error, "message"));
	const struct fault_about about = { member(data, "given"), member(data, "code"),
		path_of(data), message, member(data, "allowed") };
	size_t n = json_array_size(commands), command = json_integer_value(at);
	int status = sw_exit_of(member(data, "code"));

	if (keep(status, message ? message : "the switch gave no reason"))
		return status;
	if (as_json) {
		show_json(json_pack("{s:O, s:i}", "error", error, "exit_status", status), command);
		return status;
	}
	show_headline(message, about.path, command);
	if (!words && n == 1)
		words = json_array_get(commands, 0);
	if (words)
		place_show_command(command, words, &about);
	show_field("allowed", member(data, "allowed"));
	show_field("hint", member(data, "hint"));
	show_did_you_mean(nearest_of(data));
	if (n > 1 && json_is_integer(at))
		fprintf(fault_stream(), "  command %d of %zu failed, so none of them was applied\n",
			(int)command + 1, n);
	return status;
}
