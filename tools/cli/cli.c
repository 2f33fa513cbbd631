/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * See cli.h.
 */
#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include <sw/err.h>
#include <sw/text.h>

#define OPTIONS_MAX 64
#define HELP_COLUMN 38

int cli_flag(void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	*(bool *)((char *)into + option->at) = true;
	return 0;
}

int cli_text(void *into, const struct cli_option *option, const char *value, struct sw_err *err)
{
	*(const char **)((char *)into + option->at) = value;
	return 0;
}

/* --- what is told ---------------------------------------------------------------------------------------- */

/* "-q, --queue=QUEUE"; its length. */
static int print_head(const struct cli *cli, const struct cli_option *o)
{
	bool letters = false;
	int n;

	for (unsigned i = 0; i < cli->n_options; i++)
		letters |= cli->options[i].letter != 0;
	n = o->letter ? printf("  -%c, ", o->letter) : printf(letters ? "      " : "  ");
	n += printf("--%s", o->name);
	if (o->value && *o->value == '[')
		n += printf("[=%s", o->value + 1);
	else if (o->value)
		n += printf("=%s", o->value);
	return n;
}

void cli_help(const struct cli *cli)
{
	puts(cli->usage);
	for (unsigned i = 0; i < cli->n_options; i++) {
		int n = print_head(cli, &cli->options[i]);

		printf("%*s%s\n", n < HELP_COLUMN ? HELP_COLUMN - n : 1, "", cli->options[i].help);
	}
	puts("\nExit status:");
	for (const struct sw_exit *e = cli->exits; e->help; e++)
		printf("  %d  %s\n", e->status, e->help);
}

void cli_json(const struct cli *cli)
{
	json_t *all = json_array(), *ends = json_array(), *o;

	for (unsigned i = 0; i < cli->n_options; i++) {
		const struct cli_option *option = &cli->options[i];
		char letter[2] = { option->letter };

		json_array_append_new(all, json_pack("{s:s, s:s?, s:s?, s:s}", "name", option->name,
						   "letter", *letter ? letter : NULL, "value",
						   option->value, "help", option->help));
	}
	for (const struct sw_exit *e = cli->exits; e->help; e++)
		json_array_append_new(
			ends, json_pack("{s:i, s:s}", "status", e->status, "help", e->help));
	o = json_pack("{s:o, s:o}", "options", all, "exit_statuses", ends);
	json_dumpf(o, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(o);
}

void cli_show_error(const struct cli *cli, const struct sw_err *err)
{
	fprintf(stderr, "%s: %s\n", cli->program, err->text);
	if (*err->allowed)
		fprintf(stderr, "%s: allowed: %s\n", cli->program, err->allowed);
	if (*err->nearest)
		fprintf(stderr, "%s: did you mean \"%s\"?\n", cli->program, err->nearest);
	if (*err->hint)
		fprintf(stderr, "%s: %s\n", cli->program, err->hint);
}

/* --- reading --------------------------------------------------------------------------------------------- */

struct reader {
	const struct cli *cli;
	char **argv;
	int at; /* the word being read */
	void *into;
	enum cli_action *action;
	struct sw_err *err;
};

static int unknown(const struct reader *r, const char *word, size_t len)
{
	const char *names[OPTIONS_MAX];
	char name[64];
	int rc, near;

	assert(r->cli->n_options <= OPTIONS_MAX);
	for (unsigned i = 0; i < r->cli->n_options; i++)
		names[i] = r->cli->options[i].name;
	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	rc = sw_err_set(r->err, SW_CODE_USAGE, "there is no option --%s", name);
	near = sw_nearest(name, names, r->cli->n_options);
	if (near >= 0)
		sw_err_nearest(r->err, names[near]);
	sw_err_hint(r->err, "%s --help lists them", r->cli->program);
	return rc;
}

static const struct cli_option *find(const struct cli *cli, const char *word, size_t len)
{
	for (unsigned i = 0; i < cli->n_options; i++)
		if (strlen(cli->options[i].name) == len && !memcmp(cli->options[i].name, word, len))
			return &cli->options[i];
	return NULL;
}

static const struct cli_option *find_letter(const struct cli *cli, char letter)
{
	for (unsigned i = 0; i < cli->n_options; i++)
		if (cli->options[i].letter == letter)
			return &cli->options[i];
	return NULL;
}

static bool is_action(const struct reader *r, const struct cli_option *option)
{
	if (option->take)
		return false;
	*r->action = !strcmp(option->name, "help") ? CLI_HELP : CLI_VERSION;
	return true;
}

/* value: what stands with the option, NULL: nothing; then it may be the next word. */
static int take(struct reader *r, const struct cli_option *option, const char *value)
{
	bool needed = option->value && *option->value != '[';

	if (!option->value && value)
		return sw_err_set(r->err, SW_CODE_USAGE, "--%s takes no value", option->name);
	if (needed && !value && r->argv[r->at + 1])
		value = r->argv[++r->at];
	if (needed && (!value || !*value))
		return sw_err_set(r->err, SW_CODE_USAGE, "--%s needs a value: %s", option->name,
			option->value);
	return option->take(r->into, option, value, r->err);
}

static int read_long(struct reader *r)
{
	const char *word = r->argv[r->at] + 2;
	size_t len = strcspn(word, "=");
	const struct cli_option *option = find(r->cli, word, len);

	if (!option)
		return unknown(r, word, len);
	if (!word[len] && is_action(r, option))
		return 0;
	return take(r, option, word[len] ? word + len + 1 : NULL);
}

/* "-nN", "-q1", "-q 1": letters up to one with a value, which is the rest of the word, or the next one. */
static int read_letters(struct reader *r)
{
	int rc = 0;

	for (const char *p = r->argv[r->at] + 1; *p && !rc; p++) {
		const struct cli_option *option = find_letter(r->cli, *p);

		if (!option) {
			rc = sw_err_set(r->err, SW_CODE_USAGE, "there is no option -%c", *p);
			sw_err_hint(r->err, "%s --help lists them", r->cli->program);
			return rc;
		}
		if (is_action(r, option))
			return 0;
		if (option->value)
			return take(r, option, p[1] ? p + 1 : NULL);
		rc = take(r, option, NULL);
	}
	return rc;
}

int cli_parse(const struct cli *cli, int argc, char **argv, void *into, enum cli_action *action,
	struct sw_err *err)
{
	struct reader r = { cli, argv, 1, into, action, err };
	int rc = 0;

	*action = CLI_RUN;
	for (; r.at < argc && !rc && *action == CLI_RUN; r.at++) {
		const char *word = argv[r.at];

		if (!strncmp(word, "--", 2))
			rc = read_long(&r);
		else if (*word == '-' && word[1])
			rc = read_letters(&r);
		else
			rc = cli->word(into, word, err);
	}
	return rc;
}
