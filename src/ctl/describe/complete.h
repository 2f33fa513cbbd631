/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What may stand at the end of a half-typed command: from the descriptors (a command's `usage` names what
 * goes where) and, where there is a configuration, from the names that are in it.
 *
 * Thread: control.
 */
#ifndef CTL_COMPLETE_H
#define CTL_COMPLETE_H

#include <stdbool.h>

#include <jansson.h>

struct draft;
struct sw_cmd;

#define COMPLETE_MAX 1000 /* candidates; who has more must type more */

/* A command line on its way to candidates. */
struct complete {
	const struct sw_cmd *cmd; /* NULL: its name is not complete */
	unsigned n_args;	  /* whole arguments before the last word */
	const char *const *args;
	const char *prefix;	   /* stands before each candidate: "--port=", or "" */
	const char *partial;	   /* the last word, "" when nothing of it is typed */
	const struct draft *draft; /* names in use; NULL: none are known */
	bool has_bridges;	   /* names of bridges are there, which are names of ports too */
	json_t *out;		   /* array of {"word", "help"} */
};

/* Candidates for the last of n >= 1 words, which are those of one command: an array, in the order of names
 * by kind. `live`: with names of the configuration in force. Owned by the caller. */
json_t *complete_words(const char *const *words, unsigned n, bool live);

/* Add a candidate when it begins as the last word does. */
void complete_add(struct complete *c, const char *help, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Add what a placeholder of a usage stands for: "BRIDGE", "COLUMN[:KEY]=VALUE", "off". */
void complete_placeholder(struct complete *c, const char *placeholder);

#endif
