/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz target: a document put into a draft of nothing. The first byte says whether it is exact. What was
 * accepted, written as a document and applied exactly, changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sw/cmd.h>
#include <sw/err.h>
#include <sw/mem.h>
#include <sw/reg.h>

#include "../../src/ctl/apply.h"
#include "../../src/ctl/document.h"
#include "../../src/ctl/draft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static int apply(struct draft *draft, json_t *document, unsigned flags)
{
	struct sw_err err = { 0 };
	struct apply *a = NULL;
	int command, rc = apply_new(document, flags, &a, &err);

	while (!rc && (rc = apply_step(a, draft, &err)) == SW_CMD_MORE)
		rc = 0;
	apply_free(a);
	if (!rc)
		rc = draft_collect(draft, &command, &err);
	require(!rc || (err.text[0] && err.code));
	return rc;
}

static void expect_same(struct draft *draft)
{
	json_t *document = document_new(draft->tables, false), *again;

	require(!apply(draft, document, APPLY_EXACT));
	again = document_new(draft->tables, false);
	require(json_equal(document, again));
	json_decref(document);
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sw_err err = { 0 };
	struct draft *draft;
	json_t *document;
	struct db *db;

	if (!size || sw_reg_seal(&err) || schema_build(&err))
		return 0;
	document = json_loadb((const char *)data + 1, size - 1, JSON_REJECT_DUPLICATES, NULL);
	if (!document)
		return 0;
	db = db_new();
	draft = draft_new(db);
	if (!apply(draft, document, data[0] & 1 ? APPLY_EXACT : 0))
		expect_same(draft);
	draft_free(draft);
	db_unref(db);
	json_decref(document);
	return 0;
}
