/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writing records. The checksum is CRC-32C (RFC 3720, appendix B.4), table driven: a transaction is a few
 * hundred bytes. Reading is in record_read.c.
 */
#include "record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "draft.h"
#include "request.h"
#include "row_json.h"
#include "time_text.h"

uint32_t record_crc(const void *bytes, size_t len)
{
	static uint32_t table[256]; /* filled the same by whoever comes first */
	const uint8_t *p = bytes;
	uint32_t crc = ~0u;

	if (!__atomic_load_n(&table[255], __ATOMIC_RELAXED)) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? c >> 1 ^ 0x82f63b78 : c >> 1;
			__atomic_store_n(&table[i], c, __ATOMIC_RELAXED);
		}
	}
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xff];
	return ~crc;
}

static void add_line(struct sw_str *out, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	size_t len = strlen(text);

	sw_str_add(out, "%08zx %08x ", len, record_crc(text, len));
	sw_str_add_bytes(out, text, len);
	sw_str_add_bytes(out, "\n", 1);
	free(text);
	json_decref(json);
}

static json_t *inserted(const struct row *row)
{
	json_t *json = row_json("insert", row->table, &row->uuid), *columns = json_object();

	for (unsigned i = 0; i < row->table->n_columns; i++) {
		const struct column *c = row->table->columns[i];

		if (c->slot >= 0 && !value_equal(row_get(row, c), c->initial))
			json_object_set_new(columns, c->name, value_to_json(row_get(row, c)));
	}
	json_object_set_new(json, "columns", columns);
	return json;
}

static json_t *modified(const struct row *was, const struct row *is)
{
	json_t *json = row_json("modify", is->table, &is->uuid);
	struct column_diff diff = {
		.set = json_object(), .add = json_object(), .del = json_object()
	};

	for (unsigned i = 0; i < is->table->n_columns; i++) {
		const struct column *c = is->table->columns[i];

		if (c->slot >= 0)
			column_diff(&diff, c, row_get(was, c), row_get(is, c));
	}
	json_object_set_new(json, "columns", diff.set);
	json_object_set_new(json, "add", diff.add);
	json_object_set_new(json, "del", diff.del);
	return json;
}

static json_t *changed(const struct row *was, const struct row *is)
{
	return !was  ? inserted(is)
	       : !is ? row_json("delete", was->table, &was->uuid)
		     : modified(was, is);
}

static json_t *record_new(uint64_t generation)
{
	struct timespec now;
	char text[TIME_TEXT_SIZE];

	clock_gettime(CLOCK_REALTIME, &now);
	return json_pack(
		"{s:I, s:s}", "gen", (json_int_t)generation, "time", time_text(text, &now));
}

void record_add_draft(struct sw_str *out, const struct draft *draft, const struct record_note *note)
{
	json_t *json = record_new(draft->base->generation + 1), *rows = json_array();
	struct draft_diff diff = { 0 };

	if (note && note->user)
		json_object_set_new(json, "user", json_string(note->user));
	if (note && note->commands)
		json_object_set(json, "commands", (json_t *)note->commands);
	if (note && note->request)
		json_object_set_new(json, "request", request_to_json(note->request));
	while (draft_diff_next(draft, &diff))
		json_array_append_new(rows, changed(diff.was, diff.is));
	json_object_set_new(json, "rows", rows);
	add_line(out, json);
}

void record_add_snapshot(struct sw_str *out, const struct db *db)
{
	json_t *json = record_new(db->generation), *rows = json_array();

	json_object_set_new(json, "snapshot", json_true());
	json_object_set_new(json, "format", json_integer(1));
	if (db->user)
		json_object_set_new(json, "user", json_string(db->user));
	json_object_set_new(json, "requests", requests_to_json(db->requests));
	for (unsigned i = 0; i < schema_tables(); i++) {
		const struct row *row;
		unsigned at = 0;

		while ((row = rows_next(db->tables[i], &at)))
			json_array_append_new(rows, inserted(row));
	}
	json_object_set_new(json, "rows", rows);
	add_line(out, json);
}
