/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * All that the switch knows of itself as one JSON document: tables, columns, keys, commands, methods,
 * error codes, drop reasons, events, options, exit statuses. The method `schema` answers with the same.
 *
 * room: ctl. Thread: control, before or after modules are up; needs no DPDK.
 */
#ifndef SW_SCHEMA_H
#define SW_SCHEMA_H

#include <stdio.h>

struct sw_err;

/* Seal what is registered and print the document. 0, or a negative errno with err. */
int sw_schema_print(FILE *out, struct sw_err *err);

/* Print what may follow half-typed words, ended by NULL: a candidate a line, a tab and its help. Names in
 * use are not known here; the method `complete` adds them. */
int sw_complete_print(FILE *out, char **words, struct sw_err *err);

#endif
