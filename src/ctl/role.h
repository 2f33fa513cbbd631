/* SPDX-License-Identifier: BSD-3-Clause */
/* May that one do it? One sentence for commands and methods. Thread: control. */
#ifndef CTL_ROLE_H
#define CTL_ROLE_H

#include <sw/access.h>

struct sw_err;

/* 0, or SW_CODE_PERMISSION with what is needed, what `user` has, and the boot key that gives more. */
int role_check(const char *what, enum sw_role needed, enum sw_role have, const char *user,
	struct sw_err *err);

#endif
