/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is registered, as data: the parts of the document that method `schema` and `swd --schema` give,
 * from which swctl's help, the manual pages and completion are made. Built anew each time: it costs about
 * a millisecond. Who calls owns the result.
 *
 * Thread: control.
 */
#ifndef CTL_DESCRIBE_H
#define CTL_DESCRIBE_H

#include <jansson.h>

struct column;
struct sw_cmd;

json_t *describe_tables(void);	    /* with columns, their keys, and OVS's that are not here */
json_t *describe_unsupported(void); /* features of OVS that are not here, with their names */
json_t *describe_interface_types(void);
json_t *describe_commands(void);
json_t *describe_methods(void);
json_t *describe_errors(void);
json_t *describe_drops(void);
json_t *describe_events(void);
json_t *describe_logs(void);
json_t *describe_boot(void); /* options, keys of the boot file, exit statuses of swd */
json_t *describe_exits(void);

/* All of it. */
json_t *describe_all(void);

/* What a column takes, in words: "optional integer, 0 to 4095". To be freed. */
char *describe_takes(const struct column *column);

#endif
