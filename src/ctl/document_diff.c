/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two documents compared: tables, records and columns by name, so that a port which was removed and made
 * again differs in what is different of it, not in its identity.
 */
#include "document.h"

#include <stdlib.h>
#include <string.h>

#include <sw/mem.h>

struct diff {
	struct sw_str *text;
	json_t *rows;
	const char *table;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of two objects, either of which may be NULL, sorted; free() the array. */
static const char **both_keys(const json_t *a, const json_t *b, size_t *n)
{
	const char **keys =
		sw_xcalloc(json_object_size(a) + json_object_size(b) + 1, sizeof(*keys));
	const char *key;
	json_t *value;

	*n = 0;
	json_object_foreach ((json_t *)a, key, value)
		keys[(*n)++] = key;
	json_object_foreach ((json_t *)b, key, value)
		if (!json_object_get(a, key))
			keys[(*n)++] = key;
	qsort(keys, *n, sizeof(*keys), by_text);
	return keys;
}

static void add_atom(struct sw_str *text, const json_t *atom)
{
	char *dump = json_is_string(atom) ? NULL : json_dumps(atom, JSON_ENCODE_ANY);
	const char *s = dump ? dump : json_string_value(atom);

	if (!dump && (!*s || strpbrk(s, " ,={}[]\"\\\n\t")))
		dump = json_dumps(atom, JSON_ENCODE_ANY);
	sw_str_add(text, "%s", dump ? dump : s);
	free(dump);
}

static int compare(const json_t *a, const json_t *b)
{
	if (json_is_integer(a) && json_is_integer(b)) {
		json_int_t x = json_integer_value(a), y = json_integer_value(b);

		return x < y ? -1 : x > y;
	}
	if (json_is_string(a) && json_is_string(b))
		return strcmp(json_string_value(a), json_string_value(b));
	return json_equal(a, b) ? 0 : (int)json_typeof(a) - (int)json_typeof(b);
}

/* Lists of a document are sorted. */
static bool has(const json_t *list, const json_t *item)
{
	size_t lo = 0, hi = json_array_size(list);

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int cmp = compare(item, json_array_get(list, mid));

		if (!cmp)
			return true;
		if (cmp < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

static void add_value(struct sw_str *text, const json_t *value)
{
	const char *key, *comma = "";
	json_t *item;
	size_t i;

	if (!json_is_array(value) && !json_is_object(value))
		add_atom(text, value);
	json_array_foreach ((json_t *)value, i, item) {
		sw_str_add(text, "%s", i ? ", " : "");
		add_atom(text, item);
	}
	json_object_foreach ((json_t *)value, key, item) {
		sw_str_add(text, "%s%s=", comma, key);
		add_atom(text, item);
		comma = ", ";
	}
}

/* What is in `a` and not in `b`: elements of a set, pairs of a map, or the value; NULL when nothing. */
static json_t *minus(const json_t *a, const json_t *b)
{
	json_t *rest, *item;
	const char *key;
	size_t i;

	if (!a || (b && json_equal(a, b)))
		return NULL;
	if (!json_is_array(a) && !json_is_object(a))
		return json_incref((json_t *)a);
	rest = json_is_array(a) ? json_array() : json_object();
	json_array_foreach ((json_t *)a, i, item)
		if (!has(b, item))
			json_array_append(rest, item);
	json_object_foreach ((json_t *)a, key, item) {
		const json_t *other = json_object_get(b, key);

		if (!other || !json_equal(other, item))
			json_object_set(rest, key, item);
	}
	return rest;
}

static void add_line(struct sw_str *text, const char *sign, const char *column, const json_t *value)
{
	if (!value || (json_is_array(value) && !json_array_size(value)) ||
		(json_is_object(value) && !json_object_size(value)))
		return;
	sw_str_add(text, "%s     %s: ", sign, column);
	add_value(text, value);
	sw_str_add(text, "\n");
}

static void diff_record(struct diff *d, const char *name, const json_t *was, const json_t *is)
{
	json_t *columns = json_object();
	size_t n;
	const char **keys = both_keys(was, is, &n);

	sw_str_add(d->text, "%s %s%s%s\n",
		!was  ? "+"
		: !is ? "-"
		      : " ",
		d->table, name ? " " : "", name ? name : "");
	for (size_t i = 0; i < n; i++) {
		const json_t *old = json_object_get(was, keys[i]),
			     *new = json_object_get(is, keys[i]);
		json_t *less = minus(old, new), *more = minus(new, old);

		if (less || more) {
			add_line(d->text, "-", keys[i], less);
			add_line(d->text, "+", keys[i], more);
			json_object_set_new(
				columns, keys[i], json_pack("{s:O?, s:O?}", "was", old, "is", new));
		}
		json_decref(less);
		json_decref(more);
	}
	free(keys);
	json_array_append_new(d->rows, json_pack("{s:s, s:s, s:s, s:o}", "table", d->table,
					       "record", name ? name : ".", "change",
					       !was  ? "new"
					       : !is ? "removed"
						     : "changed",
					       "columns", columns));
}

static void diff_table(struct diff *d, const json_t *was, const json_t *is)
{
	size_t n;
	const char **names = both_keys(was, is, &n);

	for (size_t i = 0; i < n; i++) {
		const json_t *old = json_object_get(was, names[i]),
			     *new = json_object_get(is, names[i]);

		if (!old || !new || !json_equal(old, new))
			diff_record(d, names[i], old, new);
	}
	free(names);
}

void document_diff(const json_t *was, const json_t *is, struct sw_str *text, json_t *rows)
{
	struct diff d = { text, rows, NULL };
	json_t *none = json_object();

	for (unsigned i = 0; i < schema_tables(); i++) {
		const struct table *table = schema_table_at(i);
		const json_t *old = json_object_get(was, table->name),
			     *new = json_object_get(is, table->name);

		d.table = table->name;
		old = old ? old : none;
		new = new ? new : none;
		if (!table->desc->root)
			diff_table(&d, old, new);
		else if (!json_equal(old, new))
			diff_record(&d, NULL, old, new);
	}
	json_decref(none);
}
