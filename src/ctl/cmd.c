/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From an array of words to a command; how words are read is base's (sw/words.h).
 */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>
#include <sw/words.h>

#include "table/unsupported.h"

SW_REG_KIND_DEFINE(cmd);

/* The words as strings; NULL with err set when one is none. */
static const char **as_strings(const json_t *words, struct sw_err *err)
{
	const char **strings = sw_xcalloc(json_array_size(words) + 1, sizeof(*strings));
	size_t i;
	json_t *word;

	json_array_foreach ((json_t *)words, i, word) {
		const char *s = json_string_value(word);

		if (s && strlen(s) == json_string_length(word)) {
			strings[i] = s;
			continue;
		}
		sw_err_set(err, SW_CODE_USAGE, "word %zu of the command is not a %s", i,
			s ? "text without NUL" : "string");
		free(strings);
		return NULL;
	}
	return strings;
}

static int unknown(const struct sw_words *w, struct sw_err *err)
{
	int rc = unsupported_refuse(
		err, unsupported_command(w->plain[0]), "command %s", w->plain[0]);

	if (!rc)
		return sw_words_unknown(w, &sw_reg_kind_cmd, err);
	sw_err_given(err, "%s", w->plain[0]);
	return rc;
}

static int take_words(struct cmd_line *line, const struct sw_words *w, struct sw_err *err)
{
	struct sw_syntax syntax;
	unsigned used = 0;
	int rc;

	if (!w->n_plain) {
		rc = sw_err_set(err, SW_CODE_USAGE, "a command is missing");
		sw_err_hint(err, "swctl help lists all commands");
		return rc;
	}
	line->cmd = sw_cmd_of(sw_words_find(w, &sw_reg_kind_cmd, &used));
	if (!line->cmd)
		return unknown(w, err);
	syntax = (struct sw_syntax){ line->cmd->name, line->cmd->usage, line->cmd->options,
		line->cmd->min_args, line->cmd->max_args };
	line->option = sw_xcalloc(sw_syntax_options(&syntax) + 1, sizeof(*line->option));
	rc = sw_words_take(w, used, &syntax, line->option, err);
	if (rc)
		return rc;
	line->n_args = w->n_plain - used;
	line->args = sw_xcalloc(line->n_args + 1, sizeof(*line->args));
	memcpy(line->args, w->plain + used, line->n_args * sizeof(*line->args));
	return 0;
}

int cmd_parse(struct cmd_line *line, const json_t *words, struct sw_err *err)
{
	size_t n = json_array_size(words);
	const char **strings;
	struct sw_words w;
	int rc;

	memset(line, 0, sizeof(*line));
	if (!json_is_array(words))
		return sw_err_set(err, SW_CODE_USAGE, "a command must be an array of words");
	if (n > CMD_WORDS_MAX) {
		rc = sw_err_set(err, SW_CODE_LIMIT, "a command of %zu words is too long", n);
		sw_err_allowed(err, "%d words", CMD_WORDS_MAX);
		return rc;
	}
	strings = as_strings(words, err);
	if (!strings)
		return -EINVAL;
	sw_words_init(&w, strings, n);
	rc = take_words(line, &w, err);
	sw_words_fini(&w);
	free(strings);
	if (rc)
		cmd_line_free(line);
	return rc;
}

void cmd_line_free(struct cmd_line *line)
{
	free(line->args);
	free(line->option);
	memset(line, 0, sizeof(*line));
}

void cmd_words_add(struct sw_str *out, const json_t *words)
{
	size_t i;
	json_t *word;

	json_array_foreach ((json_t *)words, i, word) {
		const char *s = json_string_value(word);

		sw_str_add(out, "%s", i ? " " : "");
		if (s && *s && !strpbrk(s, " \t\n\"'\\$&|;<>(){}[]*?!`#~")) {
			sw_str_add(out, "%s", s);
			continue;
		}
		sw_str_add(out, "'");
		for (; s && *s; s++)
			sw_str_add(out, *s == '\'' ? "'\\''" : "%c", *s);
		sw_str_add(out, "'");
	}
}
