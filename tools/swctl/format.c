/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Records and tables in the formats of ovs-vsctl: each becomes a grid of columns and rows, each cell a
 * text by --data, and the grid is written as a table, list, CSV, JSON or HTML. JSON is that of the OVSDB
 * protocol (RFC 7047 5.1: ["set",[...]], ["map",[...]], ["uuid","..."]).
 */
#include "swctl.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static void add(struct sw_bytes *b, const char *text)
{
	sw_bytes_add(b, text, strlen(text));
}

static json_t *text_of(struct sw_bytes *b)
{
	json_t *text = json_stringn(b->len ? b->buf + b->start : "", b->len);

	sw_bytes_fini(b);
	return text;
}

/* {"columns", "rows"} of records; all have the columns of the first. */
static json_t *grid_of_records(const json_t *records)
{
	json_t *columns = json_array(), *rows = json_array(), *record, *value;
	const char *name;
	size_t i;

	json_array_foreach (records, i, record) {
		json_t *row = json_array();

		json_object_foreach (record, name, value) {
			if (!i)
				json_array_append_new(columns, json_string(name));
			json_array_append(row, value);
		}
		json_array_append_new(rows, row);
	}
	return json_pack("{s:o, s:o}", "columns", columns, "rows", rows);
}

static bool is_uuid(const char *s)
{
	for (unsigned i = 0; i < 36; i++)
		if (strchr("\x08\x0d\x12\x17", i) && i ? s[i] != '-'
						       : !isxdigit((unsigned char)s[i]))
			return false;
	return !s[36];
}

/* An atom: a string in the form of a UUID is taken for one but in a map, where OVS has only strings. */
static json_t *wire_atom(json_t *value)
{
	if (json_is_string(value) && is_uuid(json_string_value(value)))
		return json_pack("[s, O]", "uuid", value);
	return json_incref(value);
}

static json_t *wire_value(json_t *value)
{
	json_t *items = json_array(), *item;
	const char *key;
	size_t i;

	if (json_is_object(value)) {
		json_object_foreach (value, key, item)
			json_array_append_new(items, json_pack("[s, O]", key, item));
		return json_pack("[s, o]", "map", items);
	}
	if (json_is_array(value) || json_is_null(value)) {
		json_array_foreach (value, i, item)
			json_array_append_new(items, wire_atom(item));
		/* A set of one is written as what is in it. */
		if (json_array_size(items) != 1)
			return json_pack("[s, o]", "set", items);
		item = json_incref(json_array_get(items, 0));
		json_decref(items);
		return item;
	}
	json_decref(items);
	return wire_atom(value);
}

/* --data=bare: no quotes, brackets or braces; one blank between. */
static void add_bare(struct sw_bytes *b, const json_t *value)
{
	const char *key, *blank = "";
	json_t *item;
	size_t i;

	json_array_foreach (value, i, item) {
		add(b, i ? " " : "");
		render_value(b, item);
	}
	json_object_foreach ((json_t *)value, key, item) {
		add(b, blank);
		render_text(b, key);
		add(b, "=");
		render_value(b, item);
		blank = " ";
	}
	if (!json_is_array(value) && !json_is_object(value))
		render_value(b, value);
}

static json_t *cell_text(const struct render *r, json_t *cell, const char *empty)
{
	struct sw_bytes b = { 0 };
	json_t *wire;
	char *text;

	switch (r->data) {
	case DATA_BARE:
		add_bare(&b, cell);
		break;
	case DATA_JSON:
		wire = wire_value(cell);
		text = json_dumps(wire, JSON_COMPACT | JSON_ENCODE_ANY);
		add(&b, text ? text : "");
		free(text);
		json_decref(wire);
		break;
	default:
		if (json_is_null(cell))
			add(&b, empty);
		else if (json_is_string(cell) && !*json_string_value(cell) && *empty)
			add(&b, "\"\"");
		else
			render_value(&b, cell);
	}
	return text_of(&b);
}

/* The same grid with a text in each cell; numbers stay numbers, for a table puts them to the right. */
static json_t *grid_of_texts(const struct render *r, const json_t *grid, bool records)
{
	json_t *rows = json_array(), *row, *cell;
	size_t i, j;

	json_array_foreach (json_object_get(grid, "rows"), i, row) {
		json_t *texts = json_array();

		json_array_foreach (row, j, cell)
			json_array_append_new(texts,
				json_is_number(cell) ? json_incref(cell)
						     : cell_text(r, cell, records ? "[]" : ""));
		json_array_append_new(rows, texts);
	}
	return json_pack("{s:O, s:o}", "columns", json_object_get(grid, "columns"), "rows", rows);
}

static void write_text(
	const struct render *r, const json_t *cell, void (*one)(FILE *out, const char *text))
{
	struct sw_bytes b = { 0 };

	render_value(&b, cell);
	sw_bytes_add(&b, "", 1);
	one(r->out, b.buf + b.start);
	sw_bytes_fini(&b);
}

static void put_plain(FILE *out, const char *text)
{
	fputs(text, out);
}

/* RFC 4180. */
static void put_csv(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_html(FILE *out, const char *text)
{
	static const char *const entity[256] = {
		['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;"
	};

	for (; *text; text++) {
		const char *e = entity[(unsigned char)*text];

		if (e)
			fputs(e, out);
		else
			fputc(*text, out);
	}
}

static void csv_row(const struct render *r, const json_t *row)
{
	json_t *cell;
	size_t i;

	json_array_foreach (row, i, cell) {
		if (i)
			fputc(',', r->out);
		write_text(r, cell, put_csv);
	}
	fputc('\n', r->out);
}

static void html_row(const struct render *r, const json_t *row, const char *tag)
{
	json_t *cell;
	size_t i;

	fputs("  <tr>\n", r->out);
	json_array_foreach (row, i, cell) {
		fprintf(r->out, "    <%s>", tag);
		write_text(r, cell, put_html);
		fprintf(r->out, "</%s>\n", tag);
	}
	fputs("  </tr>\n", r->out);
}

static void list_row(const struct render *r, const json_t *columns, const json_t *row)
{
	json_t *cell;
	size_t i;

	json_array_foreach (row, i, cell) {
		const json_t *name = json_array_get(columns, i);

		if (!r->no_headings) {
			int width = render_width(json_string_value(name), json_string_length(name));

			write_text(r, name, put_plain);
			fprintf(r->out, "%*s: ", width < 20 ? 20 - width : 0, "");
		}
		write_text(r, cell, put_plain);
		fputc('\n', r->out);
	}
}

static void write_json(const struct render *r, const json_t *grid, bool records)
{
	json_t *rows = json_array(), *row, *cell, *all;
	size_t i, j;

	json_array_foreach (json_object_get(grid, "rows"), i, row) {
		json_t *cells = json_array();

		json_array_foreach (row, j, cell)
			json_array_append_new(
				cells, r->data == DATA_AUTO || r->data == DATA_JSON
					       ? wire_value(cell)
					       : cell_text(r, cell, records ? "[]" : ""));
		json_array_append_new(rows, cells);
	}
	all = json_pack("{s:O, s:o}", "headings", json_object_get(grid, "columns"), "data", rows);
	json_dumpf(all, r->out, render_json_flags(r));
	fputc('\n', r->out);
	json_decref(all);
}

static void write_rows(
	const struct render *r, enum args_format format, const json_t *texts, struct table *table)
{
	const json_t *columns = json_object_get(texts, "columns");
	json_t *row;
	size_t i;

	if (!table->headed && !r->no_headings && format == FORMAT_CSV)
		csv_row(r, columns);
	if (format == FORMAT_HTML)
		fputs("<table border=1>\n", r->out);
	if (!r->no_headings && format == FORMAT_HTML)
		html_row(r, columns, "th");
	json_array_foreach (json_object_get(texts, "rows"), i, row) {
		if (format == FORMAT_CSV) {
			csv_row(r, row);
		} else if (format == FORMAT_HTML) {
			html_row(r, row, "td");
		} else {
			if (i || table->headed)
				fputc('\n', r->out);
			list_row(r, columns, row);
		}
	}
	if (format == FORMAT_HTML)
		fputs("</table>\n", r->out);
	table->headed = true;
}

void format_result(const struct render *r, const json_t *value, bool records, struct table *table)
{
	enum args_format format = r->format ? r->format : records ? FORMAT_LIST : FORMAT_TABLE;
	json_t *grid = records ? grid_of_records(value) : json_incref((json_t *)value), *texts;

	if (format == FORMAT_JSON) {
		write_json(r, grid, records);
	} else if (format == FORMAT_TABLE && !records && !r->data) {
		table_page(r, grid, table);
	} else {
		texts = grid_of_texts(r, grid, records);
		if (format == FORMAT_TABLE)
			table_page(r, texts, table);
		else
			write_rows(r, format, texts, table);
		json_decref(texts);
	}
	json_decref(grid);
}
