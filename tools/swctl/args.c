/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The command line, in the grammar of ovs-vsctl: global options, then COMMAND ARG... [-- COMMAND ARG...]...
 * A long option that is not one of ours belongs to the command. Ours are also taken behind the name of
 * a command, where people type them; short ones only before it.
 */
#include "args.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sw/text.h>

#include "source.h"
#include "swctl.h"

#define TIMEOUT_S    10
#define SECONDS_MAX  86400
#define WATCH_MS     2000
#define WATCH_MIN_MS 100

struct scan {
	const struct source *source;
	unsigned at;
	struct args *args;
	json_t *words, *places; /* of the command in hand */
	bool inner;		/* a line of a file or of the shell */
	bool named;		/* past the name of the first command */
};

struct global {
	char letter; /* 0: none */
	const char *name;
	const char *value; /* NULL: takes none; "[...": only behind its = */
	bool settled;	   /* when swctl starts; not in a line of a file or of the shell */
	const char *help;  /* NULL: not to be had, and `refusal` says what instead */
	const char *refusal;
	int (*take)(struct scan *s, const struct global *g, const char *value);
};

static int refuse(
	struct scan *s, const char *part, const char *hint, const char *fmt, const char *word)
{
	return fault_show_word(s->source, s->at, part, hint, fmt, word);
}

static int take_socket(struct scan *s, const struct global *g, const char *value)
{
	s->args->socket = value;
	return 0;
}

static int take_timeout(struct scan *s, const struct global *g, const char *value)
{
	uint64_t n;

	if (sw_parse_u64(value, 0, SECONDS_MAX, &n))
		return refuse(s, value, "0 means for ever",
			"the timeout \"%s\" is not a number of seconds from 0 to 86400", value);
	s->args->timeout_s = n;
	return 0;
}

static int take_watch(struct scan *s, const struct global *g, const char *value)
{
	double seconds = WATCH_MS / 1000.0;
	char *end;

	if (value) {
		seconds = strtod(value, &end);
		if (!*value || *end || !isfinite(seconds) || seconds > SECONDS_MAX ||
			seconds * 1000 < WATCH_MIN_MS)
			return refuse(s, value, "--watch alone looks every 2 seconds",
				"\"%s\" is not a number of seconds from 0.1 to 86400", value);
	}
	s->args->watch_ms = seconds * 1000;
	return 0;
}

static int take_file(struct scan *s, const struct global *g, const char *value)
{
	s->args->file = value;
	return 0;
}

/* Index of a word in a list, or -1 with the fault shown. */
static int choose(
	struct scan *s, const char *what, const char *value, const char *const *words, unsigned n)
{
	int at;
	char hint[160] = "";
	size_t len = 0;

	for (unsigned i = 0; i < n; i++)
		if (!strcmp(words[i], value))
			return i;
	for (unsigned i = 0; i < n; i++)
		len += snprintf(
			hint + len, sizeof(hint) - len, "%s%s", i ? ", " : "there are ", words[i]);
	at = sw_nearest(value, words, n);
	if (at >= 0)
		snprintf(hint + len, sizeof(hint) - len, "; did you mean \"%s\"?", words[at]);
	fault_show_word(s->source, s->at, value, hint, "there is no %s \"%s\"", what, value);
	return -1;
}

static int take_format(struct scan *s, const struct global *g, const char *value)
{
	static const char *const words[] = { "table", "list", "csv", "json", "html" };
	int at = choose(s, "output format", value, words, 5);

	s->args->format = FORMAT_TABLE + at;
	return at < 0 ? EXIT_USAGE : 0;
}

static int take_data(struct scan *s, const struct global *g, const char *value)
{
	static const char *const words[] = { "string", "bare", "json" };
	int at = choose(s, "data format", value, words, 3);

	s->args->data = DATA_STRING + at;
	return at < 0 ? EXIT_USAGE : 0;
}

static int take_request_id(struct scan *s, const struct global *g, const char *value)
{
	s->args->request_id = value;
	return 0;
}

static int take_generation(struct scan *s, const struct global *g, const char *value)
{
	s->args->has_generation = true;
	if (!sw_parse_u64(value, 0, INT64_MAX, &s->args->if_generation))
		return 0;
	return refuse(s, value, "swctl get open . cur_cfg prints it",
		"\"%s\" is not the number of a generation", value);
}

static int take_bare(struct scan *s, const struct global *g, const char *value)
{
	s->args->format = FORMAT_LIST;
	s->args->data = DATA_BARE;
	s->args->no_headings = true;
	return 0;
}

static int take_action(struct scan *s, const struct global *g, const char *value)
{
	s->args->action = g->letter == 'h' ? ARGS_HELP : ARGS_VERSION;
	return 0;
}

#define FLAG(field)                                                                        \
	static int take_##field(struct scan *s, const struct global *g, const char *value) \
	{                                                                                  \
		s->args->field = true;                                                     \
		return 0;                                                                  \
	}
FLAG(json)
FLAG(plain)
FLAG(dry_run)
FLAG(no_headings)
FLAG(pretty)
FLAG(oneline)
FLAG(atomic)
FLAG(keep_going)

static const struct global globals[] = {
	{ 0, "socket", "PATH", true,
		"control socket; else SWD_SOCKET, else /run/swd/swd.sock (ordinary users:\n"
		"first $XDG_RUNTIME_DIR/swd/swd.sock, or /tmp/swd-UID/swd.sock)",
		.take = take_socket },
	{ 't', "timeout", "S", false, "give up when an answer takes S seconds, 0 never; default 10",
		.take = take_timeout },
	{ 0, "dry-run", NULL, false, "check everything, change nothing, tell what would be done",
		.take = take_dry_run },
	{ 0, "if-generation", "N", false,
		"refuse the change when the configuration has another generation",
		.take = take_generation },
	{ 0, "request-id", "ID", false, "a change asked again with the same ID is applied once",
		.take = take_request_id },
	{ 0, "watch", "[S]", false,
		"show again every S seconds (--watch=0.5; default 2) until Ctrl-C; for all that only "
		"shows, doctor too",
		.take = take_watch },
	{ 'f', "file", "FILE", true,
		"commands from FILE, or with - from standard input: each line is one\n"
		"transaction, with --, quotes, # comments, and a \\ at the end to go on",
		.take = take_file },
	{ 0, "atomic", NULL, true, "the whole FILE is one transaction", .take = take_atomic },
	{ 0, "keep-going", NULL, true,
		"go on behind a line of FILE that failed; the exit status is the first's",
		.take = take_keep_going },
	{ 0, "json", NULL, false, "results and errors as JSON", .take = take_json },
	{ 0, "plain", NULL, false,
		"tables and records without headings, a line each, separated by tabs",
		.take = take_plain },
	{ 0, "format", "FORMAT", false,
		"records and tables as table, list, csv, json or html, like ovs-vsctl's -f\n"
		"(here -f is FILE)",
		.take = take_format },
	{ 'd', "data", "DATA", false, "values in them as string, bare or json", .take = take_data },
	{ 0, "no-headings", NULL, false, "leave the headings of tables and lists out",
		.take = take_no_headings },
	{ 0, "bare", NULL, false, "short for --format=list --data=bare --no-headings",
		.take = take_bare },
	{ 0, "pretty", NULL, false, "JSON on several lines; on a terminal it always is",
		.take = take_pretty },
	{ 0, "oneline", NULL, false, "each command's result on one line, newlines as \\n",
		.take = take_oneline },
	{ 'h', "help", NULL, false, "this help; behind a command: help about it",
		.take = take_action },
	{ 'V', "version", NULL, false, "version of swctl (\"swctl version\": of the switch)",
		.take = take_action },
	/* What ovs-vsctl has and is not to be had. */
	{ 0, "no-wait", .refusal = "leave it out: the answer comes when the change is in force" },
	{ 0, "db", "SERVER", .refusal = "--socket=PATH names the switch" },
	{ 0, "retry", .refusal = "leave it out: a switch that is not there is told at once" },
	{ 0, "no-syslog", .refusal = "leave it out: swctl writes no log" },
	{ 'v', "verbose",
		.refusal = "leave it out: swctl writes no log; \"swctl log set\" is "
			   "for the switch's" },
};
#define N_GLOBALS (sizeof(globals) / sizeof(globals[0]))

const char *args_nearest(const char *word)
{
	static char found[32];
	const char *names[N_GLOBALS];
	char name[64];
	unsigned n = 0;
	int at;

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	for (unsigned i = 0; i < N_GLOBALS; i++)
		if (globals[i].help)
			names[n++] = globals[i].name;
	at = sw_nearest(name, names, n);
	if (at < 0)
		return NULL;
	snprintf(found, sizeof(found), "--%s", names[at]);
	return found;
}

json_t *args_describe(void)
{
	json_t *all = json_array();

	for (unsigned i = 0; i < N_GLOBALS; i++) {
		const struct global *g = &globals[i];

		if (!g->help)
			continue;
		json_array_append_new(all,
			json_pack("{s:s, s:s%, s:s?, s:s}", "name", g->name, "letter", &g->letter,
				(size_t)(g->letter != 0), "value", g->value, "help", g->help));
	}
	return all;
}

void args_help(FILE *out)
{
	for (unsigned i = 0; i < N_GLOBALS; i++) {
		const struct global *g = &globals[i];
		const char *line = g->help, *value = g->value ? g->value : "";
		int n;

		if (!line)
			continue;
		n = fprintf(out, "  %c%c%s--%s", g->letter ? '-' : ' ', g->letter ? g->letter : ' ',
			g->letter ? ", " : "  ", g->name);
		n += fprintf(out,
			*value == '[' ? "[=%s"
			: *value      ? "=%s"
				      : "%s",
			value + (*value == '['));
		for (; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
			fprintf(out, "%*s%.*s\n", n < 23 ? 23 - n : 1, "", (int)strcspn(line, "\n"),
				line);
			n = 0;
		}
	}
}

/* The value of an option that takes one: attached, or the next word. Moves on to it. */
static int find_value(struct scan *s, const struct global *g, const char **value)
{
	if (g->value && *g->value != '[' && !*value) {
		if (s->at + 1 >= s->source->n)
			return refuse(s, NULL, "\"swctl --help\" lists the options",
				"option %s needs a value", s->source->words[s->at]);
		*value = s->source->words[++s->at];
	}
	if (!g->value && *value)
		return refuse(s, NULL, "leave the = and what follows out",
			"option --%s takes no value", g->name);
	return 0;
}

static int take_global(struct scan *s, const struct global *g, const char *value)
{
	int rc;

	if (g->refusal)
		return refuse(s, NULL, g->refusal, "option %s of ovs-vsctl is not to be had here",
			s->source->words[s->at]);
	if (g->settled && s->inner)
		return refuse(s, NULL, "give it to swctl when it starts",
			"option --%s cannot be given for one line", g->name);
	s->args->own_options++;
	rc = find_value(s, g, &value);
	return rc ? rc : g->take(s, g, value);
}

/* Take a global long option. *taken tells whether it was one. */
static int take_long(struct scan *s, bool *taken)
{
	const char *word = s->source->words[s->at] + 2;
	size_t len = strcspn(word, "=");

	for (unsigned i = 0; i < N_GLOBALS; i++) {
		if (strncmp(word, globals[i].name, len) || globals[i].name[len])
			continue;
		*taken = true;
		return take_global(s, &globals[i], word[len] ? word + len + 1 : NULL);
	}
	return 0;
}

/* A word of one dash before the name of the first command. */
static int take_short(struct scan *s)
{
	const char *word = s->source->words[s->at];

	for (unsigned i = 0; i < N_GLOBALS; i++)
		if (globals[i].letter == word[1] && (!word[2] || globals[i].value))
			return take_global(s, &globals[i], word[2] ? word + 2 : NULL);
	return refuse(s, NULL, "\"swctl --help\" lists the options", "there is no option %s", word);
}

static void end_command(struct scan *s)
{
	if (json_array_size(s->words)) {
		json_array_append(s->args->commands, s->words);
		json_array_append(s->args->at, s->places);
	}
	json_decref(s->words);
	json_decref(s->places);
	s->words = json_array();
	s->places = json_array();
}

static int take_word(struct scan *s)
{
	const char *word = s->source->words[s->at];
	bool taken = false;
	int rc = 0;
	json_t *text;

	if (!strcmp(word, "--")) {
		end_command(s);
		s->named = json_array_size(s->args->commands) > 0;
		return 0;
	}
	if (!strncmp(word, "--", 2))
		rc = take_long(s, &taken);
	else if (word[0] == '-' && word[1] && !s->named)
		return take_short(s);
	if (rc || taken)
		return rc;
	text = json_string(word);
	if (!text)
		return refuse(s, NULL, "text goes to the switch in UTF-8",
			"word %s of the command line is not UTF-8", "");
	json_array_append_new(s->words, text);
	json_array_append_new(s->places, json_integer(s->at));
	s->named |= word[0] != '-';
	return 0;
}

static int check_together(struct scan *s)
{
	struct args *args = s->args;

	if (args->json && args->plain)
		return fault_show(
			EXIT_USAGE, "choose one", "%s", "--json and --plain cannot be both");
	if ((args->json || args->plain) && (args->format || args->data))
		return fault_show(EXIT_USAGE, "--format=json is JSON as ovs-vsctl writes it",
			"%s has a format of its own, so --format, --data and --bare cannot be given",
			args->json ? "--json" : "--plain");
	if (args->pretty && (args->oneline || (!args->json && args->format != FORMAT_JSON)))
		return fault_show(EXIT_USAGE, "--json or --format=json, and no --oneline",
			"--pretty is for JSON on several lines");
	if ((args->atomic || args->keep_going) && !args->file)
		return fault_show(EXIT_USAGE, "swctl --file FILE", "--%s goes with --file only",
			args->atomic ? "atomic" : "keep-going");
	if (args->atomic && args->keep_going)
		return fault_show(EXIT_USAGE, "choose one",
			"--atomic and --keep-going cannot be both: all of it, or what is good");
	if (args->file && json_array_size(args->commands))
		return fault_show(EXIT_USAGE, "give commands or --file FILE, not both",
			"there are commands in the command line and in \"%s\"", args->file);
	if (args->file && !args->atomic && (args->request_id || args->has_generation))
		return fault_show(EXIT_USAGE, "give it in a line, or use --atomic",
			"--%s is for one transaction, and each line of a file is one",
			args->request_id ? "request-id" : "if-generation");
	if (args->watch_ms && (args->dry_run || args->file))
		return fault_show(EXIT_USAGE, "leave one out", "--watch cannot go with --%s",
			args->file ? "file" : "dry-run");
	return 0;
}

int args_parse(const struct source *source, const struct args *outer, struct args *args)
{
	struct scan s = { .source = source,
		.args = args,
		.inner = outer,
		.words = json_array(),
		.places = json_array() };
	int rc = 0;

	memset(args, 0, sizeof(*args));
	args->timeout_s = TIMEOUT_S;
	if (outer)
		*args = *outer;
	args->file = NULL;
	args->atomic = args->keep_going = false;
	args->watch_ms = args->own_options = 0;
	args->action = ARGS_RUN;
	args->has_generation = false;
	args->request_id = NULL;
	args->commands = json_array();
	args->at = json_array();
	args->source = source;
	for (; !rc && s.at < source->n; s.at++)
		rc = take_word(&s);
	end_command(&s);
	json_decref(s.words);
	json_decref(s.places);
	return rc ? rc : check_together(&s);
}

void args_fini(struct args *args)
{
	json_decref(args->commands);
	json_decref(args->at);
	memset(args, 0, sizeof(*args));
}
