/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must hold of a configuration as a whole, across rows. Single values are checked when they are set
 * (schema_check).
 *
 * Thread: control.
 */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

struct draft;
struct sw_err;

/* Remove unreferenced rows, give port numbers, and check every row that changed with what it touches.
 * An error names the row, and in *command the command that last changed it (-1: none). */
int check_draft(struct draft *draft, int *command, struct sw_err *err);

/* Give a number to each port of a bridge that has none or wants another one (numbers.c). */
int check_numbers(struct draft *draft, const char *bridge, int *command, struct sw_err *err);

#endif
