/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Results for people, for cut and awk (--plain), or as JSON. Names and descriptions come from whoever
 * configured the switch, so nothing reaches the terminal without its control characters made visible.
 */
#include "swctl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

bool render_wants_colour(FILE *stream)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return fileno(stream) >= 0 && isatty(fileno(stream)) && !(no && *no) && term &&
	       strcmp(term, "dumb");
}

struct render render_for(const struct args *args, FILE *out)
{
	return (struct render){
		.out = out,
		.json = args->json,
		.plain = args->plain,
		.colour = !args->plain && render_wants_colour(out),
		.no_headings = args->no_headings,
		.pretty = args->pretty,
		.oneline = args->oneline,
		.format = args->format,
		.data = args->data,
	};
}

size_t render_json_flags(const struct render *r)
{
	bool people = r->pretty || (fileno(r->out) >= 0 && isatty(fileno(r->out)) && !r->oneline);

	return JSON_ENCODE_ANY | (people ? JSON_INDENT(2) : JSON_COMPACT);
}

size_t render_width(const char *text, size_t len)
{
	mbstate_t state = { 0 };
	size_t width = 0;

	while (len) {
		wchar_t c;
		size_t n = mbrtowc(&c, text, len, &state);
		int columns;

		if (n == 0 || n > len) { /* not UTF-8: a byte, a column */
			memset(&state, 0, sizeof(state));
			n = columns = 1;
		} else {
			columns = wcwidth(c);
		}
		width += columns > 0 ? columns : 0;
		text += n;
		len -= n;
	}
	return width;
}

void render_text(struct sw_bytes *b, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;
		/* U+0080..U+009F, the C1 controls, are c2 80..9f in UTF-8. */
		bool c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
			  (unsigned char)text[1] < 0xa0;
		char escaped[8];

		if (c1)
			c = *++text;
		if (c1 || c < 0x20 || c == 0x7f)
			sw_bytes_add(b, escaped, snprintf(escaped, sizeof(escaped), "\\x%02x", c));
		else
			sw_bytes_add(b, text, 1);
	}
}

static void add(struct sw_bytes *b, const char *text)
{
	sw_bytes_add(b, text, strlen(text));
}

/* A string inside a set or map. */
static void render_item(struct sw_bytes *b, const char *text)
{
	bool quote = !*text || strpbrk(text, " ,={}[]\"\\");

	if (!quote) {
		render_text(b, text);
		return;
	}
	add(b, "\"");
	for (; *text; text++) {
		char one[2] = { *text, 0 };

		if (*text == '"' || *text == '\\')
			add(b, "\\");
		if ((unsigned char)*text >= 0x80)
			sw_bytes_add(b, text, 1);
		else
			render_text(b, one);
	}
	add(b, "\"");
}

static void render_inner(struct sw_bytes *b, const json_t *value)
{
	if (json_is_string(value))
		render_item(b, json_string_value(value));
	else
		render_value(b, value);
}

static void render_map(struct sw_bytes *b, const json_t *value)
{
	const char *key, *comma = "";
	json_t *item;

	add(b, "{");
	json_object_foreach ((json_t *)value, key, item) {
		add(b, comma);
		render_item(b, key);
		add(b, "=");
		render_inner(b, item);
		comma = ", ";
	}
	add(b, "}");
}

static void render_set(struct sw_bytes *b, const json_t *value)
{
	json_t *item;
	size_t i;

	add(b, "[");
	json_array_foreach (value, i, item) {
		add(b, i ? ", " : "");
		render_inner(b, item);
	}
	add(b, "]");
}

void render_value(struct sw_bytes *b, const json_t *value)
{
	char number[64] = "";

	switch (json_typeof(value)) {
	case JSON_STRING:
		render_text(b, json_string_value(value));
		return;
	case JSON_OBJECT:
		render_map(b, value);
		return;
	case JSON_ARRAY:
		render_set(b, value);
		return;
	case JSON_INTEGER:
		snprintf(
			number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		snprintf(number, sizeof(number), "%.10g", json_real_value(value));
		break;
	case JSON_TRUE:
		strcpy(number, "true");
		break;
	case JSON_FALSE:
		strcpy(number, "false");
		break;
	case JSON_NULL:
		break;
	}
	add(b, number);
}

static void print_bytes(const struct render *r, struct sw_bytes *b)
{
	if (b->len)
		fwrite(b->buf + b->start, 1, b->len, r->out);
	sw_bytes_fini(b);
}

static void print_line(const struct render *r, const json_t *value)
{
	struct sw_bytes b = { 0 };

	render_value(&b, value);
	add(&b, "\n");
	print_bytes(r, &b);
}

/* With --plain: a record a line, its values separated by tabs; what is empty is nothing. */
static void render_plain(const struct render *r, const json_t *record)
{
	struct sw_bytes b = { 0 };
	const char *name, *tab = "";
	json_t *value;

	json_object_foreach ((json_t *)record, name, value) {
		add(&b, tab);
		render_value(&b, value);
		tab = "\t";
	}
	add(&b, "\n");
	print_bytes(r, &b);
}

/* Prepared text: lines stay lines, all else that controls is made visible. */
static void render_tree(const struct render *r, const json_t *value)
{
	const char *text = json_string_value(json_object_get(value, "text"));

	while (text && *text) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);
		struct sw_bytes b = { 0 };

		render_text(&b, line ? line : "");
		add(&b, "\n");
		print_bytes(r, &b);
		free(line);
		text += len + (text[len] == '\n');
	}
}

void render_result(const struct render *r, const json_t *result, struct table *table)
{
	const char *kind = json_string_value(json_object_get(result, "output"));
	const json_t *value = json_object_get(result, "value");
	json_t *line;
	size_t i;

	if (!kind || !value || json_is_null(value))
		return;
	if (!strcmp(kind, "value")) {
		print_line(r, value);
	} else if (!strcmp(kind, "lines")) {
		json_array_foreach (value, i, line)
			print_line(r, line);
	} else if (!strcmp(kind, "table")) {
		format_result(r, value, false, table);
	} else if (!strcmp(kind, "record") && r->plain) {
		json_array_foreach (value, i, line)
			render_plain(r, line);
	} else if (!strcmp(kind, "record")) {
		format_result(r, value, true, table);
	} else if (!strcmp(kind, "json")) {
		json_dumpf(value, r->out, JSON_ENCODE_ANY | JSON_INDENT(r->plain ? 0 : 2));
		fputc('\n', r->out);
	} else if (!strcmp(kind, "tree")) {
		render_tree(r, value);
	}
}
