/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What went wrong, and where it was typed.
 */
#ifndef SWCTL_FAULT_H
#define SWCTL_FAULT_H

#include <stdbool.h>
#include <stdio.h>

#include <jansson.h>

#include "source.h"

/* fault.c: what went wrong, for people (or for programs, with --json). */
void fault_as_json(bool json);
/* Where faults are written; NULL: standard error. */
void fault_to(FILE *stream);
FILE *fault_stream(void);
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

/* A usage fault in a word of a line; `part` of it is marked (NULL: all of it). Returns EXIT_USAGE. */
int fault_show_word(const struct source *source, unsigned word, const char *part, const char *hint,
	const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* place.c: where commands were typed, so that faults in them can be marked there. */
struct place {
	const struct source *source; /* NULL: nothing is known */
	const json_t *at;	     /* which word of it each word of the command is */
};

/* From now on commands[i] of every fault were typed at places[i]; NULL: nowhere. */
void place_set(const struct place *places, size_t n);
struct place place_of(size_t command);
/* "FILE:LINE: " of the first command that is in force, or "". */
const char *place_prefix(char *buf, size_t size, size_t command);
/* The line, and a mark under `part` (of the span, when it is there; NULL: all of the span). A mark of no
 * length is for what is missing there; {0, 0} is no mark. */
void place_show(const struct source *source, struct source_span shown, struct source_span mark,
	const char *part);

/* What an error tells of where it is; NULL or "": nothing. */
struct fault_about {
	const char *given, *code;
	const char *path; /* "Port.tag" */
	const char *text; /* the sentence */
	const char *allowed;
};

/* Is a word at fault that is not there? */
bool fault_is_of_missing(const struct fault_about *about);

/* The same for a command: the mark is under what the error is about. */
void place_show_command(size_t command, const json_t *words, const struct fault_about *about);

/* spot.c: which part of a command that is. */
struct spot {
	int word;	/* -1: none of it is known */
	size_t at, len; /* in the word; of no length: all of it */
};
struct spot spot_find(const json_t *words, const struct fault_about *about);

#endif
