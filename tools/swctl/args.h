/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line: global options, then commands.
 */
#ifndef SWCTL_ARGS_H
#define SWCTL_ARGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

struct source;

enum args_action { ARGS_RUN, ARGS_HELP, ARGS_VERSION };

/* How records and tables are laid out; AUTO: records as a list, tables as a table. */
enum args_format { FORMAT_AUTO, FORMAT_TABLE, FORMAT_LIST, FORMAT_CSV, FORMAT_JSON, FORMAT_HTML };

/* How a value is written in them; AUTO: as JSON in --format=json, else as a string. */
enum args_data { DATA_AUTO, DATA_STRING, DATA_BARE, DATA_JSON };

struct args {
	enum args_action action;
	const char *socket; /* NULL: the default */
	unsigned timeout_s; /* 0: for ever */
	bool json, plain, dry_run;
	bool has_generation; /* refuse the change when the configuration has another one */
	uint64_t if_generation;
	const char *request_id; /* NULL: a new one for each question */
	enum args_format format;
	enum args_data data;
	unsigned own_options; /* how many global options the line had */
	bool no_headings, pretty, oneline;
	const char *file; /* commands from there; "-" is standard input; NULL: none */
	bool atomic, keep_going;
	unsigned watch_ms; /* 0: once */

	json_t *input;		     /* a text that goes along with the commands, or NULL */
	bool input_in_parts;	     /* it may, where it fits no message */
	json_t *commands;	     /* array of arrays of words */
	json_t *at;		     /* of the same shape: which word of `source` each of them is */
	const struct source *source; /* where they were typed; stays the caller's */
};

/* Read a line's words. `outer` gives the options that are in force already (NULL: the defaults), and makes
 * those that are settled when swctl starts a fault. 0, or an exit status with the fault shown; args_fini()
 * is due either way. */
int args_parse(const struct source *source, const struct args *outer, struct args *args);
void args_fini(struct args *args);

/* The global option nearest to a word, with its dashes, or NULL. */
const char *args_nearest(const char *word);

/* A line of help for each option. */
void args_help(FILE *out);

/* The options as data: array of name, letter, value and help, as a command's. */
json_t *args_describe(void);

#endif
