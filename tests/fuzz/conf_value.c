/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: a text, or with the first byte's high bit JSON, as the value of a column that the first byte
 * names. What is read must have a text and a JSON form that give the same value again; what is refused must
 * say why.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/reg.h>

#include "../../src/ctl/table/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void expect_same(const struct value *v)
{
	char *text = value_to_text(v);
	json_t *json = value_to_json(v);
	struct value *again;

	require(!value_from_text(v->type, text, &again, NULL));
	require(value_equal(v, again));
	value_unref(again);
	if (v->type.max > 1 || v->n <= 1) { /* a scalar with too many atoms has no JSON form */
		require(!value_from_json(v->type, json, &again, NULL));
		require(value_equal(v, again));
		value_unref(again);
	}
	json_decref(json);
	free(text);
}

/* Text as an operator types it, or JSON as the journal has it. 0 with *v, or an error. */
static int read_value(const struct column *c, const uint8_t *data, size_t size, bool as_json,
	struct value **v, struct sw_err *err)
{
	char *text = strndup((const char *)data, size);
	json_t *json = as_json ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
	int rc;

	if (as_json && !json)
		rc = sw_err_set(err, SW_CODE_INVALID, "no JSON");
	else if (as_json)
		rc = value_from_json(c->desc->type, json, v, err);
	else
		rc = value_from_text(c->desc->type, text, v, err);
	json_decref(json);
	free(text);
	return rc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_err err = { 0 };
	const struct column *c;
	struct value *v;

	if (!size || sw_reg_seal(&err) || schema_build(&err))
		return 0;
	c = schema_column_at((data[0] & 0x7f) % sw_reg_kind_column.count);
	if (read_value(c, data + 1, size - 1, data[0] & 0x80, &v, &err)) {
		require(err.text[0]);
	} else {
		expect_same(v);
		if (schema_check(c, v, &err))
			require(err.text[0] && err.path[0]);
		value_unref(v);
	}
	return 0;
}
