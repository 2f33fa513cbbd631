/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl: what its files share. One thread, one connection, one question at a time.
 */
#ifndef SWCTL_H
#define SWCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include <sw/exit.h>
#include <sw/line.h>

#include "args.h"
#include "fault.h"
#include "link.h"
#include "source.h"

/* script.c: the commands of args->file. Returns the exit status. */
int script_run(const struct args *args);

/* shell.c: lines from the terminal. Returns the exit status. */
int shell_run(const struct args *global);

/* watch.c: show what the commands show until Ctrl-C. Returns the exit status. */
int watch_run(const struct args *args);

/* render.c, format.c, table.c: results. */
struct render {
	FILE *out;
	bool json, plain, colour, no_headings, pretty, oneline;
	enum args_format format;
	enum args_data data;
};

struct table {
	size_t *width; /* of each column so far; grows with the pages */
	bool headed;
};

/* How the global options ask for results on `out`. */
struct render render_for(const struct args *args, FILE *out);

/* Show one result {"command", "output", "value"} as its kind asks for. */
void render_result(const struct render *r, const json_t *result, struct table *table);

/* Records or a table by format and data; format.c. */
void format_result(const struct render *r, const json_t *value, bool records, struct table *table);
/* Flags for jansson: on one line for programs, on several for people. */
size_t render_json_flags(const struct render *r);

void table_page(const struct render *r, const json_t *value, struct table *table);
void table_fini(struct table *table);

/* A value as a person reads it, appended to b: top level strings as they are, inside sets and maps quoted
 * where needed; control characters as \xNN. */
void render_value(struct sw_bytes *b, const json_t *value);
void render_text(struct sw_bytes *b, const char *text);

/* Columns a text takes on a terminal: two for a wide character, none for a mark on the one before. */
size_t render_width(const char *text, size_t len);

/* help.c: help about the command that `words` begin with; all commands when they are empty or NULL. */
int help_show(const struct args *args, const json_t *words, FILE *out);
void help_short(FILE *out);
/* The descriptors of the switch's commands, and the one that words name; NULL when it does not answer (fault
 * shown), or there is none. */
json_t *help_ask_commands(const struct args *args, int *status);
const json_t *help_find(const json_t *commands, const json_t *words);

/* Is colour wanted on this stream? */
bool render_wants_colour(FILE *stream);

#endif
