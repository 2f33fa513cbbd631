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

/* args.c: the command line. */
enum args_action { ARGS_RUN, ARGS_HELP, ARGS_VERSION };

struct args {
	enum args_action action;
	const char *socket; /* NULL: the default */
	unsigned timeout_s; /* 0: for ever */
	bool json, plain, dry_run;
	bool has_generation; /* refuse the change when the configuration has another one */
	uint64_t if_generation;
	const char *request_id; /* NULL: a new one for each question */
	json_t *commands;	/* array of arrays of words */
};

/* Fill args from the words after the program's name. 0, or an exit status with the fault shown. */
int args_parse(int argc, char **argv, struct args *args);

/* link.c: the connection. */
struct link {
	int fd;
	const char *path;
	char own_path[256];  /* where path points when nobody gave one */
	int64_t deadline_ms; /* monotonic; -1: none */
	unsigned timeout_s;
	struct sw_line in;
	json_int_t id;
	bool asked;	 /* a question is out */
	bool mute, lost; /* faults of the connection are not shown; it broke */
	/* Not NULL: the question has this id and may be asked again when the connection breaks. */
	const char *request_id;
};

/* Connect to the switch that the global options name and hear its greeting. 0, or an exit status with the
 * fault shown (not shown when quiet). link_close() is due either way. */
int link_open(struct link *link, const struct args *args, bool quiet);
void link_close(struct link *link);

/* Ask and wait for the answer's result; `params` is consumed. On failure NULL and *status is the exit
 * status; *error is the daemon's error object, or NULL when it was no answer and the fault is shown. */
json_t *link_ask(
	struct link *link, const char *method, json_t *params, json_t **error, int *status);

/* ask.c: commands as one transaction, asked again where the answer was lost; as link_ask, but an error
 * of the daemon is shown too. */
json_t *ask_transact(struct link *link, const struct args *args, json_t *commands, int *status);
int ask_set_generation(struct args *args, const char *text);

/* fault.c: what went wrong, for people (or for programs, with --json). */
void fault_as_json(bool json);
int fault_show(int status, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Keep faults in *fault instead of showing them, for who has a use of his own for them; NULL: show again. */
struct fault {
	int status; /* 0: none */
	char text[1024];
};
void fault_keep(struct fault *fault);

/* Show an error object of the daemon; returns the exit status. `commands` are those that were sent. */
int fault_show_error(const json_t *error, const json_t *commands);

/* The same for a fault that swctl found itself, in commands[at]. */
struct sw_err;
int fault_show_err(const struct sw_err *err, const json_t *commands, size_t at);

/* render.c, table.c: results. */
struct render {
	FILE *out;
	bool json, plain, colour;
};

struct table {
	size_t *width; /* of each column so far; grows with the pages */
	bool headed;
};

/* How the global options ask for results on `out`. */
struct render render_for(const struct args *args, FILE *out);

/* Show one result {"command", "output", "value"} as its kind asks for. */
void render_result(const struct render *r, const json_t *result, struct table *table);
void render_record(const struct render *r, const json_t *records);
void table_page(const struct render *r, const json_t *value, struct table *table);
void table_fini(struct table *table);

/* A value as a person reads it, appended to b: top level strings as they are, inside sets and maps quoted
 * where needed; control characters as \xNN. */
void render_value(struct sw_bytes *b, const json_t *value);
void render_text(struct sw_bytes *b, const char *text);

/* Columns a text takes on a terminal: code points. */
size_t render_width(const char *text, size_t len);

/* help.c: help about the command that `words` begin with; all commands when they are empty or NULL. */
int help_show(const struct args *args, const json_t *words, FILE *out);
void help_short(FILE *out);

/* Is colour wanted on this stream? */
bool render_wants_colour(FILE *stream);

#endif
