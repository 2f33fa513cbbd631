/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line, in the grammar of ovs-vsctl: global options, then COMMAND ARG... [-- COMMAND ARG...]...
 * An option before the name of a command that is not one of ours belongs to the command. Ours are
 * also taken behind the name of a command, where people type them.
 */
#include "swctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_S     10
#define TIMEOUT_MAX_S 86400

struct scan {
	int argc, at;
	char **argv;
	struct args *args;
	json_t *words; /* of the command in hand */
};

static int usage(const char *fmt, const char *word)
{
	return fault_show(EXIT_USAGE, "\"swctl --help\" lists the options", fmt, word);
}

static int set_timeout(struct args *args, const char *text)
{
	char *end;
	unsigned long n;

	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || !*text || *end || text[0] == '-' || n > TIMEOUT_MAX_S)
		return fault_show(EXIT_USAGE, "0 means for ever",
			"the timeout \"%s\" is not a number of seconds from 0 to %d", text,
			TIMEOUT_MAX_S);
	args->timeout_s = n;
	return 0;
}

/* Value of an option that needs one: behind its '=', or the next word. */
static int option_value(struct scan *s, const char *attached, const char **value)
{
	const char *name = s->argv[s->at];

	if (attached) {
		*value = attached;
		return 0;
	}
	if (s->at + 1 >= s->argc)
		return usage("option %s needs a value", name);
	*value = s->argv[++s->at];
	return 0;
}

/* Is `word` the long option `name`? *value is what follows its '=', or NULL. */
static bool is_option(const char *word, const char *name, const char **value)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len))
		return false;
	*value = word[len] == '=' ? word + len + 1 : NULL;
	return !word[len] || word[len] == '=';
}

/* Take a global long option at s->at. *taken tells whether it was one. */
static int take_long(struct scan *s, bool *taken)
{
	const char *word = s->argv[s->at], *value;
	struct args *args = s->args;
	bool *flag = NULL;
	int rc;

	*taken = true;
	if (is_option(word, "--socket", &value))
		return option_value(s, value, &args->socket);
	if (is_option(word, "--timeout", &value)) {
		rc = option_value(s, value, &value);
		return rc ? rc : set_timeout(args, value);
	}
	if (is_option(word, "--request-id", &value))
		return option_value(s, value, &args->request_id);
	if (is_option(word, "--if-generation", &value)) {
		rc = option_value(s, value, &value);
		return rc ? rc : ask_set_generation(args, value);
	}
	if (!strcmp(word, "--no-wait"))
		return fault_show(EXIT_USAGE, "leave the option out",
			"--no-wait cannot be had: the answer comes when the change is in force");
	if (!strcmp(word, "--json"))
		flag = &args->json;
	else if (!strcmp(word, "--plain"))
		flag = &args->plain;
	else if (!strcmp(word, "--dry-run"))
		flag = &args->dry_run;
	if (flag)
		*flag = true;
	else if (!strcmp(word, "--help"))
		args->action = ARGS_HELP;
	else if (!strcmp(word, "--version"))
		args->action = ARGS_VERSION;
	else
		*taken = false;
	return 0;
}

/* A word of one dash before the name of the first command. */
static int take_short(struct scan *s)
{
	const char *word = s->argv[s->at], *value;
	int rc;

	switch (word[1]) {
	case 'h':
	case 'V':
		if (word[2])
			break;
		s->args->action = word[1] == 'h' ? ARGS_HELP : ARGS_VERSION;
		return 0;
	case 't':
		rc = option_value(s, word[2] ? word + 2 : NULL, &value);
		return rc ? rc : set_timeout(s->args, value);
	}
	return usage("there is no option %s", word);
}

static void end_command(struct scan *s)
{
	if (json_array_size(s->words))
		json_array_append(s->args->commands, s->words);
	json_decref(s->words);
	s->words = json_array();
}

static int take_word(struct scan *s, bool *named)
{
	const char *word = s->argv[s->at];
	bool taken = false;
	int rc = 0;
	json_t *text;

	if (!strcmp(word, "--")) {
		end_command(s);
		*named = json_array_size(s->args->commands) > 0;
		return 0;
	}
	if (!strncmp(word, "--", 2))
		rc = take_long(s, &taken);
	else if (word[0] == '-' && word[1] && !*named)
		return take_short(s);
	if (rc || taken)
		return rc;
	text = json_string(word);
	if (!text)
		return fault_show(EXIT_USAGE, NULL, "a word of the command line is not UTF-8");
	json_array_append_new(s->words, text);
	*named |= word[0] != '-';
	return 0;
}

int args_parse(int argc, char **argv, struct args *args)
{
	struct scan s = { .argc = argc, .argv = argv, .args = args, .words = json_array() };
	bool named = false; /* past the name of the first command */
	int rc = 0;

	memset(args, 0, sizeof(*args));
	args->timeout_s = TIMEOUT_S;
	args->commands = json_array();
	for (; !rc && s.at < argc; s.at++)
		rc = take_word(&s, &named);
	end_command(&s);
	json_decref(s.words);
	if (!rc && args->json && args->plain)
		rc = usage("%s cannot be both", "--json and --plain");
	return rc;
}
