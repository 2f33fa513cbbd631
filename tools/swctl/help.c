/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Help: what does not depend on the daemon is here; the commands are the daemon's and swctl's own, from
 * their descriptors, so swctl never tells of one that is not there.
 */
#include "local.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <sw/err.h>
#include <sw/mem.h>
#include <sw/text.h>

static const char short_text[] =
	"usage: swctl [OPTION]... COMMAND [ARG]... [-- COMMAND [ARG]...]...\n"
	"       swctl help [COMMAND]\n"
	"\n"
	"Commands separated by -- are one transaction: all of them are applied, or none.\n";

static const char offline_text[] =
	"\n"
	"Commands (the switch tells all of them when it runs):\n"
	"  add-br BRIDGE              del-br BRIDGE              list-br      br-exists BRIDGE\n"
	"  add-port BRIDGE PORT       del-port [BRIDGE] PORT     list-ports BRIDGE\n"
	"  set TABLE RECORD COLUMN=VALUE...   get TABLE RECORD COLUMN...   list TABLE   show\n"
	"  fdb show [BRIDGE]          port stats [PORT]          port drops [PORT]\n"
	"  worker show                log set NAME LEVEL         version\n";

void help_short(FILE *out)
{
	fputs(short_text, out);
	fputs("\"swctl help\" tells more.\n", out);
}

static void print_statuses(FILE *out)
{
	fputs("\nExit status:\n", out);
	for (const struct sw_exit *e = sw_exits; e->help; e++)
		fprintf(out, "  %2d  %s\n", e->status, e->help);
}

static const char *member(const json_t *cmd, const char *name)
{
	const char *text = json_string_value(json_object_get(cmd, name));

	return text ? text : "";
}

/* "name usage" with its options in front, as ovs-vsctl's manual writes it. */
static void print_usage(const json_t *cmd, FILE *out)
{
	json_t *option;
	size_t i;

	json_array_foreach (json_object_get(cmd, "options"), i, option) {
		const char *value = json_string_value(json_object_get(option, "value"));

		fprintf(out, "[--%s%s%s] ", member(option, "name"), value ? "=" : "",
			value ? value : "");
	}
	fprintf(out, "%s%s%s", member(cmd, "name"), *member(cmd, "usage") ? " " : "",
		member(cmd, "usage"));
}

static void print_command(const json_t *cmd, FILE *out)
{
	json_t *option;
	size_t i;

	fputs("usage: swctl ", out);
	print_usage(cmd, out);
	fprintf(out, "\n\n%s\n", member(cmd, "help"));
	if (*member(cmd, "role"))
		fprintf(out, "It needs the role %s.\n", member(cmd, "role"));
	json_array_foreach (json_object_get(cmd, "options"), i, option) {
		const char *value = json_string_value(json_object_get(option, "value"));
		int n = fprintf(out, "  --%s%s%s", member(option, "name"), value ? "=" : "",
			value ? value : "");

		fprintf(out, "%*s%s%s%s\n", n < 23 ? 23 - n : 1, "", member(option, "help"),
			*member(option, "role") ? "; needs the role " : "", member(option, "role"));
	}
}

static void print_line(const json_t *cmd, FILE *out)
{
	int n = fprintf(out, "  %s%s%s", member(cmd, "name"), *member(cmd, "usage") ? " " : "",
		member(cmd, "usage"));

	if (n > 38)
		fprintf(out, "\n%*s", 40, "");
	else
		fprintf(out, "%*s", 40 - n, "");
	fprintf(out, "%s\n", member(cmd, "help"));
}

/* Does the command's name begin with these words? */
static bool begins_with(const char *name, const char *words)
{
	size_t len = strlen(words);

	return !strncmp(name, words, len) && (!name[len] || name[len] == ' ');
}

/* The words of a command that make its name: all up to the first that no longer fits (*odd). */
static const json_t *find(
	const json_t *commands, const json_t *words, char *name, size_t size, const char **odd)
{
	const json_t *found = NULL;
	json_t *word, *cmd;
	size_t i, j, len = 0;

	name[0] = '\0';
	*odd = NULL;
	json_array_foreach (words, i, word) {
		const char *text = json_string_value(word);
		bool fits = false;

		if (text[0] == '-')
			continue;
		snprintf(name + len, size - len, "%s%s", len ? " " : "", text);
		json_array_foreach (commands, j, cmd) {
			fits |= begins_with(member(cmd, "name"), name);
			if (!strcmp(member(cmd, "name"), name))
				found = cmd;
		}
		if (!fits) {
			name[len] = '\0';
			*odd = text;
			break;
		}
		len = strlen(name);
	}
	return found;
}

/* There is no command "name odd". */
static int unknown(const struct args *args, const json_t *commands, const json_t *words,
	const char *name, const char *odd)
{
	const char **names = sw_xcalloc(json_array_size(commands), sizeof(*names));
	json_t *typed = place_of(0).source ? args->commands : json_pack("[O]", words), *cmd;
	char *whole = sw_xasprintf("%s%s%s", name, *name ? " " : "", odd);
	struct sw_err err;
	size_t i;
	int at;

	sw_err_set(&err, SW_CODE_NOT_FOUND, "there is no command \"%s\"", whole);
	sw_err_given(&err, "%s", odd);
	sw_err_hint(&err, "\"swctl help\" lists the commands");
	json_array_foreach (commands, i, cmd)
		names[i] = member(cmd, "name");
	at = sw_nearest(whole, names, i);
	if (at >= 0)
		sw_err_nearest(&err, names[at]);
	at = fault_show_err(&err, typed, 0);
	if (typed != args->commands)
		json_decref(typed);
	free(whole);
	free(names);
	return at;
}

static int print_matching(
	const struct args *args, const json_t *commands, const json_t *words, FILE *out)
{
	const char *odd;
	char name[256];
	const json_t *found = find(commands, words, name, sizeof(name), &odd);
	json_t *cmd;
	size_t i;

	if (found && !strcmp(member(found, "name"), name)) {
		print_command(found, out);
		return EXIT_DONE;
	}
	if (odd)
		return unknown(args, commands, words, name, odd);
	json_array_foreach (commands, i, cmd)
		if (begins_with(member(cmd, "name"), name))
			print_line(cmd, out);
	return EXIT_DONE;
}

static void print_all(const json_t *commands, FILE *out)
{
	json_t *cmd;
	size_t i;

	fputs(short_text, out);
	fputs("\nCommands:\n", out);
	json_array_foreach (commands, i, cmd)
		print_line(cmd, out);
	fputs("\nOptions:\n", out);
	args_help(out);
	print_statuses(out);
}

static json_t *describe(const struct sw_local *local)
{
	json_t *options = json_array();

	for (const struct sw_cmd_option *o = local->options; o && o->name; o++)
		json_array_append_new(options, json_pack("{s:s, s:s?, s:s}", "name", o->name,
						       "value", o->value, "help", o->help));
	return json_pack("{s:s, s:s, s:s?, s:s, s:o}", "name", local->name, "help", local->help,
		"usage", local->usage, "kind", "local", "options", options);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(member(*(json_t *const *)a, "name"), member(*(json_t *const *)b, "name"));
}

/* The commands of the switch (NULL: it does not answer) and ours, in the order of their names. */
static json_t *all_commands(json_t *remote)
{
	size_t n = json_array_size(remote), i = n;
	json_t **all = sw_xcalloc(n + sw_reg_kind_local.count, sizeof(*all)), *array = json_array();
	const struct sw_local *local;

	for (size_t j = 0; j < n; j++)
		all[j] = json_incref(json_array_get(remote, j));
	SW_REG_FOREACH (local, const struct sw_local *, local)
		all[i++] = describe(local);
	qsort(all, i, sizeof(*all), by_name);
	for (size_t j = 0; j < i; j++)
		json_array_append_new(array, all[j]);
	free(all);
	return array;
}

static json_t *ask_commands(const struct args *args, bool quiet, int *status)
{
	json_t *commands = NULL, *error = NULL;
	struct link link;

	*status = link_open(&link, args, quiet);
	if (!*status)
		commands = link_ask(&link, "commands", json_object(), &error, status);
	if (error && !quiet)
		*status = fault_show_error(error, NULL);
	link_close(&link);
	json_decref(error);
	return commands;
}

json_t *help_ask_commands(const struct args *args, int *status)
{
	return ask_commands(args, false, status);
}

const json_t *help_find(const json_t *commands, const json_t *words)
{
	const char *odd;
	char name[256];

	return find(commands, words, name, sizeof(name), &odd);
}

static void print_offline(const json_t *commands, FILE *out)
{
	json_t *cmd;
	size_t i;

	fputs(short_text, out);
	fputs(offline_text, out);
	json_array_foreach (commands, i, cmd)
		print_line(cmd, out);
	fputs("\nOptions:\n", out);
	args_help(out);
	print_statuses(out);
}

/* Options and commands as data: all, or the commands that begin with these words. */
static int print_json(
	const struct args *args, const json_t *commands, const json_t *words, FILE *out)
{
	json_t *shown, *all, *cmd;
	const char *odd;
	char name[256];
	const json_t *found = find(commands, words, name, sizeof(name), &odd);
	size_t i;

	if (odd && !(found && !strcmp(member(found, "name"), name)))
		return unknown(args, commands, words, name, odd);
	shown = json_array();
	json_array_foreach (commands, i, cmd)
		if (!*name || begins_with(member(cmd, "name"), name))
			json_array_append(shown, cmd);
	all = json_pack("{s:o, s:o}", "options", args_describe(), "commands", shown);
	json_dumpf(all, out, JSON_INDENT(2));
	fputc('\n', out);
	json_decref(all);
	return EXIT_DONE;
}

int help_show(const struct args *args, const json_t *words, FILE *out)
{
	int status = EXIT_DONE;
	json_t *remote = ask_commands(args, true, &status);
	json_t *commands = all_commands(remote);

	if (json_array_size(words) && (remote || local_find(words))) {
		status = (args->json ? print_json : print_matching)(args, commands, words, out);
	} else if (json_array_size(words)) {
		status = fault_show(status,
			"start the switch, or name its socket with --socket PATH",
			"help about a command comes from the switch, and none answers");
	} else if (args->json) {
		status = print_json(args, commands, words, out);
	} else if (remote) {
		print_all(commands, out);
	} else {
		print_offline(commands, out);
		status = EXIT_DONE;
	}
	json_decref(commands);
	json_decref(remote);
	return status;
}

static int run_help(const struct local_call *call)
{
	json_t *words = json_array();
	int status;

	for (unsigned i = 0; i < call->n_args; i++)
		json_array_append_new(words, json_string(call->args[i]));
	status = help_show(call->global, words, call->out);
	json_decref(words);
	return status;
}

SW_REGISTER(local, help) = {
	.name = "help",
	.help = "all commands and options, or what one command takes",
	.usage = "[COMMAND]",
	.max_args = UINT_MAX,
	.watch = LOCAL_REPEATS,
	.run = run_help,
};
