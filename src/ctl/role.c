/* SPDX-License-Identifier: BSD-3-Clause */
/* Refusing what a role does not cover, in words that say who can change that. Control thread. */
#include "role.h"

#include <sw/err.h>

int role_check(const char *what, enum sw_role needed, enum sw_role have, const char *user,
	struct sw_err *err)
{
	if (have >= needed)
		return 0;
	sw_err_set(err, SW_CODE_PERMISSION,
		"\"%s\" needs the role %s; you are %s, with the role %s", what,
		sw_role_name(needed), user, sw_role_name(have));
	sw_err_given(err, "%s", what);
	sw_err_allowed(err, "with the role %s: swctl help COMMAND tells the role it needs%s",
		sw_role_name(have), needed == SW_ROLE_ADMIN ? "; --dry-run of a change" : "");
	sw_err_hint(err,
		"add %s to %s= in section [access] of the switch's boot file, and restart it", user,
		sw_role_name(needed));
	return sw_err_errno(SW_CODE_PERMISSION);
}
