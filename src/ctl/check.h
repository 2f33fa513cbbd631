/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must hold of a configuration as a whole, across rows. Single values are checked when they are set
 * (schema_check). Unreferenced rows are removed, port numbers given, and every row that changed is looked
 * at with what it touches; so a change costs what it touches.
 *
 * It goes in slices, since a configuration may have a thousand ports. The draft is left alone between them.
 *
 * Thread: control.
 */
#ifndef CTL_CHECK_H
#define CTL_CHECK_H

struct check;
struct draft;
struct slice;
struct sw_err;

struct check *check_new(struct draft *draft);

/* 0 when all is well, SLICE_MORE, or an error that names the row, and in *command the command that last
 * changed it (-1: none). */
int check_go(struct check *c, const struct slice *slice, int *command, struct sw_err *err);
void check_free(struct check *c);

/* Give a number to each port of a bridge that has none or wants another one (numbers.c). */
int check_numbers(struct draft *draft, const char *bridge, int *command, struct sw_err *err);

/* A station is behind one port of a bridge (check_stations.c). */
int check_stations(struct draft *draft, const char *bridge, int *command, struct sw_err *err);

#endif
