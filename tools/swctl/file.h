/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Files whose text goes to the switch along with a command.
 */
#ifndef SWCTL_FILE_H
#define SWCTL_FILE_H

#include <stdbool.h>

#include <jansson.h>

#include <sw/line.h>

/* All of a file, "-" is standard input. 0, or an exit status with the fault shown, and what to name instead. */
int file_read(const char *name, const char *hint, struct sw_bytes *text);

/* load.c: is it one command of the switch that reads a file, or standard input? The lines of that, as a JSON string, which the
 * caller frees; an exit status with the fault shown. */
struct args;
bool load_is_wanted(const struct args *args);
json_t *load_lines(const struct args *args, int *status);

#endif
