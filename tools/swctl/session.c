/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Running commands: one of swctl's own here, the switch's as one transaction whose results are shown as
 * they come, page by page. The connection is made when it is needed first, and again after it was lost.
 */
#include "file.h"
#include "local.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sw/mem.h>

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

/* What asks for more of a result: a table has it in itself. NULL: that is all. */
static const char *next_of(const json_t *result)
{
	const json_t *value = json_object_get(result, "value");

	return json_string_value(json_object_get(json_is_object(value) ? value : result, "next"));
}

/* What grows with further pages. */
static json_t *rows_of(const json_t *result)
{
	json_t *value = json_object_get(result, "value");

	return json_is_array(value) ? value : json_object_get(value, "rows");
}

/* Ask for the next page of a long answer; what was read for the first has gone. NULL when there is none or it failed (*status). */
static json_t *next_page(struct link *link, const struct args *args, const json_t *words,
	const json_t *page, int *status)
{
	const char *next = next_of(page);
	json_t *commands, *result, *results;
	struct args more = *args;

	if (!next)
		return NULL;
	commands = next_command(words, next);
	more.input = NULL;
	result = ask_transact(link, &more, commands, status);
	json_decref(commands);
	results = json_incref(json_array_get(json_object_get(result, "results"), 0));
	json_decref(result);
	return results;
}

/* Show one result and the pages behind it. What is one JSON value or one HTML table has all rows in it. */
static int show_pages(struct link *link, const struct args *args, const struct render *r,
	const json_t *words, json_t *first)
{
	json_t *page = json_incref(first), *following;
	json_t *rows = rows_of(first);
	bool gather = r->json || r->format == FORMAT_JSON || r->format == FORMAT_HTML;
	struct table table = { 0 };
	int status = EXIT_DONE;

	if (!gather)
		render_result(r, page, &table);
	while ((following = next_page(link, args, words, page, &status))) {
		if (gather)
			json_array_extend(rows, rows_of(following));
		else
			render_result(r, following, &table);
		json_decref(page);
		page = following;
	}
	if (gather && !r->json && !status)
		render_result(r, first, &table);
	json_decref(page);
	table_fini(&table);
	if (json_is_object(json_object_get(first, "value")))
		json_object_del(json_object_get(first, "value"), "next");
	return status;
}

/* --oneline: what would be lines is one, with \n where they end. */
static int show_oneline(struct link *link, const struct args *args, const struct render *r,
	const json_t *words, json_t *first)
{
	struct render inner = *r;
	char *text = NULL;
	size_t size = 0;
	int status;

	inner.out = open_memstream(&text, &size);
	inner.colour = false;
	status = show_pages(link, args, &inner, words, first);
	fclose(inner.out);
	if (size && text[size - 1] == '\n')
		size--;
	for (size_t i = 0; i < size; i++)
		if (text[i] == '\n' || text[i] == '\\')
			fprintf(r->out, "\\%c", text[i] == '\n' ? 'n' : '\\');
		else
			fputc(text[i], r->out);
	fputc('\n', r->out);
	free(text);
	return status;
}

static int show_result(struct link *link, const struct args *args, const struct render *r,
	const json_t *words, json_t *first)
{
	bool oneline = r->oneline && !r->json;

	return (oneline ? show_oneline : show_pages)(link, args, r, words, first);
}

/* With --json: the value of the one command, or an array of the values of several. */
static void print_json(const struct render *r, const json_t *results)
{
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
	json_dumpf(json_array_size(values) == 1 ? json_array_get(values, 0) : values, r->out,
		render_json_flags(r));
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

static bool is_grid(const json_t *result)
{
	const char *kind = json_string_value(json_object_get(result, "output"));

	return kind && (!strcmp(kind, "table") || !strcmp(kind, "record"));
}

static int show_reply(struct link *link, const struct args *args, const json_t *reply, FILE *out)
{
	const struct render r = render_for(args, out);
	const json_t *results = json_object_get(reply, "results");
	int status = json_integer_value(json_object_get(reply, "exit_status"));
	unsigned n_grids = 0;
	json_t *result;
	size_t i;

	json_array_foreach (results, i, result) {
		int failed;

		/* Tables and lists of a chain are set apart. */
		if (!r.json && !r.plain && !r.oneline && is_grid(result) && n_grids++)
			fputc('\n', out);
		failed = show_result(link, args, &r, json_array_get(args->commands, i), result);

		if (failed)
			return failed;
	}
	if (args->dry_run)
		print_plan(&r, json_object_get(reply, "plan"));
	else if (args->json)
		print_json(&r, results);
	return status;
}

int session_connect(struct session *s, const struct args *args)
{
	int status;

	if (s->open && link_is_closed(&s->link))
		session_close(s);
	if (s->open)
		return 0;
	status = link_open(&s->link, args, false);
	s->open = true;
	if (status)
		session_close(s);
	return status;
}

static int ask_switch(struct session *s, const struct args *args, FILE *out)
{
	int status = session_connect(s, args);
	json_t *reply;

	if (status)
		return status;
	s->link.timeout_s = args->timeout_s;
	reply = ask_transact(&s->link, args, args->commands, &status);
	if (reply)
		status = show_reply(&s->link, args, reply, out);
	json_decref(reply);
	/* An answer that did not come in time would be taken for the next one's. */
	if (s->link.lost)
		session_close(s);
	return status;
}

/* What it reads goes along. */
static int ask_with_lines(struct session *s, const struct args *args, FILE *out)
{
	struct args with = *args;
	int status;

	with.input = load_lines(args, &status);
	with.input_in_parts = true;
	if (!status)
		status = ask_switch(s, &with, out);
	json_decref(with.input);
	return status;
}

int session_transact(
	struct session *s, const struct args *args, const struct place *places, FILE *out)
{
	int status;

	place_set(places, json_array_size(args->commands));
	if (!local_run(args, out, &status))
		status = (load_is_wanted(args) ? ask_with_lines : ask_switch)(s, args, out);
	place_set(NULL, 0);
	return status;
}

int session_run(struct session *s, const struct args *args, FILE *out)
{
	size_t n = json_array_size(args->commands);
	struct place *places;
	int status;

	if (args->action == ARGS_VERSION) {
		fprintf(out, "swctl %s\n", SW_VERSION);
		return EXIT_DONE;
	}
	if (args->action == ARGS_HELP)
		return help_show(args, json_array_get(args->commands, 0), out);
	places = sw_xcalloc(n, sizeof(*places));
	for (size_t i = 0; i < n; i++)
		places[i] = (struct place){ args->source, json_array_get(args->at, i) };
	status = session_transact(s, args, places, out);
	free(places);
	return status;
}

void session_close(struct session *s)
{
	if (s->open)
		link_close(&s->link);
	s->open = false;
}
