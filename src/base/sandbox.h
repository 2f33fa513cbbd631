/* SPDX-License-Identifier: BSD-3-Clause */
/* What the two halves of the sandbox tell each other. Control thread. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

struct sw_boot;
struct sw_err;

/* 0, -ENOSYS when the kernel lacks it (no error is set), or another negative errno with err. */
int landlock_apply(const struct sw_boot *boot, struct sw_err *err);

/* Is a folder there, readable by its permissions, and yet shut? */
bool landlock_refuses(const char *dir);

#endif
