/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole document, for the method and for `swd --schema`. Members only ever join; tests/data/schema.json
 * is what it was, and a test shows what changed.
 *
 * Control thread.
 */
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

int sw_schema_print(FILE *out, struct sw_err *err)
{
	int rc = sw_reg_seal(err);
	json_t *all;

	if (!rc)
		rc = schema_build(err);
	if (rc)
		return rc;
	all = describe_all();
	if (json_dumpf(all, out, JSON_INDENT(1)) || putc('\n', out) == EOF || fflush(out))
		rc = sw_err_set(err, SW_CODE_DEVICE, "the schema cannot be written");
	json_decref(all);
	return rc;
}
