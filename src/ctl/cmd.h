/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From words to a command descriptor: the longest name that fits, options by exact name, the number of
 * arguments. Errors name the word and the nearest command or option.
 *
 * Thread: control.
 */
#ifndef CTL_CMD_H
#define CTL_CMD_H

#include <jansson.h>

#include <sw/cmd.h>
#include <sw/text.h>

#define CMD_WORDS_MAX 4096 /* words of one command */

/* A command line taken apart. The strings belong to the json the words came from. */
struct cmd_line {
	const struct sw_cmd *cmd;
	unsigned n_args;
	const char **args;
	const char **option; /* by index of cmd->options, ended by NULL */
};

/* Take an array of strings apart. Options ("--name", "--name=value") stand anywhere before a lone "--";
 * a word that starts with one '-' is an argument. 0, or SW_CODE_USAGE with err->given the word. */
int cmd_parse(struct cmd_line *line, const json_t *words, struct sw_err *err);
void cmd_line_free(struct cmd_line *line);

/* The words joined by spaces, quoted where a shell would need it. */
void cmd_words_add(struct sw_str *out, const json_t *words);

#endif
