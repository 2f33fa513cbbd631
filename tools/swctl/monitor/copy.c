/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See copy.h. Any operation may be applied to a row that has it already: one who is caught up after having
 * fallen behind may be told a thing twice.
 */
#include "copy.h"

#include <string.h>

static json_t *without(const json_t *array, const json_t *gone)
{
	json_t *rest = json_array(), *item, *other;
	size_t i, k;

	json_array_foreach ((json_t *)array, i, item) {
		bool keep = true;

		json_array_foreach ((json_t *)gone, k, other)
			keep &= !json_equal(item, other);
		if (keep)
			json_array_append(rest, item);
	}
	return rest;
}

/* Take atoms or pairs out of a set or map, and put others in. */
static void change_atoms(json_t *columns, const char *name, const json_t *del, const json_t *add)
{
	const json_t *now = json_object_get(columns, name);
	json_t *next;
	const char *key;
	json_t *value;

	if (json_is_object(del ? del : add)) {
		next = json_is_object(now) ? json_copy((json_t *)now) : json_object();
		json_object_foreach ((json_t *)del, key, value)
			json_object_del(next, key);
		json_object_update(next, (json_t *)add);
	} else {
		json_t *rest = without(now, del);

		next = without(rest, add);
		json_array_extend(next, (json_t *)add);
		json_decref(rest);
	}
	json_object_set_new(columns, name, next);
}

static void modify(json_t *columns, const json_t *op)
{
	const char *name;
	json_t *value;

	json_object_update(columns, json_object_get(op, "columns"));
	json_object_foreach (json_object_get(op, "del"), name, value)
		change_atoms(columns, name, value, NULL);
	json_object_foreach (json_object_get(op, "add"), name, value)
		change_atoms(columns, name, NULL, value);
}

static void apply_op(json_t *rows, const json_t *op, copy_fn *fn, void *arg)
{
	const char *word = json_string_value(json_object_get(op, "op"));
	const char *table = json_string_value(json_object_get(op, "table"));
	const char *uuid = json_string_value(json_object_get(op, "uuid"));
	json_t *row, *was, *is = NULL;

	if (!word || !table || !uuid)
		return;
	row = json_object_get(rows, uuid);
	was = json_incref(json_object_get(row, "columns"));
	if (!strcmp(word, "insert")) {
		is = json_incref(json_object_get(op, "columns"));
	} else if (!strcmp(word, "modify") && was) {
		is = json_copy(was);
		modify(is, op);
	}
	if (is)
		json_object_set_new(
			rows, uuid, json_pack("{s:s, s:O}", "table", table, "columns", is));
	else
		json_object_del(rows, uuid);
	if (fn && !json_equal(was, is) && (was || is))
		fn(arg, table, uuid, was, is);
	json_decref(was);
	json_decref(is);
}

/* What a later snapshot has else than the rows before it. */
static void tell_differences(json_t *before, json_t *after, copy_fn *fn, void *arg)
{
	const char *uuid;
	json_t *row, *other;

	json_object_foreach (before, uuid, row)
		if (!json_object_get(after, uuid))
			fn(arg, json_string_value(json_object_get(row, "table")), uuid,
				json_object_get(row, "columns"), NULL);
	json_object_foreach (after, uuid, row) {
		other = json_object_get(before, uuid);
		if (!json_equal(row, other))
			fn(arg, json_string_value(json_object_get(row, "table")), uuid,
				json_object_get(other, "columns"), json_object_get(row, "columns"));
	}
}

void copy_apply(struct copy *copy, const json_t *params, copy_fn *fn, void *arg)
{
	json_int_t snapshot = json_integer_value(json_object_get(params, "snapshot"));
	json_t *op;
	size_t i;

	if (snapshot == 1) {
		json_decref(copy->fresh);
		copy->fresh = json_object();
	}
	if (!snapshot && !copy->rows)
		copy->rows = json_object();
	json_array_foreach (json_object_get(params, "rows"), i, op)
		apply_op(snapshot ? copy->fresh : copy->rows, op, snapshot ? NULL : fn, arg);
	if (!snapshot || json_is_true(json_object_get(params, "more")))
		return;
	if (copy->rows && fn)
		tell_differences(copy->rows, copy->fresh, fn, arg);
	json_decref(copy->rows);
	copy->rows = copy->fresh;
	copy->fresh = NULL;
}

void copy_fini(struct copy *copy)
{
	json_decref(copy->rows);
	json_decref(copy->fresh);
	memset(copy, 0, sizeof(*copy));
}
