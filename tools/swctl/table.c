/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tables: aligned columns with headings, numbers to the right; or with --plain one row a line, cells
 * separated by tabs, no headings. A long table comes in pages and is printed as they come, so columns
 * keep the widths of the pages before.
 */
#include "swctl.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

#define GAP 2

/* A cell: null is "-" for people and nothing for programs, an array is its items. */
static void render_cell(const struct render *r, struct sw_bytes *b, const json_t *cell)
{
	json_t *item;
	size_t i;

	if (json_is_null(cell)) {
		sw_bytes_add(b, "-", !r->plain);
	} else if (json_is_array(cell)) {
		json_array_foreach (cell, i, item) {
			sw_bytes_add(b, ", ", i ? (r->plain ? 1 : 2) : 0);
			render_value(b, item);
		}
	} else {
		render_value(b, cell);
	}
}

static bool is_number(const json_t *cell)
{
	return json_is_number(cell) || json_is_null(cell);
}

struct layout {
	const struct render *r;
	const json_t *columns, *rows;
	size_t n;
	size_t *width;
	bool *numeric; /* every cell of this page is a number */
};

static void measure(struct layout *l)
{
	json_t *row, *name;
	size_t i, j;

	json_array_foreach (l->columns, i, name) {
		size_t width = l->r->no_headings ? 0
						 : render_width(json_string_value(name),
							   json_string_length(name));

		if (width > l->width[i])
			l->width[i] = width;
		l->numeric[i] = json_array_size(l->rows) > 0;
	}
	json_array_foreach (l->rows, j, row) {
		for (i = 0; i < l->n; i++) {
			const json_t *cell = json_array_get(row, i);
			struct sw_bytes b = { 0 };

			render_cell(l->r, &b, cell);
			if (b.len && render_width(b.buf, b.len) > l->width[i])
				l->width[i] = render_width(b.buf, b.len);
			l->numeric[i] &= is_number(cell);
			sw_bytes_fini(&b);
		}
	}
}

static void pad(FILE *out, size_t n)
{
	fprintf(out, "%*s", (int)n, "");
}

static void print_cell(const struct layout *l, size_t i, const struct sw_bytes *b)
{
	FILE *out = l->r->out;
	size_t width = b->len ? render_width(b->buf, b->len) : 0, space;

	space = width < l->width[i] ? l->width[i] - width : 0;
	if (l->numeric[i])
		pad(out, space);
	if (b->len)
		fwrite(b->buf, 1, b->len, out);
	if (i + 1 == l->n)
		return;
	pad(out, GAP + (l->numeric[i] ? 0 : space));
}

static void print_headings(const struct layout *l)
{
	FILE *out = l->r->out;
	json_t *name;
	size_t i;

	if (l->r->colour)
		fputs("\033[1m", out);
	json_array_foreach (l->columns, i, name) {
		struct sw_bytes b = { 0 };

		render_text(&b, json_string_value(name));
		print_cell(l, i, &b);
		sw_bytes_fini(&b);
	}
	fputs(l->r->colour ? "\033[0m\n" : "\n", out);
}

static void print_row(const struct layout *l, const json_t *row)
{
	for (size_t i = 0; i < l->n; i++) {
		struct sw_bytes b = { 0 };

		render_cell(l->r, &b, json_array_get(row, i));
		if (l->r->plain) {
			if (b.len)
				fwrite(b.buf, 1, b.len, l->r->out);
			if (i + 1 < l->n)
				fputc('\t', l->r->out);
		} else {
			print_cell(l, i, &b);
		}
		sw_bytes_fini(&b);
	}
	fputc('\n', l->r->out);
}

void table_page(const struct render *r, const json_t *value, struct table *table)
{
	struct layout l = {
		.r = r,
		.columns = json_object_get(value, "columns"),
		.rows = json_object_get(value, "rows"),
	};
	json_t *row;
	size_t i;

	l.n = json_array_size(l.columns);
	if (!table->width)
		table->width = sw_xcalloc(l.n, sizeof(*table->width));
	l.width = table->width;
	l.numeric = sw_xcalloc(l.n, sizeof(*l.numeric));
	if (!r->plain)
		measure(&l);
	if (!r->plain && !r->no_headings && !table->headed)
		print_headings(&l);
	table->headed = true;
	json_array_foreach (l.rows, i, row)
		print_row(&l, row);
	free(l.numeric);
}

void table_fini(struct table *table)
{
	free(table->width);
	memset(table, 0, sizeof(*table));
}
