/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options that commands have in common: what is said of a wrong one, and --limit and --from of answers that come in pages.
 *
 * Thread: control.
 */
#ifndef CTL_CMD_OPTION_H
#define CTL_CMD_OPTION_H

#include <stdint.h>

struct sw_err;

/* "--OPTION=GIVEN is not ALLOWED". Returns SW_CODE_INVALID's errno. */
int option_bad(const char *option, const char *given, const char *allowed, struct sw_err *err);
/* The same of --from, which the answer before gives. */
int option_bad_from(const char *given, struct sw_err *err);

/* --limit=N: rows that are wanted, from 1; NULL is fine and leaves *left. */
int option_limit(const char *given, uint64_t *left, struct sw_err *err);

#endif
