/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See option.h. Control thread.
 */
#include "option.h"

#include <sw/err.h>
#include <sw/text.h>

int option_bad(const char *option, const char *given, const char *allowed, struct sw_err *err)
{
	int rc = sw_err_set(err, SW_CODE_INVALID, "--%s=%s is not %s", option, given, allowed);

	sw_err_given(err, "--%s=%s", option, given);
	sw_err_allowed(err, "%s", allowed);
	return rc;
}

int option_bad_from(const char *given, struct sw_err *err)
{
	return option_bad("from", given, "the \"next\" of an earlier answer", err);
}

int option_limit(const char *given, uint64_t *left, struct sw_err *err)
{
	if (given && sw_parse_u64(given, 1, UINT32_MAX, left))
		return option_bad("limit", given, "a number from 1", err);
	return 0;
}
