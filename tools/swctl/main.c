/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl: the command line of swd. Sends the commands as one transaction over the control socket and shows
 * what comes back. Words go to the switch as they were typed, but for the few commands that run here (local.h).
 */
#include "local.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/err.h>

/* The command that brings the page behind `next`. */
static json_t *next_command(const json_t *words, const char *next)
{
	json_t *again = json_array(), *word;
	size_t i;

	json_array_foreach (words, i, word)
		if (strncmp(json_string_value(word), "--from=", 7))
			json_array_append(again, word);
	json_array_append_new(again, json_sprintf("--from=%s", next));
	return json_pack("[o]", again);
}

/* Ask for the next page of a long table. NULL when there is none or it failed (*status). */
static json_t *next_page(struct link *link, const struct args *args, const json_t *words,
	const json_t *page, int *status)
{
	const json_t *value = json_object_get(page, "value");
	const char *next = json_string_value(json_object_get(value, "next"));
	json_t *commands, *result, *results;

	if (!next)
		return NULL;
	commands = next_command(words, next);
	result = ask_transact(link, args, commands, status);
	json_decref(commands);
	results = json_incref(json_array_get(json_object_get(result, "results"), 0));
	json_decref(result);
	return results;
}

/* Show one result and the pages behind it; with --json rows are gathered into the first. */
static int show_result(struct link *link, const struct args *args, const struct render *r,
	const json_t *words, json_t *first)
{
	json_t *page = json_incref(first), *following;
	json_t *rows = json_object_get(json_object_get(first, "value"), "rows");
	struct table table = { 0 };
	int status = EXIT_DONE;

	if (!r->json)
		render_result(r, page, &table);
	while ((following = next_page(link, args, words, page, &status))) {
		if (r->json)
			json_array_extend(
				rows, json_object_get(json_object_get(following, "value"), "rows"));
		else
			render_result(r, following, &table);
		json_decref(page);
		page = following;
	}
	json_decref(page);
	table_fini(&table);
	if (json_is_object(json_object_get(first, "value")))
		json_object_del(json_object_get(first, "value"), "next");
	return status;
}

/* With --json: the value of the one command, or an array of the values of several. */
static void print_json(const struct render *r, const json_t *results)
{
	size_t flags = JSON_ENCODE_ANY | (isatty(fileno(r->out)) ? JSON_INDENT(2) : JSON_COMPACT);
	json_t *values = json_array(), *result;
	size_t i;

	json_array_foreach (results, i, result) {
		json_t *value = json_object_get(result, "value");
		const char *kind = json_string_value(json_object_get(result, "output"));

		/* What people see of a tree is text; programs get what it was made of. */
		if (kind && !strcmp(kind, "tree"))
			value = json_object_get(value, "data");
		json_array_append_new(values, value ? json_incref(value) : json_null());
	}
	json_dumpf(
		json_array_size(values) == 1 ? json_array_get(values, 0) : values, r->out, flags);
	fputc('\n', r->out);
	json_decref(values);
}

/* What a dry run would have done; no plan means that nothing of the configuration would change. */
static void print_plan(const struct render *r, const json_t *plan)
{
	json_t *step;
	size_t i;

	if (r->json) {
		char *text = plan ? json_dumps(plan, JSON_COMPACT) : NULL;

		fprintf(r->out, "%s\n", text ? text : "[]");
		free(text);
		return;
	}
	if (json_array_size(plan))
		fputs("dry run, nothing was changed; this would be done:\n", r->out);
	else
		fputs("dry run: nothing would change\n", r->out);
	json_array_foreach (plan, i, step)
		fprintf(r->out, "  %s\n", json_string_value(step));
}

static int show_reply(struct link *link, const struct args *args, const json_t *reply)
{
	const struct render r = render_for(args, stdout);
	const json_t *results = json_object_get(reply, "results");
	int status = json_integer_value(json_object_get(reply, "exit_status"));
	json_t *result;
	size_t i;

	json_array_foreach (results, i, result) {
		int failed = show_result(link, args, &r, json_array_get(args->commands, i), result);

		if (failed)
			return failed;
	}
	if (args->dry_run)
		print_plan(&r, json_object_get(reply, "plan"));
	else if (args->json)
		print_json(&r, results);
	return status;
}

static int run(const struct args *args)
{
	struct link link;
	int status = link_open(&link, args, false);

	if (!status) {
		json_t *reply = ask_transact(&link, args, args->commands, &status);

		if (reply)
			status = show_reply(&link, args, reply);
		json_decref(reply);
	}
	link_close(&link);
	return status;
}

/* A closed pipe is the reader's choice; any other failure to write is ours to tell. */
static int finish_output(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	if (errno == EPIPE)
		return status;
	return fault_show(status ? status : EXIT_REFUSED, "the command itself was carried out",
		"the output cannot be written: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	struct sw_err err;
	struct args args;
	int status;

	signal(SIGPIPE, SIG_IGN);
	if (sw_reg_seal(&err))
		return fault_show(EXIT_REFUSED, NULL, "%s", err.text);
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--json"))
			fault_as_json(true);
	status = args_parse(argc - 1, argv + 1, &args);
	if (status) {
		json_decref(args.commands);
		return status;
	}
	if (args.action == ARGS_VERSION) {
		printf("swctl %s\n", SW_VERSION);
	} else if (args.action == ARGS_HELP) {
		status = help_show(&args, json_array_get(args.commands, 0), stdout);
	} else if (!json_array_size(args.commands)) {
		help_short(stderr);
		status = EXIT_USAGE;
	} else if (!local_run(&args, args.commands, &status)) {
		status = run(&args);
	}
	json_decref(args.commands);
	return finish_output(status);
}
