/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command lines of our small programs: a table of options, each with what reads its value; of it come the reading, the
 * help and the manual page. Names are exact: none is taken for another because it begins like it.
 *
 * Thread: one.
 */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>

#include <sw/exit.h>

struct sw_err;

struct cli_option {
	char letter; /* 0: none */
	const char *name;
	const char *
		value; /* NULL: takes none; in []: it may be left out, and else stands behind '=' or the letter */
	const char *help;
	/* Put the value into the program's options; 0 or a negative errno with err. NULL: "help" or "version". */
	int (*take)(
		void *into, const struct cli_option *option, const char *value, struct sw_err *err);
	size_t at;	 /* of a flag, text or number in the program's options */
	double min, max; /* of a number */
};

struct cli {
	const char *program;
	const char *usage; /* what the help begins with */
	const struct cli_option *options;
	unsigned n_options;
	const struct sw_exit *exits;
	/* A word that is no option and no option's value. */
	int (*word)(void *into, const char *word, struct sw_err *err);
};

enum cli_action { CLI_RUN, CLI_HELP, CLI_VERSION };

/* Read the words behind the program's name; the first that is refused ends it: 0 or a negative errno with err. The
 * texts of values point into argv. */
int cli_parse(const struct cli *cli, int argc, char **argv, void *into, enum cli_action *action,
	struct sw_err *err);

/* For `take`: a bool or a const char * at option->at. */
int cli_flag(void *into, const struct cli_option *option, const char *value, struct sw_err *err);
int cli_text(void *into, const struct cli_option *option, const char *value, struct sw_err *err);

/* On standard output: for people, and for the manual page. */
void cli_help(const struct cli *cli);
void cli_json(const struct cli *cli);

/* On standard error: the sentence, what is allowed, what is meant perhaps, what to do. */
void cli_show_error(const struct cli *cli, const struct sw_err *err);

#endif
