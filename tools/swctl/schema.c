/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * swctl schema: what the switch knows of tables, commands and the rest, for people as tables, part by
 * part; with --json the document as it is.
 */
#include "local.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A part of the document that is a list of named things, and which of their members are shown. */
struct part {
	const char *name, *title;
	const char *members[6];
};

static const struct part parts[] = {
	{ "interface_types", "Interface types", { "name", "mtu_min", "mtu_max", "help" } },
	{ "commands", "Commands", { "name", "usage", "role", "help" } },
	{ "methods", "Methods of the control socket", { "name", "role", "help" } },
	{ "errors", "Error codes", { "name", "number", "exit_status", "help" } },
	{ "exit_statuses", "Exit statuses of swctl", { "status", "help" } },
	{ "drop_reasons", "Reasons of lost packets", { "name", "adds_to", "help" } },
	{ "events", "Events", { "name", "help" } },
	{ "logs", "Log names", { "name", "help" } },
	{ "not_supported", "Features of OVS that are not here yet", { "name", "help", "hint" } },
};
#define N_PARTS (sizeof(parts) / sizeof(parts[0]))

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text ? text : "";
}

/* A table of those members of each object of a list. */
static void show_list(
	const struct render *r, const char *title, const json_t *list, const char *const *members)
{
	json_t *columns = json_array(), *rows = json_array(), *item, *value;
	struct table table = { 0 };
	size_t i;

	for (const char *const *m = members; *m; m++)
		json_array_append_new(columns, json_string(*m));
	json_array_foreach (list, i, item) {
		json_t *row = json_array();

		for (const char *const *m = members; *m; m++) {
			json_t *cell = json_object_get(item, *m);

			json_array_append(row, cell ? cell : json_null());
		}
		json_array_append_new(rows, row);
	}
	if (title && !r->plain)
		fprintf(r->out, "%s\n", title);
	value = json_pack("{s:o, s:o}", "columns", columns, "rows", rows);
	if (json_array_size(rows))
		table_page(r, value, &table);
	table_fini(&table);
	json_decref(value);
}

static void add_row(json_t *rows, const char *where, const json_t *item)
{
	const char *feature = text_of(item, "feature"), *initial = text_of(item, "default");
	const char *takes = text_of(item, "takes");
	json_t *help = *feature ? json_sprintf("not supported yet: part of %s", feature)
				: json_string(text_of(item, "help"));

	if (json_is_true(json_object_get(item, "read_only")))
		json_array_append_new(
			rows, json_pack("{s:s, s:s, s:s, s:o}", "name", where, "takes", takes,
				      "default", "read only", "help", help));
	else
		json_array_append_new(rows, json_pack("{s:s, s:s?, s:s?, s:o}", "name", where,
						    "takes", *takes ? takes : NULL, "default",
						    *initial ? initial : NULL, "help", help));
}

/* A column and what stands below it. */
static void add_column(json_t *rows, const json_t *column)
{
	static const struct {
		const char *member;
		char sep;
	} below[] = { { "keys", ':' }, { "words_not_supported", '=' } };
	const char *name = text_of(column, "name");
	json_t *item;
	size_t i;

	add_row(rows, name, column);
	for (size_t k = 0; k < 2; k++)
		json_array_foreach (json_object_get(column, below[k].member), i, item) {
			char where[256];

			snprintf(where, sizeof(where), "%s%c%s", name, below[k].sep,
				text_of(item, "name"));
			add_row(rows, where, item);
		}
}

static void show_table(const struct render *r, const json_t *table)
{
	static const char *const members[] = { "name", "takes", "default", "help", NULL };
	json_t *rows = json_array(), *column;
	char title[256];
	size_t i;

	json_array_foreach (json_object_get(table, "columns"), i, column)
		add_column(rows, column);
	snprintf(title, sizeof(title), "Table %s: %s", text_of(table, "name"),
		text_of(table, "help"));
	show_list(r, title, rows, members);
	json_decref(rows);
}

static void show_type(const struct render *r, const json_t *type)
{
	static const char *const members[] = { "name", "type", "min", "max", "default", "required",
		"help", NULL };
	const json_t *options = json_object_get(type, "options");
	char title[256];

	snprintf(title, sizeof(title), "Interface type %s: %s", text_of(type, "name"),
		text_of(type, "help"));
	show_list(r, title, options, members);
}

static void show_boot(const struct render *r, const json_t *boot)
{
	static const char *const keys[] = { "section", "name", "takes", "default", "help", NULL };
	static const char *const options[] = { "name", "value", "help", NULL };
	static const char *const exits[] = { "status", "help", NULL };

	show_list(r, "Options of swd", json_object_get(boot, "options"), options);
	show_list(r, "\nKeys of swd's boot file", json_object_get(boot, "keys"), keys);
	show_list(r, "\nExit statuses of swd", json_object_get(boot, "exit_statuses"), exits);
}

static bool same(const char *a, const char *b)
{
	size_t i;

	for (i = 0; a[i] && b[i]; i++)
		if (strncasecmp(a + i, b + i, 1) && !(strchr("-_", a[i]) && strchr("-_", b[i])))
			return false;
	return !a[i] && !b[i];
}

static void show_all(const struct render *r, const json_t *schema)
{
	json_t *item;
	size_t i;

	json_array_foreach (json_object_get(schema, "tables"), i, item) {
		show_table(r, item);
		fputc('\n', r->out);
	}
	json_array_foreach (json_object_get(schema, "interface_types"), i, item) {
		show_type(r, item);
		fputc('\n', r->out);
	}
	for (size_t k = 1; k < N_PARTS; k++) {
		show_list(r, parts[k].title, json_object_get(schema, parts[k].name),
			parts[k].members);
		fputc('\n', r->out);
	}
	show_boot(r, json_object_get(schema, "boot"));
}

static const json_t *find(const json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (same(text_of(item, "name"), name) || same(text_of(item, "alias"), name))
			return item;
	return NULL;
}

/* Show what is called `name`: a table, an interface type, a part of the document. */
static bool show_named(const struct render *r, const json_t *schema, const char *name)
{
	const json_t *item = find(json_object_get(schema, "tables"), name);

	if (item) {
		show_table(r, item);
		return true;
	}
	for (size_t i = 0; i < N_PARTS; i++)
		if (same(parts[i].name, name)) {
			show_list(
				r, NULL, json_object_get(schema, parts[i].name), parts[i].members);
			return true;
		}
	item = find(json_object_get(schema, "interface_types"), name);
	if (item)
		show_type(r, item);
	else if (same("boot", name))
		show_boot(r, json_object_get(schema, "boot"));
	return item || same("boot", name);
}

/* Is the first word that of a command? */
static bool is_command(const json_t *schema, const char *word)
{
	size_t i, len = strlen(word);
	json_t *item;

	json_array_foreach (json_object_get(schema, "commands"), i, item) {
		const char *name = text_of(item, "name");

		if (!strncmp(name, word, len) && (!name[len] || name[len] == ' '))
			return true;
	}
	return false;
}

static int show_words(const struct local_call *call, const struct render *r, const json_t *schema)
{
	json_t *words;
	int status;

	if (call->n_args == 1 && show_named(r, schema, call->args[0]))
		return EXIT_DONE;
	if (!is_command(schema, call->args[0]))
		return fault_show(EXIT_NOT_FOUND,
			"name a table, a command, an interface type, or one of commands, methods, "
			"errors, exit_statuses, drop_reasons, events, logs, not_supported, boot",
			"the schema has nothing named \"%s\"", call->args[0]);
	words = json_array();
	for (unsigned i = 0; i < call->n_args; i++)
		json_array_append_new(words, json_string(call->args[i]));
	status = help_show(call->global, words, call->out);
	json_decref(words);
	return status;
}

static int show(const struct local_call *call, const json_t *schema)
{
	const struct render r = { .out = call->out,
		.plain = call->global->plain,
		.colour = render_wants_colour(call->out) };

	if (call->n_args)
		return show_words(call, &r, schema);
	show_all(&r, schema);
	return EXIT_DONE;
}

static int run_schema(const struct local_call *call)
{
	json_t *schema = NULL, *error = NULL;
	struct link link;
	int status;

	if (call->global->json && call->n_args)
		return fault_show(EXIT_USAGE, "leave the name out: the document is whole",
			"with --json there is no part of the schema");
	status = link_open(&link, call->global, false);
	if (!status)
		schema = link_ask(&link, "schema", json_object(), &error, &status);
	link_close(&link);
	if (error)
		status = fault_show_error(error, NULL);
	json_decref(error);
	if (schema && call->global->json) {
		json_dumpf(schema, call->out, JSON_INDENT(2));
		fputc('\n', call->out);
	} else if (schema) {
		status = show(call, schema);
	}
	json_decref(schema);
	return status;
}

SW_REGISTER(local, schema) = {
	.name = "schema",
	.help = "all that can be said and set: tables, commands, errors, drop reasons and more",
	.usage = "[TABLE|COMMAND|TYPE|PART]",
	.max_args = UINT_MAX,
	.watch = LOCAL_REPEATS,
	.run = run_schema,
};
