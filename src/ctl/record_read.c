/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reading records. Torn and damaged are kept apart: a write that was cut off leaves the beginning of a
 * record without its newline at the end of the file (or, after some file systems' crash, zeros), and was
 * never acknowledged. Everything else that does not check is damage to something that was.
 */
#include "record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>

#include "request.h"

static int parse_hex8(const char *p, uint32_t *out)
{
	uint32_t n = 0;

	for (int i = 0; i < 8; i++) {
		char c = p[i];

		if (c >= '0' && c <= '9')
			n = n << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (c - 'a' + 10);
		else
			return -EINVAL;
	}
	*out = n;
	return 0;
}

static bool all_zero(const char *p, size_t len)
{
	while (len && !*p)
		p++, len--;
	return !len;
}

/* The rest is no whole record: cut off, or damaged? */
static enum record_state judge_rest(const char *p, size_t len)
{
	uint32_t size, crc;

	if (all_zero(p, len))
		return RECORD_TORN;
	if (memchr(p, '\n', len))
		return RECORD_BAD;
	if (len < RECORD_HEAD)
		return RECORD_TORN;
	if (parse_hex8(p, &size) || p[8] != ' ' || parse_hex8(p + 9, &crc) || p[17] != ' ')
		return RECORD_BAD;
	return len - RECORD_HEAD <= size ? RECORD_TORN : RECORD_BAD;
}

/* The head of a record that is there to its end. */
static bool read_head(const char *p, size_t left, uint32_t *size, uint32_t *crc)
{
	return left >= RECORD_HEAD && !parse_hex8(p, size) && p[8] == ' ' &&
	       !parse_hex8(p + 9, crc) && p[17] == ' ' && *size <= RECORD_MAX &&
	       left - RECORD_HEAD > *size;
}

size_t record_skip(const char *bytes, size_t len, size_t at)
{
	uint32_t size, crc;

	if (at >= len || !read_head(bytes + at, len - at, &size, &crc))
		return 0;
	return at + RECORD_HEAD + size + 1;
}

enum record_state record_read(const char *bytes, size_t len, size_t *at, json_t **json)
{
	const char *p = bytes + *at;
	size_t left = len - *at;
	uint32_t size, crc;
	json_error_t error;

	if (!left)
		return RECORD_END;
	if (!read_head(p, left, &size, &crc))
		return judge_rest(p, left);
	if (p[RECORD_HEAD + size] != '\n' || record_crc(p + RECORD_HEAD, size) != crc)
		return RECORD_BAD;
	*json = json_loadb(p + RECORD_HEAD, size, JSON_REJECT_DUPLICATES, &error);
	if (!*json)
		return RECORD_BAD;
	*at += RECORD_HEAD + size + 1;
	return RECORD_GOOD;
}

/* Set, add to or take from the columns an object names. */
enum how { HOW_SET, HOW_ADD, HOW_DEL };

static int apply_columns(struct row *row, const json_t *columns, enum how how, struct sw_err *err)
{
	const char *name;
	json_t *json;

	json_object_foreach ((json_t *)columns, name, json) {
		const struct column *c = schema_column(row->table, name, err);
		struct value *v, *sum;
		int rc;

		if (!c)
			return -ENOENT;
		if (c->slot < 0)
			return sw_err_set(err, SW_CODE_INVALID, "%s is not stored", c->desc->name);
		rc = value_from_json(c->desc->type, json, &v, err);
		if (rc)
			return rc;
		sum = how == HOW_SET   ? value_ref(v)
		      : how == HOW_ADD ? value_plus(row_get(row, c), v)
				       : value_minus(row_get(row, c), v, false);
		value_unref(v);
		row_put(row, c, sum);
	}
	return 0;
}

static int check_row(const struct row *row, struct sw_err *err)
{
	int rc = 0;

	for (unsigned i = 0; i < row->table->n_columns && !rc; i++) {
		const struct column *c = row->table->columns[i];

		if (c->slot >= 0)
			rc = schema_check(c, row_get(row, c), err);
	}
	return rc;
}

static int apply_modify(struct rows *rows, struct row *old, const json_t *json, struct sw_err *err)
{
	struct row *row = row_clone(old);
	int rc = apply_columns(row, json_object_get(json, "columns"), HOW_SET, err);

	row->owner = 0;
	if (!rc)
		rc = apply_columns(row, json_object_get(json, "del"), HOW_DEL, err);
	if (!rc)
		rc = apply_columns(row, json_object_get(json, "add"), HOW_ADD, err);
	if (!rc)
		rc = check_row(row, err);
	if (rc)
		row_unref(row);
	else
		rows_put(rows, row);
	return rc;
}

static int apply_insert(
	struct rows *rows, const struct uuid *uuid, const json_t *json, struct sw_err *err)
{
	struct row *row = row_new(rows->table, uuid);
	int rc = apply_columns(row, json_object_get(json, "columns"), HOW_SET, err);

	if (!rc)
		rc = check_row(row, err);
	if (!rc && rows->by_name && rows_find_name(rows, row_name(row)))
		rc = sw_err_set(err, SW_CODE_INVALID, "%s \"%s\" is there twice", rows->table->name,
			row_name(row));
	if (rc)
		row_unref(row);
	else
		rows_put(rows, row);
	return rc;
}

static int apply_row(struct db *db, const json_t *json, struct sw_err *err)
{
	const char *op = json_string_value(json_object_get(json, "op"));
	const char *name = json_string_value(json_object_get(json, "table"));
	const char *text = json_string_value(json_object_get(json, "uuid"));
	const struct table *table;
	struct uuid uuid;
	struct rows *rows;
	struct row *row;

	if (!op || !name || !text || !uuid_parse(text, &uuid))
		return sw_err_set(err, SW_CODE_INVALID, "a row without op, table or uuid");
	table = schema_table(name, err);
	if (!table)
		return -ENOENT;
	rows = db->tables[table->id];
	row = rows_find(rows, &uuid);
	if (!strcmp(op, "insert") && !row)
		return apply_insert(rows, &uuid, json, err);
	if (!strcmp(op, "modify") && row)
		return apply_modify(rows, row, json, err);
	if (strcmp(op, "delete") || !row)
		return sw_err_set(err, SW_CODE_INVALID, "cannot %s %s %s", op, name, text);
	rows_remove(rows, row);
	return 0;
}

static void note_sender(struct db *db, const json_t *json)
{
	const char *user = json_string_value(json_object_get(json, "user"));

	free(db->user);
	db->user = user ? sw_xstrdup(user) : NULL;
	requests_read(db->requests, json);
}

int record_apply(struct db **db, const json_t *json, struct sw_err *err)
{
	bool snapshot = json_is_true(json_object_get(json, "snapshot"));
	uint64_t generation = json_integer_value(json_object_get(json, "gen"));
	json_t *row;
	size_t i;

	if (!snapshot && (!*db || generation != (*db)->generation + 1))
		return sw_err_set(err, SW_CODE_INVALID, "generation %llu does not follow %llu",
			(unsigned long long)generation,
			(unsigned long long)(*db ? (*db)->generation : 0));
	if (snapshot && json_integer_value(json_object_get(json, "format")) != 1)
		return sw_err_set(
			err, SW_CODE_INVALID, "it is of a format this version cannot read");
	if (snapshot) {
		db_unref(*db);
		*db = db_new_bare();
	}
	(*db)->generation = generation;
	json_array_foreach (json_object_get(json, "rows"), i, row) {
		int rc = apply_row(*db, row, err);

		if (rc)
			return rc;
	}
	note_sender(*db, json);
	return 0;
}
