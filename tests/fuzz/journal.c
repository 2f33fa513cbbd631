/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: the journal reader. The first byte says whether the rest is the file's bytes, or the JSON
 * of records, a line each, as if their checksums were good. What was applied can be written as a snapshot
 * and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/ctl/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void read_bytes(const char *bytes, size_t len)
{
	enum record_state state;
	size_t at = 0, was = 0;
	json_t *json;

	while ((state = record_read(bytes, len, &at, &json)) == RECORD_GOOD) {
		require(at > was && at <= len);
		was = at;
		json_decref(json);
	}
	require(at == was);
	require((state == RECORD_END) == (at == len));
}

static void expect_snapshot(struct db *db)
{
	struct sw_str line = { 0 };
	struct sw_err err = { 0 };
	struct db *again = NULL;
	json_t *json;
	size_t at = 0;

	record_add_snapshot(&line, db);
	require(record_read(line.s, line.len, &at, &json) == RECORD_GOOD);
	require(!record_apply(&again, json, &err));
	for (unsigned i = 0; i < schema_tables(); i++)
		require(again->tables[i]->n == db->tables[i]->n);
	json_decref(json);
	db_unref(again);
	free(line.s);
}

static void apply_lines(const char *p, const char *end)
{
	struct db *db = NULL;
	bool good = true;

	while (good && p < end) {
		const char *nl = memchr(p, '\n', end - p);
		size_t len = nl ? (size_t)(nl - p) : (size_t)(end - p);
		json_t *json = json_loadb(p, len, JSON_REJECT_DUPLICATES, NULL);
		struct sw_err err = { 0 };

		good = json && !record_apply(&db, json, &err);
		require(!json || good || err.text[0]);
		json_decref(json);
		p += len + 1;
	}
	if (good && db)
		expect_snapshot(db);
	db_unref(db);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_err err = { 0 };

	if (!size || sw_reg_seal(&err) || schema_build(&err))
		return 0;
	if (data[0] & 1)
		read_bytes((const char *)data + 1, size - 1);
	else
		apply_lines((const char *)data + 1, (const char *)data + size);
	return 0;
}
