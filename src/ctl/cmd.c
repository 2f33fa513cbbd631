/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Finding the command in a list of words. A name has one to three words, so the longest that fits is
 * found by three look-ups. Options are exact: an abbreviation that fits today may fit twice tomorrow.
 */
#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

#define NAME_WORDS 3

SW_REG_KIND_DEFINE(cmd);

/* A command line while it is taken apart: words that are no options, and the options apart from them. */
struct parts {
	unsigned n_plain, n_options;
	const char **plain, **options;
};

static int split(struct parts *p, const json_t *words, struct sw_err *err)
{
	bool only_plain = false;
	size_t i;
	json_t *word;

	json_array_foreach ((json_t *)words, i, word) {
		const char *s = json_string_value(word);

		if (!s || strlen(s) != json_string_length(word))
			return sw_err_set(err, SW_CODE_USAGE, "word %zu of the command is not a %s",
				i, s ? "text without NUL" : "string");
		if (!only_plain && !strcmp(s, "--"))
			only_plain = true;
		else if (!only_plain && !strncmp(s, "--", 2))
			p->options[p->n_options++] = s;
		else
			p->plain[p->n_plain++] = s;
	}
	return 0;
}

/* The longest name at the start of the words; *used is how many words it has. */
static const struct sw_cmd *find_cmd(const struct parts *p, unsigned *used)
{
	const struct sw_cmd *found = NULL;
	char name[128];
	size_t len = 0;

	for (unsigned i = 0; i < NAME_WORDS && i < p->n_plain; i++) {
		const struct sw_cmd *cmd;

		if (len + strlen(p->plain[i]) + 2 > sizeof(name))
			break;
		len += snprintf(name + len, sizeof(name) - len, "%s%s", i ? " " : "", p->plain[i]);
		cmd = sw_reg_find(&sw_reg_kind_cmd, name);
		if (cmd) {
			found = cmd;
			*used = i + 1;
		}
	}
	return found;
}

/* List the commands that begin with a word and a space; false when there is none. */
static bool list_below(const char *word, struct sw_err *err)
{
	char list[sizeof(err->allowed)] = "";
	const struct sw_cmd *cmd;
	size_t len = 0, n = strlen(word);

	SW_REG_FOREACH (cmd, const struct sw_cmd *, cmd)
		if (!strncmp(cmd->name, word, n) && cmd->name[n] == ' ' &&
			len + strlen(cmd->name) + 3 < sizeof(list))
			len += snprintf(
				list + len, sizeof(list) - len, "%s%s", len ? ", " : "", cmd->name);
	sw_err_allowed(err, "%s", list);
	return len > 0;
}

static int unknown_cmd(const struct parts *p, struct sw_err *err)
{
	char two[80];
	const char *nearest = NULL;
	int rc = sw_err_set(err, SW_CODE_USAGE, "unknown command \"%s\"", p->plain[0]);

	sw_err_given(err, "%s", p->plain[0]);
	if (p->n_plain > 1) {
		snprintf(two, sizeof(two), "%s %s", p->plain[0], p->plain[1]);
		nearest = sw_reg_nearest(&sw_reg_kind_cmd, two);
	}
	if (err && list_below(p->plain[0], err)) {
		rc = sw_err_set(err, SW_CODE_USAGE, "\"%s\" %s", p->plain[0],
			p->n_plain > 1 ? "has no such command" : "is not a whole command");
		sw_err_given(err, "%s", p->n_plain > 1 ? p->plain[1] : p->plain[0]);
		list_below(p->plain[0], err);
	}
	sw_err_nearest(err, nearest ? nearest : sw_reg_nearest(&sw_reg_kind_cmd, p->plain[0]));
	sw_err_hint(err, "swctl help lists all commands");
	return rc;
}

static unsigned count_options(const struct sw_cmd *cmd)
{
	unsigned n = 0;

	while (cmd->options && cmd->options[n].name)
		n++;
	return n;
}

static int unknown_option(const struct sw_cmd *cmd, const char *word, struct sw_err *err)
{
	unsigned n = count_options(cmd);
	const char **names = sw_xcalloc(n + 1, sizeof(*names));
	int rc = sw_err_set(err, SW_CODE_USAGE, "%s has no option \"%s\"", cmd->name, word);
	int at;

	for (unsigned i = 0; i < n; i++)
		names[i] = cmd->options[i].name;
	at = sw_nearest(word + 2, names, n);
	sw_err_given(err, "%s", word);
	if (!n)
		sw_err_allowed(err, "no options");
	else if (err)
		for (unsigned i = 0, len = 0; i < n && len < sizeof(err->allowed) - 40; i++)
			len += snprintf(err->allowed + len, sizeof(err->allowed) - len, "%s--%s",
				i ? ", " : "", names[i]);
	if (at >= 0 && err)
		snprintf(err->nearest, sizeof(err->nearest), "--%s", names[at]);
	free(names);
	return rc;
}

static int take_option(struct cmd_line *line, const char *word, struct sw_err *err)
{
	size_t len = strcspn(word + 2, "=");
	const char *value = word[2 + len] ? word + 2 + len + 1 : NULL;
	int rc;

	for (unsigned i = 0; i < count_options(line->cmd); i++) {
		const struct sw_cmd_option *o = &line->cmd->options[i];

		if (strncmp(o->name, word + 2, len) || o->name[len])
			continue;
		if (!o->value == !value) {
			line->option[i] = value ? value : "";
			return 0;
		}
		rc = sw_err_set(err, SW_CODE_USAGE,
			value ? "option --%s of %s takes no value"
			      : "option --%s of %s needs a value",
			o->name, line->cmd->name);
		sw_err_given(err, "%s", word);
		sw_err_allowed(
			err, "--%s%s%s", o->name, o->value ? "=" : "", o->value ? o->value : "");
		return rc;
	}
	return unknown_option(line->cmd, word, err);
}

static int check_count(const struct cmd_line *line, struct sw_err *err)
{
	const struct sw_cmd *cmd = line->cmd;
	int rc;

	if (line->n_args >= cmd->min_args && line->n_args <= cmd->max_args)
		return 0;
	if (line->n_args < cmd->min_args)
		rc = sw_err_set(err, SW_CODE_USAGE, "%s needs %s%u argument%s, and got %u",
			cmd->name, cmd->min_args == cmd->max_args ? "" : "at least ", cmd->min_args,
			cmd->min_args == 1 ? "" : "s", line->n_args);
	else
		rc = sw_err_set(err, SW_CODE_USAGE, "%s takes %s%u argument%s, and got %u",
			cmd->name, cmd->min_args == cmd->max_args ? "" : "at most ", cmd->max_args,
			cmd->max_args == 1 ? "" : "s", line->n_args);
	if (line->n_args > cmd->max_args)
		sw_err_given(err, "%s", line->args[cmd->max_args]);
	sw_err_allowed(err, "%s%s%s", cmd->name, cmd->usage && *cmd->usage ? " " : "",
		cmd->usage ? cmd->usage : "");
	return rc;
}

static int take_parts(struct cmd_line *line, struct parts *p, struct sw_err *err)
{
	unsigned used = 0;
	int rc;

	if (!p->n_plain) {
		rc = sw_err_set(err, SW_CODE_USAGE, "a command is missing");
		sw_err_hint(err, "swctl help lists all commands");
		return rc;
	}
	line->cmd = find_cmd(p, &used);
	if (!line->cmd)
		return unknown_cmd(p, err);
	line->option = sw_xcalloc(count_options(line->cmd) + 1, sizeof(*line->option));
	for (unsigned i = 0; i < p->n_options; i++) {
		rc = take_option(line, p->options[i], err);
		if (rc)
			return rc;
	}
	line->n_args = p->n_plain - used;
	line->args = sw_xcalloc(line->n_args + 1, sizeof(*line->args));
	memcpy(line->args, p->plain + used, line->n_args * sizeof(*line->args));
	return check_count(line, err);
}

int cmd_parse(struct cmd_line *line, const json_t *words, struct sw_err *err)
{
	size_t n = json_array_size(words);
	struct parts p = { 0 };
	int rc;

	memset(line, 0, sizeof(*line));
	if (!json_is_array(words))
		return sw_err_set(err, SW_CODE_USAGE, "a command must be an array of words");
	if (n > CMD_WORDS_MAX) {
		rc = sw_err_set(err, SW_CODE_LIMIT, "a command of %zu words is too long", n);
		sw_err_allowed(err, "%d words", CMD_WORDS_MAX);
		return rc;
	}
	p.plain = sw_xcalloc(n + 1, sizeof(*p.plain));
	p.options = sw_xcalloc(n + 1, sizeof(*p.options));
	rc = split(&p, words, err);
	if (!rc)
		rc = take_parts(line, &p, err);
	free(p.plain);
	free(p.options);
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

char *cmd_words_text(char *buf, size_t size, const json_t *words)
{
	struct sw_str str = { 0 };
	size_t i;
	json_t *word;

	json_array_foreach ((json_t *)words, i, word) {
		const char *s = json_string_value(word);
		bool plain = s && *s && !strpbrk(s, " \t\n\"'\\$&|;<>(){}[]*?!`#~");

		sw_str_add(&str, plain ? "%s%s" : "%s'%s'", i ? " " : "", s ? s : "?");
	}
	snprintf(buf, size, "%s", str.s ? str.s : "");
	free(str.s);
	return buf;
}
