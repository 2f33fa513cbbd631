/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The output of another program, within a time.
 */
#ifndef SWCTL_PROGRAM_H
#define SWCTL_PROGRAM_H

/* Standard output and error of argv (ended by NULL), both; free() it. NULL when it could not be run or was
 * not done within `seconds`: `why` says which. What is over 4 MiB is cut. */
char *program_run(const char *const *argv, unsigned seconds, char why[128]);

#endif
