/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole document, for the method and for `swd --schema`. Members only ever join; tests/data/schema.json
 * is what it was, and a test shows what changed.
 *
 * Control thread.
 */
#include "complete.h"
#include "describe.h"

#include <stdlib.h>

#include <sw/err.h>
#include <sw/schema.h>

#include "../api/server.h"
#include "../table/schema.h"

json_t *describe_all(void)
{
	return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "api",
		API_LEVEL, "tables", describe_tables(), "interface_types",
		describe_interface_types(), "not_supported", describe_unsupported(), "commands",
		describe_commands(), "methods", describe_methods(), "errors", describe_errors(),
		"exit_statuses", describe_exits(), "drop_reasons", describe_drops(), "events",
		describe_events(), "logs", describe_logs(), "boot", describe_boot());
}

static int build(struct sw_err *err)
{
	int rc = sw_reg_seal(err);

	return rc ? rc : schema_build(err);
}

int sw_complete_print(FILE *out, char **words, struct sw_err *err)
{
	int rc = build(err);
	unsigned n = 0;
	json_t *all, *one;
	size_t i;

	while (words[n])
		n++;
	if (rc || !n)
		return rc;
	all = complete_words((const char *const *)words, n, false);
	json_array_foreach (all, i, one)
		fprintf(out, "%s\t%s\n", json_string_value(json_object_get(one, "word")),
			json_string_value(json_object_get(one, "help")));
	json_decref(all);
	return 0;
}

int sw_schema_print(FILE *out, struct sw_err *err)
{
	int rc = build(err);
	json_t *all;

	if (rc)
		return rc;
	all = describe_all();
	if (json_dumpf(all, out, JSON_INDENT(1)) || putc('\n', out) == EOF || fflush(out))
		rc = sw_err_set(err, SW_CODE_DEVICE, "the schema cannot be written");
	json_decref(all);
	return rc;
}
